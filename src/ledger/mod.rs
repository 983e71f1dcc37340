//! Entries, their chain, and the decisions that make them. Pure: no file, no clock, no SQL.

pub mod adjust;
pub mod authority;
pub mod chain;
pub mod claim;
pub mod clock;
pub mod decide;
pub mod draw;
pub mod effect;
pub mod entry;
pub mod event;
pub mod exception;
pub mod expiry;
pub mod fold;
pub mod merge;
pub mod past;
pub mod refund;
pub mod totals;
pub mod undo;
pub mod usage;

pub use authority::{Above, Act, ActKind, Ceilings, Operator, Operators, PinHash, Rights, Role};
pub use chain::{Genesis, Hash};
pub use decide::{Accounts, Give, Held, HeldPortion, Refusal, SaleFacts, Spend};
pub use effect::{Effect, apply};
pub use entry::{Entry, Flags, Kind};
pub use exception::{AdjustmentPayload, Exception};
pub use expiry::DueLot;
pub use fold::Fold;
pub use merge::MergePayload;
pub use totals::Totals;
