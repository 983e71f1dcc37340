//! Any sequence of C calls, with handles that were freed, are of another type or were never given: a
//! status each time, no bug of the library's own, and a sound ledger at the end.
#![no_main]

#[path = "../../tests/till/shop.rs"]
#[allow(dead_code)]
mod shop;

use std::ffi::{CStr, CString, c_char};
use std::ptr::null_mut;

use libfuzzer_sys::fuzz_target;
use loy::capi::{adjustment::*, buffer::*, care::*, cart::*, config::*, day::*, error::*, event::*};
use loy::capi::{exchange::*, history::*, ledger::*, member::*, membership::*, operator::*};
use loy::capi::{quote::*, refund::*, rows::*, sale::*, status::*, version::*};
use loy::exchange::operators;
use loy::kernel::Currency;
use shop::Shop;

/// A cashier with low ceilings, and a supervisor.
const STORE: &str = r#"{
    "roles": {"cashier": {"refund": "50000", "unlinked_refund": "20000", "adjustment": "20"}},
    "operators": [{"id": "GS-01", "role": "supervisor", "pin": "4711"},
                  {"id": "TN-07", "role": "cashier"}]
}"#;

/// What the sequence is read from; zeros once it is used up.
struct Tape<'a>(&'a [u8]);

impl Tape<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn below(&mut self, end: u8) -> u8 {
        self.byte() % end
    }

    /// Small, large, negative and extreme numbers.
    fn number(&mut self) -> i64 {
        let byte = i64::from(self.byte());
        match byte % 8 {
            0..=3 => byte * 1_000,
            4 => byte,
            5 => -byte,
            6 => i64::MAX - byte,
            _ => i64::MIN + byte,
        }
    }

    fn operation(&mut self) -> CString {
        let number = self.byte();
        let id = match number {
            255 => String::new(),
            254 => "ü".to_owned(),
            253 => "x".repeat(65),
            _ => format!("op-{}", number % 32),
        };
        CString::new(id).expect("no NUL")
    }

    fn text(&mut self) -> CString {
        const TEXTS: [&str; 21] = [
            "", "points", "AO-01", "VND", "0912345678", "phone", "card", "receipt_number", "0042",
            "cash", "reason", "\u{1}", "cashier", "TN-07", "GS-01", "4711", "refund",
            "unlinked_refund", "adjustment", "owed", "refused",
        ];
        let place = usize::from(self.byte());
        CString::new(TEXTS[place % TEXTS.len()]).expect("no NUL")
    }

    fn date(&mut self) -> i32 {
        [20_261_122, 20_261_123, 20_261_130, 20_260_229, 0, i32::MAX][usize::from(self.below(6))]
    }
}

/// Handles of each type that were ever given; freed ones stay in.
#[derive(Default)]
struct Handles {
    carts: Vec<*mut loy_cart>,
    quotes: Vec<*mut loy_quote>,
    sales: Vec<*mut loy_sale>,
    members: Vec<*mut loy_member>,
    enrolments: Vec<*mut loy_enrolment>,
    refunds: Vec<*mut loy_refund>,
    adjustments: Vec<*mut loy_adjustment>,
    rows: Vec<*mut loy_rows>,
    ids: Vec<CString>,
    numbers: Vec<CString>,
}

/// One of them; now and then none, or one of another type.
fn pick<T>(tape: &mut Tape<'_>, from: &[*mut T], other: *mut loy_ledger) -> *mut T {
    let byte = usize::from(tape.byte());
    match byte {
        255 => null_mut(),
        254 => other.cast(),
        _ if from.is_empty() => null_mut(),
        _ => from[from.len() - 1 - byte % from.len()],
    }
}

fn named(tape: &mut Tape<'_>, from: &[CString]) -> CString {
    let byte = usize::from(tape.byte());
    if from.is_empty() || byte == 255 {
        return c"loy-nothing".to_owned();
    }
    from[byte % from.len()].clone()
}

/// The place for an error, freed; a bug is a finding.
struct Errors(*mut loy_error);

impl Errors {
    fn place(&mut self) -> *mut *mut loy_error {
        self.free();
        &raw mut self.0
    }

