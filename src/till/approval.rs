//! Acts above a ceiling, and the PIN that lets them pass (docs/operators.md).
//!
//! An approval is given to an operation before it is asked, by its id. So it fits that operation and
//! no other, is used up when the operation is done, and no call takes a parameter that could be
//! forgotten or handed to the wrong one.

use crate::kernel::Few;
use std::sync::{Mutex, PoisonError};

use super::code::CODE_NEEDED;
use super::error::{Error, Refused};
use super::operation::check_id;
use super::shell::{Moment, Till};
use super::status;
use crate::exchange::pin;
use crate::kernel::ids::Seq;
use crate::kernel::{Instant, Money, Points};
use crate::ledger::authority::{WRONG_PINS_MAX, lock_seconds};
use crate::ledger::decide::note;
use crate::ledger::exception::is_code;
use crate::ledger::{Above, Act, ActKind, Exception, Kind, Operator, Role, SaleFacts};
use crate::programme::Wallet;
use crate::store::{Reading, Writing, WrongPins};
use crate::texts::number;

/// How long an approval waits for its operation, in seconds.
pub const APPROVAL_SECONDS: i64 = 120;
/// Approvals that wait at the same time, at the most.
const WAITING_MAX: usize = 100;

/// Somebody's word for one operation.
#[derive(Clone, Debug)]
pub(super) struct Approval {
    pub(super) act: ActKind,
    pub(super) approver: String,
    pub(super) role: Role,
    /// The code of the reason, where it is no PIN but a cashier's own word.
    pub(super) reason: Option<String>,
    pub(super) given_at: Instant,
}

impl Approval {
    fn is_good_at(&self, now: Instant) -> bool {
        let until = self.given_at.plus_seconds(APPROVAL_SECONDS);
        self.given_at <= now && now < until
    }
}

/// Approvals by the operation they are for. In memory only: after a restart the PIN is asked again.
#[derive(Default)]
pub(super) struct Approvals(Mutex<Few<String, Approval>>);

impl Approvals {
    pub(super) fn add(&self, operation: &str, approval: Approval) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = approval.given_at;
        waiting.retain(|_, other| other.is_good_at(now));
        // Too many at once: the oldest makes room, and is asked for again.
        if waiting.len() >= WAITING_MAX {
            let oldest = waiting.iter().min_by_key(|(_, other)| other.given_at);
            if let Some(oldest) = oldest.map(|(operation, _)| operation.clone()) {
                waiting.remove(&oldest);
            }
        }
        waiting.insert(operation.to_owned(), approval);
    }

    /// Nobody's word counts any more.
    pub(super) fn forget(&self) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, _| false);
    }

    pub(super) fn find(&self, operation: &str, now: Instant) -> Option<Approval> {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = waiting.get(operation);
        found.filter(|approval| approval.is_good_at(now)).cloned()
    }
}

/// Whether an act may be done.
pub(super) enum Permit {
    /// Nobody need be asked.
    Free,
    /// Somebody was asked; this is to be told.
    Approved(Exception),
    /// Somebody must be asked, or may not say yes either; this is to be told.
    Refused(Exception, Refused),
}

impl Permit {
    /// Puts a refusal on record and refuses.
    pub(super) fn or_refuse(
        self,
        writing: &mut Writing<'_>,
        facts: &SaleFacts,
        about: Seq,
    ) -> Result<Self, Error> {
        match self {
            Self::Refused(exception, refused) => {
                tell(writing, facts, about, &exception)?;
                Err(Error::Refused(refused))
            }
            permitted => Ok(permitted),
        }
    }

    /// Puts on record who was asked.
    pub(super) fn tell_approved(
        &self,
        writing: &mut Writing<'_>,
        facts: &SaleFacts,
        about: Seq,
    ) -> Result<(), Error> {
        match self {
            Self::Approved(exception) => tell(writing, facts, about, exception),
            Self::Free | Self::Refused(..) => Ok(()),
        }
    }

    /// Puts on record what was done, with leave or without, because the money had changed hands.
    pub(super) fn tell_paid(
        &self,
        writing: &mut Writing<'_>,
        facts: &SaleFacts,
        about: Seq,
    ) -> Result<(), Error> {
        let Self::Refused(exception, _) = self else {
            return self.tell_approved(writing, facts, about);
        };
        let unapproved = Exception {
            key: format!("{}.unapproved", exception.subject),
            ..exception.clone()
        };
        tell(writing, facts, about, &unapproved)
    }

    /// Whose PIN it was; empty for none.
    pub(super) fn approver(&self) -> &str {
        match self {
            Self::Approved(exception) => &exception.approver,
            Self::Free | Self::Refused(..) => "",
        }
    }
}

