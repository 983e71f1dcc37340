//! A customer quarrels about a bill: what the ledger says of it, and what proves it to a third party.

use loy::evaluate::cart::ReturnOf;
use loy::exchange::Acknowledgement;
use loy::kernel::{Instant, Money, Quantity};
use loy::till::{
    Anchor, ClaimRequest, Dispute, Disputed, Error, Goods, Measure, ReceiptKey, RefundRequest,
    ReturnedPart, SaleState, Shown, Till, status,
};
use sha2::{Digest, Sha256};

use crate::shop::{
    MORNING_MS, Shop, TODAY, answer, cart, cart_of, date, enrol, phone, refund_of, spending,
};

fn receipt(number: &str) -> Disputed {
    Disputed::Receipt {
        store: "HN01".to_owned(),
        key: ReceiptKey {
            receipt_number: number.to_owned(),
            business_date: date(TODAY),
            till: Some("1".to_owned()),
            part: 1,
        },
    }
}

/// Head office takes everything that waits and signs for it.
fn send(shop: &Shop, till: &Till) {
    let bytes = till.export_next(1 << 20).unwrap().unwrap().bytes;
    till.acknowledge(&answer(&shop.office_key, &bytes)).unwrap();
}

fn bytes(digits: &str) -> Vec<u8> {
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

/// What a third party does with the proof: SHA-256 over each link, none left out.
fn hash_at_the_end(dispute: &Dispute) -> Vec<u8> {
    let links = &dispute.proof.links;
    let mut previous = bytes(&links[0].previous);
    for (link, seq) in links.iter().zip(links[0].seq..) {
        let entry = bytes(link.bytes.as_ref().expect("shown"));
        let length = u32::try_from(entry.len()).unwrap();
        let made = Sha256::new()
            .chain_update(b"loy/e1")
            .chain_update(&previous)
            .chain_update(length.to_be_bytes())
            .chain_update(&entry)
            .finalize();
        assert_eq!((link.seq, bytes(&link.hash)), (seq, made.to_vec()));
        previous = made.to_vec();
    }
    previous
}

/// And with the cart and quote: SHA-256 over the side chain.
fn side_head_at_the_end(dispute: &Dispute) -> Vec<u8> {
    let proof = &dispute.proof.document;
    let start = bytes(&proof.previous);
    proof.documents.iter().fold(start, |side, (seq, sha256)| {
        Sha256::new()
            .chain_update(b"loy/s1")
            .chain_update(side)
            .chain_update(seq.to_be_bytes())
            .chain_update(bytes(sha256))
            .finalize()
            .to_vec()
    })
}

fn kinds(dispute: &Dispute) -> Vec<&'static str> {
    dispute.entries.iter().map(|fact| fact.kind).collect()
}

/// A bill of 410.000 d in receipt 0001, then a bill of somebody else.
fn traded() -> (Shop, Till) {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let mut bill = cart_of(member, 410_000);
    bill.receipt_number = Some("0001".to_owned());
    let sale = till.record("sale-1", &bill).unwrap();
    till.record("sale-2", &cart(70_000)).unwrap();
    let half = RefundRequest {
        goods: Goods::Parts(vec![ReturnedPart {
            line: 0,
            measure: Measure::Amount(Money::new(205_000)),
        }]),
        receipt_number: Some("R-0001".to_owned()),
        reason: Some("too small".to_owned()),
        cashier: Some("7".to_owned()),
        ..refund_of(sale.id)
    };
    till.refund("refund-1", &half).unwrap();
    (shop, till)
}

