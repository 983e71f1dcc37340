//! Tiers: what counts, over which time, how long a tier is kept and what reaching one gives, with
//! numbers worked out by hand.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::build::{cart, document, line, quote, read, sale};
use super::returns::sold;
use crate::evaluate::ladder::{Ladder, Rank};
use crate::evaluate::{Decided, Quote, TierLine, awards_of_claim, evaluate};
use crate::kernel::BusinessDate;
use crate::programme::Tiers;
use crate::texts::Language;

fn date(number: i64) -> BusinessDate {
    BusinessDate::from_yyyymmdd(number).expect("a date")
}

/// A ladder of three by money spent, and a point for each 1.000.
fn ladder(parts: Value) -> Value {
    let mut tiers = json!({"basis": "spend", "levels": [
        {"id": "basic", "name": {"en": "Basic"}, "from": "0"},
        {"id": "silver", "name": {"en": "Silver"}, "from": "300", "factor": "2"},
        {"id": "gold", "name": {"en": "Gold"}, "from": "1000", "factor": "3"},
    ]});
    for (key, value) in parts.as_object().expect("parts") {
        tiers[key] = value.clone();
    }
    json!({"tiers": tiers, "earn": [{"id": "r", "wallet": "points", "amount": {"per": "1", "points": "1"}}]})
}

fn spent(sales: &[(i64, i64)]) -> Value {
    let sales = sales.iter();
    let sales: Vec<Value> = sales
        .map(|(date, spend)| json!({"business_date": date, "spend": spend}))
        .collect();
    json!({ "sales": sales })
}

fn at(date: i64, total: i64) -> Value {
    let mut cart = sale(total);
    cart["business_date"] = json!(date);
    cart
}

fn tier_of(quote: &Quote) -> &TierLine {
    quote.tier.as_ref().expect("a tier")
}

fn said(quote: &Quote) -> &str {
    let mut reasons = quote.reasons("tiers");
    &reasons.next().expect("a reason").text
}

/// The tier before a sale of 1 on a date, the last date of it, and what the sale leaves missing to
/// keep it.
#[track_caller]
fn check(tiers: &Value, sales: &[(i64, i64)], on: i64, expected: (&str, Option<i64>, Option<i64>)) {
    let quote = quote(ladder(tiers.clone()), at(on, 1), spent(sales));
    let tier = tier_of(&quote);
    let until = tier.kept_until.map(|date| i64::from(date.yyyymmdd()));
    assert_eq!(
        (tier.tier.as_str(), until, tier.to_keep),
        expected,
        "{tiers} {sales:?} on {on}"
    );
}

#[test]
fn a_tier_of_a_year_is_kept_for_the_rest_of_it_and_all_of_the_next() {
    // yotpo-05: entered on 15 November 2018, kept until 31 December 2019.
    let next = json!({"window": "calendar_year", "term": {"more_years": 1}});
    let entered = [(20_181_115, 300)];
    check(
        &next,
        &entered,
        20_181_115,
        ("silver", Some(20_191_231), None),
    );
    check(
        &next,
        &entered,
        20_191_231,
        ("silver", Some(20_191_231), Some(299)),
    );
    check(&next, &entered, 20_200_101, ("basic", None, None));
    // 300 more in 2019 keep it for 2020 too.
    let again = [(20_181_115, 300), (20_190_301, 100), (20_191_101, 200)];
    check(
        &next,
        &again,
        20_191_001,
        ("silver", Some(20_191_231), Some(199)),
    );
    check(
        &next,
        &again,
        20_191_101,
        ("silver", Some(20_201_231), None),
    );
    check(
        &next,
        &again,
        20_201_231,
        ("silver", Some(20_201_231), Some(299)),
    );
    check(&next, &again, 20_210_101, ("basic", None, None));
    // Sephora: Rouge of January 2022 to the end of 2023, then what 2023 made.
    let rouge = [(20_220_115, 1_000), (20_230_601, 350)];
    check(
        &next,
        &rouge,
        20_231_231,
        ("gold", Some(20_231_231), Some(649)),
    );
    check(
        &next,
        &rouge,
        20_240_101,
        ("silver", Some(20_241_231), Some(299)),
    );
    check(&next, &rouge, 20_250_101, ("basic", None, None));
    // Smile: without a term everything begins anew with the year.
    let year = json!({"window": "calendar_year"});
    check(&year, &rouge, 20_221_231, ("gold", Some(20_221_231), None));
    check(&year, &rouge, 20_230_101, ("basic", None, None));
}

