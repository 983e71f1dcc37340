//! The command line as a script sees it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Streams, execute};
use crate::exchange::samples::{SampleTill, member};
use crate::exchange::{Acknowledgement, Provisioning};
use crate::till::{Settings, Till};

/// The programme with a currency that is none.
fn without_currency() -> String {
    let text = std::str::from_utf8(PROGRAMME).expect("text");
    assert!(text.contains("\"VND\""));
    text.replace("\"VND\"", "\"dong\"")
}

/// Exit code, standard output, standard error.
pub(super) fn loy(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> (u8, String, String) {
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let arguments = std::iter::once(OsString::from("loy")).chain(
        arguments
            .iter()
            .map(|argument| argument.as_ref().to_owned()),
    );
    let code = execute(
        arguments,
        &mut Streams {
            out: &mut out,
            notes: &mut notes,
        },
    );
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (code, text(out), text(notes))
}

const PROGRAMME: &[u8] = include_bytes!("../../examples/programmes/vnd-10000.json");

pub(super) struct Chain {
    root: TempDir,
}

impl Chain {
    pub(super) fn new() -> Self {
        let root = TempDir::new().expect("a directory");
        std::fs::write(root.path().join("p.json"), PROGRAMME).expect("written");
        let chain = Self { root };
        let (code, _, notes) = loy(&[&"office", &"init", &chain.office(), &"--name", &"Cà phê"]);
        assert_eq!(code, 0, "{notes}");
        chain
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(super) fn office(&self) -> PathBuf {
        self.path("office")
    }

    pub(super) fn provision(&self, out: &Path) -> (u8, String, String) {
        self.provision_with(out, &[])
    }

    pub(super) fn provision_with(
        &self,
        out: &Path,
        more: &[&dyn AsRef<std::ffi::OsStr>],
    ) -> (u8, String, String) {
        let (programme, office) = (self.path("p.json"), self.office());
        let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![
            &"provision",
            &office,
            &"--store",
            &"HN01",
            &"--till",
            &"1",
            &"--programme",
            &programme,
            &"--out",
            &out,
        ];
        arguments.extend(more);
        loy(&arguments)
    }

    fn opened(&self) -> Provisioning {
        let out = self.path("till.loyp");
        let (code, activation, notes) = self.provision(&out);
        assert_eq!(code, 0, "{notes}");
        let file = std::fs::read(out).expect("a file");
        Provisioning::open(&file, activation.trim()).expect("the printed code opens the file")
    }

    pub(super) fn till(&self) -> (SampleTill, Provisioning) {
        let file = self.opened();
        let till = SampleTill::new(file.tenant, file.writer, *file.writer_secret, 9);
        (till, file)
    }

    pub(super) fn batch(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("written");
        path
    }
}

#[test]
fn a_sale_goes_from_the_till_to_the_balance_at_head_office() {
    let chain = Chain::new();
    let (mut till, file) = chain.till();
    let who = member(10_000_000_000);
    till.sale(who, 55_000, 6);
    till.sale(who, 20_000, 2);
    let (early, first) = (
        chain.batch("2", &till.batch(4, 2)),
        chain.batch("1", &till.batch(1, 3)),
    );
    let acks = chain.path("acks");
    let (code, out, notes) = loy(&[
        &"office",
        &"ingest",
        &chain.office(),
        &early,
        &first,
        &first,
        &"--ack-dir",
        &acks,
    ]);
    assert_eq!(code, 0, "{notes}");
    let words: Vec<&str> = out
        .lines()
        .map(|line| line.split('\t').nth(1).expect("a word"))
        .collect();
    assert_eq!(words, ["waiting", "applied", "applied", "known"]);
    assert_eq!(
        notes,
        "loy: 2 applied, 1 known already, 0 forks, 0 refused; 0 in all are waiting\n"
    );

    let mut seqs: Vec<u64> = std::fs::read_dir(&acks)
        .expect("a directory")
        .map(|entry| {
            let bytes = std::fs::read(entry.expect("an entry").path()).expect("a file");
            Acknowledgement::verify(&bytes, &file.office_key)
                .expect("signed")
                .seq
        })
        .collect();
    seqs.sort_unstable();
    assert_eq!(seqs, [3, 5]);

    let number = who.to_string();
    let (code, out, _) = loy(&[
        &"office",
        &"balance",
        &chain.office(),
        &number,
        &"--format",
        &"csv",
    ]);
    assert_eq!(code, 0);
    assert_eq!(
        out,
        format!(
            "member,wallet,balance,spendable,held,pending,debt,on,status,merged_into,household\n\
             {number},1,8,8,0,0,0,20261122,active,,\n"
        )
    );
    let (_, out, _) = loy(&[&"office", &"members", &chain.office(), &"--format", &"csv"]);
    assert_eq!(
        out.lines().nth(1),
        Some(format!("{number},1,2,75000,0,8,0,0,0,0,0,0,8").as_str())
    );
    let (_, out, _) = loy(&[
        &"office",
        &"lots",
        &chain.office(),
        &number,
        &"--format",
        &"csv",
    ]);
    let lots: Vec<&str> = out.lines().skip(1).collect();
    let lot =
        |seq, points| format!("{number},1,HN01,1,{seq},20261122,{points},{points},0,20261122,0");
    assert_eq!(lots, [lot(3, 6), lot(5, 2)]);
    let (code, out, _) = loy(&[&"office", &"status", &chain.office()]);
    assert_eq!(code, 0);
    assert!(out.contains("Streams") && !out.contains("Waiting"), "{out}");
}

#[test]
fn what_is_refused_and_what_forks_is_said_in_the_exit_code() {
    let chain = Chain::new();
    let (mut till, file) = chain.till();
    till.sale(member(10_000_000_000), 55_000, 6);
    let good = till.batch(1, 3);
    let cut = chain.batch("cut", &good[..good.len() - 7]);
    let (code, out, _) = loy(&[&"office", &"ingest", &chain.office(), &cut]);
    assert_eq!(code, 1);
    assert!(
        out.contains("refused") && out.contains("7 bytes are missing at the end"),
        "{out}"
    );

    let whole = chain.batch("whole", &good);
    assert_eq!(loy(&[&"office", &"ingest", &chain.office(), &whole]).0, 0);
    let mut other = SampleTill::new(file.tenant, file.writer, *file.writer_secret, 9);
    other.sale(member(10_000_000_000), 99_000, 9);
    let fork = chain.batch("fork", &other.batch(1, 3));
    let (code, out, _) = loy(&[&"office", &"ingest", &chain.office(), &fork]);
    assert_eq!(code, 1);
    assert!(out.contains("differs from entry 2 on"), "{out}");
    let (code, out, _) = loy(&[&"office", &"status", &chain.office()]);
    assert_eq!(code, 1);
    assert!(out.contains("Forks"), "{out}");
}

/// bug-04 of the published cases.
#[test]
fn errors_say_where_and_what_was_expected() {
    let chain = Chain::new();
    let out = chain.path("till.loyp");
    chain.opened();
    let (code, _, notes) = chain.provision(&out);
    assert_eq!(code, 2);
    assert!(notes.contains("till.loyp exists already"), "{notes}");

    std::fs::write(chain.path("p.json"), without_currency()).expect("written");
    let (code, _, notes) = chain.provision(&chain.path("other.loyp"));
    assert_eq!(code, 2);
    assert!(
        notes.contains("p.json") && notes.contains("ISO 4217"),
        "{notes}"
    );

    let nowhere = chain.path("nowhere");
    let (code, _, notes) = loy(&[&"office", &"status", &nowhere]);
    assert_eq!(code, 2);
    assert!(notes.contains("expected the file office.db"), "{notes}");

    let (code, _, notes) = loy(&[&"office", &"balance", &chain.office(), &"123"]);
    assert_eq!(code, 2);
    assert!(notes.contains("a member number has 12 digits"), "{notes}");
    let (code, help, _) = loy(&[&"office", &"--help"]);
    assert_eq!(code, 0);
    assert!(help.contains("ingest"));
}

#[test]
fn a_programme_and_a_ledger_are_looked_at() {
    let chain = Chain::new();
    let programme = chain.path("p.json");
    let (code, out, notes) = loy(&[&"check", &programme]);
    assert_eq!((code, out.as_str()), (0, ""), "{notes}");
    assert!(notes.contains("is right"), "{notes}");
    std::fs::write(&programme, without_currency()).expect("written");
    let (code, out, _) = loy(&[&"check", &programme, &"--format", &"csv"]);
    assert_eq!(code, 1);
    assert!(
        out.starts_with("path,code,expected,found,severity\n") && out.contains("\ncurrency,"),
        "{out}"
    );
    // Codes that nothing can fit are named where they stand.
    let codes = "\"codes\": {\"own_codes\": [{\"name\": \"tags\", \"pattern\": \"VIP-9999\", \"check\": \"damm\"}]}, \"earn\"";
    let told = String::from_utf8_lossy(PROGRAMME).replace("\"earn\"", codes);
    std::fs::write(&programme, told).expect("written");
    let (code, out, _) = loy(&[&"check", &programme, &"--format", &"csv"]);
    assert_eq!(code, 1);
    let page = include_str!("../../docs/codes.md");
    assert!(page.contains(&out), "docs/codes.md says otherwise:\n{out}");
    // A group that nothing names is surely a mistake, and refuses nothing.
    let warned = String::from_utf8_lossy(PROGRAMME);
    let group = "\"groups\": [{\"id\": \"g\", \"take\": \"best\"}], \"earn\"";
    std::fs::write(&programme, warned.replace("\"earn\"", group)).expect("written");
    let (code, out, notes) = loy(&[&"check", &programme, &"--format", &"csv"]);
    assert_eq!(code, 0, "{notes}");
    assert!(
        out.contains("\ngroups[0].id,not_used,") && out.ends_with(",warning\n"),
        "{out}"
    );

    std::fs::write(&programme, PROGRAMME).expect("written");
    let out = chain.path("till.loyp");
    let (_, activation, _) = chain.provision(&out);
    let ledger = chain.path("till/ledger.loy");
    std::fs::create_dir(chain.path("till")).expect("a directory");
    let file = std::fs::read(out).expect("a file");
    let till = Till::create(&Settings::new(&ledger), &file, &activation).expect("a ledger");
    // The till is open while it is copied, and the copy is as sound as it.
    let copy = chain.path("copy.loy");
    let (code, _, notes) = loy(&[&"backup", &ledger, &copy]);
    assert_eq!(code, 0, "{notes}");
    assert_eq!(loy(&[&"verify", &copy]).0, 0);
    let (code, _, notes) = loy(&[&"backup", &ledger, &copy]);
    assert_eq!(code, 2, "never over a file");
    assert!(notes.contains("copy.loy"), "{notes}");
    till.close();
    let (code, out, notes) = loy(&[&"verify", &ledger]);
    assert_eq!((code, out.as_str()), (0, ""), "{notes}");
    assert!(notes.contains("is sound"), "{notes}");
    let saved = chain.path("saved.loy");
    let (code, out, notes) = loy(&[&"salvage", &ledger, &saved]);
    assert_eq!((code, out.as_str()), (0, ""), "{notes}");
    assert!(notes.contains("everything was saved"), "{notes}");
    assert_eq!(loy(&[&"verify", &saved]).0, 0);
    let (code, _, notes) = loy(&[&"salvage", &ledger, &saved]);
    assert_eq!(code, 2, "never over a file: {notes}");
    let second = String::from_utf8_lossy(PROGRAMME).replace("\"version\": 1", "\"version\": 2");
    std::fs::write(&programme, &second).expect("written");
    let (code, _, notes) = loy(&[&"install", &ledger, &programme]);
    assert_eq!(code, 0, "{notes}");
    assert!(notes.contains("version 2 of the programme"), "{notes}");
    std::fs::write(&programme, second.replace("\"10000\"", "\"5000\"")).expect("written");
    let (code, _, notes) = loy(&[&"install", &ledger, &programme]);
    assert_eq!(code, 2);
    assert!(notes.contains("give it a new number"), "{notes}");
    assert_eq!(loy(&[&"verify", &ledger]).0, 0);
    let (code, _, notes) = loy(&[&"verify", &programme]);
    assert_eq!(code, 2);
    assert!(notes.contains("p.json"), "{notes}");
}

#[test]
fn a_cart_is_priced_without_a_ledger() {
    let chain = Chain::new();
    let root = env!("CARGO_MANIFEST_DIR");
    let programme = format!("{root}/examples/programmes/starbucks.json");
    let cart = chain.path("cart.json");
    let member = chain.path("member.json");
    let text = r#"{"currency": "USD", "at_ms": 1795352400000, "utc_offset_minutes": 420,
        "business_date": 20261122, "member": 13,
        "lines": [{"sku": "latte", "quantity_milli": 1000, "line_total": 475}]}"#;
    std::fs::write(&cart, text).expect("written");
    let past = r#"{"points": {"stars": 50000}, "sales": [{"business_date": 20260601,
        "awards": [{"rule": "spend", "wallet": "stars", "points": 50000}]}]}"#;
    std::fs::write(&member, past).expect("written");
    let (code, out, notes) = loy(&[&"quote", &programme, &cart]);
    assert_eq!(code, 0, "{notes}");
    assert!(out.contains("Earns 4.75 stars (spend)"), "{out}");
    let (code, out, notes) = loy(&[&"quote", &programme, &cart, &"--member", &member]);
    assert_eq!(code, 0, "{notes}");
    // 4.75 dollars at 1.2 stars are 5.70.
    assert!(out.starts_with("Total: 4.75 USD\nTo pay: 4.75 USD\nEarns 5.7 stars (spend), can be spent from 2026-11-22 on\n\n"), "{out}");
    assert!(out.contains("+ Stars on the bill: 4.75 USD / 1.00 USD × 1 star × 1.2 (Gold) = 5.7 → 5.7 stars (rounded down)"), "{out}");
    assert!(
        out.contains("- Tier Gold, 500 stars counted; kept until 2027-05-31; 494.3 stars missing to keep it longer; 1,994.3 stars missing to Reserve"),
        "{out}"
    );
    let (code, out, notes) = loy(&[
        &"quote",
        &programme,
        &cart,
        &"--member",
        &member,
        &"--format",
        &"json",
    ]);
    assert_eq!(code, 0, "{notes}");
    let quote: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(quote["tier"]["missing"], 199_430);
    std::fs::write(&member, r#"{"points": {"coins": 1}}"#).expect("written");
    let (code, _, notes) = loy(&[&"quote", &programme, &cart, &"--member", &member]);
    assert_eq!(code, 2);
    assert!(
        notes.contains("member.json: points.coins: not_known"),
        "{notes}"
    );
    std::fs::write(&cart, r#"{"currency": "USD"}"#).expect("written");
    let (code, _, notes) = loy(&[&"quote", &programme, &cart]);
    assert_eq!(code, 2);
    assert!(notes.contains("cart.json: at_ms: missing"), "{notes}");
}

#[test]
fn operators_go_to_the_till_and_what_they_do_comes_back_to_head_office() {
    let chain = Chain::new();
    let (programme, operators) = (chain.path("p.json"), chain.path("operators.json"));
    let out = chain.path("till.loyp");
    let provision = || {
        loy(&[
            &"provision",
            &chain.office(),
            &"--store",
            &"HN01",
            &"--till",
            &"1",
            &"--programme",
            &programme,
            &"--operators",
            &operators,
            &"--out",
            &out,
        ])
    };
    let wrong = r#"{"operators": [{"id": "GS-01", "role": "boss", "pin": "4711"}]}"#;
    std::fs::write(&operators, wrong).expect("written");
    let (code, _, notes) = provision();
    assert_eq!(code, 2);
    assert!(
        notes.contains("operators.json: operators[0].role: expected cashier"),
        "{notes}"
    );
    assert!(!notes.contains("4711"), "{notes}");
    let right = r#"{"operators": [{"id": "GS-01", "role": "supervisor", "pin": "4711"}]}"#;
    std::fs::write(&operators, right).expect("written");
    let (code, activation, notes) = provision();
    assert_eq!(code, 0, "{notes}");

    std::fs::create_dir(chain.path("till")).expect("a directory");
    let file = std::fs::read(&out).expect("a file");
    let settings = Settings::new(chain.path("till/ledger.loy"));
    let till = Till::create(&settings, &file, &activation).expect("a ledger");
    let card = till.enrol("enrol-1", &crate::till::Enrolment::default());
    let adjustment = crate::till::Adjustment {
        member: card.expect("a member").number,
        wallet: "points".to_owned(),
        points: crate::kernel::Points::new(20),
        operator: "TN-07".to_owned(),
        reason: "goodwill".to_owned(),
        time: None,
        expires_on: None,
        missing: crate::till::Missing::Refused,
    };
    assert!(till.adjust("adjust-1", &adjustment).is_err());
    till.approve(
        "adjust-1",
        crate::till::ActKind::Adjustment,
        "GS-01",
        b"4711",
    )
    .expect("the PIN");
    till.adjust("adjust-1", &adjustment).expect("approved");
    let batch = till
        .export_next(1 << 20)
        .expect("a batch")
        .expect("entries");
    till.close();
    let batch = chain.batch("batch", &batch.bytes);
    let (code, out, notes) = loy(&[&"office", &"ingest", &chain.office(), &batch]);
    assert_eq!(code, 0, "{out}{notes}");
    let ask = |more: &[&str]| {
        let office = chain.office();
        let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> =
            vec![&"office", &"exceptions", &office, &"--format", &"csv"];
        arguments.extend(more.iter().map(|word| word as &dyn AsRef<std::ffi::OsStr>));
        loy(&arguments).1
    };
    let keys: Vec<String> = ask(&[])
        .lines()
        .skip(1)
        .map(|line| {
            line.split(',')
                .skip(4)
                .take(4)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    assert_eq!(
        keys,
        [
            "adjustment.refused TN-07  adjustment",
            "approval.given  GS-01 adjustment",
            "adjustment_given TN-07 GS-01 goodwill",
            "adjustment.approved TN-07 GS-01 adjustment",
        ]
    );
    assert_eq!(
        ask(&["--adjustments"]),
        "operator,wallet,count,given,taken\nTN-07,1,1,20,0\n"
    );
}

/// Every command of `loy` below one, by its words, with its options.
fn commands(of: &clap::Command, words: &str, found: &mut Vec<(String, Vec<String>)>) {
    for command in of.get_subcommands() {
        let words = format!("{words} {}", command.get_name());
        if command.has_subcommands() {
            commands(command, &words, found);
            continue;
        }
        let options = command
            .get_arguments()
            .filter_map(|argument| argument.get_long());
        found.push((words, options.map(|long| format!("`--{long}")).collect()));
    }
}

#[test]
fn the_page_of_the_command_line_has_every_command_and_every_option() {
    let page = include_str!("../../docs/cli.md");
    let mut found = Vec::new();
    commands(
        &<super::Arguments as clap::CommandFactory>::command(),
        "loy",
        &mut found,
    );
    assert!(found.len() >= 17, "{found:?}");
    for (words, options) in found {
        let section = page
            .split("\n### ")
            .skip(1)
            .flat_map(|section| match section.starts_with("Asking") {
                true => section.split('\n').collect(),
                false => vec![section],
            })
            .find(|section| {
                let start = section.trim_start_matches("| ");
                start.starts_with(&format!("`{words} "))
            });
        let section = section.unwrap_or_else(|| panic!("{words} is not on docs/cli.md"));
        for option in options {
            assert!(section.contains(&option), "{words} {option}");
        }
    }
}

/// A till of the chain that has sold a bill of 410.000 d, receipt 00/42, to its first member.
pub(super) fn sold(chain: &Chain) -> (PathBuf, Till) {
    let (file, ledger) = (chain.path("till.loyp"), chain.path("till.loy"));
    let (code, activation, notes) = chain.provision(&file);
    assert_eq!(code, 0, "{notes}");
    let bytes = std::fs::read(file).expect("a file");
    let till = Till::create(&Settings::new(&ledger), &bytes, activation.trim()).expect("a till");
    let card = till
        .enrol("enrol-1", &crate::till::Enrolment::default())
        .expect("a member");
    let cart = format!(
        r#"{{"currency": "VND", "at_ms": 1795312800000, "utc_offset_minutes": 420,
            "business_date": 20261122, "member": {}, "receipt_number": "00/42",
            "lines": [{{"sku": "AO-01", "quantity_milli": 2000, "line_total": 410000}}],
            "payments": [{{"method": "tiền mặt", "amount": 410000}}]}}"#,
        card.number.get()
    );
    let cart = crate::evaluate::Cart::from_json(cart.as_bytes()).expect("a cart");
    till.record("sale-1", &cart).expect("a sale");
    (ledger, till)
}

#[test]
fn a_disputed_receipt_is_told_and_proven_while_the_till_goes_on() {
    let chain = Chain::new();
    let (ledger, _till) = sold(&chain);
    let receipt = "HN01/1/00/42/20261122";
    let (code, out, notes) = loy(&[&"dispute", &ledger, &receipt, &"--language", &"en"]);
    assert_eq!(code, 0, "{notes}{out}");
    for told in [
        ": final\n",
        "Cà phê, store HN01, till 1\nReceipt 00/42 of 2026-11-22\n",
        "  2 × AO-01  410,000 VND\n  Paid: 410,000 VND (tiền mặt)\n",
        "To pay: 410,000 VND\n",
        "Priced again today, the same cart for the same member gives the same",
        "Earned  41 points",
        "Nothing behind the sale is closed or signed yet",
    ] {
        assert!(out.contains(told), "{told} in\n{out}");
    }
    // The ledger's own language.
    let (_, out, _) = loy(&[&"dispute", &ledger, &receipt]);
    assert!(out.contains("Tích điểm  41 điểm"), "{out}");
    let (code, out, _) = loy(&[&"dispute", &ledger, &receipt, &"--format", &"json"]);
    assert_eq!(code, 0);
    let told: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(told["again"]["agrees"], true);
    assert_eq!(told["entries"][1]["points"], 41);
    assert_eq!(told["proof"]["anchor"]["kind"], "head");
    let (code, _, notes) = loy(&[&"dispute", &ledger, &"HN01/1/43/20261122"]);
    assert_eq!(code, 2, "{notes}");
    let (code, _, notes) = loy(&[&"dispute", &ledger, &"HN02/1/00/42/20261122"]);
    assert_eq!(code, 2);
    assert!(notes.contains("HN01"), "whose ledger it is: {notes}");
    let (code, _, notes) = loy(&[&"dispute", &ledger, &"00/42"]);
    assert_eq!(code, 2);
    assert!(notes.contains("STORE/TILL/NUMBER/DATE"), "{notes}");
}

#[test]
fn a_member_is_told_everything_in_text_json_and_one_page() {
    let chain = Chain::new();
    let (ledger, till) = sold(&chain);
    let number = crate::kernel::MemberNumber::from_body(10_000_000_000);
    let history = till
        .history(number.expect("a number"), 0, 10)
        .expect("a history");
    let number = history[0].member.expect("a member").to_string();
    let on = "20261122";
    let (code, out, notes) = loy(&[&"statement", &ledger, &number, &"--on", &on]);
    assert_eq!(code, 0, "{notes}");
    assert!(out.starts_with("Sao kê điểm\nCà phê - "), "{out}");
    assert!(out.contains("22/11/2026  Tích điểm  +41 điểm\n"), "{out}");
    let json = [
        &"--format" as &dyn AsRef<std::ffi::OsStr>,
        &"json",
        &"--language",
        &"en",
    ];
    let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&"statement", &ledger, &number];
    arguments.extend(json);
    arguments.extend([
        &"--on" as &dyn AsRef<std::ffi::OsStr>,
        &on,
        &"--from",
        &"20991231",
    ]);
    arguments.extend([&"--to" as &dyn AsRef<std::ffi::OsStr>, &"20991231"]);
    let (code, out, notes) = loy(&arguments);
    assert_eq!(code, 0, "{notes}");
    let told: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(told["history"], serde_json::json!([]));
    assert_eq!(told["wallets"][0]["opening"], 41);
    let (code, _, notes) = loy(&[&"statement", &ledger, &"0901234567"]);
    assert_eq!(code, 2);
    assert!(notes.contains("no such member; expected"), "{notes}");
    assert!(
        !notes.contains("enrolling") && !notes.contains("0901234567"),
        "{notes}"
    );
    let (code, _, notes) = loy(&[&"statement", &ledger, &number, &"--from", &"20261341"]);
    assert_eq!(code, 2);
    assert!(notes.contains("20261341"), "{notes}");
}

