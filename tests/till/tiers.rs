//! Tiers at the till: bought, kept for the member's own year, and lost with what made them.

use loy::evaluate::Cart;
use loy::kernel::MemberNumber;
use loy::till::{Period, Till};
use serde_json::{Value, json};

use crate::shop::{Shop, TODAY, assert_sound, balance, cart_of, date, enrol, refund_of};

/// "10.000 d = 1 point", and a ladder of two.
fn shop(tiers: Value) -> Shop {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["tiers"] = tiers;
    document["tiers"]["levels"] = json!([
        {"id": "basic", "name": {"vi": "Thường"}, "from": "0"},
        {"id": "vip", "from": "100000", "factor": "2", "name": {"vi": "VIP"},
            "entry": {"wallet": "points", "points": "20"}},
    ]);
    Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes())
}

/// Fifty thousand of something that sells no tier.
fn bread(member: MemberNumber) -> Cart {
    let mut cart = cart_of(member, 50_000);
    cart.lines[0].sku = "BANH".to_owned();
    cart
}

fn earns(till: &Till, cart: &Cart) -> i64 {
    till.evaluate(cart).unwrap().awarded(1).get()
}

#[test]
fn a_card_that_is_bought_makes_a_tier_until_the_anniversary_and_goes_with_its_return() {
    let shop = shop(json!({
        "basis": "fee", "lines": {"skus": ["AO-01"]}, "window": "membership_year",
    }));
    let till = shop.create();
    let member = enrol(&till);
    assert_eq!(earns(&till, &bread(member)), 5);
    // 10 points for 100.000 and 20 for the tier.
    let card = till.record("card", &cart_of(member, 100_000)).unwrap();
    assert_eq!(balance(&till, member).0, 30);
    let tier = card.quote.tier.clone().unwrap();
    assert_eq!(
        (tier.tier_after.as_str(), tier.kept_until),
        ("vip", Some(date(20_271_121)))
    );
    assert_eq!(earns(&till, &bread(member)), 10);
    // The year ends with the day before the anniversary of joining.
    for (on, points) in [(20_271_121, 10), (20_271_122, 5)] {
        let mut later = bread(member);
        later.business_date = date(on);
        assert_eq!(earns(&till, &later), points, "{on}");
    }
    // The card comes back: neither its points nor the tier stay.
    till.refund("back", &refund_of(card.id)).unwrap();
    assert_eq!(balance(&till, member).0, 0);
    assert_eq!(earns(&till, &bread(member)), 5);
    assert_sound(&till);
}

#[test]
fn a_sale_is_priced_in_the_tier_it_leads_to_and_taken_back_in_it() {
    let shop = shop(json!({"basis": "spend", "tier_for_sale": "after"}));
    let till = shop.create();
    let member = enrol(&till);
    // 100.000 at one point each 10.000, twice, and 20 for the tier.
    let sale = till.record("sale", &cart_of(member, 100_000)).unwrap();
    assert_eq!(sale.quote.outcome.priced_in_tier.as_deref(), Some("vip"));
    assert_eq!(balance(&till, member).0, 40);
    let told = till.sale(sale.id).unwrap();
    assert_eq!(told.quote, sale.quote);
    let told = till
        .statement(&member.to_string(), Some(date(TODAY)), Period::default())
        .unwrap();
    assert_eq!(told.tier.as_deref(), Some("Hạng VIP, đã tính 100.000 đ"));
    till.refund("back", &refund_of(sale.id)).unwrap();
    assert_eq!(balance(&till, member).0, 0);
    assert_eq!(earns(&till, &bread(member)), 5);
    assert_sound(&till);
}

#[test]
fn a_sale_that_is_claimed_is_priced_in_the_tier_it_leads_to() {
    let shop = shop(json!({"basis": "spend", "tier_for_sale": "after"}));
    let till = shop.create();
    let member = enrol(&till);
    let mut nobody = cart_of(member, 100_000);
    nobody.member = None;
    let sale = till.record("sale", &nobody).unwrap();
    till.claim("claim", &crate::shop::claim_of(sale.id, member))
        .unwrap();
    assert_eq!(balance(&till, member).0, 40);
    till.refund("back", &refund_of(sale.id)).unwrap();
    assert_eq!(balance(&till, member).0, 0);
    assert_sound(&till);
}
