//! Limits on how often something is done.

use crate::kernel::order;
use std::collections::BTreeSet;

use super::super::limits::{Limit, LimitCount};
use super::super::model::LimitModel;
use super::{Compiler, Known};

/// The most limits of a programme: each is counted for every sale.
const LIMITS_MAX: usize = 50;

impl Compiler {
    pub(super) fn limits(&mut self, models: &[LimitModel], known: &Known<'_>) -> Vec<Limit> {
        if !self.count("limits", models.len(), LIMITS_MAX) {
            return Vec::new();
        }
        let mut ids = BTreeSet::new();
        let mut limits = Vec::with_capacity(models.len());
        for (index, model) in models.iter().enumerate() {
            let path = format!("limits[{index}]");
            self.once(&path, ids.insert(model.id.as_str()), &model.id);
            limits.extend(self.limit(&path, model, known));
        }
        order::sort_by(&mut limits, |a, b| a.id.cmp(&b.id));
        limits
    }

    fn limit(&mut self, path: &str, model: &LimitModel, known: &Known<'_>) -> Option<Limit> {
        self.id(format_args!("{path}.id"), &model.id);
        let name = self.name_or_id(path, &model.name, &model.id);
        let wallet_path = format!("{path}.wallet");
        let wallet = match (&model.wallet, model.count) {
            (None, LimitCount::Points) => {
                let expected = "the id of a wallet, with count `points`";
                self.problem(wallet_path, "missing", expected, "nothing");
                None
            }
            (None, _) => None,
            (Some(id), LimitCount::Points) => {
                if !known.ids.contains(&id.as_str()) {
                    self.unknown_wallet(&wallet_path, id);
                }
                known.wallet(id)
            }
            (Some(_), _) => {
                self.unused(&wallet_path, true, "a count other than `points`");
                None
            }
        };
        let decimals = wallet.map_or(0, |wallet| wallet.decimals);
        let most = self.units_from(format_args!("{path}.most"), &model.most, decimals, 1);
        let hours = match model.hours {
            None => Some(None),
            Some(hours) => {
                let hours = self.whole(format_args!("{path}.hours"), hours, 1, 744);
                hours.and_then(|hours| u32::try_from(hours).ok()).map(Some)
            }
        };
        if model.count == LimitCount::Points && wallet.is_none() {
            return None;
        }
        Some(Limit {
            id: model.id.clone(),
            name: name?,
            per: model.per,
            count: model.count,
            wallet: wallet.map(|wallet| wallet.number),
            most: most?,
            hours: hours?,
            action: model.action,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::programme::{Limit, Programme};

    fn read(limits: Value) -> Result<Vec<Limit>, Vec<String>> {
        let document = json!({
            "schema": 1, "id": "t", "version": 1, "name": {"en": "T"}, "currency": "VND",
            "wallets": [{"id": "points", "number": 1, "name": {"en": "Points"},
                         "unit": {"en": "point/points"}, "decimals": 2}],
            "limits": limits,
        });
        match Programme::read(document.to_string().as_bytes()) {
            Ok(programme) => Ok(programme.limits().to_vec()),
            Err(problems) => Err(problems
                .iter()
                .map(|problem| format!("{} {}", problem.path, problem.code))
                .collect()),
        }
    }

    fn limit(parts: Value) -> Value {
        let mut limit = json!({
            "id": "own_card", "per": "member", "count": "sales", "most": "3", "action": "refuse"
        });
        for (key, value) in parts.as_object().expect("parts") {
            limit[key] = value.clone();
        }
        limit
    }

    #[test]
    fn points_are_counted_in_their_wallets_unit_and_sales_in_whole_ones() {
        let points = json!({"id": "a", "count": "points", "wallet": "points", "most": "2.5"});
        let limits = read(json!([limit(json!({})), limit(points)])).expect("a programme");
        let found: Vec<(&str, i64)> = limits
            .iter()
            .map(|limit| (limit.id.as_str(), limit.most))
            .collect();
        assert_eq!(found, [("a", 250), ("own_card", 3)]);
    }

    #[test]
    fn every_problem_of_a_limit_is_named_with_its_path() {
        for (parts, problem) in [
            (json!({"most": "0"}), "limits[0].most out_of_range"),
            (json!({"most": "1.5"}), "limits[0].most too_many_decimals"),
            (json!({"hours": 745}), "limits[0].hours out_of_range"),
            (json!({"count": "points"}), "limits[0].wallet missing"),
            (json!({"wallet": "points"}), "limits[0].wallet not_used"),
            (
                json!({"count": "points", "wallet": "stamps"}),
                "limits[0].wallet unknown_reference",
            ),
            (json!({"per": "store"}), "limits[0].per not_known"),
            (json!({"action": "arrest"}), "limits[0].action not_known"),
            (json!({"id": "Thẻ"}), "limits[0].id wrong_form"),
        ] {
            assert_eq!(read(json!([limit(parts)])), Err(vec![problem.to_owned()]));
        }
        let twice = json!([limit(json!({})), limit(json!({}))]);
        assert_eq!(read(twice), Err(vec!["limits[1].id duplicate".to_owned()]));
    }
}
