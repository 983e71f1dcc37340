//! What was out of the ordinary in all stores: refusals by policy, approvals, points by hand, limits, late
//! sales, clocks that were not believed.

use std::collections::BTreeMap;

use rusqlite::{Row, params_from_iter};

use super::draws::{TurnChecked, Verdict};
use super::report::{date_at, member_at, seq_at};
use super::{Office, OfficeError};
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, MemberNumber, Points, WalletNumber};
use crate::ledger::entry::name_of;
use crate::ledger::exception::{CLOCK_SUSPECT, is_for_people, late_key};
use crate::ledger::{AdjustmentPayload, Exception, Flags, HouseholdPayload, Kind, MergePayload};

/// One line of what was out of the ordinary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeException {
    /// The day in the books.
    pub business_date: BusinessDate,
    /// Where.
    pub store: String,
    /// The till's code.
    pub till: String,
    /// The entry of the till's stream that tells it.
    pub seq: Seq,
    /// Stable key, as in the till's own report (docs/operators.md).
    pub key: String,
    /// Who, by code; empty where nobody is named.
    pub operator: String,
    /// Whose PIN it was; empty for none.
    pub approver: String,
    /// The act, the limit or the code of the reason.
    pub subject: String,
    /// Whose points.
    pub member: Option<MemberNumber>,
    /// 0 where no points move.
    pub wallet: WalletNumber,
    /// Given (above zero) or taken by hand.
    pub points: Points,
    /// The most that is allowed.
    pub limit: i64,
    /// What was found.
    pub found: i64,
}

/// Adjustments of one operator in one wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorAdjustments {
    /// By code.
    pub operator: String,
    /// In which wallet.
    pub wallet: WalletNumber,
    /// How many entries.
    pub count: u64,
    /// Given.
    pub given: Points,
    /// Taken, or made owed.
    pub taken: Points,
}

