-- Head office's book. One file per chain of stores.
--
-- What arrived is in `batch`, as the bytes that were signed. Everything below `batch` is computed
-- from it. Member 0 stands for sales without a member.

CREATE TABLE office (
    only_row            INTEGER PRIMARY KEY CHECK (only_row = 1),
    tenant              BLOB    NOT NULL CHECK (length(tenant) = 16),
    name                TEXT    NOT NULL,
    secret              BLOB    NOT NULL CHECK (length(secret) = 32),          -- seed of the office key
    identifier_key      BLOB    NOT NULL CHECK (length(identifier_key) = 32),
    next_body           INTEGER NOT NULL,                                      -- first free member number
    created_ms          INTEGER NOT NULL
) STRICT;

-- Every writer that was provisioned. Never deleted, never reused.
CREATE TABLE writer (
    writer_no           INTEGER PRIMARY KEY,
    writer              BLOB    NOT NULL UNIQUE CHECK (length(writer) = 16),
    public_key          BLOB    NOT NULL CHECK (length(public_key) = 32),
    provisioning_id     BLOB    NOT NULL UNIQUE CHECK (length(provisioning_id) = 16),
    store               TEXT    NOT NULL,
    till                TEXT    NOT NULL,
    first_body          INTEGER NOT NULL UNIQUE,
    last_body           INTEGER NOT NULL CHECK (last_body >= first_body),
    issued_ms           INTEGER NOT NULL,
    draw_key            BLOB    CHECK (length(draw_key) = 32)                  -- of its lucky draws; NULL: not known
) STRICT;

-- One life of a writer, and how far it has been applied.
CREATE TABLE stream (
    stream_no           INTEGER PRIMARY KEY,
    writer_no           INTEGER NOT NULL REFERENCES writer,
    epoch               INTEGER NOT NULL,
    tag                 INTEGER NOT NULL,
    parent_stream       INTEGER REFERENCES stream,                             -- NULL for a first life
    parent_seq          INTEGER NOT NULL,
    seq                 INTEGER NOT NULL,                                      -- the head
    hash                BLOB    NOT NULL CHECK (length(hash) = 32),
    business_date       INTEGER NOT NULL,                                      -- the latest seen
    seen_ms             INTEGER NOT NULL,
    programme           BLOB,                                                  -- hash of the one installed last
    UNIQUE (writer_no, epoch, tag)
) STRICT;

-- Head office's own log: what was received and what became of it. `state` 1 applied, 2 parked,
-- 3 fork. `at_seq`: the entry a parked batch waits for, or the first that differs in a fork.
CREATE TABLE batch (
    batch_id            BLOB    PRIMARY KEY CHECK (length(batch_id) = 32),
    writer_no           INTEGER NOT NULL REFERENCES writer,
    epoch               INTEGER NOT NULL,
    tag                 INTEGER NOT NULL,
    first_seq           INTEGER NOT NULL,
    last_seq            INTEGER NOT NULL,
    state               INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
    at_seq              INTEGER NOT NULL,
    office_index        INTEGER UNIQUE,                                        -- NULL unless applied
    acknowledgement     BLOB,
    received_ms         INTEGER NOT NULL,
    file                BLOB    NOT NULL,
    CHECK ((state = 1) = (acknowledgement IS NOT NULL)),
    CHECK ((state = 1) = (office_index IS NOT NULL))
) STRICT;
CREATE INDEX batch_waiting ON batch (writer_no, first_seq) WHERE state = 2;

-- The entries, only ever added to.
CREATE TABLE entry (
    stream_no           INTEGER NOT NULL REFERENCES stream,
    seq                 INTEGER NOT NULL,
    kind                INTEGER NOT NULL,
    flags               INTEGER NOT NULL,
    at_ms               INTEGER NOT NULL,
    sold_at_ms          INTEGER NOT NULL,
    offset_minutes      INTEGER NOT NULL,
    business_date       INTEGER NOT NULL,
    member              INTEGER NOT NULL,
    wallet              INTEGER NOT NULL,
    lot                 INTEGER NOT NULL,
    points              INTEGER NOT NULL,
    amount              INTEGER NOT NULL,
    refers_to           INTEGER NOT NULL,
    available_from      INTEGER NOT NULL,
    expires_on          INTEGER,
    programme_version   INTEGER NOT NULL,
    payload             BLOB,                                                  -- NULL for none
    hash                BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (stream_no, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX entry_turn ON entry (stream_no, seq) WHERE kind IN (2, 24);

-- The portion of a lot that its writer holds. No CHECK here: head office never rejects a fact, it
-- reports what is overdrawn.
CREATE TABLE portion (
    member              INTEGER NOT NULL,
    wallet              INTEGER NOT NULL,
    stream_no           INTEGER NOT NULL REFERENCES stream,                    -- that made the lot
    lot                 INTEGER NOT NULL,
    awarded_ms          INTEGER,
    available_from      INTEGER,
    expires_on          INTEGER,
    earned              INTEGER NOT NULL,
    used                INTEGER NOT NULL,
    held                INTEGER NOT NULL,
    PRIMARY KEY (member, wallet, stream_no, lot)
) STRICT, WITHOUT ROWID;

-- Sums over a member's entries in one wallet.
CREATE TABLE account (
    member              INTEGER NOT NULL,
    wallet              INTEGER NOT NULL,
    awarded             INTEGER NOT NULL,
    award_refunded      INTEGER NOT NULL,
    redeemed            INTEGER NOT NULL,
    redemption_refunded INTEGER NOT NULL,
    debt                INTEGER NOT NULL,
    balance             INTEGER NOT NULL,                                      -- with lapsed points not yet booked
    expired             INTEGER NOT NULL DEFAULT 0,
    adjusted            INTEGER NOT NULL DEFAULT 0,                            -- given less taken or owed by hand
    PRIMARY KEY (member, wallet)
) STRICT, WITHOUT ROWID;

-- Sums over a member's sales. `sales` leaves out those undone; `spend` is before what came back.
CREATE TABLE member (
    member              INTEGER PRIMARY KEY,
    enrolments          INTEGER NOT NULL,
    sales               INTEGER NOT NULL,
    spend               INTEGER NOT NULL,
    refunds             INTEGER NOT NULL,
    refunded            INTEGER NOT NULL
) STRICT;

-- Keyed hashes of identifiers. One hash with two members is a merge to be decided by people.
CREATE TABLE identifier (
    hash                BLOB    NOT NULL CHECK (length(hash) = 16),
    member              INTEGER NOT NULL,
    PRIMARY KEY (hash, member)
) STRICT, WITHOUT ROWID;

-- Every programme that head office has seen: what tills were provisioned with, and what it was shown.
CREATE TABLE programme (
    hash                BLOB    PRIMARY KEY CHECK (length(hash) = 32),
    reads_activity      INTEGER NOT NULL,                                      -- 1: balances lapse for want of sales
    document            BLOB    NOT NULL
) STRICT;

-- The days on which members bought something; kept as soon as a programme reads them.
CREATE TABLE activity (
    member              INTEGER NOT NULL,
    business_date       INTEGER NOT NULL,
    PRIMARY KEY (member, business_date)
) STRICT, WITHOUT ROWID;
CREATE TABLE event_activity (
    member              INTEGER NOT NULL,
    business_date       INTEGER NOT NULL,
    PRIMARY KEY (member, business_date)
) STRICT, WITHOUT ROWID;
