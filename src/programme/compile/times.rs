//! How often something is had, and rules for what is no sale.

use std::collections::BTreeMap;

use super::super::model::{EarnModel, QuotaModel, TimesModel};
use super::super::{Gives, Quota, Times, When};
use super::{Compiler, quoted};

/// The most bytes of a store's or a till's name.
const NAME_MAX: usize = 200;
/// The most tills of a quota.
const SHARES_MAX: usize = 1_000;
/// The most times in one window.
const TIMES_MAX: i64 = 1_000_000;

/// What happens once by what it is: joining, and a year's birthday.
const ONCE: [(&str, Times); 2] = [
    (
        "sign_up",
        Times {
            day: None,
            month: None,
            year: None,
            ever: Some(1),
        },
    ),
    (
        "birthday",
        Times {
            day: None,
            month: None,
            year: Some(1),
            ever: None,
        },
    ),
];

impl Compiler {
    /// How often a rule gives something. Without the key an event that happens once by what it is
    /// counts once.
    pub(super) fn times_of_rule(&mut self, path: &str, model: &EarnModel) -> Option<Times> {
        let by_nature = model.event.as_ref().and_then(|event| {
            let mut known = ONCE.iter();
            known.find(|(name, _)| *name == event.name)
        });
        match (&model.times, by_nature) {
            (Some(times), _) => self.times(&format!("{path}.times"), times),
            (None, Some((_, times))) => Some(*times),
            (None, None) => Some(Times::default()),
        }
    }

    pub(super) fn times(&mut self, path: &str, model: &TimesModel) -> Option<Times> {
        let keys = [
            ("day", model.day),
            ("month", model.month),
            ("year", model.year),
            ("ever", model.ever),
        ];
        if keys.iter().all(|(_, most)| most.is_none()) {
            let expected = "at least one of `day`, `month`, `year`, `ever`";
            self.problem(path, "missing", expected, "nothing");
            return None;
        }
        let mut read = keys.map(|(key, most)| match most {
            None => Some(None),
            Some(most) => {
                let most = self.whole(format_args!("{path}.{key}"), most, 1, TIMES_MAX)?;
                u32::try_from(most).ok().map(Some)
            }
        });
        let mut next = |index: usize| read[index].take();
        Some(Times {
            day: next(0)?,
            month: next(1)?,
            year: next(2)?,
            ever: next(3)?,
        })
    }

    /// How often a rule or an offer is had, by one member and by all, where it says so.
    pub(super) fn often(
        &mut self,
        path: &str,
        (times, quota): (Option<&TimesModel>, Option<&QuotaModel>),
    ) -> Option<(Times, Option<Quota>)> {
        let times = match times {
            None => Some(Times::default()),
            Some(times) => self.times(&format!("{path}.times"), times),
        };
        let quota = match quota {
            None => Some(None),
            Some(quota) => self.quota(&format!("{path}.quota"), quota).map(Some),
        };
        Some((times?, quota?))
    }

    pub(super) fn quota(&mut self, path: &str, model: &QuotaModel) -> Option<Quota> {
        let total = self.whole(format_args!("{path}.total"), model.total, 1, TIMES_MAX)?;
        let shares_path = format!("{path}.shares");
        if !self.count(&shares_path, model.shares.len(), SHARES_MAX) {
            return None;
        }
        let (mut shares, mut sum, mut is_sound) = (BTreeMap::new(), 0, true);
        for (index, share) in model.shares.iter().enumerate() {
            let path = format!("{shares_path}[{index}]");
            for (key, name) in [("store", &share.store), ("till", &share.till)] {
                if name.is_empty() || name.len() > NAME_MAX {
                    let expected = "1 to 200 bytes, as provisioning names it";
                    self.problem(
                        format!("{path}.{key}"),
                        "wrong_form",
                        expected,
                        quoted(name),
                    );
                    is_sound = false;
                }
            }
            let most = self.whole(format_args!("{path}.most"), share.most, 0, TIMES_MAX)?;
            sum += most;
            let place = (share.store.clone(), share.till.clone());
            let before = shares.insert(place, u32::try_from(most).ok()?);
            if before.is_some() {
                let expected = "one share for each till";
                self.problem(&path, "duplicate", expected, quoted(&share.till));
                is_sound = false;
            }
        }
        if sum > total {
            let expected = "shares that are together no more than `total`";
            self.problem(shares_path, "out_of_range", expected, sum.to_string());
            is_sound = false;
        }
        let total = u32::try_from(total).ok()?;
        is_sound.then_some(Quota { total, shares })
    }

    /// A rule for an event. What only a sale has is refused.
    pub(super) fn event(&mut self, path: &str, model: &EarnModel, decimals: u32) -> Option<Gives> {
        let event = model.event.as_ref()?;
        self.id(format_args!("{path}.event.name"), &event.name);
        let points_path = format!("{path}.event.points");
        let points = self.rate_above_zero(&points_path, &event.points, decimals);
        Some(Gives::Event(event.name.clone(), points?))
    }

