-- What schema 2 adds to schema 1. Only new tables, columns with a default and indexes: a library of
-- schema 1 goes on reading and writing the file. New files are made by both scripts in their order.

-- The UTC offset of the last entry, for entries that are about no sale.
ALTER TABLE head ADD COLUMN offset_minutes INTEGER NOT NULL DEFAULT 0;
UPDATE head SET offset_minutes =
    coalesce((SELECT e.offset_minutes FROM entry e WHERE e.seq = head.seq), 0);

-- What has a last day and something left: the sweep at day close finds what is due here.
CREATE INDEX portion_due ON portion (expires_on, member, wallet, lot)
    WHERE expires_on IS NOT NULL AND granted + earned - released - used > 0;

-- What has something left, by whose it is: a quote reads these and not what was spent in years. (Less than
-- nothing is left in a damaged file only; there it is to be found.)
CREATE INDEX portion_open ON portion (member, expires_on)
    WHERE granted + earned - released - used <> 0;

-- Files with a programme whose balances lapse for want of activity have an index `entry_activity` besides
-- (src/store/lots.rs): the other files do without.

-- Who works at this till, as provisioning or head office's newest list said (`meta` knows when that was
-- issued: `operators_issued_ms`); empty where nothing is checked. Of a PIN only the
-- slow salted hash. Wrong PINs are counted here, so that starting again does not forget them.
CREATE TABLE operator (
    id              TEXT PRIMARY KEY,
    role            INTEGER NOT NULL CHECK (role BETWEEN 1 AND 4),
    pin_salt        BLOB CHECK (length(pin_salt) = 16),
    pin_iterations  INTEGER CHECK (pin_iterations > 0),
    pin_tag         BLOB CHECK (length(pin_tag) = 32),
    wrong_pins      INTEGER NOT NULL DEFAULT 0,
    locked_until_ms INTEGER NOT NULL DEFAULT 0,
    CHECK ((pin_salt IS NULL) = (pin_tag IS NULL) AND (pin_salt IS NULL) = (pin_iterations IS NULL))
) STRICT, WITHOUT ROWID;

-- The most each role may do at once; NULL is no limit, 0 is never.
CREATE TABLE ceiling (
    role            INTEGER PRIMARY KEY CHECK (role BETWEEN 1 AND 4),
    refund          INTEGER,          -- minor units
    unlinked_refund INTEGER,          -- minor units
    adjustment      INTEGER,          -- whole points
    may_lift_limits INTEGER NOT NULL CHECK (may_lift_limits IN (0, 1))
) STRICT;

-- What head office signed: everything up to `seq` is safe with it. Each is the anchor of a proof
-- that outlives its batch, which is no longer offered once it is acknowledged.
CREATE TABLE acknowledgement (
    seq   INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

-- What the limits of a programme count: sales of members by member, cashier and card shown, summed up by
-- business date and, for cashiers, by hour (src/ledger/usage.rs). `who` is a member number or 63 bits of
-- a keyed hash. Kept while a programme of the file has limits, as `past` while one asks for the past;
-- both are true as long as `counted_seq` is the last entry and `counted_for` a hash of what the
-- programmes of the file ask, and made anew out of the documents when they are not.
CREATE TABLE usage (
    what        INTEGER NOT NULL,
    who         INTEGER NOT NULL,
    period      INTEGER NOT NULL, -- milliseconds, a date or an hour
    wallet      INTEGER NOT NULL,
    sales       INTEGER NOT NULL,
    redemptions INTEGER NOT NULL,
    points      INTEGER NOT NULL,
    PRIMARY KEY (what, who, period, wallet)
) STRICT, WITHOUT ROWID;
ALTER TABLE head ADD COLUMN counted_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE head ADD COLUMN counted_for INTEGER NOT NULL DEFAULT 0;

-- What the earlier sales of a member amount to, by day and by what is asked (src/evaluate/sums.rs): a
-- quote reads these months and not the sales.
CREATE TABLE past (
    member INTEGER NOT NULL,
    month  INTEGER NOT NULL, -- 202611
    sums   BLOB NOT NULL,    -- CBOR
    PRIMARY KEY (member, month)
) STRICT, WITHOUT ROWID;

-- What a return looks for, without reading all that its member ever did: the refunds of a sale (12), what
-- repaid a member's debt out of a lot (14), what of a lot counts as expired (18, less what was taken back of
-- it, 9, or by hand, 20). (Not `kind IN`: for a list of three SQLite makes a table of its own at every insert.)
CREATE INDEX entry_refund ON entry (refers_to) WHERE kind = 12;
CREATE INDEX entry_repayment ON entry (member) WHERE kind = 14 AND lot <> 0;
CREATE INDEX entry_expiry ON entry (lot) WHERE kind = 9 OR kind = 18 OR kind = 20;

-- The lines of a member (22), among them the codes that were used: no code is taken twice.
CREATE INDEX entry_exception ON entry (member) WHERE kind = 22;

-- Members who are not what others are: blocked (1), closed (2), merged into another (3), or none of these
-- and in a household, or once in one (0). A number that was merged stands for the other from then on: its
-- portions, debts and counts are the other's, its entries stay its own. Who is in a household uses the
-- holder's portions and debts; the holder's own row names the holder.
CREATE TABLE member_status (
    member      INTEGER PRIMARY KEY,
    state       INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
    seq         INTEGER NOT NULL REFERENCES entry (seq), -- that says so
    into_member INTEGER,                                 -- never a merged one itself
    holder      INTEGER,                                 -- never one who is in another's household
    CHECK ((state = 3) = (into_member IS NOT NULL)),
    CHECK (state <> 3 OR holder IS NULL)
) STRICT;
CREATE INDEX member_status_into ON member_status (into_member) WHERE into_member IS NOT NULL;
CREATE INDEX member_status_holder ON member_status (holder) WHERE holder IS NOT NULL;

-- Every time that somebody was in a household, under the numbers of then: what was in whose account when.
CREATE TABLE household (
    joined_seq INTEGER PRIMARY KEY REFERENCES entry (seq),
    member     INTEGER NOT NULL,
    holder     INTEGER NOT NULL,
    left_seq   INTEGER REFERENCES entry (seq) -- NULL while it lasts
) STRICT;
CREATE INDEX household_member ON household (member, joined_seq);
CREATE INDEX household_holder ON household (holder);

-- Turns of lucky draws, each by its number at this writer, under the member of its first entry. `is_open`: it
-- was taken back, and the next turn of the member, or of their household, is it again. `prize` is NULL for none.
CREATE TABLE turn (
    draw          TEXT NOT NULL,
    n             INTEGER NOT NULL CHECK (n > 0),
    member        INTEGER NOT NULL,
    business_date INTEGER NOT NULL,
    prize         TEXT,
    is_open       INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    PRIMARY KEY (draw, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX turn_of_member ON turn (member, draw);
CREATE INDEX turn_of_prize ON turn (draw, prize);

-- What no entry says is said twice, so that `verify` sees a changed byte (src/store/seal.rs). NULL where a
-- library of schema 1 wrote the row.
ALTER TABLE head ADD COLUMN seal BLOB;
ALTER TABLE operation ADD COLUMN seal BLOB;
