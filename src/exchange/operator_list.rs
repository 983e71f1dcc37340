//! A store's new list of operators, for tills that trade already: who works there from now on, in which
//! role, with which PIN, and what each role may do.
//!
//! Signed by head office, and sealed under the key that the tills of a chain have in common, because a
//! short PIN is soon guessed from its hash. Each list says when it was issued; a till takes none that
//! is older than the one it has, so that nobody who left comes back with an old file.

use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use super::cbor::{FormError, Reader, Writer, same_form};
use super::cose::{self, SignatureError};
use super::operators;
use super::provisioning::NAME_MAX;
use super::sealed::{Form, NotSealed};
use crate::kernel::{Currency, Instant};
use crate::ledger::Operators;

const CONTENT_TYPE: &str = "application/loy-operators+cbor";
const VERSION: u8 = 1;
const KEYS: usize = 5;
const FORM: Form = Form {
    magic: b"LOYO",
    version: VERSION,
    purpose: b"loy/operators/1",
};

/// The longest such file, in bytes: more than the most operators take.
pub const LIST_MAX: u64 = 1024 * 1024;

/// Whether bytes begin as a list of operators does.
pub fn is_list(bytes: &[u8]) -> bool {
    bytes.starts_with(FORM.magic)
}

/// What head office says about a store's people.
#[derive(Clone, PartialEq, Eq)]
pub struct OperatorList {
    /// The store's code; all its tills take the list.
    pub store: String,
    /// Of the ceilings.
    pub currency: Currency,
    /// Head office's clock, or a millisecond after the list before: each list has its own.
    pub issued_at: Instant,
    /// Who works there, and what they may do; nobody: nothing is checked.
    pub operators: Operators,
}

impl std::fmt::Debug for OperatorList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OperatorList")
            .field("store", &self.store)
            .field("issued_at", &self.issued_at)
            .finish_non_exhaustive()
    }
}

/// Why a till does not take a list of operators.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Some other file.
    #[error("not a list of operators: it does not begin with LOYO")]
    NotAList,
    /// Made for a later library.
    #[error("the list of operators has version {found}; this library reads up to {known}")]
    Newer {
        /// In the file.
        found: u8,
        /// Known here.
        known: u8,
    },
    /// Bytes are missing or were changed on the way.
    #[error("the list of operators is damaged: copy it again from head office")]
    Damaged,
    /// Sealed for the tills of another chain.
    #[error("the list of operators is for the tills of another chain of stores")]
    OtherChain,
    /// Opened, but not signed by this till's head office.
    #[error("the list of operators is not signed by this ledger's head office: {0}")]
    Signature(SignatureError),
    /// Opened and signed, but with content that this version does not take.
    #[error("the list of operators cannot be read: {0}")]
    Form(#[from] FormError),
    /// Of the same chain.
    #[error("the list of operators is for another store of the chain")]
    OtherStore,
    /// Its ceilings would be wrong by a power of ten.
    #[error("the list of operators has ceilings in another currency than the ledger's")]
    OtherCurrency,
    /// Whoever is in it may have left meanwhile.
    #[error("the list of operators is older than the one that the ledger has: take the newest")]
    Older,
}

impl ListError {
    /// Stable key.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotAList | Self::Newer { .. } | Self::Form(_) => "operators.unreadable",
            Self::Damaged => "operators.damaged",
            Self::OtherChain => "operators.other_chain",
            Self::Signature(_) => "operators.signature",
            Self::OtherStore => "operators.other_store",
            Self::OtherCurrency => "operators.other_currency",
            Self::Older => "operators.older",
        }
    }
}

impl From<NotSealed> for ListError {
    fn from(error: NotSealed) -> Self {
        match error {
            NotSealed::Other => Self::NotAList,
            NotSealed::Newer(found) => Self::Newer {
                found,
                known: VERSION,
            },
            NotSealed::Damaged => Self::Damaged,
        }
    }
}

impl OperatorList {
    /// Signs with the office key and seals under the key of the chain's identifiers.
    ///
    /// `nonce` must be random and never used twice.
    pub fn seal(
        &self,
        office_key: &SigningKey,
        identifier_key: &[u8; 32],
        nonce: &[u8; 24],
    ) -> Vec<u8> {
        let plain = Zeroizing::new(cose::sign(CONTENT_TYPE, &self.encode(), office_key));
        FORM.seal(VERSION, &plain, identifier_key, nonce)
    }

