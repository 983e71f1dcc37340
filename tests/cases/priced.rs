//! Carts that are priced by themselves, and what of a sale is still due once goods come back.

use std::collections::BTreeMap;

use loy::kernel::Few;

use loy::evaluate::{
    Cart, Decided, Goods, KeptLine, Measure, MemberSnapshot, PointsBack, Quote, Return,
    ReturnedLines, ReturnedPart, due_after, evaluate, points_back,
};
use loy::kernel::{MemberNumber, Money, Points, Quantity};
use loy::programme::Programme;
use loy::texts::Language;
use serde_json::Value;

use crate::carts::Basket;
use crate::found::Found;
use crate::model::{Case, Expect, Quoted};
use crate::pos::{decimal, round};
use crate::programme;

pub fn price(case: &Case, step: &Quoted, found: &mut Found) -> Result<(), String> {
    let of = |other: &Value| match other {
        Value::Null => programme(case, &case.programme),
        other => programme(case, other),
    };
    let priced_by = of(&step.programme)?;
    let current = match &step.current {
        Value::Null => of(&step.programme)?,
        current => of(current)?,
    };
    let number = MemberNumber::from_body(1).expect("a number");
    let number = (!step.member.is_null()).then_some(number);
    let basket = match (
        Basket::read(&step.cart, &priced_by, number, None),
        &step.problem,
    ) {
        (Err(problem), Some(expected)) => {
            found.same("problem", expected, &problem);
            return Ok(());
        }
        (basket, _) => basket?,
    };
    let member = match number {
        None => None,
        Some(number) => {
            let told = step.member.to_string();
            let member =
                MemberSnapshot::from_json(told.as_bytes(), number, &priced_by, &basket.cart);
            Some(member.map_err(|problem| format!("member: {problem}"))?)
        }
    };
    let quote = evaluate(&priced_by, member.as_ref(), &basket.cart, Language::En)
        .map_err(|problem| problem.to_string())?;
    let before = found.differences.len();
    compare(&step.expect, &quote, &basket, &priced_by, case, found);
    let sale = Decided {
        programme: &priced_by,
        member: member.as_ref(),
        cart: &basket.cart,
        outcome: &quote.outcome,
    };
    due(&sale, step, found);
    refunds(sale, &current, &quote, step, found);
    found.explained(before, &quote);
    Ok(())
}

/// Holds a quote against what the case expects of it.
pub fn compare(
    expect: &Expect,
    quote: &Quote,
    basket: &Basket,
    programme: &Programme,
    case: &Case,
    found: &mut Found,
) {
    points(expect, quote, programme, found);
    taken(expect, quote, found);
    let number = |found: &mut Found, what: &str, expected: Option<i64>, is: i64| {
        if let Some(expected) = expected {
            found.same(what, &expected, &is);
        }
    };
    number(found, "discount", expect.discount, quote.discount().get());
    number(
        found,
        "payable",
        expect.payable,
        quote.outcome.payable.get(),
    );
    let award = quote.outcome.awards.first();
    let from = award.map_or(0, |award| i64::from(award.available_from));
    let until = award
        .and_then(|award| award.expires_on)
        .map_or(0, i64::from);
    number(found, "available from", expect.available_from, from);
    number(found, "expires on", expect.expires_on, until);
    let tier = quote.tier.as_ref();
    if let Some(expected) = &expect.tier {
        found.same(
            "tier",
            &Some(expected.as_str()),
            &tier.map(|line| line.tier.as_str()),
        );
    }
    if let Some(expected) = &expect.tier_after {
        let after = tier.map(|line| line.tier_after.as_str());
        found.same("tier after", &Some(expected.as_str()), &after);
    }
    if let Some(expected) = expect.tier_kept_until {
        let until = tier.and_then(|line| line.kept_until).map_or(0, i64::from);
        found.same("tier kept until", &expected, &until);
    }
    if let Some(expected) = &expect.draws {
        let turns = quote.drawn.iter();
        let won: Vec<String> = turns
            .map(|turn| turn.prize.clone().unwrap_or_default())
            .collect();
        found.same("draws", expected, &won);
    }
    if let Some(expected) = expect.tier_counted {
        found.same("counted", &Some(expected), &tier.map(|line| line.counted));
    }
    if let Some(expected) = &expect.limits {
        let limits = quote.limits.iter();
        let limits = limits.map(|hit| (hit.limit.clone(), hit.action.to_owned()));
        found.same("limits", expected, &limits.collect());
    }
    for key in &expect.reasons {
        if !quote.explanation.iter().any(|reason| reason.key == key) {
            found.wrong(format!("no reason {key}"));
        }
    }
    for text in &expect.says {
        if !quote
            .explanation
            .iter()
            .any(|reason| reason.text().contains(text))
        {
            found.wrong(format!("nothing says {text}"));
        }
    }
    receipt(expect, quote, basket, case, found);
}

