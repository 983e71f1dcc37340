//! Points by hand: given, taken, owed, and why.

use loy::kernel::Points;
use loy::ledger::{AdjustmentPayload, Entry, Kind};
use loy::till::{Adjustment, Missing, Settings, Till, status};

use crate::people::{adjustment, entries, reason};
use crate::shop::{Shop, TODAY, assert_sound, balance, cart_of, date, enrol, refund_of, spending};

#[test]
fn points_given_by_hand_are_a_lot_with_the_wallets_end_or_a_stated_one() {
    let shop = Shop::with(|provisioning| {
        let text = String::from_utf8(provisioning.programme.clone()).unwrap();
        let mut programme: serde_json::Value = serde_json::from_str(&text).unwrap();
        programme["wallets"][0]["expiry"] = serde_json::json!({"days": 30});
        provisioning.programme = programme.to_string().into_bytes();
    });
    let till = shop.create();
    let member = enrol(&till);
    till.adjust("adjust-1", &adjustment(member, 7)).unwrap();
    let stated = Adjustment {
        expires_on: Some(date(20_261_125)),
        ..adjustment(member, 5)
    };
    till.adjust("adjust-2", &stated).unwrap();
    let given: Vec<Entry> = entries(&till, member)
        .into_iter()
        .filter(|entry| entry.kind == Kind::AdjustmentGiven)
        .collect();
    // 22 November and 30 days.
    assert_eq!(given[0].expires_on, Some(date(20_261_222)));
    assert_eq!(given[1].expires_on, Some(date(20_261_125)));
    let payload = AdjustmentPayload::from_payload(&given[0].payload).unwrap();
    assert_eq!(
        (payload.operator.as_str(), payload.reason.as_str()),
        ("TN-07", "goodwill")
    );
    // What ends first is spent first: all 5 and one of the 7.
    till.record("sale-1", &spending(member, 100_000, 6))
        .unwrap();
    let spent: Vec<i64> = entries(&till, member)
        .iter()
        .filter(|entry| entry.kind == Kind::Redemption)
        .map(|entry| entry.points.get())
        .collect();
    assert_eq!(spent, [5, 1]);
    let dead = Adjustment {
        expires_on: Some(date(TODAY)),
        ..adjustment(member, 5)
    };
    assert_eq!(
        till.adjust("adjust-3", &dead).unwrap_err().field(),
        "expires_on"
    );
    assert_sound(&till);
}

#[test]
fn points_taken_by_hand_are_there_or_refused_or_owed() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 100_000)).unwrap();
    let refused = till.adjust("take-1", &adjustment(member, -12)).unwrap_err();
    assert_eq!(refused.reason(), "points.short");
    // Remembered: more points later do not change the answer.
    till.record("sale-2", &cart_of(member, 50_000)).unwrap();
    assert_eq!(
        reason(till.adjust("take-1", &adjustment(member, -12))),
        "points.short"
    );
    let owed = Adjustment {
        missing: Missing::Owed,
        ..adjustment(member, -18)
    };
    let done = till.adjust("take-2", &owed).unwrap();
    assert_eq!(
        (done.points, done.owed, done.balance.known),
        (Points::new(-15), Points::new(3), Points::new(-3))
    );
    assert_eq!(till.adjust("take-2", &owed).unwrap().owed, Points::new(3));
    assert_eq!(balance(&till, member), (-3, 0, 0, 3));
    till.adjust("give-1", &adjustment(member, 10)).unwrap();
    assert_eq!(balance(&till, member), (7, 7, 0, 0));
    let report = till.close_day("close-1", date(TODAY)).unwrap();
    let total = |kind: &str| {
        let mut found = report.totals.iter().filter(|total| total.kind == kind);
        found.next().map(|total| total.points.get())
    };
    assert_eq!(total("adjustment_given"), Some(10));
    assert_eq!(total("adjustment_taken"), Some(15));
    assert_eq!((total("debt"), total("repayment")), (Some(3), Some(3)));
    let lines: Vec<(&str, &str, i64)> = report
        .exceptions
        .iter()
        .map(|line| (line.key.as_str(), line.operator.as_str(), line.points.get()))
        .collect();
    assert_eq!(
        lines,
        [
            ("adjustment_taken", "TN-07", -10),
            ("adjustment_taken", "TN-07", -5),
            ("adjustment_owed", "TN-07", -3),
            ("adjustment_given", "TN-07", 10),
        ]
    );
    let counts: Vec<(&str, u64, i64)> = report
        .exception_counts
        .iter()
        .map(|count| (count.key.as_str(), count.count, count.points.get()))
        .collect();
    assert_eq!(
        counts,
        [
            ("adjustment_given", 1, 10),
            ("adjustment_owed", 1, -3),
            ("adjustment_taken", 2, -15),
        ]
    );
    assert_eq!(till.close_day("close-1", date(TODAY)).unwrap(), report);
    assert_sound(&till);
}

#[test]
fn a_reason_in_words_stays_in_the_store_and_a_name_is_no_operator() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let in_words = Adjustment {
        reason: "Bù điểm vì máy in hỏng".to_owned(),
        ..adjustment(member, 5)
    };
    till.adjust("adjust-1", &in_words).unwrap();
    let entries = entries(&till, member);
    let given = entries
        .iter()
        .find(|entry| entry.kind == Kind::AdjustmentGiven)
        .unwrap();
    let payload = AdjustmentPayload::from_payload(&given.payload).unwrap();
    assert_eq!(payload.reason, "");
    for (wrong, field) in [
        (
            Adjustment {
                operator: "Trần Thị Hoa".to_owned(),
                ..adjustment(member, 5)
            },
            "operator",
        ),
        (
            Adjustment {
                reason: String::new(),
                ..adjustment(member, 5)
            },
            "reason",
        ),
        (
            Adjustment {
                wallet: "stamps".to_owned(),
                ..adjustment(member, 5)
            },
            "wallet",
        ),
        (adjustment(member, 0), "points"),
    ] {
        assert_eq!(till.adjust("adjust-2", &wrong).unwrap_err().field(), field);
    }
}

#[test]
fn no_balance_grows_beyond_what_can_be_added_up() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.adjust("most", &adjustment(member, 9_000_000_000_000_000))
        .unwrap();
    let refused = till.adjust("more", &adjustment(member, 1)).unwrap_err();
    assert_eq!(refused.status(), status::E_ARGUMENT);
    assert_eq!(balance(&till, member).0, 9_000_000_000_000_000);
}

/// Nothing was there, so the act is a debt and nothing else. It stands right behind a sale, and is none
/// of its business: the goods come back and the debt stays, in a salvaged file too.
#[test]
fn points_made_owed_by_hand_are_not_forgiven_with_the_sale_before_them() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &cart_of(member, 4_000)).unwrap();
    let owed = Adjustment {
        missing: Missing::Owed,
        ..adjustment(member, -5)
    };
    till.adjust("take-1", &owed).unwrap();
    assert_eq!(balance(&till, member), (-5, 0, 0, 5));
    assert_sound(&till);
    till.close();
    let settings = Settings {
        path: shop.folder.path().join("saved.loy"),
        ..shop.settings()
    };
    let (saved, findings) = Till::salvage_with(&shop.path(), &settings, shop.ports()).unwrap();
    assert_eq!(findings, []);
    saved.refund("back-1", &refund_of(sale.id)).unwrap();
    assert_eq!(balance(&saved, member), (-5, 0, 0, 5));
    assert_sound(&saved);
}
