//! What is booked late on a date on which points were alive finds them, though a close has written them
//! off since.

use loy::kernel::{Instant, MemberNumber, UtcOffset};
use loy::ledger::{Flags, Kind};
use loy::till::{Adjustment, Clock, Sale, Till};

use crate::exchanges::{of_lines, returned};
use crate::expiry::{balance_on, buy, close, morning, refund_on, three_days};
use crate::people::adjustment;
use crate::shop::{Shop, TODAY, assert_sound, balance, date, enrol, refund_as_told, spending};

const LAST_DAY: i64 = 20_261_124;
const DEAD: i64 = 20_261_125;

fn on_last_day(member: MemberNumber, total: i64, points: i64) -> loy::evaluate::Cart {
    let mut cart = spending(member, total, points);
    cart.business_date = date(LAST_DAY);
    cart
}

/// 10 points that live from the 22nd to the 24th, and the close of the 25th that wrote them off.
fn written_off() -> (Shop, Till, MemberNumber, Sale) {
    let (shop, till, member, sale) = alive();
    assert_eq!(close(&till, morning(&shop, 25)), (1, 10));
    (shop, till, member, sale)
}

fn alive() -> (Shop, Till, MemberNumber, Sale) {
    let shop = three_days();
    let till = shop.create();
    let member = enrol(&till);
    let sale = buy(&till, "sale-1", member, 100_000, TODAY);
    (shop, till, member, sale)
}