#[test]
fn years_begin_on_the_day_the_programme_says_or_with_joining() {
    let april = json!({"window": "year_from_day", "first_day": {"month": 4, "day": 1}});
    let march = [(20_260_331, 300)];
    check(
        &april,
        &march,
        20_260_331,
        ("silver", Some(20_260_331), None),
    );
    check(&april, &march, 20_260_401, ("basic", None, None));
    check(
        &april,
        &[(20_260_401, 300)],
        20_270_331,
        ("silver", Some(20_270_331), None),
    );
    // H&M: joined on 10 March 2022; the year is from 10 March to 9 March.
    let joined = json!({"window": "membership_year"});
    for (on, tier, until) in [
        (20_230_309, "silver", json!(20_230_309)),
        (20_230_310, "basic", Value::Null),
    ] {
        let mut member = spent(&[(20_221_122, 300)]);
        member["joined_on"] = json!(20_220_310);
        let quote = quote(ladder(joined.clone()), at(on, 1), member);
        let found = serde_json::to_value(tier_of(&quote)).expect("JSON");
        assert_eq!(
            (&found["tier"], &found["kept_until"]),
            (&json!(tier), &until)
        );
    }
    // Nobody knows when they joined.
    let unknown = quote(
        ladder(joined),
        at(20_230_309, 1),
        spent(&[(20_221_122, 300)]),
    );
    assert_eq!(
        (said(&unknown), &unknown.tier),
        ("Tier: not known here", &None)
    );
}

#[test]
fn a_tier_of_the_last_months_is_lost_when_too_much_leaves_them() {
    let months = json!({"window": "months", "months": 12});
    // LoyaltyLion: 300 and 600 of the last 12 months. 200 leave on 2027-01-10, 150 are left.
    let sales = [(20_260_110, 200), (20_260_301, 150)];
    check(
        &months,
        &sales,
        20_260_301,
        ("silver", Some(20_270_109), Some(149)),
    );
    check(
        &months,
        &sales,
        20_270_109,
        ("silver", Some(20_270_109), Some(149)),
    );
    check(&months, &sales, 20_270_110, ("basic", None, None));
    // What is sold on the day that the rest is from leaves with it: nothing of today counts then.
    check(
        &months,
        &[(20_260_301, 300)],
        20_260_301,
        ("silver", Some(20_270_228), None),
    );
    // The 29th of February counts until the 28th a year later.
    check(
        &months,
        &[(20_240_229, 300)],
        20_250_227,
        ("silver", Some(20_250_228), Some(299)),
    );
    check(
        &months,
        &[(20_240_229, 300)],
        20_250_228,
        ("silver", Some(20_250_228), Some(299)),
    );
    check(
        &months,
        &[(20_240_229, 300)],
        20_250_301,
        ("basic", None, None),
    );
}

#[test]
fn a_tier_for_twelve_months_from_its_day_is_kept_with_enough_in_them() {
    // Starbucks 2016 to 2019: Gold for 12 months, kept with so many new stars in them.
    let term = json!({"window": "months", "months": 12, "term": {"months": 12}});
    let reached = [(20_170_310, 300)];
    check(
        &term,
        &reached,
        20_170_310,
        ("silver", Some(20_180_309), None),
    );
    check(
        &term,
        &reached,
        20_180_309,
        ("silver", Some(20_180_309), Some(299)),
    );
    check(&term, &reached, 20_180_310, ("basic", None, None));
    // 300 new ones from the day behind on keep it for 12 months more, whenever they come.
    let kept = [(20_170_310, 300), (20_170_401, 100), (20_180_309, 200)];
    check(&term, &kept, 20_180_309, ("silver", Some(20_190_309), None));
    check(
        &term,
        &kept,
        20_180_310,
        ("silver", Some(20_190_309), Some(299)),
    );
    check(&term, &kept, 20_190_310, ("basic", None, None));
    // Who rises has a new term from that day.
    let rises = [(20_170_310, 300), (20_171_001, 700)];
    check(
        &term,
        &rises,
        20_180_930,
        ("gold", Some(20_180_930), Some(999)),
    );
    check(&term, &rises, 20_181_001, ("basic", None, None));
}

