//! Standing
//!
//! Where the member of a quote stands: on the ladder, with challenges and with lucky draws.

use super::error::loy_error;
use super::quote::{list, loy_quote};
use super::rows::{Rows, Value, loy_rows};
use super::status::loy_status;

/// Tells where the member stands on the ladder.
///
/// One row, or none without tiers, without a member, or where it is not known here: tier (the id of
/// the one that counts for this sale), name (in the till's language), counted (what counts for it
/// before the sale: money or points in smallest units, or visits), counted_after, tier_after, next
/// (the one above that; "" at the top), missing (to it after the sale; absent at the top),
/// kept_until (the last business date of tier_after even if nothing more counts; absent for ever,
/// and where that depends on more), to_keep (what is missing after the sale to have it longer;
/// absent where nothing sold now counts for that).
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_tier(
    quote: *const loy_quote,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    list(quote, rows_out, error_out, |priced| {
        let mut rows = Rows::new(&[
            "tier",
            "name",
            "counted",
            "counted_after",
            "tier_after",
            "next",
            "missing",
            "kept_until",
            "to_keep",
        ]);
        if let Some(tier) = &priced.quote.tier {
            rows.push([
                tier.tier.as_str().into(),
                tier.name.as_str().into(),
                tier.counted.into(),
                tier.counted_after.into(),
                tier.tier_after.as_str().into(),
                tier.next.clone().unwrap_or_default().into(),
                tier.missing.into(),
                tier.kept_until.map(|date| date.yyyymmdd()).into(),
                tier.to_keep.into(),
            ]);
        }
        rows
    })
}

/// Tells how far the member is with each challenge of the business date.
///
/// Rows: one a challenge, in the order of their ids; none without a member, or where their past is
/// not known here: challenge (its id), name (in the till's language), counted (what counts before
/// the sale: visits, days or events, money in smallest units, thousandths of pieces; of a streak,
/// what counts in the present period), counted_after, goal (so much reaches it), missing (after the
/// sale; absent where it gives nothing any more in its time), until (the last business date on which
/// what counts now does; absent for ever, and where that depends on more), run (periods in a row
/// after the sale; absent without a streak), periods (so many in a row reach it; absent without a
/// streak), had (how often it was reached before, in its time), reached (how often with this sale),
/// text (in the till's language).
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_challenges(
    quote: *const loy_quote,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    list(quote, rows_out, error_out, |priced| {
        let mut rows = Rows::new(&[
            "challenge",
            "name",
            "counted",
            "counted_after",
            "goal",
            "missing",
            "until",
            "run",
            "periods",
            "had",
            "reached",
            "text",
        ]);
        for goal in &priced.quote.challenges {
            let told = priced.quote.reason_of(goal);
            let text = told.map(|reason| reason.text().to_owned());
            rows.push([
                goal.challenge.as_str().into(),
                goal.name.as_str().into(),
                goal.counted.into(),
                goal.counted_after.into(),
                goal.goal.into(),
                goal.missing.into(),
                goal.until.map(|date| date.yyyymmdd()).into(),
                goal.run.map(i64::from).into(),
                goal.periods.map(i64::from).into(),
                i64::from(goal.had).into(),
                goal.reached.into(),
                text.unwrap_or_default().into(),
            ]);
        }
        rows
    })
}

/// Tells the turns of lucky draws that a sale gives, and what they drew once it is final.
///
/// Of a quote, and of a sale that is not final, one row a draw that gives turns: what they draw
/// nobody knows before. Of a final sale (loy_sale_quote) one row a turn, as they were drawn.
///
/// Rows: draw (its id), name (in the till's language), turns (how many; 1 of a final sale), n (the
/// turn's number at this till; absent before), prize (the prize's id; "" where nothing was won,
/// absent before), prize_name ("" for none), goods (what to hand over; "" for nothing), seq (the
/// entry that tells it; absent before), text (all of it, in the till's language: show it). Points
/// and vouchers that were won are the member's already. A sale that was taken back tells what it
/// drew all the same.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_draws(
    quote: *const loy_quote,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    list(quote, rows_out, error_out, |priced| {
        let mut rows = Rows::new(&[
            "draw",
            "name",
            "turns",
            "n",
            "prize",
            "prize_name",
            "goods",
            "seq",
            "text",
        ]);
        let quote = &priced.quote;
        for turn in &quote.drawn {
            rows.push([
                turn.draw.as_str().into(),
                turn.name.as_str().into(),
                1i64.into(),
                turn.n.into(),
                turn.prize.clone().unwrap_or_default().into(),
                turn.prize_name.clone().unwrap_or_default().into(),
                turn.goods.clone().unwrap_or_default().into(),
                turn.seq.into(),
                turn.text.as_str().into(),
            ]);
        }
        let given = quote.outcome.draws.iter();
        for given in given.filter(|_| quote.drawn.is_empty()) {
            let told = quote.reason_of_draw(&given.draw);
            let text = told.map(|reason| reason.text().to_owned());
            rows.push([
                given.draw.as_str().into(),
                priced.draw_name(&given.draw).into(),
                given.turns.into(),
                Value::Absent,
                Value::Absent,
                "".into(),
                "".into(),
                Value::Absent,
                text.unwrap_or_default().into(),
            ]);
        }
        rows
    })
}
