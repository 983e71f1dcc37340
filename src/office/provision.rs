//! Making a till: a writer, its key, its block of member numbers, sealed in one file.

use rusqlite::TransactionBehavior;
use zeroize::Zeroizing;

use super::{Office, OfficeError, Random, check_name, lapse, storage};
use crate::exchange::provisioning::{MemberBlock, Provisioning};
use crate::exchange::{ActivationCode, IdentifierHash};
use crate::kernel::{Currency, Instant, MemberNumber, WriterId};
use crate::ledger::Operators;
use crate::ledger::clock::ClockLimits;
use crate::programme::Programme;

/// Member numbers in a writer's block.
const BLOCK: u64 = 1_000_000;

/// Whether the till is told the members known today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberList {
    /// All of them, by the hashes of their identifiers.
    Sent,
    /// None: the till knows whom it enrols itself.
    Omitted,
}

/// What head office decides about a new till.
#[derive(Clone, Debug)]
pub struct NewTill<'a> {
    /// The store's code, 1 to 200 bytes.
    pub store: &'a str,
    /// The till's code within the store, 1 to 200 bytes.
    pub till: &'a str,
    /// Of all amounts.
    pub currency: Currency,
    /// `vi` or `en`.
    pub language: &'a str,
    /// The programme document, byte for byte.
    pub programme: Vec<u8>,
    /// Limits of the till's clock.
    pub clock: ClockLimits,
    /// Members known today.
    pub members: MemberList,
    /// Who works at the till, and what they may do; nobody: nothing is checked.
    pub operators: Operators,
}

impl Office {
    /// Makes a new writer for this till and seals what it needs. The same till provisioned again is a
    /// new writer: a replaced till never continues the old one's file.
    ///
    /// Gives the file and the code that opens it; the code is kept nowhere.
    pub fn provision(
        &mut self,
        new: &NewTill<'_>,
        random: Random<'_>,
        now: Instant,
    ) -> Result<(Vec<u8>, ActivationCode), OfficeError> {
        check_name("the code of the store", new.store)?;
        check_name("the code of the till", new.till)?;
        if new.language.is_empty() || new.language.len() > 16 {
            return Err(OfficeError::Name {
                what: "the language",
                most: 16,
            });
        }
        let tx = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let first_body = storage::next_body(&tx)?;
        let last_body = first_body + BLOCK - 1;
        if last_body > MemberNumber::BODY_MAX {
            return Err(OfficeError::NoMemberNumbers);
        }
        let mut writer_secret = Zeroizing::new([0; 32]);
        random(writer_secret.as_mut_slice());
        let provisioning = Provisioning {
            provisioning_id: fresh(random),
            tenant: self.tenant,
            tenant_name: self.name.clone(),
            office_key: self.key.verifying_key().to_bytes(),
            writer: WriterId(fresh(random)),
            writer_secret,
            store: new.store.to_owned(),
            till: new.till.to_owned(),
            currency: new.currency,
            language: new.language.to_owned(),
            identifier_key: self.identifier_key.clone(),
            member_block: MemberBlock {
                first_body,
                last_body,
            },
            members: match new.members {
                MemberList::Sent => members(&tx)?,
                MemberList::Omitted => Vec::new(),
            },
            programme: new.programme.clone(),
            issued_at: now,
            clock: new.clock,
            operators: new.operators.clone(),
        };
        storage::insert_writer(&tx, &provisioning)?;
        if let Ok(programme) = Programme::read(&new.programme) {
            lapse::keep(&tx, &programme)?;
        }
        let code = ActivationCode::from_random(&fresh(random));
        let file = provisioning.seal(&self.key, &code, &fresh(random));
        tx.commit()?;
        if !new.operators.is_empty() {
            let operators = new.operators.clone();
            self.keep_operators(new.store, new.currency, operators, random, now)?;
        }
        Ok((file, code))
    }
}

pub(super) fn fresh<const N: usize>(random: Random<'_>) -> [u8; N] {
    let mut bytes = [0; N];
    random(&mut bytes);
    bytes
}

/// Every identifier with its member. Where two members share one, the lower number stands until
/// people have decided.
fn members(db: &rusqlite::Connection) -> Result<Vec<(IdentifierHash, MemberNumber)>, OfficeError> {
    let mut query = db.prepare(
        "SELECT hash, min(coalesce(root, member)) FROM identifier LEFT JOIN alias USING (member)
         GROUP BY hash ORDER BY hash",
    )?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
    rows.map(|row| {
        let (hash, number) = row?;
        let number = u64::try_from(number)
            .ok()
            .and_then(|number| MemberNumber::try_from(number).ok())
            .ok_or(OfficeError::Damaged("a member number"))?;
        Ok((hash, number))
    })
    .collect()
}