#[test]
fn who_does_not_keep_a_tier_falls_one_level_or_to_what_fits() {
    // vn-06: kept with enough within 12 months of the last rise, else one level down.
    let term =
        json!({"window": "months", "months": 12, "term": {"months": 12}, "downgrade": "one_level"});
    let top = [(20_200_110, 1_000)];
    check(
        &term,
        &top,
        20_210_109,
        ("gold", Some(20_210_109), Some(999)),
    );
    check(
        &term,
        &top,
        20_210_110,
        ("silver", Some(20_220_109), Some(299)),
    );
    check(&term, &top, 20_220_110, ("basic", None, None));
    let fit = json!({"window": "months", "months": 12, "term": {"months": 12}});
    check(&fit, &top, 20_210_110, ("basic", None, None));
    // By years: gold of 2020 for 2021, then silver for a year, then nothing.
    let years =
        json!({"window": "calendar_year", "term": {"more_years": 1}, "downgrade": "one_level"});
    check(
        &years,
        &top,
        20_211_231,
        ("gold", Some(20_211_231), Some(999)),
    );
    check(
        &years,
        &top,
        20_220_101,
        ("silver", Some(20_221_231), Some(299)),
    );
    check(&years, &top, 20_230_101, ("basic", None, None));
    // A level may be kept with less than it takes to reach it.
    let mut less = json!({"window": "calendar_year", "term": {"more_years": 1}});
    less["levels"] = ladder(json!({}))["tiers"]["levels"].clone();
    less["levels"][2]["keep"] = json!("500");
    let sales = [(20_200_110, 1_000), (20_210_601, 500), (20_220_601, 499)];
    check(&less, &sales, 20_210_601, ("gold", Some(20_221_231), None));
    check(&less, &sales, 20_220_601, ("gold", Some(20_231_231), None));
    check(
        &less,
        &sales[..2],
        20_220_601,
        ("gold", Some(20_221_231), Some(499)),
    );
    check(
        &less,
        &sales,
        20_230_101,
        ("silver", Some(20_231_231), Some(299)),
    );
}

#[test]
fn what_comes_back_lowers_the_year_it_counted_in() {
    // 300 of 2026 make silver to the end of 2027; 50 of them come back in 2027: never reached.
    let next = json!({"window": "calendar_year", "term": {"more_years": 1}});
    check(
        &next,
        &[(20_260_601, 300)],
        20_270_301,
        ("silver", Some(20_271_231), Some(299)),
    );
    check(
        &next,
        &[(20_260_601, 250)],
        20_270_301,
        ("basic", None, None),
    );
}

#[test]
fn a_tier_by_the_present_balance_falls_with_what_is_spent() {
    // tier-02: 100 to 499 Silver, below Basic; 100 points, 50 of them spent.
    let mut parts = ladder(json!({"basis": "balance", "wallet": "points", "levels": [
        {"id": "basic", "name": {"en": "Basic"}, "from": "0"},
        {"id": "silver", "name": {"en": "Silver"}, "from": "100"},
        {"id": "gold", "name": {"en": "Gold"}, "from": "500"},
    ]}));
    parts["earn"] = json!([]);
    let member = |points: i64| json!({"points": {"points": points}});
    let mut spends = sale(100_000);
    spends["points_wanted"] = json!({"points": 50});
    let now = quote(parts.clone(), spends, member(100));
    assert_eq!(
        (
            tier_of(&now).tier.as_str(),
            tier_of(&now).tier_after.as_str()
        ),
        ("silver", "basic")
    );
    assert_eq!(
        said(&now),
        "Tier Silver, 100 points counted; Basic after this sale; 50 points missing to Silver"
    );
    let then = quote(parts.clone(), sale(1), member(50));
    assert_eq!(tier_of(&then).tier, "basic");
    assert_eq!(tier_of(&quote(parts, sale(1), member(500))).tier, "gold");
}

