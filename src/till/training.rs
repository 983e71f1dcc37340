//! Training: a ledger in memory where every call works and nothing is for real.
//!
//! Its keys are made up for it and its member numbers are no store's, so that nothing of it could be
//! taken for a till's, whatever becomes of it.

use zeroize::Zeroizing;

use super::birth::FirstLife;
use super::error::Error;
use super::ports::Ports;
use super::shell::{Settings, Till};
use super::status;
use crate::exchange::enrolment;
use crate::exchange::provisioning::MemberBlock;
use crate::exchange::{Provisioning, identifier_hash};
use crate::kernel::{MemberNumber, Points, WalletNumber, WriterId};
use crate::ledger::decide::note;
use crate::ledger::{Kind, Operators, SaleFacts};
use crate::programme::Programme;
use crate::scan::{IdentifierKind, normalise_identifier};
use crate::store::{Identity, Store, Writing};
use crate::texts::{Language, phrase};

/// Member numbers of training; head office gives no till any of them.
const NUMBERS: MemberBlock = MemberBlock {
    first_body: 99_999_000_000,
    last_body: 99_999_999_999,
};
/// The sample members' phones, and how many whole points each has in every wallet.
const SAMPLES: [(&str, i64); 3] = [
    ("0900000001", 0),
    ("0900000002", 100),
    ("0900000003", 1_000),
];

/// What a ledger is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Sales of customers.
    Trading,
    /// Cashiers who learn. Every text says so.
    Training,
}

impl Purpose {
    /// The text, with the mark of training where it is for training.
    pub fn mark(self, language: Language, text: &str) -> String {
        match self {
            Self::Trading => text.to_owned(),
            Self::Training => phrase(language, "training.text", &[("text", text)]),
        }
    }
}

impl Till {
    /// Opens a training ledger with the programmes of the ledger at the settings' path, which is only
    /// read, beside its writer or without one. It lives in memory and is gone when it is closed.
    pub fn open_training(settings: &Settings) -> Result<Self, Error> {
        Self::open_training_with(settings, Ports::default())
    }

    /// [`Till::open_training`] with a clock and randomness of the caller's.
    pub fn open_training_with(settings: &Settings, ports: Ports) -> Result<Self, Error> {
        let store = Store::open_reader(&settings.path, settings.busy_timeout())?;
        let real = Self::over(store, settings, Ports::default())?;
        let programmes = real.programmes();
        let newest = programmes
            .last()
            .ok_or(Error::Internal("a ledger without a programme"))?;
        let like = Provisioning {
            operators: Operators::clone(&real.people()),
            ..like_ledger(&real.identity, newest.document(), &ports)
        };
        let programmes: Vec<&Programme> = programmes.iter().map(AsRef::as_ref).collect();
        Self::train(settings, like, &programmes, ports)
    }

    /// Opens a training ledger with the programme of a provisioning file, which is not used up by it.
    /// Nothing is read or written at the settings' path.
    pub fn create_training(settings: &Settings, file: &[u8], code: &str) -> Result<Self, Error> {
        Self::create_training_with(settings, file, code, Ports::default())
    }

    /// [`Till::create_training`] with a clock and randomness of the caller's.
    pub fn create_training_with(
        settings: &Settings,
        file: &[u8],
        code: &str,
        ports: Ports,
    ) -> Result<Self, Error> {
        let real = Provisioning::open(file, code)?;
        let programme = Programme::read(&real.programme).map_err(Error::Programme)?;
        Self::train(settings, real, &[&programme], ports)
    }

    fn train(
        settings: &Settings,
        like: Provisioning,
        programmes: &[&Programme],
        ports: Ports,
    ) -> Result<Self, Error> {
        let made_up = made_up(like, &ports)?;
        let life = FirstLife::of(&made_up, &ports)?;
        let store = Store::in_memory(&life.birth(&made_up), |writing| {
            let facts = life.write(writing, programmes)?;
            let wallets = programmes
                .last()
                .map_or(&[][..], |programme| programme.wallets());
            for (phone, points) in SAMPLES {
                let member = enrol_sample(writing, &made_up, &facts, phone)?;
                // Nobody has a hundred badges: the trainee earns them.
                for wallet in wallets.iter().filter(|wallet| !wallet.is_badge()) {
                    let units = points * wallet.scale();
                    give_sample(writing, &facts, member, wallet.number, Points::new(units))?;
                }
            }
            Ok::<_, Error>(())
        })?;
        let mut till = Self::over(store, settings, ports)?;
        till.purpose = Purpose::Training;
        Ok(till)
    }

