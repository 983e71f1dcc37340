//! Programme
//!
//! The rules of the points, written by head office. They come with provisioning; a till only reads
//! them.

use crate::programme::Programme;

use super::boundary;
use super::error::loy_error;
use super::fault::Fault;
use super::ledger::loy_ledger;
use super::out::HandleOut;
use super::rows::{Rows, loy_rows};
use super::status::loy_status;
use super::text;

/// Checks a programme document and lists everything that is wrong with it. Needs no ledger.
///
/// Rows, on LOY_E_DOCUMENT too: path, code, expected, found (texts). On LOY_OK there are none.
///
/// Status: LOY_E_ARGUMENT; LOY_E_DOCUMENT with the problems in problems_out.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_programme_check(
    json: *const u8,
    json_size: i64,
    problems_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let problems_out = HandleOut::clear(problems_out, "problems_out");
    boundary::call(error_out, || {
        let json = text::document(json, json_size, "json", "json_size")?;
        let problems_out = problems_out.reserve()?;
        let problems = Programme::read(&json).err().unwrap_or_default();
        let mut rows = Rows::new(&["path", "code", "expected", "found"]);
        for problem in &problems {
            rows.push([
                problem.path.as_str().into(),
                problem.code.into(),
                problem.expected.as_str().into(),
                problem.found.as_str().into(),
            ]);
        }
        problems_out.give(rows);
        match problems.first() {
            None => Ok(()),
            Some(first) => Err(Fault::document(
                first.path.as_str(),
                format!(
                    "{} problem(s) in the programme; the first: {first}",
                    problems.len()
                ),
            )),
        }
    })
}

/// Lists the wallets of the programme: the kinds of points there are.
///
/// Rows: id (the text that other calls take as wallet), number, name (in the till's language), unit
/// (the word after several points), decimals (2 means that points are counted in hundredths).
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT, the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_programme_wallets(
    ledger: *const loy_ledger,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    use crate::programme::IsOne;

    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let rows_out = rows_out.reserve()?;
        let language = till.language();
        let mut rows = Rows::new(&["id", "number", "name", "unit", "decimals"]);
        for wallet in till.programme()?.wallets() {
            rows.push([
                wallet.id.as_str().into(),
                i64::from(wallet.number).into(),
                wallet.name.in_language(language).into(),
                wallet.unit.word(language, IsOne::No).into(),
                wallet.decimals.into(),
            ]);
        }
        rows_out.give(rows);
        Ok(())
    })
}
