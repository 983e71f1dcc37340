//! How many points are spent without the member's code.

use super::super::model::{WalletKindModel, WalletModel};
use super::Compiler;
use crate::kernel::Points;

impl Compiler {
    /// How many points are spent without a code; nothing inside where none is needed.
    pub(super) fn code_above(
        &mut self,
        path: &str,
        model: &WalletModel,
        decimals: u32,
    ) -> Option<Option<Points>> {
        let is_badge = model.kind == WalletKindModel::Badge;
        let above_path = format!("{path}.code_above");
        self.unused(
            &above_path,
            is_badge && model.code_above.is_some(),
            "`badge`",
        );
        let Some(text) = &model.code_above else {
            if model.without_code.is_some() {
                let expected = "`code_above`, how many points need no code";
                self.problem(above_path, "missing", expected, "nothing");
            }
            return Some(None);
        };
        let above = self.units_from(above_path, text, decimals, 0)?;
        Some(Some(Points::new(above)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::kernel::Points;
    use crate::programme::{Programme, WithoutCode};

    fn read(parts: Value) -> Result<Programme, Vec<String>> {
        let mut wallet = json!({"id": "points", "number": 1, "name": {"en": "Points"},
            "unit": {"en": "point/points"}, "decimals": 2});
        for (key, value) in parts.as_object().expect("parts") {
            wallet[key] = value.clone();
        }
        let document = json!({
            "schema": 1, "id": "t", "version": 1, "name": {"en": "T"}, "currency": "VND",
            "wallets": [wallet],
        });
        Programme::read(document.to_string().as_bytes()).map_err(|problems| {
            let told =
                |problem: &crate::programme::Problem| format!("{} {}", problem.path, problem.code);
            problems.iter().map(told).collect()
        })
    }

    #[test]
    fn a_code_is_needed_above_so_many_points_and_a_supervisor_stands_in_for_it() {
        let programme = read(json!({"code_above": "2.5"})).expect("a programme");
        let wallet = &programme.wallets()[0];
        assert_eq!(wallet.without_code, WithoutCode::Approval);
        assert!(!wallet.needs_code(Points::new(250)));
        assert!(wallet.needs_code(Points::new(251)));
        let programme = read(json!({})).expect("a programme");
        assert!(!programme.wallets()[0].needs_code(Points::new(1_000_000)));
    }

    #[test]
    fn every_problem_of_it_is_named_with_its_path() {
        for (parts, problem) in [
            (
                json!({"code_above": "-1"}),
                "wallets[0].code_above out_of_range",
            ),
            (
                json!({"code_above": "0.001"}),
                "wallets[0].code_above too_many_decimals",
            ),
            (
                json!({"without_code": "reason"}),
                "wallets[0].code_above missing",
            ),
            (
                json!({"code_above": "0", "without_code": "hope"}),
                "wallets[0].without_code not_known",
            ),
            (
                json!({"code_above": "0", "kind": "badge", "unit": null, "decimals": 0}),
                "wallets[0].code_above not_used",
            ),
        ] {
            assert_eq!(read(parts).err(), Some(vec![problem.to_owned()]));
        }
    }
}
