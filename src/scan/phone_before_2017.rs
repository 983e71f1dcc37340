//! Fixed lines as they were written before June 2017, for lists that old.
//!
//! In 2017 every province but a few got a new area code (plan 2036/QĐ-BTTTT, 2016-11-21; stages of
//! 11 February, 15 April and 17 June 2017), and in 2018 some of the old codes became prefixes of
//! mobile telephones. A number of an old list therefore has two readings, and nobody but the
//! customer knows which is right: it is never taken over without asking.

/// Old and new area codes, without trunk zero.
const AREAS: [(&str, &str); 59] = [
    // 11 February 2017
    ("22", "212"),
    ("231", "213"),
    ("20", "214"),
    ("230", "215"),
    ("29", "216"),
    ("52", "232"),
    ("53", "233"),
    ("54", "234"),
    ("510", "235"),
    ("511", "236"),
    ("37", "237"),
    ("38", "238"),
    ("39", "239"),
    // 15 April 2017
    ("33", "203"),
    ("240", "204"),
    ("25", "205"),
    ("26", "206"),
    ("27", "207"),
    ("280", "208"),
    ("281", "209"),
    ("320", "220"),
    ("321", "221"),
    ("241", "222"),
    ("31", "225"),
    ("351", "226"),
    ("36", "227"),
    ("350", "228"),
    ("30", "229"),
    ("780", "290"),
    ("781", "291"),
    ("710", "292"),
    ("711", "293"),
    ("74", "294"),
    ("76", "296"),
    ("77", "297"),
    ("79", "299"),
    // 17 June 2017
    ("4", "24"),
    ("8", "28"),
    ("61", "251"),
    ("62", "252"),
    ("64", "254"),
    ("55", "255"),
    ("56", "256"),
    ("57", "257"),
    ("58", "258"),
    ("68", "259"),
    ("60", "260"),
    ("501", "261"),
    ("500", "262"),
    ("63", "263"),
    ("59", "269"),
    ("70", "270"),
    ("651", "271"),
    ("72", "272"),
    ("73", "273"),
    ("650", "274"),
    ("75", "275"),
    ("66", "276"),
    ("67", "277"),
];

/// The fixed line that ten or eleven digits with trunk zero were before June 2017, as it is dialled
/// today: `+84`, new area code, subscriber. Nothing where they were none.
///
/// Hanoi and Ho Chi Minh City had (and have) eight digits behind the code, all others seven.
pub fn fixed_line(text: &str) -> Option<String> {
    let is_grouping = |c: char| " .-()/".contains(c);
    let digits: String = text.chars().filter(|c| !is_grouping(*c)).collect();
    let national = digits.strip_prefix('0')?;
    let is_number = national.bytes().all(|byte| byte.is_ascii_digit());
    let found = AREAS.iter().find_map(|(old, new)| {
        let subscriber = national.strip_prefix(old)?;
        let length = if old.len() == 1 { 8 } else { 7 };
        // A subscriber's number begins with 2 to 8.
        let is_one =
            subscriber.len() == length && ('2'..='8').contains(&subscriber.chars().next()?);
        is_one.then(|| format!("+84{new}{subscriber}"))
    });
    found.filter(|_| is_number)
}
