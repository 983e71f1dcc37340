//! Whether a version can stand beside the other versions of its programme.

use crate::kernel::order;
use std::sync::Arc;

use super::{Problem, Programme, Wallet};

/// Code of what the versions of one programme must have in common and have not.
const UNLIKE: &str = "unlike_installed";

/// What of a document does not fit the versions that a ledger has: the programme's id and currency are
/// the same in all of them, and a wallet keeps its id, number and decimals and is in every later
/// version, so that no points are left without a wallet. Whatever order versions come in, the answer
/// is the same.
pub fn unlike_installed(programme: &Programme, installed: &[Arc<Programme>]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for other in installed {
        if programme.id() != other.id() {
            problems.push(Problem::new("id", UNLIKE, other.id(), programme.id()));
        }
        let (old, new) = (other.currency(), programme.currency());
        if new != old {
            let (expected, found) = (old.code(), new.code());
            problems.push(Problem::new("currency", UNLIKE, expected, found));
        }
        for old in other.wallets() {
            compare_wallet(programme, other.version(), old, &mut problems);
        }
        for (place, new) in programme.wallets().iter().enumerate() {
            let is_known = other.wallets().iter().any(|old| is_the_same(old, new));
            if programme.version() < other.version() && !is_known {
                let expected = format!("a wallet of version {} too", other.version());
                let path = format!("wallets[{place}]");
                problems.push(Problem::new(path, UNLIKE, expected, said(new)));
            }
        }
    }
    order::sort_by(&mut problems, Ord::cmp);
    problems.dedup();
    problems
}

fn is_the_same(old: &Wallet, new: &Wallet) -> bool {
    (&old.id, old.number, old.decimals) == (&new.id, new.number, new.decimals)
}

fn compare_wallet(new: &Programme, version: u32, old: &Wallet, problems: &mut Vec<Problem>) {
    let mut alike = new.wallets().iter().enumerate();
    let found = alike.find(|(_, wallet)| wallet.id == old.id || wallet.number == old.number);
    let expected = format!("{}, as in version {version}", said(old));
    match found {
        Some((_, wallet)) if is_the_same(old, wallet) => {}
        Some((place, wallet)) => {
            let path = format!("wallets[{place}]");
            problems.push(Problem::new(path, UNLIKE, expected, said(wallet)));
        }
        None if new.version() > version => {
            problems.push(Problem::new("wallets", UNLIKE, expected, "no such wallet"));
        }
        None => {}
    }
}

fn said(wallet: &Wallet) -> String {
    let Wallet {
        id,
        number,
        decimals,
        ..
    } = wallet;
    format!("{id} with number {number} and {decimals} decimals")
}
