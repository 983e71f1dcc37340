//! Points that run out of their time: what the day's close writes off, and what it leaves alone.

use loy::kernel::MemberNumber;
use loy::ledger::{Flags, Kind};
use loy::till::{DayReport, RefundRequest, Till};
use serde_json::{Value, json};

use crate::shop::{
    MORNING_MS, Shop, TODAY, assert_sound, cart_of, date, enrol, refund_as_told, refund_of,
    spending,
};

const DAY_MS: i64 = 86_400_000;

/// "10.000 d = 1 point", with this about the life of its points.
fn shop(expiry: Value) -> Shop {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["wallets"][0]["expiry"] = expiry;
    Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes())
}

pub fn three_days() -> Shop {
    shop(json!({"days": 3}))
}

/// Nine in the morning of a day of November 2026.
pub fn morning(shop: &Shop, day: i64) -> i64 {
    shop.clock.set(MORNING_MS + (day - 22) * DAY_MS);
    20_261_100 + day
}

pub fn buy(till: &Till, id: &str, member: MemberNumber, total: i64, on: i64) -> loy::till::Sale {
    let mut cart = cart_of(member, total);
    cart.business_date = date(on);
    till.record(id, &cart).unwrap()
}

/// Known and spendable.
pub fn balance_on(till: &Till, member: MemberNumber, on: i64) -> (i64, i64) {
    let card = till.scan(&member.to_string(), date(on)).unwrap();
    let balance = card.wallets[0].balance;
    (balance.known.get(), balance.spendable.get())
}

/// Lots and points that a close wrote off. What late sales found alive stands below zero on their dates.
fn expired(report: &DayReport) -> (u64, i64) {
    report
        .totals
        .iter()
        .find(|total| total.kind == "expiry" && total.points.get() > 0)
        .map_or((0, 0), |total| (total.count, total.points.get()))
}

pub fn close(till: &Till, on: i64) -> (u64, i64) {
    let head = till.info().unwrap().head_seq;
    expired(
        &till
            .close_day(&format!("close-{on}-{head}"), date(on))
            .unwrap(),
    )
}

pub fn refund_on(sale: loy::kernel::SaleId, on: i64) -> RefundRequest {
    RefundRequest {
        business_date: date(on),
        ..refund_of(sale)
    }
}

#[test]
fn points_of_three_days_are_written_off_at_the_close_of_the_first_day_without_them() {
    let shop = three_days();
    let till = shop.create();
    let member = enrol(&till);
    buy(&till, "sale-1", member, 100_000, TODAY);
    for day in [22, 23, 24] {
        let on = morning(&shop, day);
        assert_eq!(balance_on(&till, member, on), (10, 10), "on the {day}th");
        assert_eq!(
            close(&till, on),
            (0, 0),
            "a sale of the {day}th may come late"
        );
    }
    let on = morning(&shop, 25);
    assert_eq!(balance_on(&till, member, on), (0, 0));
    assert_eq!(close(&till, on), (1, 10));
    assert_eq!(balance_on(&till, member, on), (0, 0));
    let entry = till.history(member, 0, 100).unwrap().pop().unwrap();
    assert_eq!((entry.kind, entry.points.get()), (Kind::Expiry, 10));
    assert_eq!(entry.business_date, date(on));
    assert_sound(&till);
}

#[test]
fn closing_again_writes_nothing_off_twice() {
    let shop = three_days();
    let till = shop.create();
    let member = enrol(&till);
    buy(&till, "sale-1", member, 100_000, TODAY);
    let on = morning(&shop, 26);
    let first = till.close_day("close-1", date(on)).unwrap();
    assert_eq!(expired(&first), (1, 10));
    let head = till.info().unwrap().head_seq;
    for id in ["close-1", "close-2"] {
        assert_eq!(till.close_day(id, date(on)).unwrap(), first, "{id}");
    }
    assert_eq!(till.info().unwrap().head_seq, head);
    let next = morning(&shop, 27);
    assert_eq!(close(&till, next), (0, 0));
    assert_sound(&till);
}

