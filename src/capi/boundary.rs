//! The panic wall: what every exported function passes through, so that no panic reaches C.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ffi::c_char;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};

use crate::till::Till;

use super::config::{Config, loy_config};
use super::error::{ErrorObject, Voice, loy_error};
use super::fault::Fault;
use super::handles;
use super::ledger::loy_ledger;
use super::out::{HandleOut, no_text};
use super::status::{LOY_OK, loy_status};

// What all calls share is compiled once and meets their bodies behind a pointer: written into each of
// some hundred and fifty functions it was a fifth of the library.

/// A body that is run once, and how its errors are told, if it learns that on the way.
type Body<'a> = &'a mut dyn FnMut() -> Result<(), (Fault, Option<Voice>)>;

/// A body that can only run once stands where one is asked for that could run again.
const ONCE: &str = "a body runs once";

/// Runs a call that can fail and turns what went wrong into a status and an error.
pub(super) fn call(
    error_out: *mut *mut loy_error,
    body: impl FnOnce() -> Result<(), Fault>,
) -> loy_status {
    let mut body = Some(body);
    told_call(error_out, &mut || {
        let body = body.take().expect(ONCE);
        body().map_err(|fault| (fault, None))
    })
}

/// The same for a call that learns on the way how its errors are told.
#[inline(never)]
fn told_call(error_out: *mut *mut loy_error, body: Body<'_>) -> loy_status {
    let place = HandleOut::clear(error_out, "error_out");
    let answer = wall(body).unwrap_or_else(|bug| Err((Fault::bug(bug), None)));
    let Err((fault, voice)) = answer else {
        return LOY_OK;
    };
    let status = fault.status();
    // Making the error object may itself meet a bug; the status must still come back.
    let told = wall(|| {
        if let Some(place) = place.reserve_if_wanted() {
            place.give(ErrorObject::new(&fault, voice.unwrap_or_default()));
        }
    });
    drop(told);
    status
}

/// Runs a call on a configuration, whose language its errors are told in.
pub(super) fn call_with_config(
    config: *const loy_config,
    error_out: *mut *mut loy_error,
    body: impl FnOnce(Arc<Config>) -> Result<(), Fault>,
) -> loy_status {
    let mut body = Some(body);
    told_call(error_out, &mut || {
        let config = handles::find(config).map_err(|bad| (bad.into(), None))?;
        let voice = Some(Voice {
            language: config.language(),
            ..Voice::default()
        });
        let body = body.take().expect(ONCE);
        body(config).map_err(|fault| (fault, voice))
    })
}

/// What a bug in a call means for the ledger.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bug {
    /// What is in memory can no longer be trusted to agree with the file.
    Poisons,
    /// The call only read: nothing has changed, and a till that asks again must not lose its writes.
    Passes,
}

/// A ledger as C passes it: calls that take it as `const` only read.
pub(super) trait Ledger {
    /// The handle, and what a bug in the call means.
    fn handle(self) -> LedgerHandle;
}

/// The handle, and what a bug in the call means.
pub(super) struct LedgerHandle(*const loy_ledger, Bug);

impl Ledger for *const loy_ledger {
    fn handle(self) -> LedgerHandle {
        LedgerHandle(self, Bug::Passes)
    }
}

impl Ledger for *mut loy_ledger {
    fn handle(self) -> LedgerHandle {
        LedgerHandle(self, Bug::Poisons)
    }
}

/// Runs a call on a ledger. A panic in one that may write poisons the ledger.
pub(super) fn call_on(
    ledger: impl Ledger,
    error_out: *mut *mut loy_error,
    body: impl FnOnce(&Till) -> Result<(), Fault>,
) -> loy_status {
    let mut body = Some(body);
    told_call_on(ledger.handle(), error_out, &mut |till| {
        (body.take().expect(ONCE))(till)
    })
}

