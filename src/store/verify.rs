//! Whether the file says what it should.

use crate::kernel::Few;
use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::error::StoreError;
use super::member_status;
use super::open::Store;
use super::read::Reading;
use super::seal;
use super::turns;
use super::verify_sales::{Sold, check_sales};
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, MemberNumber, Points, Portion, WalletNumber};
use crate::ledger::draw::Turns;
use crate::ledger::{Entry, Fold, Genesis, Hash, Kind, Totals, chain};

/// How closely to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Pages, and the last thousand links of the chain. Milliseconds to seconds.
    Quick,
    /// Everything: every index, every link, every document, every counter. About a second for a
    /// million entries' chain and as much again for the rest.
    Full,
}

/// Something that is not as it should be. Texts name entries, never people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable key, such as `chain.broken`.
    pub key: &'static str,
    /// The entry it is about; 0 for none.
    pub seq: Seq,
    /// In English.
    pub text: String,
}

/// A sound file may need few; a ruined one does not fill the memory with complaints.
const FINDINGS_MAX: usize = 1_000;
/// Links looked at by a quick check.
const QUICK_LINKS: u64 = 1_000;

#[derive(Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl Findings {
    pub(super) fn add(&mut self, key: &'static str, seq: Seq, text: impl Into<String>) {
        if self.0.len() < FINDINGS_MAX {
            self.0.push(Finding {
                key,
                seq,
                text: text.into(),
            });
        }
    }
}

impl Store {
    /// Looks for damage. Writes nothing. An empty list is a sound file.
    /// `lives` are the file's epochs, oldest first.
    pub fn verify(&self, lives: &[Genesis], depth: Depth) -> Result<Vec<Finding>, StoreError> {
        self.read(|reading| {
            let (mut findings, mut sold) = (Findings::default(), Sold::default());
            check_pages(reading, depth, &mut findings)?;
            if findings.0.is_empty() {
                check_entries(reading, lives, depth, &mut sold, &mut findings)?;
            }
            if findings.0.is_empty() && depth == Depth::Full {
                check_documents(reading, &mut findings)?;
                check_sales(reading, sold, &mut findings)?;
                check_lots(reading, &mut findings)?;
                check_members(reading, &mut findings)?;
                check_programmes(reading, &mut findings)?;
                check_epochs(reading, &mut findings)?;
                seal::check(reading, &mut findings)?;
            }
            Ok(findings.0)
        })
    }
}

fn check_pages(
    reading: &Reading<'_>,
    depth: Depth,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let sql = match depth {
        Depth::Quick => "PRAGMA quick_check(20)",
        Depth::Full => "PRAGMA integrity_check(20)",
    };
    let mut statement = reading.db().prepare(sql)?;
    let mut rows = statement.query([])?;
    loop {
        match rows.next() {
            Ok(Some(row)) => {
                let text: String = row.get(0)?;
                if text != "ok" {
                    findings.add("file.damaged", 0, text);
                }
            }
            Ok(None) => break,
            Err(error) => {
                let error = StoreError::from(error);
                findings.add("file.damaged", 0, error.to_string());
                break;
            }
        }
    }
    let mut statement = reading.db().prepare("PRAGMA foreign_key_check")?;
    if statement.exists([])? {
        findings.add(
            "file.references",
            0,
            "a row refers to another that is missing",
        );
    }
    Ok(())
}

