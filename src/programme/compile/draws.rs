//! Lucky draws.

use std::collections::BTreeSet;

use super::super::draws::{CHANCES, Draw, OnReturn, Prize, TurnFor};
use super::super::model::{DrawModel, PrizeModel};
use super::super::{RULES_MAX, Times};
use super::{Compiler, Known, quoted};
use crate::kernel::{BusinessDate, Money, order};

/// The most bytes of the id of a draw or a prize: both stand in the entry of a turn.
const DRAW_ID_MAX: usize = 32;
/// The most prizes of a draw.
const PRIZES_MAX: usize = 100;
/// The most turns with one sale, where the document does not say.
const MOST_TURNS: i64 = 10;
/// Chances are percents with so many decimals.
const CHANCE_DECIMALS: u32 = 9;

impl Compiler {
    pub(super) fn draws(
        &mut self,
        models: &[DrawModel],
        days: (Option<BusinessDate>, Option<BusinessDate>),
        known: &Known<'_>,
    ) -> Vec<Draw> {
        if !self.count("draws", models.len(), RULES_MAX) {
            return Vec::new();
        }
        let mut ids = BTreeSet::new();
        let mut draws = Vec::with_capacity(models.len());
        for (index, model) in models.iter().enumerate() {
            let path = format!("draws[{index}]");
            self.once(&path, ids.insert(model.id.as_str()), &model.id);
            let draw = self.draw(&path, model, known);
            if let Some(draw) = &draw {
                self.within_programme(&path, draw.days, days);
                self.second_tries(&path, draw);
            }
            draws.extend(draw);
        }
        order::sort_by(&mut draws, |a, b| a.id.cmp(&b.id));
        draws
    }

    fn draw(&mut self, path: &str, model: &DrawModel, known: &Known<'_>) -> Option<Draw> {
        self.short_id(path, &model.id);
        let name = self.name_or_id(path, &model.name, &model.id);
        let turn_for = self.turn_for(path, model, known);
        let turns = self.whole(
            format_args!("{path}.turns"),
            model.turns.unwrap_or(1),
            1,
            10,
        );
        let most_path = format!("{path}.most");
        let is_most_idle = model.most.is_some() && model.every.is_none();
        self.unused(&most_path, is_most_idle, "no `every`");
        let most = self.whole(&most_path, model.most.unwrap_or(MOST_TURNS), 1, 100);
        let times = match &model.times {
            None => Some(Times::default()),
            Some(times) => self.times(&format!("{path}.times"), times),
        };
        let days = self.own_days(path, (model.from, model.until));
        let when = self.when_before_spending(path, model.when.as_ref(), known);
        if model.event.is_some() {
            let read = when.as_ref().and_then(Option::as_ref);
            self.refuse_sale_conditions(&format!("{path}.when"), read);
        }
        let prizes = self.prizes(path, &model.prizes, known);
        Some(Draw {
            id: model.id.clone(),
            name: name?,
            turn_for: turn_for?,
            turns: u32::try_from(turns?).ok()?,
            most: u32::try_from(most?).ok()?,
            times: times?,
            days: days?,
            when: when?,
            prizes: prizes?,
            on_return: model.on_return,
        })
    }

    fn short_id(&mut self, path: &str, id: &str) {
        self.id(format_args!("{path}.id"), id);
        if id.len() > DRAW_ID_MAX {
            let expected = format!("at most {DRAW_ID_MAX} characters");
            self.problem(format!("{path}.id"), "wrong_form", expected, quoted(id));
        }
    }

    fn turn_for(&mut self, path: &str, model: &DrawModel, known: &Known<'_>) -> Option<TurnFor> {
        let every = model.every.as_ref().map(|every| {
            let path = format!("{path}.every");
            self.unused(&path, model.event.is_some(), "`event`");
            self.units_from(&path, every, known.money_decimals, 1)
        });
        if let Some(event) = &model.event {
            self.id(format_args!("{path}.event"), event);
            return Some(TurnFor::Event(event.clone()));
        }
        match every {
            None => Some(TurnFor::Sale),
            Some(every) => Some(TurnFor::Every(Money::new(every?))),
        }
    }