    /// What this ledger was opened for.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// What to tell the cashier of an error, marked where this is a training.
    pub fn cashier_text(&self, error: &Error) -> String {
        let text = error.cashier_text(self.language);
        self.purpose.mark(self.language, &text)
    }

    /// Nothing of a training leaves it.
    pub(super) fn refuse_training(&self) -> Result<(), Error> {
        match self.purpose {
            Purpose::Trading => Ok(()),
            Purpose::Training => Err(Error::refused(status::REFUSED, "training.stays_here", &[])),
        }
    }
}

/// What head office would have made a provisioning file of for a till like this one.
fn like_ledger(real: &Identity, programme: &[u8], ports: &Ports) -> Provisioning {
    Provisioning {
        provisioning_id: [0; 16],
        tenant: real.tenant,
        tenant_name: real.tenant_name.clone(),
        office_key: [0; 32],
        writer: real.writer,
        writer_secret: Zeroizing::new([0; 32]),
        store: real.store.clone(),
        till: real.till.clone(),
        currency: real.currency,
        language: real.language.code().to_owned(),
        identifier_key: Zeroizing::new([0; 32]),
        member_block: NUMBERS,
        members: Vec::new(),
        programme: programme.to_vec(),
        issued_at: ports.clock.now(),
        clock: real.clock,
        operators: Default::default(),
    }
}

/// The same shop with keys of nobody.
fn made_up(like: Provisioning, ports: &Ports) -> Result<Provisioning, Error> {
    let mut writer_secret = Zeroizing::new([0u8; 32]);
    let mut identifier_key = Zeroizing::new([0u8; 32]);
    if !ports.randomness.fill(&mut *writer_secret) || !ports.randomness.fill(&mut *identifier_key) {
        return Err(Error::NoRandomness);
    }
    let language = Language::from_code(&like.language).unwrap_or_default();
    Ok(Provisioning {
        provisioning_id: [0; 16],
        tenant: [0; 16],
        // At the head of a statement and on the service screen.
        tenant_name: Purpose::Training.mark(language, &like.tenant_name),
        office_key: [0; 32],
        writer: WriterId([0; 16]),
        writer_secret,
        identifier_key,
        member_block: NUMBERS,
        members: Vec::new(),
        issued_at: ports.clock.now(),
        ..like
    })
}

fn enrol_sample(
    writing: &mut Writing<'_>,
    made_up: &Provisioning,
    facts: &SaleFacts,
    phone: &str,
) -> Result<MemberNumber, Error> {
    let canonical = normalise_identifier(IdentifierKind::Phone, phone)?;
    let hash = identifier_hash(&made_up.identifier_key, &canonical);
    let member = writing
        .take_member_number()?
        .ok_or(Error::Internal("numbers for sample members"))?;
    let entry = note(writing.head().seq, facts, Kind::Enrol, |entry| {
        entry.member = Some(member);
        entry.payload = enrolment::encode(&[hash]);
    });
    let seq = entry.seq;
    writing.append(&[entry])?;
    writing.know_member(member, seq, &[hash])?;
    Ok(member)
}

fn give_sample(
    writing: &mut Writing<'_>,
    facts: &SaleFacts,
    member: MemberNumber,
    wallet: WalletNumber,
    points: Points,
) -> Result<(), Error> {
    if points.is_zero() {
        return Ok(());
    }
    let entry = note(writing.head().seq, facts, Kind::AdjustmentGiven, |entry| {
        entry.member = Some(member);
        entry.wallet = wallet;
        entry.points = points;
        // Where it is still yesterday by the till's own date, too.
        let date = facts.business_date;
        entry.available_from = date.minus_days(1).unwrap_or(date);
    });
    Ok(writing.append(&[entry])?)
}
