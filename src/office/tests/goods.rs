//! How head office finds goods: by indexes, so that what it reads follows what it tells.

use super::super::baskets::{BATCH_OF, moved};
use super::super::unlinked::{BACK, OF_SALE, THEIRS, UNLINKED, select};
use super::*;

/// How SQLite would find entries and batches: each step that does not name another table.
fn plan(office: &Office, sql: &str) -> Vec<String> {
    let explain = format!("EXPLAIN QUERY PLAN {sql}");
    let mut query = office.db.prepare(&explain).expect("a query");
    let mut rows = query.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().expect("works") {
        steps.push(row.get::<_, String>(3).expect("a step"));
    }
    let tables = [" e ", " u ", " entry ", " batch "];
    steps.retain(|step| tables.iter().any(|table| step.contains(table)));
    steps
}

#[test]
fn goods_of_a_day_are_found_by_that_day_and_not_in_every_entry() {
    let (_dir, office) = office();
    let by_day = "SEARCH e USING INDEX entry_goods (business_date=?)";
    assert_eq!(plan(&office, &moved(Some(today()))), [by_day]);
    let by_entry =
        "SEARCH batch USING INDEX batch_applied (writer_no=? AND epoch=? AND tag=? AND last_seq>?)";
    assert_eq!(plan(&office, BATCH_OF), [by_entry]);
}

#[test]
fn goods_without_a_sale_are_found_by_whose_they_are_and_not_in_every_entry() {
    let (_dir, office) = office();
    let of = |condition| plan(&office, &select(condition));
    let without_sale = "SEARCH e USING INDEX entry_return (refers_to=?)";
    let undone = "SEARCH u USING COVERING INDEX entry_return (refers_to=? AND stream_no=?)";
    assert_eq!(of(UNLINKED), [without_sale, undone]);
    let whose = "SEARCH entry USING INDEX entry_return (refers_to=?)";
    let by_member = "SEARCH e USING INDEX entry_sale (member=?)";
    assert_eq!(of(THEIRS), [by_member, whose]);
    let by_sale = "SEARCH e USING INDEX entry_return (refers_to=? AND stream_no=?)";
    assert_eq!(of(BACK), [by_sale]);
    let of_entry = "SEARCH e USING PRIMARY KEY (stream_no=? AND seq=?)";
    let from_entry = "SEARCH entry USING PRIMARY KEY (stream_no=? AND seq>?)";
    assert_eq!(of(OF_SALE), [of_entry, from_entry]);
}
