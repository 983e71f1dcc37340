//! Published cases about the life of points, told at a till day by day (`lives.json`): sales, a close
//! each day something happens or is asked, and the balance before and after the close.
#![allow(clippy::unwrap_used)]

use loy::kernel::{BusinessDate, Instant, UtcOffset};
use loy::ledger::clock::ClockLimits;
use loy::till::Enrolment;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::shop::{MORNING_MS, Shop, TODAY, assert_sound, cart_of, date, phone};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Life {
    id: String,
    #[allow(dead_code, reason = "for readers")]
    system: String,
    #[allow(dead_code, reason = "for readers")]
    verified: bool,
    #[allow(dead_code, reason = "for readers")]
    source: String,
    /// How points end.
    expiry: Value,
    joined: i64,
    sales: Vec<Sale>,
    /// Business date and what can be spent on it.
    balances: Vec<(i64, i64)>,
}

/// Of so much money that it gives these points.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sale {
    on: i64,
    points: i64,
}

/// Nine in the morning in Hanoi.
fn morning_of(on: BusinessDate) -> Instant {
    let days = i64::from(on.days_since_1970()) - i64::from(date(TODAY).days_since_1970());
    Instant::from_ms(MORNING_MS + days * 86_400_000)
}

fn live(life: &Life) {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["wallets"][0]["expiry"] = life.expiry.clone();
    document["earn"][0]["amount"] = json!({"per": "1", "points": "1"});
    let years_ms = 20 * 366 * 86_400_000;
    let shop = Shop::with(|file| {
        file.programme = document.to_string().into_bytes();
        file.clock = ClockLimits {
            behind_ms: years_ms,
            ahead_ms: years_ms,
        };
    });
    let till = shop.create();
    let offset = UtcOffset::from_minutes(420).unwrap();
    let joined = date(life.joined);
    shop.clock.set(morning_of(joined).ms());
    let enrolment = Enrolment {
        time: Some((morning_of(joined), offset, joined)),
        ..phone("0912345678")
    };
    let member = till.enrol("enrol-1", &enrolment).unwrap().number;
    let mut days: Vec<i64> = life.balances.iter().map(|(on, _)| *on).collect();
    days.extend(life.sales.iter().map(|sale| sale.on));
    days.sort_unstable();
    days.dedup();
    for on in days {
        shop.clock.set(morning_of(date(on)).ms());
        for sale in life.sales.iter().filter(|sale| sale.on == on) {
            let mut cart = cart_of(member, sale.points);
            cart.business_date = date(on);
            cart.at_ms = morning_of(date(on));
            till.record(&format!("sale-{on}"), &cart).unwrap();
        }
        let balance = || {
            let card = till.scan(&member.to_string(), date(on)).unwrap();
            card.wallets[0].balance.spendable.get()
        };
        let before = balance();
        if let Some((_, expected)) = life.balances.iter().find(|(asked, _)| *asked == on) {
            assert_eq!(before, *expected, "{} on {on}", life.id);
        }
        till.close_day(&format!("close-{on}"), date(on)).unwrap();
        assert_eq!(balance(), before, "{}: a close changes no balance", life.id);
    }
    assert_sound(&till);
}

#[test]
fn published_lives_of_points_end_when_they_should() {
    let lives: Vec<Life> = serde_json::from_str(include_str!("lives.json")).expect("lives");
    for life in &lives {
        live(life);
    }
    println!("{} lives passed", lives.len());
}