#[test]
fn a_close_after_a_holiday_books_everything_on_the_date_that_is_closed() {
    let shop = three_days();
    let till = shop.create();
    let member = enrol(&till);
    buy(&till, "sale-1", member, 100_000, TODAY);
    buy(&till, "sale-2", member, 50_000, morning(&shop, 23));
    let on = morning(&shop, 30);
    let report = till.close_day("close-1", date(on)).unwrap();
    let dates: Vec<_> = report
        .totals
        .iter()
        .filter(|total| total.kind == "expiry")
        .map(|total| (total.business_date, total.count, total.points.get()))
        .collect();
    assert_eq!(dates, [(date(on), 2, 15)]);
    assert_sound(&till);
}

#[test]
fn what_a_sale_holds_is_spent_as_promised_and_only_the_rest_is_written_off() {
    let shop = three_days();
    let till = shop.create();
    let member = enrol(&till);
    buy(&till, "sale-1", member, 100_000, TODAY);
    let on = morning(&shop, 24);
    let mut cart = spending(member, 50_000, 4);
    cart.business_date = date(on);
    let held = till.authorise("hold-1", &cart, 3 * 86_400).unwrap();
    assert_eq!(close(&till, morning(&shop, 25)), (1, 6));
    assert_eq!(close(&till, 20_261_125), (1, 6), "held points wait");
    let done = till.commit("commit-1", held.id, None).unwrap();
    assert_eq!(done.quote.redeemed(1).get(), 4);
    // 46.000 d give 5, and nothing is owed.
    assert_eq!(balance_on(&till, member, 20_261_125), (5, 5));
    assert_eq!(close(&till, morning(&shop, 26)), (0, 0));
    assert_sound(&till);
}

#[test]
fn what_a_hold_gives_back_too_late_is_written_off_at_the_next_close() {
    let shop = three_days();
    let till = shop.create();
    let member = enrol(&till);
    buy(&till, "sale-1", member, 100_000, TODAY);
    let mut cart = spending(member, 50_000, 4);
    cart.business_date = date(morning(&shop, 24));
    till.authorise("hold-1", &cart, 2 * 86_400).unwrap();
    assert_eq!(close(&till, morning(&shop, 25)), (1, 6));
    // The hold runs out on the 26th; this close ends it first and then writes off what came back.
    let on = morning(&shop, 26);
    shop.clock.advance_seconds(60);
    assert_eq!(close(&till, on), (1, 4));
    assert_sound(&till);
}

#[test]
fn points_that_come_back_to_a_lot_that_is_dead_lapse_and_are_written_off_next() {
    let shop = three_days();
    let till = shop.create();
    let member = enrol(&till);
    buy(&till, "sale-1", member, 100_000, TODAY);
    let mut cart = spending(member, 50_000, 4);
    cart.business_date = date(morning(&shop, 23));
    let sale = till.record("sale-2", &cart).unwrap();
    let on = morning(&shop, 25);
    assert_eq!(close(&till, on), (1, 6));
    // 46.000 d gave 5 points until the 26th; they go, and the 4 that were spent come back too late.
    refund_as_told(&till, "refund-1", &refund_on(sale.id, on)).unwrap();
    assert_eq!(balance_on(&till, member, on), (0, 0));
    assert_eq!(close(&till, on), (2, 10), "the same day, closed again");
    let late = till.history(member, 0, 100).unwrap().pop().unwrap();
    assert!(late.flags.has(Flags::LATE), "the date was closed before");
    assert_sound(&till);
}

#[test]
fn goods_that_come_back_after_their_points_expired_leave_no_debt() {
    let shop = three_days();
    let till = shop.create();
    let member = enrol(&till);
    let sale = buy(&till, "sale-1", member, 100_000, TODAY);
    let mut cart = spending(member, 20_000, 3);
    cart.business_date = date(TODAY);
    till.record("sale-2", &cart).unwrap();
    let on = morning(&shop, 25);
    // 7 of the first sale, 2 of the second (17.000 d).
    assert_eq!(close(&till, on), (2, 9));
    let preview = till.preview_refund(&refund_on(sale.id, on)).unwrap();
    assert_eq!(preview.wallets[0].taken_back.get(), 10);
    assert_eq!(preview.wallets[0].debt.get(), 3, "what was spent is owed");
    refund_as_told(&till, "refund-1", &refund_on(sale.id, on)).unwrap();
    assert_eq!(balance_on(&till, member, on), (-3, 0));
    assert_sound(&till);
}

