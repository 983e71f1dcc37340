//! What is no sale and gives points all the same: joining, a birthday, a review, a check-in.

use loy::evaluate::Cart;
use loy::exchange::batch::read;
use loy::kernel::{MemberNumber, Points};
use loy::ledger::{Entry, Flags, Kind};
use loy::till::{EventReport, EventReturn, Period, Settings, Till, status};
use serde_json::{Value, json};

use crate::people::entries;
use crate::shop::{Shop, TODAY, assert_sound, balance, cart_of, date, enrol, phone, spending};

/// A shop that gives 1 point for 10.000 đ, and these rules besides.
fn shop(rules: Value, parts: Value) -> Shop {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    for (key, value) in parts.as_object().unwrap() {
        document["wallets"][0][key] = value.clone();
    }
    for rule in rules.as_array().unwrap() {
        let mut rule = rule.clone();
        rule["wallet"] = json!("points");
        document["earn"].as_array_mut().unwrap().push(rule);
    }
    Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes())
}

fn plain(rules: Value) -> Shop {
    shop(rules, json!({}))
}

fn on(member: MemberNumber, name: &str, day: i64) -> EventReport {
    let time = cart_of(member, 1);
    EventReport {
        time: Some((time.at_ms, time.utc_offset_minutes, date(day))),
        ..EventReport::new(name, member)
    }
}

fn given(till: &Till, id: &str, report: &EventReport) -> i64 {
    let done = till.event(id, report).unwrap();
    done.awards.iter().map(|award| award.points.get()).sum()
}

fn back(seq: u64) -> EventReturn {
    EventReturn {
        seq,
        ..EventReturn::default()
    }
}

fn texts(explanation: &[loy::evaluate::Reason]) -> Vec<(&str, &str)> {
    let reasons = explanation.iter();
    reasons.map(|reason| (reason.key, reason.text())).collect()
}

#[test]
fn who_joins_gets_the_welcome_points_once_and_sees_them_on_the_card() {
    let shop = plain(json!([{"id": "welcome", "event": {"name": "sign_up", "points": "50"}}]));
    let till = shop.create();
    let card = till.enrol("enrol-1", &phone("0912345678")).unwrap();
    assert_eq!(card.wallets[0].balance.known.get(), 50);
    let again = till.enrol("enrol-1", &phone("0912345678")).unwrap();
    assert!(again.was_replayed);
    assert_eq!(balance(&till, card.number), (50, 50, 0, 0));
    // Reported once more, it gives nothing, and says why.
    let report = on(card.number, "sign_up", TODAY);
    let done = till.event("join-2", &report).unwrap();
    assert_eq!(
        (done.awards.len(), texts(&done.explanation)),
        (
            0,
            vec![("earn.too_often", "welcome: đã nhận rồi, tối đa 1 lần")]
        )
    );
    let kinds: Vec<Kind> = entries(&till, card.number)
        .iter()
        .map(|entry| entry.kind)
        .collect();
    assert_eq!(kinds, [Kind::Enrol, Kind::Event, Kind::Award, Kind::Event]);
    assert_sound(&till);
}

#[test]
fn a_birthday_counts_once_a_year_and_a_check_in_twice_a_day() {
    let shop = plain(json!([
        {"id": "bday", "event": {"name": "birthday", "points": "100"}},
        {"id": "visit", "event": {"name": "check_in", "points": "2"}, "times": {"day": 2, "ever": 4}}
    ]));
    let till = shop.create();
    let member = enrol(&till);
    let birthday = |id: &str, day| given(&till, id, &on(member, "birthday", day));
    assert_eq!(birthday("b1", 20_261_122), 100);
    assert_eq!(birthday("b2", 20_261_231), 0);
    assert_eq!(birthday("b3", 20_270_101), 100);
    let check_in = |id: &str, day| given(&till, id, &on(member, "check_in", day));
    assert_eq!(
        [
            check_in("c1", 20_261_122),
            check_in("c2", 20_261_122),
            check_in("c3", 20_261_122),
            check_in("c4", 20_261_123),
            check_in("c5", 20_261_124),
            check_in("c6", 20_261_125)
        ],
        [2, 2, 0, 2, 2, 0]
    );
    // The same call again is the same answer, not another check-in.
    let again = till
        .event("c1", &on(member, "check_in", 20_261_122))
        .unwrap();
    assert!(again.was_replayed);
    assert_eq!(again.awards[0].points, Points::new(2));
    let other = till
        .event("c1", &on(member, "birthday", 20_261_122))
        .unwrap_err();
    assert_eq!(other.status(), status::E_OPERATION_CONFLICT);
    assert_eq!(balance(&till, member).0, 208);
    assert_sound(&till);
}

