//! The rules change while a till trades: a new version comes, and what was promised under the old one
//! stays as it was.

use loy::kernel::Points;
use loy::till::{Depth, Disputed, Error, Goods, Measure, ReturnedPart, Till, status};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::shop::{
    Shop, TODAY, answer, assert_sound, balance, cart, cart_of, claim_of, date, enrol,
    refund_as_told, refund_of, spending,
};

const TOMORROW: i64 = 20_261_123;

/// The shop's programme, changed.
fn version(number: u32, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let first = include_bytes!("../../examples/programmes/vnd-10000.json");
    let mut document: Value = serde_json::from_slice(first).unwrap();
    document["version"] = json!(number);
    change(&mut document);
    document.to_string().into_bytes()
}

/// Twice as good: 5.000 d = 1 point.
fn better(number: u32) -> Vec<u8> {
    version(number, |document| {
        document["earn"][0]["amount"]["per"] = json!("5000");
    })
}

/// What a bill of so much would earn a member now.
fn earns(till: &Till, total: i64) -> i64 {
    let quote = till.evaluate(&cart(total)).unwrap();
    quote.awarded_with_card(1).get()
}

#[test]
fn a_new_version_prices_the_next_cart_and_stays_over_a_restart() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("1", &cart_of(member, 50_000)).unwrap();
    assert_eq!(till.install_programme(&better(2)).unwrap(), 2);
    let sale = till.record("2", &cart_of(member, 50_000)).unwrap();
    assert_eq!(sale.quote.awarded(1), Points::new(10));
    assert_eq!(balance(&till, member).0, 5 + 10);
    assert_eq!(till.info().unwrap().programme_version, 2);
    till.close();
    let till = shop.open();
    assert_eq!(earns(&till, 50_000), 10);
    assert_eq!(till.programme().unwrap().version(), 2);
    assert_sound(&till);
}

#[test]
fn the_same_version_again_changes_nothing_and_never_changes() {
    let shop = Shop::new();
    let till = shop.create();
    till.install_programme(&better(2)).unwrap();
    let head = till.info().unwrap().head_seq;
    assert_eq!(till.install_programme(&better(2)).unwrap(), 2);
    // The one that came with provisioning is installed too.
    let first = include_bytes!("../../examples/programmes/vnd-10000.json");
    assert_eq!(till.install_programme(first).unwrap(), 1);
    assert_eq!(till.info().unwrap().head_seq, head);
    for (number, changed) in [(1, better(1)), (2, version(2, |_| {}))] {
        let error = till.install_programme(&changed).unwrap_err();
        assert!(matches!(error, Error::ProgrammeChanged { version } if version == number));
        assert_eq!(
            (error.status(), error.reason(), error.field()),
            (status::E_DOCUMENT, "programme.changed", "version")
        );
    }
    assert_eq!(till.info().unwrap().head_seq, head);
    assert_eq!(earns(&till, 50_000), 10);
    assert_sound(&till);
}

#[test]
fn a_version_counts_from_its_first_day_on_and_in_whatever_order_versions_come() {
    let from = |number, first: i64, per: &str| {
        version(number, |document| {
            document["valid_from"] = json!(first);
            document["earn"][0]["amount"]["per"] = json!(per);
        })
    };
    let versions = [from(2, TOMORROW, "5000"), from(3, TOMORROW + 1, "2000")];
    for order in [[0, 1], [1, 0]] {
        let shop = Shop::new();
        let till = shop.create();
        let member = enrol(&till);
        for place in order {
            till.install_programme(&versions[place]).unwrap();
        }
        for (day, points) in [
            (TODAY - 1, 5),
            (TODAY, 5),
            (TOMORROW, 10),
            (TOMORROW + 1, 25),
            (TOMORROW + 7, 25),
        ] {
            let mut cart = cart_of(member, 50_000);
            cart.business_date = date(day);
            let quote = till.evaluate(&cart).unwrap();
            assert_eq!(quote.awarded(1).get(), points, "{day} {order:?}");
        }
        // A sale of today that is recorded when tomorrow's rules are here is a sale of today.
        let late = till.record("late", &cart_of(member, 50_000)).unwrap();
        assert_eq!(late.quote.awarded(1).get(), 5);
        assert_sound(&till);
    }
}

