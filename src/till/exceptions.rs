//! What the day's report tells besides sums: refusals by policy, approvals, points by hand, limits
//! that were met, late sales, a clock that was not believed.

use crate::kernel::Few;

use serde::Serialize;

use super::error::Error;
use super::shell::Till;
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, MemberNumber, Points};
use crate::ledger::exception::{CLOCK_SUSPECT, is_for_people, late_key};
use crate::ledger::{
    AdjustmentPayload, Entry, Exception, Flags, HouseholdPayload, Kind, MergePayload,
};
use crate::programme::Programme;
use crate::store::Reading;

/// One line of what was out of the ordinary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DayException {
    /// The day in the books.
    pub business_date: BusinessDate,
    /// Stable key: docs/operators.md lists them.
    pub key: String,
    /// The entry that tells it.
    pub seq: Seq,
    /// When, by the ledger's clock.
    #[serde(rename = "at_ms")]
    pub at: Instant,
    /// Who did it, by code; empty where nobody is named.
    pub operator: String,
    /// Whose PIN it was, by code; empty for none.
    pub approver: String,
    /// The act, the limit or the code of the reason.
    pub subject: String,
    /// Whose points, as twelve digits; empty for nobody's.
    pub member: String,
    /// The wallet's id; empty where no points move.
    pub wallet: String,
    /// Points given (above zero) or taken by hand.
    pub points: Points,
    /// The most that is allowed; 0 where nothing is counted.
    pub limit: i64,
    /// What was found, in the same unit.
    pub found: i64,
}

/// How often something out of the ordinary was done by one operator on a business date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExceptionCount {
    /// The day in the books.
    pub business_date: BusinessDate,
    /// Stable key.
    pub key: String,
    /// By code; empty where nobody is named.
    pub operator: String,
    /// The wallet's id; empty where no points move.
    pub wallet: String,
    /// How many.
    pub count: u64,
    /// Their points together, given less taken.
    pub points: Points,
}

/// Entries that make a line by themselves.
const TOLD: [Kind; 9] = [
    Kind::Exception,
    Kind::AdjustmentGiven,
    Kind::AdjustmentTaken,
    Kind::Debt,
    Kind::Blocked,
    Kind::Unblocked,
    Kind::Closed,
    Kind::Merged,
    Kind::Household,
];

impl Till {
    /// What was out of the ordinary on a business date so far, closed or not, oldest first.
    pub fn day_exceptions(&self, date: BusinessDate) -> Result<Vec<DayException>, Error> {
        let programme = self.programme()?;
        self.read(|reading| {
            let end = reading.head()?.seq + 1;
            exceptions_of(reading, &programme, date, end)
        })
    }
}

/// The lines of one date that stand before the entry `end`.
pub(super) fn exceptions_of(
    reading: &Reading<'_>,
    programme: &Programme,
    date: BusinessDate,
    end: Seq,
) -> Result<Vec<DayException>, Error> {
    let mut lines = Vec::new();
    // The adjustment that is being told: who did it, and its first entry.
    let mut by = (AdjustmentPayload::default(), 0);
    let mut last_suspect = 0;
    for entry in reading.marked_or_of_kinds(date, end, &TOLD)? {
        let line = |key: &str| line_of(&entry, key, programme);
        match entry.kind {
            Kind::Exception => {
                let told = told(&entry, line("exception.unknown"));
                lines.extend(Some(told).filter(|told| is_for_people(&told.key)));
            }
            Kind::AdjustmentGiven | Kind::AdjustmentTaken | Kind::Debt => {
                // Only the first of several entries says who did it.
                if !entry.payload.is_empty() {
                    let read = AdjustmentPayload::from_payload(&entry.payload);
                    by = (read.unwrap_or_default(), entry.seq);
                }
                let key = match entry.kind {
                    Kind::Debt => "adjustment_owed",
                    other => other.name(),
                };
                if entry.kind != Kind::Debt || [entry.seq, entry.refers_to].contains(&by.1) {
                    lines.push(by_hand(&entry, &by.0, line(key)));
                }
            }
            Kind::Blocked | Kind::Unblocked | Kind::Closed => {
                let by = AdjustmentPayload::from_payload(&entry.payload).unwrap_or_default();
                lines.push(by_hand(&entry, &by, line(entry.kind.name())));
            }
            Kind::Merged => {
                let read = MergePayload::from_payload(&entry.payload);
                let by = read.map(|merge| merge.by).unwrap_or_default();
                lines.push(by_hand(&entry, &by, line(entry.kind.name())));
            }
            Kind::Household => {
                let read = HouseholdPayload::from_payload(&entry.payload);
                let by = read.map(|household| household.by).unwrap_or_default();
                lines.push(by_hand(&entry, &by, line(entry.name())));
            }
            kind => lines.extend(late_key(kind, entry.flags, entry.lot).map(line)),
        }
        // One line each time the clock begins not to be believed, not one an entry.
        if entry.flags.has(Flags::CLOCK_SUSPECT) {
            if entry.seq != last_suspect + 1 {
                lines.push(line(CLOCK_SUSPECT));
            }
            last_suspect = entry.seq;
        }
    }
    Ok(lines)
}

fn line_of(entry: &Entry, key: &str, programme: &Programme) -> DayException {
    let wallet = programme.wallet_by_number(entry.wallet);
    DayException {
        business_date: entry.business_date,
        key: key.to_owned(),
        seq: entry.seq,
        at: entry.at,
        operator: String::new(),
        approver: String::new(),
        subject: String::new(),
        member: entry
            .member
            .as_ref()
            .map_or_else(String::new, MemberNumber::to_string),
        wallet: wallet.map_or_else(String::new, |wallet| wallet.id.clone()),
        points: Points::ZERO,
        limit: 0,
        found: 0,
    }
}

/// A later version may say more in its payload than this one can read; the line is there all the same.
fn told(entry: &Entry, line: DayException) -> DayException {
    match Exception::from_payload(&entry.payload) {
        Err(_) => line,
        Ok(exception) => DayException {
            key: exception.key,
            operator: exception.operator,
            approver: exception.approver,
            subject: exception.subject,
            limit: exception.limit,
            found: exception.found,
            ..line
        },
    }
}

fn by_hand(entry: &Entry, by: &AdjustmentPayload, line: DayException) -> DayException {
    DayException {
        operator: by.operator.clone(),
        approver: by.approver.clone(),
        subject: by.reason.clone(),
        points: if entry.kind == Kind::AdjustmentGiven {
            entry.points
        } else {
            -entry.points
        },
        ..line
    }
}

/// The lines counted by date, key, operator and wallet.
pub(super) fn counts_of(lines: &[DayException]) -> Vec<ExceptionCount> {
    let mut counts: Few<(BusinessDate, &str, &str, &str), (u64, Points)> = Few::new();
    for line in lines {
        let key = (
            line.business_date,
            line.key.as_str(),
            line.operator.as_str(),
            line.wallet.as_str(),
        );
        let (count, points) = counts.entry(key).or_default();
        *count += 1;
        *points += line.points;
    }
    let counts = counts.into_iter();
    counts
        .map(
            |((business_date, key, operator, wallet), (count, points))| ExceptionCount {
                business_date,
                key: key.to_owned(),
                operator: operator.to_owned(),
                wallet: wallet.to_owned(),
                count,
                points,
            },
        )
        .collect()
}