    /// Opens what [`OperatorList::seal`] made and checks that this head office signed it.
    pub fn open(
        file: &[u8],
        office_key: &[u8; 32],
        identifier_key: &[u8; 32],
    ) -> Result<Self, ListError> {
        let plain = FORM.read(file)?.open(identifier_key);
        let plain = plain.ok_or(ListError::OtherChain)?;
        let payload = cose::open(&plain, CONTENT_TYPE, office_key).map_err(ListError::Signature)?;
        Ok(Self::decode(payload)?)
    }

    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.map(KEYS);
        w.unsigned(0).unsigned(u64::from(VERSION));
        w.unsigned(1).text(&self.store);
        w.unsigned(2).text(self.currency.code());
        w.unsigned(3).signed(self.issued_at.ms());
        w.unsigned(4);
        operators::encode(&self.operators, &mut w);
        Zeroizing::new(w.finish())
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, FormError> {
        let mut r = Reader::new(payload);
        r.map(KEYS)?;
        r.key(0)?;
        if r.u8()? != VERSION {
            return r.fail("content of another version");
        }
        r.key(1)?;
        let store = r.text(NAME_MAX)?.to_owned();
        r.key(2)?;
        let Some(currency) = Currency::from_code(r.text(3)?) else {
            return r.fail("no currency of ISO 4217");
        };
        r.key(3)?;
        let issued_at = Instant::from_ms(r.i64()?);
        r.key(4)?;
        let operators = operators::decode(&mut r)?;
        r.end()?;
        let read = Self {
            store,
            currency,
            issued_at,
            operators,
        };
        same_form(payload, &read.encode())?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAIN: [u8; 32] = [3; 32];

    fn office() -> SigningKey {
        SigningKey::from_bytes(&[4; 32])
    }

    fn list() -> OperatorList {
        let document = br#"{"roles": {"cashier": {"refund": "500000"}},
            "operators": [{"id": "GS-01", "role": "supervisor", "pin": "4711"}]}"#;
        let operators =
            operators::from_json(document, Currency::VND, 1_000, &mut |salt| salt.fill(3));
        OperatorList {
            store: "HN01".to_owned(),
            currency: Currency::VND,
            issued_at: Instant::from_ms(1_795_312_800_000),
            operators: operators.expect("operators"),
        }
    }

    fn open(file: &[u8]) -> Result<OperatorList, ListError> {
        OperatorList::open(file, &office().verifying_key().to_bytes(), &CHAIN)
    }

    #[test]
    fn a_list_opens_at_the_tills_of_its_chain_and_nowhere_else() {
        let file = list().seal(&office(), &CHAIN, &[6; 24]);
        assert_eq!(open(&file), Ok(list()));
        let elsewhere = list().seal(&office(), &[9; 32], &[6; 24]);
        assert_eq!(open(&elsewhere), Err(ListError::OtherChain));
        let forged = list().seal(&SigningKey::from_bytes(&[8; 32]), &CHAIN, &[6; 24]);
        let wrong = ListError::Signature(SignatureError::Wrong);
        assert_eq!(open(&forged), Err(wrong));
        assert_eq!(open(b"LOYP"), Err(ListError::NotAList));
        let mut newer = file;
        newer[4] = 2;
        assert_eq!(open(&newer), Err(ListError::Newer { found: 2, known: 1 }));
    }

    #[test]
    fn no_changed_byte_and_no_cut_of_a_list_opens_and_nobody_reads_it_on_the_way() {
        let file = list().seal(&office(), &CHAIN, &[6; 24]);
        for place in 0..file.len() {
            let mut changed = file.clone();
            changed[place] ^= 1;
            assert!(open(&changed).is_err(), "byte {place}");
            if place >= FORM.magic.len() {
                assert_eq!(open(&file[..place]), Err(ListError::Damaged), "{place}");
            }
        }
        assert!(!file.windows(5).any(|five| five == b"GS-01"));
    }

    #[test]
    fn a_whole_list_of_the_most_operators_fits_into_what_is_read() {
        let one = list().operators.list[0].clone();
        let many = (0..operators::OPERATORS_MAX).map(|number| {
            let id = format!("GS-{number:029}");
            crate::ledger::Operator { id, ..one.clone() }
        });
        let mut list = list();
        list.operators.list = many.collect();
        let file = list.seal(&office(), &CHAIN, &[6; 24]);
        assert_eq!(open(&file), Ok(list));
        assert!(file.len() as u64 <= LIST_MAX);
    }
}