impl Till {
    /// Gives a supervisor's or manager's word for one operation that is asked next: within two
    /// minutes, with this operation id, for this act. The approval and every wrong PIN are entries of
    /// the chain; wrong PINs are counted in the file, and after five in a row no PIN of that operator
    /// is looked at for a minute, then two, and so on to a day.
    pub fn approve(
        &self,
        operation: &str,
        act: ActKind,
        approver: &str,
        pin: &[u8],
    ) -> Result<(), Error> {
        check_id(operation)?;
        if pin.is_empty() || pin.len() > pin::PIN_MOST {
            return Err(Error::Argument {
                field: "pin",
                expected: "1 to 64 bytes",
            });
        }
        let people = self.people();
        if people.is_empty() {
            return Err(Error::refused(status::REFUSED, "operators.none", &[]));
        }
        let unknown = || Error::refused(status::NOT_FOUND, "operator.unknown", &[]);
        let Some(operator) = people.find(approver) else {
            return Err(unknown());
        };
        if let Err(refused) = may_approve(operator) {
            self.write(|writing, moment| {
                let exception = exception("approval.refused", &operator.id, act);
                tell(writing, &moment.facts(), 0, &exception)
            })?;
            return Err(Error::Refused(refused));
        }
        self.refuse_if_locked(approver)?;
        // Slow on purpose, so the till does not wait for it.
        let kept = operator.pin.as_ref();
        let fits = kept.is_some_and(|kept| pin::fits(kept, pin, approver));
        let decided = self.write(|writing, moment| {
            // Another list may have come meanwhile.
            if self.people().find(approver) != Some(operator) {
                return Err(unknown());
            }
            let wrong = writing.reading().wrong_pins(approver)?;
            if let Some(refused) = locked(writing, moment, wrong) {
                return Ok(Err(refused));
            }
            if fits {
                writing.put_wrong_pins(approver, WrongPins::default())?;
                let exception = exception("approval.given", approver, act);
                tell(writing, &moment.facts(), 0, &exception)?;
                return Ok(Ok(moment.now));
            }
            count_wrong_pin(writing, moment, approver, act, wrong).map(Err)
        })?;
        let given_at = decided.map_err(Error::Refused)?;
        let approval = Approval {
            act,
            approver: approver.to_owned(),
            role: operator.role,
            reason: None,
            given_at,
        };
        self.approvals.add(operation, approval);
        Ok(())
    }

    /// No PIN is even tried while the operator's is locked.
    fn refuse_if_locked(&self, approver: &str) -> Result<(), Error> {
        let now = self.ports.clock.now();
        self.read(|reading| {
            let wrong = reading.wrong_pins(approver)?;
            let trusted_at = reading.head()?.trusted_at;
            let is_suspect = self.identity.clock.is_suspect(now, trusted_at);
            let believed = if is_suspect { trusted_at } else { now };
            match locked_at(wrong, believed) {
                Some(refused) => Err(Error::Refused(refused)),
                None => Ok(()),
            }
        })
    }

    /// An operation that was refused for want of an approval, and has one now, is asked anew; so is one
    /// that was refused for want of a member's code, where one was shown meanwhile.
    pub(super) fn is_lifted(
        &self,
        reading: &Reading<'_>,
        operation: &str,
        refused: &Refused,
    ) -> Result<bool, Error> {
        let reason = refused.reason.as_str();
        let waits_for_code = reason.starts_with(CODE_NEEDED);
        if !waits_for_code && !["approval.needed", "approval.too_low"].contains(&reason) {
            return Ok(false);
        }
        let now = self.ports.clock.now();
        Ok(self.approvals.find(operation, now).is_some()
            || (waits_for_code && self.is_shown_since(reading, refused, now)?))
    }

    /// Whether `named` may do the act in this operation. `say` puts a number of the act's unit into
    /// words.
    pub(super) fn permit(
        &self,
        moment: &Moment,
        operation: &str,
        named: Option<&str>,
        act: Act,
        say: impl Fn(i64) -> String,
    ) -> Permit {
        let people = self.people();
        if people.is_empty() {
            return Permit::Free;
        }
        let known = named.and_then(|id| people.find(id));
        let role = known.map(|operator| operator.role);
        let Some(above) = people.rights.above_by_name(role, act) else {
            return Permit::Free;
        };
        let kind = act.kind();
        let told = |above: Above, ending: &str, approver: &str| Exception {
            key: format!("{}.{ending}", kind.name()),
            operator: code_of(named),
            approver: approver.to_owned(),
            subject: kind.name().to_owned(),
            limit: above.limit,
            found: above.found,
        };
        let refuse = |above: Above, reason: &str, approver: &str| {
            let values = [("limit", say(above.limit)), ("found", say(above.found))];
            let refused = Refused::new(status::REFUSED, reason, &values);
            Permit::Refused(told(above, "refused", approver), refused)
        };
        let approval = self.approvals.find(operation, moment.now);
        let by_pin = |approval: &Approval| approval.act == kind && approval.reason.is_none();
        let Some(approval) = approval.filter(by_pin) else {
            return refuse(above, "approval.needed", "");
        };
        match people.rights.of(approval.role).above(act) {
            Some(above) => refuse(above, "approval.too_low", &approval.approver),
            None => Permit::Approved(told(above, "approved", &approval.approver)),
        }
    }

