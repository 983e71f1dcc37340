//! The shop's code rules: what makes no sense in them, and what can never recognise anything.
//!
//! Their model is `kernel/codes.rs`, for scans go by it as it is written.

use super::{Compiler, quoted};
use crate::kernel::codes::{EanRange, Framing, LinkRule, OwnCode, Rules, Separator};

/// The most rules of each kind: every scan is held against all of them.
const RULES_MAX: usize = 100;
/// The most prefixes, suffixes and stand-ins each.
const FRAMES_MAX: usize = 20;
/// The longest of these, in bytes.
const FRAME_MAX: usize = 16;

impl Compiler {
    pub(super) fn codes(&mut self, rules: &Rules) {
        self.framing(&rules.framing);
        self.ean_cards(&rules.ean_cards);
        self.company_prefixes(&rules.company_prefixes);
        if self.count("codes.own_codes", rules.own_codes.len(), RULES_MAX) {
            for (at, rule) in rules.own_codes.iter().enumerate() {
                let path = format!("codes.own_codes[{at}]");
                if self.own_code(&path, rule) {
                    self.framed_away(&path, rule, &rules.framing);
                    self.own_code_beside(&path, rule, &rules.own_codes[..at]);
                }
            }
        }
        if self.count("codes.links", rules.links.len(), RULES_MAX) {
            for (at, rule) in rules.links.iter().enumerate() {
                let path = format!("codes.links[{at}]");
                self.link(&path, rule);
                let is_new = !rules.links[..at]
                    .iter()
                    .any(|other| same_place(other, rule));
                self.word_once(&path, is_new, "a link once", &rule.path);
            }
        }
        for (at, step) in rules.order.iter().enumerate() {
            let is_new = !rules.order[..at].contains(step);
            let path = format!("codes.order[{at}]");
            self.word_once(&path, is_new, "a step once", step.name());
        }
    }

    fn word_once(&mut self, path: &str, is_new: bool, expected: &str, found: &str) {
        if !is_new {
            self.problem(path, "duplicate", expected, quoted(found));
        }
    }

    fn framing(&mut self, framing: &Framing) {
        let lists = [
            ("prefixes", &framing.prefixes),
            ("suffixes", &framing.suffixes),
            ("separators", &framing.separators),
        ];
        for (key, list) in lists {
            let path = format!("codes.framing.{key}");
            if !self.count(&path, list.len(), FRAMES_MAX) {
                continue;
            }
            for (at, text) in list.iter().enumerate() {
                let path = format!("{path}[{at}]");
                if !(1..=FRAME_MAX).contains(&text.len()) {
                    let expected = format!("1 to {FRAME_MAX} bytes");
                    self.problem(&path, "wrong_form", expected, quoted(text));
                    continue;
                }
                self.word_once(&path, !list[..at].contains(text), "it once", text);
                self.frame(&path, key, text, &list[..at]);
            }
        }
        let is_lost = framing.separator == Separator::Lost;
        let is_beside = is_lost && !framing.separators.is_empty();
        self.unused("codes.framing.separators", is_beside, "`separator` `lost`");
    }

    fn frame(&mut self, path: &str, key: &str, text: &str, earlier: &[String]) {
        let is_of_codes = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match key {
            "separators" if is_of_codes => {
                let expected = "a sign that no code has: not letters and digits alone";
                self.problem(path, "conflict", expected, quoted(text));
            }
            "separators" => {}
            "prefixes" if text.starts_with(']') => {
                let expected = "no AIM identifier: these are read and taken off anyway";
                self.problem(path, "conflict", expected, quoted(text));
            }
            _ => {
                let is_before = |other: &String| match key {
                    "prefixes" => text.starts_with(other.as_str()),
                    _ => text.ends_with(other.as_str()),
                };
                // The same twice is told as that.
                if earlier
                    .iter()
                    .any(|other| other != text && is_before(other))
                {
                    let expected =
                        "the longer one first: only the first that is there is taken off";
                    self.problem(path, "unreachable", expected, quoted(text));
                }
                if text.bytes().all(|byte| byte.is_ascii_digit()) {
                    let expected = "a sign that no number has: this one is taken off phones too";
                    self.warning(path, "conflict", expected, quoted(text));
                }
            }
        }
    }