#[test]
fn one_review_of_an_order_counts_once_and_again_only_after_it_was_taken_back() {
    let shop = plain(json!([{"id": "stars", "event": {"name": "review", "points": "20"}}]));
    let till = shop.create();
    let member = enrol(&till);
    let review = |order: &str| EventReport {
        reference: Some(order.to_owned()),
        ..on(member, "review", TODAY)
    };
    let first = till.event("r1", &review("order-7")).unwrap();
    let refused = till.event("r2", &review("order-7")).unwrap_err();
    assert_eq!(
        (refused.status(), refused.reason()),
        (status::ALREADY_RESOLVED, "event.already")
    );
    assert_eq!(given(&till, "r3", &review("order-8")), 20);
    till.take_back_event("x1", &back(first.seq)).unwrap();
    assert_eq!(given(&till, "r4", &review("order-7")), 20);
    assert_eq!(balance(&till, member).0, 40);
    let unknown = till.event("r5", &on(member, "dance", TODAY)).unwrap_err();
    assert_eq!(
        (unknown.status(), unknown.reason()),
        (status::REFUSED, "event.unknown")
    );
    for (wrong, field) in [
        (
            EventReport {
                name: "đánh giá".to_owned(),
                ..review("a")
            },
            "event",
        ),
        (
            EventReport {
                reference: Some(String::new()),
                ..review("a")
            },
            "reference",
        ),
        (
            EventReport {
                channel: Some(" ".to_owned()),
                ..review("a")
            },
            "channel",
        ),
        (
            EventReport {
                cashier: Some("Hoa Mai".to_owned()),
                ..review("a")
            },
            "cashier",
        ),
    ] {
        assert_eq!(till.event("r6", &wrong).unwrap_err().field(), field);
    }
    assert_sound(&till);
}

#[test]
fn an_event_taken_back_leaves_what_would_be_there_without_it() {
    let shop = plain(json!([
        {"id": "stars", "event": {"name": "review", "points": "20"}, "times": {"ever": 1}}
    ]));
    let till = shop.create();
    let member = enrol(&till);
    let done = till.event("r1", &on(member, "review", TODAY)).unwrap();
    // 12 of the 20 are spent before it is taken back: 8 are there, 12 are owed.
    till.record("sale-1", &spending(member, 50_000, 12))
        .unwrap();
    let taken = till.take_back_event("x1", &back(done.seq)).unwrap();
    let line = &taken.wallets[0];
    assert_eq!(
        (line.taken_back.get(), line.owed.get(), taken.event),
        (8, 12, done.seq)
    );
    // 50.000 less 12.000 gave 4 points; they are there, and 12 are owed.
    assert_eq!(balance(&till, member), (-8, 0, 0, 12));
    let again = till.take_back_event("x1", &back(done.seq)).unwrap();
    assert!(again.was_replayed);
    let twice = till.take_back_event("x2", &back(done.seq)).unwrap_err();
    assert_eq!(twice.reason(), "event.taken_back");
    let not_one = till.take_back_event("x3", &back(taken.seq)).unwrap_err();
    assert_eq!(
        (not_one.status(), not_one.reason()),
        (status::NOT_FOUND, "event.not_one")
    );
    assert!(
        till.event("r1", &on(member, "review", TODAY))
            .unwrap()
            .is_taken_back
    );
    // It counts no more: there is room for another, which repays the debt.
    assert_eq!(given(&till, "r2", &on(member, "review", TODAY)), 20);
    assert_eq!(balance(&till, member), (12, 12, 0, 0));
    assert_sound(&till);
}

#[test]
fn a_wallet_that_owes_nothing_lets_no_spent_event_be_taken_back() {
    let shop = shop(
        json!([{"id": "stars", "event": {"name": "review", "points": "20"}}]),
        json!({"refund": {"missing": "refused"}}),
    );
    let till = shop.create();
    let member = enrol(&till);
    let done = till.event("r1", &on(member, "review", TODAY)).unwrap();
    till.record("sale-1", &spending(member, 50_000, 12))
        .unwrap();
    let refused = till.take_back_event("x1", &back(done.seq)).unwrap_err();
    assert_eq!(refused.reason(), "refund.points_missing");
    assert!(
        !till
            .event("r1", &on(member, "review", TODAY))
            .unwrap()
            .is_taken_back
    );
    assert_sound(&till);
}

