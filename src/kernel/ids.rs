//! Names that are never reused: writers, streams, sales, members.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A wallet of a programme: one kind of points. The number is written in the programme document,
/// so that every till and head office mean the same wallet by it.
pub type WalletNumber = u8;

/// Position of an entry in its writer's log: 1, 2, 3 and so on without a gap, across epochs.
pub type Seq = u64;

/// One ledger file that writes: a till, or head office itself. A UUID given by provisioning.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriterId(pub [u8; 16]);

impl WriterId {
    /// The first eight hexadecimal digits, enough to tell a chain's writers apart in print.
    pub fn short(&self) -> String {
        hex(&self.0[..4])
    }
}

impl fmt::Display for WriterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        uuid::Uuid::from_bytes(self.0).fmt(f)
    }
}

impl fmt::Debug for WriterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One life of a writer. A restored backup, a clone or a salvaged file opens a new epoch, with a
/// random tag, so that two lives can never be taken for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// Whose log.
    pub writer: WriterId,
    /// 1 for the first life.
    pub epoch: u32,
    /// Random, to tell two second lives of one writer apart.
    pub tag: u32,
}

/// A sale, named by the entry that began it: `<writer, 8 hex>-<epoch>-<tag, 8 hex>-<seq>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SaleId {
    /// First four bytes of the writer's id.
    pub writer_prefix: [u8; 4],
    /// The writer's epoch at the time.
    pub epoch: u32,
    /// That epoch's tag.
    pub tag: u32,
    /// The entry that began the sale.
    pub seq: Seq,
}

impl SaleId {
    /// The sale that began with entry `seq` of `stream`.
    pub fn new(stream: &StreamId, seq: Seq) -> Self {
        let [a, b, c, d, ..] = stream.writer.0;
        Self {
            writer_prefix: [a, b, c, d],
            epoch: stream.epoch,
            tag: stream.tag,
            seq,
        }
    }
}

impl fmt::Display for SaleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}-{}-{:08x}-{}",
            hex(&self.writer_prefix),
            self.epoch,
            self.tag,
            self.seq
        )
    }
}

/// A text that is no sale id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a sale id; expected the text that loy_sale_id gave")]
pub struct NoSaleId;

impl FromStr for SaleId {
    type Err = NoSaleId;

    fn from_str(text: &str) -> Result<Self, NoSaleId> {
        let parts: Vec<&str> = text.split('-').collect();
        let [writer, epoch, tag, seq] = parts[..] else {
            return Err(NoSaleId);
        };
        if writer.len() != 8 || tag.len() != 8 {
            return Err(NoSaleId);
        }
        let id = Self {
            writer_prefix: u32::from_str_radix(writer, 16)
                .map_err(|_| NoSaleId)?
                .to_be_bytes(),
            epoch: epoch.parse().map_err(|_| NoSaleId)?,
            tag: u32::from_str_radix(tag, 16).map_err(|_| NoSaleId)?,
            seq: seq.parse().map_err(|_| NoSaleId)?,
        };
        // One sale has one spelling: leading zeros, plus signs and capitals are other texts.
        if id.to_string() == text {
            Ok(id)
        } else {
            Err(NoSaleId)
        }
    }
}

/// A member's number: eleven digits and a check digit (Damm), given from the writer's blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct MemberNumber(u64);

/// A number that is no member number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoMemberNumber {
    /// Wrong length, or something else than digits.
    #[error("a member number has 12 digits")]
    Form,
    /// A digit is wrong or two are swapped.
    #[error(
        "the check digit of the member number is wrong: a digit was misread or two were swapped"
    )]
    CheckDigit,
}

impl MemberNumber {
    /// The largest body: eleven digits.
    pub const BODY_MAX: u64 = 99_999_999_999;

    /// Appends the check digit to a body of 1 to eleven digits. Body 0 is nobody: in files and
    /// batches 0 stands for no member.
    pub fn from_body(body: u64) -> Option<Self> {
        (1..=Self::BODY_MAX)
            .contains(&body)
            .then(|| Self(body * 10 + u64::from(damm_check_digit(body))))
    }