    fn ean_cards(&mut self, ranges: &[EanRange]) {
        if !self.count("codes.ean_cards", ranges.len(), RULES_MAX) {
            return;
        }
        for (at, range) in ranges.iter().enumerate() {
            let path = format!("codes.ean_cards[{at}]");
            let said = format!("{} to {}", quoted(&range.from), quoted(&range.to));
            if !range.is_range() {
                let expected = "two beginnings of 2 to 12 digits, as many each, the lower first";
                self.problem(path, "wrong_form", expected, said);
            } else if range.from.starts_with("04") && range.to.starts_with("04") {
                let expected = "no range of 04: these are member cards anyway";
                self.problem(path, "not_used", expected, said);
            } else if !range.is_restricted() {
                let expected = "02, or 20 to 29, at both ends: GS1 gives other numbers to goods";
                self.problem(path, "out_of_range", expected, said);
            } else if ranges[..at]
                .iter()
                .any(|other| other.is_range() && other.overlaps(range))
            {
                let expected = "ranges that have no number in common";
                self.problem(path, "overlap", expected, said);
            }
        }
    }

    fn company_prefixes(&mut self, prefixes: &[String]) {
        if !self.count("codes.company_prefixes", prefixes.len(), RULES_MAX) {
            return;
        }
        for (at, prefix) in prefixes.iter().enumerate() {
            let path = format!("codes.company_prefixes[{at}]");
            if !is_company_prefix(prefix) {
                self.problem(path, "wrong_form", "4 to 12 digits", quoted(prefix));
                continue;
            }
            let is_same = |other: &&String| {
                prefix.starts_with(other.as_str()) || other.starts_with(prefix.as_str())
            };
            let mut earlier = prefixes[..at].iter().filter(is_same);
            let is_new = !earlier.any(|other| is_company_prefix(other));
            let expected = "a prefix once, and none that begins with another";
            self.word_once(&path, is_new, expected, prefix);
        }
    }

    /// False where the pattern has a problem of its own.
    fn own_code(&mut self, path: &str, rule: &OwnCode) -> bool {
        self.id(format_args!("{path}.name"), &rule.name);
        let path = format!("{path}.pattern");
        let begins = |beginning: &str| rule.head().starts_with(beginning);
        let (code, expected) = if !rule.is_pattern() {
            let expected = "1 to 64 signs of ASCII, and something behind each `\\`";
            ("wrong_form", expected)
        } else if rule.is_fixed() {
            (
                "wrong_form",
                "at least one `9`, `A` or `*`: one code is no kind of codes",
            )
        } else if rule.is_grouped() {
            let expected = "no spaces, dots and dashes among digits: digits are tried without them";
            ("unreachable", expected)
        } else if rule.head().starts_with(' ') || rule.tail().ends_with(' ') {
            ("unreachable", "no space at an end: it is taken off")
        } else if begins("HTTP://") || begins("HTTPS://") {
            ("unreachable", "no web address: these stand in `links`")
        } else if begins("%") || begins(";") || begins("+") {
            let expected =
                "what stands between the marks of a stripe, without `%`, `;`, `+` and `?`";
            ("unreachable", expected)
        } else if !rule.can_check() {
            let expected = "signs that the check character can be computed of, and can be";
            ("unreachable", expected)
        } else {
            return true;
        };
        self.problem(path, code, expected, quoted(&rule.pattern));
        false
    }

