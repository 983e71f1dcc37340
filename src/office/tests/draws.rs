//! Lucky draws, computed again at head office. The office made the writer's secret; what its turns of `wheel`
//! must draw is computed here by the rule that tests/draws/outcomes.py checks from outside.

use super::lapse::install;
use super::*;
use crate::ledger::draw::{Turn, key_of_draw, key_of_writer, outcome, part_of};
use crate::ledger::event::EventPayload;
use crate::ledger::{AdjustmentPayload, HouseholdPayload};
use crate::programme::Programme;

const DRAWS: &str = include_str!("../../../tests/programmes/draws.json");

/// A till with the programme, and what each of its turns of `wheel` must draw while there are cups.
fn playing(office: &mut Office) -> (SampleTill, impl Fn(u64) -> Option<String> + use<>) {
    playing_by(office, DRAWS)
}

fn playing_by(
    office: &mut Office,
    document: &str,
) -> (SampleTill, impl Fn(u64) -> Option<String> + use<>) {
    let new = NewTill {
        store: "HN01",
        till: "1",
        currency: Currency::VND,
        language: "vi",
        programme: document.as_bytes().to_vec(),
        clock: ClockLimits::default(),
        members: MemberList::Sent,
        operators: Default::default(),
    };
    let made = office.provision(&new, &mut bytes_from(10), NOW);
    let (file, code) = made.expect("a file");
    let file = Provisioning::open(&file, &code.to_string()).expect("opens");
    let mut till = SampleTill::new(file.tenant, file.writer, *file.writer_secret, 9);
    let programme = Programme::read(document.as_bytes()).expect("a programme");
    install(&mut till, &programme);
    let key = key_of_draw(&key_of_writer(&file.writer_secret), "wheel");
    let drawn = move |n| {
        let part = part_of(&outcome(&key, "wheel", n));
        let prize = programme.draw("wheel").expect("the wheel").drawn(part);
        prize.map(|prize| prize.id.clone())
    };
    (till, drawn)
}

fn turn(till: &mut SampleTill, who: MemberNumber, n: u64, prize: Option<String>) -> u64 {
    till.write(Kind::Event, |entry| {
        entry.member = Some(who);
        entry.programme_version = 1;
        entry.payload = event(n, prize);
    })
}

fn event(n: u64, prize: Option<String>) -> Vec<u8> {
    let turn = Turn {
        draw: "wheel".to_owned(),
        n,
        prize,
    };
    EventPayload {
        name: turn.name(),
        reference: turn.reference(),
    }
    .to_payload()
}

fn verdicts(office: &Office) -> Vec<(u64, Verdict)> {
    let turns = office.turns().expect("turns").into_iter();
    turns.map(|turn| (turn.n, turn.verdict)).collect()
}

#[test]
fn each_turn_is_computed_again_and_a_prize_that_was_not_drawn_is_told() {
    let (_dir, mut office) = office();
    let (mut till, drawn) = playing(&mut office);
    let who = member(10_000_000_000);
    let prizes: Vec<Option<String>> = (1..=20).map(&drawn).collect();
    let (mut cups, mut wrong) = (0, 0);
    for (n, prize) in (1..).zip(&prizes) {
        let mut prize = prize.clone();
        if prize.as_deref() == Some("cup") {
            cups += 1;
            // One is there; each other one is 50 points.
            prize = if cups > 1 {
                Some("fifty".to_owned())
            } else {
                prize
            };
        }
        if n == 20 {
            // A cashier's friend wins the voucher, or nothing where that was drawn.
            wrong = n;
            prize = match prize.as_deref() {
                Some("voucher") => None,
                _ => Some("voucher".to_owned()),
            };
        }
        turn(&mut till, who, n, prize);
    }
    assert!(cups > 1, "more than one cup in twenty turns");
    ingest(&mut office, &till.batch(1, till.entries.len()));
    for (n, verdict) in verdicts(&office) {
        let expected = if n == wrong {
            Verdict::Wrong
        } else {
            Verdict::Right
        };
        assert_eq!(verdict, expected, "turn {n}");
    }
    let exceptions = office.exceptions().expect("lines");
    let told: Vec<_> = exceptions
        .iter()
        .map(|line| (&*line.key, &*line.subject, line.found))
        .collect();
    assert_eq!(told, [("draw.wrong", "wheel", 20)]);
    let totals = office.prize_totals().expect("totals");
    let wheel = totals.iter().filter(|total| total.draw == "wheel");
    let told: Vec<_> = wheel
        .clone()
        .map(|total| (&*total.prize, total.chance))
        .collect();
    let percent = |percent: u64| Some(percent * 1_000_000_000);
    assert_eq!(
        told,
        [
            ("", Some(29_500_000_000)),
            ("cup", percent(30)),
            ("fifty", Some(20_500_000_000)),
            ("voucher", percent(20))
        ]
    );
    assert!(wheel.clone().all(|total| total.turns == 20));
    assert_eq!(wheel.clone().map(|total| total.won).sum::<u64>(), 20);
    assert_eq!(wheel.map(|total| total.wrong).sum::<u64>(), 1);
}