    fn prizes(
        &mut self,
        path: &str,
        models: &[PrizeModel],
        known: &Known<'_>,
    ) -> Option<Vec<Prize>> {
        let path = format!("{path}.prizes");
        if !self.count(&path, models.len(), PRIZES_MAX) {
            return None;
        }
        let before = self
            .problems
            .iter()
            .filter(|problem| problem.is_error())
            .count();
        let order = order::places_by_key(models.len(), |place| models[place].id.as_str());
        let mut ids = BTreeSet::new();
        let (mut prizes, mut chances) = (Vec::with_capacity(models.len()), 0u64);
        for &index in &order {
            let (path, model) = (format!("{path}[{index}]"), &models[index]);
            self.once(&path, ids.insert(model.id.as_str()), &model.id);
            let instead = self.instead(&path, model, (models, &order));
            if let Some(prize) = self.prize(&path, model, (instead, known)) {
                chances = chances.saturating_add(prize.chance);
                prizes.push(prize);
            }
        }
        if chances > CHANCES {
            let found = super::super::decimal::shown(
                i64::try_from(chances).unwrap_or(i64::MAX),
                CHANCE_DECIMALS,
            );
            let expected = "chances that are together no more than 100";
            self.problem(path, "out_of_range", expected, found);
        }
        let after = self
            .problems
            .iter()
            .filter(|problem| problem.is_error())
            .count();
        (after == before).then_some(prizes)
    }