    /// Without the check digit.
    pub fn body(self) -> u64 {
        self.0 / 10
    }

    /// All twelve digits as a number.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl TryFrom<u64> for MemberNumber {
    type Error = NoMemberNumber;

    fn try_from(number: u64) -> Result<Self, NoMemberNumber> {
        match Self::from_body(number / 10) {
            None => Err(NoMemberNumber::Form),
            Some(right) if right.0 == number => Ok(right),
            Some(_) => Err(NoMemberNumber::CheckDigit),
        }
    }
}

impl From<MemberNumber> for u64 {
    fn from(number: MemberNumber) -> u64 {
        number.0
    }
}

impl FromStr for MemberNumber {
    type Err = NoMemberNumber;

    fn from_str(text: &str) -> Result<Self, NoMemberNumber> {
        if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NoMemberNumber::Form);
        }
        text.parse::<u64>()
            .map_err(|_| NoMemberNumber::Form)?
            .try_into()
    }
}

impl fmt::Display for MemberNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

/// The check digit over the eleven digits of a body. Leading zeros do not change it.
fn damm_check_digit(body: u64) -> u8 {
    let places = (0..11).rev();
    damm_digit(places.map(|place| {
        let digit = body / 10u64.pow(place) % 10;
        u8::try_from(digit).expect("a digit")
    }))
}

/// Damm's check digit over any digits, each 0 to 9.
///
/// It detects every wrong digit and every swap of neighbours. Source: H. M. Damm, "Total
/// anti-symmetrische Quasigruppen", Marburg 2004; the table of order 10 given there.
///
/// # Panics
/// On a digit over 9.
pub fn damm_digit(digits: impl IntoIterator<Item = u8>) -> u8 {
    const TABLE: [[u8; 10]; 10] = [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
        [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
        [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
        [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
        [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
        [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
        [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
        [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
        [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
        [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ];
    digits.into_iter().fold(0, |interim: u8, digit| {
        TABLE[usize::from(interim)][usize::from(digit)]
    })
}

/// Lower-case hexadecimal, for names in print.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing to a string does not fail");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damm_of_the_published_example() {
        // 572 has the check digit 4: the worked example of the algorithm's usual description.
        assert_eq!(damm_check_digit(572), 4);
    }

    #[test]
    fn every_wrong_digit_and_every_swap_is_noticed() {
        let number = MemberNumber::from_body(10_203_040_506).expect("a number");
        let digits = number.to_string().into_bytes();
        for place in 0..digits.len() {
            for wrong in b'0'..=b'9' {
                let mut changed = digits.clone();
                changed[place] = wrong;
                let same = changed == digits;
                let text = String::from_utf8(changed).expect("digits");
                assert_eq!(text.parse::<MemberNumber>().is_ok(), same, "{text}");
            }
        }
        for place in 1..digits.len() {
            let mut swapped = digits.clone();
            swapped.swap(place - 1, place);
            let same = swapped == digits;
            let text = String::from_utf8(swapped).expect("digits");
            assert_eq!(text.parse::<MemberNumber>().is_ok(), same, "{text}");
        }
    }

    #[test]
    fn nobody_has_number_zero() {
        assert_eq!(MemberNumber::from_body(0), None);
        assert_eq!(
            "000000000000".parse::<MemberNumber>(),
            Err(NoMemberNumber::Form)
        );
    }

    #[test]
    fn a_sale_id_reads_back_and_has_one_spelling() {
        let stream = StreamId {
            writer: WriterId([0xab; 16]),
            epoch: 2,
            tag: 0x00c0_ffee,
        };
        let id = SaleId::new(&stream, 41);
        assert_eq!(id.to_string(), "abababab-2-00c0ffee-41");
        assert_eq!("abababab-2-00c0ffee-41".parse(), Ok(id));
        for other in [
            "abababab-2-00c0ffee-041",
            "ABABABAB-2-00c0ffee-41",
            "abababab-2-41",
            "",
        ] {
            assert_eq!(other.parse::<SaleId>(), Err(NoSaleId), "{other}");
        }
    }
}