#[test]
fn a_tier_is_bought_and_lasts_as_long_as_the_window() {
    let parts = |window: Value| {
        let mut tiers = window;
        tiers["basis"] = json!("fee");
        tiers["lines"] = json!({"skus": ["card"]});
        ladder(tiers)
    };
    // The card costs 300; the milk beside it counts for nothing.
    let year = json!({"window": "months", "months": 12});
    let mut buys = at(20_260_110, 0);
    buys["lines"] = json!([line("card", 300), line("milk", 900)]);
    let bought = quote(parts(year.clone()), buys, spent(&[]));
    assert_eq!(tier_of(&bought).tier_after, "silver");
    assert_eq!(
        said(&bought),
        "Tier Basic, 0 VND counted; Silver after this sale; 700 VND missing to Gold"
    );
    let paid = json!({"sales": [{"business_date": 20_260_110, "spend": 1_200, "fee": 300}]});
    for (on, tier) in [(20_270_109, "silver"), (20_270_110, "basic")] {
        let now = quote(parts(year.clone()), at(on, 1_000), paid.clone());
        assert_eq!(tier_of(&now).tier, tier, "{on}");
        assert_eq!(tier_of(&now).counted_after, tier_of(&now).counted, "{on}");
    }
}

#[test]
fn a_sale_can_be_priced_in_the_tier_that_it_leads_to() {
    for (tier_for_sale, points, tier) in [("before", 400, None), ("after", 800, Some("silver"))] {
        let quote = quote(
            ladder(json!({"tier_for_sale": tier_for_sale})),
            sale(400),
            spent(&[]),
        );
        assert_eq!(quote.awarded(1).get(), points);
        assert_eq!(quote.outcome.priced_in_tier.as_deref(), tier);
        assert_eq!(
            said(&quote),
            "Tier Basic, 0 VND counted; Silver after this sale; 600 VND missing to Gold"
        );
    }
    // Points: 400 at one each lead to silver, and at two each they do as well.
    let earned = json!({"basis": "earned", "wallet": "points", "tier_for_sale": "after"});
    let quote = quote(ladder(earned), sale(400), spent(&[]));
    assert_eq!(
        (quote.awarded(1).get(), tier_of(&quote).counted_after),
        (800, 800)
    );
}

fn with_entries(parts: Value) -> Value {
    let mut parts = ladder(parts);
    parts["earn"] = json!([]);
    for (place, points) in [(1, "50"), (2, "100")] {
        parts["tiers"]["levels"][place]["entry"] = json!({"wallet": "points", "points": points});
    }
    parts
}

fn awards(quote: &Quote) -> Vec<(&str, i64)> {
    let awards = quote.outcome.awards.iter();
    awards
        .map(|award| (award.rule.as_str(), award.points.get()))
        .collect()
}

#[test]
fn every_tier_passed_gives_its_points_once() {
    let both = quote(with_entries(json!({})), sale(1_000), spent(&[]));
    assert_eq!(awards(&both), [("tier:silver", 50), ("tier:gold", 100)]);
    let told: Vec<&str> = both
        .explanation
        .iter()
        .filter(|reason| reason.rule.starts_with("tier:"))
        .map(|reason| reason.text.as_str())
        .collect();
    assert_eq!(
        told,
        ["Silver reached: 50 points", "Gold reached: 100 points"]
    );
    assert_eq!(both.wallet(1).expect("a wallet").after.get(), 150);
    // Nobody rises to what they have, and nobody without a card rises.
    assert_eq!(
        awards(&quote(
            with_entries(json!({})),
            sale(500),
            spent(&[(20_260_101, 400)])
        )),
        []
    );
    let mut nobody = sale(1_000);
    nobody["member"] = Value::Null;
    assert_eq!(
        awards(&quote(with_entries(json!({})), nobody, spent(&[]))),
        []
    );
    // smile-15: keeping a tier gives nothing; falling and reaching it again does, if the programme
    // says so.
    let past = json!({"sales": [{"business_date": 20_240_601, "spend": 300, "awards": [
        {"rule": "tier:silver", "wallet": "points", "points": 50},
    ]}]});
    for (entry_rewards, expected, text) in [
        (
            "once",
            vec![],
            "Silver reached again: 50 points were given before",
        ),
        (
            "each_rise",
            vec![("tier:silver", 50)],
            "Silver reached: 50 points",
        ),
    ] {
        let year = json!({"window": "calendar_year", "entry_rewards": entry_rewards});
        let again = quote(with_entries(year), sale(300), past.clone());
        assert_eq!(awards(&again), expected);
        assert_eq!(
            again.reasons("tier:silver").next().expect("a reason").text,
            text
        );
    }
}

