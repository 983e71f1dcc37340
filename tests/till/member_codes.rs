//! Points are spent by who has the member's code: one that rotates, one that was sent, or what stands in.

use loy::exchange::{Acknowledgement, operators};
use loy::kernel::Instant;
use loy::kernel::{Currency, MemberNumber};
use loy::ledger::Kind;
use loy::scan::{EntryMode, Scan, one_time, rotating};
use loy::texts::Language;
use loy::till::{ActKind, CodeState, Depth, Error, Sale, Till, status};
use serde_json::{Value, json};

use crate::people::{STORE, exceptions, reason};
use crate::shop::{
    MORNING_MS, Shop, TODAY, answer, assert_sound, balance, cart_of, date, enrol, phone, spending,
};

/// As ever, and more than 10 points of a sale need a code.
fn shop_with(without_code: Value) -> Shop {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["wallets"][0]["code_above"] = json!("10");
    if !without_code.is_null() {
        document["wallets"][0]["without_code"] = without_code;
    }
    Shop::with(|provisioning| {
        provisioning.programme = document.to_string().into_bytes();
        let random = &mut |bytes: &mut [u8]| bytes.fill(6);
        provisioning.operators =
            operators::from_json(STORE.as_bytes(), Currency::VND, 1_000, random).unwrap();
    })
}

/// A till whose one member has 100 points.
fn till_of(shop: &Shop) -> (Till, MemberNumber) {
    let till = shop.create();
    let member = enrol(&till);
    till.record("before", &cart_of(member, 1_000_000)).unwrap();
    assert_eq!(balance(&till, member).0, 100);
    (till, member)
}

/// What the member's telephone shows at an instant: the chain's key is known to the tests alone.
fn code_at(member: MemberNumber, ms: i64) -> String {
    let step = one_time::step_at(Instant::from_ms(ms)).unwrap();
    let key = rotating::member_key(&rotating::rotation_key(&[5; 32]), rotating::EPOCH, member);
    rotating::code(&key, member, step)
}

fn state(till: &Till, code: &str) -> CodeState {
    let scan = Scan {
        text: code,
        symbology: None,
        entry_mode: EntryMode::Scanned,
    };
    let found = till.identify(&scan).unwrap();
    let owner = found.candidates[0].owner.unwrap();
    owner.code.expect("a rotating code")
}

/// A bill of 100.000 d of which so many points pay 1.000 d each.
fn spend(till: &Till, id: &str, member: MemberNumber, points: i64) -> Result<Sale, Error> {
    till.authorise(id, &spending(member, 100_000, points), 600)
}

#[test]
fn ten_points_need_no_code_and_eleven_need_one() {
    let shop = shop_with(Value::Null);
    let (till, member) = till_of(&shop);
    let quote = |points| till.evaluate(&spending(member, 100_000, points)).unwrap();
    assert!(!quote(10).needs_code);
    assert!(quote(11).needs_code);
    spend(&till, "small", member, 10).unwrap();
    let refused = spend(&till, "large", member, 11).unwrap_err();
    assert_eq!(
        (refused.status(), refused.reason()),
        (status::REFUSED, "code.needed_or_pin")
    );
    assert_eq!(
        refused.cashier_text(Language::Vi),
        "Dùng hơn 10 điểm phải quét mã của khách, hoặc có mã PIN của giám sát (đang dùng 11 điểm)"
    );
    assert_eq!(
        reason(till.record("paid", &spending(member, 100_000, 11))),
        "code.needed_or_pin"
    );
    // The code is shown, and the same call is asked again.
    assert_eq!(state(&till, &code_at(member, MORNING_MS)), CodeState::Right);
    let sale = spend(&till, "large", member, 11).unwrap();
    assert_eq!(sale.quote.redeemed(1).get(), 11);
    assert!(sale.quote.needs_code);
    assert_eq!(
        exceptions(&till),
        ["redemption.refused   10 11", "redemption.refused   10 11"]
    );
    assert_sound(&till);
}