impl Office {
    /// What was out of the ordinary, by business date, store, till and entry.
    pub fn exceptions(&self) -> Result<Vec<OfficeException>, OfficeError> {
        let mut query = self.db.prepare_cached(
            "SELECT e.business_date, store, till, e.seq, kind, refers_to, member, wallet, points,
                    payload, stream_no, flags, lot
             FROM entry e JOIN stream USING (stream_no) JOIN writer USING (writer_no)
             WHERE kind IN (?1, ?2, ?3, ?5, ?6, ?7, ?8, ?9) OR (kind = ?4 AND payload IS NOT NULL)
                 OR flags & ?10
             ORDER BY e.business_date, store, till, stream_no, e.seq",
        )?;
        let told = [
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
        let marks = Flags::LATE.with(Flags::CLOCK_SUSPECT).0;
        let mut rows = query.query(params_from_iter(
            told.map(Kind::number).into_iter().chain([marks]),
        ))?;
        let mut lines = Vec::new();
        // Who adjusted, by stream and first entry: only the first of several lots says so.
        let mut who: BTreeMap<(i64, Seq), AdjustmentPayload> = BTreeMap::new();
        let mut clock = Suspicion::default();
        while let Some(row) = rows.next()? {
            let kind = Kind::from_number(row.get(4)?).ok_or(OfficeError::Damaged("a kind"))?;
            let payload: Vec<u8> = row.get::<_, Option<Vec<u8>>>(9)?.unwrap_or_default();
            let (seq, refers_to, stream_no) = (seq_at(row, 3)?, seq_at(row, 5)?, row.get(10)?);
            let (flags, lot) = (Flags(row.get(11)?), seq_at(row, 12)?);
            let points = Points::new(row.get(8)?);
            let line = line_at(row, kind)?;
            let begins = clock.begins((stream_no, line.business_date), seq, flags);
            let suspect = begins.then(|| with_key(&line, CLOCK_SUSPECT));
            if kind == Kind::Exception {
                let read = read_exception(&payload, line);
                lines.extend(Some(read).filter(|read| is_for_people(&read.key)));
            } else if told.contains(&kind) && (kind != Kind::Debt || !payload.is_empty()) {
                let first = if refers_to == 0 { seq } else { refers_to };
                let place = (stream_no, first);
                if !payload.is_empty() {
                    who.insert(place, read_by(kind, &payload));
                }
                let by = who.get(&place).cloned().unwrap_or_default();
                lines.push(by_hand(kind, points, by, line));
            } else if let Some(key) = late_key(kind, flags, lot) {
                lines.push(with_key(&line, key));
            }
            lines.extend(suspect);
        }
        let before = lines.len();
        lines.extend(self.wrong_turns()?);
        if lines.len() > before {
            let place = |line: &OfficeException| {
                (line.business_date, line.store.clone(), line.till.clone())
            };
            lines.sort_by_key(place);
        }
        Ok(lines)
    }

    /// Turns of lucky draws that did not draw what they must have drawn: the draw as the subject, the turn's
    /// number as what was found.
    fn wrong_turns(&self) -> Result<Vec<OfficeException>, OfficeError> {
        let turns = self.turns()?.into_iter();
        let wrong = turns.filter(|turn| turn.verdict == Verdict::Wrong);
        let line = |turn: TurnChecked| OfficeException {
            business_date: turn.business_date,
            store: turn.store,
            till: turn.till,
            seq: turn.seq,
            key: "draw.wrong".to_owned(),
            operator: String::new(),
            approver: String::new(),
            subject: turn.draw,
            member: Some(turn.member),
            wallet: 0,
            points: Points::ZERO,
            limit: 0,
            found: i64::try_from(turn.n).unwrap_or(i64::MAX),
        };
        Ok(wrong.map(line).collect())
    }

    /// Points given and taken by hand, by operator and wallet.
    pub fn adjustments_by_operator(&self) -> Result<Vec<OperatorAdjustments>, OfficeError> {
        let mut sums: BTreeMap<(String, WalletNumber), OperatorAdjustments> = BTreeMap::new();
        let lines = self.exceptions()?.into_iter();
        for line in lines.filter(|line| !line.points.is_zero()) {
            let sum = sums
                .entry((line.operator.clone(), line.wallet))
                .or_insert_with(|| OperatorAdjustments {
                    operator: line.operator.clone(),
                    wallet: line.wallet,
                    count: 0,
                    given: Points::ZERO,
                    taken: Points::ZERO,
                });
            sum.count += 1;
            if line.points.is_positive() {
                sum.given += line.points;
            } else {
                sum.taken -= line.points;
            }
        }
        Ok(sums.into_values().collect())
    }
}

/// Entries one behind the other that were written while the clock was not believed make one line, the day
/// of each life by itself.
#[derive(Default)]
struct Suspicion {
    of: Option<(i64, BusinessDate)>,
    last: Seq,
}

impl Suspicion {
    fn begins(&mut self, of: (i64, BusinessDate), seq: Seq, flags: Flags) -> bool {
        if !flags.has(Flags::CLOCK_SUSPECT) {
            return false;
        }
        let goes_on = self.of == Some(of) && seq == self.last + 1;
        (self.of, self.last) = (Some(of), seq);
        !goes_on
    }
}

fn line_at(row: &Row<'_>, kind: Kind) -> Result<OfficeException, OfficeError> {
    Ok(OfficeException {
        business_date: date_at(row, 0)?.ok_or(OfficeError::Damaged("a business date"))?,
        store: row.get(1)?,
        till: row.get(2)?,
        seq: seq_at(row, 3)?,
        key: name_of(kind, Flags(row.get(11)?)).to_owned(),
        operator: String::new(),
        approver: String::new(),
        subject: String::new(),
        member: match seq_at(row, 6)? {
            0 => None,
            _ => Some(member_at(row, 6)?),
        },
        wallet: row.get(7)?,
        points: Points::ZERO,
        limit: 0,
        found: 0,
    })
}

fn with_key(line: &OfficeException, key: &str) -> OfficeException {
    OfficeException {
        key: key.to_owned(),
        ..line.clone()
    }
}

/// What a later version says and this one cannot read is a line all the same.
fn read_exception(payload: &[u8], line: OfficeException) -> OfficeException {
    let read = Exception::from_payload(payload);
    let read = read.unwrap_or_else(|_| Exception::new("exception.unknown"));
    OfficeException {
        key: read.key,
        operator: read.operator,
        approver: read.approver,
        subject: read.subject,
        limit: read.limit,
        found: read.found,
        ..line
    }
}

fn read_by(kind: Kind, payload: &[u8]) -> AdjustmentPayload {
    let read = match kind {
        Kind::Merged => MergePayload::from_payload(payload).map(|merge| merge.by),
        Kind::Household => HouseholdPayload::from_payload(payload).map(|household| household.by),
        _ => AdjustmentPayload::from_payload(payload),
    };
    read.unwrap_or_default()
}

fn by_hand(
    kind: Kind,
    points: Points,
    by: AdjustmentPayload,
    line: OfficeException,
) -> OfficeException {
    let is_given = kind == Kind::AdjustmentGiven;
    OfficeException {
        key: match kind {
            Kind::Debt => "adjustment_owed".to_owned(),
            _ => line.key,
        },
        operator: by.operator,
        approver: by.approver,
        subject: by.reason,
        points: if is_given { points } else { -points },
        ..line
    }
}