    /// What is taken off a text as its frame is no part of a code any more.
    fn framed_away(&mut self, path: &str, rule: &OwnCode, framing: &Framing) {
        let (head, tail) = (rule.head(), rule.tail());
        let is_taken = |affix: &String, is_there: &dyn Fn(&str) -> bool| {
            !affix.is_empty() && is_there(&affix.to_ascii_uppercase())
        };
        let mut prefixes = framing.prefixes.iter();
        let mut suffixes = framing.suffixes.iter();
        if prefixes.any(|affix| is_taken(affix, &|affix| head.starts_with(affix)))
            || suffixes.any(|affix| is_taken(affix, &|affix| tail.ends_with(affix)))
        {
            let expected = "the code without the prefixes and suffixes of `framing`";
            let path = format!("{path}.pattern");
            self.warning(path, "unreachable", expected, quoted(&rule.pattern));
        }
    }

    fn own_code_beside(&mut self, path: &str, rule: &OwnCode, earlier: &[OwnCode]) {
        let is_new = !earlier.iter().any(|other| other.name == rule.name);
        self.word_once(&format!("{path}.name"), is_new, "a name once", &rule.name);
        let mut sound = earlier.iter().filter(|other| other.is_pattern());
        if let Some(other) = sound.find(|other| other.overlaps(rule)) {
            let path = format!("{path}.pattern");
            let found = quoted(&rule.pattern);
            if (&other.pattern, other.check) == (&rule.pattern, rule.check) {
                self.problem(path, "duplicate", "a pattern once", found);
            } else {
                let expected = format!("no code that is of {} too", quoted(&other.name));
                self.warning(path, "overlap", expected, found);
            }
        }
    }

    fn link(&mut self, path: &str, rule: &LinkRule) {
        if !is_host(&rule.host) {
            let expected = "a whole host name such as \"qr.shop.vn\", nothing before or behind it";
            self.problem(
                format!("{path}.host"),
                "wrong_form",
                expected,
                quoted(&rule.host),
            );
        }
        let names: Option<Vec<&str>> = template(&rule.path);
        let Some(names) = names else {
            let expected = "`/` and segments, each as it is or a name in braces";
            self.problem(
                format!("{path}.path"),
                "wrong_form",
                expected,
                quoted(&rule.path),
            );
            return;
        };
        let in_path = names.iter().filter(|name| **name == "member").count();
        let mut places = names.iter().enumerate();
        if places.any(|(at, name)| names[..at].contains(name)) {
            let found = quoted(&rule.path);
            self.problem(format!("{path}.path"), "duplicate", "a name once", found);
        }
        let in_query = usize::from(rule.parameter.is_some());
        if in_path.min(1) + in_query != 1 {
            let expected = "the member either as `{member}` in `path` or in `parameter`";
            let found = if in_query == 1 { "both" } else { "neither" };
            self.problem(path, "one_of", expected, found);
        }
        if let Some(parameter) = &rule.parameter {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            if !(1..=64).contains(&parameter.len()) || !parameter.bytes().all(is_name) {
                let expected = "1 to 64 letters, digits, `-`, `.`, `_` and `~`";
                let path = format!("{path}.parameter");
                self.problem(path, "wrong_form", expected, quoted(parameter));
            }
        }
    }
}

fn is_company_prefix(text: &str) -> bool {
    (4..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A name of labels between dots, of letters, digits and dashes, at least two of them.
fn is_host(host: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(is_sign)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= 253 && host.contains('.') && host.split('.').all(is_label)
}

/// The names in braces of a path; nothing where it is none, or has a brace elsewhere.
fn template(path: &str) -> Option<Vec<&str>> {
    let is_sign = |byte: u8| byte.is_ascii_graphic() && !b"?#{}\\".contains(&byte);
    if path.len() > 200 || !path.starts_with('/') {
        return None;
    }
    let mut names = Vec::new();
    for segment in path.trim_matches('/').split('/') {
        let inner = segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        let text = inner.unwrap_or(segment);
        if inner == Some("") || !text.bytes().all(is_sign) {
            return None;
        }
        names.extend(inner);
    }
    Some(names)
}

/// Whether two links are read from the same place.
fn same_place(a: &LinkRule, b: &LinkRule) -> bool {
    a.host.eq_ignore_ascii_case(&b.host)
        && a.path.trim_matches('/') == b.path.trim_matches('/')
        && a.parameter == b.parameter
}
