//! One-time passwords: HOTP (RFC 4226) of a counter, TOTP (RFC 6238) of the time.
//!
//! The hash is the caller's: wallets know SHA-1 alone, and inside HMAC it is still sound.

use hmac::{KeyInit, Mac};

use crate::kernel::Instant;

/// How long one password of the time lasts, in seconds (RFC 6238, 5.2).
pub const STEP_SECONDS: i64 = 30;

/// How far beyond the window a password is still told apart from a wrong one, in steps: five minutes.
const TOLD_STEPS: u64 = 10;

/// Why a one-time password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPassword {
    /// More or fewer digits, as when a leading zero is lost.
    #[error("a one-time password of another length")]
    Length,
    /// Something that is no digit.
    #[error("a one-time password is of digits")]
    NotDigits,
    /// Nobody's, or of no time near.
    #[error("a wrong one-time password")]
    Wrong,
    /// Right, and taken before; or older than one that was (RFC 6238, 5.2).
    #[error("a one-time password that was used before")]
    Used,
    /// It was right so many steps ago: a picture of it, or two clocks that differ.
    #[error("a one-time password of {0} steps ago")]
    Late(u64),
    /// It will be right in so many steps: two clocks that differ.
    #[error("a one-time password of {0} steps ahead")]
    Early(u64),
}

/// What a password is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// How many digits it has, 1 to 9.
    pub digits: u32,
    /// The step, or the counter, of now.
    pub step: u64,
    /// So many steps before and behind it are taken too.
    pub window: u64,
    /// The last step that was taken: neither it nor an older one is taken again.
    pub last_used: Option<u64>,
}

/// The step that an instant lies in; nothing before 1970.
pub fn step_at(at: Instant) -> Option<u64> {
    u64::try_from(at.ms().div_euclid(STEP_SECONDS * 1_000)).ok()
}

/// The 31 bits of a counter's HMAC that a password is made of (RFC 4226, 5.3).
///
/// # Panics
/// With a hash of fewer than 20 bytes: RFC 4226 needs SHA-1 at least.
pub fn truncated<M: KeyInit + Mac>(key: &[u8], counter: u64) -> u32 {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(&counter.to_be_bytes());
    let tag = mac.finalize().into_bytes();
    let at = usize::from(tag[tag.len() - 1] & 15);
    let bits = tag[at..at + 4].try_into().expect("four bytes");
    u32::from_be_bytes(bits) & 0x7fff_ffff
}

/// The password of a counter, with its leading zeros.
///
/// # Panics
/// With more than nine digits: 31 bits have no more.
pub fn password<M: KeyInit + Mac>(key: &[u8], counter: u64, digits: u32) -> String {
    let value = truncated::<M>(key, counter) % 10u32.pow(digits);
    format!("{value:0width$}", width = digits as usize)
}

/// The step whose password this is, if it may be taken.
///
/// Every step of the window is worked out and compared whole, whichever fits, so that the time it
/// takes says nothing of the password. What is told of one outside the window has no such secret.
///
/// # Errors
/// [`NoPassword`].
///
/// # Panics
/// As [`password`].
pub fn check<M: KeyInit + Mac>(
    key: &[u8],
    typed: &str,
    expected: Expected,
) -> Result<u64, NoPassword> {
    let Expected {
        digits,
        step: now,
        window,
        last_used,
    } = expected;
    if typed.len() != digits as usize {
        return Err(NoPassword::Length);
    }
    if !typed.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoPassword::NotDigits);
    }
    let typed: u32 = typed.parse().map_err(|_| NoPassword::Length)?;
    let modulus = 10u32.pow(digits);
    let within = |reach: u64| {
        let steps = now.saturating_sub(reach)..=now.saturating_add(reach);
        // The last one that fits: an earlier one may be used already.
        steps.fold(None, |fitting, step| {
            let fits = truncated::<M>(key, step) % modulus == typed;
            if fits { Some(step) } else { fitting }
        })
    };
    let told = || within(window.saturating_add(TOLD_STEPS));
    let step = within(window).or_else(told).ok_or(NoPassword::Wrong)?;
    if last_used.is_some_and(|last| step <= last) {
        return Err(NoPassword::Used);
    }
    match step.abs_diff(now) {
        near if near <= window => Ok(step),
        _ if step < now => Err(NoPassword::Late(now - step)),
        _ => Err(NoPassword::Early(step - now)),
    }
}
