//! `loy draw` and `loy office draws`: turns of lucky draws, computed again.

use std::path::PathBuf;

use clap::Args;

use super::output::{Format, Sheet};
use super::{CliError, Ending, Streams, files};
use crate::kernel::ids::hex;
use crate::ledger::draw::{commitment, outcome, part_of};
use crate::office::{Office, OfficeError, Verdict};
use crate::programme::{DOCUMENT_MAX, Programme};

/// The most turns at once.
const TURNS_MAX: u64 = 1_000_000;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The programme document (JSON)
    programme: PathBuf,
    /// The draw's id
    draw: String,
    /// The till's key of this draw as head office published it, 64 hexadecimal digits
    #[arg(long, value_parser = bytes)]
    key: [u8; 32],
    /// What was published before the draw began: exit code 1 if the key is not what it commits to
    #[arg(long, value_name = "HEX", value_parser = bytes)]
    commitment: Option<[u8; 32]>,
    /// A turn's number, or FIRST..LAST
    #[arg(long, value_parser = numbers)]
    turns: (u64, u64),
    /// How to write them
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

fn bytes(text: &str) -> Result<[u8; 32], String> {
    let expected = || "expected 64 hexadecimal digits".to_owned();
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(expected());
    }
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        let digits = text.get(2 * place..2 * place + 2).ok_or_else(expected)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| expected())?;
    }
    Ok(bytes)
}

fn numbers(text: &str) -> Result<(u64, u64), String> {
    let expected = || format!("expected a number, or FIRST..LAST of at most {TURNS_MAX} turns");
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let (first, last) = match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) => (first, last),
        _ => return Err(expected()),
    };
    if first > last || last - first >= TURNS_MAX {
        return Err(expected());
    }
    Ok((first, last))
}

pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<Ending, CliError> {
    let path = &arguments.programme;
    let document = files::read(path, DOCUMENT_MAX as u64)?;
    let programme = Programme::read(&document).map_err(|problems| CliError::Programme {
        path: path.clone(),
        problems,
    })?;
    let draw = programme.draw(&arguments.draw);
    let draw = draw.ok_or_else(|| CliError::NoDraw {
        path: path.clone(),
        draw: arguments.draw.clone(),
    })?;
    let mut sheet = Sheet::new(&["turn", "outcome", "percent", "prize", "instead"]);
    let (first, last) = arguments.turns;
    for n in first..=last {
        let found = outcome(&arguments.key, &draw.id, n);
        let part = part_of(&found);
        // Whether it was used up is in the books: both are told.
        let drawn = draw.drawn(part);
        let instead = drawn.and_then(|prize| prize.instead);
        sheet.row([
            n.into(),
            hex(&found).into(),
            percent(part).into(),
            drawn.map_or("", |prize| prize.id.as_str()).into(),
            instead
                .map_or("", |place| draw.prizes[place].id.as_str())
                .into(),
        ]);
    }
    sheet.write(arguments.format, streams.out)?;
    let found = commitment(&arguments.key);
    match arguments.commitment {
        Some(promised) if promised != found => {
            let promised = hex(&promised);
            let found = hex(&found);
            writeln!(
                streams.notes,
                "loy: this key is not the one that was promised: its SHA-256 is {found}, not {promised}"
            )?;
            Ok(Ending::Findings)
        }
        _ => Ok(Ending::Clean),
    }
}

/// A part of all chances as percent, with all its nine decimals.
fn percent(part: u64) -> String {
    format!("{}.{:09}", part / 1_000_000_000, part % 1_000_000_000)
}

/// How often each prize was won, beside its chance.
pub(super) fn prizes(office: &Office) -> Result<(Sheet, Ending), OfficeError> {
    let mut sheet = Sheet::new(&[
        "draw",
        "prize",
        "chance_percent",
        "turns",
        "won",
        "taken_back",
        "wrong",
        "not_known",
        "verified",
    ]);
    let mut ending = Ending::Clean;
    for row in office.prize_totals()? {
        if row.wrong > 0 {
            ending = Ending::Findings;
        }
        let is_verified = row.wrong == 0 && row.not_known == 0;
        sheet.row([
            row.draw.into(),
            row.prize.into(),
            row.chance.map_or_else(String::new, percent).into(),
            row.turns.into(),
            row.won.into(),
            row.taken_back.into(),
            row.wrong.into(),
            row.not_known.into(),
            if is_verified { "yes" } else { "no" }.into(),
        ]);
    }
    Ok((sheet, ending))
}

/// Every turn.
pub(super) fn turns(office: &Office) -> Result<(Sheet, Ending), OfficeError> {
    let mut sheet = Sheet::new(&[
        "business_date",
        "store",
        "till",
        "seq",
        "member",
        "draw",
        "turn",
        "prize",
        "verified",
    ]);
    let mut ending = Ending::Clean;
    for row in office.turns()? {
        let verified = match row.verdict {
            Verdict::Right => "yes",
            Verdict::Wrong => "no",
            Verdict::NotKnown => "not known",
        };
        if row.verdict == Verdict::Wrong {
            ending = Ending::Findings;
        }
        sheet.row([
            i64::from(row.business_date.yyyymmdd()).into(),
            row.store.into(),
            row.till.into(),
            row.seq.into(),
            row.member.to_string().into(),
            row.draw.into(),
            row.n.into(),
            row.prize.unwrap_or_default().into(),
            verified.into(),
        ]);
    }
    Ok((sheet, ending))
}

/// What can be published before a draw begins.
pub(super) fn commitments(office: &Office, draw: &str) -> Result<Sheet, OfficeError> {
    let mut sheet = Sheet::new(&["draw", "store", "till", "writer", "commitment"]);
    for row in office.draw_keys(draw)? {
        sheet.row([
            draw.into(),
            row.store.into(),
            row.till.into(),
            row.writer.short().into(),
            hex(&row.commitment).into(),
        ]);
    }
    Ok(sheet)
}

/// What can be published once it is over.
pub(super) fn keys(office: &Office, draw: &str) -> Result<Sheet, OfficeError> {
    let mut sheet = Sheet::new(&["draw", "store", "till", "writer", "commitment", "key"]);
    for row in office.draw_keys(draw)? {
        sheet.row([
            draw.into(),
            row.store.into(),
            row.till.into(),
            row.writer.short().into(),
            hex(&row.commitment).into(),
            hex(&*row.key).into(),
        ]);
    }
    Ok(sheet)
}