#[test]
fn a_code_spends_once_and_the_next_one_again() {
    let shop = shop_with(Value::Null);
    let (till, member) = till_of(&shop);
    let first = code_at(member, MORNING_MS);
    assert_eq!(state(&till, &first), CodeState::Right);
    spend(&till, "one", member, 20).unwrap();
    // What was done is the same again, without a code.
    assert!(spend(&till, "one", member, 20).unwrap().was_replayed);
    assert_eq!(
        reason(spend(&till, "two", member, 20)),
        "code.needed_or_pin"
    );
    assert_eq!(state(&till, &first), CodeState::Used);
    assert_eq!(
        reason(spend(&till, "two", member, 20)),
        "code.needed_or_pin"
    );
    shop.clock.advance_seconds(30);
    assert_eq!(state(&till, &first), CodeState::Used);
    let next = code_at(member, MORNING_MS + 30_000);
    assert_eq!(state(&till, &next), CodeState::Right);
    spend(&till, "two", member, 20).unwrap();
    till.close();
    // Nor does a restart forget which code was used.
    let till = shop.open();
    assert_eq!(state(&till, &next), CodeState::Used);
    assert_eq!(
        reason(spend(&till, "three", member, 20)),
        "code.needed_or_pin"
    );
    assert_sound(&till);
}

#[test]
fn a_code_is_the_members_alone() {
    let shop = shop_with(Value::Null);
    let (till, member) = till_of(&shop);
    let other = till.enrol("enrol-2", &phone("0987654321")).unwrap().number;
    till.record("other", &cart_of(other, 1_000_000)).unwrap();
    assert_eq!(state(&till, &code_at(other, MORNING_MS)), CodeState::Right);
    assert_eq!(
        reason(spend(&till, "one", member, 20)),
        "code.needed_or_pin"
    );
    // The other's password behind this member's number.
    let mixed = code_at(member, MORNING_MS)[..14].to_owned() + &code_at(other, MORNING_MS)[14..];
    assert_eq!(state(&till, &mixed), CodeState::Wrong);
    let card = till.scan(&mixed, date(TODAY)).unwrap();
    assert_eq!(card.number, member);
    assert!(
        card.cashier_text.ends_with(
            "Mã không đúng: nhờ khách mở lại ứng dụng rồi quét lại; vẫn tích điểm được nhưng không \
             dùng điểm được"
        ),
        "{}",
        card.cashier_text
    );
    spend(&till, "two", other, 20).unwrap();
}

#[test]
fn a_telephone_may_be_half_a_minute_off_and_a_picture_of_two_minutes_ago_is_told() {
    let shop = shop_with(Value::Null);
    let (till, member) = till_of(&shop);
    for (seconds, expected) in [
        (-120, CodeState::Late),
        (-60, CodeState::Late),
        (-30, CodeState::Right),
        (30, CodeState::Right),
        (60, CodeState::Early),
        (-3_600, CodeState::Wrong),
    ] {
        let code = code_at(member, MORNING_MS + seconds * 1_000);
        assert_eq!(state(&till, &code), expected, "{seconds} s");
    }
}

#[test]
fn a_code_that_was_shown_stands_a_quarter_of_an_hour_and_not_behind_a_restart() {
    let shop = shop_with(Value::Null);
    let (till, member) = till_of(&shop);
    assert_eq!(state(&till, &code_at(member, MORNING_MS)), CodeState::Right);
    shop.clock.advance_seconds(899);
    spend(&till, "one", member, 20).unwrap();
    let now = MORNING_MS + 899_000;
    assert_eq!(state(&till, &code_at(member, now)), CodeState::Right);
    shop.clock.advance_seconds(900);
    assert_eq!(
        reason(spend(&till, "two", member, 20)),
        "code.needed_or_pin"
    );
    assert_eq!(
        state(&till, &code_at(member, now + 900_000)),
        CodeState::Right
    );
    till.close();
    let till = shop.open();
    assert_eq!(
        reason(spend(&till, "three", member, 20)),
        "code.needed_or_pin"
    );
}

#[test]
fn a_clock_set_back_by_more_than_a_minute_takes_no_code() {
    let shop = shop_with(Value::Null);
    let (till, member) = till_of(&shop);
    shop.clock.set(MORNING_MS - 60_000);
    assert_eq!(
        state(&till, &code_at(member, MORNING_MS - 60_000)),
        CodeState::Right
    );
    shop.clock.set(MORNING_MS - 60_001);
    assert_eq!(
        state(&till, &code_at(member, MORNING_MS - 60_001)),
        CodeState::Clock
    );
    shop.clock.set(MORNING_MS + 40 * 86_400_000);
    let code = code_at(member, MORNING_MS + 40 * 86_400_000);
    assert_eq!(state(&till, &code), CodeState::Clock);
}

