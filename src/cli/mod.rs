//! The command line `loy`: what the library does, for people and scripts.
//!
//! Exit codes: 0 done; 1 done, and something was found or refused; 2 not done (wrong usage, or an
//! error that says where and what was expected). Results go to standard output, everything else to
//! standard error. This room is where head office gets its clock and its randomness from.

mod files;
mod ingest;
mod ledger;
mod office;
mod output;
mod provision;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Parser, Subcommand};

use crate::kernel::Instant;
use crate::office::OfficeError;

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
    /// Look for damage in a till's ledger file
    Verify(ledger::VerifyArguments),
    /// Name every problem of a programme document
    Check(ledger::CheckArguments),
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
    #[error("{}: the programme cannot be used:\n  {problems}", path.display())]
    Programme { path: PathBuf, problems: String },
    #[error(transparent)]
    Ledger(#[from] crate::till::Error),
    #[error("the operating system gives no random bytes: {0}")]
    Random(getrandom::Error),
    #[error("the clock of this machine stands before 1970")]
    Clock,
    #[error("standard output: {0}")]
    Output(#[from] std::io::Error),
    #[error("the result cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl From<csv::Error> for CliError {
    /// The rows are ours and even; what can fail is writing them.
    fn from(error: csv::Error) -> Self {
        Self::Output(error.into())
    }
}

/// Runs the command line. `arguments` begin with the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, not errors; clap knows which stream each belongs to.
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            return error
                .print()
                .map_or(ExitCode::from(2), |()| ExitCode::from(code));
        }
    };
    let ending = match arguments.command {
        Command::Office(command) => office::run(command),
        Command::Provision(arguments) => provision::run(&arguments),
        Command::Verify(arguments) => ledger::verify(&arguments),
        Command::Check(arguments) => ledger::check(&arguments),
    };
    match ending {
        Ok(Ending::Clean) => ExitCode::SUCCESS,
        Ok(Ending::Findings) => ExitCode::from(1),
        // Whoever reads our output may stop reading: `loy office totals DIR | head`.
        Err(CliError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("loy: {error}");
            ExitCode::from(2)
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