fn points(expect: &Expect, quote: &Quote, programme: &Programme, found: &mut Found) {
    let mut same = |what: &str, expected: &BTreeMap<String, i64>, is: &dyn Fn(u8) -> Points| {
        for (id, expected) in expected {
            let number = programme.wallet(id).map(|wallet| wallet.number);
            let number = number.unwrap_or_else(|| panic!("a wallet {id}"));
            found.same(&format!("{what} {id}"), expected, &is(number).get());
        }
    };
    same("earns", &expect.earns, &|wallet| quote.awarded(wallet));
    same("with a card", &expect.with_card, &|wallet| {
        quote.awarded_with_card(wallet)
    });
    same("uses", &expect.uses, &|wallet| quote.redeemed(wallet));
    let line = |wallet| quote.wallet(wallet).expect("a member");
    same("after", &expect.after, &|wallet| line(wallet).after);
    same("redeemable", &expect.redeemable, &|wallet| {
        line(wallet).redeemable
    });
    for (rule, expected) in &expect.by_rule {
        let awards = quote.outcome.awards.iter();
        let awards = awards.filter(|award| award.rule == *rule);
        let sum: i64 = awards.map(|award| award.points.get()).sum();
        found.same(&format!("points by {rule}"), expected, &sum);
    }
}

fn taken(expect: &Expect, quote: &Quote, found: &mut Found) {
    let outcome = &quote.outcome;
    if let Some(expected) = &expect.takes {
        let mut taken: BTreeMap<String, i64> = BTreeMap::new();
        for offer in &outcome.offers {
            *taken.entry(offer.offer.clone()).or_default() += offer.amount.get();
        }
        for spent in &outcome.redemptions {
            if let Some(reward) = &spent.reward {
                *taken.entry(reward.clone()).or_default() += spent.amount.get();
            }
        }
        found.same("taken off", expected, &taken);
    }
    for (sku, expected) in &expect.gifts {
        let gifts = outcome
            .offers
            .iter()
            .filter_map(|offer| offer.gift.as_ref());
        let bought = outcome.redemptions.iter();
        let gifts = gifts.chain(bought.filter_map(|spent| spent.gift.as_ref()));
        let gifts = gifts.filter(|gift| gift.sku == *sku);
        let pieces: i64 = gifts.map(|gift| gift.quantity).sum();
        found.same(&format!("gift {sku}"), expected, &pieces);
    }
    if let Some(expected) = &expect.line_discounts {
        let lines = outcome.line_discounts.iter().map(|off| off.get());
        found.same("off the lines", expected, &lines.collect());
    }
}