/// Head office answers, by its clock.
fn hear(shop: &Shop, till: &Till, office_ms: i64) {
    let export = till.export_next(1 << 20).unwrap().unwrap();
    let signed = answer(&shop.office_key, &export.bytes);
    let office = shop.office_key.verifying_key().to_bytes();
    let acknowledgement = Acknowledgement {
        office_time: Instant::from_ms(office_ms),
        ..Acknowledgement::verify(&signed, &office).unwrap()
    };
    till.acknowledge(&acknowledgement.sign(&shop.office_key))
        .unwrap();
}

#[test]
fn a_clock_that_was_behind_head_offices_takes_no_code_until_head_office_is_heard_again() {
    let shop = shop_with(Value::Null);
    let (till, member) = till_of(&shop);
    let code = || code_at(member, MORNING_MS);
    assert_eq!(state(&till, &code()), CodeState::Right);
    hear(&shop, &till, MORNING_MS + 61_000);
    assert_eq!(state(&till, &code()), CodeState::Clock);
    till.close();
    let till = shop.open();
    assert_eq!(state(&till, &code()), CodeState::Clock);
    // The answer lay on a stick for a day: nothing is known against the clock.
    till.record("more", &cart_of(member, 10_000)).unwrap();
    hear(&shop, &till, MORNING_MS - 86_400_000);
    assert_eq!(state(&till, &code()), CodeState::Right);
}

#[test]
fn a_supervisors_pin_stands_in_for_the_code_and_a_reason_does_not() {
    let shop = shop_with(Value::Null);
    let (till, member) = till_of(&shop);
    till.override_code("one", "TN-07", "phone_dead").unwrap();
    assert_eq!(
        reason(spend(&till, "one", member, 20)),
        "code.needed_or_pin"
    );
    till.approve("one", ActKind::Redemption, "GS-01", b"4711")
        .unwrap();
    spend(&till, "one", member, 20).unwrap();
    assert_eq!(
        exceptions(&till),
        [
            "redemption.refused   10 20",
            "approval.given  GS-01 0 0",
            "redemption.approved  GS-01 10 20"
        ]
    );
    // For this operation and no other.
    assert_eq!(
        reason(spend(&till, "two", member, 20)),
        "code.needed_or_pin"
    );
    assert_sound(&till);
}

#[test]
fn where_a_reason_is_enough_it_is_a_line_with_the_cashier_and_the_reason() {
    let shop = shop_with(json!("reason"));
    let (till, member) = till_of(&shop);
    assert_eq!(
        reason(spend(&till, "one", member, 20)),
        "code.needed_or_reason"
    );
    let name = till.override_code("one", "Chị Lan", "phone_dead");
    assert_eq!(reason(name), "argument.wrong");
    till.override_code("one", "TN-07", "phone_dead").unwrap();
    spend(&till, "one", member, 20).unwrap();
    let lines = till.day_exceptions(date(TODAY)).unwrap();
    let line = lines.last().unwrap();
    let told = (
        line.key.as_str(),
        line.operator.as_str(),
        line.subject.as_str(),
    );
    assert_eq!(told, ("redemption.overridden", "TN-07", "phone_dead"));
    assert_eq!((line.limit, line.found), (10, 20));
}

#[test]
fn where_nothing_stands_in_only_the_code_spends() {
    let shop = shop_with(json!("refused"));
    let (till, member) = till_of(&shop);
    till.approve("one", ActKind::Redemption, "QL-01", b"900900")
        .unwrap();
    assert_eq!(reason(spend(&till, "one", member, 20)), "code.needed");
    till.override_code("one", "TN-07", "phone_dead").unwrap();
    assert_eq!(reason(spend(&till, "one", member, 20)), "code.needed");
    assert_eq!(state(&till, &code_at(member, MORNING_MS)), CodeState::Right);
    spend(&till, "one", member, 20).unwrap();
}

#[test]
fn a_paid_sale_that_spends_more_than_was_authorised_is_told_and_not_refused() {
    let shop = shop_with(Value::Null);
    let (till, member) = till_of(&shop);
    let held = spend(&till, "one", member, 10).unwrap();
    let more = spending(member, 100_000, 30);
    let sale = till.commit("two", held.id, Some(&more)).unwrap();
    assert_eq!(sale.quote.redeemed(1).get(), 30);
    assert_eq!(exceptions(&till), ["redemption.unapproved   10 30"]);
    assert_sound(&till);
}

