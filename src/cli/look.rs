//! `loy check`, `loy verify`, `loy backup` and `loy salvage`: is this programme right, is this ledger
//! sound, a copy of it, and what is left of it if it is not.

use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{Format, Sheet};
use super::{CliError, Ending, Streams, files};
use crate::programme::{self, DOCUMENT_MAX, Programme};
use crate::till::{Depth, Finding, Settings, Till};

#[derive(Args, Debug)]
pub(super) struct CheckArguments {
    /// The programme document (JSON)
    programme: PathBuf,
    /// How to write the problems
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Args, Debug)]
pub(super) struct VerifyArguments {
    /// The ledger file; it is only read, and may be in use by its till
    ledger: PathBuf,
    /// Only the pages and the last thousand entries
    #[arg(long)]
    quick: bool,
    /// How to write the findings
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Args, Debug)]
pub(super) struct BackupArguments {
    /// The ledger file; it is only read, and may be in use by its till
    ledger: PathBuf,
    /// The copy; it must not exist. It is for support, never to trade on from: it would know less than head office
    destination: PathBuf,
}

#[derive(Args, Debug)]
pub(super) struct SalvageArguments {
    /// The damaged ledger file; it is only read, and its till must be closed
    damaged: PathBuf,
    /// The new ledger file; it must not exist
    destination: PathBuf,
    /// How to write what was lost
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Every problem of a document, not only the first.
pub(super) fn check(
    arguments: &CheckArguments,
    streams: &mut Streams<'_>,
) -> Result<Ending, CliError> {
    let document = files::read(&arguments.programme, DOCUMENT_MAX as u64)?;
    let mut sheet = Sheet::new(&["path", "code", "expected", "found", "severity"]);
    let problems = programme::check(&document);
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    for problem in problems {
        sheet.row([
            problem.path.into(),
            problem.code.into(),
            problem.expected.into(),
            problem.found.into(),
            problem.severity.word().into(),
        ]);
    }
    let ending = found(&sheet, arguments.format, &arguments.programme, streams)?;
    if errors > 0 {
        return Ok(ending);
    }
    // Warnings refuse nothing: a script that installs what is checked goes on.
    let read = Programme::read(&document).map_err(|problems| CliError::Programme {
        path: arguments.programme.clone(),
        problems,
    })?;
    writeln!(
        streams.notes,
        "loy: {}: programme {} version {} is right",
        arguments.programme.display(),
        read.id(),
        read.version()
    )?;
    Ok(Ending::Clean)
}

/// Looks at a ledger beside its till, without writing to it.
pub(super) fn verify(
    arguments: &VerifyArguments,
    streams: &mut Streams<'_>,
) -> Result<Ending, CliError> {
    let ledger = |source| CliError::Ledger {
        path: arguments.ledger.clone(),
        source: Box::new(source),
    };
    let till = Till::open_reader(&Settings::new(&arguments.ledger)).map_err(ledger)?;
    let depth = if arguments.quick {
        Depth::Quick
    } else {
        Depth::Full
    };
    let sheet = sheet_of(till.verify(depth).map_err(ledger)?);
    if sheet.is_empty() {
        writeln!(
            streams.notes,
            "loy: {} is sound",
            arguments.ledger.display()
        )?;
    }
    found(&sheet, arguments.format, &arguments.ledger, streams)
}

/// Copies a ledger beside its till.
pub(super) fn backup(
    arguments: &BackupArguments,
    streams: &mut Streams<'_>,
) -> Result<Ending, CliError> {
    let in_file = |path: &Path| {
        let path = path.to_owned();
        move |source| CliError::Ledger {
            path,
            source: Box::new(source),
        }
    };
    let till = Till::open_reader(&Settings::new(&arguments.ledger));
    let till = till.map_err(in_file(&arguments.ledger))?;
    till.backup(&arguments.destination)
        .map_err(in_file(&arguments.destination))?;
    writeln!(
        streams.notes,
        "loy: {}: copied to {}",
        arguments.ledger.display(),
        arguments.destination.display()
    )?;
    Ok(Ending::Clean)
}

/// Saves what can be read of a damaged ledger into a new one.
pub(super) fn salvage(
    arguments: &SalvageArguments,
    streams: &mut Streams<'_>,
) -> Result<Ending, CliError> {
    let settings = Settings::new(&arguments.destination);
    let salvaged = Till::salvage(&arguments.damaged, &settings);
    let (till, findings) = salvaged.map_err(|source| CliError::Ledger {
        path: arguments.damaged.clone(),
        source: Box::new(source),
    })?;
    till.close();
    let sheet = sheet_of(findings);
    let what = if sheet.is_empty() {
        "everything was saved"
    } else {
        "not everything could be saved"
    };
    writeln!(
        streams.notes,
        "loy: {}: {what}",
        arguments.destination.display()
    )?;
    found(&sheet, arguments.format, &arguments.damaged, streams)
}

fn sheet_of(findings: Vec<Finding>) -> Sheet {
    let mut sheet = Sheet::new(&["finding", "entry", "text"]);
    for finding in findings {
        sheet.row([finding.key.into(), finding.seq.into(), finding.text.into()]);
    }
    sheet
}

/// People see a table only if there is something in it; programs always get one.
fn found(
    sheet: &Sheet,
    format: Format,
    path: &Path,
    streams: &mut Streams<'_>,
) -> Result<Ending, CliError> {
    if format != Format::Table || !sheet.is_empty() {
        sheet.write(format, streams.out)?;
    }
    if sheet.is_empty() {
        return Ok(Ending::Clean);
    }
    let problems = match sheet.len() {
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    writeln!(streams.notes, "loy: {}: {problems}", path.display())?;
    Ok(Ending::Findings)
}
