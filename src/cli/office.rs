//! `loy office`: make one, take in, ask.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::output::{Format, Sheet};
use super::with_randomness;
use super::{CliError, Ending, Streams, draws, exceptions, files, goods, ingest, now};
use crate::exchange::provisioning::PROGRAMME_MAX;
use crate::kernel::ids::hex;
use crate::kernel::{BusinessDate, MemberNumber, StreamId};
use crate::office::{Office, OfficeError, Status};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make a new head office in a directory
    Init {
        /// The directory, made if it is not there
        dir: PathBuf,
        /// Name of the chain of stores
        #[arg(long)]
        name: String,
    },
    /// Take in batches and write acknowledgements
    Ingest(ingest::Arguments),
    /// Balances, of one member or of all
    Balance {
        /// Directory of the head office
        dir: PathBuf,
        /// A member number, 12 digits
        member: Option<MemberNumber>,
        #[command(flatten)]
        on: On,
        /// How to write them
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// What each member bought, earned and spent, one line for each wallet
    Members {
        /// Directory of the head office
        dir: PathBuf,
        #[command(flatten)]
        on: On,
        /// How to write them
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Every lot of points, of one member or of all: whose, of which till, what is left, its dates
    Lots {
        /// Directory of the head office
        dir: PathBuf,
        /// A member number, 12 digits
        member: Option<MemberNumber>,
        /// How to write them
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Sums of entries by business date, wallet and kind
    Totals {
        /// Directory of the head office
        dir: PathBuf,
        /// How to write them
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// What was sold and what came back, by business date and till: by entries, and by the lines sent with
    /// them
    Baskets {
        /// Directory of the head office
        dir: PathBuf,
        /// Only of this business date, yyyymmdd
        #[arg(long, value_name = "DATE", value_parser = business_date)]
        on: Option<BusinessDate>,
        /// How to write them
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Goods that came back without their sale, and the sale they most likely come from; moves no points
    Unlinked {
        /// Directory of the head office
        dir: PathBuf,
        /// How to write them
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// What was out of the ordinary: refused for want of an approval, approved, points by hand, limits met
    Exceptions {
        /// Directory of the head office
        dir: PathBuf,
        /// Only points given and taken by hand, summed by operator and wallet
        #[arg(long)]
        adjustments: bool,
        /// How to write them
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Lucky draws of all tills: what was won, and whether computing each turn again comes to the same
    Draws {
        /// Directory of the head office
        dir: PathBuf,
        /// Every turn, one line each
        #[arg(long, conflicts_with_all = ["commitments", "keys"])]
        turns: bool,
        /// What to publish before this draw begins: for each till the SHA-256 of its key
        #[arg(long, value_name = "DRAW", conflicts_with = "keys")]
        commitments: Option<String>,
        /// What to publish once this draw is over: for each till its key, which tells every turn of it
        #[arg(long, value_name = "DRAW")]
        keys: Option<String>,
        /// How to write them
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Show head office a programme, so that it can tell whose points lapse by it for want of sales
    Programme {
        /// Directory of the head office
        dir: PathBuf,
        /// The document
        file: PathBuf,
    },
    /// Streams and their heads, batches that wait, forks, and what people should look at
    Status {
        /// Directory of the head office
        dir: PathBuf,
    },
    /// A fingerprint of everything the entries say: equal for equal entries, however they came
    Digest {
        /// Directory of the head office
        dir: PathBuf,
    },
}

#[derive(clap::Args, Clone, Copy, Debug)]
pub(super) struct On {
    /// Business date, yyyymmdd; the latest that came in if left out
    #[arg(long, value_name = "DATE", value_parser = business_date)]
    on: Option<BusinessDate>,
}

fn business_date(text: &str) -> Result<BusinessDate, String> {
    let number: i64 = text
        .parse()
        .map_err(|_| "expected yyyymmdd, such as 20261122".to_owned())?;
    BusinessDate::from_yyyymmdd(number).map_err(|error| error.to_string())
}

pub(super) fn run(command: Command, streams: &mut Streams<'_>) -> Result<Ending, CliError> {
    match command {
        Command::Init { dir, name } => init(&dir, &name, streams),
        Command::Ingest(arguments) => ingest::run(&arguments, streams),
        Command::Balance {
            dir,
            member,
            on,
            format,
        } => balance(&Office::open(&dir)?, member, on, format, streams.out),
        Command::Members { dir, on, format } => {
            members(&Office::open(&dir)?, on, format, streams.out)
        }
        Command::Lots {
            dir,
            member,
            format,
        } => lots(&Office::open(&dir)?, member, format, streams.out),
        Command::Totals { dir, format } => totals(&Office::open(&dir)?, format, streams.out),
        Command::Baskets { dir, on, format } => {
            goods::baskets(&Office::open(&dir)?, on)?.write(format, streams.out)?;
            Ok(Ending::Clean)
        }
        Command::Unlinked { dir, format } => {
            goods::unlinked(&Office::open(&dir)?)?.write(format, streams.out)?;
            Ok(Ending::Clean)
        }
        Command::Exceptions {
            dir,
            adjustments,
            format,
        } => {
            let office = Office::open(&dir)?;
            let sheet = if adjustments {
                exceptions::by_operator(&office)?
            } else {
                exceptions::lines(&office)?
            };
            sheet.write(format, streams.out)?;
            Ok(Ending::Clean)
        }
        Command::Draws {
            dir,
            turns,
            commitments,
            keys,
            format,
        } => {
            let office = Office::open(&dir)?;
            let (sheet, ending) = match (commitments, keys) {
                (Some(draw), _) => (draws::commitments(&office, &draw)?, Ending::Clean),
                (None, Some(draw)) => (draws::keys(&office, &draw)?, Ending::Clean),
                (None, None) if turns => draws::turns(&office)?,
                (None, None) => draws::prizes(&office)?,
            };
            sheet.write(format, streams.out)?;
            Ok(ending)
        }
        Command::Programme { dir, file } => {
            let document = files::read(&file, PROGRAMME_MAX as u64)?;
            let known = Office::open(&dir)?.know_programme(&document)?;
            known.map_err(|problems| CliError::Programme {
                path: file,
                problems,
            })?;
            Ok(Ending::Clean)
        }
        Command::Status { dir } => status(&Office::open(&dir)?, streams.out),
        Command::Digest { dir } => {
            let digest = Office::open(&dir)?.digest()?;
            writeln!(streams.out, "{}", hex(&digest))?;
            Ok(Ending::Clean)
        }
    }
}

fn init(dir: &Path, name: &str, streams: &mut Streams<'_>) -> Result<Ending, CliError> {
    let now = now()?;
    let office = with_randomness(|random| Office::create(dir, name, random, now))?;
    writeln!(
        streams.notes,
        "loy: {} is the head office of {}; it holds its keys, so back it up and let nobody read it",
        dir.display(),
        office.name()
    )?;
    Ok(Ending::Clean)
}

/// The date asked for, or the latest that came in. Before anything came in, any date will do.
fn date(office: &Office, on: On) -> Result<BusinessDate, OfficeError> {
    let latest = match on.on {
        Some(date) => Some(date),
        None => office.last_business_date()?,
    };
    Ok(latest.unwrap_or_else(|| BusinessDate::from_yyyymmdd(19_700_101).expect("a date")))
}

fn balance(
    office: &Office,
    member: Option<MemberNumber>,
    on: On,
    format: Format,
    out: &mut dyn Write,
) -> Result<Ending, CliError> {
    let on = date(office, on)?;
    let rows = match member {
        Some(member) => office.balance(member, on)?,
        None => office.balances(on)?,
    };
    let mut sheet = Sheet::new(&[
        "member",
        "wallet",
        "balance",
        "spendable",
        "held",
        "pending",
        "debt",
        "on",
        "status",
        "merged_into",
    ]);
    let merged_into = |member: MemberNumber| -> Result<String, CliError> {
        let now = office.whose(member)?;
        Ok(match now == member {
            true => String::new(),
            false => now.to_string(),
        })
    };
    if let Some(member) = member.filter(|_| rows.is_empty()) {
        let into = merged_into(member)?;
        if !into.is_empty() {
            // What it had is the other's.
            let zero = || i64::from(0i32).into();
            let date = i64::from(on.yyyymmdd());
            sheet.row([
                member.to_string().into(),
                zero(),
                zero(),
                zero(),
                zero(),
                zero(),
                zero(),
                date.into(),
                office.member_status(member)?.name().to_owned().into(),
                into.into(),
            ]);
        }
    }
    for row in rows {
        let balance = row.balance;
        sheet.row([
            row.member.to_string().into(),
            i64::from(row.wallet).into(),
            balance.known.get().into(),
            balance.spendable.get().into(),
            balance.held.get().into(),
            balance.pending.get().into(),
            balance.debt.get().into(),
            i64::from(on.yyyymmdd()).into(),
            office.member_status(row.member)?.name().to_owned().into(),
            String::new().into(),
        ]);
    }
    sheet.write(format, out)?;
    Ok(Ending::Clean)
}

fn lots(
    office: &Office,
    member: Option<MemberNumber>,
    format: Format,
    out: &mut dyn Write,
) -> Result<Ending, CliError> {
    let mut sheet = Sheet::new(&[
        "member",
        "wallet",
        "store",
        "till",
        "lot",
        "earned_on",
        "earned",
        "remaining",
        "held",
        "available_from",
        "expires_on",
    ]);
    let number = |date: Option<BusinessDate>| date.map_or(0, |date| i64::from(date.yyyymmdd()));
    for row in office.lots(member)? {
        sheet.row([
            row.member.to_string().into(),
            i64::from(row.wallet).into(),
            row.store.into(),
            row.till.into(),
            row.lot.into(),
            number(Some(row.earned_on)).into(),
            row.earned.get().into(),
            row.remaining.get().into(),
            row.held.get().into(),
            number(row.available_from).into(),
            number(row.expires_on).into(),
        ]);
    }
    sheet.write(format, out)?;
    Ok(Ending::Clean)
}

fn members(
    office: &Office,
    on: On,
    format: Format,
    out: &mut dyn Write,
) -> Result<Ending, CliError> {
    let mut sheet = Sheet::new(&[
        "member",
        "wallet",
        "sales",
        "spend",
        "refunded",
        "awarded",
        "award_refunded",
        "redeemed",
        "redemption_refunded",
        "expired",
        "adjusted",
        "debt",
        "balance",
    ]);
    for row in office.member_totals(date(office, on)?)? {
        sheet.row([
            row.member.to_string().into(),
            i64::from(row.wallet).into(),
            row.sales.into(),
            row.spend.get().into(),
            row.refunded.get().into(),
            row.awarded.get().into(),
            row.award_refunded.get().into(),
            row.redeemed.get().into(),
            row.redemption_refunded.get().into(),
            row.expired.get().into(),
            row.adjusted.get().into(),
            row.debt.get().into(),
            row.balance.get().into(),
        ]);
    }
    sheet.write(format, out)?;
    Ok(Ending::Clean)
}

fn totals(office: &Office, format: Format, out: &mut dyn Write) -> Result<Ending, CliError> {
    let mut sheet = Sheet::new(&[
        "business_date",
        "wallet",
        "kind",
        "count",
        "points",
        "amount",
    ]);
    for row in office.totals()? {
        sheet.row([
            i64::from(row.business_date.yyyymmdd()).into(),
            i64::from(row.wallet).into(),
            row.kind.name().into(),
            row.count.into(),
            row.points.get().into(),
            row.amount.get().into(),
        ]);
    }
    sheet.write(format, out)?;
    Ok(Ending::Clean)
}

/// Forks and overdrawn portions are findings. A batch that waits is not: it came early.
fn status(office: &Office, out: &mut dyn Write) -> Result<Ending, CliError> {
    let status = office.status()?;
    for (title, sheet) in sheets(&status) {
        if !sheet.is_empty() {
            writeln!(out, "{title}")?;
            sheet.write(Format::Table, out)?;
        }
    }
    if status.forks.is_empty() && status.overdrawn.is_empty() {
        Ok(Ending::Clean)
    } else {
        Ok(Ending::Findings)
    }
}

fn sheets(status: &Status) -> [(&'static str, Sheet); 7] {
    let mut streams = Sheet::new(&[
        "store",
        "till",
        "stream",
        "entries",
        "business_date",
        "seen_at_ms",
    ]);
    for row in &status.streams {
        streams.row([
            row.store.clone().into(),
            row.till.clone().into(),
            stream_name(&row.stream).into(),
            row.seq.into(),
            row.business_date
                .map_or(0, |date| i64::from(date.yyyymmdd()))
                .into(),
            row.seen_at.ms().into(),
        ]);
    }
    let mut silent = Sheet::new(&["store", "till", "writer"]);
    for (writer, store, till) in &status.silent {
        silent.row([
            store.clone().into(),
            till.clone().into(),
            writer.short().into(),
        ]);
    }
    let mut parked = Sheet::new(&["stream", "first", "last", "needs", "batch"]);
    for row in &status.parked {
        parked.row([
            stream_name(&row.stream).into(),
            row.first_seq.into(),
            row.last_seq.into(),
            row.needs.into(),
            hex(&row.batch_id[..8]).into(),
        ]);
    }
    let mut forks = Sheet::new(&["stream", "first", "last", "differs_at", "batch"]);
    for row in &status.forks {
        forks.row([
            stream_name(&row.stream).into(),
            row.first_seq.into(),
            row.last_seq.into(),
            row.at.into(),
            hex(&row.batch_id[..8]).into(),
        ]);
    }
    let mut merges = Sheet::new(&["members"]);
    for row in &status.merge_proposals {
        let members: Vec<String> = row.members.iter().map(MemberNumber::to_string).collect();
        merges.row([members.join(" ").into()]);
    }
    let mut overdrawn = Sheet::new(&["member", "wallet", "lot", "points"]);
    for row in &status.overdrawn {
        overdrawn.row([
            row.member.to_string().into(),
            i64::from(row.wallet).into(),
            row.lot.into(),
            row.points.get().into(),
        ]);
    }
    let mut unknown = Sheet::new(&["store", "till"]);
    for (store, till) in &status.unknown_programmes {
        unknown.row([store.clone().into(), till.clone().into()]);
    }
    [
        ("Streams", streams),
        ("Provisioned and not heard of", silent),
        ("Waiting for earlier entries", parked),
        ("Forks: kept, not counted", forks),
        (
            "One identifier, several members: to be merged or not, by people",
            merges,
        ),
        ("Portions below zero", overdrawn),
        (
            "Programmes not known here; show them with loy office programme",
            unknown,
        ),
    ]
}

fn stream_name(stream: &StreamId) -> String {
    format!(
        "{}-{}-{:08x}",
        stream.writer.short(),
        stream.epoch,
        stream.tag
    )
}
