//! Whatever a tool, a bad disk or a hand changes in the file, a full check sees it: every column of every
//! table, in the first and in the last row.

use std::collections::BTreeSet;

use loy::evaluate::Cart;
use loy::exchange::operators;
use loy::kernel::{Currency, MemberNumber};
use loy::till::{
    ActKind, Adjustment, Depth, MergeRequest, Missing, RefundRequest, Settings, Split,
    StatusChange, Till,
};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::blocked::change;
use crate::households::{joining, leaving};
use crate::people::adjustment;
use crate::shop::{
    MORNING_MS, Shop, TODAY, answer, assert_sound, cart, cart_of, claim_of, date, enrol, phone,
    refund_of, spending,
};

/// Columns of which nothing else in the file says what they should be, and why that is so.
const UNSEEN: [(&str, &str, &str); 2] = [
    (
        "operator",
        "wrong_pins",
        "how often a PIN was wrong since it was right stands nowhere else; each wrong one has its own \
         line in the day's report",
    ),
    (
        "operator",
        "locked_until_ms",
        "as `wrong_pins`, from which it is made",
    ),
];

const PROGRAMME: &str = r#"{
  "schema": 1, "id": "vnd-10000", "version": 1, "name": {"vi": "Điểm"}, "currency": "VND",
  "wallets": [{"id": "points", "number": 1, "name": {"vi": "Điểm"}, "unit": {"vi": "điểm"}, "decimals": 0,
    "rounding": "half_up", "redeem": {"value": "1000"}, "expiry": {"days": 30}}],
  "earn": [
    {"id": "bill", "wallet": "points", "amount": {"per": "10000", "points": "1"}},
    {"id": "welcome", "wallet": "points", "fixed": {"points": "5"}, "times": {"ever": 1}}
  ],
  "limits": [{"id": "often", "name": {"vi": "Dùng thẻ"}, "count": "sales", "per": "member", "most": "9", "action": "warn"}],
  "draws": [{"id": "wheel", "prizes": [{"id": "cup", "chance_percent": "60"}]}]
}"#;

const PEOPLE: &str = r#"{"roles": {"cashier": {"refund": "500000"}},
    "operators": [{"id": "TN-07", "role": "supervisor", "pin": "1234"}, {"id": "GS-01", "role": "supervisor", "pin": "4711"}]}"#;

fn with_receipt(cart: Cart, number: &str) -> Cart {
    Cart {
        receipt_number: Some(number.to_owned()),
        ..cart
    }
}

/// A till at which everything happened of which a table tells.
fn shop() -> Shop {
    let shop = Shop::with(|provisioning| {
        provisioning.programme = PROGRAMME.as_bytes().to_vec();
        let random = &mut |bytes: &mut [u8]| bytes.fill(6);
        provisioning.operators =
            operators::from_json(PEOPLE.as_bytes(), Currency::VND, 1_000, random).unwrap();
        let known = |body| MemberNumber::from_body(body).unwrap();
        provisioning.members = vec![
            ([7; 16], known(77_000_000_001)),
            ([8; 16], known(77_000_000_002)),
        ];
    });
    let till = shop.create();
    let list = shop.list(MORNING_MS, PEOPLE);
    till.install_operators(&shop.sealed(&list)).unwrap();
    let member = enrol(&till);
    let approve = |id: &str, act| till.approve(id, act, "GS-01", b"4711").unwrap();
    approve("back-1", ActKind::Refund);
    approve("gift", ActKind::Adjustment);
    approve("owed", ActKind::Adjustment);
    for id in [
        "block", "unblock", "merge", "block-3", "join", "leave", "again",
    ] {
        approve(id, ActKind::Member);
    }
    let other = till.enrol("enrol-2", &phone("0987654321")).unwrap().number;
    let known = till.enrol("enrol-2", &phone("0987654321"));
    assert!(known.is_ok(), "the same again");
    till.enrol("enrol-3", &phone("0987654321")).unwrap_err();
    let bill = with_receipt(cart_of(member, 100_000), "0001");
    let sale = till.record("sale-1", &bill).unwrap().id;
    let back = RefundRequest {
        receipt_number: Some("R-1".to_owned()),
        ..refund_of(sale)
    };
    till.refund("back-1", &back).unwrap();
    till.record("sale-2", &cart_of(other, 200_000)).unwrap();
    let nobodys = till.record("sale-3", &cart(70_000)).unwrap().id;
    till.claim("claim-3", &claim_of(nobodys, member)).unwrap();
    till.adjust("gift", &adjustment(member, 20)).unwrap();
    let owed = Adjustment {
        missing: Missing::Owed,
        ..adjustment(other, -500)
    };
    till.adjust("owed", &owed).unwrap();
    till.approve("x", ActKind::Refund, "GS-01", b"0000")
        .unwrap_err();
    till.close_day("close", date(TODAY)).unwrap();
    let first = till.export_next(1 << 20).unwrap().unwrap();
    till.acknowledge(&answer(&shop.office_key, &first.bytes))
        .unwrap();
    till.change_status("block", &change(other, StatusChange::Block))
        .unwrap();
    till.change_status("unblock", &change(other, StatusChange::Unblock))
        .unwrap();
    let merge = MergeRequest {
        from: other,
        into: member,
        operator: "TN-07".to_owned(),
        reason: "same_person".to_owned(),
        time: None,
    };
    till.merge("merge", &merge).unwrap();
    let third = till.enrol("enrol-4", &phone("0911111111")).unwrap().number;
    till.change_status("block-3", &change(third, StatusChange::Block))
        .unwrap();
    let guest = till.enrol("enrol-5", &phone("0922222222")).unwrap().number;
    let joined = |id: &str| till.join_household(id, &joining(guest, member)).unwrap();
    joined("join");
    till.leave_household("leave", &leaving(guest, Split::Nothing))
        .unwrap();
    joined("again");
    let bill = with_receipt(spending(member, 50_000, 3), "0002");
    till.authorise("hold-4", &bill, 600).unwrap();
    till.export_next(1 << 20).unwrap().unwrap();
    assert_sound(&till);
    till.close();
    shop
}

