//! Vietnamese for printers and displays that only know ASCII.

/// What the device that shows a text can print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Diacritics {
    /// Everything: `điểm`.
    #[default]
    Kept,
    /// ASCII for all Vietnamese letters: `diem`.
    Stripped,
}

impl Diacritics {
    /// The text as the device can show it.
    pub fn apply(self, text: &str) -> String {
        match self {
            Self::Kept => text.to_owned(),
            Self::Stripped => strip_diacritics(text),
        }
    }
}

/// Each plain letter and what Vietnamese writes over, under and through it. The twelve vowels with
/// their five tones, and đ (TCVN 6909:2001).
const FAMILIES: [(char, &str); 14] = [
    ('a', "àáảãạăằắẳẵặâầấẩẫậ"),
    ('d', "đ"),
    ('e', "èéẻẽẹêềếểễệ"),
    ('i', "ìíỉĩị"),
    ('o', "òóỏõọôồốổỗộơờớởỡợ"),
    ('u', "ùúủũụưừứửữự"),
    ('y', "ỳýỷỹỵ"),
    ('A', "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬ"),
    ('D', "Đ"),
    ('E', "ÈÉẺẼẸÊỀẾỂỄỆ"),
    ('I', "ÌÍỈĨỊ"),
    ('O', "ÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢ"),
    ('U', "ÙÚỦŨỤƯỪỨỬỮỰ"),
    ('Y', "ỲÝỶỸỴ"),
];

/// The same text in ASCII: `đ` is `d`, `ể` is `e`, the arrow is `->`, the cross is `x`, the dots are
/// three.
///
/// Letters written with combining marks lose the marks. Letters of other scripts stay as they are.
pub fn strip_diacritics(text: &str) -> String {
    let mut stripped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            _ if letter.is_ascii() => stripped.push(letter),
            '\u{300}'..='\u{36f}' => {}
            '→' => stripped.push_str("->"),
            '×' => stripped.push('x'),
            '…' => stripped.push_str("..."),
            '\u{a0}' | '\u{202f}' => stripped.push(' '),
            _ => stripped.push(plain(letter)),
        }
    }
    stripped
}

fn plain(letter: char) -> char {
    FAMILIES
        .iter()
        .find(|(_, family)| family.contains(letter))
        .map_or(letter, |(plain, _)| *plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vietnamese_sentence_becomes_ascii() {
        // A pangram that has every tone and every extra letter.
        assert_eq!(
            strip_diacritics("Do bạch kim rất quý nên sẽ dùng để lắp vô xương, ĐƯỜNG PHỐ"),
            "Do bach kim rat quy nen se dung de lap vo xuong, DUONG PHO"
        );
        assert_eq!(
            strip_diacritics("55.000 đ → 6 điểm…"),
            "55.000 d -> 6 diem..."
        );
    }

    #[test]
    fn combining_marks_go_and_other_scripts_stay() {
        assert_eq!(strip_diacritics("e\u{302}\u{301}"), "e");
        assert_eq!(strip_diacritics("点"), "点");
    }

    #[test]
    fn every_family_has_its_letters_once_in_both_cases() {
        for (plain, family) in FAMILIES {
            let opposite: String = family.chars().flat_map(char::to_uppercase).collect();
            if plain.is_ascii_lowercase() {
                assert!(
                    FAMILIES.iter().any(|(_, other)| *other == opposite),
                    "{plain}"
                );
            }
        }
    }

    #[test]
    fn what_loy_says_in_vietnamese_can_be_printed_in_ascii() {
        let tables = [super::super::vi::PHRASES, super::super::vi_scan::PHRASES];
        for (key, text) in tables.concat() {
            assert!(strip_diacritics(text).is_ascii(), "{key}: {text}");
        }
    }
}
