//! The sealed file that makes a till a till of its chain.
//!
//! A COSE_Sign1 message of head office, sealed (`sealed.rs`) under the activation code, which carries
//! 100 random bits of its own and is not a password anybody chose.

use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use super::activation::{ActivationCode, NoActivationCode};
use super::cbor::{FormError, Reader, Writer, same_form};
use super::cose::{self, SignatureError};
use super::enrolment::IdentifierHash;
use super::operators;
use super::sealed::{Form, NotSealed};
use crate::kernel::{Currency, Instant, MemberNumber, WriterId};
use crate::ledger::Operators;
use crate::ledger::clock::ClockLimits;

/// The newest version of the file that this library reads.
pub const VERSION: u8 = 2;
/// The version of a file without operators, which older libraries read too.
const VERSION_WITHOUT_OPERATORS: u8 = 1;
const FORM: Form = Form {
    magic: b"LOYP",
    version: VERSION,
    purpose: b"loy/provisioning/1",
};
const CONTENT_TYPE: &str = "application/loy-provisioning+cbor";
/// Keys of version 1; version 2 has one more, the operators.
const KEYS: usize = 19;

/// Texts such as a store's name, in bytes.
pub const NAME_MAX: usize = 200;
/// The largest programme document, in bytes (programme.md, bounds).
pub const PROGRAMME_MAX: usize = 8 * 1024 * 1024;

/// The bodies of member numbers a writer may give out, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberBlock {
    /// The first.
    pub first_body: u64,
    /// The last, not below the first.
    pub last_body: u64,
}

/// Everything a new till is told by head office.
#[derive(Clone, PartialEq, Eq)]
pub struct Provisioning {
    /// Names this file; a till remembers it and takes a file only once.
    pub provisioning_id: [u8; 16],
    /// The chain of stores.
    pub tenant: [u8; 16],
    /// Its name, for people.
    pub tenant_name: String,
    /// Public key of head office: acknowledgements are checked with it.
    pub office_key: [u8; 32],
    /// The new writer.
    pub writer: WriterId,
    /// Seed of the writer's Ed25519 key.
    pub writer_secret: Zeroizing<[u8; 32]>,
    /// The store's code, part of every receipt key.
    pub store: String,
    /// The till's code within the store.
    pub till: String,
    /// Of all amounts.
    pub currency: Currency,
    /// Language of texts unless a call says otherwise: `vi` or `en`.
    pub language: String,
    /// Under which identifiers are hashed; the same in all of the chain.
    pub identifier_key: Zeroizing<[u8; 32]>,
    /// Member numbers this writer gives out.
    pub member_block: MemberBlock,
    /// Members known at the time: hash of an identifier, and the number. Sorted by hash.
    pub members: Vec<(IdentifierHash, MemberNumber)>,
    /// The programme document, byte for byte.
    pub programme: Vec<u8>,
    /// Head office's clock when the file was made.
    pub issued_at: Instant,
    /// Limits of the till's clock.
    pub clock: ClockLimits,
    /// Who works at the till, and what they may do.
    pub operators: Operators,
}

impl std::fmt::Debug for Provisioning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provisioning")
            .field("writer", &self.writer)
            .field("store", &self.store)
            .field("till", &self.till)
            .finish_non_exhaustive()
    }
}

