//! The ground floor: what money, points, days and lots are, and what a shop says of its codes.
//!
//! Everything here is a value or a pure function. This room knows no clock, no randomness, no
//! file, no text format and nothing of the rooms above it.

pub mod account;
pub mod allocation;
pub mod amounts;
pub mod calendar;
pub mod check_digit;
pub mod codes;
pub mod currency;
pub mod few;
pub mod fraction;
pub mod idle;
pub mod ids;
pub mod lots;
pub mod member_status;
pub(crate) mod order;
pub mod rounding;
mod stored;

pub use account::{Account, Balance};
pub use amounts::{Money, Points, Quantity};
pub use calendar::{BusinessDate, Instant, UtcOffset};
pub use currency::Currency;
pub use few::Few;
pub use fraction::Fraction;
pub use idle::{Activity, Idle};
pub use ids::{MemberNumber, SaleId, StreamId, WalletNumber, WriterId};
pub use lots::{Lot, LotId, Portion};
pub use member_status::MemberStatus;
pub use rounding::Rounding;
