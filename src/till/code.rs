//! What only the member can show before points are spent: a rotating code of 22 digits, or a one-time
//! code that was sent to them (`one_time.rs`). Where the programme wants one, a supervisor's PIN or a
//! cashier's reason stands in for it, and the day's report has a line.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::approval::{Approval, code_of, tell};
use super::document::SaleDocument;
use super::error::{Error, Refused};
use super::shell::{Moment, Till};
use super::status;
use crate::evaluate::Outcome;
use crate::exchange::Acknowledgement;
use crate::kernel::ids::Seq;
use crate::kernel::{Instant, MemberNumber, Points};
use crate::ledger::exception::{CODE_RIGHT, CODE_USED, is_code};
use crate::ledger::{Act, ActKind, Exception, Role, SaleFacts};
use crate::programme::{Programme, Wallet, WithoutCode};
use crate::scan::one_time::{NoPassword, STEP_SECONDS, step_at};
use crate::scan::rotating;
use crate::store::{MemberLine, Reading, Writing};

/// How long a code that was shown stands for its member, in seconds: as long as a full basket takes.
pub const CODE_SECONDS: i64 = 900;
/// Codes that wait at the same time, at the most.
const WAITING_MAX: usize = 100;
/// How far the till's clock may be behind what is known, in seconds: two steps.
const BEHIND_SECONDS: i64 = 2 * STEP_SECONDS;

/// With what every refusal for want of a code begins.
pub(super) const CODE_NEEDED: &str = "code.needed";
/// The subject of [`CODE_USED`] of a rotating code; what was found is its step.
pub(super) const ROTATING: &str = "rotating";
/// The subject of [`CODE_USED`] of a one-time code; what was found is the entry by which it was made.
const ONE_TIME: &str = "one_time";

/// What is to be said of a rotating code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeState {
    /// The member has it before them: points may be spent.
    Right,
    /// It is nobody's.
    Wrong,
    /// Points were spent with it, or with a later one.
    Used,
    /// It was right minutes ago.
    Late,
    /// It will be right in minutes.
    Early,
    /// The till's own clock is not to be believed.
    Clock,
}

impl CodeState {
    /// Why no points are spent with it: the key of a sentence for the cashier. Nothing for a right one.
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Right => None,
            Self::Wrong => Some("code.wrong"),
            Self::Used => Some("code.is_used"),
            Self::Late => Some("code.late"),
            Self::Early => Some("code.early"),
            Self::Clock => Some("code.clock"),
        }
    }
}

/// A right code, and when it was shown.
#[derive(Clone, Copy)]
struct Shown {
    member: MemberNumber,
    step: u64,
    at: Instant,
}

impl Shown {
    fn is_good_at(&self, now: Instant) -> bool {
        is_fresh(self.at, now)
    }
}

fn is_fresh(at: Instant, now: Instant) -> bool {
    at <= now && now < at.plus_seconds(CODE_SECONDS)
}

/// Rotating codes that were shown here. In memory only: after a restart one is shown again.
#[derive(Default)]
pub(super) struct Codes {
    shown: Mutex<Vec<Shown>>,
    /// Whether the clock was behind head office's when that was last heard of, once that was asked.
    is_behind_office: Mutex<Option<bool>>,
}

impl Codes {
    fn add(&self, shown: Shown) {
        let mut waiting = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|other| other.member != shown.member && other.is_good_at(shown.at));
        if waiting.len() >= WAITING_MAX {
            waiting.remove(0);
        }
        waiting.push(shown);
    }

    fn find(&self, member: MemberNumber, now: Instant) -> Option<u64> {
        let waiting = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let mut good = waiting.iter().filter(|shown| shown.is_good_at(now));
        let own = good.find(|shown| shown.member == member);
        own.map(|shown| shown.step)
    }

    fn office(&self) -> MutexGuard<'_, Option<bool>> {
        let known = self.is_behind_office.lock();
        known.unwrap_or_else(PoisonError::into_inner)
    }

    /// Head office was heard of.
    pub(super) fn ask_office_again(&self) {
        *self.office() = None;
    }
}

/// Points of a wallet that a sale spends and that need a code.
struct Guarded<'a> {
    wallet: &'a Wallet,
    above: Points,
    points: Points,
}

/// The first wallet of which a sale spends more than without a code, the strictest one first.
fn guarded<'a>(programme: &'a Programme, outcome: &Outcome) -> Option<Guarded<'a>> {
    let guarded = programme.wallets().iter().filter_map(|wallet| {
        let points = outcome.spent(wallet.number);
        let above = wallet.code_above.filter(|_| wallet.needs_code(points))?;
        Some(Guarded {
            wallet,
            above,
            points,
        })
    });
    guarded.max_by_key(|guarded| guarded.wallet.without_code)
}

