//! `loy office ingest`: files in, acknowledgements out.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{CliError, Ending, Streams, files, now};
use crate::exchange::BatchId;
use crate::kernel::ids::hex;
use crate::office::{Ingested, Office, Outcome};

/// A batch file is far below this.
const FILE_MAX: u64 = 64 * 1024 * 1024;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory of the head office
    dir: PathBuf,
    /// Batches, in any order
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Where to write acknowledgements, each named after its batch: <id>.ack
    #[arg(long, value_name = "DIR")]
    ack_dir: Option<PathBuf>,
}

#[derive(Default)]
struct Counts {
    applied: u64,
    known: u64,
    forks: u64,
    refused: u64,
}

/// One line for each file, tab-separated: file, outcome, batch, detail.
pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<Ending, CliError> {
    let mut office = Office::open(&arguments.dir)?;
    if let Some(dir) = &arguments.ack_dir {
        files::directory(dir)?;
    }
    let bar = progress(arguments.files.len() as u64);
    let mut counts = Counts::default();
    for path in &arguments.files {
        let bytes = files::read(path, FILE_MAX)?;
        let answer = office.ingest(&bytes, now()?)?;
        keep_acknowledgements(arguments.ack_dir.as_deref(), &answer)?;
        bar.suspend(|| report(path, &answer, &mut counts, streams.out))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let waiting = office.status()?.parked.len();
    writeln!(
        streams.notes,
        "loy: {} applied, {} known already, {} forks, {} refused; {waiting} in all are waiting",
        counts.applied, counts.known, counts.forks, counts.refused
    )?;
    if counts.forks + counts.refused == 0 {
        Ok(Ending::Clean)
    } else {
        Ok(Ending::Findings)
    }
}

fn progress(count: u64) -> ProgressBar {
    if count < 2 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} batches, {eta} left");
    ProgressBar::new(count).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn report(
    path: &Path,
    answer: &Ingested,
    counts: &mut Counts,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let id = answer
        .batch_id
        .map_or_else(|| "-".to_owned(), |id| hex(&id));
    line(
        &path.display().to_string(),
        &id,
        &answer.outcome,
        answer.duplicate,
        counts,
        out,
    )?;
    for drained in &answer.drained {
        line(
            "(had been waiting)",
            &hex(&drained.batch_id),
            &drained.outcome,
            false,
            counts,
            out,
        )?;
    }
    Ok(())
}

fn line(
    name: &str,
    id: &str,
    outcome: &Outcome,
    duplicate: bool,
    counts: &mut Counts,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let (word, detail) = match outcome {
        Outcome::Applied(_) if duplicate => {
            counts.known += 1;
            ("known", "acknowledged before".to_owned())
        }
        Outcome::Applied(_) => {
            counts.applied += 1;
            ("applied", String::new())
        }
        Outcome::Parked { needs } => {
            counts.known += u64::from(duplicate);
            ("waiting", format!("needs entry {needs}"))
        }
        Outcome::Fork { at } => {
            counts.forks += 1;
            (
                "fork",
                format!("differs from entry {at} on; kept, not counted"),
            )
        }
        Outcome::Refused(refusal) => {
            counts.refused += 1;
            ("refused", refusal.to_string())
        }
    };
    Ok(writeln!(out, "{name}\t{word}\t{id}\t{detail}")?)
}

fn keep_acknowledgements(dir: Option<&Path>, answer: &Ingested) -> Result<(), CliError> {
    let Some(dir) = dir else { return Ok(()) };
    let own = answer.batch_id.map(|id| (id, &answer.outcome));
    let drained = answer
        .drained
        .iter()
        .map(|drained| (drained.batch_id, &drained.outcome));
    for (id, outcome) in own.into_iter().chain(drained) {
        if let Outcome::Applied(bytes) = outcome {
            files::write_whole(&dir.join(name(&id)), bytes)?;
        }
    }
    Ok(())
}

fn name(id: &BatchId) -> String {
    format!("{}.ack", hex(id))
}
