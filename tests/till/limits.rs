//! How often is too often: for a member, a card, a cashier.

use loy::evaluate::Cart;
use loy::exchange::operators;
use loy::kernel::{Currency, Points};
use loy::till::ActKind;

use crate::people::{STORE, exceptions};
use crate::shop::{Shop, TODAY, assert_sound, balance, cart_of, date, enrol, refund_of, spending};

/// The usual programme with one limit of these parts.
fn store_with_limit(limit: serde_json::Value) -> Shop {
    Shop::with(|provisioning| {
        let text = String::from_utf8(provisioning.programme.clone()).unwrap();
        let mut programme: serde_json::Value = serde_json::from_str(&text).unwrap();
        programme["limits"] = serde_json::json!([limit]);
        provisioning.programme = programme.to_string().into_bytes();
        let random = &mut |bytes: &mut [u8]| bytes.fill(6);
        provisioning.operators =
            operators::from_json(STORE.as_bytes(), Currency::VND, 1_000, random).unwrap();
    })
}

fn said<'a>(quote: &'a loy::evaluate::Quote, rule: &'a str) -> &'a str {
    &quote.reasons(rule).next().unwrap().text
}

#[test]
fn beyond_the_usual_number_of_sales_a_day_the_sale_goes_on_without_points() {
    let shop = store_with_limit(serde_json::json!({
        "id": "own_card", "name": {"vi": "Dùng thẻ", "en": "Card use"},
        "per": "member", "count": "sales", "most": "3", "action": "refuse"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let cart = || Cart {
        cashier: Some("TN-07".to_owned()),
        ..spending(member, 100_000, 5)
    };
    for number in 1..=3 {
        till.record(&format!("sale-{number}"), &cart()).unwrap();
    }
    // 10, then 10 + 10 - 5 - 1 (95.000 d give 10, half up), and so on: what matters is what comes next.
    let before = balance(&till, member);
    let told = till.evaluate(&cart()).unwrap();
    assert_eq!(
        said(&told, "own_card"),
        "Dùng thẻ: tối đa 3 lần mua một ngày; lần này là 4, không tính điểm"
    );
    assert_eq!(
        said(&told, "points"),
        "Điểm: không dùng được, Dùng thẻ: tối đa 3 lần mua một ngày"
    );
    assert_eq!(told.wallets[0].redeemable, Points::ZERO);
    let fourth = till.record("sale-4", &cart()).unwrap();
    assert_eq!(fourth.quote.outcome.payable.get(), 100_000);
    assert_eq!(balance(&till, member), before);
    // Held and committed it is the same, with one line more.
    let held = till.authorise("sale-5", &cart(), 600).unwrap();
    till.commit("commit-5", held.id, None).unwrap();
    assert_eq!(balance(&till, member), before);
    // Somebody who may says that it is all right.
    till.approve("sale-6", ActKind::Limit, "GS-01", b"4711")
        .unwrap();
    till.record("sale-6", &cart()).unwrap();
    assert!(balance(&till, member).0 > before.0);
    assert!(till.record("sale-4", &cart()).unwrap().was_replayed);
    assert_eq!(
        exceptions(&till),
        [
            "limit.refused TN-07  3 4",
            "limit.refused TN-07  3 5",
            "approval.given  GS-01 0 0",
            "limit.lifted TN-07 GS-01 3 6",
        ]
    );
    // A new day, and a member whose card it is not.
    let mut tomorrow = cart();
    tomorrow.business_date = date(TODAY + 1);
    let told = till.evaluate(&tomorrow).unwrap();
    assert!(told.limits.is_empty() && told.awarded(1).is_positive());
    assert_sound(&till);
}

#[test]
fn a_limit_that_only_warns_changes_no_points() {
    let shop = store_with_limit(serde_json::json!({
        "id": "many", "per": "member", "count": "points", "wallet": "points", "most": "25",
        "hours": 2, "action": "warn"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let at = |minutes: i64| {
        let mut cart = cart_of(member, 100_000);
        cart.at_ms = loy::kernel::Instant::from_ms(crate::shop::MORNING_MS + minutes * 60_000);
        cart
    };
    till.record("sale-1", &at(0)).unwrap();
    till.record("sale-2", &at(60)).unwrap();
    // 30 within two hours, of 25.
    let third = till.record("sale-3", &at(119)).unwrap();
    assert_eq!(third.quote.awarded(1), Points::new(10));
    assert_eq!(third.quote.limits[0].found, 30);
    // The first is two hours ago.
    assert!(
        till.record("sale-4", &at(180))
            .unwrap()
            .quote
            .limits
            .is_empty()
    );
    assert_eq!(balance(&till, member).0, 40);
    assert_eq!(exceptions(&till), ["limit.warned   25 30"]);
    assert_sound(&till);
}

#[test]
fn a_cashiers_redemptions_are_counted_over_all_members() {
    let shop = store_with_limit(serde_json::json!({
        "id": "spender", "per": "cashier", "count": "redemptions", "most": "1", "action": "refuse"
    }));
    let till = shop.create();
    let first = enrol(&till);
    let second = till
        .enrol("enrol-2", &crate::shop::phone("0987654321"))
        .unwrap()
        .number;
    let by = |cashier: Option<&str>, member, points| Cart {
        cashier: cashier.map(str::to_owned),
        ..spending(member, 200_000, points)
    };
    for (id, member) in [("earn-1", first), ("earn-2", second)] {
        till.record(id, &by(Some("TN-07"), member, 0)).unwrap();
    }
    let spent = |quote: &loy::evaluate::Quote| quote.redeemed(1).get();
    let sale = till
        .record("spend-1", &by(Some("TN-07"), first, 5))
        .unwrap();
    assert_eq!(spent(&sale.quote), 5);
    let sale = till
        .record("spend-2", &by(Some("TN-07"), second, 5))
        .unwrap();
    // Nothing is spent; what is bought still earns: 20 of 200.000 d.
    assert_eq!((spent(&sale.quote), sale.quote.awarded(1).get()), (0, 20));
    let sale = till
        .record("spend-3", &by(Some("TN-08"), second, 5))
        .unwrap();
    assert_eq!(spent(&sale.quote), 5);
    // Nobody named, nothing known.
    let sale = till.record("spend-4", &by(None, second, 5)).unwrap();
    assert_eq!(spent(&sale.quote), 5);
    assert_eq!(
        sale.quote.reasons("spender").next().unwrap().key,
        "limit.unknown"
    );
    assert_eq!(exceptions(&till), ["limit.refused TN-07  1 2"]);
    assert_sound(&till);
}

#[test]
fn a_paid_sale_is_committed_with_what_it_was_promised_whatever_was_sold_since() {
    let shop = store_with_limit(serde_json::json!({
        "id": "own_card", "per": "member", "count": "sales", "most": "1", "action": "refuse"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let held = till
        .authorise("hold-1", &cart_of(member, 100_000), 60)
        .unwrap();
    // Its time is over, and another sale has its place.
    shop.clock.advance_seconds(61);
    till.record("sale-1", &cart_of(member, 50_000)).unwrap();
    // The customer adds something for 50.000 d: 15 and 5.
    let changed = cart_of(member, 150_000);
    till.commit("commit-1", held.id, Some(&changed)).unwrap();
    assert_eq!(balance(&till, member).0, 20);
    // What gave nothing takes nothing back.
    let refused = till.record("sale-2", &cart_of(member, 100_000)).unwrap();
    till.refund("refund-2", &refund_of(refused.id)).unwrap_err();
    let by_cashier = loy::till::RefundRequest {
        cashier: Some("TN-07".to_owned()),
        ..refund_of(refused.id)
    };
    till.refund("refund-3", &by_cashier).unwrap();
    assert_eq!(balance(&till, member).0, 20);
    assert_sound(&till);
}

#[test]
fn receipts_left_behind_are_counted_when_they_are_claimed() {
    let shop = store_with_limit(serde_json::json!({
        "id": "own_card", "per": "member", "count": "sales", "most": "1", "action": "refuse"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let claim = |id: &str| {
        let sale = till.record(id, &crate::shop::cart(100_000)).unwrap();
        let request = loy::till::ClaimRequest {
            sale: sale.id,
            member,
            at: loy::kernel::Instant::from_ms(crate::shop::MORNING_MS),
            offset: loy::kernel::UtcOffset::from_minutes(420).unwrap(),
            business_date: date(TODAY),
        };
        till.claim(&format!("claim-{id}"), &request).unwrap()
    };
    assert_eq!(claim("sale-1").quote.awarded(1), Points::new(10));
    let second = claim("sale-2");
    assert_eq!(second.quote.awarded(1), Points::ZERO);
    assert_eq!(second.quote.limits[0].found, 2);
    assert_eq!(balance(&till, member).0, 10);
    assert_eq!(exceptions(&till), ["limit.refused   1 2"]);
    assert_sound(&till);
}

/// The customer shows this at the till.
fn showing(text: &str, cart: Cart) -> Cart {
    let mut cart = cart;
    cart.set_shown(text).unwrap();
    cart
}

#[test]
fn one_card_is_counted_however_its_code_is_typed_and_the_members_other_card_is_not() {
    let shop = store_with_limit(serde_json::json!({
        "id": "one_card", "name": {"vi": "Một thẻ", "en": "One card"},
        "per": "card", "count": "sales", "most": "2", "action": "refuse"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let sale = |id: &str, code: &str| {
        let cart = showing(code, cart_of(member, 100_000));
        till.record(id, &cart).unwrap().quote
    };
    sale("sale-1", "0912 345 678");
    sale("sale-2", "+84912345678");
    let third = sale("sale-3", "0912345678");
    assert_eq!(third.awarded(1), Points::ZERO);
    assert_eq!(
        said(&third, "one_card"),
        "Một thẻ: tối đa 2 lần mua một ngày; lần này là 3, không tính điểm"
    );
    // Another code of the same member; and a sale that does not say what was shown.
    assert_eq!(sale("sale-4", "THE-0077").awarded(1), Points::new(10));
    let unknown = till.record("sale-5", &cart_of(member, 100_000)).unwrap();
    assert_eq!(unknown.quote.awarded(1), Points::new(10));
    let reason = unknown.quote.reasons("one_card").next().unwrap();
    assert_eq!(reason.key, "limit.unknown");
    assert_eq!(exceptions(&till), ["limit.refused   2 3"]);
    // The same sale asked again is the same sale, whatever is shown this time.
    let again = showing("THE-0077", cart_of(member, 100_000));
    assert!(till.record("sale-3", &again).unwrap().was_replayed);
    assert_sound(&till);
}

#[test]
fn a_held_sale_keeps_the_card_it_was_authorised_with() {
    let shop = store_with_limit(serde_json::json!({
        "id": "one_card", "per": "card", "count": "points", "wallet": "points", "most": "15",
        "action": "warn"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let card = |total| showing("THE-0077", cart_of(member, total));
    let held = till.authorise("hold-1", &card(100_000), 600).unwrap();
    // At the end the POS says nothing of the card any more, and something is added.
    let last = cart_of(member, 120_000);
    till.commit("commit-1", held.id, Some(&last)).unwrap();
    let next = till.evaluate(&card(50_000)).unwrap();
    assert_eq!(next.limits[0].found, 17);
    assert_sound(&till);
}

/// Who sells and undoes to try again is what limits are for.
#[test]
fn a_sale_that_is_undone_stays_counted_for_limits() {
    let shop = store_with_limit(serde_json::json!({
        "id": "own_card", "per": "member", "count": "sales", "most": "1", "action": "refuse"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &cart_of(member, 100_000)).unwrap();
    let void = loy::till::RefundRequest {
        goods: loy::till::Goods::PostVoid,
        reason: Some("typed twice".to_owned()),
        cashier: Some("TN-07".to_owned()),
        ..refund_of(sale.id)
    };
    till.refund("void", &void).unwrap();
    let next = till.record("sale-2", &cart_of(member, 100_000)).unwrap();
    assert_eq!(next.quote.awarded(1), Points::ZERO);
    assert_eq!(exceptions(&till), ["limit.refused   1 2"]);
    assert_sound(&till);
}

/// The card is read only when the customer pays: it is counted then, and limits hold against it.
#[test]
fn a_card_shown_only_at_the_end_is_counted_and_told() {
    for (action, points, told) in [
        ("refuse", 0, "limit.refused   1 2"),
        ("warn", 12, "limit.warned   1 2"),
    ] {
        let shop = store_with_limit(serde_json::json!({
            "id": "one_card", "per": "card", "count": "sales", "most": "1", "action": action
        }));
        let till = shop.create();
        let member = enrol(&till);
        let card = |total| showing("THE-0077", cart_of(member, total));
        till.record("sale-1", &card(100_000)).unwrap();
        let held = till
            .authorise("hold-1", &cart_of(member, 100_000), 600)
            .unwrap();
        let done = till
            .commit("commit-1", held.id, Some(&card(120_000)))
            .unwrap();
        assert_eq!(done.quote.awarded(1), Points::new(points));
        assert_eq!(exceptions(&till), [told]);
        let next = till.evaluate(&card(50_000)).unwrap();
        assert_eq!(next.limits[0].found, 3);
        assert_sound(&till);
    }
}

#[test]
fn a_card_shown_at_the_end_of_an_unchanged_sale_takes_nothing_back_and_is_told() {
    let shop = store_with_limit(serde_json::json!({
        "id": "one_card", "per": "card", "count": "sales", "most": "1", "action": "refuse"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let card = |total| showing("THE-0077", cart_of(member, total));
    till.record("sale-1", &card(100_000)).unwrap();
    let held = till
        .authorise("hold-1", &cart_of(member, 100_000), 600)
        .unwrap();
    let done = till
        .commit("commit-1", held.id, Some(&card(100_000)))
        .unwrap();
    assert_eq!(done.quote.awarded(1), Points::new(10), "as promised");
    assert_eq!(exceptions(&till), ["limit.warned   1 2"]);
    assert_sound(&till);
}

/// TN-07 has had their sale of the day; the till was handed over between card and money.
#[test]
fn another_cashier_at_the_end_is_counted_as_that_cashier() {
    let shop = store_with_limit(serde_json::json!({
        "id": "one_cashier", "per": "cashier", "count": "sales", "most": "1", "action": "refuse"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let by = |cashier: &str, total| Cart {
        cashier: Some(cashier.to_owned()),
        ..cart_of(member, total)
    };
    till.record("sale-1", &by("TN-07", 100_000)).unwrap();
    let held = till
        .authorise("hold-1", &by("TN-08", 100_000), 600)
        .unwrap();
    let done = till
        .commit("commit-1", held.id, Some(&by("TN-07", 120_000)))
        .unwrap();
    assert_eq!(done.quote.awarded(1), Points::ZERO);
    assert_eq!(exceptions(&till), ["limit.refused TN-07  1 2"]);
    assert_sound(&till);
}

#[test]
fn no_trace_of_what_was_shown_is_left_but_a_hash() {
    let shop = store_with_limit(serde_json::json!({
        "id": "one_card", "per": "card", "count": "sales", "most": "1", "action": "refuse"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let cart = |total| showing("BI-MAT-77", cart_of(member, total));
    let held = till.authorise("hold-1", &cart(100_000), 600).unwrap();
    till.commit("commit-1", held.id, Some(&cart(200_000)))
        .unwrap();
    let sale = till.record("sale-2", &cart(100_000)).unwrap();
    assert_eq!(sale.quote.limits.len(), 1);
    let told = serde_json::to_string(&sale).unwrap() + &format!("{sale:?}{:?}", till.take_log());
    assert!(!told.contains("MAT-77"), "{told}");
    let batch = till.export_next(1 << 20).unwrap().unwrap();
    till.close();
    let mut kept = std::fs::read(shop.path()).unwrap();
    kept.extend(batch.bytes);
    assert!(!kept.windows(6).any(|bytes| bytes == b"MAT-77"));
}

#[test]
fn a_held_sale_has_reserved_its_place_until_it_is_called_off_or_runs_out() {
    let shop = store_with_limit(serde_json::json!({
        "id": "own_card", "per": "member", "count": "sales", "most": "2", "action": "refuse"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let so_far = || {
        let quote = till.evaluate(&cart_of(member, 100_000)).unwrap();
        quote.reasons("own_card").next().unwrap().values["found"].clone()
    };
    let hold = |id: &str, seconds| {
        let cart = cart_of(member, 100_000);
        till.authorise(id, &cart, seconds).unwrap().id
    };
    let first = hold("hold-1", 600);
    assert_eq!(so_far(), "1");
    let second = hold("hold-2", 60);
    // Refused: this one would be the third.
    assert_eq!(so_far(), "3");
    till.void("void-1", first, "").unwrap();
    assert_eq!(so_far(), "1");
    shop.clock.advance_seconds(61);
    till.idle().unwrap();
    assert_eq!(so_far(), "0");
    assert_sound(&till);
    // It was paid after all: it counts again, and once.
    till.commit("commit-2", second, None).unwrap();
    assert_eq!(so_far(), "1");
    let third = hold("hold-3", 600);
    till.commit("commit-3", third, Some(&cart_of(member, 300_000)))
        .unwrap();
    assert_eq!(so_far(), "3");
    assert_sound(&till);
    till.close();
    assert_sound(&shop.open());
}

#[test]
fn a_limit_is_told_once_for_a_sale_that_is_final_and_not_for_one_that_is_called_off() {
    let shop = store_with_limit(serde_json::json!({
        "id": "own_card", "per": "member", "count": "sales", "most": "1", "action": "refuse"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let cart = |total| Cart {
        cashier: Some("TN-07".to_owned()),
        ..cart_of(member, total)
    };
    till.record("sale-1", &cart(100_000)).unwrap();
    let hold = |id: &str| till.authorise(id, &cart(100_000), 600).unwrap().id;
    let off = hold("hold-2");
    till.void("void-2", off, "").unwrap();
    assert_eq!(exceptions(&till), Vec::<String>::new());
    // Committed as it was, committed with another cart, and allowed by the supervisor at the hold.
    let same = hold("hold-3");
    till.commit("commit-3", same, None).unwrap();
    let other = hold("hold-4");
    till.commit("commit-4", other, Some(&cart(200_000)))
        .unwrap();
    till.approve("hold-5", ActKind::Limit, "GS-01", b"4711")
        .unwrap();
    let lifted = hold("hold-5");
    till.close();
    let till = shop.open();
    till.commit("commit-5", lifted, None).unwrap();
    assert_eq!(
        exceptions(&till),
        [
            "limit.refused TN-07  1 2",
            "limit.refused TN-07  1 3",
            "approval.given  GS-01 0 0",
            "limit.lifted TN-07 GS-01 1 4",
        ]
    );
    // 100.000 d twice have points.
    assert_eq!(balance(&till, member).0, 20);
    assert_sound(&till);
}

#[test]
fn a_damaged_count_is_found_and_an_older_librarys_sales_are_counted_too() {
    let shop = store_with_limit(serde_json::json!({
        "id": "own_card", "per": "cashier", "count": "sales", "most": "9", "hours": 3,
        "action": "warn"
    }));
    let cart = |member, minutes: i64| {
        let mut cart = cart_of(member, 100_000);
        cart.at_ms = loy::kernel::Instant::from_ms(crate::shop::MORNING_MS + minutes * 60_000);
        cart.cashier = Some("TN-07".to_owned());
        cart
    };
    let till = shop.create();
    let member = enrol(&till);
    for number in 0..6 {
        till.record(&format!("sale-{number}"), &cart(member, number * 50))
            .unwrap();
    }
    let so_far = |till: &loy::till::Till| {
        let quote = till.evaluate(&cart(member, 250)).unwrap();
        quote.reasons("own_card").next().unwrap().values["found"].clone()
    };
    // Behind minute 70: those of 100, 150, 200 and 250.
    assert_eq!(so_far(&till), "4");
    assert_sound(&till);
    till.close();
    let with_a_tool = |sql: &str| {
        let tool = rusqlite::Connection::open(shop.path()).unwrap();
        tool.execute_batch(sql).unwrap();
        tool.close().unwrap();
    };
    with_a_tool("UPDATE usage SET sales = sales + 1");
    let till = shop.open();
    let keys: Vec<&str> = till
        .verify(loy::till::Depth::Full)
        .unwrap()
        .iter()
        .map(|finding| finding.key)
        .collect();
    assert_eq!(keys, ["usage.differs"]);
    till.close();
    // An older library knows nothing of the table: what it sold is missing there.
    with_a_tool("DELETE FROM usage; UPDATE head SET counted_seq = seq - 1");
    let reader = loy::till::Till::open_reader(&loy::till::Settings::new(shop.path())).unwrap();
    let unknown = reader.evaluate(&cart(member, 250)).unwrap();
    assert_eq!(
        unknown.reasons("own_card").next().unwrap().key,
        "limit.unknown"
    );
    let till = shop.open();
    assert_eq!(so_far(&till), "4");
    assert_sound(&till);
    till.close();
    let saved = loy::till::Settings::new(shop.folder.path().join("saved.loy"));
    let (till, lost) = loy::till::Till::salvage_with(&shop.path(), &saved, shop.ports()).unwrap();
    assert_eq!((lost, so_far(&till)), (Vec::new(), "4".to_owned()));
    assert_sound(&till);
}

#[test]
fn a_limit_that_comes_with_a_new_version_counts_what_was_sold_before_it() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    for number in 0..3 {
        let id = format!("sale-{number}");
        till.record(&id, &cart_of(member, 100_000)).unwrap();
    }
    let document = include_bytes!("../../examples/programmes/vnd-10000.json");
    let mut document: serde_json::Value = serde_json::from_slice(document).unwrap();
    document["version"] = serde_json::json!(2);
    document["limits"] = serde_json::json!([{
        "id": "own_card", "per": "member", "count": "points", "wallet": "points", "most": "35",
        "action": "warn"
    }]);
    till.install_programme(document.to_string().as_bytes())
        .unwrap();
    let fourth = till.evaluate(&cart_of(member, 100_000)).unwrap();
    assert_eq!((fourth.limits[0].most, fourth.limits[0].found), (35, 40));
    assert_sound(&till);
}
