//! People come and go: head office makes a list, a till that is closed takes it.

use super::tests::{Chain, loy};
use crate::till::{ActKind, Settings, Till};

const BEFORE: &str = r#"{"operators": [{"id": "GS-01", "role": "supervisor", "pin": "4711"},
    {"id": "QL-01", "role": "manager", "pin": "900900"}]}"#;
/// GS-01 has left; QL-01 stays, and head office no longer has the PIN.
const NEXT: &str = r#"{"operators": [{"id": "GS-02", "role": "supervisor", "pin": "4712"},
    {"id": "QL-01", "role": "manager"}]}"#;

fn operators(chain: &Chain, store: &str, out: &str, more: &[&str]) -> (u8, String, String) {
    let (office, people, out) = (chain.office(), chain.path("people.json"), chain.path(out));
    let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![
        &"operators",
        &office,
        &"--store",
        &store,
        &"--operators",
        &people,
        &"--currency",
        &"VND",
        &"--out",
        &out,
    ];
    arguments.extend(more.iter().map(|one| one as &dyn AsRef<std::ffi::OsStr>));
    loy(&arguments)
}

#[test]
fn a_list_of_operators_goes_from_head_office_into_a_ledger_and_keeps_pins() {
    let chain = Chain::new();
    let (out, people) = (chain.path("till.loyp"), chain.path("people.json"));
    std::fs::write(&people, BEFORE).expect("written");
    let (code, activation, notes) = chain.provision_with(&out, &[&"--operators", &people]);
    assert_eq!(code, 0, "{notes}");
    let ledger = chain.path("ledger.loy");
    let file = std::fs::read(out).expect("a file");
    let till = Till::create(&Settings::new(&ledger), &file, &activation).expect("a ledger");
    till.close();

    std::fs::write(&people, NEXT).expect("written");
    let (code, first, notes) = operators(&chain, "HN01", "first.loyo", &["--keep-pins"]);
    assert_eq!(code, 0, "{notes}");
    assert!(
        notes.contains("first.loyo is the list of operators of store HN01"),
        "{notes}"
    );
    let (code, second, notes) = operators(&chain, "HN01", "second.loyo", &["--keep-pins"]);
    assert_eq!(code, 0, "{notes}");
    let number = |text: &str| text.trim().parse::<i64>().expect("a number");
    assert!(number(&second) > number(&first));

    let install = |name: &str| loy(&[&"install", &ledger, &chain.path(name)]);
    assert_eq!(install("first.loyo").0, 0);
    let (code, _, notes) = install("second.loyo");
    assert_eq!(code, 0, "{notes}");
    assert!(
        notes.contains("the list of operators is installed"),
        "{notes}"
    );
    let (code, _, notes) = install("first.loyo");
    assert_eq!(code, 2);
    assert!(
        notes.contains("older than the one that the ledger has"),
        "{notes}"
    );
    let till = Till::open(&Settings::new(&ledger)).expect("opens");
    let approve = |who: &str, pin: &[u8]| till.approve("x", ActKind::Refund, who, pin);
    approve("QL-01", b"900900").expect("the PIN of before");
    approve("GS-02", b"4712").expect("the new one");
    assert_eq!(
        approve("GS-01", b"4711").expect_err("gone").reason(),
        "operator.unknown"
    );
    till.close();
    assert_eq!(loy(&[&"verify", &ledger]).0, 0);

    // Without being asked for it no PIN is kept.
    assert_eq!(operators(&chain, "HN01", "third.loyo", &[]).0, 0);
    assert_eq!(install("third.loyo").0, 0);
    let till = Till::open(&Settings::new(&ledger)).expect("opens");
    let manager = till.approve("x", ActKind::Refund, "QL-01", b"900900");
    assert_eq!(manager.expect_err("none").reason(), "approval.no_pin");
}

#[test]
fn a_list_for_a_store_that_is_not_there_or_over_a_file_is_not_made() {
    let chain = Chain::new();
    assert_eq!(chain.provision(&chain.path("till.loyp")).0, 0);
    std::fs::write(chain.path("people.json"), BEFORE).expect("written");
    let (code, _, notes) = operators(&chain, "HN1", "list.loyo", &[]);
    assert_eq!(code, 2);
    assert!(
        notes.contains("no till was ever provisioned for this store"),
        "{notes}"
    );
    assert_eq!(operators(&chain, "HN01", "list.loyo", &[]).0, 0);
    let (code, _, notes) = operators(&chain, "HN01", "list.loyo", &[]);
    assert_eq!(code, 2);
    assert!(notes.contains("list.loyo exists already"), "{notes}");
}
