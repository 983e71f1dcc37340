-- What head office makes of acts on members (schema 4): all of it follows from the set of entries.

CREATE INDEX entry_act ON entry (stream_no, seq) WHERE kind BETWEEN 27 AND 31;

-- A number that stands for another, which is never here itself.
CREATE TABLE alias (
    member              INTEGER PRIMARY KEY,
    root                INTEGER NOT NULL
) STRICT;

-- Members who are blocked (1) or closed (2), by the numbers they have by now.
CREATE TABLE member_status (
    member              INTEGER PRIMARY KEY,
    status              INTEGER NOT NULL CHECK (status IN (1, 2))
) STRICT;

-- Who is in whose household, by the numbers they have by now.
CREATE TABLE household (
    member              INTEGER PRIMARY KEY,
    holder              INTEGER NOT NULL
) STRICT;
CREATE INDEX household_holder ON household (holder);

-- Every time in a household: up to when somebody's days count for the account, which is `root` by now.
CREATE TABLE stay (
    member              INTEGER NOT NULL,
    root                INTEGER NOT NULL,
    left_on             INTEGER                                                -- NULL while it lasts
) STRICT;

-- Numbers that are not, or were not always, accounts of their own: whose account has what stands there.
CREATE TABLE shared (
    member              INTEGER PRIMARY KEY,
    root                INTEGER NOT NULL
) STRICT;

-- Lots and debts of such numbers by what their own till did with them: whose account a lot is in by now,
-- and what is owed there more, or less, than stands under the number.
CREATE TABLE lot_home (
    stream_no           INTEGER NOT NULL REFERENCES stream,
    lot                 INTEGER NOT NULL,
    root                INTEGER NOT NULL,
    PRIMARY KEY (stream_no, lot)
) STRICT, WITHOUT ROWID;
CREATE TABLE debt_home (
    root                INTEGER NOT NULL,
    wallet              INTEGER NOT NULL,
    debt                INTEGER NOT NULL
) STRICT;

-- Sums are kept under the numbers that entries have, so that it does not matter which comes in first, a
-- merge or what other tills did. Here they are told under the numbers of now: points of the account that
-- has them, sales of who shopped.
CREATE VIEW merged AS
    SELECT member, root FROM alias UNION ALL SELECT DISTINCT root, root FROM alias;
CREATE VIEW portion_now AS
    SELECT member, wallet, stream_no, lot, awarded_ms, available_from, expires_on, earned, used, held
    FROM portion WHERE member NOT IN (SELECT member FROM shared)
    UNION ALL
    SELECT coalesce(h.root, s.root), wallet, stream_no, lot, max(awarded_ms), max(available_from),
           max(expires_on), sum(earned), sum(used), sum(held)
    FROM portion JOIN shared s USING (member) LEFT JOIN lot_home h USING (stream_no, lot)
    GROUP BY 1, wallet, stream_no, lot;
CREATE VIEW account_now AS
    SELECT member, wallet, awarded, award_refunded, redeemed, redemption_refunded, debt, expired, adjusted
    FROM account WHERE member NOT IN (SELECT member FROM shared)
    UNION ALL
    SELECT root, wallet, sum(awarded), sum(award_refunded), sum(redeemed), sum(redemption_refunded),
           sum(debt), sum(expired), sum(adjusted)
    FROM (SELECT root, wallet, awarded, award_refunded, redeemed, redemption_refunded, debt, expired, adjusted
          FROM account JOIN shared USING (member)
          UNION ALL SELECT root, wallet, 0, 0, 0, 0, debt, 0, 0 FROM debt_home)
    GROUP BY root, wallet;
CREATE VIEW member_now AS
    SELECT member, sales, spend, refunded FROM member
    WHERE member NOT IN (SELECT member FROM merged)
    UNION ALL
    SELECT root, sum(sales), sum(spend), sum(refunded)
    FROM member JOIN merged USING (member) GROUP BY root;
CREATE VIEW activity_now AS
    SELECT coalesce(root, member) AS member, business_date, 0 AS is_event
    FROM activity LEFT JOIN alias USING (member)
    UNION ALL
    SELECT coalesce(root, member), business_date, 1
    FROM event_activity LEFT JOIN alias USING (member)
    UNION ALL
    SELECT root, business_date, 0 FROM activity JOIN stay USING (member)
    WHERE left_on IS NULL OR business_date <= left_on
    UNION ALL
    SELECT root, business_date, 1 FROM event_activity JOIN stay USING (member)
    WHERE left_on IS NULL OR business_date <= left_on;
