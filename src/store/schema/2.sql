-- What schema 2 adds to schema 1. Only new tables, columns with a default and indexes: a library of
-- schema 1 goes on reading and writing the file. New files are made by both scripts in their order.

-- The UTC offset of the last entry, for entries that are about no sale.
ALTER TABLE head ADD COLUMN offset_minutes INTEGER NOT NULL DEFAULT 0;
UPDATE head SET offset_minutes =
    coalesce((SELECT e.offset_minutes FROM entry e WHERE e.seq = head.seq), 0);

-- What has a last day and something left: the sweep at day close finds what is due here.
CREATE INDEX portion_due ON portion (expires_on, member, wallet, lot)
    WHERE expires_on IS NOT NULL AND granted + earned - released - used > 0;

-- What head office signed: everything up to `seq` is safe with it. Each is the anchor of a proof
-- that outlives its batch, which is no longer offered once it is acknowledged.
CREATE TABLE acknowledgement (
    seq   INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
