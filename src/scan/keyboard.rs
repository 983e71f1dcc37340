//! What a Vietnamese keyboard does to a scan, undone where that is possible.
//!
//! A scanner that types as a keyboard types through whatever the cashier left on. Telex and VNI
//! (UniKey, EVKey, the phone's keyboard) swallow letters, which nobody can bring back: `VIPS0001`
//! and `VISP0001` both arrive as `VÍP0001`. The keyboard layout "Vietnamese" of Windows replaces
//! each digit by one letter or one mark, which can be turned back as long as no program put the
//! marks into the order of Unicode. Source: `studies/standards.md` 1.7.

use zeroize::Zeroizing;

/// What stands on the number row of the layout (TCVN 5712, `vn` of xkb), each with its key.
const LAYOUT: [(char, char); 20] = [
    ('ă', '1'),
    ('â', '2'),
    ('ê', '3'),
    ('ô', '4'),
    ('\u{300}', '5'),
    ('\u{309}', '6'),
    ('\u{303}', '7'),
    ('\u{301}', '8'),
    (DOT_BELOW, '9'),
    ('đ', '0'),
    ('₫', '='),
    ('ư', '['),
    ('ơ', ']'),
    ('Ă', '!'),
    ('Â', '@'),
    ('Ê', '#'),
    ('Ô', '$'),
    ('Đ', ')'),
    ('Ư', '{'),
    ('Ơ', '}'),
];

/// The only mark below a letter: Unicode sorts it before those above (combining class 220, 230).
const DOT_BELOW: char = '\u{323}';

/// The marks of the keys 5 to 9, in this order, and each letter that Unicode has with them.
const MARKS: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', DOT_BELOW];

#[rustfmt::skip]
const COMPOSED: [(char, &str); 56] = [
    ('ă', "ằẳẵắặ"),
    ('Ă', "ẰẲẴẮẶ"),
    ('â', "ầẩẫấậ"),
    ('Â', "ẦẨẪẤẬ"),
    ('ê', "ềểễếệ"),
    ('Ê', "ỀỂỄẾỆ"),
    ('ô', "ồổỗốộ"),
    ('Ô', "ỒỔỖỐỘ"),
    ('ư', "ừửữứự"),
    ('Ư', "ỪỬỮỨỰ"),
    ('ơ', "ờởỡớợ"),
    ('Ơ', "ỜỞỠỚỢ"),
    ('a', "àảãáạ"),
    ('A', "ÀẢÃÁẠ"),
    ('e', "èẻẽéẹ"),
    ('E', "ÈẺẼÉẸ"),
    ('i', "ìỉĩíị"),
    ('I', "ÌỈĨÍỊ"),
    ('o', "òỏõóọ"),
    ('O', "ÒỎÕÓỌ"),
    ('u', "ùủũúụ"),
    ('U', "ÙỦŨÚỤ"),
    ('y', "ỳỷỹýỵ"),
    ('Y', "ỲỶỸÝỴ"),
    ('b', "____ḅ"),
    ('B', "____Ḅ"),
    ('d', "____ḍ"),
    ('D', "____Ḍ"),
    ('h', "____ḥ"),
    ('H', "____Ḥ"),
    ('k', "___ḱḳ"),
    ('K', "___ḰḲ"),
    ('l', "___ĺḷ"),
    ('L', "___ĹḶ"),
    ('m', "___ḿṃ"),
    ('M', "___ḾṂ"),
    ('n', "ǹ_ñńṇ"),
    ('N', "Ǹ_ÑŃṆ"),
    ('r', "___ŕṛ"),
    ('R', "___ŔṚ"),
    ('s', "___śṣ"),
    ('S', "___ŚṢ"),
    ('t', "____ṭ"),
    ('T', "____Ṭ"),
    ('v', "__ṽ_ṿ"),
    ('V', "__Ṽ_Ṿ"),
    ('w', "ẁ__ẃẉ"),
    ('W', "Ẁ__ẂẈ"),
    ('z', "___źẓ"),
    ('Z', "___ŹẒ"),
    ('c', "___ć_"),
    ('C', "___Ć_"),
    ('g', "___ǵ_"),
    ('G', "___Ǵ_"),
    ('p', "___ṕ_"),
    ('P', "___Ṕ_"),
];