/// Why a provisioning file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProvisioningError {
    /// Some other file.
    #[error("not a provisioning file: it does not begin with LOYP")]
    NotProvisioning,
    /// Made for a later library.
    #[error("the provisioning file has version {found}; this library reads up to {known}")]
    Newer {
        /// In the file.
        found: u8,
        /// Known here.
        known: u8,
    },
    /// Bytes are missing or were changed on the way.
    #[error("the provisioning file is damaged: copy it again from head office")]
    Damaged,
    /// The text typed is no activation code.
    #[error(transparent)]
    NoCode(#[from] NoActivationCode),
    /// A code, but not the one of this file.
    #[error("the activation code does not belong to this provisioning file")]
    WrongCode,
    /// Opened, but not signed by the head office it names.
    #[error("the provisioning file is not signed by the head office it names: {0}")]
    Signature(SignatureError),
    /// Opened and signed, but with content that this version does not take.
    #[error("the provisioning file cannot be read: {0}")]
    Form(#[from] FormError),
}

impl From<NotSealed> for ProvisioningError {
    fn from(error: NotSealed) -> Self {
        match error {
            NotSealed::Other => Self::NotProvisioning,
            NotSealed::Newer(found) => Self::Newer {
                found,
                known: VERSION,
            },
            NotSealed::Damaged => Self::Damaged,
        }
    }
}

impl Provisioning {
    /// The writer's signing key.
    pub fn writer_key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.writer_secret)
    }

    /// Signs with the office key and seals under the activation code.
    ///
    /// `nonce` must be random and never used twice. `office_key` must belong to the field of that
    /// name, else nobody can open the file.
    pub fn seal(
        &self,
        office_key: &SigningKey,
        code: &ActivationCode,
        nonce: &[u8; 24],
    ) -> Vec<u8> {
        let plain = Zeroizing::new(cose::sign(CONTENT_TYPE, &self.encode(), office_key));
        FORM.seal(self.version(), &plain, code.characters(), nonce)
    }

    /// Opens what [`Provisioning::seal`] made. `code` may be typed carelessly.
    pub fn open(file: &[u8], code: &str) -> Result<Self, ProvisioningError> {
        let sealed = FORM.read(file)?;
        let code: ActivationCode = code.parse()?;
        let plain = sealed.open(code.characters());
        let plain = plain.ok_or(ProvisioningError::WrongCode)?;
        Self::from_signed(sealed.version, &plain)
    }

    fn from_signed(version: u8, plain: &[u8]) -> Result<Self, ProvisioningError> {
        let message = cose::read(plain)?;
        let provisioning = Self::decode(version, message.payload)?;
        message
            .verify(CONTENT_TYPE, &provisioning.office_key)
            .map_err(ProvisioningError::Signature)?;
        Ok(provisioning)
    }

    /// The oldest that says everything.
    fn version(&self) -> u8 {
        if self.operators == Operators::default() {
            VERSION_WITHOUT_OPERATORS
        } else {
            VERSION
        }
    }

    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        let version = self.version();
        w.map(keys(version));
        w.unsigned(0).unsigned(u64::from(version));
        w.unsigned(1).bytes(&self.provisioning_id);
        w.unsigned(2).bytes(&self.tenant);
        w.unsigned(3).text(&self.tenant_name);
        w.unsigned(4).bytes(&self.office_key);
        w.unsigned(5).bytes(&self.writer.0);
        w.unsigned(6).bytes(self.writer_secret.as_slice());
        w.unsigned(7).text(&self.store);
        w.unsigned(8).text(&self.till);
        w.unsigned(9).text(self.currency.code());
        w.unsigned(10).text(&self.language);
        w.unsigned(11).bytes(self.identifier_key.as_slice());
        w.unsigned(12).unsigned(self.member_block.first_body);
        w.unsigned(13).unsigned(self.member_block.last_body);
        w.unsigned(14).array(self.members.len());
        for (hash, number) in &self.members {
            w.array(2).bytes(hash).unsigned(number.get());
        }
        w.unsigned(15).bytes(&self.programme);
        w.unsigned(16).signed(self.issued_at.ms());
        w.unsigned(17).signed(self.clock.behind_ms);
        w.unsigned(18).signed(self.clock.ahead_ms);
        if version != VERSION_WITHOUT_OPERATORS {
            w.unsigned(19);
            operators::encode(&self.operators, &mut w);
        }
        Zeroizing::new(w.finish())
    }

    pub(super) fn decode(version: u8, payload: &[u8]) -> Result<Self, FormError> {
        let mut r = Reader::new(payload);
        r.map(keys(version))?;
        r.key(0)?;
        if r.u64()? != u64::from(version) {
            return r.fail("content of another version");
        }
        r.key(1)?;
        let provisioning_id = r.fixed()?;
        r.key(2)?;
        let tenant = r.fixed()?;
        r.key(3)?;
        let tenant_name = r.text(NAME_MAX)?.to_owned();
        r.key(4)?;
        let office_key = r.fixed()?;
        r.key(5)?;
        let writer = WriterId(r.fixed()?);
        r.key(6)?;
        let writer_secret = Zeroizing::new(r.fixed()?);
        r.key(7)?;
        let store = r.text(NAME_MAX)?.to_owned();
        r.key(8)?;
        let till = r.text(NAME_MAX)?.to_owned();
        r.key(9)?;
        let code = r.text(3)?;
        let Some(currency) = Currency::from_code(code) else {
            return r.fail("no currency of ISO 4217");
        };
        r.key(10)?;
        let language = r.text(16)?.to_owned();
        r.key(11)?;
        let identifier_key = Zeroizing::new(r.fixed()?);
        let member_block = read_block(&mut r)?;
        r.key(14)?;
        let members = read_members(&mut r)?;
        r.key(15)?;
        let programme = r.bytes(PROGRAMME_MAX)?.to_vec();
        r.key(16)?;
        let issued_at = Instant::from_ms(r.i64()?);
        r.key(17)?;
        let behind_ms = r.i64()?;
        r.key(18)?;
        let ahead_ms = r.i64()?;
        if behind_ms < 0 || ahead_ms < 0 {
            return r.fail("clock limits are zero or more");
        }
        let operators = if version == VERSION_WITHOUT_OPERATORS {
            Operators::default()
        } else {
            r.key(19)?;
            operators::decode(&mut r)?
        };
        r.end()?;
        let read = Self {
            provisioning_id,
            tenant,
            tenant_name,
            office_key,
            writer,
            writer_secret,
            store,
            till,
            currency,
            language,
            identifier_key,
            member_block,
            members,
            programme,
            issued_at,
            clock: ClockLimits {
                behind_ms,
                ahead_ms,
            },
            operators,
        };
        same_form(payload, &read.encode())?;
        Ok(read)
    }
}