/// The same return the day before, when nothing is written off yet, and the day after.
#[test]
fn a_return_owes_the_same_whether_or_not_the_close_came_first() {
    let owed = [false, true].map(|closes_first| {
        let shop = three_days();
        let till = shop.create();
        let member = enrol(&till);
        let sale = buy(&till, "sale-1", member, 100_000, TODAY);
        let mut cart = spending(member, 20_000, 3);
        cart.business_date = date(TODAY);
        till.record("sale-2", &cart).unwrap();
        let on = morning(&shop, 25);
        if closes_first {
            close(&till, on);
        }
        refund_as_told(&till, "refund-1", &refund_on(sale.id, on)).unwrap();
        close(&till, on);
        assert_sound(&till);
        balance_on(&till, member, on)
    });
    assert_eq!(owed, [(-3, 0), (-3, 0)]);
}

#[test]
fn points_that_run_out_do_not_pay_what_is_owed() {
    let shop = three_days();
    let till = shop.create();
    let member = enrol(&till);
    let first = buy(&till, "sale-1", member, 100_000, TODAY);
    let on = morning(&shop, 23);
    let mut cart = spending(member, 100_000, 10);
    cart.business_date = date(on);
    // Spends the 10 of the first sale; 90.000 d give 9 until the 26th.
    till.record("sale-2", &cart).unwrap();
    refund_as_told(&till, "refund-1", &refund_on(first.id, on)).unwrap();
    assert_eq!(balance_on(&till, member, on), (9 - 10, 0));
    let on = morning(&shop, 26);
    assert_eq!(balance_on(&till, member, on), (-10, 0));
    assert_eq!(close(&till, on), (1, 9));
    assert_eq!(
        balance_on(&till, member, on),
        (-10, 0),
        "no balance changes by it"
    );
    assert_sound(&till);
}

#[test]
fn nothing_is_written_off_by_a_clock_that_is_not_believed() {
    let shop = shop(json!({"days": 1}));
    let till = shop.create();
    let member = enrol(&till);
    buy(&till, "sale-1", member, 100_000, TODAY);
    shop.clock.set(0);
    till.take_log();
    assert_eq!(close(&till, TODAY + 1), (0, 0));
    let keys: Vec<&str> = till.take_log().iter().map(|event| event.key).collect();
    assert_eq!(keys, ["clock.suspect", "expiry.waits"]);
    // The right time again, by itself: the next close writes off what waited.
    morning(&shop, 23);
    assert_eq!(close(&till, TODAY + 1), (1, 10));
    assert_sound(&till);
}

#[test]
fn an_operator_who_confirms_the_clock_lets_points_expire() {
    let shop = three_days();
    let till = shop.create();
    let member = enrol(&till);
    buy(&till, "sale-1", member, 100_000, TODAY);
    // The till stood in a cupboard for two months.
    shop.clock.set(MORNING_MS + 60 * DAY_MS);
    let on = 20_270_121;
    assert!(
        till.close_day("close-1", date(on)).is_err(),
        "not a day one may close yet"
    );
    till.confirm_clock("clock-1", "lan").unwrap();
    assert_eq!(close(&till, on), (1, 10));
    assert_sound(&till);
}

#[test]
fn tomorrow_closed_by_mistake_takes_no_points_that_are_good_today() {
    let shop = shop(json!({"days": 1}));
    let till = shop.create();
    let member = enrol(&till);
    buy(&till, "sale-1", member, 100_000, TODAY);
    assert_eq!(close(&till, TODAY + 1), (0, 0));
    let sale = till
        .record("sale-2", &spending(member, 50_000, 10))
        .unwrap();
    assert_eq!(sale.quote.redeemed(1).get(), 10);
    assert_sound(&till);
}