    fn free(&mut self) {
        unsafe { loy_error_free(self.0) };
        self.0 = null_mut();
    }

    fn check(&mut self, status: loy_status) -> loy_status {
        assert_eq!(status == LOY_OK, self.0.is_null(), "an error comes with every refusal");
        if status >= LOY_E_INTERNAL {
            panic!("{status}: {:?}", unsafe { text(loy_error_message(self.0)) });
        }
        status
    }
}

unsafe fn text(place: *const c_char) -> CString {
    assert!(!place.is_null(), "texts are never NULL");
    unsafe { CStr::from_ptr(place) }.to_owned()
}

fuzz_target!(|bytes: &[u8]| {
    // On some days people must be asked, on others nobody is named; and some shops have a programme of
    // every key: challenges, draws, friends, what a household has together.
    let mut shop = Shop::with(|provisioning| {
        if bytes.first().is_some_and(|first| first & 2 != 0) {
            let every_key = include_bytes!("../../tests/programmes/every-key.json");
            provisioning.programme = every_key.to_vec();
        }
        if bytes.first().is_some_and(|first| first % 2 == 1) {
            let random = &mut |bytes: &mut [u8]| bytes.fill(6);
            let store = operators::from_json(STORE.as_bytes(), Currency::VND, 1_000, random);
            provisioning.operators = store.expect("a document");
        }
    });
    if let Ok(folder) = tempfile::tempdir_in("/dev/shm") {
        shop.folder = folder;
    }
    unsafe { play(&shop, &mut Tape(bytes)) };
});

unsafe fn play(shop: &Shop, tape: &mut Tape<'_>) {
    let mut errors = Errors(null_mut());
    let (mut config, mut ledger) = (null_mut(), null_mut());
    let path = CString::new(shop.path().to_str().expect("a path")).expect("no NUL");
    let code = CString::new(shop.code.as_str()).expect("no NUL");
    unsafe {
        let status = loy_config_new(loy_version_number(), &mut config, errors.place());
        errors.check(status);
        let status = loy_config_set_path(config, path.as_ptr(), errors.place());
        errors.check(status);
        let size = i64::try_from(shop.file.len()).expect("small");
        let status = loy_ledger_create(
            config,
            shop.file.as_ptr(),
            size,
            code.as_ptr(),
            &mut ledger,
            errors.place(),
        );
        assert_eq!(errors.check(status), LOY_OK);
        let mut handles = Handles::default();
        for _ in 0..64 {
            if tape.0.is_empty() {
                break;
            }
            step(tape, &mut ledger, config, &mut handles, &mut errors);
        }
        let mut findings = null_mut();
        let status = loy_ledger_verify(ledger, LOY_VERIFY_FULL, &mut findings, errors.place());
        assert_eq!(errors.check(status), LOY_OK);
        let mut count = -1;
        let status = loy_rows_count(findings, &mut count, errors.place());
        errors.check(status);
        assert_eq!(count, 0, "a sound ledger");
        loy_rows_free(findings);
        free_all(&handles);
        loy_ledger_close(ledger);
        loy_config_free(config);
        errors.free();
        assert_eq!(loy_handles_live(), 0, "everything was freed");
    }
}

unsafe fn free_all(handles: &Handles) {
    unsafe {
        handles.carts.iter().for_each(|&handle| loy_cart_free(handle));
        handles.quotes.iter().for_each(|&handle| loy_quote_free(handle));
        handles.sales.iter().for_each(|&handle| loy_sale_free(handle));
        handles.members.iter().for_each(|&handle| loy_member_free(handle));
        handles.enrolments.iter().for_each(|&handle| loy_enrolment_free(handle));
        handles.refunds.iter().for_each(|&handle| loy_refund_free(handle));
        let adjustments = handles.adjustments.iter();
        adjustments.for_each(|&handle| loy_adjustment_free(handle));
        handles.rows.iter().for_each(|&handle| loy_rows_free(handle));
    }
}