#[inline(never)]
fn told_call_on(
    LedgerHandle(ledger, bug): LedgerHandle,
    error_out: *mut *mut loy_error,
    body: &mut dyn FnMut(&Till) -> Result<(), Fault>,
) -> loy_status {
    told_call(error_out, &mut || {
        let ledger = handles::find(ledger).map_err(|bad| (bad.into(), None))?;
        let entered = ledger.enter().map_err(|bad| (bad.into(), None))?;
        let till = entered.till();
        let voice = Some(Voice {
            language: till.language(),
            purpose: till.purpose(),
        });
        match wall(|| body(till)) {
            Ok(answer) => answer.map_err(|fault| (fault, voice)),
            Err(said) => {
                if bug == Bug::Poisons {
                    till.poison();
                }
                Err((Fault::bug(said), voice))
            }
        }
    })
}

/// Runs a getter of a borrowed text; whatever goes wrong reads as the empty text.
pub(super) fn text(body: impl FnOnce() -> Option<*const c_char>) -> *const c_char {
    wall(body).ok().flatten().unwrap_or_else(no_text)
}

/// Runs a function that answers with a number and cannot fail; `fallback` for a bug.
pub(super) fn number<N>(fallback: N, body: impl FnOnce() -> N) -> N {
    wall(body).unwrap_or(fallback)
}

/// Runs a free or a close.
pub(super) fn end(body: impl FnOnce()) {
    drop(wall(body));
}

thread_local! {
    /// How many walls this thread stands behind.
    static INSIDE: Cell<u32> = const { Cell::new(0) };
    /// Where the last panic behind a wall happened; emptied by the wall.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Catches a panic and returns where it happened and what it said.
fn wall<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    let (mut body, mut answer) = (Some(body), None);
    stand_behind(&mut || answer = body.take().map(|body| body()))?;
    Ok(answer.expect("a body that did not panic has answered"))
}

#[inline(never)]
fn stand_behind(body: &mut dyn FnMut()) -> Result<(), String> {
    install_hook();
    INSIDE.with(|inside| inside.set(inside.get().saturating_add(1)));
    // Unwind safety: objects are behind locks that ignore poisoning and are either replaced whole
    // or belong to a till, which is poisoned.
    let result = catch_unwind(AssertUnwindSafe(body));
    INSIDE.with(|inside| inside.set(inside.get().saturating_sub(1)));
    result.map_err(|payload| {
        let place = PLACE.with(|place| place.take());
        let place = if place.is_empty() {
            "an unknown place".to_owned()
        } else {
            place
        };
        format!("a bug in loy at {place}: {}", said(payload))
    })
}

fn said(payload: Box<dyn Any + Send>) -> String {
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => match payload.downcast::<&'static str>() {
            Ok(text) => (*text).to_owned(),
            Err(strange) => {
                // Dropping a payload nobody knows could panic again.
                std::mem::forget(strange);
                "no text".to_owned()
            }
        },
    }
}

/// Keeps panics behind the wall silent: a library prints nothing. Panics of a host written in Rust
/// go on to the hook the host had.
fn install_hook() {
    static ONCE: Once = Once::new();
    // A hook cannot be changed while this thread unwinds (a host that calls loy from a destructor);
    // the next call does it.
    if ONCE.is_completed() || std::thread::panicking() {
        return;
    }
    ONCE.call_once(|| {
        let of_the_host = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if INSIDE.try_with(Cell::get).unwrap_or(0) == 0 {
                return of_the_host(info);
            }
            let found = info.location().map(ToString::to_string).unwrap_or_default();
            // Only what the wall reads; if the thread is ending there is nobody to tell.
            let _ = PLACE.try_with(|place| place.replace(found));
        }));
    });
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_says_where_it_is_and_what_it_said() {
        let bug = wall(|| panic!("the till is {}", "on fire")).expect_err("a bug");
        assert!(bug.contains("boundary.rs:"), "{bug}");
        assert!(bug.ends_with("the till is on fire"), "{bug}");
        assert_eq!(wall(|| 7), Ok(7));
    }

    #[test]
    fn a_wall_inside_a_wall_stops_the_panic_first() {
        let outer = wall(|| wall(|| -> i32 { panic!("inner") }).is_err());
        assert_eq!(outer, Ok(true));
    }
}