#[test]
fn a_night_that_belongs_to_the_day_before_spends_what_dies_with_that_day() {
    let shop = shop(json!({"days": 1}));
    let till = shop.create();
    let member = enrol(&till);
    buy(&till, "sale-1", member, 100_000, TODAY);
    // 01:30 on the 23rd; the shop still writes the 22nd, and the points die with it.
    shop.clock.set(MORNING_MS + 16 * 3_600_000 + 1_800_000);
    assert_eq!(balance_on(&till, member, TODAY), (10, 10));
    assert_eq!(balance_on(&till, member, TODAY + 1), (0, 0));
    let sale = till.record("sale-2", &spending(member, 50_000, 4)).unwrap();
    assert_eq!(sale.quote.redeemed(1).get(), 4);
    assert_eq!(
        close(&till, TODAY),
        (0, 0),
        "a sale of that day may come late"
    );
    assert_eq!(
        close(&till, TODAY + 1),
        (2, 11),
        "6 are left, and 46.000 d gave 5"
    );
    assert_sound(&till);
}

#[test]
fn a_salvaged_ledger_has_written_off_the_same() {
    let shop = three_days();
    let till = shop.create();
    let member = enrol(&till);
    let sale = buy(&till, "sale-1", member, 100_000, TODAY);
    let on = morning(&shop, 25);
    close(&till, on);
    refund_as_told(&till, "refund-1", &refund_on(sale.id, on)).unwrap();
    till.close();
    let mut settings = shop.settings();
    settings.path = shop.folder.path().join("saved.loy");
    let (saved, findings) = Till::salvage(&shop.path(), &settings).unwrap();
    assert_eq!(findings, []);
    assert_eq!(balance_on(&saved, member, on), (0, 0));
    assert_sound(&saved);
}

/// A head office, the till it provisioned, and where both keep their files.
#[cfg(feature = "office")]
pub fn with_office() -> (Shop, loy::office::Office, Till, tempfile::TempDir) {
    use loy::kernel::{Currency, Instant};
    use loy::ledger::clock::ClockLimits;
    use loy::office::{MemberList, NewTill, Office};

    let shop = three_days();
    let now = Instant::from_ms(MORNING_MS);
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["wallets"][0]["expiry"] = json!({"days": 3});
    let folder = tempfile::tempdir().unwrap();
    let mut random = |bytes: &mut [u8]| bytes.fill(7);
    let mut office = Office::create(folder.path(), "Hoa Mai", &mut random, now).unwrap();
    let new = NewTill {
        store: "HN01",
        till: "1",
        currency: Currency::VND,
        language: "vi",
        programme: document.to_string().into_bytes(),
        clock: ClockLimits::default(),
        members: MemberList::Omitted,
        operators: Default::default(),
    };
    let (file, code) = office.provision(&new, &mut random, now).unwrap();
    let till = Till::create_with(&shop.settings(), &file, &code.to_string(), shop.ports()).unwrap();
    (shop, office, till, folder)
}

/// Given, less what went: the same at the till's day close and at head office (I12).
#[cfg(feature = "office")]
#[test]
fn head_office_counts_what_expired_as_the_till_does() {
    use loy::kernel::Instant;
    use loy::office::Outcome;

    let (shop, mut office, till, _folder) = with_office();
    let now = Instant::from_ms(MORNING_MS);
    let member = enrol(&till);
    let sale = buy(&till, "sale-1", member, 100_000, TODAY);
    let mut cart = spending(member, 20_000, 3);
    cart.business_date = date(TODAY);
    till.record("sale-2", &cart).unwrap();
    let on = morning(&shop, 25);
    assert_eq!(close(&till, on), (2, 9));
    refund_as_told(&till, "refund-1", &refund_on(sale.id, on)).unwrap();
    let batch = till.export_next(1 << 20).unwrap().unwrap().bytes;
    let answer = office.ingest(&batch, now).unwrap().outcome;
    assert!(matches!(answer, Outcome::Applied(_)), "{answer:?}");

    let totals = office.member_totals(date(on)).unwrap();
    let row = &totals[0];
    // 10 and 2 given, 10 taken back, 3 spent and now owed; of 9 that expired, 7 were taken back.
    assert_eq!((row.awarded.get(), row.award_refunded.get()), (12, 7));
    assert_eq!(
        (row.redeemed.get(), row.expired.get(), row.debt.get()),
        (3, 2, 3)
    );
    assert_eq!(row.balance.get(), balance_on(&till, member, on).0);
    let given = row.awarded - row.award_refunded - row.redeemed - row.expired - row.debt;
    assert_eq!(given, row.balance);
}
