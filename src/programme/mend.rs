//! Every problem of a document's form, not only the first.
//!
//! serde stops at the first thing that is wrong. So the document is read again and again: what was
//! wrong is told, taken out or put right in a copy, and the copy is read. What can still be read of
//! it at the end is checked like any other document; problems that may come of the mending are left
//! out. Nothing is ever made of a mended copy but problems.

use std::borrow::Cow;

use serde::Deserialize;

use super::Problem;
use super::model::{Document, WalletKindModel};
use super::shape::{self, Node, Reader, ShapeError, Step};

/// The most problems of form that are told.
const PROBLEMS_MAX: usize = 1_000;
/// The most bytes that are read again: 8 MB eight times, a usual document thousands of times.
const READ_MAX: usize = 64 * 1024 * 1024;
/// How often a value is put right again before it is given up: what a key wants is learned from
/// reading it, its kind first and then its word, and an object that was put there has keys of its own.
const TRIES_MAX: usize = 100;

/// A document whose form is wrong.
pub(super) struct Mended {
    /// What is wrong with its form.
    pub problems: Vec<Problem>,
    /// What is left of it, to be checked; `None` if nothing can be read.
    pub document: Option<Document>,
    /// Paths of keys that are not known and were taken out.
    taken_out: Vec<String>,
    /// Paths of values that were taken out or put right.
    put_right: Vec<String>,
}

impl Mended {
    /// Whether a problem of what is left is one of the document as well, not of the mending.
    pub(super) fn is_real(&self, problem: &Problem) -> bool {
        let path = problem.path.as_str();
        let is_mended_at = |part: &str| self.put_right.iter().any(|mended| is_in(mended, part));
        if self.put_right.iter().any(|mended| is_in(path, mended)) {
            return false;
        }
        let list = path.split('[').next().unwrap_or_default();
        let object = path.split('.').next().unwrap_or_default();
        let may_come_of_it = match problem.code {
            "not_known" | "wrong_form" | "not_decimal" | "out_of_range" | "no_date" => false,
            "unknown_reference" => self.put_right.iter().any(|part| holds_ids(part)),
            "too_many_decimals" | "step_not_whole" => {
                self.put_right.iter().any(|part| says_decimals(part))
            }
            "conflict" => ["groups", "earn", "offers"]
                .map(is_mended_at)
                .contains(&true),
            "duplicate" => is_mended_at(list),
            // What is missing may be what stands there under a name that is not known.
            "missing" | "one_of" => {
                let mut taken = self.taken_out.iter();
                is_mended_at(object)
                    || taken.any(|key| key.rsplit_once('.').map(|k| k.0) == Some(path))
            }
            _ => is_mended_at(object),
        };
        !may_come_of_it
    }
}

