//! One ledger handle, many threads.

use std::ffi::CString;
use std::fs;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use loy::capi::config::{loy_config_free, loy_config_new, loy_config_set_path};
use loy::capi::ledger::{loy_ledger, loy_ledger_close, loy_ledger_create, loy_ledger_info};
use loy::capi::rows::loy_rows_free;
use loy::capi::status::{LOY_E_HANDLE, LOY_OK};
use loy::capi::version::loy_version_number;

use super::library::Shop;

/// A handle is a ticket: the header lets every thread have it.
#[derive(Clone, Copy)]
struct Ticket(*mut loy_ledger);
unsafe impl Send for Ticket {}

impl Ticket {
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
