//! `loy install`: a new version of the programme, or a new list of operators, into a till's ledger.

use std::path::PathBuf;

use clap::Args;

use super::{CliError, Ending, Streams, files};
use crate::exchange::operator_list::is_list;
use crate::programme::DOCUMENT_MAX;
use crate::till::{Error, Settings, Till};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The ledger file; its till must be closed (an open one installs by loy_programme_install or
    /// loy_operator_install)
    ledger: PathBuf,
    /// The programme document (JSON), or the list that `loy operators` made
    programme: PathBuf,
}

pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<Ending, CliError> {
    let document = files::read(&arguments.programme, DOCUMENT_MAX as u64)?;
    let failed = |source| match source {
        Error::Programme(problems) => CliError::Programme {
            path: arguments.programme.clone(),
            problems,
        },
        source => CliError::Ledger {
            path: arguments.ledger.clone(),
            source: Box::new(source),
        },
    };
    let till = Till::open(&Settings::new(&arguments.ledger)).map_err(failed)?;
    let said = if is_list(&document) {
        till.install_operators(&document).map_err(failed)?;
        "the list of operators is installed".to_owned()
    } else {
        let version = till.install_programme(&document).map_err(failed)?;
        format!("version {version} of the programme is installed")
    };
    till.close();
    writeln!(streams.notes, "loy: {}: {said}", arguments.ledger.display())?;
    Ok(Ending::Clean)
}