fn keys(version: u8) -> usize {
    KEYS + usize::from(version != VERSION_WITHOUT_OPERATORS)
}

fn read_block(r: &mut Reader<'_>) -> Result<MemberBlock, FormError> {
    r.key(12)?;
    let first_body = r.u64()?;
    r.key(13)?;
    let last_body = r.u64()?;
    if first_body > last_body || last_body > MemberNumber::BODY_MAX {
        return r.fail("a block of member numbers that is none");
    }
    Ok(MemberBlock {
        first_body,
        last_body,
    })
}

fn read_members(r: &mut Reader<'_>) -> Result<Vec<(IdentifierHash, MemberNumber)>, FormError> {
    // A pair takes 19 bytes at least, so the count cannot outgrow the file.
    let count = r.array_of(19)?;
    let mut members: Vec<(IdentifierHash, MemberNumber)> = Vec::with_capacity(count);
    for _ in 0..count {
        r.array(2)?;
        let hash = r.fixed()?;
        let Ok(number) = MemberNumber::try_from(r.u64()?) else {
            return r.fail("no member number");
        };
        if members.last().is_some_and(|(last, _)| *last >= hash) {
            return r.fail("members must be sorted by hash, each hash once");
        }
        members.push((hash, number));
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "01234-56789-ABCDE-FGHJK";

    fn office() -> SigningKey {
        SigningKey::from_bytes(&[4; 32])
    }

    fn provisioning() -> Provisioning {
        Provisioning {
            provisioning_id: [9; 16],
            tenant: [7; 16],
            tenant_name: "Phở Hà Nội".to_owned(),
            office_key: office().verifying_key().to_bytes(),
            writer: WriterId([1; 16]),
            writer_secret: Zeroizing::new([2; 32]),
            store: "HN01".to_owned(),
            till: "1".to_owned(),
            currency: Currency::from_code("VND").expect("a currency"),
            language: "vi".to_owned(),
            identifier_key: Zeroizing::new([3; 32]),
            member_block: MemberBlock {
                first_body: 10_000_000_000,
                last_body: 10_000_999_999,
            },
            members: vec![(
                [5; 16],
                MemberNumber::from_body(10_000_000_001).expect("a number"),
            )],
            programme: b"{}".to_vec(),
            issued_at: Instant::from_ms(1_795_312_800_000),
            clock: ClockLimits::default(),
            operators: Operators::default(),
        }
    }

    fn sealed() -> Vec<u8> {
        provisioning().seal(&office(), &CODE.parse().expect("a code"), &[6; 24])
    }

    #[test]
    fn the_file_opens_with_its_code_however_it_is_typed() {
        assert_eq!(Provisioning::open(&sealed(), CODE), Ok(provisioning()));
        assert_eq!(
            Provisioning::open(&sealed(), "oi23456789abcdefghjk"),
            Ok(provisioning())
        );
    }

    #[test]
    fn each_thing_that_can_go_wrong_says_so() {
        let open = |file: &[u8], code: &str| Provisioning::open(file, code).expect_err("refused");
        assert_eq!(
            open(b"PK\x03\x04", CODE),
            ProvisioningError::NotProvisioning
        );
        assert_eq!(open(b"", CODE), ProvisioningError::NotProvisioning);
        assert_eq!(
            open(&sealed(), "01234-56789-ABCDE-FGHJJ"),
            ProvisioningError::WrongCode
        );
        assert_eq!(
            open(&sealed(), "0123"),
            ProvisioningError::NoCode(NoActivationCode::Length(4))
        );
        let mut newer = sealed();
        newer[4] = 3;
        assert_eq!(
            open(&newer, CODE),
            ProvisioningError::Newer { found: 3, known: 2 }
        );
        let stranger = SigningKey::from_bytes(&[8; 32]);
        let forged = provisioning().seal(&stranger, &CODE.parse().expect("a code"), &[6; 24]);
        assert_eq!(
            open(&forged, CODE),
            ProvisioningError::Signature(SignatureError::Wrong)
        );
    }

    #[test]
    fn a_file_with_operators_says_so_in_its_version_and_one_without_stays_readable_by_all() {
        assert_eq!(sealed()[4], 1);
        let document = br#"{"operators": [{"id": "GS-01", "role": "supervisor", "pin": "4711"}]}"#;
        let operators =
            operators::from_json(document, Currency::VND, 1_000, &mut |salt| salt.fill(3))
                .expect("operators");
        let with = Provisioning {
            operators,
            ..provisioning()
        };
        let file = with.seal(&office(), &CODE.parse().expect("a code"), &[6; 24]);
        assert_eq!(file[4], 2);
        assert_eq!(Provisioning::open(&file, CODE), Ok(with));
    }

    #[test]
    fn no_changed_byte_and_no_cut_opens() {
        let file = sealed();
        for place in 0..file.len() {
            let mut changed = file.clone();
            changed[place] ^= 1;
            assert!(Provisioning::open(&changed, CODE).is_err(), "byte {place}");
        }
        for end in FORM.magic.len()..file.len() {
            assert_eq!(
                Provisioning::open(&file[..end], CODE),
                Err(ProvisioningError::Damaged),
                "cut at {end}"
            );
        }
    }

    #[test]
    fn the_file_and_its_debug_form_show_no_secret() {
        let file = sealed();
        assert!(!file.windows(4).any(|four| four == b"HN01"));
        let shown = format!("{:?}", provisioning());
        assert!(
            !shown.contains("secret") && !shown.contains("[2, 2"),
            "{shown}"
        );
    }
}
