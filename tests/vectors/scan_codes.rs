//! Check characters, base 32 and distances.

use loy::scan::check_digit::{CheckDigit, SAFE_ALPHABET};
use loy::scan::crockford::{self, Check, NoBase32};
use loy::scan::nearby;

use crate::bench::{Bench, Section, holds, same, text};

pub const SECTIONS: &[Section] = &[
    ("check_characters", check_characters),
    ("crockford_base32", crockford_base32),
    ("damerau_levenshtein", distances),
];

const KINDS: [(&str, CheckDigit); 8] = [
    ("verhoeff", CheckDigit::Verhoeff),
    ("damm", CheckDigit::Damm),
    ("iso7064_mod_11_10", CheckDigit::Iso7064Mod11_10),
    ("iso7064_mod_11_2", CheckDigit::Iso7064Mod11_2),
    ("iso7064_mod_37_36", CheckDigit::Iso7064Mod37_36),
    ("iso7064_mod_37_2", CheckDigit::Iso7064Mod37_2),
    ("iso7064_mod_97_10", CheckDigit::Iso7064Mod97_10),
    ("luhn_mod_28_telex_safe", CheckDigit::LuhnMod28),
];

fn check_characters(bench: &mut Bench<'_>) {
    for (name, kind) in KINDS {
        bench.each(&format!("/{name}/valid"), |vector| {
            holds("it is right", kind.holds(text(vector, "")))
        });
        bench.each(&format!("/{name}/invalid"), |vector| {
            holds("it is wrong", !kind.holds(text(vector, "")))
        });
        // `236 -> check 3 (2363)`, `A12425GABC1234002 -> M (GRid)`.
        bench.one(&format!("/{name}/known"), |known| {
            let (body, rest) = text(known, "").split_once(" -> ").ok_or("no example")?;
            let check = rest.trim_start_matches("check ").split(' ').next();
            same("check character", check, kind.of(body).as_deref())
        });
    }
    bench.one("/luhn_mod_28_telex_safe/alphabet", |alphabet| {
        same("alphabet", text(alphabet, "").as_bytes(), SAFE_ALPHABET)
    });
    // Rows of Damm's table: for one state, the state behind each digit.
    bench.each("/damm/quasigroup", |row| {
        let row: Option<Vec<u64>> = row
            .as_array()
            .map(|row| row.iter().filter_map(|one| one.as_u64()).collect());
        let row: String = row.ok_or("no row")?.iter().map(u64::to_string).collect();
        let found = (0..10).any(|first| {
            let behind = |digit| CheckDigit::Damm.of(&format!("{first}{digit}")).unwrap();
            (0..10).map(behind).collect::<String>() == row
        });
        holds("a row of the table", found)
    });
}

fn crockford_base32(bench: &mut Bench<'_>) {
    bench.each("/valid", |vector| {
        let number: u64 = text(vector, "int")
            .parse()
            .map_err(|_| "no number of 64 bits")?;
        let (plain, checked) = (text(vector, "encoded"), text(vector, "with_check"));
        same("encoded", plain, &crockford::encoded(number, Check::Absent))?;
        same(
            "with check symbol",
            checked,
            &crockford::encoded(number, Check::AtEnd),
        )?;
        same(
            "decoded",
            Ok(number),
            crockford::decoded(plain, Check::Absent),
        )?;
        same(
            "decoded with check symbol",
            Ok(number),
            crockford::decoded(checked, Check::AtEnd),
        )
    });
    bench.each("/decode_aliases", |vector| {
        let found = crockford::decoded(text(vector, "input"), Check::Absent);
        same("decoded", text(vector, "int").parse().ok(), found.ok())
    });
    bench.each("/invalid", |vector| {
        let found = crockford::decoded(text(vector, "input"), Check::Absent);
        same(
            "error",
            Err(text(vector, "error")),
            found.map_err(NoBase32::name),
        )
    });
}

type Measure = fn(&str, &str) -> usize;

fn distances(bench: &mut Bench<'_>) {
    bench.each("/vectors", |vector| {
        let (a, b) = (text(vector, "a"), text(vector, "b"));
        let measures: [(&str, Measure); 3] = [
            ("levenshtein", nearby::levenshtein),
            ("osa", nearby::optimal_string_alignment),
            ("damerau_unrestricted", nearby::damerau_levenshtein),
        ];
        for (name, measure) in measures {
            let expected = vector[name]
                .as_u64()
                .and_then(|steps| usize::try_from(steps).ok());
            same(name, expected, Some(measure(a, b)))?;
            same("the other way", expected, Some(measure(b, a)))?;
        }
        Ok(())
    });
}
