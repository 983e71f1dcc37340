//! Reading what can be read of a damaged file into a new one. The damaged file is never written to.

use crate::kernel::Few;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Row, params};
use sha2::{Digest, Sha256};

use super::error::StoreError;
use super::identity::Identity;
use super::open::{Epoch, Keys, Store, check_header, connect, lock, with_suffix};
use super::operators;
use super::read::Reading;
use super::sales::SaleRow;
use super::schema;
use super::seal;
use super::tale::Tale;
use super::verify::{Finding, Findings, Lives};
use super::write::{NewOperation, Writing};
use crate::kernel::ids::Seq;
use crate::ledger::{Ceilings, Entry, Fold, Genesis, Hash, Kind, Operator, Operators, Role, chain};

/// The life that a salvaged file begins.
pub struct NewLife {
    /// What its chain hangs on: the last entry that was saved.
    pub genesis: Genesis,
    /// Its keys.
    pub keys: Keys,
    /// Its first entry.
    pub entry: Entry,
}

/// Calls by their stored numbers, as far as their results say what became of them.
const CALL_ENROL: u8 = 1;
const CALL_COMMIT: u8 = 3;
const CALL_VOID: u8 = 4;
const CALL_CLAIM: u8 = 21;

/// Stands for operators that are lost, so that a till that asks for leave goes on asking.
const NOBODY: &str = "operators-lost";

impl Store {
    /// Makes a new file at `destination` of what can be read of `damaged`: entries in order as long as
    /// their chain holds, and of everything beside them what belongs to those entries. `begin` makes
    /// the new life from who the file is, its lives so far and its last good entry; `is_document`
    /// tells whether bytes are a document at all. Gives the open new file and what was lost.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where not even the file's identity and epochs can be read: nothing is
    /// then left that head office would believe.
    pub fn salvage<E: From<StoreError>>(
        damaged: &Path,
        destination: &Path,
        busy_timeout: Duration,
        begin: impl FnOnce(&Identity, &[Epoch], (Seq, Hash)) -> Result<NewLife, E>,
        is_document: impl Fn(&[u8]) -> bool,
    ) -> Result<(Self, Vec<Finding>), E> {
        if !damaged.exists() {
            return Err(StoreError::Absent.into());
        }
        if destination.exists() {
            return Err(StoreError::Exists.into());
        }
        check_header(damaged)?;
        // Nobody writes to it meanwhile. On a read-only disk nobody can.
        let _lock = match lock(damaged) {
            Ok(lock) => Some(lock),
            Err(StoreError::ReadOnly) => None,
            Err(error) => return Err(error.into()),
        };
        let copy = Copy::of(damaged, destination)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let connection = connect(&copy.0, flags, busy_timeout)?;
        let checked = schema::check(&connection).and_then(|_| {
            schema::lend_additions(&connection)?;
            Ok(())
        });
        checked.or_else(|error| match error {
            // A damaged head is no obstacle: the entries say where they end.
            StoreError::Corrupt { .. } => Ok(()),
            other => Err(other),
        })?;
        let old = Reading::new(&connection);
        let identity = old.identity()?;
        let epochs = old.epochs(identity.tenant, identity.writer)?;
        let mut rescue = Rescue {
            old,
            epochs: &epochs,
            findings: Findings::default(),
            sales: Few::new(),
            last: 0,
            whole: false,
        };
        let store = Self::grow(destination, busy_timeout, |writing| {
            identity.write(writing.connection())?;
            rescue.operators(writing)?;
            let (last, hash) = rescue.entries(writing)?;
            let life = begin(&identity, &epochs, (last, hash))?;
            writing.begin_epoch(&life.genesis, &life.keys)?;
            writing.append(&[life.entry])?;
            rescue.beside(writing, &is_document)?;
            Ok::<(), E>(())
        })?;
        Ok((store, rescue.findings.0))
    }
}

/// A copy of the damaged file and its WAL, to be read from; removed in the end.
struct Copy(PathBuf);

impl Copy {
    fn of(damaged: &Path, destination: &Path) -> Result<Self, StoreError> {
        let copy = Self(with_suffix(destination, ".salvaging"));
        copy.remove();
        std::fs::copy(damaged, &copy.0)?;
        let wal = with_suffix(damaged, "-wal");
        if wal.exists() {
            std::fs::copy(wal, with_suffix(&copy.0, "-wal"))?;
        }
        Ok(copy)
    }