/// Whether a path is that of a part or below it.
fn is_in(path: &str, part: &str) -> bool {
    let rest = path.strip_prefix(part);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The part of a list that a path names, without its number: `wallets` for `wallets[2]`.
fn list_of(part: &str) -> &str {
    let list = part
        .strip_suffix(']')
        .and_then(|part| part.rsplit_once('['));
    list.map_or(part, |(list, _)| list)
}

/// Whether a part is an id, or something that has ids which other parts name.
fn holds_ids(part: &str) -> bool {
    let list = list_of(part);
    let lists = [
        "wallets",
        "vouchers",
        "groups",
        "store_groups",
        "tiers",
        "tiers.levels",
        "earn",
    ];
    lists.contains(&list) || list.ends_with(".prizes") || part.ends_with(".id")
}

/// Whether a part says how many decimals money or points have.
fn says_decimals(part: &str) -> bool {
    let of_wallet = part.strip_prefix("wallets[");
    part == "currency"
        || list_of(part) == "wallets"
        || of_wallet.is_some_and(|part| part.ends_with("].decimals") || part.ends_with("].kind"))
}

/// Everything that is wrong with the form of a document, `first` being what was found at first.
pub(super) fn mend(json: &[u8], first: ShapeError) -> Mended {
    let mut mended = Mended {
        problems: Vec::new(),
        document: None,
        taken_out: Vec::new(),
        put_right: Vec::new(),
    };
    if let Ok(mut tree @ Node::Object(_)) = shape::tree(json) {
        mended.take_doubles_out(&mut tree, &mut Vec::new());
        mended.take_out_redeem(&mut tree);
        mended.read_on(tree, json.len());
    }
    if mended.problems.is_empty() {
        mended.tell(first);
    }
    mended
}

impl Mended {
    fn tell(&mut self, shape: ShapeError) {
        self.problems.push(shape.into());
    }

    /// What kinds of wallets have no form for, is told as that whatever its own form is: who puts one key
    /// of it right after the other comes to nothing.
    fn take_out_redeem(&mut self, tree: &mut Node<'_>) {
        let Some(Node::List(wallets)) = tree.get_mut("wallets") else {
            return;
        };
        for (index, wallet) in wallets.iter_mut().enumerate() {
            let kind = wallet.get("kind");
            let kind = kind.and_then(|kind| WalletKindModel::deserialize(Reader(kind)).ok());
            let (Some(expected), Node::Object(fields)) =
                (kind.and_then(WalletKindModel::instead_of_redeem), wallet)
            else {
                continue;
            };
            let redeem = fields.iter().position(|(key, _)| key == "redeem");
            let redeem = redeem.map(|at| fields.remove(at).1);
            if redeem.is_some_and(|redeem| redeem != Node::Null) {
                self.tell(ShapeError {
                    path: format!("wallets[{index}].redeem"),
                    code: "not_used",
                    expected: expected.to_owned(),
                    found: "a value".to_owned(),
                });
            }
        }
    }

    /// Tells which keys stand twice, and leaves the last of them.
    fn take_doubles_out(&mut self, node: &mut Node<'_>, steps: &mut Vec<Step>) {
        match node {
            // What is inside the vendor's own is not looked at.
            Node::Object(_) if *steps == [Step::Key("x".to_owned())] => {}
            Node::Object(fields) => {
                let mut at = 0;
                while at < fields.len() {
                    steps.push(Step::Key(fields[at].0.clone().into_owned()));
                    let (now, later) = fields.split_at_mut(at + 1);
                    let (key, value) = &mut now[at];
                    if later.iter().any(|(other, _)| other == key) {
                        self.tell(ShapeError {
                            path: shape::path(steps),
                            code: "duplicate",
                            expected: "the key once".to_owned(),
                            found: "it twice".to_owned(),
                        });
                        fields.remove(at);
                    } else {
                        self.take_doubles_out(value, steps);
                        at += 1;
                    }
                    steps.pop();
                }
            }
            Node::List(values) => {
                for (at, value) in values.iter_mut().enumerate() {
                    steps.push(Step::At(at));
                    self.take_doubles_out(value, steps);
                    steps.pop();
                }
            }
            _ => {}
        }
    }

    fn read_on(&mut self, mut tree: Node<'_>, size: usize) {
        let mut steps_before = Vec::new();
        let mut tries = 0;
        for _ in 0..(READ_MAX / size.max(1)).max(1) {
            let fault = match Document::deserialize(Reader(&tree)) {
                Ok(document) => {
                    self.document = Some(document);
                    return;
                }
                Err(fault) => fault,
            };
            let (shape, steps) = (fault.shape(), fault.steps());
            let is_mended = |path: &Vec<Step>| steps.starts_with(path);
            let is_new = !steps_before.iter().any(is_mended);
            tries = if is_new { 0 } else { tries + 1 };
            if tries > TRIES_MAX || !put_right(&mut tree, &steps, &shape, is_new) {
                self.tell(shape);
                return;
            }
            if is_new {
                let list = if fault.is_unknown_key() {
                    &mut self.taken_out
                } else {
                    &mut self.put_right
                };
                list.push(shape.path.clone());
                self.tell(shape);
                steps_before.push(steps);
                if self.problems.len() == PROBLEMS_MAX {
                    return;
                }
            }
        }
    }
}

/// Takes the value out, and where it cannot be missing puts one there that can be read. False if
/// there is no way on.
fn put_right(tree: &mut Node<'_>, steps: &[Step], shape: &ShapeError, is_new: bool) -> bool {
    let Some((last, parents)) = steps.split_last() else {
        return false;
    };
    let mut place = tree;
    for step in parents {
        let next = match (step, place) {
            (Step::Key(key), object) => object.get_mut(key),
            (Step::At(at), Node::List(values)) => values.get_mut(*at),
            _ => None,
        };
        match next {
            Some(next) => place = next,
            None => return false,
        }
    }
    let value = readable(shape);
    match (place, last) {
        (Node::Object(fields), Step::Key(key)) => {
            let before = fields.iter().position(|(name, _)| name == key);
            match before {
                Some(at) if is_new => {
                    fields.remove(at);
                    true
                }
                Some(at) => std::mem::replace(&mut fields[at].1, value.clone()) != value,
                None => {
                    fields.push((Cow::Owned(key.clone()), value));
                    true
                }
            }
        }
        (Node::List(values), Step::At(at)) => match values.get_mut(*at) {
            Some(place) => std::mem::replace(place, value.clone()) != value,
            None => false,
        },
        _ => false,
    }
}

/// A value of the kind that is expected. Where that is not told, a text; reading it tells.
fn readable(shape: &ShapeError) -> Node<'static> {
    let expected = shape.expected.as_str();
    match (shape.code, expected) {
        ("not_known", words) => {
            let first = words.trim_start_matches("one of ").split([',', ' ']).next();
            Node::Text(Cow::Owned(first.unwrap_or_default().to_owned()))
        }
        ("count", _) => Node::List(vec![Node::Text(Cow::Borrowed("1"))]),
        (_, "a whole number") => Node::Unsigned(1),
        (_, "a list") => Node::List(Vec::new()),
        (_, "true or false") => Node::Bool(true),
        (_, object) if object.starts_with("an object") => Node::Object(Vec::new()),
        _ => Node::Text(Cow::Borrowed("1")),
    }
}