    fn prize(
        &mut self,
        path: &str,
        model: &PrizeModel,
        (instead, known): (Option<usize>, &Known<'_>),
    ) -> Option<Prize> {
        self.short_id(path, &model.id);
        let name = self.name_or_id(path, &model.name, &model.id);
        let chance_path = format!("{path}.chance_percent");
        let chance = self.units_from(&chance_path, &model.chance_percent, CHANCE_DECIMALS, 0);
        let chance = chance.and_then(|chance| u64::try_from(chance).ok());
        let goods = match &model.goods {
            None => Some(None),
            Some(goods) => self.names(&format!("{path}.goods"), goods).map(Some),
        };
        let gives = self.entries(&format!("{path}.gives"), (&model.gives, 0), known);
        let stock = match &model.stock {
            None => Some(None),
            Some(stock) => self.quota(&format!("{path}.stock"), stock).map(Some),
        };
        Some(Prize {
            id: model.id.clone(),
            name: name?,
            chance: chance?,
            gives: gives?,
            goods: goods?,
            stock: stock?,
            instead,
        })
    }

    /// The place of the prize that is won instead, among those sorted by id. What surely is a mistake about
    /// chance and stock is a warning.
    fn instead(
        &mut self,
        path: &str,
        model: &PrizeModel,
        (models, order): (&[PrizeModel], &[usize]),
    ) -> Option<usize> {
        let instead_path = format!("{path}.instead");
        let is_named = |other: &&PrizeModel| other.instead.as_ref() == Some(&model.id);
        let is_consolation = models.iter().any(|other| is_named(&other));
        let digits = model.chance_percent.trim_matches(['0', '.']);
        if digits.is_empty() && !is_consolation {
            let expected = "more than 0, or a prize that names it in `instead`";
            let found = quoted(&model.chance_percent);
            self.warning(
                format!("{path}.chance_percent"),
                "unreachable",
                expected,
                found,
            );
        }
        let Some(id) = &model.instead else {
            if model.stock.is_some() {
                let expected = "the prize that is won once the stock is used up";
                self.warning(instead_path, "missing", expected, "nothing");
            }
            return None;
        };
        self.unused(&instead_path, model.stock.is_none(), "no `stock`");
        let place = order.iter().position(|&place| models[place].id == *id);
        match place.map(|place| &models[order[place]]) {
            None => {
                let expected = "a prize of the same draw";
                self.problem(instead_path, "unknown_reference", expected, quoted(id));
            }
            Some(other) if other.stock.is_some() => {
                let expected = "a prize without `stock` of its own";
                self.problem(instead_path, "conflict", expected, quoted(id));
            }
            Some(_) => {}
        }
        place
    }

    /// Goods that come back leave the prize where it is: who buys, returns and buys again tries again.
    fn second_tries(&mut self, path: &str, draw: &Draw) {
        let is_free = draw.on_return == OnReturn::Keep && !draw.times.is_limited();
        if is_free && draw.event().is_none() {
            let expected = "`times`, so that nobody turns again by returning what they bought";
            self.warning(format!("{path}.on_return"), "missing", expected, "nothing");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::programme::check;

    /// Path, code and severity of everything that is said about a document with these draws.
    fn said(draws: Value) -> Vec<String> {
        let document = json!({
            "schema": 1, "id": "t", "version": 1, "name": {"en": "T"}, "currency": "VND",
            "valid_from": 20_260_101,
            "wallets": [{"id": "points", "number": 1, "name": {"en": "Points"},
                         "unit": {"en": "point/points"}}],
            "draws": draws,
        });
        let problems = check(document.to_string().as_bytes());
        let said = problems.iter().map(|problem| {
            let warning = if problem.is_error() { "" } else { " (warning)" };
            format!("{} {}{warning}", problem.path, problem.code)
        });
        said.collect()
    }

    fn with(key: &str, value: Value) -> Value {
        let mut draw = json!({"id": "wheel", "prizes": [{"id": "a", "chance_percent": "10"}]});
        draw[key] = value;
        json!([draw])
    }

    fn prizes(prizes: Value) -> Value {
        with("prizes", prizes)
    }

    #[test]
    fn a_draw_that_cannot_be_is_refused_with_its_path() {
        let long = "w".repeat(33);
        for (draws, problem) in [
            (with("id", json!(long)), "draws[0].id wrong_form"),
            (with("every", json!("0")), "draws[0].every out_of_range"),
            (with("most", json!(5)), "draws[0].most not_used"),
            (with("turns", json!(11)), "draws[0].turns out_of_range"),
            (
                with("until", json!(20_251_231)),
                "draws[0].until unreachable",
            ),
            (
                prizes(
                    json!([{"id": "a", "chance_percent": "60"}, {"id": "b", "chance_percent": "40.000000001"}]),
                ),
                "draws[0].prizes out_of_range",
            ),
            (
                prizes(json!([{"id": "a", "chance_percent": "0.0000000001"}])),
                "draws[0].prizes[0].chance_percent too_many_decimals",
            ),
            (
                prizes(
                    json!([{"id": "a", "chance_percent": "1"}, {"id": "a", "chance_percent": "1"}]),
                ),
                "draws[0].prizes[1].id duplicate",
            ),
            (
                prizes(
                    json!([{"id": "a", "chance_percent": "1", "gives": [{"wallet": "x", "points": "1"}]}]),
                ),
                "draws[0].prizes[0].gives[0].wallet unknown_reference",
            ),
            (
                prizes(json!([{"id": "a", "chance_percent": "1", "instead": "a"}])),
                "draws[0].prizes[0].instead not_used",
            ),
        ] {
            assert_eq!(said(draws), [problem]);
        }
        let mut event = with("event", json!("check_in"));
        event[0]["every"] = json!("1000");
        assert_eq!(said(event), ["draws[0].every not_used"]);
        let mut event = with("event", json!("check_in"));
        event[0]["when"] = json!({"total": {"from": "1"}});
        assert_eq!(said(event), ["draws[0].when not_used"]);
        let twice = json!([with("turns", json!(1))[0], with("turns", json!(2))[0]]);
        assert_eq!(said(twice), ["draws[1].id duplicate"]);
    }

    #[test]
    fn chances_of_exactly_a_hundred_percent_are_all_there_are() {
        let all = json!([
            {"id": "a", "chance_percent": "99.999999999"}, {"id": "b", "chance_percent": "0.000000001"}
        ]);
        assert_eq!(said(prizes(all)), [""; 0]);
    }

    #[test]
    fn what_is_surely_a_mistake_is_a_warning() {
        let stock = json!({"total": 1, "shares": [{"store": "A", "till": "1", "most": 1}]});
        let prize = |more: Value| {
            let mut prize = json!({"id": "a", "chance_percent": "10"});
            for (key, value) in more.as_object().expect("keys") {
                prize[key] = value.clone();
            }
            prize
        };
        let none = prize(json!({"chance_percent": "0.00"}));
        let unreachable = "draws[0].prizes[0].chance_percent unreachable (warning)";
        assert_eq!(said(prizes(json!([none]))), [unreachable]);
        let limited = prize(json!({"stock": stock}));
        let missing = "draws[0].prizes[0].instead missing (warning)";
        assert_eq!(said(prizes(json!([limited]))), [missing]);
        // A consolation has no chance of its own.
        let limited = prize(json!({"stock": stock, "instead": "b"}));
        let consolation = json!({"id": "b", "chance_percent": "0"});
        assert_eq!(said(prizes(json!([limited, consolation]))), [""; 0]);
        let other = prize(json!({"id": "b", "stock": stock, "instead": "c"}));
        let third = json!({"id": "c", "chance_percent": "0"});
        let conflict = "draws[0].prizes[0].instead conflict";
        assert_eq!(said(prizes(json!([limited, other, third]))), [conflict]);
        let keeps = with("on_return", json!("keep"));
        assert_eq!(
            said(keeps.clone()),
            ["draws[0].on_return missing (warning)"]
        );
        let mut keeps = keeps;
        keeps[0]["times"] = json!({"day": 1});
        assert_eq!(said(keeps), [""; 0]);
    }
}
