//! What the cashier sees as soon as a code is scanned.

use loy::kernel::Money;
use loy::till::{Clock, Period};
use serde_json::{Value, json};

use crate::shop::{Shop, TODAY, cart_of, date, enrol};

/// "10.000 d = 1 point, a point pays 1.000 d", points that live 30 days, three rewards and a ladder.
fn shop() -> Shop {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["wallets"][0]["expiry"] = json!({"days": 30});
    let reward = |id: &str, name: &str, points: &str| {
        json!({"id": id, "name": {"vi": name}, "wallet": "points", "points": points,
            "money": "10000", "use": "on_request"})
    };
    document["rewards"] = json!([
        reward("tea", "Trà", "8"),
        reward("cake", "Bánh", "12"),
        reward("mug", "Cốc", "25"),
        reward("bag", "Túi", "10"),
        reward("pen", "Bút", "9"),
    ]);
    document["tiers"] = json!({"basis": "spend", "levels": [
        {"id": "basic", "name": {"vi": "Thường"}, "from": "0"},
        {"id": "vip", "name": {"vi": "VIP"}, "from": "100000", "factor": "2"},
    ]});
    Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes())
}

#[test]
fn a_scan_tells_tier_balance_worth_and_what_the_points_buy() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    let scan = || till.scan(&member.to_string(), date(TODAY)).unwrap();

    // 50.000 d give 5 points of 1.000 d each; the cheapest reward costs 8.
    till.record("first", &cart_of(member, 50_000)).unwrap();
    let card = scan();
    assert_eq!(card.tier.as_ref().unwrap().tier, "basic");
    assert_eq!(card.wallets[0].worth, Some(Money::new(5_000)));
    let missing: Vec<(&str, i64)> = card
        .rewards
        .iter()
        .map(|line| (line.reward.as_str(), line.missing.get()))
        .collect();
    assert_eq!(
        missing,
        [("bag", 5), ("cake", 7), ("mug", 20), ("pen", 4), ("tea", 3)]
    );
    assert_eq!(
        card.cashier_text,
        format!(
            "{member}, hạng Thường: số dư 5 điểm (trị giá 5.000 đ); còn thiếu 3 điểm để đổi Trà; \
             5 điểm hết hạn ngày 21/12/2026"
        )
    );

    // 80.000 d more give 8: 130.000 d in all make the member VIP. 13 points buy four of five.
    till.record("second", &cart_of(member, 80_000)).unwrap();
    let card = scan();
    assert_eq!(card.tier.as_ref().unwrap().name, "VIP");
    assert_eq!(
        card.cashier_text,
        format!(
            "{member}, hạng VIP: số dư 13 điểm (trị giá 13.000 đ); đổi được Bánh, Túi, Bút và 1 quà \
             khác; 13 điểm hết hạn ngày 21/12/2026"
        )
    );
}

#[test]
fn points_that_are_held_buy_nothing_meanwhile() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    till.record("first", &cart_of(member, 90_000)).unwrap();
    till.authorise("held", &crate::shop::spending(member, 50_000, 4), 600)
        .unwrap();
    // 9 points, of which 4 are reserved: 5 can be spent.
    let card = till.scan(&member.to_string(), date(TODAY)).unwrap();
    assert_eq!(card.wallets[0].balance.known.get(), 9);
    assert_eq!(card.wallets[0].worth, Some(Money::new(5_000)));
    let tea = card.rewards.iter().find(|line| line.reward == "tea");
    assert_eq!(tea.unwrap().missing.get(), 3);
}

#[test]
fn the_card_of_a_programme_without_tiers_and_rewards_names_none() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let card = till.scan(&member.to_string(), date(TODAY)).unwrap();
    assert_eq!((card.tier, card.rewards), (None, Vec::new()));
    assert_eq!(card.cashier_text, format!("{member}: số dư 0 điểm"));
}

#[test]
fn balances_say_up_to_when_they_know() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    let enrolled_at = shop.clock.now();
    shop.clock.advance_seconds(60);
    let cart = cart_of(member, 100_000);
    let sale = till.record("sale", &cart).unwrap();
    let sold_at = shop.clock.now();
    // Priced before its own entries stood.
    assert_eq!(sale.quote.as_of_ms, Some(enrolled_at));
    // Looking at something and quiet moments tell nothing new.
    shop.clock.advance_seconds(60);
    till.idle().unwrap();
    let card = till.scan(&member.to_string(), date(TODAY)).unwrap();
    assert_eq!(card.as_of_ms, sold_at);
    let told: Value = serde_json::to_value(&card).unwrap();
    assert_eq!(told["as_of_ms"], json!(sold_at.ms()));
    assert_eq!(till.evaluate(&cart).unwrap().as_of_ms, Some(sold_at));
    let statement = till.statement(&member.to_string(), None, Period::default());
    assert_eq!(statement.unwrap().as_of_ms, sold_at);
    // An earlier instant knows no later one; a sale told again says what it said.
    let before = till.member_at(member, enrolled_at, date(TODAY)).unwrap();
    assert_eq!(before.as_of_ms, enrolled_at);
    assert_eq!(till.record("sale", &cart).unwrap().quote, sale.quote);
    // An entry of a clock that is not believed says nothing about when.
    let believed_at = shop.clock.now();
    shop.clock.set(4_070_908_800_000);
    till.record("later", &cart).unwrap();
    let card = till.scan(&member.to_string(), date(TODAY)).unwrap();
    assert_eq!(card.as_of_ms, believed_at);
}