#[test]
fn a_code_that_was_sent_spends_once_also_behind_a_restart() {
    let shop = shop_with(json!("refused"));
    let (till, member) = till_of(&shop);
    assert_eq!(
        reason(till.check_one_time_code(member, "000000")),
        "code.none"
    );
    let made = till.new_one_time_code("send-1", member).unwrap();
    assert_eq!(made.digits.len(), 6);
    assert_eq!(made.good_until.ms(), MORNING_MS + 300_000);
    assert_eq!(till.new_one_time_code("send-1", member).unwrap(), made);
    assert_eq!(reason(spend(&till, "one", member, 20)), "code.needed");
    till.close();
    let till = shop.open();
    shop.clock.advance_seconds(299);
    till.check_one_time_code(member, &made.digits).unwrap();
    // The answer was lost, and the POS asks again.
    till.check_one_time_code(member, &made.digits).unwrap();
    till.close();
    let till = shop.open();
    spend(&till, "one", member, 20).unwrap();
    assert_eq!(reason(spend(&till, "two", member, 20)), "code.needed");
    shop.clock.set(MORNING_MS + 299_000);
    assert_eq!(
        reason(till.check_one_time_code(member, &made.digits)),
        "code.is_used"
    );
    assert_eq!(reason(spend(&till, "two", member, 20)), "code.needed");
    assert_sound(&till);
    assert_eq!(till.verify(Depth::Full).unwrap(), []);
}

#[test]
fn a_code_that_was_sent_lives_five_minutes_and_dies_with_the_next_one() {
    let shop = shop_with(Value::Null);
    let (till, member) = till_of(&shop);
    let first = till.new_one_time_code("send-1", member).unwrap();
    shop.clock.advance_seconds(300);
    assert_eq!(
        reason(till.check_one_time_code(member, &first.digits)),
        "code.run_out"
    );
    let second = till.new_one_time_code("send-2", member).unwrap();
    assert_ne!(first.digits, second.digits);
    assert_eq!(
        reason(till.check_one_time_code(member, &first.digits)),
        "code.not_it"
    );
    till.check_one_time_code(member, &second.digits).unwrap();
    for number in 3..=5 {
        till.new_one_time_code(&format!("send-{number}"), member)
            .unwrap();
    }
    let sixth = till.new_one_time_code("send-6", member).unwrap_err();
    assert_eq!(
        (sixth.status(), sixth.reason()),
        (status::LIMIT_REACHED, "code.too_many")
    );
}

#[test]
fn five_wrong_tries_kill_a_code_and_a_restart_forgets_none() {
    let shop = shop_with(Value::Null);
    let (till, member) = till_of(&shop);
    let made = till.new_one_time_code("send-1", member).unwrap();
    let wrong = if made.digits == "123456" {
        "654321"
    } else {
        "123456"
    };
    let first = till.check_one_time_code(member, wrong).unwrap_err();
    assert_eq!(
        first.cashier_text(Language::Vi),
        "Mã không đúng; còn 4 lần thử"
    );
    for typed in [wrong, "12345", "12345x"] {
        assert_eq!(
            reason(till.check_one_time_code(member, typed)),
            "code.not_it"
        );
    }
    till.close();
    let till = shop.open();
    assert_eq!(
        reason(till.check_one_time_code(member, wrong)),
        "code.locked"
    );
    assert_eq!(
        reason(till.check_one_time_code(member, &made.digits)),
        "code.locked"
    );
    let lines = exceptions(&till);
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[4], "code.wrong   5 5");
    assert_sound(&till);
}

#[test]
fn a_code_that_was_sent_is_in_no_file_and_no_log() {
    let shop = shop_with(Value::Null);
    let (till, member) = till_of(&shop);
    let made = till.new_one_time_code("send-1", member).unwrap();
    till.check_one_time_code(member, &made.digits).unwrap();
    assert!(!format!("{made:?}").contains(&made.digits));
    let log = till.take_log();
    assert!(log.iter().all(|event| !event.text.contains(&made.digits)));
    let entries = till.history(member, 0, 1_000).unwrap();
    let own = entries.iter().filter(|entry| entry.kind == Kind::Exception);
    assert_eq!(own.count(), 2);
    till.close();
    for file in std::fs::read_dir(shop.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
        let mut windows = bytes.windows(6);
        assert!(!windows.any(|window| window == made.digits.as_bytes()));
    }
}
