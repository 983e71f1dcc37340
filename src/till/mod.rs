//! The shell of a terminal. Every write is one IMMEDIATE database transaction: look up the
//! operation, load, decide (pure), append, commit. Clock and randomness enter here as ports.
//!
//! `operation.rs` makes asking twice safe, `sale.rs` (and its folder) and `refund.rs` hold what a sale can
//! do, `member.rs` who it is for, `scan.rs` whose code was scanned, `card.rs` what is seen of them at a scan, `lots.rs` what they have, `statement.rs` tells them everything, `day.rs`
//! the close, `expiry.rs` what it writes off, `sync.rs` what goes to and comes from head office,
//! `dispute.rs` and `proof.rs` settle a quarrel about a sale, `adjust.rs` gives or takes points by hand,
//! `event.rs` books what is no sale, `member_status.rs` blocks members, `merge.rs` makes two of them one, `household.rs` lets them share an account,
//! `operators.rs` knows who works here, `approval.rs` asks who may, `exceptions.rs` tells it in the day's report, `velocity.rs` counts for limits,
//! `undo.rs` a post-void's rest, `past.rs` what the evaluation is told of earlier sales, `counted.rs`,
//! `usage.rs` and `sums.rs` what is kept summed up of them, `programmes.rs` which version prices them,
//! `care.rs` and `verify.rs` the rest.
//! `birth.rs` makes a ledger from a provisioning file, `salvage.rs` from a damaged ledger,
//! `training.rs` one that is for learning only.

mod adjust;
mod approval;
mod baskets;
mod birth;
mod card;
mod care;
mod code;
mod counted;
mod day;
mod dispute;
mod document;
mod draw;
mod error;
mod event;
mod exceptions;
mod expiry;
mod household;
mod log;
mod lots;
mod member;
mod member_status;
mod merge;
mod one_time;
mod operation;
mod operators;
mod past;
pub mod ports;
mod programmes;
mod proof;
mod referral;
mod refund;
mod refund_done;
mod returns;
mod sale;
mod salvage;
mod scan;
mod shell;
mod statement;
mod statement_text;
pub mod status;
mod sums;
mod sync;
mod told;
mod training;
mod trial;
mod undo;
mod usage;
mod velocity;
mod verify;
mod verify_rows;
mod view;

pub use adjust::{Adjusted, Adjustment, Missing};
pub use approval::APPROVAL_SECONDS;
pub use card::{CardHousehold, CardTier, MemberCard, RewardLine, WalletBalance};
pub use care::Info;
pub use code::{CODE_SECONDS, CodeState};
pub use day::{CarriedSale, DayReport, DayTotal};
pub use dispute::{Again, Difference, Dispute, Disputed, Fact, ProgrammeUsed};
pub use error::{Error, Refused};
pub use event::{EventAward, EventBack, EventDone, EventReport, EventReturn, EventWalletBack};
pub use exceptions::{DayException, ExceptionCount};
pub use household::{HouseholdChanged, HouseholdMember, JoinRequest, LeaveRequest, Split};
pub use log::{Level, LogEvent};
pub use lots::{MemberLot, NextExpiry};
pub use member::Enrolment;
pub use member_status::{StatusChange, StatusChanged, StatusRequest};
pub use merge::{MergePreview, MergeRequest, MergeSide, Merged};
pub use one_time::{ONE_TIME_SECONDS, OneTimeCode};
pub use operation::OPERATION_ID_MAX;
pub use operators::OperatorLine;
pub use ports::{Clock, Ports, Randomness};
pub use proof::{Anchor, DocumentProof, Life, Link, Proof, Shown};
pub use refund::{RefundPreview, RefundRequest, WalletRefund};
pub use returns::UnlinkedRefund;
pub use sale::{ClaimRequest, HOLD_SECONDS_MAX};
pub use scan::{Candidate, Identified, Owner};
pub use shell::{Settings, Till};
pub use statement::{LotLine, Movement, Period, Statement, WalletStatement};
pub use sync::Export;
pub use training::Purpose;
pub use view::{GivenBack, GroupedSale, PendingSale, ReceiptKey, Sale, SaleState, WalletGivenBack};

pub use crate::evaluate::{Goods, Measure, ReturnedPart};
pub use crate::ledger::authority::ActKind;
pub use crate::store::{Depth, Finding};
