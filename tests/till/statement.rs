//! What a member is told: balances, points by their last day, history, rewards within reach.

use loy::kernel::{MemberNumber, Money, Points};
use loy::till::{Period, Statement, Till, status};

use crate::shop::{MORNING_MS, Shop, TODAY, cart_of, date, enrol, refund_of, spending};

/// Points live a year and a day cannot be spent, 100 points cost a mug; a point is worth 1.000 d.
const PROGRAMME: &str = r#"{
  "schema": 1, "id": "mugs", "version": 1, "name": { "vi": "Cốc <b>", "en": "Mugs <b>" },
  "currency": "VND",
  "wallets": [{ "id": "points", "number": 1, "name": { "vi": "Điểm", "en": "Points" },
    "unit": { "vi": "điểm", "en": "point/points" }, "decimals": 0, "rounding": "floor",
    "expiry": { "days": 365 }, "pending_days": 1, "redeem": { "value": "1000" } }],
  "earn": [{ "id": "bill", "name": { "vi": "Hóa đơn", "en": "The bill" }, "wallet": "points",
    "amount": { "per": "10000", "points": "1", "mode": "whole_steps" } }],
  "rewards": [{ "id": "mug", "name": { "vi": "Cốc", "en": "A mug" }, "wallet": "points",
    "points": "100", "money": "50000", "use": "on_request" }]
}"#;

fn told(till: &Till, member: MemberNumber, from: Option<i64>, to: Option<i64>) -> Statement {
    let period = Period {
        from: from.map(date),
        to: to.map(date),
    };
    till.statement(&member.to_string(), Some(date(TODAY)), period)
        .unwrap()
}

fn points(statement: &Statement) -> Vec<(&'static str, i64)> {
    let history = statement.history.iter();
    history
        .map(|movement| (movement.kind, movement.points.get()))
        .collect()
}

/// A shop of the simple programme: a member with 41 points of today spends 10 of them on a bill of
/// 100.000 d that gives 9 for the 90.000 d paid.
fn traded() -> (Shop, Till, MemberNumber) {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 410_000)).unwrap();
    till.record("sale-2", &spending(member, 100_000, 10))
        .unwrap();
    (shop, till, member)
}

#[test]
fn a_statement_adds_up_from_the_first_day_to_the_balance() {
    let (_shop, till, member) = traded();
    let statement = told(&till, member, None, None);
    assert_eq!(
        points(&statement),
        [
            ("enrol", 0),
            ("commit", 0),
            ("award", 41),
            ("commit", 0),
            ("redemption", -10),
            ("award", 9)
        ]
    );
    let wallet = &statement.wallets[0];
    assert_eq!(wallet.balance.known, Points::new(40));
    assert_eq!(
        (wallet.opening, wallet.closing),
        (Points::ZERO, Points::new(40))
    );
    let lots: Vec<i64> = wallet.lots.iter().map(|lot| lot.points.get()).collect();
    assert_eq!(lots, [31, 9]);
    assert_eq!(wallet.worth, Some(Money::new(40_000)));
    let text = statement.to_text();
    assert!(
        text.contains("Điểm: 40 điểm (dùng được ngay 40 điểm, trị giá 40.000 đ)"),
        "{text}"
    );
    assert!(text.contains("22/11/2026  Dùng điểm  -10 điểm"), "{text}");
    assert!(text.contains("22/11/2026  Mua hàng 90.000 đ\n"), "{text}");
}

#[test]
fn reserved_owed_and_returned_points_are_told() {
    let (_shop, till, member) = traded();
    let sale = till.record("sale-3", &cart_of(member, 500_000)).unwrap();
    till.record("sale-4", &spending(member, 95_000, 90))
        .unwrap();
    // The 50 points of sale-3 are partly spent: what is missing is owed.
    till.refund("refund-3", &refund_of(sale.id)).unwrap();
    let statement = told(&till, member, None, None);
    let wallet = &statement.wallets[0];
    let sum: i64 = points(&statement).iter().map(|(_, points)| points).sum();
    assert_eq!(wallet.balance.known.get(), sum);
    assert!(wallet.balance.debt.is_positive(), "{statement:?}");
    assert_eq!(wallet.closing, wallet.balance.known);
    assert_eq!(wallet.worth, None, "who owes has nothing to spend");
    assert!(wallet.text.contains("đang nợ"), "{}", wallet.text);
}

