//! The same rows without loy: what SQLite alone costs with the same tables and settings.

use std::path::Path;

use rusqlite::{Connection, params};

/// Rows of a till's tables, written by hand.
pub struct Raw {
    pub db: Connection,
    seq: i64,
    document: Vec<u8>,
}

const ENTRY: &str = "INSERT INTO entry (seq, kind, flags, at_ms, sold_after_ms, offset_minutes, \
     business_date, member, wallet, lot, points, amount, refers_to, available_after_days, \
     expires_on, programme_version, payload, hash) \
     VALUES (?1, ?2, 0, 1795312800000, 0, 420, 20261122, ?3, 1, ?4, 6, 55000, ?5, 0, NULL, 1, ?6, ?7)";

impl Raw {
    /// A new file with the till's own tables. `document_bytes` is what a sale keeps of its cart.
    pub fn create(folder: &Path, document_bytes: usize) -> Self {
        let db = connect(&folder.join("raw.db"));
        db.execute_batch(include_str!("../../src/store/schema/1.sql"))
            .unwrap();
        db.execute_batch(include_str!("../../src/store/schema/2.sql"))
            .unwrap();
        db.execute(
            "INSERT INTO head (one, seq, hash, side_hash, trusted_at_ms, closed_date,
                 acknowledged_seq, office_index, offset_minutes)
             VALUES (1, 0, ?1, ?1, 1795312800000, 0, 0, 0, 420)",
            [[7u8; 32]],
        )
        .unwrap();
        db.execute("INSERT INTO number_block VALUES (1, 100000000, 1)", [])
            .unwrap();
        let document = (0..document_bytes)
            .map(|at| u8::try_from(at % 251).unwrap())
            .collect();
        Self {
            db,
            seq: 0,
            document,
        }
    }

    /// A ledger of the till's own, to be written to by hand.
    pub fn of(folder: &Path) -> Self {
        let db = connect(&folder.join("raw.db"));
        let seq = db
            .query_row("SELECT seq FROM head", [], |row| row.get(0))
            .unwrap();
        Self {
            db,
            seq,
            document: Vec::new(),
        }
    }

    /// The same rows in a copy of the file.
    pub fn moved(&self, folder: &Path) -> Self {
        Self {
            db: connect(&folder.join("raw.db")),
            seq: self.seq,
            document: self.document.clone(),
        }
    }

    pub fn checkpoint(&self) {
        self.db
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .unwrap();
    }

    fn entry(&mut self, kind: u8, member: u64, lot: i64, refers_to: i64, payload: Option<&[u8]>) {
        self.seq += 1;
        let hash = [u8::try_from(self.seq % 251).unwrap(); 32];
        self.db
            .prepare_cached(ENTRY)
            .unwrap()
            .execute(params![
                self.seq, kind, member, lot, refers_to, payload, hash
            ])
            .unwrap();
    }

    fn head(&self) {
        self.db
            .prepare_cached(
                "UPDATE head SET seq = ?1, hash = ?2, side_hash = ?2, trusted_at_ms = ?1,
                 closed_date = 0, acknowledged_seq = 0, office_index = 0, seal = ?3 WHERE one = 1",
            )
            .unwrap()
            .execute(params![self.seq, [9u8; 32], [7u8; 72]])
            .unwrap();
    }

    fn operation(&self, id: &str, request: Option<&str>) {
        self.db
            .prepare_cached(
                "INSERT INTO operation (id, call, content, result, refusal, request, seal)
                 VALUES (?1, 5, ?2, ?3, NULL, ?4, ?5)",
            )
            .unwrap()
            .execute(params![id, [5u8; 32], self.seq, request, [7u8; 32]])
            .unwrap();
    }

    /// A sale with an award: the rows of `record`. Answers its number.
    pub fn sale(&mut self, id: &str, member: u64, receipt: [u8; 16]) -> i64 {
        self.db.execute_batch("BEGIN IMMEDIATE").unwrap();
        self.entry(11, member, 0, 0, None);
        let sale = self.seq;
        self.entry(5, member, sale + 1, sale, None);
        self.db
            .prepare_cached(
                "INSERT INTO portion VALUES (?1, 1, ?2, 0, 1795312800000, 20261122, NULL, 0, 6, 0, 0, 0)",
            )
            .unwrap()
            .execute(params![member, self.seq])
            .unwrap();
        self.db
            .prepare_cached("INSERT INTO document VALUES (?1, ?2)")
            .unwrap()
            .execute(params![sale, self.document])
            .unwrap();
        self.db
            .prepare_cached("INSERT INTO sale VALUES (?1, 2, 1795312800000, ?1, ?1, ?2, 0)")
            .unwrap()
            .execute([sale, self.seq])
            .unwrap();
        self.db
            .prepare_cached("INSERT INTO receipt VALUES (?1, ?2)")
            .unwrap()
            .execute(params![receipt, sale])
            .unwrap();
        self.operation(id, None);
        self.head();
        self.db.execute_batch("COMMIT").unwrap();
        sale
    }

    /// The rows of a whole refund.
    pub fn refund(&mut self, id: &str, member: u64, sale: i64) {
        self.db.execute_batch("BEGIN IMMEDIATE").unwrap();
        self.entry(13, member, 0, sale, None);
        self.entry(14, member, sale + 1, sale, None);
        self.db
            .prepare_cached(
                "UPDATE portion SET used = used + 6, held = held + 0
                 WHERE member = ?1 AND wallet = 1 AND lot = ?2 AND writer = 0",
            )
            .unwrap()
            .execute(params![member, sale + 1])
            .unwrap();
        self.db
            .prepare_cached("UPDATE sale SET state = 5, refund_seq = ?2 WHERE seq = ?1")
            .unwrap()
            .execute([sale, self.seq])
            .unwrap();
        self.operation(
            id,
            Some("{\"sale\":\"0123456789abcdef\",\"business_date\":20261122}"),
        );
        self.head();
        self.db.execute_batch("COMMIT").unwrap();
    }

    /// The rows of a refund of one line of ten.
    pub fn refund_part(&mut self, id: &str, member: u64, sale: i64, document: &[u8]) {
        self.db.execute_batch("BEGIN IMMEDIATE").unwrap();
        self.entry(13, member, 0, sale, None);
        let refund = self.seq;
        self.entry(14, member, sale + 1, refund, None);
        self.db
            .prepare_cached(
                "UPDATE portion SET used = used + 1, held = held + 0
                 WHERE member = ?1 AND wallet = 1 AND lot = ?2 AND writer = 0",
            )
            .unwrap()
            .execute(params![member, sale + 1])
            .unwrap();
        self.db
            .prepare_cached("INSERT INTO document VALUES (?1, ?2)")
            .unwrap()
            .execute(params![refund, document])
            .unwrap();
        self.db
            .prepare_cached("UPDATE sale SET refund_seq = ?2 WHERE seq = ?1")
            .unwrap()
            .execute([sale, refund])
            .unwrap();
        self.operation(
            id,
            Some("{\"sale\":\"0123456789abcdef\",\"business_date\":20261122,\"goods\":[{\"line\":0}]}"),
        );
        self.head();
        self.db.execute_batch("COMMIT").unwrap();
    }

    /// The rows of an expiry of every lot that is due, then those of a day close. Answers how many.
    pub fn sweep(&mut self, id: &str, points: i64) -> usize {
        self.db.execute_batch("BEGIN IMMEDIATE").unwrap();
        let (mut swept, mut last) = (0, (0i64, 0i64, 0i64));
        loop {
            let due: Vec<(i64, u64, i64)> = self
                .db
                .prepare_cached(
                    "SELECT expires_on, member, lot FROM portion
                     WHERE expires_on <= 20261122 AND (expires_on, member, wallet, lot) > (?1, ?2, 1, ?3)
                       AND granted + earned - released - used > 0
                     ORDER BY expires_on, member, wallet, lot LIMIT 2000",
                )
                .unwrap()
                .query_map(params![last.0, last.1, last.2], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            let Some(&(on, member, lot)) = due.last() else {
                break;
            };
            last = (on, i64::try_from(member).unwrap(), lot);
            swept += due.len();
            for (_, member, lot) in due {
                self.entry(18, member, lot, 0, None);
                self.db
                    .prepare_cached(
                        "UPDATE portion SET used = used + ?3, held = held + 0
                         WHERE member = ?1 AND wallet = 1 AND lot = ?2 AND writer = 0",
                    )
                    .unwrap()
                    .execute(params![member, lot, points])
                    .unwrap();
            }
        }
        self.head();
        self.db.execute_batch("COMMIT").unwrap();
        self.close_day(id);
        swept
    }

    /// The rows of an enrolment with one phone.
    pub fn enrol(&mut self, id: &str, number: u64, identifier: [u8; 16]) {
        self.db.execute_batch("BEGIN IMMEDIATE").unwrap();
        self.db
            .prepare_cached(
                "UPDATE number_block SET next_body = next_body + 1 WHERE first_body = 1",
            )
            .unwrap()
            .execute([])
            .unwrap();
        self.entry(3, number, 0, 0, Some(&[1; 18]));
        self.db
            .prepare_cached("INSERT INTO member VALUES (?1, ?2)")
            .unwrap()
            .execute(params![number, self.seq])
            .unwrap();
        self.db
            .prepare_cached("INSERT INTO identifier VALUES (?1, ?2)")
            .unwrap()
            .execute(params![identifier, number])
            .unwrap();
        self.operation(
            id,
            Some("{\"identifiers\":[\"0123456789abcdef0123456789abcdef\"]}"),
        );
        self.head();
        self.db.execute_batch("COMMIT").unwrap();
    }

    /// The rows of a day close: sums, one entry, then the WAL into the file.
    pub fn close_day(&mut self, id: &str) {
        self.db.execute_batch("BEGIN IMMEDIATE").unwrap();
        let rows: Vec<(i64, i64, i64)> = self
            .db
            .prepare(
                "SELECT kind, count(*), sum(points) FROM entry WHERE business_date = 20261122
                 GROUP BY wallet, kind",
            )
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(!rows.is_empty());
        self.entry(20, 1, 0, 0, Some(&[3; 100]));
        self.operation(id, Some("{\"business_date\":20261122}"));
        self.head();
        self.db.execute_batch("COMMIT").unwrap();
        self.checkpoint();
    }
}

/// A connection with the settings of the library's own.
pub fn connect(path: &Path) -> Connection {
    let db = Connection::open(path).unwrap();
    db.set_prepared_statement_cache_capacity(64);
    db.execute_batch(
        "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;
         PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0; PRAGMA fullfsync = ON;
         PRAGMA checkpoint_fullfsync = ON;",
    )
    .unwrap();
    db
}