    /// Nobody buys anything in an event: a condition on what is bought would never hold.
    pub(super) fn refuse_sale_conditions(&mut self, path: &str, when: Option<&When>) {
        let reads_sale = |leaf: &When| {
            matches!(
                leaf,
                When::Total(_)
                    | When::Items(..)
                    | When::HasLine(_)
                    | When::VisitNumber(_)
                    | When::VisitEvery(_)
                    | When::Codes(_)
                    | When::Discounted(_)
                    | When::UsesPoints(_)
            )
        };
        let is_told = when.is_some_and(|when| when.has(&reads_sale));
        self.unused(path, is_told, "`event`: that is about a sale");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::programme::{Programme, Times};

    #[test]
    fn shares_are_together_no_more_than_the_quota_and_each_till_has_one() {
        let share = |till: &str, most: i64| json!({"store": "HN01", "till": till, "most": most});
        for (shares, problem) in [
            (
                json!([share("1", 60), share("2", 41)]),
                "earn[0].quota.shares out_of_range",
            ),
            (
                json!([share("1", 1), share("1", 2)]),
                "earn[0].quota.shares[1] duplicate",
            ),
            (
                json!([share("", 1)]),
                "earn[0].quota.shares[0].till wrong_form",
            ),
            (
                json!([share("1", -1)]),
                "earn[0].quota.shares[0].most out_of_range",
            ),
        ] {
            let quota = json!({"total": 100, "shares": shares});
            let rule = json!({"fixed": {"points": "1"}, "quota": quota});
            assert_eq!(read(rule), Err(vec![problem.to_owned()]));
        }
        let quota = json!({"total": 100, "shares": [share("1", 60), share("2", 40)]});
        let rule = json!({"fixed": {"points": "1"}, "quota": quota});
        assert_eq!(read(rule.clone()), Ok(Times::default()));
        let mut event = rule;
        event["event"] = json!({"name": "review", "points": "1"});
        event.as_object_mut().expect("a rule").remove("fixed");
        let refused = Err(vec!["earn[0].quota not_used".to_owned()]);
        assert_eq!(read(event), refused);
    }

    fn read(rule: Value) -> Result<Times, Vec<String>> {
        let mut document = json!({
            "schema": 1, "id": "t", "version": 1, "name": {"en": "T"}, "currency": "VND",
            "wallets": [{"id": "points", "number": 1, "name": {"en": "Points"},
                         "unit": {"en": "point/points"}}],
            "earn": [{"id": "r", "wallet": "points"}],
        });
        for (key, value) in rule.as_object().expect("keys") {
            document["earn"][0][key] = value.clone();
        }
        match Programme::read(document.to_string().as_bytes()) {
            Ok(programme) => Ok(programme.earn_rules()[0].times),
            Err(problems) => Err(problems
                .iter()
                .map(|problem| format!("{} {}", problem.path, problem.code))
                .collect()),
        }
    }

    #[test]
    fn joining_counts_once_and_a_birthday_once_a_year_unless_the_rule_says_otherwise() {
        let event = |name: &str| json!({"event": {"name": name, "points": "20"}});
        let once = Times {
            ever: Some(1),
            ..Times::default()
        };
        let once_a_year = Times {
            year: Some(1),
            ..Times::default()
        };
        assert_eq!(read(event("sign_up")), Ok(once));
        assert_eq!(read(event("birthday")), Ok(once_a_year));
        assert_eq!(read(event("check_in")), Ok(Times::default()));
        let mut often = event("birthday");
        often["times"] = json!({"month": 2, "day": 1});
        let said = Times {
            day: Some(1),
            month: Some(2),
            ..Times::default()
        };
        assert_eq!(read(often), Ok(said));
    }

    #[test]
    fn what_only_a_sale_has_is_no_part_of_a_rule_for_an_event() {
        for (key, value, problem) in [
            (
                "when",
                json!({"total": {"from": "1"}}),
                "earn[0].when not_used",
            ),
            (
                "when",
                json!({"any": [{"stores": ["A"]}, {"not": {"codes": ["X"]}}]}),
                "earn[0].when not_used",
            ),
            (
                "when",
                json!({"visit": {"number": 1}}),
                "earn[0].when not_used",
            ),
            (
                "factors",
                json!([{"id": "f", "factor": "2", "when": {"uses_points": true}}]),
                "earn[0].factors[0].when not_used",
            ),
            ("base", json!("gross"), "earn[0].base not_used"),
            ("lines", json!({"skus": ["a"]}), "earn[0].lines not_used"),
            ("round_at", json!("line"), "earn[0].round_at not_used"),
            ("fixed", json!({"points": "1"}), "earn[0] one_of"),
            ("times", json!({}), "earn[0].times missing"),
            ("times", json!({"day": 0}), "earn[0].times.day out_of_range"),
        ] {
            let mut rule = json!({"event": {"name": "review", "points": "20"}});
            rule[key] = value;
            assert_eq!(read(rule), Err(vec![problem.to_owned()]), "{key}");
        }
        let none = json!({"event": {"name": "Đánh giá", "points": "0"}});
        assert_eq!(
            read(none),
            Err(vec![
                "earn[0].event.name wrong_form".to_owned(),
                "earn[0].event.points out_of_range".to_owned()
            ])
        );
    }
}
