//! Making, opening and closing a ledger.

use loy::kernel::{BusinessDate, Instant};
use loy::till::{Till, status};

use crate::shop::{Shop, TODAY, cart, cart_of, date, enrol, phone};

#[test]
fn a_ledger_is_made_once_from_a_file_that_is_used_once() {
    let shop = Shop::new();
    shop.create().close();
    let error = shop.try_create().err().unwrap();
    assert_eq!(error.status(), status::E_STORE_EXISTS);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", shop.path().display()));
    }
    let error = shop.try_create().err().unwrap();
    assert_eq!(
        (error.status(), error.reason()),
        (status::E_DOCUMENT, "provisioning.used")
    );
    assert!(!shop.path().exists());
}

#[test]
fn a_wrong_code_and_a_damaged_file_are_told_apart() {
    let shop = Shop::new();
    let wrong = Till::create(&shop.settings(), &shop.file, "AAAAA-AAAAA-AAAAA-AAAAA")
        .err()
        .unwrap();
    assert_eq!(wrong.reason(), "provisioning.code");
    let mut damaged = shop.file.clone();
    damaged[100] ^= 1;
    let error = Till::create(&shop.settings(), &damaged, &shop.code)
        .err()
        .unwrap();
    assert_eq!(error.reason(), "provisioning.unreadable");
    assert!(!shop.path().exists());
}

#[test]
fn an_absent_ledger_is_an_error_and_never_a_new_one() {
    let shop = Shop::new();
    assert_eq!(
        shop.try_open().err().unwrap().status(),
        status::E_STORE_ABSENT
    );
    assert!(!shop.path().exists());
}

#[test]
fn a_second_writer_is_told_that_the_ledger_is_open_elsewhere_and_a_reader_is_not() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    assert_eq!(
        shop.try_open().err().unwrap().reason(),
        "store.open_elsewhere"
    );
    let reader = Till::open_reader(&shop.settings()).unwrap();
    till.record("sale-1", &cart_of(member, 55_000)).unwrap();
    let seen = reader.scan(&member.to_string(), date(TODAY)).unwrap();
    assert_eq!(seen.wallets[0].balance.known.get(), 6);
    let error = reader.record("sale-2", &cart(1_000)).unwrap_err();
    assert_eq!(
        (error.status(), error.reason()),
        (status::E_STORE_READ_ONLY, "store.reader")
    );
    assert!(error.to_string().contains("a reader"), "{error}");
    till.close();
    assert!(shop.try_open().is_ok());
}

#[test]
fn a_closed_ledger_says_so() {
    let shop = Shop::new();
    let till = shop.create();
    till.close();
    till.close();
    assert_eq!(
        till.record("sale-1", &cart(1_000)).unwrap_err().status(),
        status::E_HANDLE
    );
}

#[test]
fn after_a_mistake_of_ours_nothing_is_written_until_it_is_opened_again() {
    let shop = Shop::new();
    let till = shop.create();
    till.poison();
    assert_eq!(
        till.record("sale-1", &cart(1_000)).unwrap_err().status(),
        status::E_POISONED
    );
    assert!(till.info().is_ok());
    drop(till);
    assert!(shop.open().record("sale-1", &cart(1_000)).is_ok());
}

#[test]
fn two_new_members_get_different_numbers_and_the_last_number_is_the_last() {
    let shop = Shop::with(|provisioning| provisioning.member_block.last_body = 10_000_000_001);
    let till = shop.create();
    let first = till.enrol("e-1", &phone("0912345671")).unwrap().number;
    let second = till.enrol("e-2", &phone("0912345672")).unwrap().number;
    assert_ne!(first, second);
    let error = till.enrol("e-3", &phone("0912345673")).unwrap_err();
    assert_eq!(error.status(), status::LIMIT_REACHED);
}

#[test]
fn members_that_come_with_provisioning_are_known() {
    let key = [5; 32];
    let number = loy::kernel::MemberNumber::from_body(77_000_000_001).unwrap();
    let hash = loy::exchange::identifier_hash(&key, "+84912345678");
    let shop = Shop::with(|provisioning| provisioning.members = vec![(hash, number)]);
    let till = shop.create();
    let card = till.scan("0912345678", date(TODAY)).unwrap();
    assert_eq!((card.number, card.is_known_here), (number, true));
    let error = till.enrol("e-1", &phone("0912345678")).unwrap_err();
    assert_eq!(error.reason(), "identifier.known");
}

#[test]
fn the_enrolment_keeps_the_time_the_till_gives() {
    let shop = Shop::new();
    let till = shop.create();
    let mut enrolment = phone("0912345678");
    let sold_at = Instant::from_ms(1_700_000_000_000);
    let on: BusinessDate = date(20_231_114);
    enrolment.time = Some((sold_at, loy::kernel::UtcOffset::UTC, on));
    let card = till.enrol("e-1", &enrolment).unwrap();
    let entry = &till.history(card.number, 0, 1).unwrap()[0];
    assert_eq!((entry.sold_at, entry.business_date), (sold_at, on));
}

#[test]
fn one_provisioning_file_makes_one_ledger_in_a_folder_under_whatever_name() {
    let shop = Shop::new();
    shop.create().close();
    let other = loy::till::Settings::new(shop.folder.path().join("other.loy"));
    let error = Till::create(&other, &shop.file, &shop.code).err().unwrap();
    assert_eq!(error.reason(), "provisioning.used");
}

#[test]
fn a_folder_that_is_not_there_is_named_as_such() {
    let shop = Shop::new();
    let nowhere = loy::till::Settings::new(shop.folder.path().join("nowhere/ledger.loy"));
    let error = Till::create(&nowhere, &shop.file, &shop.code)
        .err()
        .unwrap();
    assert_eq!(
        (error.status(), error.field()),
        (status::E_ARGUMENT, "path")
    );
}

#[cfg(unix)]
#[test]
fn a_link_is_no_way_around_the_lock() {
    let shop = Shop::new();
    let till = shop.create();
    let link = shop.folder.path().join("link.loy");
    std::os::unix::fs::symlink(shop.path(), &link).unwrap();
    let error = Till::open(&loy::till::Settings::new(&link)).err().unwrap();
    assert_eq!(error.reason(), "store.open_elsewhere");
    till.close();
    let second_name = shop.folder.path().join("second.loy");
    std::fs::hard_link(shop.path(), &second_name).unwrap();
    for path in [shop.path(), second_name.clone()] {
        let error = Till::open(&loy::till::Settings::new(&path)).err().unwrap();
        assert_eq!(error.reason(), "store.second_name");
    }
    std::fs::remove_file(second_name).unwrap();
    assert!(shop.try_open().is_ok());
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_the_ledger() {
    use std::os::unix::fs::PermissionsExt as _;
    let shop = Shop::new();
    let till = shop.create();
    till.record("sale-1", &cart(1_000)).unwrap();
    for suffix in ["", "-wal"] {
        let path = format!("{}{suffix}", shop.path().display());
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{suffix}");
    }
}