/// What a text with characters outside ASCII is.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed {
    /// Every character of the Windows layout, turned back into the key that was pressed. Wiped when
    /// dropped, for it may be a bank card's number.
    Restored(Zeroizing<String>),
    /// Of the Windows layout, but a program has sorted the marks, and which digit came first is
    /// lost: one of the numbers it may have been.
    Sorted(Zeroizing<String>),
    /// Vietnamese letters that an input method made.
    InputMethod,
    /// Characters that no Vietnamese keyboard makes.
    Foreign,
}

/// Says what typed this text, and turns back what can be. The text holds something outside ASCII,
/// and must come as it was received: a normalised one has lost the order of the digits.
pub fn look(received: &str) -> Typed {
    let (text, was_composed) = decomposed(received);
    if text
        .chars()
        .any(|letter| !letter.is_ascii() && key(letter).is_none())
    {
        return Typed::Foreign;
    }
    // With this layout on, no digit and none of these signs can arrive as itself.
    let is_replaced = |letter: char| LAYOUT.iter().any(|(_, key)| *key == letter);
    let keys = text.chars().map(|letter| key(letter).unwrap_or(letter));
    let restored: Zeroizing<String> = Zeroizing::new(keys.collect());
    let has_digit = restored.contains(|letter: char| letter.is_ascii_digit());
    if text.contains(is_replaced) || !has_digit {
        return Typed::InputMethod;
    }
    // Marks that stand alone come from the layout only. Without one, a plain letter that wears a
    // mark, or a capital for which shift was held, is what an input method makes of letters.
    let stands_alone = received.contains(|letter: char| MARKS.contains(&letter));
    let wears_mark = |letter: char| parts(letter).is_some_and(|(base, _)| key(base).is_none());
    let is_shifted = |letter: char| "!@#$){}".contains(letter);
    if !stands_alone && (received.contains(wears_mark) || restored.contains(is_shifted)) {
        return Typed::InputMethod;
    }
    let mut runs = text.split(|letter| !MARKS.contains(&letter));
    if was_composed && runs.any(is_mixed) {
        return Typed::Sorted(restored);
    }
    Typed::Restored(restored)
}

/// Whether marks above and below stand together, so that sorting them changes the digits.
fn is_mixed(marks: &str) -> bool {
    marks.contains(DOT_BELOW) && marks.contains(|mark| mark != DOT_BELOW)
}

/// The key of the layout that types this letter or mark.
pub fn key(letter: char) -> Option<char> {
    let key = LAYOUT.iter().find(|(typed, _)| *typed == letter);
    key.map(|(_, key)| *key)
}

/// The text with letters and marks apart, in the order of Unicode (NFD, but for the letters of the
/// layout, which stay whole), and whether any were together before.
fn decomposed(text: &str) -> (Zeroizing<String>, bool) {
    let mut apart = Zeroizing::new(String::with_capacity(text.len() * 2));
    let mut was_composed = false;
    for letter in text.chars() {
        match parts(letter) {
            Some((base, mark)) => {
                was_composed = true;
                apart.push(base);
                apart.push(mark);
            }
            None => apart.push(letter),
        }
    }
    (apart, was_composed)
}

fn parts(letter: char) -> Option<(char, char)> {
    let place = |row: &str| row.chars().position(|composed| composed == letter);
    let found = COMPOSED
        .iter()
        .find_map(|(base, row)| Some((*base, place(row)?)));
    found
        .filter(|_| letter != '_')
        .map(|(base, mark)| (base, MARKS[mark]))
}
