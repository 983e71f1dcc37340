//! The last events of a ledger, for the vendor's support. Nothing personal is in them.

use std::collections::VecDeque;

use serde::Serialize;

use crate::kernel::Instant;

/// Events kept; older ones go.
const EVENTS_MAX: usize = 1_000;

/// How much an event matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Something failed.
    Error,
    /// Something is not as it should be.
    Warning,
    /// Something happened.
    Info,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogEvent {
    /// By the ledger's clock.
    pub at_ms: Instant,
    /// How much it matters.
    pub level: Level,
    /// Stable key, such as `clock.suspect`.
    pub key: &'static str,
    /// In English.
    pub text: String,
}

/// The last events.
#[derive(Default)]
pub(super) struct Log(VecDeque<LogEvent>);

impl Log {
    pub(super) fn add(
        &mut self,
        at: Instant,
        level: Level,
        key: &'static str,
        text: impl Into<String>,
    ) {
        if self.0.len() == EVENTS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(LogEvent {
            at_ms: at,
            level,
            key,
            text: text.into(),
        });
    }

    pub(super) fn take(&mut self) -> Vec<LogEvent> {
        std::mem::take(&mut self.0).into()
    }
}
