-- The ledger file of one writer, schema 1.
--
-- Facts stand in `entry`, which only grows and is hash-chained. Everything else is either what the
-- facts amount to (portion, account, sale, receipt, member: rebuilt by `verify` and compared), what
-- stands beside a fact and is bound to it by the side chain (document), or what lets the same
-- operation be asked twice (operation).
--
-- Amounts are whole numbers of the smallest unit, instants are UTC milliseconds, dates yyyymmdd.

-- Who this writer is: tenant, writer, store, till, keys, limits, format. Written once, at creation.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- The lives of this writer. A restored or salvaged file opens a new one.
CREATE TABLE epoch (
    epoch        INTEGER PRIMARY KEY,
    tag          INTEGER NOT NULL,
    first_seq    INTEGER NOT NULL,
    public_key   BLOB NOT NULL CHECK (length(public_key) = 32),
    secret_key   BLOB NOT NULL CHECK (length(secret_key) = 32),
    parent_seq   INTEGER NOT NULL,
    parent_hash  BLOB NOT NULL CHECK (length(parent_hash) = 32)
) STRICT;

-- One row: where the chains end. Read inside every write, never kept in memory across one.
CREATE TABLE head (
    one           INTEGER PRIMARY KEY CHECK (one = 1),
    seq           INTEGER NOT NULL,
    hash          BLOB NOT NULL CHECK (length(hash) = 32),
    side_hash     BLOB NOT NULL CHECK (length(side_hash) = 32),
    -- The last instant at which the clock was believed right.
    trusted_at_ms INTEGER NOT NULL,
    -- The latest business date that is closed; 0 before the first close.
    closed_date   INTEGER NOT NULL,
    -- Everything up to here is acknowledged by head office.
    acknowledged_seq INTEGER NOT NULL,
    -- Head office's own place in the last acknowledgement; 0 before the first.
    office_index     INTEGER NOT NULL
) STRICT;

-- The facts (src/ledger/entry.rs). Where a column is usually equal to another, the difference is
-- kept, because SQLite stores a zero in no byte at all.
CREATE TABLE entry (
    seq                 INTEGER PRIMARY KEY,
    kind                INTEGER NOT NULL,
    flags               INTEGER NOT NULL,
    at_ms               INTEGER NOT NULL,
    sold_after_ms       INTEGER NOT NULL, -- sold_at - at
    offset_minutes      INTEGER NOT NULL,
    business_date       INTEGER NOT NULL,
    member              INTEGER,          -- member number with check digit
    wallet              INTEGER NOT NULL,
    lot                 INTEGER NOT NULL,
    points              INTEGER NOT NULL CHECK (points >= 0),
    amount              INTEGER NOT NULL,
    refers_to           INTEGER NOT NULL,
    available_after_days INTEGER NOT NULL, -- available_from - business_date
    expires_on          INTEGER,
    programme_version   INTEGER NOT NULL,
    payload             BLOB,
    hash                BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX entry_by_member ON entry (member, seq) WHERE member IS NOT NULL;
CREATE INDEX entry_by_date ON entry (business_date);

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER entry_is_never_removed BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;

-- Cart, member and outcome as a sale was decided, beside its hold or commit entry.
CREATE TABLE document (
    seq     INTEGER PRIMARY KEY REFERENCES entry (seq),
    content BLOB NOT NULL
) STRICT;

-- Who holds which part of which lot. `writer` 0 is this file. The CHECK is the law of portions: no
-- program and no mistake spends what is not there.
CREATE TABLE portion (
    member         INTEGER NOT NULL,
    wallet         INTEGER NOT NULL,
    lot            INTEGER NOT NULL,
    writer         INTEGER NOT NULL,
    awarded_at_ms  INTEGER NOT NULL,
    available_from INTEGER NOT NULL,
    expires_on     INTEGER,
    granted        INTEGER NOT NULL CHECK (granted >= 0),
    earned         INTEGER NOT NULL CHECK (earned >= 0),
    released       INTEGER NOT NULL CHECK (released >= 0),
    used           INTEGER NOT NULL CHECK (used >= 0),
    held           INTEGER NOT NULL CHECK (held >= 0),
    PRIMARY KEY (member, wallet, lot, writer),
    CHECK (granted + earned - released - used - held >= 0)
) STRICT, WITHOUT ROWID;

-- What is owed.
CREATE TABLE account (
    member INTEGER NOT NULL,
    wallet INTEGER NOT NULL,
    debt   INTEGER NOT NULL CHECK (debt >= 0),
    PRIMARY KEY (member, wallet)
) STRICT, WITHOUT ROWID;

-- Members this writer knows, and the keyed hashes of what they may show at the till.
CREATE TABLE member (
    number       INTEGER PRIMARY KEY,
    enrolled_seq INTEGER              -- NULL: came with provisioning
) STRICT;
CREATE TABLE identifier (
    hash   BLOB PRIMARY KEY CHECK (length(hash) = 16),
    member INTEGER NOT NULL REFERENCES member (number)
) STRICT, WITHOUT ROWID;
-- Bodies of member numbers that this writer may give.
CREATE TABLE number_block (
    first_body INTEGER PRIMARY KEY,
    last_body  INTEGER NOT NULL,
    next_body  INTEGER NOT NULL
) STRICT;

-- Where each sale stands, by its first entry.
-- state: 1 held, 2 committed, 3 voided, 4 expired, 5 refunded
CREATE TABLE sale (
    seq           INTEGER PRIMARY KEY REFERENCES entry (seq),
    state         INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
    hold_until_ms INTEGER NOT NULL,
    document_seq  INTEGER NOT NULL, -- the document in force
    posted_seq    INTEGER NOT NULL, -- commit entry, 0 before
    last_seq      INTEGER NOT NULL, -- last entry of hold or commit
    refund_seq    INTEGER NOT NULL  -- refund entry, 0 without
) STRICT;
CREATE INDEX sale_held ON sale (seq) WHERE state = 1;
CREATE INDEX sale_open ON sale (seq) WHERE state IN (1, 4);

-- Which sale a receipt belongs to: held by a live hold, owned by a commit, freed by void or expiry.
CREATE TABLE receipt (
    key  BLOB PRIMARY KEY CHECK (length(key) = 16),
    sale INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was asked and how it ended, so that asking again gives the same answer.
CREATE TABLE operation (
    id       TEXT PRIMARY KEY,
    call     INTEGER NOT NULL,
    content  BLOB NOT NULL CHECK (length(content) = 32),
    result   INTEGER NOT NULL, -- an entry or a member number, by call
    refusal  BLOB,             -- why, if it was refused
    request  TEXT              -- what was asked, where no document says it
) STRICT, WITHOUT ROWID;

-- Programme versions this file has had. A version never changes.
CREATE TABLE programme (
    version       INTEGER PRIMARY KEY,
    hash          BLOB NOT NULL CHECK (length(hash) = 32),
    document      BLOB NOT NULL,
    installed_seq INTEGER NOT NULL
) STRICT;

-- Batches that were built and are not acknowledged: offered again byte for byte.
CREATE TABLE batch (
    first_seq INTEGER PRIMARY KEY,
    last_seq  INTEGER NOT NULL,
    id        BLOB NOT NULL CHECK (length(id) = 32),
    bytes     BLOB NOT NULL
) STRICT;
