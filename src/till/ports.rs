//! Where the outside world enters: the clock and the source of random bytes. Nothing else in the
//! library asks for either.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::kernel::Instant;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, UTC.
    fn now(&self) -> Instant;
}

/// Gives unpredictable bytes.
pub trait Randomness: Send + Sync {
    /// Fills the buffer. `false` if the system has none to give.
    fn fill(&self, bytes: &mut [u8]) -> bool;
}

/// The machine's own clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        let ms = |since: Duration| i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => Instant::from_ms(ms(since)),
            // A dead battery may say 1960. The ledger marks what it writes then.
            Err(before) => Instant::from_ms(-ms(before.duration())),
        }
    }
}

/// The operating system's source of randomness.
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) -> bool {
        getrandom::fill(bytes).is_ok()
    }
}

/// The ports of one till.
#[derive(Clone)]
pub struct Ports {
    /// The ledger's clock.
    pub clock: Arc<dyn Clock>,
    /// For keys and tags of epochs.
    pub randomness: Arc<dyn Randomness>,
}

impl Default for Ports {
    /// The machine's.
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            randomness: Arc::new(SystemRandomness),
        }
    }
}