#[test]
fn a_disputed_bill_is_priced_again_told_to_the_end_and_proven_by_head_offices_signature() {
    let (shop, till) = traded();
    till.close_day("close-1", date(TODAY)).unwrap();
    send(&shop, &till);
    // The back office looks while the till goes on.
    let reader = Till::open_reader(&shop.settings()).unwrap();
    till.record("sale-3", &cart(50_000)).unwrap();
    // The auditor, to whom every entry in between is shown.
    let dispute = reader
        .dispute_showing(&receipt("0001"), Shown::Everybodys)
        .unwrap();

    assert!(dispute.is_clean(), "{dispute:?}");
    assert_eq!(dispute.sale.state, SaleState::Committed);
    assert_eq!(dispute.sale.quote.outcome.payable, Money::new(410_000));
    // 410.000 d give 41 points, and the half that went back takes 20 or 21 of them.
    assert_eq!(
        kinds(&dispute),
        ["commit", "award", "refund", "award_refund"]
    );
    let refund = &dispute.entries[2];
    let told = [&refund.cashier, &refund.reason, &refund.receipt_number];
    assert_eq!(
        told.map(|text| text.as_deref()),
        [Some("7"), Some("too small"), Some("R-0001")]
    );

    let Anchor::Acknowledged {
        seq, bytes: signed, ..
    } = &dispute.proof.anchor
    else {
        panic!("{:?}", dispute.proof.anchor);
    };
    let office = shop.office_key.verifying_key().to_bytes();
    let signed = Acknowledgement::verify(&bytes(signed), &office).unwrap();
    assert_eq!(signed.seq, *seq);
    assert_eq!(signed.hash.to_vec(), hash_at_the_end(&dispute));
    // The day close between the sale and what was signed names the side chain's head.
    let document = &dispute.proof.document;
    let close = dispute
        .proof
        .links
        .iter()
        .find(|link| link.seq == document.day_closed_seq);
    let close = bytes(close.unwrap().bytes.as_ref().expect("shown"));
    let side = side_head_at_the_end(&dispute);
    assert!(close.windows(32).any(|window| window == side));
    assert!(
        document
            .documents
            .iter()
            .any(|(at, sha256)| (*at, sha256) == (document.seq, &document.sha256))
    );
}

#[test]
fn the_receipt_of_the_return_leads_to_the_bill_too() {
    let (_shop, till) = traded();
    let by_return = till.dispute(&receipt("R-0001")).unwrap();
    let by_bill = till.dispute(&receipt("0001")).unwrap();
    assert_eq!(by_return, by_bill);
    assert_eq!(
        till.dispute(&Disputed::Sale(by_bill.sale.id)).unwrap(),
        by_bill
    );
}

#[test]
fn a_proof_says_what_is_signed_yet_and_what_is_not() {
    let (shop, till) = traded();
    let anchor = || till.dispute(&receipt("0001")).unwrap().proof.anchor;
    assert!(matches!(anchor(), Anchor::Head { .. }));
    till.close_day("close-1", date(TODAY)).unwrap();
    assert!(matches!(anchor(), Anchor::DayClosed { .. }));
    till.export_next(1 << 20).unwrap().unwrap();
    assert!(matches!(anchor(), Anchor::Batch { .. }));
    send(&shop, &till);
    assert!(matches!(anchor(), Anchor::Acknowledged { .. }));
}

#[test]
fn a_hold_that_was_changed_and_paid_tells_both_and_its_final_cart() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 410_000)).unwrap();
    let hold = till
        .authorise("hold-1", &spending(member, 100_000, 10), 600)
        .unwrap();
    let mut more = spending(member, 150_000, 20);
    more.lines[0].quantity_milli = Quantity::new(2_000);
    till.commit("commit-1", hold.id, Some(&more)).unwrap();
    let dispute = till.dispute(&Disputed::Sale(hold.id)).unwrap();
    assert!(dispute.is_clean());
    assert_eq!(*dispute.sale.cart, more);
    let told = kinds(&dispute);
    assert_eq!(told[..2], ["hold", "hold"]);
    assert!(
        told.contains(&"commit") && told.contains(&"redemption"),
        "{told:?}"
    );
    assert!(
        dispute.proof.document.seq > hold.id.seq,
        "the cart of the commit is in force"
    );
}