#[test]
fn what_was_authorised_under_the_old_rules_is_committed_under_them() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("1", &cart_of(member, 100_000)).unwrap();
    let held = till
        .authorise("2", &spending(member, 60_000, 10), 600)
        .unwrap();
    // Ten points were 10.000 d; from now on they are 5.000 d.
    till.install_programme(&version(2, |document| {
        document["wallets"][0]["redeem"]["value"] = json!("500");
    }))
    .unwrap();
    let sale = till.commit("3", held.id, None).unwrap();
    assert_eq!(sale.quote, held.quote);
    assert_eq!(sale.quote.outcome.payable.get(), 50_000);
    // 10 - 10 + 5 for 50.000 d.
    assert_eq!(balance(&till, member), (5, 5, 0, 0));
    assert_sound(&till);
}

#[test]
fn a_cart_that_changes_before_its_commit_is_priced_by_the_new_rules() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let held = till.authorise("1", &cart_of(member, 50_000), 600).unwrap();
    till.install_programme(&better(2)).unwrap();
    let sale = till
        .commit("2", held.id, Some(&cart_of(member, 60_000)))
        .unwrap();
    assert_eq!(sale.payable_change.get(), 10_000);
    assert_eq!(sale.quote.awarded(1).get(), 12);
    assert_eq!(sale.programme.version(), 2);
    assert_eq!(balance(&till, member).0, 12);
    assert_sound(&till);
}

#[test]
fn goods_of_a_sale_of_the_old_rules_come_back_by_the_old_rules() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("1", &cart_of(member, 100_000)).unwrap();
    till.install_programme(&better(2)).unwrap();
    // Half of it: the other half keeps 5 of the 10 points, as version 1 has it.
    let mut half = refund_of(sale.id);
    half.goods = Goods::Parts(vec![ReturnedPart {
        line: 0,
        measure: Measure::Amount(loy::kernel::Money::new(50_000)),
    }]);
    let preview = till.preview_refund(&half).unwrap();
    assert_eq!(preview.wallets[0].taken_back.get(), 5);
    refund_as_told(&till, "2", &half).unwrap();
    assert_eq!(balance(&till, member).0, 5);
    refund_as_told(&till, "3", &refund_of(sale.id)).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    assert_sound(&till);
}

#[test]
fn a_bill_of_the_old_rules_is_claimed_and_disputed_by_them() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let bill = till.record("1", &cart(50_000)).unwrap();
    till.install_programme(&better(2)).unwrap();
    let claimed = till.claim("2", &claim_of(bill.id, member)).unwrap();
    assert_eq!(claimed.quote.awarded(1).get(), 5);
    let dispute = till.dispute(&Disputed::Sale(bill.id)).unwrap();
    assert_eq!(dispute.programme.version, 1);
    assert!(dispute.is_clean(), "{:?}", dispute.again.differences);
    let next = till.record("3", &cart_of(member, 50_000)).unwrap();
    let dispute = till.dispute(&Disputed::Sale(next.id)).unwrap();
    assert_eq!((dispute.programme.version, dispute.is_clean()), (2, true));
    assert_sound(&till);
}

#[test]
fn a_document_that_is_no_version_of_this_programme_is_refused_and_nothing_is_written() {
    let shop = Shop::new();
    let till = shop.create();
    let head = till.info().unwrap().head_seq;
    let wallet = |key: &str, value: Value| {
        let key = key.to_owned();
        version(2, move |document| document["wallets"][0][key] = value)
    };
    for (document, field) in [
        (version(2, |document| document["id"] = json!("other")), "id"),
        (
            version(2, |document| document["currency"] = json!("JPY")),
            "currency",
        ),
        (wallet("number", json!(2)), "wallets[0]"),
        (wallet("decimals", json!(2)), "wallets[0]"),
        (
            version(2, |document| document["version"] = json!(0)),
            "version",
        ),
        (
            // Whose points are left nobody could spend.
            version(2, |document| {
                document["wallets"][0]["id"] = json!("stars");
                document["wallets"][0]["number"] = json!(2);
                document["earn"][0]["wallet"] = json!("stars");
            }),
            "wallets",
        ),
        (b"{".to_vec(), "."),
    ] {
        let error = till.install_programme(&document).unwrap_err();
        assert_eq!((error.status(), error.field()), (status::E_DOCUMENT, field));
    }
    assert_eq!(till.info().unwrap().head_seq, head);
    // A further wallet is no obstacle, and after it no version may come without it, older or newer.
    let more = version(3, |document| {
        let mut stars = document["wallets"][0].clone();
        stars["id"] = json!("stars");
        stars["number"] = json!(2);
        document["wallets"].as_array_mut().unwrap().push(stars);
    });
    assert_eq!(till.install_programme(&more).unwrap(), 3);
    assert_eq!(till.install_programme(&better(2)).unwrap(), 2);
    let error = till.install_programme(&better(4)).unwrap_err();
    assert_eq!(error.field(), "wallets");
    assert_sound(&till);
}