#[test]
fn who_turns_again_instead_of_having_their_turn_again_is_told() {
    let (_dir, mut office) = office();
    let (mut till, drawn) = playing(&mut office);
    let (who, other) = (member(10_000_000_000), member(10_000_000_001));
    let first = turn(&mut till, who, 1, drawn(1));
    till.write(Kind::Event, |entry| {
        entry.member = Some(who);
        entry.programme_version = 1;
        entry.flags = Flags::UNDONE;
        entry.refers_to = first;
        entry.payload = event(1, drawn(1));
    });
    // Another's next turn, the same one again, a number that was left out, and one that was had.
    turn(&mut till, other, 2, drawn(2));
    turn(&mut till, who, 1, drawn(1));
    turn(&mut till, who, 4, drawn(4));
    turn(&mut till, other, 2, drawn(2));
    ingest(&mut office, &till.batch(1, till.entries.len()));
    let told = verdicts(&office);
    let (right, wrong) = (Verdict::Right, Verdict::Wrong);
    assert_eq!(
        told,
        [(1, right), (2, right), (1, right), (4, wrong), (2, wrong)]
    );
}

#[test]
fn somebody_whose_turn_is_kept_cannot_have_another_one_first() {
    let (_dir, mut office) = office();
    let (mut till, drawn) = playing(&mut office);
    let who = member(10_000_000_000);
    let first = turn(&mut till, who, 1, drawn(1));
    undone(&mut till, who, (1, first), drawn(1));
    turn(&mut till, who, 2, drawn(2));
    ingest(&mut office, &till.batch(1, till.entries.len()));
    assert_eq!(
        verdicts(&office),
        [(1, Verdict::Right), (2, Verdict::Wrong)]
    );
}

fn undone(till: &mut SampleTill, who: MemberNumber, (n, first): (u64, u64), prize: Option<String>) {
    till.write(Kind::Event, |entry| {
        entry.member = Some(who);
        entry.programme_version = 1;
        entry.flags = Flags::UNDONE;
        entry.refers_to = first;
        entry.payload = event(n, prize);
    });
}

/// `member` joins `holder`, or leaves if they joined by an entry.
fn household(
    till: &mut SampleTill,
    (member, holder): (MemberNumber, MemberNumber),
    joined: u64,
) -> u64 {
    let payload = HouseholdPayload {
        holder,
        brings: Vec::new(),
        by: AdjustmentPayload::new("TN-07", "", "family"),
    };
    till.write(Kind::Household, |entry| {
        entry.member = Some(member);
        if joined > 0 {
            entry.flags = Flags::UNDONE;
            entry.refers_to = joined;
        }
        entry.payload = payload.to_payload();
    })
}

#[test]
fn a_household_whose_turn_is_kept_cannot_have_another_one_first_and_nobody_else_has_theirs() {
    let (_dir, mut office) = office();
    let wheel = "\"id\": \"wheel\",";
    let limited = format!("{wheel} \"times\": {{\"day\": 9, \"per\": \"household\"}},");
    let document = DRAWS.replace(wheel, &limited);
    let (mut till, drawn) = playing_by(&mut office, &document);
    let [a, b, c] = [0, 1, 2].map(|last| member(10_000_000_000 + last));
    let joined = household(&mut till, (b, a), 0);
    let first = turn(&mut till, a, 1, drawn(1));
    undone(&mut till, a, (1, first), drawn(1));
    // A fresh one, while the household has one; that one; and for somebody else.
    turn(&mut till, b, 2, drawn(2));
    let again = turn(&mut till, b, 1, drawn(1));
    undone(&mut till, b, (1, again), drawn(1));
    turn(&mut till, c, 1, drawn(1));
    let again = turn(&mut till, a, 1, drawn(1));
    undone(&mut till, a, (1, again), drawn(1));
    household(&mut till, (b, a), joined);
    // Who left has none of it.
    turn(&mut till, b, 3, drawn(3));
    turn(&mut till, a, 1, drawn(1));
    ingest(&mut office, &till.batch(1, till.entries.len()));
    let (right, wrong) = (Verdict::Right, Verdict::Wrong);
    assert_eq!(
        verdicts(&office),
        [
            (1, right),
            (2, wrong),
            (1, right),
            (1, wrong),
            (1, wrong),
            (3, right),
            (1, right)
        ]
    );
}

#[test]
fn what_is_told_does_not_depend_on_the_cut_of_the_batches_nor_on_their_order() {
    let told = |cuts: &[(u64, usize)]| {
        let (_dir, mut office) = office();
        let (mut till, drawn) = playing(&mut office);
        for n in 1..=6 {
            turn(&mut till, member(10_000_000_000), n, drawn(n));
        }
        for &(first, count) in cuts {
            ingest(&mut office, &till.batch(first, count));
        }
        (
            office.turns().expect("turns"),
            office.digest().expect("a digest"),
        )
    };
    let whole = told(&[(1, 8)]);
    assert_eq!(whole.0.len(), 6);
    assert_eq!(whole, told(&[(6, 3), (1, 3), (4, 2)]));
}

#[test]
fn without_the_programme_or_the_key_a_turn_is_neither_right_nor_wrong() {
    let (_dir, mut office) = office();
    let (mut till, drawn) = playing(&mut office);
    turn(&mut till, member(10_000_000_000), 1, drawn(1));
    ingest(&mut office, &till.batch(1, till.entries.len()));
    assert_eq!(verdicts(&office), [(1, Verdict::Right)]);
    let document: Vec<u8> = {
        let mut query = office
            .db
            .prepare("SELECT document FROM programme")
            .expect("sound");
        query.query_row([], |row| row.get(0)).expect("one")
    };
    office
        .db
        .execute("DELETE FROM programme", [])
        .expect("gone");
    assert_eq!(verdicts(&office), [(1, Verdict::NotKnown)]);
    office
        .know_programme(&document)
        .expect("stored")
        .expect("a programme");
    office
        .db
        .execute("UPDATE writer SET draw_key = NULL", [])
        .expect("gone");
    assert_eq!(verdicts(&office), [(1, Verdict::NotKnown)]);
}
