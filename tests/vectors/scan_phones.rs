//! Telephone numbers.

use loy::scan::phone::{self, Line, NoPhone};
use loy::scan::{IdentifierKind, Kind, Rules, Scan, Unreadable, identify, normalise_identifier};
use loy::scan::{phone_before_2017, rules::ForeignPhones};

use crate::bench::{Bench, Section, holds, same, text};

pub const SECTIONS: &[Section] = &[("phone_vn", vietnam), ("phone_international", world)];

/// The rule that `phone::read` was written from.
const MOBILE: &str = "121[0-3]\\d{5}|(?:1[46]0|(?:3\\d|7[06-9])\\d|5(?:[1689]\\d|2[238]|59)|8(?:[1-8]\\d|9[6-9])|9(?:[0-8]\\d|9[013-9]))\\d{6}";

fn vietnam(bench: &mut Bench<'_>) {
    bench.each("/migration", |vector| {
        let (old, new) = (text(vector, "old"), text(vector, "new"));
        let subscriber = "7654321";
        let read = phone::read(&format!("{old}{subscriber}")).map_err(NoPhone::name)?;
        same(
            "new number",
            &format!("+84{}{subscriber}", &new[1..]),
            &read.e164,
        )?;
        holds("called old", read.had_old_prefix)
    });
    // The days are past, and nothing depends on them: an old number is an old one today.
    bench.one("/migration_dates", |vector| {
        holds(
            "it is over",
            text(vector, "announcement_until") < "2026-01-01",
        )
    });
    bench.one("/libphonenumber_mobile_regex", |vector| {
        same("the numbering plan", MOBILE, text(vector, ""))
    });
    bench.each("/valid", |vector| {
        let input = text(vector, "input");
        let read = phone::read(input).map_err(NoPhone::name)?;
        same("E.164", text(vector, "e164"), &read.e164)?;
        same(
            "migrated",
            vector["migrated"].as_bool(),
            Some(read.had_old_prefix),
        )?;
        let line = match read.line {
            Line::Mobile => "MOBILE",
            Line::Fixed => "FIXED",
        };
        same("type", text(vector, "type"), line)?;
        let stored = normalise_identifier(IdentifierKind::Phone, input);
        same("stored as", Ok(read.e164.clone()), stored)?;
        let found = identify(&Scan::keyed(input), &Rules::default())
            .map_err(|refused| format!("{refused:?}"))?;
        same(
            "recognised as",
            (Kind::Phone, &read.e164),
            (found.first().kind, &found.first().value),
        )
    });
    bench.each("/invalid", |vector| {
        let input = text(vector, "input");
        let found = phone::read(input)
            .map(|phone| phone.e164)
            .map_err(NoPhone::name);
        same(
            "error",
            Err(text(vector, "error")),
            found.as_ref().map(String::as_str).map_err(|error| *error),
        )?;
        holds(
            "it is not stored",
            normalise_identifier(IdentifierKind::Phone, input).is_err(),
        )
    });
    bench.each("/ambiguous_legacy", |vector| {
        let input = text(vector, "input");
        let (_, line) = text(vector, "as_old_landline")
            .rsplit_once("(0")
            .ok_or("no number")?;
        let digits: String = line
            .chars()
            .filter(|c| *c != ')')
            .take_while(char::is_ascii_digit)
            .collect();
        let old = phone_before_2017::fixed_line(input);
        same("as a fixed line", Some(format!("+84{digits}")), old)?;
        let new = vector["as_new_mobile"]
            .as_str()
            .and_then(|words| words.split(' ').next());
        same(
            "as a mobile number",
            new,
            phone::read(input).ok().map(|phone| phone.e164).as_deref(),
        )
    });
}

fn world(bench: &mut Bench<'_>) {
    bench.each("/vectors", |vector| {
        let input = text(vector, "input");
        let read = identify(&Scan::keyed(input), &Rules::default());
        let is_vietnamese = text(vector, "e164").starts_with("+84");
        let why = read.err().map(|refused| refused.why);
        let expected = (!is_vietnamese).then_some(Unreadable::ForeignPhone);
        same("without a rule of the shop's", expected, why)?;
        abroad(vector)
    });
}

#[cfg(feature = "world-phones")]
fn abroad(vector: &serde_json::Value) -> crate::bench::Look {
    let input = text(vector, "input");
    let found = loy::scan::phone_world::read(input);
    let is_valid = vector["valid"].as_bool() == Some(true);
    same("valid", is_valid, found.is_some())?;
    let rules = Rules {
        foreign_phones: ForeignPhones::Allowed,
        ..Rules::default()
    };
    let read = identify(&Scan::keyed(input), &rules).ok();
    let value = read.map(|read| read.first().value.clone());
    same(
        "recognised as",
        is_valid.then(|| text(vector, "e164").to_owned()),
        value,
    )?;
    found.map_or(Ok(()), |phone| {
        same("region", text(vector, "region"), &phone.region)?;
        same("type", text(vector, "type"), phone.line)
    })
}

/// Built without the plans of other countries, the library refuses their numbers by name.
#[cfg(not(feature = "world-phones"))]
fn abroad(vector: &serde_json::Value) -> crate::bench::Look {
    let rules = Rules {
        foreign_phones: ForeignPhones::Allowed,
        ..Rules::default()
    };
    let why = identify(&Scan::keyed(text(vector, "input")), &rules)
        .err()
        .map(|refused| refused.why);
    same("refused as", Some(Unreadable::ForeignPhone), why)
}