#[test]
fn the_back_office_beside_the_till_sees_the_new_version_and_its_sales() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let reader = Till::open_reader(&shop.settings()).unwrap();
    till.install_programme(&better(2)).unwrap();
    let sale = till.record("1", &cart_of(member, 50_000)).unwrap();
    assert_eq!(reader.sale(sale.id).unwrap().programme.version(), 2);
    assert_eq!(reader.programme().unwrap().version(), 2);
    assert_eq!(earns(&reader, 50_000), 10);
    let error = reader.install_programme(&better(3)).unwrap_err();
    assert_eq!(error.status(), status::E_STORE_READ_ONLY);
}

#[test]
fn head_office_takes_a_batch_in_which_the_rules_change() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("1", &cart_of(member, 50_000)).unwrap();
    till.install_programme(&better(2)).unwrap();
    till.record("2", &cart_of(member, 50_000)).unwrap();
    let bytes = till.export_next(1 << 20).unwrap().unwrap().bytes;
    till.acknowledge(&answer(&shop.office_key, &bytes)).unwrap();
    let writer = ed25519_dalek::SigningKey::from_bytes(&[3; 32])
        .verifying_key()
        .to_bytes();
    let batch = loy::exchange::batch::read(&bytes)
        .unwrap()
        .verify(&writer)
        .unwrap();
    let installed: Vec<_> = batch
        .entries
        .iter()
        .filter(|entry| entry.kind == loy::ledger::Kind::ProgrammeInstalled)
        .map(|entry| (entry.programme_version, entry.payload.len()))
        .collect();
    assert_eq!(installed, [(1, 32), (2, 32)]);
    assert_eq!(batch.manifest.programme_version, 2);
    assert_sound(&till);
}

#[test]
fn a_version_that_a_damaged_file_lost_is_installed_again_and_only_as_it_was() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.install_programme(&better(2)).unwrap();
    let sale = till.record("1", &cart_of(member, 50_000)).unwrap();
    till.close();
    let db = Connection::open(shop.path()).unwrap();
    db.execute(
        "UPDATE programme SET document = X'00' WHERE version = 2",
        [],
    )
    .unwrap();
    drop(db);
    let settings = loy::till::Settings {
        path: shop.folder.path().join("saved.loy"),
        ..shop.settings()
    };
    let (till, findings) = Till::salvage_with(&shop.path(), &settings, shop.ports()).unwrap();
    let keys: Vec<_> = findings.iter().map(|finding| finding.key).collect();
    assert_eq!(keys, ["programme.lost"]);
    let other = version(2, |document| {
        document["earn"][0]["amount"]["per"] = json!("1000");
    });
    let error = till.install_programme(&other).unwrap_err();
    assert_eq!(error.reason(), "programme.changed");
    assert_eq!(till.install_programme(&better(2)).unwrap(), 2);
    refund_as_told(&till, "2", &refund_of(sale.id)).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    assert_eq!(till.verify(Depth::Full).unwrap(), []);
}

/// A new number would not make it one of this ledger's.
#[test]
fn another_programme_with_a_number_that_is_there_is_told_as_another_programme() {
    let shop = Shop::new();
    let till = shop.create();
    let other = version(1, |document| document["id"] = json!("other"));
    let Err(loy::till::Error::Programme(problems)) = till.install_programme(&other) else {
        panic!("it is another programme");
    };
    assert_eq!(problems[0].path, "id");
}
