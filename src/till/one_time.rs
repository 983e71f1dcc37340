//! One-time codes that the POS sends to a member's telephone before points are spent.
//!
//! No code is kept, not even a hash: it is the password (HOTP, RFC 4226) of the entry by which it was
//! made, under a key of this writer and member. So the chain alone says which code is open, how often
//! it was tried and whether it was used, and a restart forgets nothing.

use hmac::Hmac;
use sha1::Sha1;

use super::approval::tell;
use super::code::ROTATING;
use super::error::{Error, Refused};
use super::operation::{Call, Operation};
use super::sale::retell_nothing;
use super::shell::{Moment, Till};
use super::status;
use super::told;
use crate::kernel::ids::{Seq, hex};
use crate::kernel::{Instant, MemberNumber};
use crate::ledger::exception::{CODE_RIGHT, CODE_SENT, CODE_USED, CODE_WRONG};
use crate::ledger::{Exception, SaleFacts};
use crate::scan::one_time::{self, Expected};
use crate::scan::rotating::one_time_key;
use crate::store::{MemberLine, Writing};

/// How long a one-time code may be typed, in seconds.
pub const ONE_TIME_SECONDS: i64 = 300;
/// Digits of a one-time code.
const DIGITS: u32 = 6;
/// Wrong tries after which a code is dead.
const TRIES_MAX: usize = 5;
/// Codes that are made for one member within [`WITHIN_SECONDS`], at the most.
const SENT_MAX: usize = 5;
/// Within which codes are counted, in seconds.
const WITHIN_SECONDS: i64 = 900;

/// A one-time code, to be sent and forgotten.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeCode {
    /// Six digits.
    pub digits: String,
    /// It is dead from this instant on.
    pub good_until: Instant,
}

/// Leaves the digits out.
impl std::fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OneTimeCode")
            .field("good_until", &self.good_until)
            .finish_non_exhaustive()
    }
}

impl Till {
    /// Makes a one-time code for a member; the one before is dead. The same operation gives the same code.
    pub fn new_one_time_code(&self, id: &str, member: MemberNumber) -> Result<OneTimeCode, Error> {
        let content = told::content(vec![("member", member.into())]);
        let operation = Operation::told(id, Call::OneTimeCode, content);
        let (seq, _) = self.operate(&operation, retell_nothing, |writing, moment| {
            let (member, lines) = lines_now(writing, member)?;
            let since = moment.now.plus_seconds(-WITHIN_SECONDS);
            let sent = lines
                .iter()
                .filter(|line| line.exception.key == CODE_SENT && line.at > since);
            if sent.count() >= SENT_MAX {
                return Err(Error::refused(status::LIMIT_REACHED, "code.too_many", &[]));
            }
            let facts = facts_of(moment, member);
            tell(writing, &facts, 0, &Exception::new(CODE_SENT))?;
            Ok(writing.head().seq)
        })?;
        self.read(|reading| {
            let entry = reading.entries(seq, seq)?.pop();
            let (entry, _) = entry.ok_or(Error::Internal("a code without its entry"))?;
            let member = entry.member.unwrap_or(member);
            Ok(OneTimeCode {
                digits: one_time::password::<Hmac<Sha1>>(&*self.key_of(member), seq, DIGITS),
                good_until: entry.at.plus_seconds(ONE_TIME_SECONDS),
            })
        })
    }

    /// Checks the one-time code that a member says. A right one stands for the member for a quarter of an
    /// hour, for one sale, also behind a restart. Every wrong one is a line in the day's report.
    pub fn check_one_time_code(&self, member: MemberNumber, typed: &str) -> Result<(), Error> {
        let decided = self.write(|writing, moment| {
            let (member, lines) = lines_now(writing, member)?;
            let (checked, line) = self.checked(moment, &lines, typed);
            if let Some(line) = line {
                tell(writing, &facts_of(moment, member), 0, &line)?;
            }
            Ok(checked)
        })?;
        decided.map_err(Error::Refused)
    }

    /// Whether this is the open code of a member, and the line that is to be written of it.
    fn checked(
        &self,
        moment: &Moment,
        lines: &[MemberLine],
        typed: &str,
    ) -> (Result<(), Refused>, Option<Exception>) {
        let refuse = |status, reason, values: &[(&str, String)]| {
            (Err(Refused::new(status, reason, values)), None)
        };
        let place = lines
            .iter()
            .position(|line| line.exception.key == CODE_SENT);
        let Some(made) = place.and_then(|place| lines.get(place)) else {
            return refuse(status::NOT_FOUND, "code.none", &[]);
        };
        let since = &lines[..place.unwrap_or_default()];
        let is_open = made.at <= moment.now
            && moment.now < made.at.plus_seconds(ONE_TIME_SECONDS)
            && !moment.is_suspect;
        if !is_open {
            return refuse(status::REFUSED, "code.run_out", &[]);
        }
        let wrong = since.iter().filter(|line| line.exception.key == CODE_WRONG);
        let wrong = wrong.count();
        if wrong >= TRIES_MAX {
            return refuse(status::LIMIT_REACHED, "code.locked", &[]);
        }
        let member = made.member;
        let expected = Expected {
            digits: DIGITS,
            step: made.seq,
            window: 0,
            last_used: None,
        };
        let key = self.key_of(member);
        if one_time::check::<Hmac<Sha1>>(&*key, typed, expected).is_err() {
            let left = TRIES_MAX - wrong - 1;
            let line = Exception {
                limit: count(TRIES_MAX),
                found: count(wrong + 1),
                ..Exception::new(CODE_WRONG)
            };
            let values = [("left", left.to_string())];
            let refused = match left {
                0 => Refused::new(status::LIMIT_REACHED, "code.locked", &[]),
                _ => Refused::new(status::REFUSED, "code.not_it", &values),
            };
            return (Err(refused), Some(line));
        }
        // Asked again it is the same answer; used it is dead.
        match since.iter().find(|line| is_about(line, made.seq)) {
            None => {
                let line = Exception {
                    found: i64::try_from(made.seq).unwrap_or(i64::MAX),
                    ..Exception::new(CODE_RIGHT)
                };
                (Ok(()), Some(line))
            }
            Some(line) if line.exception.key == CODE_RIGHT => (Ok(()), None),
            Some(_) => refuse(status::REFUSED, "code.is_used", &[]),
        }
    }

    fn key_of(&self, member: MemberNumber) -> zeroize::Zeroizing<[u8; 20]> {
        let writer = hex(&self.identity.writer.0);
        one_time_key(&self.identity.identifier_key, &writer, member)
    }
}

/// Who a number is by now, and their lines.
fn lines_now(
    writing: &Writing<'_>,
    member: MemberNumber,
) -> Result<(MemberNumber, Vec<MemberLine>), Error> {
    let reading = writing.reading();
    let member = reading.whose(member)?;
    Ok((member, reading.lines_of_member(member)?))
}

/// A line of the member, at no sale.
fn facts_of(moment: &Moment, member: MemberNumber) -> SaleFacts {
    SaleFacts {
        member: Some(member),
        ..moment.facts()
    }
}

/// What became of the code that this entry made.
fn is_about(line: &MemberLine, made: Seq) -> bool {
    let exception = &line.exception;
    [CODE_RIGHT, CODE_USED].contains(&exception.key.as_str())
        && exception.subject != ROTATING
        && u64::try_from(exception.found) == Ok(made)
}

fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}