#[test]
fn a_history_of_some_days_begins_and_ends_with_a_balance() {
    let (shop, till, member) = traded();
    shop.clock.advance_seconds(24 * 3_600);
    let mut tomorrow = cart_of(member, 200_000);
    tomorrow.business_date = date(TODAY + 1);
    tomorrow.at_ms = loy::kernel::Instant::from_ms(MORNING_MS + 86_400_000);
    till.record("sale-5", &tomorrow).unwrap();
    // Rung up today, told to the ledger tomorrow: it stands on its own day.
    till.record("sale-6", &cart_of(member, 30_000)).unwrap();
    let of = |from, to| {
        let statement = told(&till, member, from, to);
        let wallet = &statement.wallets[0];
        (
            points(&statement),
            wallet.opening.get(),
            wallet.closing.get(),
        )
    };
    let tomorrow = vec![("commit", 0), ("award", 20)];
    assert_eq!(of(Some(TODAY + 1), Some(TODAY + 1)), (tomorrow, 43, 63));
    let (today, opening, closing) = of(Some(TODAY), Some(TODAY));
    assert_eq!((today.len(), opening, closing), (8, 0, 43));
    assert_eq!(of(Some(TODAY - 1), Some(TODAY - 1)), (vec![], 0, 0));
    let text = told(&till, member, Some(TODAY + 1), Some(TODAY + 1)).to_text();
    assert!(text.contains("Trước ngày 23/11/2026: 43 điểm"), "{text}");
    assert!(text.contains("Cuối ngày 23/11/2026: 63 điểm"), "{text}");
}

#[test]
fn points_to_come_their_last_day_and_a_reward_within_reach_are_told() {
    let shop = Shop::with(|provisioning| {
        provisioning.programme = PROGRAMME.as_bytes().to_vec();
        provisioning.language = "en".to_owned();
    });
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 900_000)).unwrap();
    let statement = told(&till, member, None, None);
    let wallet = &statement.wallets[0];
    assert_eq!(wallet.balance.pending, Points::new(90));
    assert_eq!(wallet.balance.spendable, Points::ZERO);
    // Earned on 22 November 2026, spendable from the 23rd, dead on day 366.
    assert_eq!(
        wallet.lots[0].text,
        "90 points, earned 2026-11-22, to be used by 2027-11-21; from 2026-11-23 on"
    );
    assert_eq!(statement.rewards[0].missing, Points::new(100));
    assert_eq!(
        statement.rewards[0].text,
        "A mug: 100 points, 100 points missing"
    );
    till.record("sale-2", &cart_of(member, 100_000)).unwrap();
    let later = till
        .statement(
            &member.to_string(),
            Some(date(TODAY + 1)),
            Period::default(),
        )
        .unwrap();
    assert_eq!(later.rewards[0].text, "A mug: 100 points, you have enough");
    // Two years later nothing is left, and nothing is said to be.
    let dead = till
        .statement(
            &member.to_string(),
            Some(date(20_281_122)),
            Period::default(),
        )
        .unwrap();
    let wallet = &dead.wallets[0];
    assert_eq!(
        (wallet.balance.known, wallet.lapsed),
        (Points::ZERO, Points::new(100))
    );
    assert!(wallet.lots.is_empty());
}

#[test]
fn a_statement_is_asked_by_phone_beside_the_till_and_tells_no_phone() {
    let (shop, till, member) = traded();
    let reader = Till::open_reader(&shop.settings()).unwrap();
    let by_phone = reader
        .statement("0912345678", Some(date(TODAY)), Period::default())
        .unwrap();
    assert_eq!(by_phone, told(&till, member, None, None));
    for told in [by_phone.to_text(), by_phone.to_json()] {
        assert!(!told.contains("912345678"), "{told}");
    }
    let unknown = reader.statement("0987654321", None, Period::default());
    assert_eq!(unknown.unwrap_err().status(), status::NOT_FOUND);
    let elsewhere = MemberNumber::from_body(99_999_999_999).unwrap();
    let stranger = told(&reader, elsewhere, None, None);
    assert!(!stranger.is_known_here);
    assert!(stranger.to_text().contains("cửa hàng khác"));
}