/// The columns of a table and what stands in them.
fn rows_of(db: &Connection, table: &str) -> (Vec<String>, Vec<Vec<Value>>) {
    let mut statement = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let rows = statement.query_map([], |row| (0..columns.len()).map(|at| row.get(at)).collect());
    let rows = rows
        .unwrap()
        .map(|row: Result<Vec<Value>, _>| row.unwrap())
        .collect();
    (columns, rows)
}

/// The same kind of value, a little otherwise.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Null | Value::Real(_) => Vec::new(),
        Value::Integer(number) => {
            let numbers = [number + 1, number - 1, number + 1_000_003];
            numbers.into_iter().map(Value::Integer).collect()
        }
        Value::Text(text) => {
            let mut bytes = text.clone().into_bytes();
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            vec![Value::Text(String::from_utf8(bytes).unwrap())]
        }
        Value::Blob(bytes) => {
            let flipped = |at: usize| {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1;
                Value::Blob(bytes)
            };
            vec![flipped(bytes.len() / 2)]
        }
    }
}

/// Changes one column of one row, if the tables let it.
fn put(db: &Connection, table: &str, columns: &[String], row: &[Value], at: usize) -> bool {
    let is = |column: &String, place: usize| format!("{column} IS ?{}", place + 2);
    let which: Vec<String> = columns
        .iter()
        .zip(0..)
        .map(|(column, at)| is(column, at))
        .collect();
    let sql = format!(
        "UPDATE {table} SET {} = ?1 WHERE {}",
        columns[at],
        which.join(" AND ")
    );
    others(&row[at]).into_iter().any(|other| {
        let values = std::iter::once(other).chain(row.iter().cloned());
        db.execute(&sql, params_from_iter(values)) == Ok(1)
    })
}

#[test]
fn a_changed_byte_in_any_column_of_any_table_is_seen() {
    let shop = shop();
    let good = std::fs::read(shop.path()).unwrap();
    let tables: Vec<String> = {
        let db = Connection::open(shop.path()).unwrap();
        let sql =
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        let mut statement = db.prepare(sql).unwrap();
        statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    let (mut unseen, mut untried) = (BTreeSet::new(), BTreeSet::new());
    for table in &tables {
        let (columns, rows) = rows_of(&Connection::open(shop.path()).unwrap(), table);
        for at in 0..columns.len() {
            let filled = rows.iter().filter(|row| row[at] != Value::Null);
            let filled: Vec<_> = filled.collect();
            let ends = [filled.first(), filled.last()].into_iter().flatten();
            let mut is_tried = false;
            for row in ends {
                let changed = shop.folder.path().join("changed.loy");
                std::fs::write(&changed, &good).unwrap();
                let db = Connection::open(&changed).unwrap();
                db.execute_batch(
                    "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;
                     DROP TRIGGER entry_is_never_changed",
                )
                .unwrap();
                if !put(&db, table, &columns, row, at) {
                    continue;
                }
                db.close().unwrap();
                is_tried = true;
                let settings = Settings {
                    busy_timeout_ms: 0,
                    ..Settings::new(&changed)
                };
                let found = Till::open_reader(&settings).and_then(|till| till.verify(Depth::Full));
                if found.as_ref().is_ok_and(Vec::is_empty) {
                    unseen.insert((table.clone(), columns[at].clone()));
                }
            }
            if !is_tried {
                untried.insert((table.clone(), columns[at].clone()));
            }
        }
    }
    let expected = UNSEEN.map(|(table, column, _)| (table.to_owned(), column.to_owned()));
    assert_eq!(unseen, BTreeSet::from(expected));
    assert_eq!(untried, BTreeSet::new());
}