/// Walks the chain; in full depth folds it, tells `sold` of it, and compares every counter and every
/// day's totals.
fn check_entries(
    reading: &Reading<'_>,
    lives: &[Genesis],
    depth: Depth,
    sold: &mut Sold,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let head = reading.head()?;
    let mut lives = Lives::of(lives);
    let first = lives.first_seq();
    let from = match depth {
        Depth::Quick => first.max(head.seq.saturating_sub(QUICK_LINKS) + 1),
        Depth::Full => first,
    };
    let mut previous: Option<Hash> = reading
        .entries(from.saturating_sub(1), from.saturating_sub(1))?
        .first()
        .map(|(_, hash)| *hash);
    lives.skip_to(from);
    let mut expected_seq = from;
    let mut fold = Fold::default();
    let mut days: Few<i32, Totals> = Few::new();
    let mut turns = Turns::default();
    reading.each_entry(
        from,
        Seq::try_from(i64::MAX).expect("positive"),
        |entry, hash| {
            if entry.seq != expected_seq {
                findings.add("chain.gap", expected_seq, "an entry is missing");
            }
            expected_seq = entry.seq + 1;
            if let Some(genesis) = lives.begins_at(entry.seq) {
                let continues = lives.is_first(entry.seq) || previous == Some(genesis.parent.1);
                if entry.kind != Kind::Epoch || !continues {
                    findings.add(
                        "chain.epoch",
                        entry.seq,
                        "a life does not continue where the one before ended",
                    );
                }
                previous = Some(genesis.hash());
            }
            if let Some(previous) = previous
                && chain::link(&previous, &entry) != hash
            {
                findings.add(
                    "chain.broken",
                    entry.seq,
                    "the entry was changed after it was written",
                );
            }
            previous = Some(hash);
            if depth == Depth::Full {
                if let Err(unsound) = fold.apply(&entry) {
                    findings.add("entry.unsound", entry.seq, unsound.to_string());
                }
                check_day(&entry, &mut days, findings);
                sold.tell(&entry);
                turns.apply(&entry);
            }
            Ok(())
        },
    )?;
    if expected_seq != head.seq + 1 || previous != Some(head.hash) {
        findings.add(
            "chain.head",
            head.seq,
            "the last entry is not the one the head names",
        );
    }
    if depth == Depth::Full {
        member_status::check(reading, &fold, findings)?;
        turns::check(reading, &turns, findings)?;
        check_counters(reading, fold, findings)?;
    }
    Ok(())
}

/// The lives of a file while its entries are walked over.
pub(super) struct Lives<'a> {
    all: &'a [Genesis],
    next: usize,
}

impl<'a> Lives<'a> {
    pub(super) fn of(all: &'a [Genesis]) -> Self {
        Self { all, next: 0 }
    }

    /// The file's first entry.
    pub(super) fn first_seq(&self) -> Seq {
        self.all.first().map_or(1, |genesis| genesis.parent.0 + 1)
    }

    fn is_first(&self, seq: Seq) -> bool {
        seq == self.first_seq()
    }

    fn skip_to(&mut self, seq: Seq) {
        while let Some(genesis) = self.all.get(self.next)
            && genesis.parent.0 + 1 < seq
        {
            self.next += 1;
        }
    }

    /// The life that begins with this entry.
    pub(super) fn begins_at(&mut self, seq: Seq) -> Option<&'a Genesis> {
        let genesis = self.all.get(self.next)?;
        (genesis.parent.0 + 1 == seq).then(|| {
            self.next += 1;
            genesis
        })
    }
}

/// A day-closed entry's totals are those of the entries before it.
fn check_day(entry: &Entry, days: &mut Few<i32, Totals>, findings: &mut Findings) {
    let day = days.entry(entry.business_date.yyyymmdd()).or_default();
    if entry.kind == Kind::DayClosed {
        match Totals::from_payload(&entry.payload) {
            Ok((totals, _)) if totals == *day => {}
            _ => findings.add("day.totals", entry.seq, "the control totals do not add up"),
        }
    }
    day.add(entry);
}

fn check_counters(
    reading: &Reading<'_>,
    fold: Fold,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let mut portions = fold.portions;
    let mut statement = reading.db().prepare(
        "SELECT member, wallet, lot, granted, earned, released, used, held, writer FROM portion",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let key = (member(row.get(0)?)?, row.get(1)?, row.get(2)?);
        let portion = Portion {
            granted: Points::new(row.get(3)?),
            earned: Points::new(row.get(4)?),
            released: Points::new(row.get(5)?),
            used: Points::new(row.get(6)?),
            held: Points::new(row.get(7)?),
        };
        // Portions that another writer holds come with the exchange.
        let is_own = row.get::<_, i64>(8)? == 0;
        if portions.remove(&key) != Some(portion) || !is_own {
            findings.add(
                "portion.differs",
                key.2,
                "a lot's counters are not what its entries say",
            );
        }
    }
    for (_, _, lot) in portions.into_keys() {
        findings.add("portion.missing", lot, "a lot has entries and no counters");
    }
    let mut debts: BTreeMap<(MemberNumber, WalletNumber), Points> = fold.debts;
    let mut statement = reading
        .db()
        .prepare("SELECT member, wallet, debt FROM account")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let key = (member(row.get(0)?)?, row.get(1)?);
        if debts.remove(&key) != Some(Points::new(row.get(2)?)) {
            findings.add("debt.differs", 0, "a debt is not what its entries say");
        }
    }
    if debts.into_values().any(|debt| !debt.is_zero()) {
        findings.add("debt.missing", 0, "a debt has entries and no account");
    }
    Ok(())
}