#[test]
fn points_of_an_event_wait_end_and_count_for_caps_as_those_of_a_sale_do() {
    let shop = shop(
        json!([{"id": "stars", "event": {"name": "review", "points": "20"}}]),
        json!({"pending_days": 3, "expiry": {"days": 30}, "caps": {"day": "25"}}),
    );
    let till = shop.create();
    let member = enrol(&till);
    let done = till.event("r1", &on(member, "review", TODAY)).unwrap();
    // 22 November and 3 days, and 30 days.
    assert_eq!(
        (done.awards[0].available_from, done.awards[0].expires_on),
        (date(20_261_125), Some(date(20_261_222)))
    );
    assert_eq!(
        texts(&done.explanation),
        [(
            "earn.event.applied",
            "stars: đánh giá: 20 điểm = 20 → 20 điểm (làm tròn nửa lên); dùng được từ 25/11/2026; \
             hết hạn từ 22/12/2026"
        )]
    );
    // 25 a day: the bill of 100.000 has room for 5 of its 10, and the next review for none.
    let sale = till.record("sale-1", &cart_of(member, 100_000)).unwrap();
    assert_eq!(sale.quote.awarded(1).get(), 5);
    let full = till.event("r2", &on(member, "review", TODAY)).unwrap();
    assert_eq!(
        (full.awards.len(), full.explanation[0].key),
        (0, "earn.capped_out")
    );
    // A sale says nothing of rules for events.
    assert_eq!(sale.quote.reasons("stars").count(), 0);
    assert_sound(&till);
}

#[test]
fn a_rule_looks_at_the_channel_the_store_and_the_day_of_an_event() {
    let shop = plain(json!([
        {"id": "app", "event": {"name": "app", "points": "5"}, "when": {"channels": ["app"]}},
        {"id": "here", "event": {"name": "app", "points": "1"}, "when": {"stores": ["HN01"]}},
        {"id": "there", "event": {"name": "app", "points": "9"}, "when": {"stores": ["HN02"]}},
        {"id": "sunday", "event": {"name": "app", "points": "2"}, "when": {"weekdays": ["sun"]}}
    ]));
    let till = shop.create();
    let member = enrol(&till);
    // 22 November 2026 is a Sunday.
    assert_eq!(given(&till, "a1", &on(member, "app", TODAY)), 3);
    let by_app = EventReport {
        channel: Some("app".to_owned()),
        ..on(member, "app", 20_261_123)
    };
    assert_eq!(given(&till, "a2", &by_app), 6);
    let done = till.event("a2", &by_app).unwrap();
    let told: Vec<&str> = done.explanation.iter().map(|reason| reason.key).collect();
    assert_eq!(
        told,
        [
            "earn.event.applied",
            "earn.event.applied",
            "earn.not_met",
            "earn.not_met"
        ]
    );
    assert_sound(&till);
}

#[test]
fn rules_about_sales_can_say_how_often_and_a_return_gives_room_back() {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["earn"] = json!([
        {"id": "bonus", "wallet": "points", "fixed": {"points": "30"}, "times": {"month": 1}}
    ]);
    let shop =
        Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes());
    let till = shop.create();
    let member = enrol(&till);
    let sale = |id: &str, day| {
        let cart = Cart {
            business_date: date(day),
            ..cart_of(member, 50_000)
        };
        let sale = till.record(id, &cart).unwrap();
        (sale.id, sale.quote.awarded(1).get())
    };
    let (first, points) = sale("1", 20_261_101);
    assert_eq!(points, 30);
    assert_eq!(sale("2", 20_261_130).1, 0);
    assert_eq!(sale("3", 20_261_201).1, 30);
    till.refund("back", &crate::shop::refund_of(first)).unwrap();
    assert_eq!(sale("4", 20_261_130).1, 30);
    assert_sound(&till);
}

