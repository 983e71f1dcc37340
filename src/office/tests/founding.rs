//! Making a head office, opening it again, and provisioning tills.

use super::*;
use crate::ledger::Operators;

#[test]
fn an_office_is_made_once_and_opened_again() {
    let (dir, office) = office();
    let public = office.public_key();
    drop(office);
    let again = Office::create(dir.path(), "Khác", &mut bytes_from(2), NOW);
    assert!(matches!(again, Err(OfficeError::Exists(_))));
    let opened = Office::open(dir.path()).expect("opens");
    assert_eq!(
        (opened.name(), opened.public_key()),
        ("Chuỗi cà phê", public)
    );
    let elsewhere = TempDir::new().expect("a directory");
    assert!(matches!(
        Office::open(elsewhere.path()),
        Err(OfficeError::Absent(_))
    ));
    std::fs::write(elsewhere.path().join(FILE_NAME), b"not a database at all").expect("written");
    assert!(matches!(
        Office::open(elsewhere.path()),
        Err(OfficeError::Unknown { .. })
    ));
}

#[test]
fn an_office_file_of_version_1_opens_and_counts_what_expires() {
    let (dir, mut office) = office();
    let mut till = till(&mut office, "1", 10);
    busy_till(&mut till, member(10_000_000_000));
    ingest(&mut office, &till.batch(1, till.entries.len()));
    let digest = office.digest().expect("a digest");
    drop(office);
    let db = rusqlite::Connection::open(dir.path().join(FILE_NAME)).expect("a file");
    db.execute_batch(
        "DROP VIEW activity_now; DROP VIEW member_now; DROP VIEW account_now; DROP VIEW portion_now;
         DROP VIEW merged; DROP TABLE household; DROP TABLE stay; DROP TABLE shared;
         DROP TABLE lot_home; DROP TABLE debt_home; DROP TABLE alias; DROP TABLE member_status; DROP INDEX entry_act;
         DROP INDEX entry_goods; DROP INDEX entry_sale; DROP INDEX entry_return; DROP INDEX batch_applied;
         ALTER TABLE account DROP COLUMN expired; ALTER TABLE account DROP COLUMN adjusted;
         ALTER TABLE stream DROP COLUMN programme; DROP TABLE programme; DROP TABLE activity;
         DROP TABLE event_activity; DROP TABLE operator_list; DROP INDEX entry_turn; ALTER TABLE writer DROP COLUMN draw_key;
         PRAGMA user_version = 1",
    )
    .expect("as it was");
    drop(db);
    let mut opened = Office::open(dir.path()).expect("opens");
    assert_eq!(opened.digest().expect("a digest"), digest);
    let more = till.sale(member(10_000_000_000), 10_000, 1);
    ingest(&mut opened, &till.batch(more, 2));
    assert_eq!(known(&opened, member(10_000_000_000)), 7);
}

/// Lists of all stores have numbers that only grow: a till takes none with a smaller one.
#[test]
fn a_clock_set_back_at_head_office_does_not_make_a_new_list_an_old_one() {
    let (_dir, mut office) = office();
    provisioned(&mut office, "1", 10);
    let mut number = |now| {
        let people = (Operators::default(), Pins::AsGiven);
        let made = office.list_operators("HN01", Currency::VND, people, &mut bytes_from(3), now);
        made.expect("a list").1.ms() - NOW.ms()
    };
    let year_before = Instant::from_ms(NOW.ms() - 31_536_000_000);
    assert_eq!([number(NOW), number(year_before), number(NOW)], [0, 1, 2]);
    assert_eq!(number(NOW.plus_seconds(60)), 60_000);
}

#[test]
fn every_till_gets_its_own_key_and_its_own_member_numbers() {
    let (_dir, mut office) = office();
    let first = provisioned(&mut office, "1", 10);
    let second = provisioned(&mut office, "2", 11);
    assert_ne!(first.writer, second.writer);
    assert_ne!(first.writer_secret, second.writer_secret);
    assert_eq!(first.identifier_key, second.identifier_key);
    assert_eq!(first.member_block.first_body, 10_000_000_000);
    assert_eq!(first.member_block.last_body, 10_000_999_999);
    assert_eq!(second.member_block.first_body, 10_001_000_000);
}

#[test]
fn a_new_till_is_told_the_members_known_so_far() {
    let (_dir, mut office) = office();
    let mut first = till(&mut office, "1", 10);
    let who = member(10_000_000_000);
    first.enrol(who, &[[5; 16]]);
    ingest(&mut office, &first.batch(1, 2));
    let second = provisioned(&mut office, "2", 11);
    assert_eq!(second.members, [([5; 16], who)]);
}
