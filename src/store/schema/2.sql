-- What schema 2 adds to schema 1. Only new tables, columns with a default and indexes: a library of
-- schema 1 goes on reading and writing the file. New files are made by both scripts in their order.

-- What has a last day and something left: the sweep at day close finds what is due here.
CREATE INDEX portion_due ON portion (expires_on, member, wallet, lot)
    WHERE expires_on IS NOT NULL AND granted + earned - released - used > 0;
