//! Balances that lapse for want of sales, by programmes that head office knows or does not.

use super::*;
use crate::programme::Programme;

/// "1 point per 10,000 VND", lost after so many days without a sale.
fn programme(days: u32) -> Programme {
    let text = include_str!("../../../examples/programmes/vnd-10000.json").replace(
        r#""decimals": 0,"#,
        &format!(r#""decimals": 0, "expiry": {{"inactive": {{"days": {days}}}}},"#),
    );
    Programme::read(text.as_bytes()).expect("a programme")
}

pub(super) fn install(till: &mut SampleTill, programme: &Programme) {
    till.write(Kind::ProgrammeInstalled, |entry| {
        entry.payload = programme.hash().to_vec();
    });
}

fn known_after(office: &Office, who: MemberNumber, days: u32) -> i64 {
    let on = today().plus_days(days).expect("a date");
    office.balance(who, on).expect("a balance")[0]
        .balance
        .known
        .get()
}

#[test]
fn a_programme_that_is_not_known_lapses_nothing_until_it_is_shown() {
    let (_dir, mut office) = office();
    let mut till = till(&mut office, "1", 10);
    let who = member(10_000_000_000);
    let programme = programme(30);
    install(&mut till, &programme);
    till.sale(who, 100_000, 10);
    ingest(&mut office, &till.batch(1, till.entries.len()));
    let unknown = |office: &Office| office.status().expect("a status").unknown_programmes;
    assert_eq!(unknown(&office), [("HN01".to_owned(), "1".to_owned())]);
    assert_eq!(known_after(&office, who, 30), 10);
    let known = office.know_programme(programme.document()).expect("works");
    assert_eq!(known, Ok(()));
    assert_eq!(unknown(&office), []);
    // The sale had come in before; it is the last one all the same.
    assert_eq!(
        [29, 30].map(|days| known_after(&office, who, days)),
        [10, 0]
    );
    let problems = office.know_programme(b"{}").expect("works");
    assert!(problems.is_err());
}

#[test]
fn a_later_programme_decides_about_earlier_points_too() {
    let (_dir, mut office) = office();
    let mut till = till(&mut office, "1", 10);
    let who = member(10_000_000_000);
    let programmes = [programme(30), programme(60)];
    for programme in &programmes {
        let known = office.know_programme(programme.document()).expect("works");
        assert_eq!(known, Ok(()));
    }
    install(&mut till, &programmes[0]);
    till.sale(who, 100_000, 10);
    install(&mut till, &programmes[1]);
    ingest(&mut office, &till.batch(1, 4));
    assert_eq!(known_after(&office, who, 30), 0);
    ingest(&mut office, &till.batch(5, 1));
    assert_eq!(
        [59, 60].map(|days| known_after(&office, who, days)),
        [10, 0]
    );
}

#[test]
fn an_event_keeps_a_balance_alive_where_the_programme_says_so() {
    for (activities, known) in [("", 0), (r#", "activities": ["sale", "event"]"#, 10)] {
        let (_dir, mut office) = office();
        let mut till = till(&mut office, "1", 10);
        let who = member(10_000_000_000);
        let text = include_str!("../../../examples/programmes/vnd-10000.json").replace(
            r#""decimals": 0,"#,
            &format!(r#""decimals": 0, "expiry": {{"inactive": {{"days": 30{activities}}}}},"#),
        );
        let programme = Programme::read(text.as_bytes()).expect("a programme");
        install(&mut till, &programme);
        till.sale(who, 100_000, 10);
        till.write(Kind::Event, |entry| {
            entry.member = Some(who);
            entry.business_date = today().plus_days(20).expect("a date");
        });
        ingest(&mut office, &till.batch(1, till.entries.len()));
        office
            .know_programme(programme.document())
            .expect("stored")
            .expect("a programme");
        // Alive to the thirtieth day behind the event, the twentieth; or dead on the thirtieth day.
        assert_eq!(known_after(&office, who, 29), 10);
        assert_eq!(known_after(&office, who, 49), known, "{activities}");
        assert_eq!(known_after(&office, who, 50), 0);
    }
}