#[test]
fn a_commit_after_the_close_spends_the_points_it_was_promised_and_owes_nothing() {
    let (shop, till, member, _) = alive();
    morning(&shop, 24);
    let cart = on_last_day(member, 50_000, 10);
    let held = till.authorise("hold-1", &cart, 3_600).unwrap();
    assert_eq!(
        close(&till, morning(&shop, 25)),
        (1, 10),
        "its hold ran out first"
    );
    let done = till.commit("commit-1", held.id, None).unwrap();
    assert!(done.is_late);
    assert_eq!(done.quote.redeemed(1).get(), 10);
    // 40.000 d give 4, until the 26th.
    assert_eq!(balance(&till, member).3, 0, "nothing is owed");
    assert_eq!(balance_on(&till, member, DEAD), (4, 4));
    let told: Vec<_> = till
        .history(member, 0, 100)
        .unwrap()
        .into_iter()
        .filter(|entry| matches!(entry.kind, Kind::Expiry | Kind::Redemption))
        .map(|entry| {
            (
                entry.kind,
                entry.flags.has(Flags::UNDONE),
                entry.points.get(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Kind::Expiry, false, 10),
            (Kind::Expiry, true, 10),
            (Kind::Redemption, false, 10)
        ]
    );
    assert_eq!(close(&till, morning(&shop, 26)), (0, 0));
    assert_eq!(close(&till, morning(&shop, 27)), (1, 4));
    assert_sound(&till);
}

#[test]
fn a_queued_sale_is_priced_with_the_points_that_were_alive_on_its_date() {
    let (_shop, till, member, _) = written_off();
    assert_eq!(balance_on(&till, member, LAST_DAY), (10, 10));
    assert_eq!(balance_on(&till, member, DEAD), (0, 0));
    let lots = till.lots(member, date(LAST_DAY)).unwrap();
    assert_eq!(
        lots.iter().map(|lot| lot.points.get()).collect::<Vec<_>>(),
        [10]
    );
    let cart = on_last_day(member, 50_000, 10);
    assert_eq!(till.evaluate(&cart).unwrap().redeemed(1).get(), 10);
    let today = spending(member, 50_000, 10);
    let today = loy::evaluate::Cart {
        business_date: date(DEAD),
        ..today
    };
    assert_eq!(till.evaluate(&today).unwrap().redeemed(1).get(), 0);
    till.record("queued", &cart).unwrap();
    assert_eq!(balance_on(&till, member, LAST_DAY), (4, 4));
    assert_eq!(balance_on(&till, member, DEAD), (4, 4));
    assert_eq!(balance(&till, member).3, 0);
    assert_sound(&till);
}

#[test]
fn what_a_queued_sale_leaves_stays_written_off() {
    let (shop, till, member, _) = written_off();
    till.record("queued", &on_last_day(member, 50_000, 4))
        .unwrap();
    // 46.000 d give 5.
    assert_eq!(balance_on(&till, member, LAST_DAY), (6 + 5, 6 + 5));
    assert_eq!(balance_on(&till, member, DEAD), (5, 5));
    assert_eq!(close(&till, morning(&shop, 26)), (0, 0));
    assert_eq!(close(&till, morning(&shop, 27)), (1, 5));
    assert_sound(&till);
}

#[test]
fn of_two_queued_sales_the_second_finds_what_the_first_left() {
    let (_shop, till, member, _) = written_off();
    // What is left to pay, 4.000 d each time, gives nothing.
    let first = till
        .record("queued-1", &on_last_day(member, 11_000, 7))
        .unwrap();
    assert_eq!(first.quote.redeemed(1).get(), 7);
    let second = till
        .record("queued-2", &on_last_day(member, 7_000, 7))
        .unwrap();
    assert_eq!(second.quote.redeemed(1).get(), 3);
    assert_eq!(balance_on(&till, member, LAST_DAY), (0, 0));
    assert_eq!(balance(&till, member).3, 0);
    assert_sound(&till);
}

/// Two bills of 4.000 d over the 10 points of one lot, 7 each, whose holds ran out one after the other.
#[test]
fn two_late_commits_owe_what_they_would_owe_without_the_close() {
    let left = [false, true].map(|closes_first| {
        let (shop, till, member, _) = alive();
        morning(&shop, 24);
        let held = ["a", "b"].map(|id| {
            let cart = on_last_day(member, 11_000, 7);
            let sale = till.authorise(&format!("hold-{id}"), &cart, 60).unwrap();
            shop.clock.advance_seconds(120);
            sale.id
        });
        let on = morning(&shop, 25);
        if closes_first {
            assert_eq!(close(&till, on), (1, 10));
        }
        for (place, sale) in held.into_iter().enumerate() {
            till.commit(&format!("commit-{place}"), sale, None).unwrap();
        }
        close(&till, on);
        assert_sound(&till);
        (
            balance_on(&till, member, LAST_DAY),
            balance_on(&till, member, on),
        )
    });
    // 14 were promised of 10.
    assert_eq!(left, [((-4, 0), (-4, 0)); 2]);
}

#[test]
fn points_of_a_late_sale_come_back_with_their_old_date_and_are_written_off_again() {
    let (shop, till, member, _) = written_off();
    let sale = till
        .record("queued", &on_last_day(member, 50_000, 10))
        .unwrap();
    let preview = till.preview_refund(&refund_on(sale.id, DEAD)).unwrap();
    let wallet = &preview.wallets[0];
    assert_eq!(
        (
            wallet.returned.get(),
            wallet.lapsed.get(),
            wallet.taken_back.get()
        ),
        (10, 10, 4)
    );
    refund_as_told(&till, "refund-1", &refund_on(sale.id, DEAD)).unwrap();
    assert_eq!(balance_on(&till, member, DEAD), (0, 0));
    assert_eq!(balance(&till, member).3, 0);
    assert_eq!(close(&till, morning(&shop, 26)), (1, 10));
    assert_eq!(balance_on(&till, member, 20_261_126), (0, 0));
    // The next queued sale of that day finds them as the first one did.
    let again = till
        .record("queued-2", &on_last_day(member, 50_000, 10))
        .unwrap();
    assert_eq!(again.quote.redeemed(1).get(), 10);
    assert_eq!(balance(&till, member).3, 0);
    assert_sound(&till);
}

#[test]
fn goods_whose_points_a_late_sale_spent_are_owed_when_they_come_back() {
    let (_shop, till, member, first) = written_off();
    till.record("queued", &on_last_day(member, 11_000, 4))
        .unwrap();
    // 7.000 d give 1, half up; of the 10, 4 are spent and 6 have run out.
    refund_as_told(&till, "refund-1", &refund_on(first.id, DEAD)).unwrap();
    assert_eq!(balance(&till, member).3, 4);
    assert_eq!(balance_on(&till, member, DEAD), (1 - 4, 0));
    assert_sound(&till);
}

#[test]
fn a_late_sale_that_should_never_have_been_leaves_everything_as_it_was() {
    let (shop, till, member, _) = written_off();
    let sale = till
        .record("queued", &on_last_day(member, 50_000, 10))
        .unwrap();
    let mut undone = refund_on(sale.id, DEAD);
    undone.goods = loy::till::Goods::PostVoid;
    undone.reason = Some("wrong member".to_owned());
    refund_as_told(&till, "void", &undone).unwrap();
    assert_eq!(balance_on(&till, member, LAST_DAY), (10, 10));
    assert_eq!(balance_on(&till, member, DEAD), (0, 0));
    assert_eq!(close(&till, morning(&shop, 26)), (1, 10));
    assert_sound(&till);
}

#[test]
fn a_hold_on_a_past_day_reserves_what_was_alive_and_lets_it_lapse_again() {
    let (shop, till, member, _) = written_off();
    let cart = on_last_day(member, 50_000, 10);
    let held = till.authorise("hold-1", &cart, 3_600).unwrap();
    assert_eq!(balance_on(&till, member, LAST_DAY), (10, 0));
    assert_eq!(close(&till, DEAD), (0, 0), "reserved points wait");
    till.void("void-1", held.id, "").unwrap();
    assert_eq!(balance_on(&till, member, LAST_DAY), (10, 10));
    assert_eq!(balance_on(&till, member, DEAD), (0, 0));
    assert_eq!(close(&till, morning(&shop, 26)), (1, 10));
    assert_eq!(balance_on(&till, member, LAST_DAY), (10, 10));
    assert_sound(&till);
}

#[test]
fn points_taken_by_hand_for_a_past_day_are_not_owed() {
    let (_shop, till, member, _) = written_off();
    let at = Instant::from_ms(crate::shop::MORNING_MS);
    let offset = UtcOffset::from_minutes(420).unwrap();
    let taken = Adjustment {
        time: Some((at, offset, date(LAST_DAY))),
        ..adjustment(member, -4)
    };
    let done = till.adjust("take-1", &taken).unwrap();
    assert_eq!((done.points.get(), done.owed.get()), (-4, 0));
    assert_eq!(balance_on(&till, member, LAST_DAY), (6, 6));
    assert_eq!(balance_on(&till, member, DEAD), (0, 0));
    assert_sound(&till);
}

#[test]
fn goods_without_their_sale_on_a_past_day_take_what_was_alive() {
    let (_shop, till, member, _) = written_off();
    let mut goods = of_lines(member, vec![returned(None, 1_000, 40_000)]);
    goods.business_date = date(LAST_DAY);
    let done = till.refund_unlinked("back", &goods).unwrap().done;
    assert_eq!(
        (done.wallets[0].taken_back.get(), done.wallets[0].debt.get()),
        (4, 0)
    );
    assert_eq!(balance_on(&till, member, LAST_DAY), (6, 6));
    assert_eq!(balance_on(&till, member, DEAD), (0, 0));
    assert_sound(&till);
}

#[test]
fn a_statement_and_a_past_balance_tell_the_late_sale() {
    let (shop, till, member, _) = written_off();
    let before = shop.clock.now();
    shop.clock.advance_seconds(60);
    till.record("queued", &on_last_day(member, 50_000, 4))
        .unwrap();
    let known = |on| {
        let card = till.member_at(member, before, date(on)).unwrap();
        card.wallets[0].balance.known.get()
    };
    assert_eq!(
        (known(LAST_DAY), known(DEAD)),
        (10, 0),
        "before the queue came in"
    );
    let statement = till
        .statement(&member.to_string(), Some(date(DEAD)), Default::default())
        .unwrap();
    let moved: Vec<i64> = statement
        .history
        .iter()
        .map(|row| row.points.get())
        .collect();
    assert_eq!(moved.iter().sum::<i64>(), 5);
    assert_eq!(statement.wallets[0].balance.known.get(), 5);
}

#[test]
fn a_salvaged_ledger_knows_the_late_sale() {
    let (shop, till, member, _) = written_off();
    let sale = till
        .record("queued", &on_last_day(member, 50_000, 4))
        .unwrap();
    till.close();
    let mut settings = shop.settings();
    settings.path = shop.folder.path().join("saved.loy");
    let (saved, findings) = Till::salvage(&shop.path(), &settings).unwrap();
    assert_eq!(findings, []);
    assert_eq!(balance_on(&saved, member, LAST_DAY), (11, 11));
    assert_eq!(balance_on(&saved, member, DEAD), (5, 5));
    saved.refund("refund-1", &refund_on(sale.id, DEAD)).unwrap();
    assert_eq!(balance_on(&saved, member, DEAD), (0, 0));
    assert_sound(&saved);
}

/// The same lots, sums and balances at head office, before and after the late sale comes back.
#[cfg(feature = "office")]
#[test]
fn head_office_knows_a_late_sale_as_the_till_does() {
    use loy::office::Outcome;

    let (shop, mut office, till, _folder) = crate::expiry::with_office();
    let member = enrol(&till);
    buy(&till, "sale-1", member, 100_000, TODAY);
    assert_eq!(close(&till, morning(&shop, 25)), (1, 10));
    let sale = till
        .record("queued", &on_last_day(member, 50_000, 7))
        .unwrap();
    let mut agree = |expected: [i64; 4], remaining: [i64; 2]| {
        while let Some(batch) = till.export_next(1 << 20).unwrap() {
            let now = Instant::from_ms(crate::shop::MORNING_MS);
            let answer = office.ingest(&batch.bytes, now).unwrap();
            let Outcome::Applied(bytes) = answer.outcome else {
                panic!("{answer:?}");
            };
            till.acknowledge(&bytes).unwrap();
        }
        let totals = office.member_totals(date(DEAD)).unwrap();
        let row = &totals[0];
        let found = [
            row.redeemed,
            row.redemption_refunded,
            row.expired,
            row.balance,
        ];
        assert_eq!(found.map(|points| points.get()), expected);
        assert_eq!(row.debt.get(), 0);
        assert_eq!(row.balance.get(), balance_on(&till, member, DEAD).0);
        let lots = office.lots(Some(member)).unwrap();
        let left: Vec<i64> = lots.iter().map(|lot| lot.remaining.get()).collect();
        assert_eq!(left, remaining);
    };
    // 7 of 10 spent after all, 3 expired; 43.000 d gave 4.
    agree([7, 0, 3, 4], [0, 4]);
    refund_as_told(&till, "refund-1", &refund_on(sale.id, DEAD)).unwrap();
    agree([7, 7, 3, 0], [7, 0]);
    close(&till, morning(&shop, 26));
    agree([7, 7, 10, 0], [0, 0]);
    assert_sound(&till);
}