    /// Money in words, for [`Till::permit`].
    pub(super) fn say_money(&self, amount: i64) -> String {
        // All of a ledger have one currency.
        let programme = self.newest_programme();
        programme.map_or_else(
            |_| String::new(),
            |programme| programme.say(Money::new(amount), self.language),
        )
    }

    /// Points in words, for [`Till::permit`].
    pub(super) fn say_points(&self, wallet: &Wallet, points: i64) -> String {
        wallet.say(Points::new(points), self.language)
    }
}

/// Only who answers for the store and has a PIN approves.
pub(super) fn may_approve(operator: &Operator) -> Result<(), Refused> {
    let refuse = |reason| Err(Refused::new(status::REFUSED, reason, &[]));
    match (operator.role, &operator.pin) {
        (Role::Cashier | Role::Auditor, _) => refuse("approval.not_allowed"),
        (Role::Supervisor | Role::Manager, None) => refuse("approval.no_pin"),
        (Role::Supervisor | Role::Manager, Some(_)) => Ok(()),
    }
}

fn exception(key: &str, approver: &str, act: ActKind) -> Exception {
    Exception {
        approver: approver.to_owned(),
        subject: act.name().to_owned(),
        ..Exception::new(key)
    }
}

/// A code as it may stand in the chain; empty for a text that could be a name.
pub(super) fn code_of(named: Option<&str>) -> String {
    let code = named.filter(|text| is_code(text));
    code.unwrap_or_default().to_owned()
}

/// Appends an entry for the day's report.
pub(super) fn tell(
    writing: &mut Writing<'_>,
    facts: &SaleFacts,
    refers_to: u64,
    exception: &Exception,
) -> Result<(), Error> {
    let facts = SaleFacts {
        amount: Money::ZERO,
        ..facts.clone()
    };
    let entry = note(writing.head().seq, &facts, Kind::Exception, |entry| {
        entry.refers_to = refers_to;
        entry.payload = exception.to_payload();
    });
    Ok(writing.append(&[entry])?)
}

fn locked(writing: &Writing<'_>, moment: &Moment, wrong: WrongPins) -> Option<Refused> {
    locked_at(wrong, moment.believed(writing.head().trusted_at))
}

fn locked_at(wrong: WrongPins, believed: Instant) -> Option<Refused> {
    let left_ms = wrong.locked_until.ms() - believed.ms();
    (left_ms > 0).then(|| refused_for(left_ms))
}

fn refused_for(left_ms: i64) -> Refused {
    let minutes = (left_ms + 59_999) / 60_000;
    let minutes = number(crate::texts::Language::En, minutes, 0);
    Refused::new(status::LIMIT_REACHED, "pin.locked", &[("minutes", minutes)])
}

fn count_wrong_pin(
    writing: &mut Writing<'_>,
    moment: &Moment,
    approver: &str,
    act: ActKind,
    before: WrongPins,
) -> Result<Refused, Error> {
    let count = before.count.saturating_add(1);
    let believed = moment.believed(writing.head().trusted_at);
    let lock = lock_seconds(count);
    let locked_until = lock.map_or(Instant::from_ms(0), |seconds| {
        believed.plus_seconds(seconds)
    });
    writing.put_wrong_pins(
        approver,
        WrongPins {
            count,
            locked_until,
        },
    )?;
    let key = if lock.is_some() {
        "pin.locked"
    } else {
        "pin.wrong"
    };
    let exception = Exception {
        limit: i64::from(WRONG_PINS_MAX),
        found: i64::from(count),
        ..exception(key, approver, act)
    };
    tell(writing, &moment.facts(), 0, &exception)?;
    Ok(match lock {
        Some(seconds) => refused_for(seconds * 1_000),
        None => {
            let left = (WRONG_PINS_MAX - count).to_string();
            Refused::new(status::REFUSED, "pin.wrong", &[("left", left)])
        }
    })
}