#[test]
fn points_for_reaching_a_tier_do_not_count_for_it() {
    let earned = json!({"basis": "earned", "wallet": "points"});
    let mut parts = with_entries(earned);
    parts["earn"] = json!([{"id": "r", "wallet": "points", "tier_factor": "ignored", "amount": {"per": "1", "points": "1"}}]);
    let past = json!({"sales": [{"business_date": 20_260_601, "awards": [
        {"rule": "r", "wallet": "points", "points": 960},
        {"rule": "tier:silver", "wallet": "points", "points": 50},
    ]}]});
    let now = quote(parts, sale(39), past);
    assert_eq!(
        (tier_of(&now).counted, tier_of(&now).counted_after),
        (960, 999)
    );
    assert_eq!(tier_of(&now).missing, Some(1));
}

fn two_lines() -> Value {
    json!({"lines": [line("a", 200), line("b", 200)]})
}

#[test]
fn points_for_reaching_a_tier_go_back_with_the_goods_that_reached_it() {
    let mut parts = with_entries(json!({}));
    parts["earn"] = ladder(json!({}))["earn"].clone();
    let sold = sold(parts, two_lines(), spent(&[]));
    assert_eq!(sold.quote.awarded(1).get(), 400 + 50);
    assert_eq!(sold.due(&[(1000, 200), (1000, 200)]), 450);
    assert_eq!(sold.due(&[(1000, 200), (500, 100)]), 350);
    assert_eq!(sold.due(&[(1000, 200), (499, 99)]), 299);
    assert_eq!(sold.due(&[(0, 0), (0, 0)]), 0);
}

#[test]
fn what_is_kept_of_a_sale_is_priced_in_the_tier_of_the_sale() {
    let after = ladder(json!({"tier_for_sale": "after"}));
    let sold = sold(after.clone(), two_lines(), spent(&[]));
    assert_eq!(sold.quote.awarded(1).get(), 800);
    assert_eq!(sold.due(&[(1000, 200), (0, 0)]), 400);
    // Nobody's at first, and then claimed: as if the member had been there.
    let programme = read(&document(after));
    let mut nobody = cart(two_lines());
    nobody.member = None;
    let outcome = evaluate(&programme, None, &nobody, Language::En)
        .expect("a quote")
        .outcome;
    assert_eq!(outcome.awards, []);
    let claim = Decided {
        member: Some(&sold.member),
        outcome: &outcome,
        ..sold.decided()
    };
    let awards = awards_of_claim(&claim).expect("awards");
    assert_eq!(
        awards.iter().map(|award| award.points.get()).sum::<i64>(),
        800
    );
}

/// Each date looked at by itself, from the first sale on.
fn by_the_day(tiers: &Tiers, days: &[i64], term: u32, months: u32) -> usize {
    let first = date(20_250_115);
    let day = |place: usize| {
        let behind = u32::try_from(place).expect("few");
        first.plus_days(behind).expect("a date")
    };
    let fitting = |counted: i64| {
        let mut levels = tiers.levels.iter();
        levels
            .rposition(|level| level.from <= counted)
            .expect("the lowest fits")
    };
    let sum = |counts: &dyn Fn(usize) -> bool| -> i64 {
        (0..days.len())
            .filter(|&sold| counts(sold))
            .map(|sold| days[sold])
            .sum()
    };
    let (mut place, mut reached, mut terms) = (0, 0, 0u32);
    for (now, &today) in days.iter().enumerate() {
        if place > 0 && day(now) == day(reached).plus_months(term * terms).expect("a date") {
            // From where the window begins; what made the tier does not keep it.
            let behind = i64::from(term * terms) - i64::from(months);
            let from = |sold: usize| match u32::try_from(behind) {
                Ok(0) => sold > reached,
                Ok(behind) => day(sold) >= day(reached).plus_months(behind).expect("a date"),
                Err(_) => {
                    let ago = u32::try_from(-behind).expect("few");
                    day(sold) > day(reached).minus_months(ago).expect("a date")
                }
            };
            let counted = sum(&|sold| sold < now && from(sold));
            if counted < tiers.levels[place].keep {
                place = fitting(counted).min(place);
            }
            terms += 1;
        }
        let edge = day(now).minus_months(months).expect("a date");
        let fits = fitting(sum(&|sold| sold <= now && day(sold) > edge));
        if today > 0 && fits > place {
            (place, reached, terms) = (fits, now, 1);
        }
    }
    place
}

