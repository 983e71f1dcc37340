-- What schema 2 adds to schema 1. Only new tables, columns with a default and indexes.

-- Who works at this till, as provisioning said; empty where nothing is checked. Of a PIN only the
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
