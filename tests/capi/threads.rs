//! One ledger handle, many threads.

use std::ffi::{CStr, CString};
use std::fs;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use loy::capi::cart::{
    loy_cart, loy_cart_add_line, loy_cart_free, loy_cart_new, loy_cart_set_text,
};
use loy::capi::config::{loy_config_free, loy_config_new, loy_config_set_path};
use loy::capi::ledger::{loy_ledger, loy_ledger_close, loy_ledger_create, loy_ledger_info};
use loy::capi::rows::loy_rows_free;
use loy::capi::sale::{
    loy_sale, loy_sale_authorise, loy_sale_commit, loy_sale_free, loy_sale_id, loy_sale_record,
    loy_sale_void, loy_sale_was_replayed,
};
use loy::capi::status::{LOY_ALREADY_RESOLVED, LOY_E_HANDLE, LOY_OK};
use loy::capi::version::loy_version_number;

use super::library::Shop;

/// A handle is a ticket: the header lets every thread have it.
#[derive(Clone, Copy)]
struct Ticket(*mut loy_ledger);
unsafe impl Send for Ticket {}
unsafe impl Sync for Ticket {}

impl Ticket {
    fn handle(self) -> *mut loy_ledger {
        self.0
    }

    fn info(self) -> i32 {
        let mut rows = null_mut();
        let status = unsafe { loy_ledger_info(self.0, &mut rows, null_mut()) };
        assert_eq!(rows.is_null(), status != LOY_OK);
        unsafe { loy_rows_free(rows) };
        status
    }
}

fn open(shop: &Shop) -> Ticket {
    let provisioning = fs::read(shop.path().join("provisioning")).expect("there");
    let code = CString::new(fs::read(shop.path().join("code")).expect("there")).expect("a text");
    let path = shop
        .path()
        .join("till.loy")
        .into_os_string()
        .into_encoded_bytes();
    let path = CString::new(path).expect("a path");
    let size = i64::try_from(provisioning.len()).expect("a size");
    let (mut config, mut ledger) = (null_mut(), null_mut());
    unsafe {
        assert_eq!(
            loy_config_new(loy_version_number(), &mut config, null_mut()),
            LOY_OK
        );
        assert_eq!(
            loy_config_set_path(config, path.as_ptr(), null_mut()),
            LOY_OK
        );
        let bytes = provisioning.as_ptr();
        let status = loy_ledger_create(config, bytes, size, code.as_ptr(), &mut ledger, null_mut());
        assert_eq!(status, LOY_OK);
        loy_config_free(config);
    }
    Ticket(ledger)
}

#[test]
fn eight_threads_use_a_ledger_while_one_of_them_closes_it() {
    let shop = Shop::new();
    let ledger = open(&shop);
    let done = Arc::new(AtomicUsize::new(0));
    let together = Arc::new(Barrier::new(8));
    let threads: Vec<_> = (0..8)
        .map(|number| {
            let (done, together) = (Arc::clone(&done), Arc::clone(&together));
            thread::spawn(move || {
                let ledger = ledger;
                together.wait();
                let mut last = LOY_OK;
                // Everyone goes on until the ledger is gone; the first thread closes it once all
                // have surely worked with it.
                while last == LOY_OK {
                    last = ledger.info();
                    let calls = done.fetch_add(1, Ordering::SeqCst);
                    if number == 0 && calls > 400 {
                        unsafe { loy_ledger_close(ledger.0) };
                    }
                }
                last
            })
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().expect("no thread crashed"), LOY_E_HANDLE);
    }
    assert_eq!(ledger.info(), LOY_E_HANDLE);
    // The file was let go of: it can be opened again.
    let again = loy::till::Till::open(&loy::till::Settings::new(shop.path().join("till.loy")));
    assert!(again.is_ok());
}

/// One bill of 10.000 d; each thread has its own, as the header wants it.
fn cart(receipt: &str) -> *mut loy_cart {
    let mut cart = null_mut();
    let receipt = CString::new(receipt).expect("a text");
    unsafe {
        let at_ms = 1_795_316_400_000;
        let made = loy_cart_new(
            c"VND".as_ptr(),
            at_ms,
            420,
            20_261_122,
            &mut cart,
            null_mut(),
        );
        assert_eq!(made, LOY_OK);
        let name = c"receipt_number".as_ptr();
        assert_eq!(
            loy_cart_set_text(cart, name, receipt.as_ptr(), null_mut()),
            LOY_OK
        );
        let sku = c"ao".as_ptr();
        let added = loy_cart_add_line(cart, sku, 1_000, 10_000, null_mut(), null_mut());
        assert_eq!(added, LOY_OK);
    }
    cart
}