fn receipt(expect: &Expect, quote: &Quote, basket: &Basket, case: &Case, found: &mut Found) {
    let decimals = basket.decimals();
    let places = expect.places.unwrap_or(decimals);
    let receipt = basket.receipt(quote, case);
    let feet = [
        ("total", &expect.total, receipt.total),
        (
            "without tax",
            &expect.total_without_tax,
            receipt.total - receipt.tax,
        ),
        ("tax", &expect.tax, receipt.tax),
    ];
    for (what, expected, is) in feet {
        let Some(expected) = expected else { continue };
        // As an assertion to so many places does: the difference rounds to nothing.
        if !round(is - decimal(expected), places).is_zero() {
            found.wrong(format!("{what}: expected {expected}, found {is}"));
        }
    }
    let printed = basket.printed(quote);
    if let Some(expected) = expect.lines {
        let off: usize = printed.iter().map(|(_, lines)| lines.len()).sum();
        let gifts = quote.outcome.offers.iter().map(|offer| &offer.gift);
        let bought = quote.outcome.redemptions.iter().map(|spent| &spent.gift);
        let gifts = gifts.chain(bought).flatten().count();
        let lines = basket.cart.lines.len() + off + gifts;
        found.same("lines of the receipt", &expected, &lines);
    }
    let sides = [
        ("with tax", &expect.printed),
        ("without tax", &expect.printed_without_tax),
    ];
    for (what, side) in sides {
        for (name, expected) in side {
            let lines = printed.iter().filter(|(of, _)| of == name);
            let lines = lines.flat_map(|(_, lines)| lines).map(|line| match what {
                "with tax" => line.with_tax(decimals),
                _ => line.without_tax(decimals),
            });
            let mut expected: Vec<_> = expected.iter().map(|text| decimal(text)).collect();
            let mut lines: Vec<_> = lines.collect();
            expected.sort_unstable();
            lines.sort_unstable();
            found.same(&format!("{name} {what}"), &expected, &lines);
        }
    }
}

fn due(sale: &Decided<'_>, step: &Quoted, found: &mut Found) {
    let (cart, outcome): (&Cart, _) = (sale.cart, sale.outcome);
    let due = |kept: &[KeptLine]| -> i64 {
        let due = due_after(sale, kept).expect("what is due");
        due.iter().map(|award| award.points.get()).sum()
    };
    // Of each line so much is kept, with its part of what loy took off, to the nearest unit.
    let part = |line: usize, quantity: i64, total: i64| {
        let whole = cart.lines[line].line_total.get();
        let off = outcome.line_discounts[line].get();
        let off = (2 * off * total + whole)
            .checked_div(2 * whole)
            .unwrap_or(0);
        KeptLine {
            quantity: Quantity::new(quantity),
            line_total: Money::new(total),
            net: Money::new(total - off),
        }
    };
    let whole = |(index, line): (usize, &loy::evaluate::Line)| KeptLine {
        quantity: line.quantity_milli,
        line_total: line.line_total,
        net: sale.net_of(index),
    };
    let everything: Vec<KeptLine> = cart.lines.iter().enumerate().map(whole).collect();
    let given: i64 = outcome.awards.iter().map(|award| award.points.get()).sum();
    found.same("due while everything is kept", &given, &due(&everything));
    let none: Vec<KeptLine> = (0..cart.lines.len()).map(|line| part(line, 0, 0)).collect();
    let expected = step.due_after_all.unwrap_or(0);
    found.same("due once nothing is kept", &expected, &due(&none));
    for case in &step.due_after {
        let kept = case.kept.iter().enumerate();
        let kept: Vec<KeptLine> = kept
            .map(|(line, &(quantity, total))| part(line, quantity, total))
            .collect();
        found.same("due of what is kept", &case.points, &due(&kept));
    }
}

fn refunds(
    sale: Decided<'_>,
    current: &Programme,
    quote: &Quote,
    step: &Quoted,
    found: &mut Found,
) {
    let sums = |points: Points| Few::from([(1, points)]);
    let (awarded, redeemed) = (sums(quote.awarded(1)), sums(quote.redeemed(1)));
    let (mut before, mut so_far) = (ReturnedLines::new(), PointsBack::default());
    for refund in &step.refunds {
        let part = |&(line, amount): &(usize, i64)| ReturnedPart {
            line,
            measure: Measure::Amount(Money::new(amount)),
        };
        let goods = match refund.amounts.as_slice() {
            [] => Goods::Everything,
            amounts => Goods::Parts(amounts.iter().map(part).collect()),
        };
        let after = sale.after(&before, &goods).expect("so much is left");
        let back = Return {
            sale,
            current,
            awarded: &awarded,
            redeemed: &redeemed,
            before: &before,
            after: &after,
            so_far: &so_far,
        };
        let back = points_back(&back).expect("what goes back");
        let of = |sums: &Few<u8, Points>| sums.get(&1).map_or(0, |points| points.get());
        let is = (of(&back.taken_back), of(&back.returned));
        found.same(
            "back, taken and returned",
            &(refund.taken_back, refund.returned),
            &is,
        );
        (before, so_far) = (after, back);
    }
}
