//! What a scanner puts around a code, taken off again.

use super::rules::Framing;
use super::symbology::Symbology;

/// A text without its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framed<'a> {
    /// The code itself, a part of the text that came in.
    pub text: &'a str,
    /// What the AIM identifier said, where there was a known one.
    pub symbology: Option<Symbology>,
    /// Whether a Vietnamese keyboard had changed the `]` of the AIM identifier.
    pub is_mended: bool,
}

/// Takes off control characters (STX, ETX, CR, LF, TAB), spaces, the shop's own prefixes and
/// suffixes, and AIM identifiers.
pub fn without_frame<'a>(text: &'a str, rules: &Framing) -> Framed<'a> {
    let mut framed = without_marks(without_affixes(text, rules));
    framed.text = trimmed(without_affixes(framed.text, rules));
    framed
}

/// The text without control characters, spaces and AIM identifiers around it.
pub fn without_marks(text: &str) -> Framed<'_> {
    let mut framed = Framed {
        text: trimmed(text),
        symbology: None,
        is_mended: false,
    };
    while let Some(mark) = symbology_mark(framed.text) {
        framed.text = trimmed(mark.rest);
        framed.symbology = framed.symbology.or(Symbology::from_aim(&mark.identifier));
        framed.is_mended |= mark.is_damaged;
    }
    framed
}

/// The first of the shop's prefixes and of its suffixes that is there, each once.
fn without_affixes<'a>(text: &'a str, rules: &Framing) -> &'a str {
    let is_there = |affix: &&String| !affix.is_empty();
    // A configured character may itself be a control character, so both are looked at.
    let bare = |text: &'a str| {
        let mut prefixes = rules.prefixes.iter().filter(is_there);
        let after = prefixes.find_map(|prefix| text.strip_prefix(prefix.as_str()));
        let text = after.unwrap_or(text);
        let mut suffixes = rules.suffixes.iter().filter(is_there);
        let before = suffixes.find_map(|suffix| text.strip_suffix(suffix.as_str()));
        before.unwrap_or(text)
    };
    let stripped = bare(text);
    if stripped.len() < text.len() {
        stripped
    } else {
        bare(trimmed(text))
    }
}

pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_ascii_control() || c == ' ')
}

struct Mark<'a> {
    identifier: String,
    rest: &'a str,
    is_damaged: bool,
}

/// An AIM identifier (`]`, a letter, a modifier) at the beginning.
fn symbology_mark(text: &str) -> Option<Mark<'_>> {
    let mut rest = text.chars();
    // Telex turns `]` into `ư` when a letter follows, the Windows layout turns it into `ơ`.
    let is_damaged = match rest.next()? {
        ']' => false,
        'ư' | 'ơ' => true,
        _ => return None,
    };
    let code = rest.next().filter(char::is_ascii_alphabetic)?;
    let modifier = rest.next().filter(char::is_ascii_digit)?;
    Some(Mark {
        identifier: ["]", &String::from(code), &String::from(modifier)].concat(),
        rest: rest.as_str(),
        is_damaged,
    })
}
