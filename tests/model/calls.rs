//! The till as its C header has it: every question a C call, every answer read through C.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char};
use std::ptr::{null, null_mut};

use loy::capi::injection::ledger_over;
use loy::capi::{
    adjustment::*, buffer::*, care::*, cart::*, day::*, error::*, exchange::*, history::*,
};
use loy::capi::{
    ledger::*, member::*, operator::*, quote::*, refund::*, rows::*, sale::*, status::*,
};

use crate::asks::{Adjust, Bill, Goods};

const WALLET: *const c_char = c"points".as_ptr();
const CASHIER: *const c_char = c"TN-07".as_ptr();
const OFFSET_MINUTES: i32 = 420;

/// Why a call was not done.
#[derive(Debug)]
pub struct Said {
    pub status: loy_status,
    pub reason: String,
}

/// A handle, freed when it is no longer needed.
pub struct Handle<T> {
    pub c: *mut T,
    free: unsafe extern "C" fn(*mut T),
}

impl<T> Drop for Handle<T> {
    fn drop(&mut self) {
        unsafe { (self.free)(self.c) };
    }
}

pub fn c(text: &str) -> CString {
    CString::new(text).expect("no NUL")
}

/// A borrowed text, copied.
pub unsafe fn text(place: *const c_char) -> String {
    assert!(!place.is_null(), "texts are never NULL");
    unsafe { CStr::from_ptr(place) }
        .to_string_lossy()
        .into_owned()
}

fn said(status: loy_status, error: *mut loy_error) -> Result<(), Said> {
    assert_eq!(
        status == LOY_OK,
        error.is_null(),
        "an error comes with every refusal"
    );
    let reason = unsafe { text(loy_error_reason(error)) };
    assert!(status < LOY_E_INTERNAL, "{status} {reason}");
    unsafe { loy_error_free(error) };
    match status {
        LOY_OK => Ok(()),
        _ => Err(Said { status, reason }),
    }
}

/// A call without a result.
fn done(call: impl FnOnce(*mut *mut loy_error) -> loy_status) -> Result<(), Said> {
    let mut error = null_mut();
    let status = call(&raw mut error);
    said(status, error)
}

/// A call that gives a handle. With a refusal too, where the sale is settled.
fn given<T>(
    free: unsafe extern "C" fn(*mut T),
    call: impl FnOnce(*mut *mut T, *mut *mut loy_error) -> loy_status,
) -> Result<Handle<T>, Said> {
    let (mut handle, mut error) = (null_mut(), null_mut());
    let status = call(&raw mut handle, &raw mut error);
    let handle = Handle { c: handle, free };
    said(status, error).map(|()| handle)
}

/// A call that gives a number.
pub fn number<N: Default>(call: impl FnOnce(*mut N, *mut *mut loy_error) -> loy_status) -> N {
    let mut number = N::default();
    done(|error| call(&raw mut number, error)).expect("a number");
    number
}

/// When something is asked: instant and business date.
#[derive(Clone, Copy)]
pub struct When {
    pub at_ms: i64,
    pub date: i32,
}

/// A ledger and what the till asks of it.
pub struct Ledger(*mut loy_ledger);

impl Drop for Ledger {
    fn drop(&mut self) {
        unsafe { loy_ledger_close(self.0) };
    }
}

impl Ledger {
    /// Over a till whose clock the test moves.
    pub fn over(till: loy::till::Till) -> Self {
        Self(ledger_over(till))
    }

    pub fn enrol(&self, id: &str, phone: &str) -> Result<String, Said> {
        let (id, phone) = (c(id), c(phone));
        let form = given(loy_enrolment_free, |out, error| unsafe {
            loy_enrolment_new(out, error)
        })?;
        done(|error| unsafe {
            loy_enrolment_add_identifier(form.c, c"phone".as_ptr(), phone.as_ptr(), error)
        })?;
        let member = given(loy_member_free, |out, error| unsafe {
            loy_member_enrol(self.0, id.as_ptr(), form.c, out, error)
        })?;
        Ok(number_of(&member))
    }

    pub fn scan(&self, scanned: &str, date: i32) -> Result<Handle<loy_member>, Said> {
        let scanned = c(scanned);
        given(loy_member_free, |out, error| unsafe {
            loy_member_scan(self.0, scanned.as_ptr(), date, out, error)
        })
    }

