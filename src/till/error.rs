//! What a call answers instead of a result. The one place where the rooms' own errors become those
//! of the outside.

use crate::kernel::Few;

use serde::{Deserialize, Serialize};

use super::status;
use crate::evaluate::CartProblem;
use crate::exchange::{BuildError, ListError, ProvisioningError, SignatureError};
use crate::kernel::{MemberNumber, SaleId};
use crate::programme::Problem;
use crate::scan::Unreadable;
use crate::store::StoreError;
use crate::texts::{Language, phrase};

/// The rules said no. It is remembered with the operation, so that asking again gives the same no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// 1 to 99.
    pub status: i32,
    /// Stable key; also the key of the texts.
    pub reason: String,
    /// What the texts name, ready to read: never a name, a phone number or a card.
    pub values: Few<String, String>,
}

impl Refused {
    pub(super) fn new(status: i32, reason: &str, values: &[(&str, String)]) -> Self {
        assert!((1..100).contains(&status), "a refusal by the rules");
        let values = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        Self {
            status,
            reason: reason.to_owned(),
            values: values.collect(),
        }
    }

    fn text(&self, language: Language) -> String {
        let values: Vec<(&str, &str)> = self
            .values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        phrase(language, &self.reason, &values)
    }

    /// The sale it speaks of, where it was settled before.
    pub fn sale(&self) -> Option<SaleId> {
        self.values.get("sale")?.parse().ok()
    }
}

