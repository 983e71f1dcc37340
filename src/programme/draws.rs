//! What a lucky draw compiles to.

use serde::{Deserialize, Serialize};

use super::{Entry, Names, Programme, Quota, Times, When};
use crate::kernel::{BusinessDate, Money, WalletNumber};

/// The event that a turn is booked as, and the rule that its prizes are told under, with the draw's id
/// behind it; no event and no rule of a document has a colon.
pub const DRAW_RULE: &str = "draw:";
/// All chances: 100 % in parts of a hundred thousand millionth, which nine decimals of a percent are.
pub const CHANCES: u64 = 100_000_000_000;

/// Something to win, with odds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    /// Its id in the document, at most 32 bytes.
    pub id: String,
    /// Its name.
    pub name: Names,
    /// What gives a turn.
    pub turn_for: TurnFor,
    /// So many each time, 1 to 10.
    pub turns: u32,
    /// At most so many with one sale, 1 to 100.
    pub most: u32,
    /// How many one member has.
    pub times: Times,
    /// First and last business date on which turns are given.
    pub days: (Option<BusinessDate>, Option<BusinessDate>),
    /// Which sales and events give turns.
    pub when: Option<When>,
    /// What can be won, in the order of the ids.
    pub prizes: Vec<Prize>,
    /// What happens to prizes when goods come back.
    pub on_return: OnReturn,
}

/// What gives a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TurnFor {
    /// A sale.
    Sale,
    /// Each so much that is paid, above zero.
    Every(Money),
    /// An event of this name.
    Event(String),
}

/// Something that can be won.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prize {
    /// Its id in the draw, at most 32 bytes.
    pub id: String,
    /// Its name.
    pub name: Names,
    /// How many of [`CHANCES`] win it.
    pub chance: u64,
    /// What it gives.
    pub gives: Vec<Entry>,
    /// What is handed over.
    pub goods: Option<Names>,
    /// How often it can be won at each till.
    pub stock: Option<Quota>,
    /// The place of the prize that is won where its stock is used up.
    pub instead: Option<usize>,
}

/// What becomes of the prizes of turns that a sale deserves no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "on_return"))]
#[serde(rename_all = "snake_case")]
pub enum OnReturn {
    /// Their points go back in full, and the turn is kept for the member's next one.
    #[default]
    TakeBack,
    /// They stay, and the turn was had.
    Keep,
}

/// The till that a turn is drawn at.
#[derive(Clone, Copy, Debug)]
pub struct DrawnAt<'a> {
    /// Its store.
    pub store: &'a str,
    /// Its code in the store.
    pub till: &'a str,
}

impl Draw {
    /// The event that a turn is booked as, and the rule that its prizes are told under.
    pub fn rule(&self) -> String {
        format!("{DRAW_RULE}{}", self.id)
    }

    /// Turns are given on this business date.
    pub fn is_on(&self, date: BusinessDate) -> bool {
        let (first, last) = self.days;
        first.is_none_or(|first| first <= date) && last.is_none_or(|last| date <= last)
    }

    /// The event whose reports give turns.
    pub fn event(&self) -> Option<&str> {
        match &self.turn_for {
            TurnFor::Event(name) => Some(name),
            TurnFor::Sale | TurnFor::Every(_) => None,
        }
    }

    /// What a turn draws whose outcome is this part of [`CHANCES`].
    pub fn drawn(&self, part: u64) -> Option<&Prize> {
        let mut below = 0;
        self.prizes.iter().find(|prize| {
            below += prize.chance;
            part < below
        })
    }

    /// What a turn whose outcome is this part of [`CHANCES`] wins, as far as the prizes last: one after the
    /// other in the order of their ids, each has its chance. Nothing is what they leave of 100 %.
    ///
    /// `used` says how often a prize was won at this till, this turn not counted.
    ///
    /// # Errors
    /// Those of `used`.
    pub fn prize_of<E>(
        &self,
        part: u64,
        at: DrawnAt<'_>,
        used: &mut dyn FnMut(&Prize) -> Result<u64, E>,
    ) -> Result<Option<&Prize>, E> {
        let Some(drawn) = self.drawn(part) else {
            return Ok(None);
        };
        let Some(stock) = &drawn.stock else {
            return Ok(Some(drawn));
        };
        let share = stock.share_of(at.store, at.till).unwrap_or(0);
        if used(drawn)? < u64::from(share) {
            return Ok(Some(drawn));
        }
        Ok(drawn.instead.map(|place| &self.prizes[place]))
    }

    /// A prize by its id.
    pub fn prize(&self, id: &str) -> Option<&Prize> {
        self.prizes.iter().find(|prize| prize.id == id)
    }

    /// It gives something into this wallet.
    pub fn gives_into(&self, wallet: WalletNumber) -> bool {
        let mut entries = self.prizes.iter().flat_map(|prize| &prize.gives);
        entries.any(|entry| entry.wallet == wallet)
    }
}

impl Programme {
    /// Its lucky draws, in the order of their ids.
    pub fn draws(&self) -> &[Draw] {
        &self.parts.draws
    }

    /// The draw of this id.
    pub fn draw(&self, id: &str) -> Option<&Draw> {
        self.parts.draws.iter().find(|draw| draw.id == id)
    }

    /// The draw whose turns are booked as events of this name.
    pub fn draw_of_turn(&self, event: &str) -> Option<&Draw> {
        self.draw(event.strip_prefix(DRAW_RULE)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prizes_have_their_chances_one_behind_the_other_and_what_is_left_wins_nothing() {
        let document = serde_json::json!({
            "schema": 1, "id": "t", "version": 1, "name": {"en": "T"}, "currency": "VND",
            "wallets": [{"id": "points", "number": 1, "name": {"en": "Points"},
                         "unit": {"en": "point/points"}}],
            "draws": [{"id": "wheel", "prizes": [
                {"id": "c", "chance_percent": "0.000000001"},
                {"id": "b", "chance_percent": "25"},
                {"id": "a", "chance_percent": "10", "instead": "b", "stock":
                    {"total": 2, "shares": [{"store": "HN01", "till": "1", "most": 2}]}}
            ]}]
        });
        let programme = Programme::read(document.to_string().as_bytes()).expect("a programme");
        let draw = programme.draw("wheel").expect("the wheel");
        let at = |till| DrawnAt {
            store: "HN01",
            till,
        };
        let prize = |part: u64, till, used: u64| {
            let prize = draw.prize_of::<()>(part, at(till), &mut |_| Ok(used));
            prize.expect("no error").map(|prize| prize.id.as_str())
        };
        assert_eq!(prize(0, "1", 0), Some("a"));
        assert_eq!(prize(9_999_999_999, "1", 1), Some("a"));
        // The third one of two, and a till that has no share.
        assert_eq!(prize(9_999_999_999, "1", 2), Some("b"));
        assert_eq!(prize(0, "2", 0), Some("b"));
        assert_eq!(prize(10_000_000_000, "1", 0), Some("b"));
        assert_eq!(prize(34_999_999_999, "1", 0), Some("b"));
        assert_eq!(prize(35_000_000_000, "1", 0), Some("c"));
        assert_eq!(prize(35_000_000_001, "1", 0), None);
        assert_eq!(prize(CHANCES - 1, "1", 0), None);
    }
}
