//! `loy try`: what would change if another version of a programme had priced the same carts.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;

use super::output::{Field, Format, Sheet};
use super::{CliError, Ending, Streams, files};
use crate::evaluate::{Cart, CartProblem, MemberSnapshot, SoldCart, Trial};
use crate::programme::{DOCUMENT_MAX, Programme};
use crate::till::{Settings, Till};

/// What a file of SQLite begins with.
const LEDGER: &[u8] = b"SQLite format 3\0";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The programme that is tried (JSON)
    programme: PathBuf,
    /// The one it is held against, such as the version in force
    #[arg(long)]
    against: PathBuf,
    /// The carts: a till's ledger, or a file of one JSON object a line, each a cart (docs/cart.md) or
    /// an object of `cart` and `member`
    #[arg(long)]
    carts: PathBuf,
    /// How to write the sums
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// A line of the file of carts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    cart: serde_json::Value,
    #[serde(default)]
    member: Option<serde_json::Value>,
}

pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<Ending, CliError> {
    let tried = programme(&arguments.programme)?;
    let against = programme(&arguments.against)?;
    let mut trial = Trial::default();
    let mut first_refusal = None;
    let mut number = 0u64;
    let mut add = |sold: [&SoldCart; 2]| {
        number += 1;
        if let Err(problem) = trial.add([&tried, &against], sold) {
            first_refusal.get_or_insert((number, problem));
        }
    };
    if is_ledger(&arguments.carts)? {
        let ledger = |source| CliError::Ledger {
            path: arguments.carts.clone(),
            source: Box::new(source),
        };
        let till = Till::open_reader(&Settings::new(&arguments.carts)).map_err(ledger)?;
        till.each_sold_cart(|sold| add([&sold, &sold]))
            .map_err(ledger)?;
    } else {
        each_written(&arguments.carts, [&tried, &against], |[one, other]| {
            add([&one, &other]);
        })?;
    }
    sheet_of(&trial).write(arguments.format, streams.out)?;
    let (carts, refused) = (trial.carts, trial.refused);
    writeln!(streams.notes, "loy: {carts} carts under both versions")?;
    let Some((number, problem)) = first_refusal else {
        return Ok(Ending::Clean);
    };
    writeln!(
        streams.notes,
        "loy: {refused} carts that a version does not take are left out; the first, cart {number}: {problem}"
    )?;
    Ok(Ending::Findings)
}

fn programme(path: &Path) -> Result<Programme, CliError> {
    let document = files::read(path, DOCUMENT_MAX as u64)?;
    let programme = Programme::read(&document).map_err(|problems| CliError::Programme {
        path: path.to_owned(),
        problems,
    })?;
    Ok(programme.on_any_day())
}

fn is_ledger(path: &Path) -> Result<bool, CliError> {
    let file = std::fs::File::open(path).map_err(files::named(path))?;
    let mut head = Vec::new();
    file.take(LEDGER.len() as u64)
        .read_to_end(&mut head)
        .map_err(files::named(path))?;
    Ok(head == LEDGER)
}

/// Reads a file of carts line by line; each with its member as each version sees them.
fn each_written(
    path: &Path,
    versions: [&Programme; 2],
    mut visit: impl FnMut([SoldCart; 2]),
) -> Result<(), CliError> {
    let file = std::fs::File::open(path).map_err(files::named(path))?;
    let mut lines = BufReader::new(file);
    let most = DOCUMENT_MAX as u64;
    for number in 1u64.. {
        let mut line = Vec::new();
        let read = lines.by_ref().take(most + 1).read_until(b'\n', &mut line);
        if read.map_err(files::named(path))? == 0 {
            return Ok(());
        }
        if line.len() as u64 > most {
            let path = path.to_owned();
            return Err(CliError::TooLong { path, most });
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let in_line = |source| CliError::Cart {
            path: PathBuf::from(format!("{}, line {number}", path.display())),
            source,
        };
        visit(sold(&line, versions).map_err(in_line)?);
    }
    Ok(())
}

fn sold(line: &[u8], versions: [&Programme; 2]) -> Result<[SoldCart; 2], CartProblem> {
    let (cart, member) = match serde_json::from_slice::<Written>(line) {
        Ok(written) => (written.cart.to_string().into_bytes(), written.member),
        // What is no such object is a cart, or is told what is wrong with it as a cart.
        Err(_) => (line.to_vec(), None),
    };
    let cart = Cart::from_json(&cart)?;
    let member = member.map_or_else(|| "{\"sales\": []}".to_owned(), |member| member.to_string());
    let as_seen_by = |programme: &Programme| -> Result<SoldCart, CartProblem> {
        let snapshot =
            |number| MemberSnapshot::from_json(member.as_bytes(), number, programme, &cart);
        Ok(SoldCart {
            cart: cart.clone(),
            member: cart.member.map(snapshot).transpose()?,
            returns: None,
        })
    };
    Ok([as_seen_by(versions[0])?, as_seen_by(versions[1])?])
}

fn sheet_of(trial: &Trial) -> Sheet {
    let mut sheet = Sheet::new(&[
        "by",
        "name",
        "wallet",
        "carts",
        "carts_against",
        "points",
        "points_against",
        "spent",
        "spent_against",
        "discount",
        "discount_against",
        "gifts",
        "gifts_against",
        "cost",
        "cost_against",
        "cost_change",
    ]);
    for (key, [tried, against]) in &trial.rows {
        sheet.row([
            key.by.word().into(),
            key.name.as_str().into(),
            key.wallet.as_str().into(),
            tried.carts.into(),
            against.carts.into(),
            number(tried.points),
            number(against.points),
            number(tried.spent),
            number(against.spent),
            number(tried.discount),
            number(against.discount),
            number(tried.gifts),
            number(against.gifts),
            number(tried.whole_cost()),
            number(against.whole_cost()),
            number(tried.whole_cost() - against.whole_cost()),
        ]);
    }
    sheet
}

/// Sums beyond what a number of JSON holds are written as text.
fn number(sum: i128) -> Field {
    i64::try_from(sum).map_or_else(|_| Field::Text(sum.to_string()), Field::Number)
}
