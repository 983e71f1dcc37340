//! Looking at a till's ledger file, and at a programme document, from outside.

use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{Format, Sheet};
use super::{CliError, Ending, Streams, files};
use crate::programme::{DOCUMENT_MAX, Problem, Programme};
use crate::till::{Depth, Settings, Till};

#[derive(Args, Debug)]
pub(super) struct VerifyArguments {
    /// The ledger file
    ledger: PathBuf,
    /// Only the pages and the last thousand links of the chain
    #[arg(long)]
    quick: bool,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// `loy verify`: an empty answer on standard output is a sound ledger.
pub(super) fn verify(
    arguments: &VerifyArguments,
    streams: &mut Streams<'_>,
) -> Result<Ending, CliError> {
    let till = Till::open_reader(&Settings::new(&arguments.ledger))?;
    let depth = if arguments.quick {
        Depth::Quick
    } else {
        Depth::Full
    };
    let findings = till.verify(depth)?;
    if findings.is_empty() {
        let info = till.info()?;
        writeln!(
            streams.notes,
            "loy: sound: {} entries of till {} of store {}",
            info.head_seq, info.till, info.store
        )?;
        return Ok(Ending::Clean);
    }
    let mut sheet = Sheet::new(&["key", "entry", "finding"]);
    for finding in findings {
        sheet.row([finding.key.into(), finding.seq.into(), finding.text.into()]);
    }
    sheet.write(arguments.format, streams.out)?;
    Ok(Ending::Findings)
}

#[derive(Args, Debug)]
pub(super) struct CheckArguments {
    /// The programme document (JSON)
    programme: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// `loy check`: every problem of a programme document at once.
pub(super) fn check(
    arguments: &CheckArguments,
    streams: &mut Streams<'_>,
) -> Result<Ending, CliError> {
    match Programme::read(&read_document(&arguments.programme)?) {
        Ok(programme) => {
            let name = programme.name().in_language(crate::texts::Language::En);
            writeln!(
                streams.out,
                "{} version {}: {name}: no problems",
                programme.id(),
                programme.version()
            )?;
            Ok(Ending::Clean)
        }
        Err(problems) => {
            sheet_of(&problems).write(arguments.format, streams.out)?;
            Ok(Ending::Findings)
        }
    }
}

/// A programme document that can be used, for commands that need one.
pub(super) fn usable_programme(path: &Path) -> Result<Programme, CliError> {
    Programme::read(&read_document(path)?).map_err(|problems| {
        let text: Vec<String> = problems.iter().map(Problem::to_string).collect();
        CliError::Programme {
            path: path.to_owned(),
            problems: text.join("\n  "),
        }
    })
}

fn read_document(path: &Path) -> Result<Vec<u8>, CliError> {
    files::read(path, DOCUMENT_MAX as u64)
}

fn sheet_of(problems: &[Problem]) -> Sheet {
    let mut sheet = Sheet::new(&["path", "code", "expected", "found"]);
    for problem in problems {
        sheet.row([
            problem.path.as_str().into(),
            problem.code.into(),
            problem.expected.as_str().into(),
            problem.found.as_str().into(),
        ]);
    }
    sheet
}