#[test]
fn a_page_needs_nothing_else_and_takes_no_markup_from_a_name() {
    let chain = Chain::new();
    let text = std::str::from_utf8(PROGRAMME).expect("text");
    let text = text
        .replace("Tích điểm theo hóa đơn", "x")
        .replace("10.000 đ = 1 điểm", "<script>&\\\"'");
    std::fs::write(chain.path("p.json"), text).expect("written");
    let (ledger, till) = sold(&chain);
    let member = till.history(
        crate::kernel::MemberNumber::from_body(10_000_000_000).expect("a number"),
        0,
        1,
    );
    let number = member.expect("a history")[0]
        .member
        .expect("a member")
        .to_string();
    let (code, out, notes) = loy(&[
        &"statement",
        &ledger,
        &number,
        &"--format",
        &"html",
        &"--on",
        &"20261122",
    ]);
    assert_eq!(code, 0, "{notes}");
    assert!(out.contains("&lt;script&gt;&amp;&quot;&#39;"), "{out}");
    assert!(
        out.contains("<td>22/11/2026</td><td>Tích điểm</td><td class=\"n\">+41 điểm</td>"),
        "{out}"
    );
    for foreign in ["<script", "http", "src=", "url(", "@import", "<link"] {
        assert!(!out.contains(foreign), "{foreign} in\n{out}");
    }
    assert_eq!(out.matches('<').count(), out.matches('>').count());
}