    /// Known, spendable, held and owed points.
    pub fn balance(&self, number_text: &str, date: i32) -> [i64; 4] {
        let member = self.scan(number_text, date).expect("a member");
        let get = |get: unsafe extern "C" fn(_, _, _, _) -> loy_status| {
            number(|out, error| unsafe { get(member.c.cast_const(), WALLET, out, error) })
        };
        let all = [
            loy_member_balance,
            loy_member_spendable,
            loy_member_held,
            loy_member_debt,
        ];
        all.map(get)
    }

    /// The first day on which they are dead (0 for never), points and held points of each lot of points.
    pub fn lots(&self, number_text: &str, date: i32) -> Vec<(i64, i64, i64)> {
        let member = c(number_text);
        let rows = given(loy_rows_free, |out, error| unsafe {
            loy_member_lots(self.0, member.as_ptr(), date, out, error)
        });
        let rows = rows.expect("lots");
        let lot = |row| {
            let until = cell(&rows, row, c"expires_on").unwrap_or(0);
            let of = |field| cell(&rows, row, field).expect("a number");
            (until, of(c"points"), of(c"held"))
        };
        let is_of_points = |row: &i32| {
            let wallet = unsafe { text(loy_rows_text(rows.c, *row, c"wallet".as_ptr())) };
            wallet == "points"
        };
        (0..count(&rows)).filter(is_of_points).map(lot).collect()
    }

    pub fn sell(&self, id: &str, cart: &Handle<loy_cart>, hold: Option<i64>) -> Asked {
        let id = c(id);
        given(loy_sale_free, |out, error| unsafe {
            match hold {
                None => loy_sale_record(self.0, id.as_ptr(), cart.c, out, error),
                Some(seconds) => {
                    let seconds = i32::try_from(seconds).expect("small");
                    loy_sale_authorise(self.0, id.as_ptr(), cart.c, seconds, out, error)
                }
            }
        })
    }

    pub fn commit(&self, id: &str, sale: &str, cart: Option<&Handle<loy_cart>>) -> Asked {
        let (id, sale) = (c(id), c(sale));
        let cart = cart.map_or(null(), |cart| cart.c.cast_const());
        given(loy_sale_free, |out, error| unsafe {
            loy_sale_commit(self.0, id.as_ptr(), sale.as_ptr(), cart, out, error)
        })
    }

    pub fn void(&self, id: &str, sale: &str) -> Asked {
        let (id, sale) = (c(id), c(sale));
        given(loy_sale_free, |out, error| unsafe {
            loy_sale_void(self.0, id.as_ptr(), sale.as_ptr(), c"".as_ptr(), out, error)
        })
    }

    pub fn claim(&self, id: &str, sale: &str, member: &str, when: When) -> Asked {
        let (id, sale, member) = (c(id), c(sale), c(member));
        let (sale, member) = (sale.as_ptr(), member.as_ptr());
        given(loy_sale_free, |out, error| unsafe {
            let (at, date) = (when.at_ms, when.date);
            loy_sale_claim(
                self.0,
                id.as_ptr(),
                sale,
                member,
                at,
                OFFSET_MINUTES,
                date,
                out,
                error,
            )
        })
    }

    pub fn refund(&self, id: &str, sale: &str, goods: &Goods, when: When) -> Asked {
        let (id, sale) = (c(id), c(sale));
        let form = given(loy_refund_free, |out, error| unsafe {
            loy_refund_new(self.0, sale.as_ptr(), out, error)
        })?;
        let form = form.c;
        done(|e| unsafe { loy_refund_set_time(form, when.at_ms, OFFSET_MINUTES, when.date, e) })?;
        done(|e| unsafe { loy_refund_set_text(form, c"cashier".as_ptr(), CASHIER, e) })?;
        done(|e| unsafe { loy_refund_set_text(form, c"reason".as_ptr(), c"x".as_ptr(), e) })?;
        done(|e| unsafe {
            match *goods {
                Goods::All => loy_refund_add_all(form, e),
                Goods::Undone => loy_refund_add_post_void(form, e),
                Goods::Money(amount) => loy_refund_add_amount(form, 0, amount, e),
                Goods::Pieces(pieces, None) => loy_refund_add_quantity(form, 0, pieces * 1_000, e),
                Goods::Pieces(pieces, Some(amount)) => {
                    loy_refund_add_quantity_for(form, 0, pieces * 1_000, amount, e)
                }
            }
        })?;
        given(loy_sale_free, |out, error| unsafe {
            loy_refund_commit(self.0, id.as_ptr(), form, out, error)
        })
    }

