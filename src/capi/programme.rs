//! Programme
//!
//! The rules of the points, written by head office. The first version comes with provisioning, later
//! ones as documents; each prices the business dates that it names itself.

use crate::programme;

use super::boundary;
use super::error::loy_error;
use super::fault::Fault;
use super::ledger::loy_ledger;
use super::out::{HandleOut, NumberOut};
use super::rows::{Rows, loy_rows};
use super::status::loy_status;
use super::text;

/// Checks a programme document and lists everything that is wrong with it. Needs no ledger.
///
/// Rows, on LOY_E_DOCUMENT too: path, code, expected, found, severity (texts). Of severity error is
/// what the document is refused for; warning, on LOY_OK too, what is legal and surely a mistake.
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
        let problems = programme::check(&json);
        let mut rows = Rows::new(&["path", "code", "expected", "found", "severity"]);
        for problem in &problems {
            rows.push([
                problem.path.as_str().into(),
                problem.code.into(),
                problem.expected.as_str().into(),
                problem.found.as_str().into(),
                problem.severity.word().into(),
            ]);
        }
        problems_out.give(rows);
        let errors: Vec<_> = problems.iter().filter(|it| it.is_error()).collect();
        match errors.first() {
            None => Ok(()),
            Some(first) => Err(Fault::document(
                first.path.as_str(),
                format!(
                    "{} problem(s) in the programme; the first: {first}",
                    errors.len()
                ),
            )),
        }
    })
}

/// Installs a version of the programme beside those that are there, at once and without a restart.
///
/// It prices the business dates from its valid_from to its valid_until (docs/programme.md); where
/// several versions do, the one with the highest number. Sales that were authorised or made final
/// keep the version that priced them, also when they are committed, claimed, refunded or disputed
/// later. A version never changes: to change anything, give it a new number. The same document again
/// changes nothing. The document is taken as it is given: carry it as you carry the provisioning
/// file. Head office sees its hash in the next batch. version_out gets its number.
///
/// Writes: one entry, and the document.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_DOCUMENT for a programme that cannot be used
/// (loy_programme_check lists every problem), of another id or currency, without a wallet that an
/// earlier version has or with another number for it, and for a version that is installed with
/// other content (reason programme.changed); LOY_E_POISONED; LOY_E_STORE_READ_ONLY; the store's.
/// Crash: call it again.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_programme_install(
    ledger: *mut loy_ledger,
    json: *const u8,
    json_size: i64,
    version_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call_on(ledger, error_out, |till| {
        let json = text::document(json, json_size, "json", "json_size")?;
        let version_out = NumberOut::required(version_out, "version_out")?;
        version_out.give(i64::from(till.install_programme(&json)?));
        Ok(())
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