unsafe fn keep_sale(handles: &mut Handles, sale: *mut loy_sale) {
    if !sale.is_null() {
        let id = unsafe { text(loy_sale_id(sale)) };
        handles.ids.push(id);
        handles.sales.push(sale);
    }
}

/// One call.
unsafe fn step(
    tape: &mut Tape<'_>,
    ledger: &mut *mut loy_ledger,
    config: *mut loy_config,
    handles: &mut Handles,
    errors: &mut Errors,
) {
    let l = *ledger;
    let what = tape.below(52);
    let (a, b) = (tape.text(), tape.text());
    let error = errors.place();
    unsafe {
        let status = match what {
            0 | 1 => {
                let mut cart = null_mut();
                let at = 1_795_312_800_000;
                let date = tape.date();
                let status = loy_cart_new(c"VND".as_ptr(), at, 420, date, &mut cart, error);
                if status == LOY_OK {
                    handles.carts.push(cart);
                    let member = named(tape, &handles.numbers);
                    loy_cart_set_member(cart, member.as_ptr(), null_mut());
                    let total = tape.number();
                    loy_cart_add_line(cart, a.as_ptr(), 1_000, total, null_mut(), null_mut());
                }
                status
            }
            2 => loy_cart_add_line(
                pick(tape, &handles.carts, l),
                a.as_ptr(),
                tape.number(),
                tape.number(),
                null_mut(),
                error,
            ),
            3 => loy_cart_want_points(pick(tape, &handles.carts, l), a.as_ptr(), tape.number(), error),
            4 => loy_cart_set_text(pick(tape, &handles.carts, l), a.as_ptr(), b.as_ptr(), error),
            5 => loy_cart_add_payment(pick(tape, &handles.carts, l), a.as_ptr(), tape.number(), error),
            6 => {
                let mut enrolment = null_mut();
                let status = loy_enrolment_new(&mut enrolment, error);
                handles.enrolments.push(enrolment);
                status
            }
            7 => loy_enrolment_add_identifier(
                pick(tape, &handles.enrolments, l),
                a.as_ptr(),
                b.as_ptr(),
                error,
            ),
            8 => {
                let mut member = null_mut();
                let id = tape.operation();
                let enrolment = pick(tape, &handles.enrolments, l);
                let status = loy_member_enrol(l, id.as_ptr(), enrolment, &mut member, error);
                // Somebody whose phone is known already is handed out, too.
                if !member.is_null() {
                    handles.numbers.push(text(loy_member_number(member)));
                    handles.members.push(member);
                }
                status
            }
            9 => {
                let mut member = null_mut();
                let status = loy_member_scan(l, a.as_ptr(), tape.date(), &mut member, error);
                if status == LOY_OK {
                    handles.members.push(member);
                }
                status
            }
            10..=12 => {
                let mut sale = null_mut();
                let id = tape.operation();
                let cart = pick(tape, &handles.carts, l);
                let status = loy_sale_record(l, id.as_ptr(), cart, &mut sale, error);
                keep_sale(handles, sale);
                status
            }
            13 | 14 => {
                let mut sale = null_mut();
                let id = tape.operation();
                let cart = pick(tape, &handles.carts, l);
                let seconds = i32::from(tape.byte());
                let status = loy_sale_authorise(l, id.as_ptr(), cart, seconds, &mut sale, error);
                keep_sale(handles, sale);
                status
            }
            15 | 16 => {
                let mut sale = null_mut();
                let (id, name) = (tape.operation(), named(tape, &handles.ids));
                let cart = match tape.below(3) {
                    0 => pick(tape, &handles.carts, l),
                    _ => null_mut(),
                };
                let status = loy_sale_commit(l, id.as_ptr(), name.as_ptr(), cart, &mut sale, error);
                keep_sale(handles, sale);
                status
            }
            17 => {
                let mut sale = null_mut();
                let (id, name) = (tape.operation(), named(tape, &handles.ids));
                let status =
                    loy_sale_void(l, id.as_ptr(), name.as_ptr(), a.as_ptr(), &mut sale, error);
                keep_sale(handles, sale);
                status
            }
            18 | 19 => {
                let mut refund = null_mut();
                let name = named(tape, &handles.ids);
                let status = loy_refund_new(l, name.as_ptr(), &mut refund, error);
                if status == LOY_OK {
                    handles.refunds.push(refund);
                    let at = 1_795_312_860_000;
                    loy_refund_set_time(refund, at, 420, tape.date(), null_mut());
                    if tape.below(2) == 0 {
                        loy_refund_add_all(refund, null_mut());
                    }
                }
                status
            }
            20 => {
                let refund = pick(tape, &handles.refunds, l);
                let line = i32::from(tape.below(4)) - 1;
                loy_refund_add_quantity(refund, line, tape.number(), error)
            }
            21 => {
                let refund = pick(tape, &handles.refunds, l);
                let line = i32::from(tape.below(4)) - 1;
                loy_refund_add_amount(refund, line, tape.number(), error)
            }
            22 => {
                let mut sale = null_mut();
                let id = tape.operation();
                let refund = pick(tape, &handles.refunds, l);
                let status = loy_refund_commit(l, id.as_ptr(), refund, &mut sale, error);
                keep_sale(handles, sale);
                status
            }
            23 => {
                let mut quote = null_mut();
                let cart = pick(tape, &handles.carts, l);
                let status = loy_quote_evaluate(l, cart, &mut quote, error);
                if status == LOY_OK {
                    handles.quotes.push(quote);
                }
                status
            }
            24 => {
                let mut receipt = null_mut();
                let quote = pick(tape, &handles.quotes, l);
                let width = i32::from(tape.byte());
                let status = loy_quote_receipt(quote, width, 1, &mut receipt, error);
                loy_buffer_free(receipt);
                status
            }
            25 => {
                let mut rows = null_mut();
                let id = tape.operation();
                let status = loy_day_close(l, id.as_ptr(), tape.date(), &mut rows, error);
                if status == LOY_OK {
                    handles.rows.push(rows);
                }
                status
            }
            26 => {
                let (mut batch, mut entries) = (null_mut(), 0);
                let status = loy_export_next(l, 65_536, &mut batch, &mut entries, error);
                loy_buffer_free(batch);
                status
            }
            27 => {
                let mut rows = null_mut();
                let status = loy_sale_pending(l, &mut rows, error);
                if status == LOY_OK {
                    handles.rows.push(rows);
                }
                status
            }
            28 => {
                let mut value = 0;
                let rows = pick(tape, &handles.rows, l);
                loy_rows_int(rows, i32::from(tape.byte()), a.as_ptr(), &mut value, error)
            }
            29 => loy_ledger_idle(l, error),
            31..=50 => later(what, tape, l, config, handles, (&a, &b), error),
            30 => {
                // Closed and opened again, with calls on the closed handle in between.
                loy_ledger_close(l);
                let late = loy_ledger_idle(l, error);
                assert_eq!(errors.check(late), LOY_E_HANDLE);
                let error = errors.place();
                let status = loy_ledger_open(config, ledger, error);
                assert_eq!(status, LOY_OK, "it opens again");
                status
            }
            _ => {
                // Freed once; it stays in the list and is used and freed again.
                match tape.below(4) {
                    0 => loy_cart_free(pick(tape, &handles.carts, l)),
                    1 => loy_sale_free(pick(tape, &handles.sales, l)),
                    2 => loy_quote_free(pick(tape, &handles.quotes, l)),
                    _ => loy_refund_free(pick(tape, &handles.refunds, l)),
                }
                LOY_OK
            }
        };
        errors.check(status);
    }
}

