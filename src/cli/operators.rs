//! `loy operators`: a new list of a store's operators, for its tills that trade.

use std::path::PathBuf;

use clap::Args;

use super::{CliError, Ending, Streams, files, now, provision::read_operators, with_randomness};
use crate::kernel::Currency;
use crate::office::{Office, Pins};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory of the head office
    dir: PathBuf,
    /// Code of the store; all its tills take the list
    #[arg(long)]
    store: String,
    /// Who works there and what they may do (JSON, docs/operators.md): all of them, not only who is new
    #[arg(long, value_name = "FILE")]
    operators: PathBuf,
    /// Of the ceilings, as ISO 4217 has it
    #[arg(long, value_parser = currency)]
    currency: Currency,
    /// Operators without a PIN in the document keep the one they have in the store's last list
    #[arg(long)]
    keep_pins: bool,
    /// Where to write the sealed list; it must not exist yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

fn currency(code: &str) -> Result<Currency, &'static str> {
    Currency::from_code(code).ok_or("expected a currency of ISO 4217, such as VND")
}

pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<Ending, CliError> {
    if arguments.out.exists() {
        let path = arguments.out.clone();
        return Err(CliError::Exists { path });
    }
    let operators = read_operators(&arguments.operators, arguments.currency)?;
    let pins = match arguments.keep_pins {
        true => Pins::Kept,
        false => Pins::AsGiven,
    };
    let mut office = Office::open(&arguments.dir)?;
    let (store, currency, now) = (&arguments.store, arguments.currency, now()?);
    let (file, issued_at) = with_randomness(|random| {
        office.list_operators(store, currency, (operators, pins), random, now)
    })?;
    files::write_secret(&arguments.out, &file)?;
    writeln!(streams.out, "{}", issued_at.ms())?;
    writeln!(
        streams.notes,
        "loy: {} is the list of operators of store {store} from now on; the line above is its number",
        arguments.out.display()
    )?;
    Ok(Ending::Clean)
}