    /// Points taken, and how many of them are owed.
    pub fn refund_unlinked(&self, id: &str, cart: &Handle<loy_cart>) -> Result<(i64, i64), Said> {
        let id = c(id);
        let rows = given(loy_rows_free, |out, error| unsafe {
            loy_ledger_refund_unlinked(self.0, id.as_ptr(), cart.c, out, error)
        })?;
        // The first row is the money alone.
        let of = |field| cell(&rows, 1, field).unwrap_or(0);
        match count(&rows) {
            1 => Ok((0, 0)),
            _ => Ok((of(c"points_taken_back"), of(c"debt"))),
        }
    }

    /// Points given or taken, and how many are owed.
    pub fn adjust(
        &self,
        id: &str,
        member: &str,
        asked: &Adjust,
        until: Option<i32>,
        when: When,
    ) -> Result<(i64, i64), Said> {
        let (id, member) = (c(id), c(member));
        let form = given(loy_adjustment_free, |out, error| unsafe {
            let (member, reason) = (member.as_ptr(), c"goodwill".as_ptr());
            loy_adjustment_new(member, WALLET, asked.points, CASHIER, reason, out, error)
        })?;
        let form = form.c;
        let (at, date) = (when.at_ms, when.date);
        done(|error| unsafe { loy_adjustment_set_time(form, at, OFFSET_MINUTES, date, error) })?;
        if let Some(until) = until {
            done(|error| unsafe { loy_adjustment_set_expiry(form, until, error) })?;
        }
        if asked.may_owe {
            done(|error| unsafe { loy_adjustment_set_missing(form, c"owed".as_ptr(), error) })?;
        }
        let rows = given(loy_rows_free, |out, error| unsafe {
            loy_adjustment_commit(self.0, id.as_ptr(), form, out, error)
        })?;
        let of = |field| cell(&rows, 0, field).expect("a number");
        Ok((of(c"points"), of(c"owed")))
    }

    /// The supervisor's word for an operation.
    pub fn approve(&self, id: &str, act: &str) {
        let (id, act) = (c(id), c(act));
        let (who, pin) = (c"GS-01".as_ptr(), c"4711".as_ptr());
        done(|error| unsafe {
            loy_approval_give(self.0, id.as_ptr(), act.as_ptr(), who, pin, error)
        })
        .expect("approved");
    }

    pub fn idle(&self) {
        done(|error| unsafe { loy_ledger_idle(self.0, error) }).expect("idle");
    }

    pub fn close_day(&self, id: &str, date: i32) {
        let id = c(id);
        let totals = given(loy_rows_free, |out, error| unsafe {
            loy_day_close(self.0, id.as_ptr(), date, out, error)
        });
        totals.expect("totals");
    }

    pub fn sale(&self, id: &str) -> Handle<loy_sale> {
        let id = c(id);
        let sale = given(loy_sale_free, |out, error| unsafe {
            loy_sale_get(self.0, id.as_ptr(), out, error)
        });
        sale.expect("a sale")
    }

    /// How many sales wait to be committed or voided.
    pub fn pending(&self) -> usize {
        let rows = given(loy_rows_free, |out, e| unsafe {
            loy_sale_pending(self.0, out, e)
        });
        usize::try_from(count(&rows.expect("a list"))).expect("small")
    }

    /// Everything is looked at, and nothing is found.
    pub fn assert_sound(&self) {
        let findings = given(loy_rows_free, |out, error| unsafe {
            loy_ledger_verify(self.0, LOY_VERIFY_FULL, out, error)
        });
        assert_eq!(count(&findings.expect("a check")), 0, "a sound ledger");
    }

    /// Nothing of a training leaves it.
    pub fn assert_stays_here(&self) {
        let mut entries = 0;
        let batch = given(loy_buffer_free, |out, error| unsafe {
            loy_export_next(self.0, 65_536, out, &raw mut entries, error)
        });
        assert_eq!(batch.err().expect("refused").reason, "training.stays_here");
    }
}

pub fn number_of(member: &Handle<loy_member>) -> String {
    unsafe { text(loy_member_number(member.c)) }
}

pub type Cart = Handle<loy_cart>;

/// A sale, or why there is none.
pub type Asked = Result<Handle<loy_sale>, Said>;