/// The side chain over the documents ends where the head says.
fn check_documents(reading: &Reading<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let mut side = chain::SIDE_START;
    let mut statement = reading
        .db()
        .prepare("SELECT seq, content FROM document ORDER BY seq")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let content: Vec<u8> = row.get(1)?;
        side = chain::side_link(&side, row.get(0)?, &content);
    }
    if side != reading.head()?.side_hash {
        findings.add(
            "document.changed",
            0,
            "a stored cart or quote was changed, added or removed",
        );
    }
    Ok(())
}

/// Every lot was awarded when, and can be spent from and until when, its entry says.
fn check_lots(reading: &Reading<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let mut statement = reading
        .db()
        .prepare("SELECT lot, awarded_at_ms, available_from, expires_on FROM portion")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let lot: Seq = row.get(0)?;
        let stands: (i64, i64, Option<i64>) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let award = reading.entries(lot, lot)?.pop();
        let awarded = award.map(|(entry, _)| {
            let number = |date: BusinessDate| i64::from(date.yyyymmdd());
            (
                entry.at.ms(),
                number(entry.available_from),
                entry.expires_on.map(number),
            )
        });
        if awarded != Some(stands) {
            findings.add(
                "portion.differs",
                lot,
                "a lot's dates are not what its entry says",
            );
        }
    }
    Ok(())
}

/// Who was enrolled here is known here, and the other way round.
fn check_members(reading: &Reading<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let mut statement = reading.db().prepare(
        "SELECT e.seq FROM entry e LEFT JOIN member m ON m.number = e.member
         WHERE e.kind = ?1 AND m.enrolled_seq IS NOT e.seq
         UNION ALL
         SELECT m.enrolled_seq FROM member m LEFT JOIN entry e ON e.seq = m.enrolled_seq
         WHERE m.enrolled_seq IS NOT NULL AND (e.kind IS NOT ?1 OR e.member <> m.number)",
    )?;
    let mut rows = statement.query([Kind::Enrol.number()])?;
    while let Some(row) = rows.next()? {
        findings.add(
            "member.differs",
            row.get(0)?,
            "an enrolment and the list of members disagree",
        );
    }
    Ok(())
}

/// Every programme is, byte for byte, the one whose installation stands in the chain.
fn check_programmes(reading: &Reading<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let mut statement = reading
        .db()
        .prepare("SELECT installed_seq, hash, document FROM programme")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (seq, stored): (Seq, Hash) = (row.get(0)?, row.get(1)?);
        let document: Vec<u8> = row.get(2)?;
        let hash: Hash = Sha256::digest(document).into();
        let installed = reading.entries(seq, seq)?.pop();
        let is_installed = installed.is_some_and(|(entry, _)| {
            entry.kind == Kind::ProgrammeInstalled && entry.payload == hash
        });
        if hash != stored || !is_installed {
            findings.add(
                "programme.changed",
                seq,
                "a programme was changed after it was installed",
            );
        }
    }
    Ok(())
}

/// Every life begins behind the entry that it hangs on.
fn check_epochs(reading: &Reading<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let sql = "SELECT parent_seq + 1 FROM epoch WHERE first_seq <> parent_seq + 1";
    let mut statement = reading.db().prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text = "a life begins with another entry than its own";
        findings.add("epoch.changed", row.get(0)?, text);
    }
    Ok(())
}

fn member(number: u64) -> Result<MemberNumber, StoreError> {
    MemberNumber::try_from(number).map_err(|_| StoreError::corrupt("an impossible member number"))
}
