//! Making a ledger from a provisioning file, once.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::Error;
use super::ports::Ports;
use super::programmes::write_installed;
use super::shell::{Settings, Till};
use crate::exchange::{EpochPayload, Parent, Provisioning, SigningKey};
use crate::kernel::ids::hex;
use crate::kernel::{Instant, Money, StreamId, UtcOffset};
use crate::ledger::decide::note;
use crate::ledger::{Flags, Genesis, Kind, SaleFacts};
use crate::programme::Programme;
use crate::store::{Birth, Identity, Keys, Store, StoreError, Writing};
use crate::texts::Language;

impl Till {
    /// Makes the ledger of a new till. Refused if there is one, or if the file was used before in
    /// this folder.
    pub fn create(settings: &Settings, file: &[u8], code: &str) -> Result<Self, Error> {
        Self::create_with(settings, file, code, Ports::default())
    }

    /// [`Till::create`] with a clock and randomness of the caller's.
    pub fn create_with(
        settings: &Settings,
        file: &[u8],
        code: &str,
        ports: Ports,
    ) -> Result<Self, Error> {
        if settings.path.exists() {
            return Err(StoreError::Exists.into());
        }
        let folder = settings.path.parent();
        if folder.is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
            return Err(Error::Argument {
                field: "path",
                expected: "a file in a folder that exists",
            });
        }
        let provisioning = Provisioning::open(file, code)?;
        let programme = Programme::read(&provisioning.programme).map_err(Error::Programme)?;
        if programme.currency() != provisioning.currency {
            return Err(Error::Argument {
                field: "programme.currency",
                expected: "the currency of the provisioning file",
            });
        }
        let used = UsedFiles::beside(&settings.path);
        if used.has(&provisioning)? {
            return Err(Error::ProvisioningUsed);
        }
        let life = FirstLife::of(&provisioning, &ports)?;
        let store = Store::create(
            &settings.path,
            settings.busy_timeout(),
            &life.birth(&provisioning),
            |writing| life.write(writing, &[&programme]).map(drop),
        )?;
        used.add(&provisioning)?;
        Self::over(store, settings, ports)
    }
}

/// The beginning of a ledger, before it has a place.
pub(super) struct FirstLife {
    identity: Identity,
    payload: EpochPayload,
    genesis: Genesis,
    public: [u8; 32],
    secret: Zeroizing<[u8; 32]>,
    trusted_at: Instant,
    /// 1970 where nobody came along: any list then says more.
    operators_issued_at: Instant,
    now: Instant,
    is_suspect: bool,
}

impl FirstLife {
    pub(super) fn of(provisioning: &Provisioning, ports: &Ports) -> Result<Self, Error> {
        let identity = identity(provisioning)?;
        let mut seed = Zeroizing::new([0u8; 32]);
        let mut tag = [0u8; 4];
        if !ports.randomness.fill(&mut *seed) || !ports.randomness.fill(&mut tag) {
            return Err(Error::NoRandomness);
        }
        let key = SigningKey::from_bytes(&seed);
        let public = key.verifying_key().to_bytes();
        let stream = StreamId {
            writer: provisioning.writer,
            epoch: 1,
            tag: u32::from_be_bytes(tag),
        };
        let payload = EpochPayload::sign(
            provisioning.tenant,
            stream,
            public,
            Parent::NONE,
            &provisioning.writer_key(),
        );
        let now = ports.clock.now();
        let is_suspect = identity.clock.is_suspect(now, provisioning.issued_at);
        Ok(Self {
            genesis: payload.genesis(provisioning.tenant, stream),
            identity,
            payload,
            public,
            secret: seed,
            trusted_at: if is_suspect {
                provisioning.issued_at
            } else {
                now
            },
            operators_issued_at: if provisioning.operators.is_empty() {
                Instant::from_ms(0)
            } else {
                provisioning.issued_at
            },
            now,
            is_suspect,
        })
    }

    pub(super) fn birth<'a>(&'a self, provisioning: &'a Provisioning) -> Birth<'a> {
        Birth {
            identity: &self.identity,
            genesis: self.genesis.clone(),
            keys: Keys {
                public: self.public,
                secret: self.secret.clone(),
            },
            trusted_at: self.trusted_at,
            number_block: (
                provisioning.member_block.first_body,
                provisioning.member_block.last_body,
            ),
            members: &provisioning.members,
            operators: (&provisioning.operators, self.operators_issued_at),
        }
    }

    /// Writes the first entries: the life's own, and one for each programme, oldest first. Gives the
    /// facts that entries of this moment share.
    pub(super) fn write(
        &self,
        writing: &mut Writing<'_>,
        programmes: &[&Programme],
    ) -> Result<SaleFacts, Error> {
        let version = programmes.last().map_or(0, |programme| programme.version());
        let facts = first_facts(self.now, self.is_suspect, version);
        let epoch = note(0, &facts, Kind::Epoch, |entry| {
            entry.payload = self.payload.encode();
        });
        writing.append(&[epoch])?;
        for (place, programme) in programmes.iter().enumerate() {
            let facts = first_facts(self.now, self.is_suspect, programme.version());
            write_installed(writing, &facts, programme)?;
            if place == 0 {
                let digest = writing.reading().identity_digest()?;
                writing.put_document(1, &digest)?;
            }
        }
        Ok(facts)
    }
}

fn identity(provisioning: &Provisioning) -> Result<Identity, Error> {
    let language = Language::from_code(&provisioning.language).ok_or(Error::Argument {
        field: "provisioning.language",
        expected: "vi or en; a newer library may know more",
    })?;
    Ok(Identity {
        tenant: provisioning.tenant,
        tenant_name: provisioning.tenant_name.clone(),
        office_key: provisioning.office_key,
        writer: provisioning.writer,
        writer_secret: provisioning.writer_secret.clone(),
        store: provisioning.store.clone(),
        till: provisioning.till.clone(),
        currency: provisioning.currency,
        language,
        identifier_key: provisioning.identifier_key.clone(),
        clock: provisioning.clock,
    })
}

fn first_facts(now: Instant, is_suspect: bool, programme_version: u32) -> SaleFacts {
    let at = Instant::from_ms(now.ms().clamp(0, Instant::MAX.ms()));
    SaleFacts {
        at,
        sold_at: at,
        offset: UtcOffset::UTC,
        business_date: at
            .date_at(UtcOffset::UTC)
            .unwrap_or(crate::kernel::BusinessDate::MAX),
        member: None,
        amount: Money::ZERO,
        programme_version,
        flags: if is_suspect {
            Flags::CLOCK_SUSPECT
        } else {
            Flags::default()
        },
    }
}

/// Provisioning files that made a ledger in this folder, one id a line, so that neither another name
/// nor deleting the ledger makes a file usable again by accident. Head office notices a second use
/// anywhere else.
struct UsedFiles(PathBuf);

impl UsedFiles {
    fn beside(ledger: &Path) -> Self {
        Self(ledger.with_file_name("loy-provisioned"))
    }

    fn has(&self, provisioning: &Provisioning) -> Result<bool, Error> {
        match std::fs::read_to_string(&self.0) {
            Ok(ids) => Ok(ids
                .lines()
                .any(|id| id == hex(&provisioning.provisioning_id))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(StoreError::from(error).into()),
        }
    }

    fn add(&self, provisioning: &Provisioning) -> Result<(), Error> {
        let added = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.0)
            .and_then(|mut file| {
                writeln!(file, "{}", hex(&provisioning.provisioning_id))?;
                file.sync_all()
            });
        Ok(added.map_err(StoreError::from)?)
    }
}
