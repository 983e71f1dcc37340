//! The rotating member code: what a member's telephone shows instead of a card, new every 30 seconds.
//!
//! 22 digits, `97`, the member number (12, with its check digit) and a one-time password (8) of the
//! time under the member's own key (`studies/standards.md` 2.2 a). The key comes out of the chain's
//! own, so that every till checks every member's code without a network. It follows that whoever has
//! the chain's key makes codes too: the code stops pictures and shared numbers, not a stolen till.

use hkdf::Hkdf;
use hmac::Hmac;
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::one_time::{self, Expected, NoPassword};
use crate::kernel::MemberNumber;

/// Digits of a rotating code.
pub const DIGITS: usize = 22;
/// With what it begins.
pub const MARKER: &str = "97";
/// Where the password begins, and the member number ends.
const PASSWORD_START: usize = 14;
/// Digits of the password.
const PASSWORD_DIGITS: u32 = 8;
/// Steps that a telephone's clock may be off either way.
pub const WINDOW_STEPS: u64 = 1;
/// Which of the chain's keys a member's key comes from. A chain has one so far.
pub const EPOCH: u32 = 1;

/// Why a text is no rotating code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRotatingCode {
    /// Not 22 digits.
    #[error("a rotating code has 22 digits")]
    Length,
    /// It begins otherwise.
    #[error("a rotating code begins with 97")]
    Marker,
    /// The member number in it is none.
    #[error("a rotating code holds a member number with a right check digit")]
    Member,
}

/// The member number in a code, and the password behind it.
///
/// # Errors
/// [`NoRotatingCode`].
pub fn read(digits: &str) -> Result<(MemberNumber, &str), NoRotatingCode> {
    if digits.len() != DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoRotatingCode::Length);
    }
    let body = digits.strip_prefix(MARKER).ok_or(NoRotatingCode::Marker)?;
    let (member, password) = body.split_at(PASSWORD_START - MARKER.len());
    let member = member.parse().map_err(|_| NoRotatingCode::Member)?;
    Ok((member, password))
}

/// Another key out of one, for one purpose alone.
fn derive(key: &[u8], purpose: &str, derived: &mut [u8]) {
    Hkdf::<Sha256>::new(None, key)
        .expand(purpose.as_bytes(), derived)
        .expect("a key is within HKDF's limit of 8,160 bytes");
}

/// The key out of which the keys of all members' rotating codes come: out of the chain's own, which
/// provisioning brings.
pub fn rotation_key(chain_key: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    derive(chain_key, "loy/rotation/1", key.as_mut_slice());
    key
}

/// The key of the one-time codes that one writer, by its id, sends to one member.
pub fn one_time_key(
    chain_key: &[u8; 32],
    writer: &str,
    member: MemberNumber,
) -> Zeroizing<[u8; 20]> {
    let mut key = Zeroizing::new([0; 20]);
    derive(
        chain_key,
        &format!("loy/one-time/1|{writer}|{member}"),
        key.as_mut_slice(),
    );
    key
}

/// The key of one member's passwords, in one epoch of the chain's rotation key.
pub fn member_key(
    rotation_key: &[u8; 32],
    epoch: u32,
    member: MemberNumber,
) -> Zeroizing<[u8; 20]> {
    let mut key = Zeroizing::new([0; 20]);
    derive(
        rotation_key,
        &format!("loy.rot.v1|{epoch}|{member}"),
        key.as_mut_slice(),
    );
    key
}

/// The code that a member shows in a step.
pub fn code(key: &[u8; 20], member: MemberNumber, step: u64) -> String {
    let password = one_time::password::<Hmac<Sha1>>(key, step, PASSWORD_DIGITS);
    format!("{MARKER}{member}{password}")
}

/// The step of the password of a code that was shown in step `now`, where `last_used` was taken before.
///
/// # Errors
/// [`NoPassword`].
pub fn check(
    key: &[u8; 20],
    password: &str,
    now: u64,
    last_used: Option<u64>,
) -> Result<u64, NoPassword> {
    let expected = Expected {
        digits: PASSWORD_DIGITS,
        step: now,
        window: WINDOW_STEPS,
        last_used,
    };
    one_time::check::<Hmac<Sha1>>(key, password, expected)
}

/// What Google Wallet takes as `rotatingBarcode` of a pass, as JSON: with it the pass shows the member's
/// code by itself. It holds the member's key.
pub fn google_wallet(key: &[u8; 20], member: MemberNumber) -> String {
    let key = crate::kernel::ids::hex(key);
    let period_ms = one_time::STEP_SECONDS * 1_000;
    format!(
        concat!(
            r#"{{"rotatingBarcode":{{"type":"QR_CODE","valuePattern":"{marker}{member}{{totp_value_0}}","#,
            r#""alternateText":"{member}","totpDetails":{{"algorithm":"TOTP_SHA1","#,
            r#""periodMillis":"{period_ms}","parameters":[{{"key":"{key}","valueLength":{digits}}}]}}}}}}"#
        ),
        marker = MARKER,
        member = member,
        period_ms = period_ms,
        key = key,
        digits = PASSWORD_DIGITS,
    )
}