    fn remove(&self) {
        for suffix in ["", "-wal", "-shm"] {
            // What is not there need not be removed.
            let _ = std::fs::remove_file(with_suffix(&self.0, suffix));
        }
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        self.remove();
    }
}

/// What is being saved.
struct Rescue<'a> {
    old: Reading<'a>,
    epochs: &'a [Epoch],
    findings: Findings,
    /// Sales as the saved entries tell them.
    sales: Few<Seq, SaleRow>,
    /// The last saved entry.
    last: Seq,
    /// Every entry was saved.
    whole: bool,
}

impl Rescue<'_> {
    /// Copies entries as long as the chain holds. Answers with the last one and its hash.
    fn entries(&mut self, writing: &mut Writing<'_>) -> Result<(Seq, Hash), StoreError> {
        let lives: Vec<Genesis> = self
            .epochs
            .iter()
            .map(|epoch| epoch.genesis.clone())
            .collect();
        let mut walk = Lives::of(&lives);
        let first = walk.first_seq();
        writing.put_head(first - 1, Default::default())?;
        let mut chain = (first - 1, Hash::default());
        let (mut fold, mut tale) = (Fold::default(), Tale::default());
        let mut written = Ok(());
        let stopped = self.old.each_entry(first, Seq::MAX >> 1, |entry, hash| {
            let broken = || Err(StoreError::corrupt("the chain ends"));
            if entry.seq != chain.0 + 1 {
                return broken();
            }
            let life = walk.begins_at(entry.seq);
            let previous = life.map_or(chain.1, Genesis::hash);
            let continues = life.is_none_or(|life| entry.seq == first || life.parent.1 == chain.1);
            if !continues || chain::link(&previous, &entry) != hash || fold.apply(&entry).is_err() {
                return broken();
            }
            if let Some(epoch) = self
                .epochs
                .iter()
                .find(|epoch| life.is_some() && epoch.first_seq() == entry.seq)
            {
                written = writing.begin_epoch(&epoch.genesis, &epoch.keys);
            }
            tale.tell(&entry, &mut self.sales);
            if written.is_ok() {
                written = writing.append(std::slice::from_ref(&entry));
            }
            if entry.kind == Kind::DayClosed {
                writing.close_date(entry.business_date);
            }
            writing.trust_clock(entry.at);
            chain = (entry.seq, hash);
            written.as_ref().map_or_else(|_| broken(), |()| Ok(()))
        });
        written?;
        if chain.0 < first {
            return Err(StoreError::corrupt("not one entry can be read"));
        }
        self.last = chain.0;
        self.say_what_ends(stopped.is_err());
        Ok(chain)
    }

    fn say_what_ends(&mut self, is_broken: bool) {
        let next = self.last + 1;
        match self.old.head() {
            Ok(head) if head.seq == self.last && !is_broken => self.whole = true,
            Ok(head) if head.seq > self.last => self.findings.add(
                "entries.lost",
                next,
                format!("entries {next} to {} cannot be read or proven", head.seq),
            ),
            _ => self.findings.add(
                "entries.lost",
                next,
                "whether there were entries from here on cannot be told",
            ),
        }
    }

    /// Copies what stands beside the entries.
    fn beside(
        &mut self,
        writing: &mut Writing<'_>,
        is_document: &impl Fn(&[u8]) -> bool,
    ) -> Result<(), StoreError> {
        self.members(writing)?;
        self.documents(writing, is_document)?;
        self.put_sales(writing)?;
        self.operations(writing)?;
        self.receipts(writing)?;
        self.programmes(writing)?;
        self.batches(writing)?;
        self.acknowledgements(writing)?;
        if let Ok(head) = self.old.head() {
            writing.take_over(&head);
        }
        Ok(())
    }

    /// Reads a table from its beginning and, where it is damaged, from its end.
    fn each<T>(
        &mut self,
        sql: &str,
        key: &str,
        parse: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        mut put: impl FnMut(T) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut is_damaged = false;
        for order in ["ASC", "DESC"] {
            let read = self
                .old
                .db()
                .prepare(&format!("{sql} ORDER BY {key} {order}"));
            let mut statement = read?;
            let mut rows = statement.query([])?;
            is_damaged = loop {
                match rows.next() {
                    Ok(None) => break is_damaged,
                    Ok(Some(row)) => match parse(row) {
                        Ok(parsed) => put(parsed)?,
                        Err(_) => is_damaged = true,
                    },
                    Err(_) => break true,
                }
            };
            if !is_damaged {
                return Ok(());
            }
        }
        let table = sql.rsplit(' ').next().unwrap_or_default();
        self.findings.add(
            "rows.lost",
            0,
            format!("some rows of the table {table} cannot be read"),
        );
        Ok(())
    }

    fn documents(
        &mut self,
        writing: &mut Writing<'_>,
        is_document: &impl Fn(&[u8]) -> bool,
    ) -> Result<(), StoreError> {
        let (last, mut saved, mut wrong) = (self.last, Few::new(), Vec::new());
        let first = self.epochs.first().map_or(1, Epoch::first_seq);
        self.each(
            "SELECT seq, content FROM document",
            "seq",
            |row| Ok((row.get::<_, Seq>(0)?, row.get::<_, Vec<u8>>(1)?)),
            |(seq, content)| {
                if seq <= last && !is_document(&content) {
                    wrong.push(seq);
                } else if seq <= last {
                    saved.insert(seq, content);
                }
                Ok(())
            },
        )?;
        for seq in wrong {
            self.findings
                .add("document.lost", seq, "a stored document cannot be read");
        }
        let reading = writing.reading();
        // Who the file is, as it was told last: made anew of what was saved.
        let mut told = first;
        for (seq, content) in &saved {
            let tells = |(entry, _): &(Entry, Hash)| entry.kind == Kind::Exception;
            if content.len() == Hash::default().len()
                && (self.epochs.iter().any(|epoch| epoch.first_seq() == *seq)
                    || reading.entries(*seq, *seq)?.iter().any(tells))
            {
                told = *seq;
            }
        }
        let as_at_first = reading.first_identity_digest()?;
        let digest = match saved.get(&told).is_some_and(|kept| *kept == as_at_first) {
            true => as_at_first,
            false => reading.identity_digest()?,
        };
        saved.insert(told, digest.to_vec());
        // In their order: the side chain is made anew over what is there.
        for (seq, content) in saved {
            writing.put_document(seq, &content)?;
        }
        let is_proven = self
            .old
            .head()
            .is_ok_and(|head| head.side_hash == writing.head().side_hash);
        if !is_proven {
            self.findings.add(
                "documents.unproven",
                0,
                "not all stored carts and quotes are there, or one was changed",
            );
        }
        Ok(())
    }

    /// Where it cannot be read who may do what, nobody may do anything that is asked for: nothing is
    /// unchecked because a page is lost. A till that was provisioned without operators stays so.
    fn operators(&mut self, writing: &Writing<'_>) -> Result<(), StoreError> {
        if !self.old.has_operators()? {
            return Ok(());
        }
        let (mut rights, mut list) = (Few::new(), Few::new());
        let before = self.findings.0.len();
        self.each(
            operators::CEILINGS,
            "role",
            operators::ceilings_from,
            |read| {
                if let (Some(role), ceilings) = read {
                    rights.insert(role, ceilings);
                }
                Ok(())
            },
        )?;
        let is_without_ceilings = self.findings.0.len() > before;
        let between = self.findings.0.len();
        self.each(
            operators::OPERATORS,
            "id",
            operators::operator_from,
            |read| {
                list.extend(read.map(|operator| (operator.id.clone(), operator)));
                Ok(())
            },
        )?;
        let is_without_names = self.findings.0.len() > between;
        let had_none =
            (!is_without_ceilings && rights.is_empty()) || (!is_without_names && list.is_empty());
        let issued_at = self.old.operators_issued_at()?;
        if had_none {
            return operators::write(writing.connection(), &Operators::default(), issued_at);
        }
        let mut saved = Operators::default();
        for role in Role::ALL {
            let ceilings = rights.get(&role).copied();
            saved
                .rights
                .set(role, ceilings.unwrap_or(Ceilings::NOTHING));
        }
        saved.list = list.into_values().collect();
        if is_without_ceilings || is_without_names {
            let text = "who works here and what each may do cannot be read whole: what needs leave \
                        is refused until the store's list of operators is given again";
            self.findings.add("operators.lost", 0, text);
        }
        if saved.list.is_empty() {
            saved.list.push(Operator {
                id: NOBODY.to_owned(),
                role: Role::Auditor,
                pin: None,
            });
        }
        operators::write(writing.connection(), &saved, issued_at)?;
        for operator in &saved.list {
            // Where it cannot be read how often a PIN was wrong, it is counted from now on.
            let wrong = self.old.wrong_pins(&operator.id).unwrap_or_default();
            writing.put_wrong_pins(&operator.id, wrong)?;
        }
        Ok(())
    }

    fn members(&mut self, writing: &Writing<'_>) -> Result<(), StoreError> {
        let db = writing.connection();
        let last = self.last;
        self.each(
            "SELECT number, enrolled_seq FROM member",
            "number",
            |row| Ok((row.get::<_, u64>(0)?, row.get::<_, Option<Seq>>(1)?)),
            |(number, enrolled)| {
                if enrolled.is_none_or(|seq| seq <= last) {
                    db.execute(
                        "INSERT OR IGNORE INTO member (number, enrolled_seq) VALUES (?1, ?2)",
                        params![number, enrolled],
                    )?;
                }
                Ok(())
            },
        )?;
        self.each(
            "SELECT hash, member FROM identifier",
            "hash",
            |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, u64>(1)?)),
            |(hash, member)| {
                db.execute(
                    "INSERT OR IGNORE INTO identifier (hash, member)
                     SELECT ?1, number FROM member WHERE number = ?2",
                    params![hash, member],
                )?;
                Ok(())
            },
        )?;
        self.each(
            "SELECT first_body, last_body, next_body FROM number_block",
            "first_body",
            |row| Ok([row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?]),
            |block| {
                db.execute(
                    "INSERT OR IGNORE INTO number_block (first_body, last_body, next_body)
                     VALUES (?1, ?2, ?3)",
                    block,
                )?;
                Ok(())
            },
        )
    }

    /// Sales stand where the saved entries say; from the old rows only what no entry tells.
    fn put_sales(&mut self, writing: &Writing<'_>) -> Result<(), StoreError> {
        for (seq, mut row) in std::mem::take(&mut self.sales) {
            let old = self.old.sale(seq).ok().flatten();
            let has = |at: Seq| matches!(writing.reading().find_document(at), Ok(Some(_)));
            row.document_seq = row.document_in_force(&writing.reading())?;
            if !has(row.document_seq) {
                self.findings
                    .add("sale.document_lost", seq, "the cart of a sale is lost");
            }
            row.hold_until = old.as_ref().map_or(row.hold_until, |old| old.hold_until);
            if row.refund_seq != 0 {
                row.state = match &old {
                    Some(old) if old.refund_seq == row.refund_seq => old.state,
                    // There was a later refund, so this one left something to return.
                    Some(old) if old.refund_seq > row.refund_seq => 2,
                    _ => 5,
                };
            }
            if old.is_none() {
                self.findings.add(
                    "sale.rebuilt",
                    seq,
                    "a sale's state is made from its entries",
                );
            }
            writing.put_sale(&row)?;
            self.sales.insert(seq, row);
        }
        Ok(())
    }

    /// Operations whose outcome was saved. Of the others it is forgotten that they were asked, so
    /// that asking again does them.
    fn operations(&mut self, writing: &Writing<'_>) -> Result<(), StoreError> {
        let (db, last, whole) = (writing.connection(), self.last, self.whole);
        let sales = std::mem::take(&mut self.sales);
        let is_saved = |call: u8, result: u64| match (call, sales.get(&result)) {
            (CALL_ENROL, _) => db
                .prepare_cached("SELECT 1 FROM member WHERE number = ?1")
                .and_then(|mut statement| statement.exists([result]))
                .unwrap_or(false),
            (CALL_COMMIT, Some(sale)) => sale.posted_seq != 0,
            (CALL_VOID, Some(sale)) => sale.state == 3,
            (CALL_CLAIM, Some(sale)) => sale.claim_seq().is_some(),
            _ => result <= last,
        };
        let mut changed = Vec::new();
        self.each(
            "SELECT id, call, content, result, refusal, request, seal FROM operation",
            "id",
            |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, u8>(1)?,
                    row.get::<_, Hash>(2)?,
                    row.get::<_, u64>(3)?,
                    row.get::<_, Option<Vec<u8>>>(4)?,
                    row.get::<_, Option<String>>(5)?,
                    row.get::<_, Option<Vec<u8>>>(6)?,
                ))
            },
            |(id, call, content, result, refusal, request, sealed)| {
                let seal = seal::of_operation(&NewOperation {
                    id: &id,
                    call,
                    content,
                    result,
                    refusal: refusal.as_deref(),
                    request: request.as_deref(),
                });
                if sealed.is_some_and(|sealed| sealed != seal) {
                    changed.push(result);
                }
                // What was refused because of something that is lost is decided anew.
                if whole || (refusal.is_none() && is_saved(call, result)) {
                    db.execute(
                        "INSERT OR IGNORE INTO operation
                             (id, call, content, result, refusal, request, seal)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                        params![id, call, content, result, refusal, request, seal],
                    )?;
                }
                Ok(())
            },
        )?;
        for result in changed {
            let text = "what is remembered of an operation was changed";
            self.findings.add("operation.changed", result, text);
        }
        self.sales = sales;
        Ok(())
    }

    fn receipts(&mut self, writing: &Writing<'_>) -> Result<(), StoreError> {
        let db = writing.connection();
        let open: Vec<Seq> = self
            .sales
            .values()
            .filter(|sale| matches!(sale.state, 1 | 2 | 5))
            .map(|sale| sale.seq)
            .collect();
        self.each(
            "SELECT key, sale FROM receipt",
            "key",
            |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, Seq>(1)?)),
            |(key, sale)| {
                if open.binary_search(&sale).is_ok() {
                    db.execute(
                        "INSERT OR IGNORE INTO receipt (key, sale) VALUES (?1, ?2)",
                        params![key, sale],
                    )?;
                }
                Ok(())
            },
        )
    }

    fn programmes(&mut self, writing: &Writing<'_>) -> Result<(), StoreError> {
        let (db, last) = (writing.connection(), self.last);
        let reading = writing.reading();
        let mut wrong = Vec::new();
        self.each(
            "SELECT version, hash, document, installed_seq FROM programme",
            "version",
            |row| {
                Ok((
                    row.get::<_, u32>(0)?,
                    row.get::<_, Hash>(1)?,
                    row.get::<_, Vec<u8>>(2)?,
                    row.get::<_, Seq>(3)?,
                ))
            },
            |(version, hash, document, seq)| {
                let installed = reading.entries(seq, seq)?.pop();
                let is_installed = installed.is_some_and(|(entry, _)| {
                    entry.kind == Kind::ProgrammeInstalled && entry.payload == hash
                });
                if <Hash>::from(Sha256::digest(&document)) == hash && is_installed {
                    db.execute(
                        "INSERT OR IGNORE INTO programme (version, hash, document, installed_seq)
                         VALUES (?1, ?2, ?3, ?4)",
                        params![version, hash, document, seq],
                    )?;
                } else if seq <= last {
                    wrong.push(seq);
                }
                Ok(())
            },
        )?;
        for seq in wrong {
            self.findings
                .add("programme.lost", seq, "a programme cannot be read");
        }
        let count: i64 = db.query_row("SELECT count(*) FROM programme", [], |row| row.get(0))?;
        if count == 0 {
            return Err(StoreError::corrupt("no programme can be read"));
        }
        Ok(())
    }

    /// What head office signed of saved entries.
    fn acknowledgements(&mut self, writing: &Writing<'_>) -> Result<(), StoreError> {
        let (db, last): (&Connection, Seq) = (writing.connection(), self.last);
        self.each(
            "SELECT seq, bytes FROM acknowledgement",
            "seq",
            |row| Ok((row.get::<_, Seq>(0)?, row.get::<_, Vec<u8>>(1)?)),
            |(seq, bytes)| {
                if seq <= last {
                    db.execute(
                        "INSERT OR IGNORE INTO acknowledgement (seq, bytes) VALUES (?1, ?2)",
                        params![seq, bytes],
                    )?;
                }
                Ok(())
            },
        )
    }

    /// Batches that wait and hold nothing but saved entries.
    fn batches(&mut self, writing: &Writing<'_>) -> Result<(), StoreError> {
        let (db, last): (&Connection, Seq) = (writing.connection(), self.last);
        self.each(
            "SELECT first_seq, last_seq, id, bytes FROM batch",
            "first_seq",
            |row| {
                Ok((
                    row.get::<_, Seq>(0)?,
                    row.get::<_, Seq>(1)?,
                    row.get::<_, Hash>(2)?,
                    row.get::<_, Vec<u8>>(3)?,
                ))
            },
            |(first_seq, last_seq, id, bytes)| {
                if last_seq <= last {
                    db.execute(
                        "INSERT OR IGNORE INTO batch (first_seq, last_seq, id, bytes)
                         VALUES (?1, ?2, ?3, ?4)",
                        params![first_seq, last_seq, id, bytes],
                    )?;
                }
                Ok(())
            },
        )
    }
}
