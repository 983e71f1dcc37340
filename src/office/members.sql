-- What head office makes of acts on members (schema 4): all of it follows from the set of entries.

CREATE INDEX entry_act ON entry (stream_no, seq) WHERE kind IN (27, 28, 29, 30);

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

-- Sums are kept under the numbers that entries have, so that it does not matter which comes in first, a
-- merge or what other tills did. Here they are told under the numbers of now.
CREATE VIEW merged AS
    SELECT member, root FROM alias UNION ALL SELECT DISTINCT root, root FROM alias;
CREATE VIEW portion_now AS
    SELECT member, wallet, stream_no, lot, awarded_ms, available_from, expires_on, earned, used, held
    FROM portion WHERE member NOT IN (SELECT member FROM merged)
    UNION ALL
    SELECT root, wallet, stream_no, lot, max(awarded_ms), max(available_from), max(expires_on),
           sum(earned), sum(used), sum(held)
    FROM portion JOIN merged USING (member) GROUP BY root, wallet, stream_no, lot;
CREATE VIEW account_now AS
    SELECT member, wallet, awarded, award_refunded, redeemed, redemption_refunded, debt, expired, adjusted
    FROM account WHERE member NOT IN (SELECT member FROM merged)
    UNION ALL
    SELECT root, wallet, sum(awarded), sum(award_refunded), sum(redeemed), sum(redemption_refunded),
           sum(debt), sum(expired), sum(adjusted)
    FROM account JOIN merged USING (member) GROUP BY root, wallet;
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
    FROM event_activity LEFT JOIN alias USING (member);
