//! Scan
//!
//! What a scanner, card reader, phone or cashier gives is read by one call, before anyone knows
//! whether it is a member at all. loy keeps nothing of it and wipes its own copy; a bank card, a
//! payment QR, a wallet's payment code and a citizen card are refused by name, and no text, row or
//! log repeats them. Wipe yours too.

use std::ffi::c_char;

use crate::kernel::BusinessDate;
use crate::scan::gs1::coupon::Coupon;
use crate::scan::symbology::Symbology;
use crate::scan::{EntryMode, Lookup, Scan};
use crate::texts::{Language, phrase};
use crate::till::{self, Candidate, CodeState, Identified, Purpose, Till};

use super::boundary;
use super::error::loy_error;
use super::fault::Fault;
use super::ledger::loy_ledger;
use super::out::{HandleOut, ReservedOut};
use super::rows::{Rows, Value, loy_rows};
use super::status::loy_status;
use super::text;

const FIELDS: &[&str] = &[
    "role",
    "kind",
    "value",
    "entry_mode",
    "repaired",
    "member_number",
    "known_here",
    "card",
    "rule",
    "reason",
    "cashier_text",
    "coupon_kind",
    "coupon_serial",
    "coupon_amount",
    "coupon_percent",
    "coupon_points",
    "coupon_expires_on",
];

fn entry_mode(name: &str) -> Result<EntryMode, Fault> {
    let known = EntryMode::ALL.into_iter().find(|mode| mode.name() == name);
    known.ok_or_else(|| {
        let message = "entry_mode must be scanned, keyed, mag_stripe, contactless or file";
        Fault::argument("scan.entry_mode", "entry_mode", message)
    })
}

/// What a GS1 coupon gives and until when.
fn of_coupon(coupon: Option<Coupon>) -> [Value; 6] {
    let Some(coupon) = coupon else {
        return [const { Value::Absent }; 6];
    };
    [
        coupon.kind().into(),
        coupon.serial().into(),
        coupon.amount.map(|amount| amount.to_string()).into(),
        coupon.percent.map(|percent| percent.to_string()).into(),
        coupon.points.map(i64::from).into(),
        coupon.expires_on().map(BusinessDate::yyyymmdd).into(),
    ]
}

/// What is the same for every row of a scan.
struct Told {
    entry_mode: EntryMode,
    repaired: bool,
    language: Language,
    purpose: Purpose,
    /// Whether a ledger was asked, so that nobody's means nobody's.
    is_looked_up: bool,
}

impl Told {
    fn says(&self, key: Option<&'static str>) -> [Value; 2] {
        let text = |key| {
            self.purpose
                .mark(self.language, &phrase(self.language, key, &[]))
        };
        [key.into(), key.map(text).into()]
    }

    fn candidate(
        &self,
        role: &str,
        one: Candidate,
        key: Option<&'static str>,
    ) -> [Value; FIELDS.len()] {
        let Candidate { reading, owner } = one;
        let code = owner.and_then(|owner| owner.code);
        let key = key.or(code.and_then(CodeState::reason));
        let [reason, cashier_text] = self.says(key);
        let [kind, serial, amount, percent, points, expires_on] = of_coupon(reading.coupon);
        [
            role.into(),
            reading.kind.name().into(),
            reading.value.into(),
            self.entry_mode.name().into(),
            self.repaired.into(),
            owner.map(|owner| owner.member.to_string()).into(),
            owner.map(|owner| owner.is_known_here).into(),
            reading.instance.into(),
            reading.rule.into(),
            reason,
            cashier_text,
            kind,
            serial,
            amount,
            percent,
            points,
            expires_on,
        ]
    }

    fn doubt(&self, why: &'static str) -> [Value; FIELDS.len()] {
        let [reason, cashier_text] = self.says(Some(why));
        [
            "doubt".into(),
            Value::Absent,
            Value::Absent,
            self.entry_mode.name().into(),
            self.repaired.into(),
            Value::Absent,
            Value::Absent,
            Value::Absent,
            Value::Absent,
            reason,
            cashier_text,
            Value::Absent,
            Value::Absent,
            Value::Absent,
            Value::Absent,
            Value::Absent,
            Value::Absent,
        ]
    }

    fn rows(&self, found: Identified) -> Rows {
        let only = found.only().filter(|_| found.refused.is_none());
        let mut rows = Rows::new(FIELDS);
        let (mut answer, mut others) = (Vec::new(), Vec::new());
        for (place, one) in found.candidates.into_iter().enumerate() {
            let is_nobodys =
                self.is_looked_up && one.owner.is_none() && one.reading.lookup != Lookup::Nobody;
            if only == Some(place) {
                let key = is_nobodys.then_some("member.unknown");
                answer.push(self.candidate("answer", one, key));
            } else {
                let is_open = only.is_none() && found.refused.is_none();
                let key = is_open.then_some("member.ambiguous");
                others.push(self.candidate("candidate", one, key));
            }
        }
        answer.append(&mut others);
        for row in answer {
            rows.push(row);
        }
        for why in found.doubts {
            rows.push(self.doubt(why.reason()));
        }
        for one in found.near {
            rows.push(self.candidate("near", one, Some("member.near")));
        }
        rows
    }
}