impl Till {
    /// Looks at a rotating code that is shown, and remembers a right one for a quarter of an hour.
    pub(super) fn shown(
        &self,
        reading: &Reading<'_>,
        digits: &str,
        member: MemberNumber,
    ) -> Result<CodeState, Error> {
        let now = self.ports.clock.now();
        let (Ok((shown, password)), Some(step)) = (rotating::read(digits), step_at(now)) else {
            return Ok(CodeState::Wrong);
        };
        if self.is_clock_off(reading, now)? {
            return Ok(CodeState::Clock);
        }
        let last = last_step(&reading.lines_of_member(member)?);
        let rotation_key = rotating::rotation_key(&self.identity.identifier_key);
        let key = rotating::member_key(&rotation_key, rotating::EPOCH, shown);
        Ok(match rotating::check(&key, password, step, last) {
            Ok(step) => {
                let at = now;
                self.codes.add(Shown { member, step, at });
                CodeState::Right
            }
            Err(NoPassword::Used) => CodeState::Used,
            Err(NoPassword::Late(_)) => CodeState::Late,
            Err(NoPassword::Early(_)) => CodeState::Early,
            Err(NoPassword::Wrong | NoPassword::Length | NoPassword::NotDigits) => CodeState::Wrong,
        })
    }

    /// Whether the clock is not believed, was set back by more than two steps, or was as far behind head
    /// office's when that was last heard of. How far it is ahead nobody can tell: an answer may have come
    /// on a stick.
    fn is_clock_off(&self, reading: &Reading<'_>, now: Instant) -> Result<bool, Error> {
        let head = reading.head()?;
        if self.identity.clock.is_suspect(now, head.trusted_at) {
            return Ok(true);
        }
        let then = now.plus_seconds(BEHIND_SECONDS);
        if then < reading.known_until()? {
            return Ok(true);
        }
        let mut known = self.codes.office();
        if let Some(is_behind) = *known {
            return Ok(is_behind);
        }
        let answer = reading.acknowledgement_from(head.acknowledged_seq.max(1))?;
        let answer = answer
            .and_then(|bytes| Acknowledgement::verify(&bytes, &self.identity.office_key).ok());
        let is_behind = match (answer, reading.last_synced_at()?) {
            (Some(answer), Some(at)) => at.plus_seconds(BEHIND_SECONDS) < answer.office_time,
            _ => false,
        };
        *known = Some(is_behind);
        Ok(is_behind)
    }

    /// A cashier's own word for one operation that is asked next: points are spent without the member's
    /// code, for this reason. It waits as an approval does, and is good where the programme says so.
    pub fn override_code(
        &self,
        operation: &str,
        operator: &str,
        reason: &str,
    ) -> Result<(), Error> {
        super::operation::check_id(operation)?;
        for (field, text) in [("operator_id", operator), ("reason", reason)] {
            if !is_code(text) {
                let expected = "a code of 1 to 32 ASCII letters, digits, `.`, `_` and `-`";
                return Err(Error::Argument { field, expected });
            }
        }
        let approval = Approval {
            act: ActKind::Redemption,
            approver: operator.to_owned(),
            role: Role::Cashier,
            reason: Some(reason.to_owned()),
            given_at: self.ports.clock.now(),
        };
        self.approvals.add(operation, approval);
        Ok(())
    }

    /// Whether a sale may spend the points that it spends: what to tell of it once it is written. Refused,
    /// with a line in the day's report, where nobody showed a code and nothing stands in for it.
    pub(super) fn permit_redemption(
        &self,
        writing: &mut Writing<'_>,
        moment: &Moment,
        operation: &str,
        programme: &Programme,
        (document, facts): (&SaleDocument, &SaleFacts),
    ) -> Result<Option<Exception>, Error> {
        let Some(guarded) = guarded(programme, &document.outcome) else {
            return Ok(None);
        };
        let (exception, refused) =
            self.stands_in(&writing.reading(), moment, operation, document, &guarded)?;
        let Some(refused) = refused else {
            return Ok(Some(exception));
        };
        tell(writing, facts, 0, &exception)?;
        Err(Error::Refused(refused))
    }

    /// Tells of a paid sale what stands in for a code: it spends more than was authorised, and is not
    /// refused for it.
    pub(super) fn tell_redemption_paid(
        &self,
        writing: &mut Writing<'_>,
        (moment, operation, sale): (&Moment, &str, Seq),
        programme: &Programme,
        (document, facts): (&SaleDocument, &SaleFacts),
        authorised: &Outcome,
    ) -> Result<(), Error> {
        let Some(guarded) = guarded(programme, &document.outcome) else {
            return Ok(());
        };
        if guarded.points <= authorised.spent(guarded.wallet.number) {
            return Ok(());
        }
        let (mut exception, refused) =
            self.stands_in(&writing.reading(), moment, operation, document, &guarded)?;
        if refused.is_some() {
            "redemption.unapproved".clone_into(&mut exception.key);
        }
        tell(writing, facts, sale, &exception)
    }