#[cfg(test)]
mod tests {
    use crate::programme::Programme;

    const VND_10000: &str = include_str!("../../examples/programmes/vnd-10000.json");

    /// The problems of a text, as `path code`.
    fn problems_of(text: &str) -> Vec<String> {
        let problems = Programme::read(text.as_bytes()).expect_err("problems");
        let lines = problems.iter().map(|p| format!("{} {}", p.path, p.code));
        lines.collect()
    }

    #[test]
    fn wrong_forms_are_all_reported_at_once_with_what_else_is_wrong() {
        let text = r#"{
            "schema": 1, "id": 5, "versio": 1, "name": {"vi": 3}, "currency": "VND",
            "valid_from": 20261301,
            "wallets": [
                {"id": "points", "number": "1", "name": {}, "unit": {"en": "p"}, "rounding": 7},
                5,
                {"id": "stars", "rounding": "up", "redeem": {"value": "1,0", "kind": 1}}
            ],
            "earn": [
                {"id": "a", "wallet": "points", "amount": {"per": "10", "points": 1}, "bands": [],
                 "qualifies": "yes", "when": {"weekdays": ["mon", "moon"], "hours": 3}},
                {"id": "a b", "wallet": "nowhere", "amount": {"per": "0.5", "points": "1"}, "group": "none"}
            ]
        }"#;
        let mut found = problems_of(text);
        found.sort();
        assert_eq!(
            found,
            [
                "earn[0].amount.points wrong_type",
                "earn[0].bands count",
                "earn[0].qualifies wrong_type",
                "earn[0].when.hours wrong_type",
                "earn[0].when.weekdays[1] not_known",
                "earn[1].id wrong_form",
                "id wrong_type",
                "name.vi wrong_type",
                "valid_from no_date",
                "versio not_known",
                "version missing",
                "wallets[0].number wrong_type",
                "wallets[0].rounding wrong_type",
                "wallets[1] wrong_type",
                "wallets[2].name missing",
                "wallets[2].number missing",
                "wallets[2].redeem.kind not_known",
                "wallets[2].redeem.value not_decimal",
                "wallets[2].rounding not_known",
            ],
            "whether `nowhere` is a wallet cannot be said: one of them is no wallet; nor whether that \
             one wants a unit, which its kind decides"
        );
    }

    #[test]
    fn a_list_that_is_empty_and_must_not_be_is_told_once_with_what_else_is_wrong() {
        let text = VND_10000.replacen(
            "\"earn\"",
            "\"draws\": [{\"id\": \"a b\", \"prizes\": []}],
             \"store_groups\": [{\"id\": \"g\", \"stores\": []}], \"earn\"",
            1,
        );
        let text = text
            .replace(
                "\"wallet\": \"points\"",
                "\"wallet\": \"points\", \"when\": {\"all\": [], \"stores\": []}",
            )
            .replace("\"number\": 1", "\"number\": 251");
        let problems = Programme::read(text.as_bytes()).expect_err("problems");
        let mut told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        told.sort();
        assert_eq!(
            told,
            [
                "draws[0].id: wrong_form: expected 1 to 64 ASCII letters, digits, `_`, `.` and `-`, a letter or digit first, found \"a b\"",
                "draws[0].prizes: count: expected at least one, found none",
                "earn[0].when.all: count: expected at least one, found none",
                "earn[0].when.stores: count: expected at least one, found none",
                "store_groups[0].stores: count: expected at least one store, found none",
                "wallets[0].number: out_of_range: expected 1 to 250, found 251",
            ]
        );
    }

    #[test]
    fn a_word_too_many_hides_nothing_that_is_wrong_beside_it() {
        let text = VND_10000
            .replace("\"schema\"", "\"colour\": 1, \"schema\"")
            .replace("\"amount\"", "\"size\": 1, \"amount\"")
            .replace("\"wallet\": \"points\"", "\"wallet\": \"stars\"")
            .replace("\"per\": \"10000\"", "\"per\": \"0.5\"")
            .replace("\"number\": 1", "\"number\": 251");
        assert_eq!(
            problems_of(&text),
            [
                "colour not_known",
                "earn[0].size not_known",
                "wallets[0].number out_of_range",
                "earn[0].wallet unknown_reference",
                "earn[0].amount.per too_many_decimals",
            ]
        );
    }

    /// The wallet's id can be read, so that it is known which wallets there are; how fine its points
    /// are cannot.
    #[test]
    fn a_wallet_with_a_wrong_value_hides_no_rule_that_names_another() {
        let text = VND_10000
            .replace("\"wallet\": \"points\"", "\"wallet\": \"stars\"")
            .replace("\"per\": \"10000\"", "\"per\": \"0.5\"");
        let with = |key: &str| {
            assert!(text.contains("\"decimals\": 0,"));
            problems_of(&text.replace("\"decimals\": 0,", key))
        };
        assert_eq!(
            with("\"decimals\": \"0\","),
            [
                "wallets[0].decimals wrong_type",
                "earn[0].wallet unknown_reference",
            ]
        );
        assert_eq!(
            with("\"pending_days\": \"0\","),
            [
                "wallets[0].pending_days wrong_type",
                "earn[0].wallet unknown_reference",
                "earn[0].amount.per too_many_decimals",
            ]
        );
        assert_eq!(
            problems_of(&text.replace("\"id\": \"points\"", "\"id\": 1")),
            [
                "wallets[0].id wrong_type",
                "earn[0].amount.per too_many_decimals",
            ],
            "which wallets there are is not known"
        );
    }

    /// Who forgets the quotation marks or the braces is shown them.
    #[test]
    fn a_value_of_another_kind_is_told_how_it_is_written() {
        let text = VND_10000
            .replace("\"points\": \"1\"", "\"points\": 1")
            .replace("\"half_up\"", "5");
        let start = text.find("\"unit\": {").expect("a unit");
        let end = start + text[start..].find('}').expect("its end");
        let text = format!("{}\"unit\": 5{}", &text[..start], &text[end + 1..]);
        let problems = Programme::read(text.as_bytes()).expect_err("problems");
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "wallets[0].unit: wrong_type: expected an object like { \"vi\": ... }, found a whole number",
                "wallets[0].rounding: wrong_type: expected one of floor, ceiling, half_up, half_even, toward_zero, found a whole number",
                "earn[0].amount.points: wrong_type: expected a text, in quotation marks like \"100\", found a whole number",
            ]
        );
    }

    #[test]
    fn a_rule_whose_key_is_misspelt_is_told_so_once() {
        let text = VND_10000.replace("\"amount\"", "\"ammount\"");
        assert_eq!(problems_of(&text), ["earn[0].ammount not_known"]);
    }

    #[test]
    fn what_is_no_programme_at_all_is_told_key_by_key() {
        let cart = r#"{"currency": "VND", "at_ms": 1, "business_date": 20261122, "lines": []}"#;
        assert_eq!(
            problems_of(cart),
            [
                "at_ms not_known",
                "business_date not_known",
                "lines not_known",
                "schema missing",
                "id missing",
                "version missing",
                "name missing",
                "wallets missing",
            ]
        );
        assert_eq!(problems_of("[]"), [". wrong_type"]);
        assert_eq!(problems_of("{"), [". not_json"]);
    }

    #[test]
    fn every_key_that_stands_twice_is_told() {
        let text = VND_10000
            .replace(
                "\"version\": 1,",
                "\"version\": 1, \"version\": 2, \"x\": {\"a\": {\"b\": 1, \"b\": 2}},",
            )
            .replace("\"per\":", "\"per\": \"1\", \"per\":");
        assert_eq!(
            problems_of(&text),
            ["version duplicate", "earn[0].amount.per duplicate"]
        );
    }

    #[test]
    fn a_document_with_more_wrong_than_anybody_reads_is_answered_soon() {
        let text = format!("{{\"wallets\": [{}0]}}", "0,".repeat(100_000));
        let found = problems_of(&text);
        assert!(found.len() > 10 && found.len() <= 1_000, "{}", found.len());
    }

    /// Whoever writes `redeem` for a gift card is told what to write, at once and only that.
    #[test]
    fn a_gift_card_has_no_redeem_and_is_told_how_it_pays() {
        for redeem in [
            r#"{"value": "1"}"#,
            r#"{"value": "1", "step": "0.5"}"#,
            "{}",
            r#"{"share_percent": "50"}"#,
            r#"{"valu": "1"}"#,
            "true",
        ] {
            for (kind, told) in [
                (
                    "money",
                    "stored value pays by itself, like a tender; a cart asks for it in `points_wanted`",
                ),
                ("badge", "a badge buys nothing"),
            ] {
                let document = format!(
                    r#"{{"schema": 1, "id": "x", "version": 1, "name": {{"vi": "x"}}, "currency": "VND",
                        "wallets": [{{"id": "card", "number": 1, "name": {{"vi": "Thẻ"}}, "kind": "{kind}",
                            "redeem": {redeem}}}],
                        "earn": [{{"id": "a", "wallet": "card", "times": {{"ever": 1}},
                            "fixed": {{"points": "1"}}}}]}}"#
                );
                let found = Programme::read(document.as_bytes()).expect_err("no programme");
                let paths: Vec<&str> = found.iter().map(|problem| problem.path.as_str()).collect();
                assert_eq!(paths, ["wallets[0].redeem"], "{kind} {redeem}: {found:?}");
                assert_eq!(found[0].code, "not_used");
                assert!(found[0].expected.contains(told), "{}", found[0].expected);
            }
        }
    }
}
