//! What the day's report must tell besides sales: refusals by policy, approvals, limits that were
//! met. It stands in the chain, so that head office sees it too.

use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::Encoder;

use super::entry::{Flags, Kind};
use crate::kernel::LotId;

/// The longest text in an exception or an adjustment, in bytes.
pub const TEXT_MAX: usize = 64;

/// The payload of an entry of kind `Exception`. Nothing in it is personal: operators are codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exception {
    /// Stable key, such as `refund.refused`.
    pub key: String,
    /// Who did it, by code; empty where nobody is named.
    pub operator: String,
    /// Whose PIN it was, by code; empty for none.
    pub approver: String,
    /// The act or the limit it is about, by its name or id.
    pub subject: String,
    /// The most that is allowed; 0 where nothing is counted.
    pub limit: i64,
    /// What was found, in the same unit.
    pub found: i64,
}

/// The line of a clock that begins not to be believed.
pub const CLOCK_SUSPECT: &str = "clock.suspect";

/// The line of a member's code that a sale used: the way it came as the subject, its number as what was
/// found. It keeps the code from being used again, and is nothing for a report.
pub const CODE_USED: &str = "code.used";
/// The line of a one-time code that was made for a member, which the POS sends.
pub const CODE_SENT: &str = "code.sent";
/// The line of a one-time code that came back right: what was found is the entry by which it was made.
pub const CODE_RIGHT: &str = "code.right";

/// The line of a one-time code that was typed wrongly.
pub const CODE_WRONG: &str = "code.wrong";

/// Lines that stand in the chain for loy itself and not for people.
pub fn is_for_people(key: &str) -> bool {
    ![CODE_USED, CODE_SENT, CODE_RIGHT].contains(&key)
}

/// The line of a sale or a return as a whole for a date that was closed already.
pub fn late_key(kind: Kind, flags: Flags, lot: LotId) -> Option<&'static str> {
    match kind {
        Kind::Commit if flags.has(Flags::LATE) && lot == 0 => Some("sale.late"),
        Kind::Refund if flags.has(Flags::LATE) => Some("refund.late"),
        _ => None,
    }
}

impl Exception {
    /// Of one key and nothing else.
    pub fn new(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            ..Self::default()
        }
    }

    /// The payload: a CBOR array of four texts and two integers.
    ///
    /// # Panics
    /// If a text is longer than [`TEXT_MAX`]: they are checked where they enter.
    pub fn to_payload(&self) -> Vec<u8> {
        let mut e = Encoder::new(Vec::new());
        let expect = "writing to memory does not fail";
        e.array(6).expect(expect);
        for text in [&self.key, &self.operator, &self.approver, &self.subject] {
            assert!(text.len() <= TEXT_MAX, "texts are checked where they enter");
            e.str(text).expect(expect);
        }
        e.i64(self.limit)
            .and_then(|e| e.i64(self.found))
            .expect(expect);
        e.into_writer()
    }

    /// Reads [`Exception::to_payload`] back.
    pub fn from_payload(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut d = Decoder::new(bytes);
        check_length(&mut d, 6)?;
        let read = Self {
            key: text(&mut d)?,
            operator: text(&mut d)?,
            approver: text(&mut d)?,
            subject: text(&mut d)?,
            limit: d.i64()?,
            found: d.i64()?,
        };
        if d.position() == bytes.len() {
            Ok(read)
        } else {
            Err(DecodeError::message("more bytes than an exception has"))
        }
    }
}

/// The payload of the first entry of an act by hand, such as an adjustment: who, by whose PIN, and the code of the reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdjustmentPayload {
    /// Who did it, by code.
    pub operator: String,
    /// Whose PIN approved it; empty for none.
    pub approver: String,
    /// The reason's code; empty where the reason is a text, which stays at the till.
    pub reason: String,
}

impl AdjustmentPayload {
    /// A reason that is a text and no code is left out: it stays at the till.
    pub fn new(operator: &str, approver: &str, reason: &str) -> Self {
        Self {
            operator: operator.to_owned(),
            approver: approver.to_owned(),
            reason: Some(reason)
                .filter(|reason| is_code(reason))
                .unwrap_or_default()
                .to_owned(),
        }
    }

    /// The payload: a CBOR array of three texts.
    ///
    /// # Panics
    /// As [`Exception::to_payload`].
    pub fn to_payload(&self) -> Vec<u8> {
        let mut e = Encoder::new(Vec::new());
        let expect = "writing to memory does not fail";
        e.array(3).expect(expect);
        for text in [&self.operator, &self.approver, &self.reason] {
            assert!(text.len() <= TEXT_MAX, "texts are checked where they enter");
            e.str(text).expect(expect);
        }
        e.into_writer()
    }

    /// Reads [`AdjustmentPayload::to_payload`] back.
    pub fn from_payload(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut d = Decoder::new(bytes);
        check_length(&mut d, 3)?;
        let read = Self {
            operator: text(&mut d)?,
            approver: text(&mut d)?,
            reason: text(&mut d)?,
        };
        if d.position() == bytes.len() {
            Ok(read)
        } else {
            Err(DecodeError::message("more bytes than an adjustment has"))
        }
    }
}

fn check_length(d: &mut Decoder<'_>, items: u64) -> Result<(), DecodeError> {
    if d.array()? == Some(items) {
        Ok(())
    } else {
        Err(DecodeError::message("another number of items"))
    }
}

fn text(d: &mut Decoder<'_>) -> Result<String, DecodeError> {
    let text = d.str()?;
    if text.len() <= TEXT_MAX {
        Ok(text.to_owned())
    } else {
        Err(DecodeError::message("a text is too long"))
    }
}

/// A code as operators and reasons have it: 1 to 32 ASCII letters, digits, `.`, `_` and `-`.
pub fn is_code(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=32).contains(&text.len()) && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_reads_back_and_half_of_one_does_not() {
        let exception = Exception {
            key: "refund.refused".to_owned(),
            operator: "TN-07".to_owned(),
            subject: "refund".to_owned(),
            limit: 500_000,
            found: 800_000,
            ..Exception::default()
        };
        let payload = exception.to_payload();
        assert_eq!(Exception::from_payload(&payload).expect("whole"), exception);
        for end in 0..payload.len() {
            assert!(Exception::from_payload(&payload[..end]).is_err());
        }
        assert!(Exception::from_payload(&[&payload[..], &[0]].concat()).is_err());
        let adjustment = AdjustmentPayload {
            operator: "TN-07".to_owned(),
            approver: "GS-01".to_owned(),
            reason: "goodwill".to_owned(),
        };
        let payload = adjustment.to_payload();
        assert_eq!(
            AdjustmentPayload::from_payload(&payload).expect("whole"),
            adjustment
        );
        assert!(AdjustmentPayload::from_payload(&payload[1..]).is_err());
    }

    #[test]
    fn a_full_name_is_no_code() {
        for code in ["TN-07", "a", "gs.01", "7"] {
            assert!(is_code(code), "{code}");
        }
        for name in ["", "Nguyễn", "Tran Thi Hoa", "0912345678 "] {
            assert!(!is_code(name), "{name}");
        }
        assert!(!is_code(&"a".repeat(33)));
    }
}