    /// What is told of the code that a member showed and that was not used yet.
    fn shown_by(
        &self,
        reading: &Reading<'_>,
        member: Option<MemberNumber>,
        now: Instant,
    ) -> Result<Option<Exception>, Error> {
        let Some(member) = member else {
            return Ok(None);
        };
        let member = reading.whose(member)?;
        let lines = reading.lines_of_member(member)?;
        let last = last_step(&lines);
        let step = self.codes.find(member, now);
        let used = match step.filter(|step| last.is_none_or(|last| last < *step)) {
            Some(step) => Some((ROTATING, step)),
            None => right_one_time(&lines, now).map(|made| (ONE_TIME, made)),
        };
        Ok(used.map(|(subject, found)| Exception {
            subject: subject.to_owned(),
            found: i64::try_from(found).unwrap_or(i64::MAX),
            ..Exception::new(CODE_USED)
        }))
    }

    /// Whether the member of whom a refusal for want of a code speaks has shown one since.
    pub(super) fn is_shown_since(
        &self,
        reading: &Reading<'_>,
        refused: &Refused,
        now: Instant,
    ) -> Result<bool, Error> {
        let member = refused.values.get("member");
        let member = member.and_then(|number| number.parse().ok());
        Ok(self.shown_by(reading, member, now)?.is_some())
    }

    /// What is told of the code, the PIN or the reason with which points are spent; or of there being
    /// none, and why that is refused.
    fn stands_in(
        &self,
        reading: &Reading<'_>,
        moment: &Moment,
        operation: &str,
        document: &SaleDocument,
        guarded: &Guarded<'_>,
    ) -> Result<(Exception, Option<Refused>), Error> {
        let cart = &document.cart;
        if let Some(used) = self.shown_by(reading, cart.member, moment.now)? {
            return Ok((used, None));
        }
        let mut told = Exception {
            operator: code_of(cart.cashier.as_deref()),
            subject: ActKind::Redemption.name().to_owned(),
            limit: guarded.above.get(),
            found: guarded.points.get(),
            ..Exception::new("redemption.refused")
        };
        let policy = guarded.wallet.without_code;
        let waiting = self.approvals.find(operation, moment.now);
        if let Some(approval) = waiting.filter(|approval| approval.act == ActKind::Redemption) {
            match (approval.reason, policy) {
                (Some(reason), WithoutCode::Reason) => {
                    "redemption.overridden".clone_into(&mut told.key);
                    (told.operator, told.subject) = (approval.approver, reason);
                    return Ok((told, None));
                }
                (None, WithoutCode::Reason | WithoutCode::Approval)
                    if self.may_lift(approval.role) =>
                {
                    "redemption.approved".clone_into(&mut told.key);
                    told.approver = approval.approver;
                    return Ok((told, None));
                }
                _ => {}
            }
        }
        let reason = match policy {
            WithoutCode::Reason => "code.needed_or_reason",
            WithoutCode::Approval => "code.needed_or_pin",
            WithoutCode::Refused => CODE_NEEDED,
        };
        let member = cart.member.map(|own| own.to_string());
        let values = [
            ("limit", self.say_points(guarded.wallet, told.limit)),
            ("found", self.say_points(guarded.wallet, told.found)),
            ("member", member.unwrap_or_default()),
        ];
        let refused = Refused::new(status::REFUSED, reason, &values);
        Ok((told, Some(refused)))
    }

    /// Whether the PIN of somebody of this role stands in for a code.
    fn may_lift(&self, role: Role) -> bool {
        let people = self.people();
        people.rights.of(role).above(Act::Redemption).is_none()
    }
}

/// The step of the last rotating code that was used.
fn last_step(lines: &[MemberLine]) -> Option<u64> {
    let used = lines.iter().map(|line| &line.exception);
    let mut steps = used.filter(|line| line.key == CODE_USED && line.subject == ROTATING);
    steps.next().and_then(|line| u64::try_from(line.found).ok())
}

/// The entry of a one-time code that came back right lately and was not used yet.
fn right_one_time(lines: &[MemberLine], now: Instant) -> Option<u64> {
    let mut newest = lines.iter().filter(|line| {
        let line = &line.exception;
        line.key == CODE_RIGHT || (line.key == CODE_USED && line.subject == ONE_TIME)
    });
    let line = newest.next()?;
    let is_open = line.exception.key == CODE_RIGHT && is_fresh(line.at, now);
    u64::try_from(line.exception.found).ok().filter(|_| is_open)
}