fn ranked(tiers: &Tiers, days: &[i64], on: usize) -> Rank {
    let first = date(20_250_115);
    let day = |place: usize| {
        first
            .plus_days(u32::try_from(place).expect("few"))
            .expect("a date")
    };
    let sums = days.iter().enumerate().filter(|(_, sum)| **sum > 0);
    let sums = sums.map(|(place, sum)| (day(place), *sum));
    Ladder::new(tiers, None, day(on), sums)
        .rank()
        .expect("known")
}

fn tiers_of(parts: Value) -> Tiers {
    let programme = read(&document(ladder(parts)));
    programme.tiers().expect("tiers").clone()
}

/// Two years or so, with a sale now and then.
fn some_days() -> impl Strategy<Value = Vec<i64>> {
    let sale = prop_oneof![30 => Just(0i64), 1 => 1i64..700];
    proptest::collection::vec(sale, 1..800)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn terms_are_what_looking_at_every_day_gives(days in some_days(), months in 1u32..14, term in 1u32..14) {
        let tiers = tiers_of(json!({"window": "months", "months": months, "term": {"months": term}}));
        let on = days.len() - 1;
        prop_assert_eq!(ranked(&tiers, &days, on).place, by_the_day(&tiers, &days, term, months));
    }

    #[test]
    fn a_tier_is_there_until_its_last_day_and_not_behind_it(
        days in some_days(),
        window in prop_oneof![
            Just(json!({"window": "months", "months": 3})),
            Just(json!({"window": "calendar_year"})),
            Just(json!({"window": "calendar_year", "term": {"more_years": 1}})),
            Just(json!({"window": "year_from_day", "first_day": {"month": 2, "day": 29}, "term": {"more_years": 2}, "downgrade": "one_level"})),
            Just(json!({"window": "months", "months": 6, "term": {"months": 4}, "downgrade": "one_level"})),
        ],
    ) {
        let tiers = tiers_of(window);
        let on = days.len() - 1;
        let now = ranked(&tiers, &days, on);
        let place_on = |day: BusinessDate| {
            let behind = day.days_since_1970() - date(20_250_115).days_since_1970();
            ranked(&tiers, &days, usize::try_from(behind).expect("later"))
        };
        match now.kept_until {
            None => prop_assert_eq!(now.place, 0),
            Some(last) => {
                prop_assert_eq!(place_on(last).place, now.place);
                let behind = last.plus_days(1).expect("a date");
                prop_assert!(place_on(behind).place < now.place);
                // What is missing keeps it, and one less does not.
                if let Some(then) = now.counted_then {
                    let missing = tiers.levels[now.place].keep - then;
                    let with = |more: i64, day: BusinessDate| {
                        let mut days = days.clone();
                        days[on] += more;
                        let behind = day.days_since_1970() - date(20_250_115).days_since_1970();
                        ranked(&tiers, &days, usize::try_from(behind).expect("later")).place
                    };
                    prop_assert!(with(missing, behind) >= now.place);
                    // Unless it rises with it today.
                    let today = last.min(date(20_250_115).plus_days(u32::try_from(on).expect("few")).expect("a date"));
                    prop_assume!(with(missing - 1, today) == now.place);
                    prop_assert!(with(missing - 1, behind) < now.place);
                }
            }
        }
    }

    #[test]
    fn more_money_never_makes_a_lower_tier(days in some_days(), more in 1i64..500, place in 0usize..800) {
        let tiers = tiers_of(json!({"window": "calendar_year", "term": {"more_years": 1}}));
        let on = days.len() - 1;
        let mut richer = days.clone();
        richer[place.min(on)] += more;
        prop_assert!(ranked(&tiers, &richer, on).place >= ranked(&tiers, &days, on).place);
    }
}
