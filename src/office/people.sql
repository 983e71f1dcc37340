-- What version 7 adds: every list of operators that was made for a store, sealed as its tills get it; also
-- what a provisioning file said about operators. Each has a number of its own, greater than all before it.
CREATE TABLE operator_list (
    issued_ms           INTEGER PRIMARY KEY,
    store               TEXT    NOT NULL,
    file                BLOB    NOT NULL
) STRICT;
