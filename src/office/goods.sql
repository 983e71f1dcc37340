-- What finds goods without looking through every entry (schema 6): sales and returns by their day, sales and
-- claims by whose they are, returns by the sale that they name (0: none), a batch by its last entry.
CREATE INDEX entry_goods ON entry (business_date, stream_no, seq) WHERE kind IN (6, 12) AND lot = 0;
CREATE INDEX entry_sale ON entry (member) WHERE kind IN (6, 21) AND lot = 0;
CREATE INDEX entry_return ON entry (refers_to, stream_no) WHERE kind = 12 AND lot = 0;
CREATE INDEX alias_root ON alias (root);
CREATE INDEX batch_applied ON batch (writer_no, epoch, tag, last_seq, first_seq) WHERE state = 1;