fn give(
    till: Option<&Till>,
    scan: &Scan<'_>,
    readings_out: ReservedOut<loy_rows>,
) -> Result<(), Fault> {
    let found = match till {
        Some(till) => till.identify(scan)?,
        None => Identified::without_ledger(scan),
    };
    let told = Told {
        entry_mode: scan.entry_mode,
        repaired: found.repaired,
        language: till.map_or_else(Language::default, Till::language),
        purpose: till.map_or(Purpose::Trading, Till::purpose),
        is_looked_up: till.is_some(),
    };
    let refused = found.refused;
    readings_out.give(told.rows(found));
    refused.map_or(Ok(()), |why| Err(till::Error::from(why).into()))
}

/// Says what was scanned, swiped, tapped or typed, and whose it is.
///
/// scanned is what came, as it came: with the scanner's frame, AIM identifier and GS separators
/// (byte 29); of more than 8,192 bytes nothing is read ("scan.too_long"), and bytes that are no
/// UTF-8 are no error of yours. entry_mode is "scanned", "keyed" (typed), "mag_stripe",
/// "contactless" (the decrypted message of an NFC pass) or "file". aim_identifier is that of
/// the symbol where the driver tells it apart ("]C1"), or NULL; scan_data_type is the driver's
/// UnifiedPOS ScanDataType (110 is Code 128), or 0. One in the text goes before aim_identifier,
/// that before scan_data_type; unknown ones count for nothing. The shop's own codes are those of
/// `codes` in the highest programme version of the ledger (docs/codes.md). ledger may be NULL: then
/// there are none, and no member is looked up.
///
/// Rows: role is "answer", in row 0, where one thing alone can be meant; "candidate" for each other
/// way to read it: where there is no answer, ask the customer and scan or type something else;
/// "doubt" for what else it may be that is refused (reason); "near" for a number of a member known
/// here that is one slip away from a number typed that is nobody's: ask, never take it unasked.
/// kind is "member_number", "rotating_code" (section "Code"), "voucher", "phone", "ean_card",
/// "gsrn", "coupon", "link", "stripe_card", "own_code" or "card". value is its one spelling: a
/// phone in E.164. entry_mode is yours. repaired is 1 if a Vietnamese keyboard or a
/// phone prefix of before 2018 was mended. member_number is the member's, or whom that one was
/// merged into, absent where it is nobody's; known_here is 0 for one of another store. card says
/// which of a member's cards it is (GS1 8019), rule the shop's rule that fitted. reason and
/// cashier_text say what to do, in the ledger's language (Vietnamese without one).
///
/// Of a GS1 coupon, coupon_kind are the first 13 digits of value and coupon_serial those behind them
/// (absent: all coupons of the kind are alike). What it gives is at most one of coupon_amount (money
/// off in the currency's main unit, a decimal such as "5000" or "12.50"), coupon_percent ("7.5") and
/// coupon_points; coupon_expires_on is its last good day, yyyymmdd. All are absent where the symbol
/// does not say them, and of a coupon that is an EAN number. loy redeems none of them.
///
/// On LOY_REFUSED readings_out has rows too: "candidate" and "near" only, to ask about, none for
/// means of payment and papers. The error's reason is the name of what it is: "scan.payment_card",
/// "scan.payment_qr", "scan.wechat_pay", "scan.alipay", "scan.unionpay_qr", "scan.citizen_card",
/// "scan.product", "scan.check_digit", "scan.input_method" and others that begin with "scan.".
///
/// Status: LOY_E_HANDLE, but for NULL; LOY_E_ARGUMENT for another entry_mode or a size below 0 or
/// above 8 MiB; LOY_E_TEXT; LOY_REFUSED; the store's.
/// @since 0.1
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)]
pub unsafe extern "C" fn loy_scan_identify(
    ledger: *const loy_ledger,
    scanned: *const u8,
    scanned_size: i64,
    entry_mode: *const c_char,
    aim_identifier: *const c_char,
    scan_data_type: i32,
    readings_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let readings_out = HandleOut::clear(readings_out, "readings_out");
    let body = |till: Option<&Till>| {
        let scanned = text::scanned(scanned, scanned_size, "scanned", "scanned_size")?;
        let entry_mode = self::entry_mode(&text::text(entry_mode, "entry_mode")?)?;
        let aim = text::optional_text(aim_identifier, "aim_identifier")?;
        let aim = aim.and_then(|mark| Symbology::from_aim(&mark));
        let scan = Scan {
            text: &scanned,
            symbology: aim.or_else(|| Symbology::from_scan_data_type(scan_data_type)),
            entry_mode,
        };
        give(till, &scan, readings_out.reserve()?)
    };
    if ledger.is_null() {
        boundary::call(error_out, || body(None))
    } else {
        boundary::call_on(ledger, error_out, |till| body(Some(till)))
    }
}