#[test]
fn a_bill_of_nobody_and_one_called_off_can_be_disputed() {
    let shop = Shop::new();
    let till = shop.create();
    let sale = till.record("sale-1", &cart(70_000)).unwrap();
    let dispute = till.dispute(&Disputed::Sale(sale.id)).unwrap();
    assert_eq!(kinds(&dispute), ["commit"]);
    let hold = till.authorise("hold-1", &cart(80_000), 600).unwrap();
    till.void("void-1", hold.id, "no money").unwrap();
    let dispute = till.dispute(&Disputed::Sale(hold.id)).unwrap();
    assert_eq!(dispute.sale.state, SaleState::Voided);
    assert_eq!(kinds(&dispute), ["hold", "void"]);
    assert_eq!(dispute.entries[1].reason.as_deref(), Some("no money"));
}

#[test]
fn a_bill_of_another_store_or_no_bill_at_all_is_not_found() {
    let (_shop, till) = traded();
    let other_store = Disputed::Receipt {
        store: "HN02".to_owned(),
        key: match receipt("0001") {
            Disputed::Receipt { key, .. } => key,
            Disputed::Sale(_) => unreachable!(),
        },
    };
    let refused = |named| {
        let error = till.dispute(&named).unwrap_err();
        assert_eq!(error.status(), status::NOT_FOUND);
        (error.reason().to_owned(), error.to_string())
    };
    assert_eq!(refused(receipt("0002")).0, "receipt.unknown");
    let (reason, text) = refused(other_store);
    assert_eq!(reason, "receipt.other_store");
    assert!(text.contains("this ledger is of store HN01"), "{text}");
}

#[test]
fn a_proof_shows_nothing_of_other_customers_but_hashes() {
    let (_shop, till) = traded();
    let other = till.enrol("enrol-2", &phone("0907654321")).unwrap().number;
    let mut bill = cart_of(other, 90_000);
    bill.receipt_number = Some("0003".to_owned());
    till.record("sale-3", &bill).unwrap();
    till.close_day("close-1", date(TODAY)).unwrap();
    let own = till.dispute(&receipt("0001")).unwrap();
    let all = till
        .dispute_showing(&receipt("0001"), Shown::Everybodys)
        .unwrap();
    assert!(own.is_clean());
    // What is shown is the bill's own entries and the day close, and it is what stands there.
    let shown: Vec<&str> = own
        .proof
        .links
        .iter()
        .filter(|link| link.bytes.is_some())
        .map(|link| link.kind)
        .collect();
    assert_eq!(
        shown,
        ["commit", "award", "refund", "award_refund", "day_closed"]
    );
    // The other bill, the enrolment, and that bill with its points are hashes.
    assert_eq!(own.proof.links.len(), shown.len() + 4);
    for (own, all) in own.proof.links.iter().zip(&all.proof.links) {
        assert!(own.bytes.is_none() || own.bytes == all.bytes);
        assert_eq!((own.seq, &own.hash), (all.seq, &all.hash));
    }
}

#[test]
fn an_exchange_tells_what_came_back_with_it_and_proves_it_too() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let first = till.record("sale-1", &cart_of(member, 410_000)).unwrap();
    let mut exchange = cart_of(member, 500_000);
    let mut back = exchange.lines[0].clone();
    back.quantity_milli = Quantity::ZERO - back.quantity_milli;
    back.line_total = Money::new(-410_000);
    back.return_of = Some(ReturnOf {
        sale: first.id.to_string(),
        line: 0,
    });
    let mut unknown = back.clone();
    unknown.line_total = Money::new(-30_000);
    unknown.return_of = None;
    exchange.lines.extend([back, unknown]);
    exchange.receipt_number = Some("0002".to_owned());
    till.record("sale-2", &exchange).unwrap();

    let dispute = till.dispute(&receipt("0002")).unwrap();
    assert!(dispute.is_clean(), "{:?}", dispute.again);
    // 410.000 d had given 41 points, 30.000 d without a sale are worth 3; 500.000 d give 50.
    let told: Vec<(&str, i64)> = dispute
        .entries
        .iter()
        .map(|fact| (fact.kind, fact.points.get()))
        .collect();
    assert_eq!(
        told,
        [
            ("refund", 0),
            ("award_refund", 41),
            ("refund", 0),
            ("debt", 3),
            ("commit", 0),
            ("award", 50),
            ("repayment", 3),
        ]
    );
    assert_eq!(dispute.proof.links[0].seq, dispute.entries[0].seq);
    // The bill whose goods came back tells of its own return, and not of the exchange.
    let first = till.dispute(&Disputed::Sale(first.id)).unwrap();
    assert_eq!(kinds(&first), ["commit", "award", "refund", "award_refund"]);
}