fn count(rows: &Handle<loy_rows>) -> i32 {
    let count: i64 = number(|out, error| unsafe { loy_rows_count(rows.c, out, error) });
    i32::try_from(count).expect("few")
}

fn cell(rows: &Handle<loy_rows>, row: i32, field: &CStr) -> Option<i64> {
    let mut value = 0;
    let field = field.as_ptr();
    let found = done(|error| unsafe { loy_rows_int(rows.c, row, field, &raw mut value, error) });
    match found {
        Ok(()) => Some(value),
        Err(said) if said.status == LOY_NOT_FOUND => None,
        Err(said) => panic!("{said:?}"),
    }
}

/// What a sale tells of itself.
#[derive(Debug)]
pub struct Told {
    pub id: String,
    pub state: i32,
    pub was_replayed: bool,
    pub spent: i64,
    /// Money given back, and spent points that came back.
    pub given: i64,
    pub returned: i64,
}

pub fn told(sale: &Handle<loy_sale>) -> Told {
    let quote = given(loy_quote_free, |out, e| unsafe {
        loy_sale_quote(sale.c, out, e)
    });
    let quote = quote.expect("a quote");
    let mut given_back = 0;
    let back = given(loy_rows_free, |out, error| unsafe {
        loy_sale_given_back(sale.c, &raw mut given_back, out, error)
    });
    let back = back.expect("rows");
    let of = |row| cell(&back, row, c"returned").expect("a number");
    let replayed: i32 = number(|out, e| unsafe { loy_sale_was_replayed(sale.c, out, e) });
    Told {
        id: unsafe { text(loy_sale_id(sale.c)) },
        state: number(|out, error| unsafe { loy_sale_state(sale.c, out, error) }),
        was_replayed: replayed == 1,
        spent: number(|out, e| unsafe { loy_quote_points_redeemed(quote.c, WALLET, out, e) }),
        given: given_back,
        returned: (0..count(&back)).map(of).sum(),
    }
}

/// Writes a bill up: what is sold (below zero what comes back of no sale) and what comes back in it,
/// of the sale with this id.
pub fn cart(
    bill: &Bill,
    sign: i64,
    member: Option<&str>,
    of: Option<&str>,
    when: When,
) -> Handle<loy_cart> {
    let (at, date) = (when.at_ms, when.date);
    let cart = given(loy_cart_free, |out, error| unsafe {
        loy_cart_new(c"VND".as_ptr(), at, OFFSET_MINUTES, date, out, error)
    });
    let cart = cart.expect("a cart");
    let set = |what: &dyn Fn(*mut *mut loy_error) -> loy_status| done(what).expect("it fits");
    set(&|e| unsafe { loy_cart_set_text(cart.c, c"cashier".as_ptr(), CASHIER, e) });
    if let Some(member) = member {
        let member = c(member);
        set(&|error| unsafe { loy_cart_set_member(cart.c, member.as_ptr(), error) });
    }
    let add = |pieces: i64, total: i64| {
        let mut line = -1;
        let (sku, pieces) = (c"AO-01".as_ptr(), pieces * 1_000);
        done(|e| unsafe { loy_cart_add_line(cart.c, sku, pieces, total, &raw mut line, e) })
            .expect("a line");
        line
    };
    add(sign * bill.quantity, sign * bill.total);
    if let Some(back) = &bill.back {
        let line = add(-back.pieces, -back.amount);
        if let Some(of) = of {
            let of = c(of);
            set(&|e| unsafe { loy_cart_line_set_return_of(cart.c, line, of.as_ptr(), 0, e) });
        }
    }
    if bill.wanted > 0 {
        set(&|error| unsafe { loy_cart_want_points(cart.c, WALLET, bill.wanted, error) });
    }
    cart
}

/// Puts a cart aside and takes it up again.
pub fn park_and_resume(cart: &Handle<loy_cart>, when: When) -> Handle<loy_cart> {
    let parked = given(loy_buffer_free, |out, error| unsafe {
        loy_cart_park(cart.c, out, error)
    });
    let parked = parked.expect("JSON");
    let (at, date) = (when.at_ms, when.date);
    let cart = given(loy_cart_free, |out, error| unsafe {
        let (json, size) = (loy_buffer_data(parked.c).cast(), loy_buffer_size(parked.c));
        loy_cart_resume(json, size, at, OFFSET_MINUTES, date, out, error)
    });
    cart.expect("a cart")
}