/// Whether a call gave a handle, and then to keep it.
fn kept<T>(handle: *mut T, into: &mut Vec<*mut T>, status: loy_status) -> loy_status {
    if status == LOY_OK {
        into.push(handle);
    }
    status
}

/// One of the calls about what comes back, people, and looking at things.
unsafe fn later(
    what: u8,
    tape: &mut Tape<'_>,
    l: *mut loy_ledger,
    config: *mut loy_config,
    handles: &mut Handles,
    (a, b): (&CString, &CString),
    error: *mut *mut loy_error,
) -> loy_status {
    const AT_MS: i64 = 1_795_312_920_000;
    let (mut rows, mut buffer) = (null_mut(), null_mut());
    unsafe {
        match what {
            31 | 32 => {
                // Goods that come back, of a sale that is there or not.
                let cart = pick(tape, &handles.carts, l);
                let (pieces, amount) = (i64::from(tape.below(3)), tape.number());
                let mut line = 0;
                let amount = amount.checked_neg().unwrap_or(0);
                let sku = a.as_ptr();
                let status = loy_cart_add_line(cart, sku, -500 * pieces, amount, &mut line, error);
                if status != LOY_OK || tape.below(3) == 0 {
                    return status;
                }
                let sale = named(tape, &handles.ids);
                let of = i32::from(tape.below(3));
                loy_cart_line_set_return_of(cart, line, sale.as_ptr(), of, error)
            }
            33 | 34 => {
                let id = tape.operation();
                let cart = pick(tape, &handles.carts, l);
                let status = match tape.below(3) {
                    0 => loy_ledger_evaluate_unlinked(l, cart, &mut rows, error),
                    _ => loy_ledger_refund_unlinked(l, id.as_ptr(), cart, &mut rows, error),
                };
                kept(rows, &mut handles.rows, status)
            }
            35 => {
                let (id, sale) = (tape.operation(), named(tape, &handles.ids));
                let (member, date) = (named(tape, &handles.numbers), tape.date());
                let (sale, member) = (sale.as_ptr(), member.as_ptr());
                let mut claimed = null_mut();
                let out = &mut claimed;
                let status =
                    loy_sale_claim(l, id.as_ptr(), sale, member, AT_MS, 420, date, out, error);
                keep_sale(handles, claimed);
                status
            }
            36 | 37 => {
                let member = named(tape, &handles.numbers);
                let (member, points) = (member.as_ptr(), tape.number());
                let mut adjustment = null_mut();
                let out = &mut adjustment;
                let (who, why) = (c"TN-07".as_ptr(), b.as_ptr());
                let wallet = if tape.below(4) == 0 { a.as_ptr() } else { c"points".as_ptr() };
                let status = loy_adjustment_new(member, wallet, points, who, why, out, error);
                kept(adjustment, &mut handles.adjustments, status)
            }
            38 => {
                let adjustment = pick(tape, &handles.adjustments, l);
                let date = tape.date();
                match tape.below(3) {
                    0 => loy_adjustment_set_time(adjustment, AT_MS, 420, date, error),
                    1 => loy_adjustment_set_expiry(adjustment, date, error),
                    _ => loy_adjustment_set_missing(adjustment, a.as_ptr(), error),
                }
            }
            39 | 40 => {
                let id = tape.operation();
                let adjustment = pick(tape, &handles.adjustments, l);
                let status = loy_adjustment_commit(l, id.as_ptr(), adjustment, &mut rows, error);
                kept(rows, &mut handles.rows, status)
            }
            41 => {
                let id = tape.operation();
                let act = [c"refund", c"unlinked_refund", c"adjustment", c"limit"];
                let act = act[usize::from(tape.below(4))].as_ptr();
                let pin = if tape.below(3) == 0 { a.as_ptr() } else { c"4711".as_ptr() };
                loy_approval_give(l, id.as_ptr(), act, c"GS-01".as_ptr(), pin, error)
            }
            42 => {
                // Put aside and taken up again.
                let cart = pick(tape, &handles.carts, l);
                let status = loy_cart_park(cart, &mut buffer, error);
                if status != LOY_OK {
                    return status;
                }
                let (json, size) = (loy_buffer_data(buffer), loy_buffer_size(buffer));
                let mut again = null_mut();
                let (json, date) = (json.cast(), tape.date());
                let status = loy_cart_resume(json, size, AT_MS, 420, date, &mut again, error);
                loy_buffer_free(buffer);
                kept(again, &mut handles.carts, status)
            }
            43 => {
                let member = named(tape, &handles.numbers);
                let (on, from, to) = (tape.date(), tape.date(), tape.date());
                let (member, format) = (member.as_ptr(), i32::from(tape.below(3)));
                let out = &mut buffer;
                let status = loy_ledger_statement(l, member, on, from, to, format, out, error);
                loy_buffer_free(buffer);
                status
            }
            44 => {
                let refund = pick(tape, &handles.refunds, l);
                let (line, amount) = (i32::from(tape.below(3)), tape.number());
                match tape.below(4) {
                    0 => loy_refund_add_post_void(refund, error),
                    1 => loy_refund_set_text(refund, a.as_ptr(), b.as_ptr(), error),
                    _ => loy_refund_add_quantity_for(refund, line, 500, amount, error),
                }
            }
            45 => {
                let (member, date) = (named(tape, &handles.numbers), tape.date());
                let (member, out) = (member.as_ptr(), &mut rows);
                let status = match tape.below(5) {
                    0 => loy_member_lots(l, member, date, out, error),
                    1 => loy_member_history(l, member, 0, 100, out, error),
                    2 => loy_day_exceptions(l, date, out, error),
                    3 => loy_sale_group(l, a.as_ptr(), date, out, error),
                    _ => loy_operator_list(l, out, error),
                };
                kept(rows, &mut handles.rows, status)
            }
            46 | 47 => {
                let (id, member) = (tape.operation(), named(tape, &handles.numbers));
                let (id, member, date) = (id.as_ptr(), member.as_ptr(), tape.date());
                let name = [c"referral", c"review", c"check_in", c"birthday"];
                let name = name[usize::from(tape.below(4))].as_ptr();
                let by = named(tape, &handles.numbers);
                let (by, no) = (by.as_ptr(), std::ptr::null());
                let out = &mut rows;
                let status =
                    loy_event_report(l, id, member, name, by, no, no, AT_MS, 420, date, out, error);
                kept(rows, &mut handles.rows, status)
            }
            48 | 49 => {
                let id = tape.operation();
                let (one, other) = (named(tape, &handles.numbers), named(tape, &handles.numbers));
                let (id, one, other) = (id.as_ptr(), one.as_ptr(), other.as_ptr());
                let who = c"GS-01".as_ptr();
                if tape.below(3) > 0 {
                    return loy_household_join(l, id, one, other, who, b.as_ptr(), error);
                }
                let (split, points, out) = (i32::from(tape.below(4)), tape.number(), &mut rows);
                let (wallet, why) = (a.as_ptr(), b.as_ptr());
                let status =
                    loy_household_leave(l, id, one, split, wallet, points, who, why, out, error);
                kept(rows, &mut handles.rows, status)
            }
            _ => train(tape, config, error),
        }
    }
}

