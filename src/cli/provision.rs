//! `loy provision`: a sealed file for a new till, and the code that opens it.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use zeroize::Zeroizing;

use super::{CliError, Ending, Streams, files, now, with_randomness};
use crate::exchange::operators::{self, DOCUMENT_MAX};
use crate::exchange::pin::ITERATIONS;
use crate::exchange::provisioning::PROGRAMME_MAX;
use crate::kernel::Currency;
use crate::ledger::Operators;
use crate::ledger::clock::ClockLimits;
use crate::office::{MemberList, NewTill, Office};
use crate::programme::Programme;

/// Language of texts at the till.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    Vi,
    En,
}

impl Language {
    fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }
}

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory of the head office
    dir: PathBuf,
    /// Code of the store, as on its receipts
    #[arg(long)]
    store: String,
    /// Code of the till within the store
    #[arg(long)]
    till: String,
    /// The programme document (JSON)
    #[arg(long, value_name = "FILE")]
    programme: PathBuf,
    /// Where to write the sealed file; it must not exist yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Also write the activation code to a file that only you can read
    #[arg(long, value_name = "FILE")]
    code_file: Option<PathBuf>,
    /// Language of texts at the till
    #[arg(long, value_enum, default_value = "vi")]
    language: Language,
    /// Send the members known today along, as keyed hashes and numbers
    #[arg(long)]
    member_list: bool,
    /// Who works at the till and what they may do (JSON, docs/operators.md); left out, nothing is checked
    #[arg(long, value_name = "FILE")]
    operators: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<Ending, CliError> {
    // A writer is never taken back, so what can fail is looked at first.
    for path in [Some(&arguments.out), arguments.code_file.as_ref()]
        .into_iter()
        .flatten()
    {
        if path.exists() {
            return Err(CliError::Exists { path: path.clone() });
        }
    }
    let document = files::read(&arguments.programme, PROGRAMME_MAX as u64)?;
    let programme = Programme::read(&document).map_err(|problems| CliError::Programme {
        path: arguments.programme.clone(),
        problems,
    })?;
    let operators = match &arguments.operators {
        None => Operators::default(),
        Some(path) => read_operators(path, programme.currency())?,
    };
    let mut office = Office::open(&arguments.dir)?;
    let new = NewTill {
        store: &arguments.store,
        till: &arguments.till,
        currency: programme.currency(),
        language: arguments.language.code(),
        programme: document,
        clock: ClockLimits::default(),
        members: if arguments.member_list {
            MemberList::Sent
        } else {
            MemberList::Omitted
        },
        operators,
    };
    let now = now()?;
    let (file, code) = with_randomness(|random| office.provision(&new, random, now))?;
    files::write_secret(&arguments.out, &file)?;
    if let Some(path) = &arguments.code_file {
        files::write_secret(path, format!("{code}\n").as_bytes())?;
    }
    writeln!(streams.out, "{code}")?;
    let kept = match &arguments.code_file {
        None => "nowhere".to_owned(),
        Some(path) => format!("in {} only", path.display()),
    };
    writeln!(
        streams.notes,
        "loy: {} holds till {} of store {}; the line above is its activation code, and it is kept {kept}",
        arguments.out.display(),
        arguments.till,
        arguments.store
    )?;
    Ok(Ending::Clean)
}

/// The document's PINs are hashed here and are in nothing that is written.
pub(super) fn read_operators(path: &Path, currency: Currency) -> Result<Operators, CliError> {
    let document = Zeroizing::new(files::read(path, DOCUMENT_MAX)?);
    let read = with_randomness(|random| {
        Ok(operators::from_json(
            &document, currency, ITERATIONS, random,
        ))
    })?;
    read.map_err(|source| CliError::Operators {
        path: path.to_owned(),
        source,
    })
}