/// What a thread was answered: status, sale id, replayed.
type Answer = (i32, String, bool);

fn answer(status: i32, sale: *mut loy_sale) -> Answer {
    assert_eq!(
        sale.is_null(),
        !matches!(status, LOY_OK | LOY_ALREADY_RESOLVED)
    );
    let mut replayed = -1;
    unsafe {
        assert_eq!(
            loy_sale_was_replayed(sale, &mut replayed, null_mut()),
            LOY_OK
        );
        let id = CStr::from_ptr(loy_sale_id(sale))
            .to_str()
            .expect("a text")
            .to_owned();
        loy_sale_free(sale);
        (status, id, replayed == 1)
    }
}

fn at_once(threads: usize, call: impl Fn(usize) -> Answer + Send + Sync) -> Vec<Answer> {
    let together = Barrier::new(threads);
    thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|number| {
                let (together, call) = (&together, &call);
                scope.spawn(move || {
                    together.wait();
                    call(number)
                })
            })
            .collect();
        let answers = started.into_iter().map(|thread| thread.join());
        answers
            .map(|answer| answer.expect("no thread crashed"))
            .collect()
    })
}

fn record(ledger: Ticket, operation: &str, receipt: &str) -> Answer {
    let operation = CString::new(operation).expect("a text");
    let (basket, mut sale) = (cart(receipt), null_mut());
    let status =
        unsafe { loy_sale_record(ledger.0, operation.as_ptr(), basket, &mut sale, null_mut()) };
    unsafe { loy_cart_free(basket) };
    answer(status, sale)
}

fn authorise(ledger: Ticket, operation: &str, receipt: &str) -> Answer {
    let operation = CString::new(operation).expect("a text");
    let (basket, mut sale) = (cart(receipt), null_mut());
    let status = unsafe {
        loy_sale_authorise(
            ledger.0,
            operation.as_ptr(),
            basket,
            600,
            &mut sale,
            null_mut(),
        )
    };
    unsafe { loy_cart_free(basket) };
    answer(status, sale)
}

#[test]
fn what_eight_threads_ask_at_once_is_done_once() {
    let shop = Shop::new();
    let ledger = open(&shop);
    // One operation: one sale, and seven times its answer again.
    let answers = at_once(8, |_| record(ledger, "sale-1", "0001"));
    assert!(
        answers
            .iter()
            .all(|(status, id, _)| *status == LOY_OK && *id == answers[0].1)
    );
    assert_eq!(answers.iter().filter(|(.., replayed)| !replayed).count(), 1);
    // One receipt under eight operations, held and recorded: one sale, and seven are told of it.
    let answers = at_once(8, |number| {
        let operation = format!("sale-2-{number}");
        match number % 2 {
            0 => record(ledger, &operation, "0002"),
            _ => authorise(ledger, &operation, "0002"),
        }
    });
    assert_eq!(
        answers
            .iter()
            .filter(|(status, ..)| *status == LOY_OK)
            .count(),
        1
    );
    assert!(answers.iter().all(|(_, id, _)| *id == answers[0].1));
    // Committed and called off in the same moment: one of the two.
    let (_, held, _) = authorise(ledger, "sale-3", "0003");
    let held = CString::new(held).expect("a text");
    let answers = at_once(2, |number| {
        let mut sale = null_mut();
        let (id, error_out) = (held.as_ptr(), null_mut());
        let status = unsafe {
            match number {
                0 => {
                    let cart = std::ptr::null();
                    loy_sale_commit(
                        ledger.handle(),
                        c"commit-3".as_ptr(),
                        id,
                        cart,
                        &mut sale,
                        error_out,
                    )
                }
                _ => {
                    let reason = c"".as_ptr();
                    loy_sale_void(
                        ledger.handle(),
                        c"void-3".as_ptr(),
                        id,
                        reason,
                        &mut sale,
                        error_out,
                    )
                }
            }
        };
        answer(status, sale)
    });
    let mut statuses: Vec<i32> = answers.iter().map(|(status, ..)| *status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [LOY_OK, LOY_ALREADY_RESOLVED]);
    unsafe { loy_ledger_close(ledger.0) };
    let till = loy::till::Till::open(&loy::till::Settings::new(shop.path().join("till.loy")));
    let till = till.expect("the ledger");
    assert_eq!(till.verify(loy::till::Depth::Full).expect("a check"), []);
}