/// A cashier learns beside the till: a member, a sale and its return, and nothing of it stays.
unsafe fn train(
    tape: &mut Tape<'_>,
    config: *mut loy_config,
    error: *mut *mut loy_error,
) -> loy_status {
    let (mut training, mut member, mut cart, mut sale) =
        (null_mut(), null_mut(), null_mut(), null_mut());
    let date = tape.date();
    unsafe {
        let status = loy_ledger_open_training(config, &mut training, error);
        if status != LOY_OK {
            return status;
        }
        loy_member_scan(training, c"0900000002".as_ptr(), date, &mut member, null_mut());
        loy_cart_new(c"VND".as_ptr(), 1_795_312_800_000, 420, date, &mut cart, null_mut());
        loy_cart_set_member(cart, loy_member_number(member), null_mut());
        loy_cart_add_line(cart, c"AO".as_ptr(), 1_000, tape.number(), null_mut(), null_mut());
        loy_cart_want_points(cart, c"points".as_ptr(), tape.number(), null_mut());
        let status = loy_sale_record(training, c"op-1".as_ptr(), cart, &mut sale, null_mut());
        assert!(status < LOY_E_INTERNAL, "{status}");
        let (mut batch, mut entries) = (null_mut(), 0);
        let status = loy_export_next(training, 65_536, &mut batch, &mut entries, null_mut());
        assert_eq!(status, LOY_REFUSED, "nothing of a training leaves it");
        loy_sale_free(sale);
        loy_cart_free(cart);
        loy_member_free(member);
        loy_ledger_close(training);
    }
    LOY_OK
}