/// Someone with a database tool, who knows how to switch triggers off.
fn with_a_tool(shop: &Shop, sql: &str) {
    let tool = rusqlite::Connection::open(shop.path()).unwrap();
    tool.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}"))
        .unwrap();
    tool.close().unwrap();
}

#[test]
fn whoever_changes_a_bill_afterwards_is_found_out() {
    let changes = [
        // More points for the friend.
        "DROP TRIGGER entry_is_never_changed; UPDATE entry SET points = 410 WHERE kind = 8",
        // A bill of somebody else, in between, vanishes.
        "DROP TRIGGER entry_is_never_removed;
         DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry WHERE kind = 6)",
        // What head office signed is exchanged.
        "UPDATE acknowledgement SET seq = seq + 1",
        // Another document.
        "UPDATE document SET content = (SELECT content FROM document WHERE seq =
             (SELECT max(seq) FROM entry WHERE kind = 6))
         WHERE seq = (SELECT min(seq) FROM entry WHERE kind = 6)",
    ];
    for change in changes {
        let (shop, till) = traded();
        till.close_day("close-1", date(TODAY)).unwrap();
        send(&shop, &till);
        let id = till.dispute(&receipt("0001")).unwrap().sale.id;
        till.close();
        with_a_tool(&shop, change);
        let reader = Till::open_reader(&shop.settings()).unwrap();
        let found = reader.dispute(&Disputed::Sale(id));
        let is_clean = found.as_ref().is_ok_and(Dispute::is_clean);
        if change.contains("acknowledgement") {
            // The links still end where head office signed; verify names the wrong row.
            let findings = reader.verify(loy::till::Depth::Full).unwrap();
            assert!(
                findings
                    .iter()
                    .any(|finding| finding.key == "acknowledgement.differs")
            );
        } else {
            assert!(!is_clean, "{change}: {found:?}");
        }
    }
}

#[test]
fn a_salvaged_ledger_proves_what_it_saved() {
    let (shop, till) = traded();
    till.close_day("close-1", date(TODAY)).unwrap();
    send(&shop, &till);
    till.close();
    let saved = loy::till::Settings::new(shop.folder.path().join("saved.loy"));
    let (till, _): (Till, _) = Till::salvage_with(&shop.path(), &saved, shop.ports()).unwrap();
    let dispute: Result<Dispute, Error> = till.dispute(&receipt("0001"));
    let dispute = dispute.unwrap();
    assert!(dispute.is_clean(), "{:?}", dispute.proof.problems);
    assert!(matches!(dispute.proof.anchor, Anchor::Acknowledged { .. }));
}

#[test]
fn a_bill_claimed_after_a_return_is_decided_again_as_the_claim_decided_it() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &cart(410_000)).unwrap();
    let half = RefundRequest {
        goods: Goods::Parts(vec![ReturnedPart {
            line: 0,
            measure: Measure::Amount(Money::new(200_000)),
        }]),
        ..refund_of(sale.id)
    };
    till.refund("refund-1", &half).unwrap();
    let request = ClaimRequest {
        sale: sale.id,
        member,
        at: Instant::from_ms(MORNING_MS + 120_000),
        offset: half.offset,
        business_date: date(TODAY),
    };
    till.claim("claim-1", &request).unwrap();
    let dispute = till.dispute(&Disputed::Sale(sale.id)).unwrap();
    assert!(dispute.is_clean(), "{:?}", dispute.again);
    // 210.000 d are kept, which gives 21.
    assert_eq!(kinds(&dispute), ["commit", "refund", "claim", "award"]);
    assert_eq!(dispute.entries[3].points.get(), 21);
}