/// Why a call did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The rules said no.
    #[error("{}", .0.text(Language::En))]
    Refused(Refused),
    /// A cart or argument is wrong.
    #[error("{0}")]
    Cart(#[from] CartProblem),
    /// An argument is wrong.
    #[error("{field}: expected {expected}")]
    Argument {
        /// Which.
        field: &'static str,
        /// What would be right.
        expected: &'static str,
    },
    /// The operation id was used before, for something else.
    #[error("the operation id was used before with other content; it differs in {field}")]
    Conflict {
        /// Where the content differs.
        field: String,
    },
    /// The provisioning file or its code.
    #[error(transparent)]
    Provisioning(#[from] ProvisioningError),
    /// The provisioning file was used before on this machine.
    #[error("the provisioning file was used before; ask head office for a new one")]
    ProvisioningUsed,
    /// A list of operators.
    #[error(transparent)]
    Operators(#[from] ListError),
    /// A programme that came with provisioning, or is to be installed.
    #[error("the programme cannot be used: {}", first(.0))]
    Programme(Vec<Problem>),
    /// A version of the programme never changes once it is installed.
    #[error(
        "version {version} of the programme is installed with other content; give it a new number"
    )]
    ProgrammeChanged {
        /// Which.
        version: u32,
    },
    /// Bytes that are no acknowledgement of this chain's head office.
    #[error("not an acknowledgement of this ledger's head office: {0}")]
    Acknowledgement(SignatureError),
    /// An acknowledgement for another ledger.
    #[error("the acknowledgement is for another ledger")]
    OtherLedger,
    /// Head office has entries that this file does not have: it is an old copy, or there are two.
    #[error("head office has other entries than this file: it was restored from a copy or cloned")]
    Diverged,
    /// A batch cannot be built.
    #[error("the batch cannot be built: {0}")]
    Batch(#[from] BuildError),
    /// The file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The operating system gave no random bytes for the ledger's keys.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    /// The ledger has been closed.
    #[error("the ledger has been closed")]
    Closed,
    /// An earlier call met a mistake of ours.
    #[error("the ledger takes no writes after an internal error; close and open it again")]
    Poisoned,
    /// Something stored cannot be read by the code that wrote it.
    #[error("internal: {0}")]
    Internal(&'static str),
}

fn first(problems: &[Problem]) -> String {
    problems
        .first()
        .map_or_else(|| "no problem given".to_owned(), Problem::to_string)
}

impl From<Unreadable> for Error {
    fn from(unreadable: Unreadable) -> Self {
        Self::Refused(Refused::new(status::REFUSED, unreadable.reason(), &[]))
    }
}

impl Error {
    pub(super) fn refused(status: i32, reason: &str, values: &[(&str, String)]) -> Self {
        Self::Refused(Refused::new(status, reason, values))
    }

    /// The status number of the C header.
    pub fn status(&self) -> i32 {
        match self {
            Self::Refused(refused) => refused.status,
            Self::Cart(_) | Self::Argument { .. } => status::E_ARGUMENT,
            Self::Conflict { .. } => status::E_OPERATION_CONFLICT,
            Self::Provisioning(_)
            | Self::ProvisioningUsed
            | Self::Operators(_)
            | Self::Programme(_)
            | Self::ProgrammeChanged { .. }
            | Self::Acknowledgement(_)
            | Self::OtherLedger => status::E_DOCUMENT,
            Self::Batch(BuildError::Cut { .. }) => status::E_ARGUMENT,
            Self::Batch(_) | Self::NoRandomness | Self::Internal(_) => status::E_INTERNAL,
            Self::Closed => status::E_HANDLE,
            Self::Poisoned => status::E_POISONED,
            Self::Diverged => status::E_STORE_CORRUPT,
            Self::Store(error) => match error {
                StoreError::OpenElsewhere | StoreError::Busy => status::E_BUSY,
                StoreError::Full => status::E_STORE_FULL,
                StoreError::ReadOnly => status::E_STORE_READ_ONLY,
                StoreError::Corrupt { .. } => status::E_STORE_CORRUPT,
                StoreError::Newer { .. } | StoreError::NewerEntry { .. } => status::E_STORE_NEWER,
                StoreError::Absent => status::E_STORE_ABSENT,
                StoreError::Exists => status::E_STORE_EXISTS,
                StoreError::NetworkPlace { .. }
                | StoreError::SecondName
                | StoreError::Io { .. } => status::E_STORE_IO,
                StoreError::OutcomeUnknown { .. } => status::E_OUTCOME_UNKNOWN,
                StoreError::NoMemory => status::E_NO_MEMORY,
                StoreError::Beyond => status::E_ARGUMENT,
                StoreError::WrongSqlite { .. } | StoreError::Unexpected { .. } => {
                    status::E_INTERNAL
                }
            },
        }
    }

    /// Stable key of the reason; also the key of the cashier's text.
    pub fn reason(&self) -> &str {
        match self {
            Self::Refused(refused) => &refused.reason,
            Self::Cart(problem) => problem.code,
            Self::Argument { .. } => "argument.wrong",
            Self::Conflict { .. } => "operation.conflict",
            Self::Provisioning(ProvisioningError::WrongCode | ProvisioningError::NoCode(_)) => {
                "provisioning.code"
            }
            Self::Provisioning(_) => "provisioning.unreadable",
            Self::ProvisioningUsed => "provisioning.used",
            Self::Operators(error) => error.reason(),
            Self::Programme(_) => "programme.unusable",
            Self::ProgrammeChanged { .. } => "programme.changed",
            Self::Acknowledgement(_) => "acknowledgement.unreadable",
            Self::OtherLedger => "acknowledgement.other_ledger",
            Self::Diverged => "ledger.diverged",
            Self::Batch(_) => "batch.unbuildable",
            Self::NoRandomness => "system.no_randomness",
            Self::Closed => "ledger.closed",
            Self::Poisoned => "ledger.poisoned",
            Self::Internal(_) => "internal",
            Self::Store(error) => match error {
                StoreError::OpenElsewhere => "store.open_elsewhere",
                StoreError::Busy => "store.busy",
                StoreError::Full => "store.full",
                StoreError::ReadOnly => "store.read_only",
                StoreError::Corrupt { .. } => "store.corrupt",
                StoreError::Newer { .. } | StoreError::NewerEntry { .. } => "store.newer",
                StoreError::Absent => "store.absent",
                StoreError::Exists => "store.exists",
                StoreError::NetworkPlace { .. } => "store.network",
                StoreError::SecondName => "store.second_name",
                StoreError::Io { .. } => "store.io",
                StoreError::OutcomeUnknown { .. } => "store.outcome_unknown",
                StoreError::NoMemory => "store.no_memory",
                StoreError::Beyond => "points.beyond",
                StoreError::WrongSqlite { .. } => "store.wrong_sqlite",
                StoreError::Unexpected { .. } => "internal",
            },
        }
    }

    /// Path of the field that is wrong; empty where none is.
    pub fn field(&self) -> &str {
        match self {
            Self::Cart(problem) => &problem.field,
            Self::Argument { field, .. } => field,
            Self::Conflict { field } => field,
            Self::Programme(problems) => problems.first().map_or("", |problem| &problem.path),
            Self::ProgrammeChanged { .. } => "version",
            Self::Store(StoreError::Beyond) => "points",
            _ => "",
        }
    }

    /// The same call may succeed later, as it is.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Store(
                StoreError::OpenElsewhere
                    | StoreError::Busy
                    | StoreError::Full
                    | StoreError::Io { .. }
                    | StoreError::OutcomeUnknown { .. }
                    | StoreError::NoMemory
            )
        )
    }

    /// SQLite's extended result code, 0 where there is none.
    pub fn store_code(&self) -> i32 {
        match self {
            Self::Store(error) => error.code(),
            _ => 0,
        }
    }

    /// The sale that is meant, where it was settled before.
    pub fn sale(&self) -> Option<SaleId> {
        match self {
            Self::Refused(refused) => refused.sale(),
            _ => None,
        }
    }

    /// The member that a refusal names, such as who has a phone already.
    pub fn member(&self) -> Option<MemberNumber> {
        match self {
            Self::Refused(refused) => refused.values.get("member")?.parse().ok(),
            _ => None,
        }
    }

    /// What to tell the cashier: what is wrong in plain words and, where there is something to do,
    /// what.
    pub fn cashier_text(&self, language: Language) -> String {
        match self {
            Self::Refused(refused) => refused.text(language),
            Self::Store(StoreError::Full) => phrase(language, "till.disk_full", &[]),
            Self::Store(StoreError::OpenElsewhere) => phrase(language, "till.open_elsewhere", &[]),
            Self::Provisioning(_) | Self::ProvisioningUsed => {
                phrase(language, "till.provisioning", &[])
            }
            Self::Operators(_) => phrase(language, "till.operators", &[]),
            _ if self.status() >= status::E_BUSY => phrase(language, "till.without_loyalty", &[]),
            _ => phrase(language, "till.call_support", &[]),
        }
    }
}
