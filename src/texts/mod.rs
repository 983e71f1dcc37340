//! Everything loy says to people, one data file a language.
//!
//! A text is found by a stable key and has named places: `{points}`. To add one, put the key into
//! every language file at its place in the alphabet; a test names the file, key or placeholder
//! that is missing. To add a language, add a file and a [`Language`]. This room knows nothing of
//! money or points: numbers come in as units and decimals.

mod diacritics;
mod en;
mod en_past;
mod en_scan;
mod numbers;
mod packed;
mod vi;
mod vi_past;
mod vi_scan;

pub use diacritics::{Diacritics, strip_diacritics};
pub use numbers::{date, fraction, money, number, number_trimmed};
use packed::{Files, Packed};

/// A language loy speaks at the till.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Vietnamese, the language of the first market.
    #[default]
    Vi,
    /// English.
    En,
}

impl Language {
    /// Every language there is.
    pub const ALL: [Self; 2] = [Self::Vi, Self::En];

    /// By its ISO 639-1 code: `vi` or `en`. Nothing for any other text.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
    }

    /// The ISO 639-1 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }
}

/// The files of each language: everything, what was scanned, and what is told of the past.
const VI: Files = [vi::PHRASES, vi_scan::PHRASES, vi_past::PHRASES];
const EN: Files = [en::PHRASES, en_scan::PHRASES, en_past::PHRASES];

static VI_BYTES: [u8; packed::length(&VI)] = packed::bytes(&VI);
static EN_BYTES: [u8; packed::length(&EN)] = packed::bytes(&EN);

fn find(language: Language, key: &str) -> Option<&'static str> {
    static VI_PACKED: Packed<{ packed::keys(&VI) }> = Packed::of(&VI, &VI_BYTES);
    static EN_PACKED: Packed<{ packed::keys(&EN) }> = Packed::of(&EN, &EN_BYTES);
    match language {
        Language::Vi => VI_PACKED.find(key),
        Language::En => EN_PACKED.find(key),
    }
}

/// The text of `key` with each `{name}` replaced by the value of that name.
///
/// Values are put in as they are (already formatted), but for control characters, which become
/// spaces: a scanned code must not steer a printer. A key that no file has comes back as itself and
/// a place without a value stays as it is, so that a cashier never sees an empty line and support
/// can find the spot.
pub fn phrase(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    phrase_with(language, key, |name| {
        let found = values.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value)
    })
}

/// As [`phrase`], asking for the value of each place that the text has.
pub fn phrase_with<V: AsRef<str>>(
    language: Language,
    key: &str,
    mut value_of: impl FnMut(&str) -> Option<V>,
) -> String {
    let Some(mut rest) = find(language, key) else {
        return key.to_owned();
    };
    let mut text = String::with_capacity(rest.len() + 32);
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        let name = &rest[start + 1..start + length];
        text.push_str(&rest[..start]);
        match value_of(name) {
            Some(value) => push_printable(&mut text, value.as_ref()),
            None => text.push_str(&rest[start..=start + length]),
        }
        rest = &rest[start + length + 1..];
    }
    text.push_str(rest);
    text
}

fn push_printable(text: &mut String, value: &str) {
    // Control characters are below 32, 127, or begin with this byte.
    if value.bytes().all(|b| b >= 32 && b != 127 && b != 0xC2) {
        text.push_str(value);
        return;
    }
    let letters = value.chars();
    text.extend(letters.map(|letter| if letter.is_control() { ' ' } else { letter }));
}

/// There is a text for this key.
pub fn has_phrase(language: Language, key: &str) -> bool {
    find(language, key).is_some()
}

/// What people call an event: a word of the language for those that every programme may have, and its
/// own name else.
pub fn event_word(language: Language, name: &str) -> String {
    let known = find(language, &format!("event.word.{name}"));
    known.unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn files(language: Language) -> Files {
        match language {
            Language::Vi => VI,
            Language::En => EN,
        }
    }

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}').map(|(name, _)| name))
            .collect()
    }

    #[test]
    fn every_file_is_in_alphabetical_order_without_a_key_twice() {
        for language in Language::ALL {
            for pair in files(language).iter().flat_map(|table| table.windows(2)) {
                assert!(
                    pair[0].0 < pair[1].0,
                    "{}: {:?} must stand before {:?}",
                    language.code(),
                    pair[1].0,
                    pair[0].0
                );
            }
        }
    }

    #[test]
    fn every_language_has_the_same_keys_with_the_same_places() {
        for (key, text) in VI.concat() {
            let other = find(Language::En, key).unwrap_or_else(|| panic!("en has no {key}"));
            assert_eq!(places(text), places(other), "{key}");
            assert_eq!(find(Language::Vi, key), Some(text), "{key}");
        }
        for (key, text) in EN.concat() {
            assert_eq!(find(Language::En, key), Some(text), "{key}");
            assert!(has_phrase(Language::Vi, key), "vi has no {key}");
        }
    }

    #[test]
    fn no_text_is_empty_and_every_brace_is_closed() {
        for language in Language::ALL {
            for (key, text) in files(language).concat() {
                assert!(!text.trim().is_empty(), "{key}");
                assert_eq!(
                    text.matches('{').count(),
                    text.matches('}').count(),
                    "{key}"
                );
            }
        }
    }

    #[test]
    fn values_fill_their_places() {
        assert_eq!(
            phrase(Language::En, "code.unknown", &[("code", "SALE-10")]),
            "Code SALE-10: not of this programme"
        );
        assert_eq!(
            phrase(Language::Vi, "code.unknown", &[("code", "SALE-10")]),
            "Mã SALE-10: không thuộc chương trình này"
        );
    }

    #[test]
    fn a_value_cannot_open_a_place_or_steer_the_printer() {
        assert_eq!(
            phrase(Language::En, "code.unknown", &[("code", "{code}\u{1b}E")]),
            "Code {code} E: not of this programme"
        );
    }

    #[test]
    fn an_unknown_key_says_its_name() {
        assert_eq!(phrase(Language::Vi, "no.such.key", &[]), "no.such.key");
    }

    #[test]
    fn languages_go_by_their_code() {
        for language in Language::ALL {
            assert_eq!(Language::from_code(language.code()), Some(language));
        }
        assert_eq!(Language::from_code("VI"), None);
        assert_eq!(Language::from_code(""), None);
    }
}
