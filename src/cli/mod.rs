//! The command line `loy`: what the library does, for people and scripts.
//!
//! Exit codes: 0 done; 1 done, and something was found or refused; 2 not done (wrong usage, or an
//! error that says where and what was expected). Results go to standard output, everything else to
//! standard error. This room is where head office gets its clock and its randomness from.

mod code;
mod dispute;
mod draws;
#[cfg(test)]
mod draws_tests;
mod exceptions;
mod files;
mod goods;
mod ingest;
mod install;
mod look;
#[cfg(test)]
mod members_tests;
mod office;
mod operators;
#[cfg(test)]
mod operators_tests;
mod output;
mod provision;
mod quote;
mod statement;
#[cfg(test)]
mod tests;
mod trial;
#[cfg(test)]
mod trial_tests;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Parser, Subcommand};

use crate::kernel::Instant;
use crate::office::OfficeError;
use crate::programme::Problem;

/// Loyalty at the till and at head office.
#[derive(Parser, Debug)]
#[command(name = "loy", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Head office: make one, take in batches, ask it
    #[command(subcommand)]
    Office(office::Command),
    /// Make the sealed file that turns a ledger into a till of the chain
    Provision(provision::Arguments),
    /// A member's rotating code, and what a wallet pass needs to show it
    Code(code::Arguments),
    /// Make the signed list of a store's operators that its tills take in while they trade
    Operators(operators::Arguments),
    /// Install a new version of the programme, or a new list of operators, in a till's ledger
    Install(install::Arguments),
    /// Check a programme document and name every problem
    Check(look::CheckArguments),
    /// Price a cart by a programme and say why, without a ledger
    Quote(quote::Arguments),
    /// Price carts that were sold by another version of a programme, and show what changes
    Try(trial::Arguments),
    /// Compute turns of a lucky draw again, with its published key
    Draw(draws::Arguments),
    /// Settle a quarrel about a sale: what it was, why, what became of it, and the proof
    Dispute(dispute::Arguments),
    /// Tell a member everything: balances, points by last day, history, rewards
    Statement(statement::Arguments),
    /// Look for damage in a ledger, without writing to it
    Verify(look::VerifyArguments),
    /// Copy a ledger while its till goes on
    Backup(look::BackupArguments),
    /// Make a new ledger of what can be read of a damaged one
    Salvage(look::SalvageArguments),
}

/// How a command that did its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Clean,
    Findings,
}

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error(transparent)]
    Office(#[from] OfficeError),
    #[error("{}: {source}", path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{} is longer than {most} bytes, the most that is read of such a file", path.display())]
    TooLong { path: PathBuf, most: u64 },
    #[error("{} exists already and is not overwritten; name another file", path.display())]
    Exists { path: PathBuf },
    #[error("{}: not a programme this version takes:{}", path.display(), listed(problems))]
    Programme {
        path: PathBuf,
        problems: Vec<Problem>,
    },
    #[error("{}: {source}", path.display())]
    Cart {
        path: PathBuf,
        source: crate::evaluate::CartProblem,
    },
    #[error("{}: {source}", path.display())]
    Operators {
        path: PathBuf,
        source: crate::exchange::OperatorsProblem,
    },
    #[error("{}: {source}", path.display())]
    Ledger {
        path: PathBuf,
        source: Box<crate::till::Error>,
    },
    #[error(
        "{found}: no sale; expected its id, or STORE/TILL/NUMBER/DATE with the date as yyyymmdd"
    )]
    NoReceipt { found: String },
    #[error(
        "{}: no such member; expected a member number, or a telephone number or card that was enrolled at this till",
        path.display()
    )]
    NoMember { path: PathBuf },
    #[error("{}: has no draw {draw}", path.display())]
    NoDraw { path: PathBuf, draw: String },
    #[error("the operating system gives no random bytes: {0}")]
    Random(getrandom::Error),
    #[error("the clock of this machine stands before 1970")]
    Clock,
    #[error("the output cannot be written: {0}")]
    Output(#[from] std::io::Error),
    #[error("the result cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// One problem a line, below the sentence.
fn listed(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| format!("\n  {problem}"))
        .collect()
}

/// Where a command writes.
struct Streams<'a> {
    /// Results.
    out: &'a mut dyn Write,
    /// Everything else.
    notes: &'a mut dyn Write,
}

impl From<csv::Error> for CliError {
    /// The rows are ours and even; what can fail is writing them.
    fn from(error: csv::Error) -> Self {
        Self::Output(error.into())
    }
}

/// Runs the command line. `arguments` begin with the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let streams = &mut Streams {
        out: &mut std::io::stdout().lock(),
        notes: &mut std::io::stderr(),
    };
    let code = execute(arguments, streams);
    // What could not be said to anybody cannot be reported either.
    let flushed = streams.out.flush();
    ExitCode::from(if flushed.is_err() && code == 0 {
        2
    } else {
        code
    })
}

fn execute(arguments: impl IntoIterator<Item = OsString>, streams: &mut Streams<'_>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, not errors.
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            let to = if code == 0 {
                &mut *streams.out
            } else {
                &mut *streams.notes
            };
            return write!(to, "{error}").map_or(2, |()| code);
        }
    };
    let ending = match arguments.command {
        Command::Office(command) => office::run(command, streams),
        Command::Provision(arguments) => provision::run(&arguments, streams),
        Command::Code(arguments) => code::run(&arguments, streams),
        Command::Operators(arguments) => operators::run(&arguments, streams),
        Command::Install(arguments) => install::run(&arguments, streams),
        Command::Check(arguments) => look::check(&arguments, streams),
        Command::Quote(arguments) => quote::run(&arguments, streams),
        Command::Try(arguments) => trial::run(&arguments, streams),
        Command::Draw(arguments) => draws::run(&arguments, streams),
        Command::Dispute(arguments) => dispute::run(&arguments, streams),
        Command::Statement(arguments) => statement::run(&arguments, streams),
        Command::Verify(arguments) => look::verify(&arguments, streams),
        Command::Backup(arguments) => look::backup(&arguments, streams),
        Command::Salvage(arguments) => look::salvage(&arguments, streams),
    };
    match ending {
        Ok(Ending::Clean) => 0,
        Ok(Ending::Findings) => 1,
        // Whoever reads our output may stop reading: `loy office totals DIR | head`.
        Err(CliError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => 0,
        Err(error) => {
            let _ = writeln!(streams.notes, "loy: {error}");
            2
        }
    }
}

fn now() -> Result<Instant, CliError> {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(|_| CliError::Clock)?;
    i64::try_from(since.as_millis())
        .map(Instant::from_ms)
        .map_err(|_| CliError::Clock)
}

/// Gives `use_it` a source of random bytes, and fails if the operating system ever refused.
fn with_randomness<T>(
    use_it: impl FnOnce(&mut dyn FnMut(&mut [u8])) -> Result<T, OfficeError>,
) -> Result<T, CliError> {
    // Asked once before anything is written; the operating system does not run dry afterwards.
    let mut pool = [0; 32];
    getrandom::fill(&mut pool).map_err(CliError::Random)?;
    let result = use_it(&mut |bytes| {
        getrandom::fill(bytes).expect("the operating system gave random bytes a moment ago");
    })?;
    Ok(result)
}
