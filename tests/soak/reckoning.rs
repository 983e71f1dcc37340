//! The balances as the journal says, reckoned without the ledger.

use std::collections::BTreeMap;
use std::fmt;

use loy::kernel::SaleId;
use loy::till::{Sale, SaleState, Till};

use crate::journal::{Asked, Journal, Line};
use crate::shop::{TODAY, date};
use crate::work::{MEMBERS, ask, member};

/// What a sale moves once it is final.
#[derive(Clone, Copy)]
struct Moves {
    member: usize,
    points: i64,
    state: SaleState,
}

#[derive(Default)]
pub struct Reckoning {
    sales: BTreeMap<String, Moves>,
    acknowledged: u64,
    cut_off_and_there: u64,
    cut_off_and_not: u64,
}

impl fmt::Display for Reckoning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} operations acknowledged, {} cut off ({} of them were there), {} sales",
            self.acknowledged,
            self.cut_off_and_there + self.cut_off_and_not,
            self.cut_off_and_there,
            self.sales.len()
        )
    }
}

impl Reckoning {
    /// Asks for everything of one life of the till again, and settles what was left on hold.
    pub fn check(&mut self, till: &Till, journal: &Journal, kill: u64) {
        for line in &journal.0 {
            let again = ask(till, &line.id, &line.asked)
                .unwrap_or_else(|error| panic!("kill {kill}, {line:?}: {error}"));
            match line.answered {
                Some(sale) => {
                    assert!(again.was_replayed, "kill {kill}: {line:?} was lost");
                    assert_eq!(again.id, sale, "kill {kill}: {line:?}");
                    self.acknowledged += 1;
                }
                None if again.was_replayed => self.cut_off_and_there += 1,
                None => self.cut_off_and_not += 1,
            }
            let third = ask(till, &line.id, &line.asked).unwrap();
            assert!(third.was_replayed && third.id == again.id, "{line:?}");
            self.reckon(line, &again);
        }
        for pending in till.pending_sales().unwrap() {
            let id = format!("settle-{}", pending.id);
            let line = Line {
                id: "settle".to_owned(),
                asked: Asked::Commit(pending.id),
                answered: None,
            };
            let sale = till
                .commit(&id[..id.len().min(64)], pending.id, None)
                .unwrap();
            self.reckon(&line, &sale);
        }
        self.compare(till);
    }

    fn reckon(&mut self, line: &Line, sale: &Sale) {
        let key = sale.id.to_string();
        match line.asked {
            Asked::Record {
                member,
                tens,
                spend,
            }
            | Asked::Authorise {
                member,
                tens,
                spend,
            } => {
                let spent = sale.quote.wallets[0].redeemed.get();
                assert!((0..=spend).contains(&spent), "{line:?}: {spent}");
                // 10.000 d give a point, half up, after what points worth 1.000 d have paid.
                let earned = (10 * tens - spent + 5) / 10;
                let state = match line.asked {
                    Asked::Record { .. } => SaleState::Committed,
                    _ => SaleState::Held,
                };
                let moves = Moves {
                    member,
                    points: earned - spent,
                    state,
                };
                let known = self.sales.insert(key, moves);
                assert!(known.is_none(), "{line:?} gave a sale that was there");
            }
            Asked::Commit(_) => self.settle(&key, SaleState::Held, SaleState::Committed),
            Asked::Void(_) => self.settle(&key, SaleState::Held, SaleState::Voided),
            Asked::Refund(_) => self.settle(&key, SaleState::Committed, SaleState::Refunded),
        }
    }

    fn settle(&mut self, sale: &str, from: SaleState, to: SaleState) {
        let moves = self.sales.get_mut(sale).expect("a sale of the journal");
        assert_eq!(moves.state, from, "{sale}");
        moves.state = to;
    }

    /// The ledger's balances and sales are those of the journal.
    pub fn compare(&self, till: &Till) {
        let mut expected = [0; MEMBERS];
        let mut of_member = [0; MEMBERS];
        for (sale, moves) in &self.sales {
            let found = till.sale(sale.parse::<SaleId>().ok().unwrap()).unwrap();
            assert_eq!(found.state, moves.state, "{sale}");
            of_member[moves.member] += 1;
            if moves.state == SaleState::Committed {
                expected[moves.member] += moves.points;
            }
        }
        for (number, expected) in expected.into_iter().enumerate() {
            let card = till.scan(&member(number).to_string(), date(TODAY)).unwrap();
            let known = card.wallets[0].balance.known.get();
            assert_eq!(known, expected, "the balance of member {number}");
        }
        let all: usize = (0..MEMBERS).map(|number| sales_of(till, number)).sum();
        assert_eq!(all, of_member.iter().sum::<usize>(), "a sale too many");
    }
}

/// Sales of a member as its entries tell them: each begins with a hold or a commit of its own.
fn sales_of(till: &Till, number: usize) -> usize {
    let (mut after, mut sales) = (0, 0);
    loop {
        let page = till.history(member(number), after, 1_000).unwrap();
        let Some(last) = page.last() else {
            return sales;
        };
        after = last.seq;
        sales += page
            .iter()
            .filter(|entry| {
                matches!(
                    entry.kind,
                    loy::ledger::Kind::Hold | loy::ledger::Kind::Commit
                )
            })
            .filter(|entry| !entry.is_portion() && entry.refers_to == 0)
            .count();
    }
}