#[test]
fn an_event_stands_in_the_days_totals_and_the_statement_and_travels() {
    let shop = plain(json!([{"id": "stars", "event": {"name": "review", "points": "20"}}]));
    let till = shop.create();
    let member = enrol(&till);
    let done = till.event("r1", &on(member, "review", TODAY)).unwrap();
    till.event("r2", &on(member, "review", TODAY)).unwrap();
    till.take_back_event(
        "x1",
        &EventReturn {
            time: on(member, "review", TODAY).time,
            cashier: Some("TN-07".to_owned()),
            reason: Some("spam".to_owned()),
            ..back(done.seq)
        },
    )
    .unwrap();
    let report = till.close_day("close-1", date(TODAY)).unwrap();
    let total = |kind: &str| {
        let found = report.totals.iter().find(|total| total.kind == kind);
        found.map(|total| (total.count, total.points.get()))
    };
    assert_eq!(total("event"), Some((3, 0)));
    assert_eq!(total("award"), Some((2, 40)));
    assert_eq!(total("award_refund"), Some((1, 20)));
    let statement = till
        .statement(&member.to_string(), Some(date(TODAY)), Period::default())
        .unwrap();
    let told: Vec<(&str, i64)> = statement
        .history
        .iter()
        .map(|line| (line.text.as_str(), line.points.get()))
        .collect();
    assert_eq!(
        told,
        [
            ("Đăng ký thành viên", 0),
            ("Hoạt động: đánh giá", 0),
            ("Tích điểm", 20),
            ("Hoạt động: đánh giá", 0),
            ("Tích điểm", 20),
            ("Hoàn tác: Hoạt động: đánh giá", 0),
            ("Thu hồi điểm", -20),
        ]
    );
    let entries: Vec<Entry> = entries(&till, member);
    let own = entries.iter().find(|entry| entry.flags.has(Flags::UNDONE));
    assert_eq!(own.unwrap().refers_to, done.seq);
    let bytes = till.export_next(1 << 20).unwrap().unwrap().bytes;
    let writer = ed25519_dalek::SigningKey::from_bytes(&[3; 32]).verifying_key();
    let batch = read(&bytes).unwrap().verify(&writer.to_bytes()).unwrap();
    assert_eq!(
        batch
            .entries
            .iter()
            .filter(|entry| entry.kind == Kind::Event)
            .count(),
        3
    );
    assert_sound(&till);
}

#[test]
fn a_saved_ledger_still_knows_what_was_reported_and_how_often() {
    let shop = plain(json!([
        {"id": "stars", "event": {"name": "review", "points": "20"}, "times": {"ever": 2}}
    ]));
    let till = shop.create();
    let member = enrol(&till);
    let done = till.event("r1", &on(member, "review", TODAY)).unwrap();
    till.event("r2", &on(member, "review", TODAY)).unwrap();
    till.take_back_event("x1", &back(done.seq)).unwrap();
    till.close();
    let settings = Settings {
        path: shop.folder.path().join("saved.loy"),
        ..shop.settings()
    };
    let (saved, findings) = Till::salvage_with(&shop.path(), &settings, shop.ports()).unwrap();
    assert_eq!(findings, []);
    assert_eq!(balance(&saved, member), (20, 20, 0, 0));
    assert_eq!(given(&saved, "r3", &on(member, "review", TODAY)), 20);
    assert_eq!(given(&saved, "r4", &on(member, "review", TODAY)), 0);
    assert_eq!(
        saved
            .take_back_event("x2", &back(done.seq))
            .unwrap_err()
            .reason(),
        "event.taken_back"
    );
    assert_sound(&saved);
}

#[test]
fn a_check_in_keeps_points_alive_where_the_wallet_says_so() {
    let rules =
        json!([{"id": "visit", "event": {"name": "check_in", "points": "1"}, "times": {"day": 1}}]);
    for (activities, left) in [(json!(["sale"]), 1), (json!(["event"]), 11)] {
        let expiry = json!({"inactive": {"days": 30, "activities": activities}});
        let shop = shop(rules.clone(), json!({ "expiry": expiry }));
        let till = shop.create();
        let member = enrol(&till);
        till.record("sale", &cart_of(member, 100_000)).unwrap();
        // 20 days behind the sale.
        given(&till, "in", &on(member, "check_in", 20_261_212));
        let mut later = cart_of(member, 1);
        later.business_date = date(20_261_222);
        let quote = till.evaluate(&later).unwrap();
        let known = quote.wallet(1).unwrap().before.known.get();
        // With sales alone the ten of the sale are dead; the one of the check-in is 10 days old.
        assert_eq!(known, left);
    }
}
