//! A batch: some entries of one stream on their way to head office.
//!
//! The same bytes whether they go by HTTP, SFTP or on a stick. A file is `LOYB`, a version byte, its
//! own length, the signed manifest, and the two bodies.

use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha256};

use super::baskets::{self, Basket, NoBaskets};
use super::cbor::FormError;
use super::cose::{self, SignatureError};
use super::epoch::EpochPayload;
use super::frames;
use super::manifest::{BodyInfo, LIBRARY_MAX, Manifest, totals_of};
use super::postings::{self, ENTRIES_MAX};
use crate::kernel::ids::Seq;
use crate::kernel::{Instant, StreamId};
use crate::ledger::chain::{self, Hash};
use crate::ledger::{Entry, Kind};

const MAGIC: &[u8; 4] = b"LOYB";
/// The version of the file this library writes and the newest it reads.
pub const VERSION: u8 = 1;
/// Magic, version, length of the file, length of the signed manifest.
const HEADER: usize = 13;
const CONTENT_TYPE: &str = "application/loy-batch+cbor";
/// A signed manifest is far below this.
const ENVELOPE_MAX: usize = 256 * 1024;

/// Name and idempotency key of a batch: SHA-256 of `loy/b1` and the manifest.
pub type BatchId = [u8; 32];

/// What goes into a batch.
#[derive(Clone, Copy, Debug)]
pub struct BatchParts<'a> {
    /// The chain of stores.
    pub tenant: [u8; 16],
    /// Whose entries.
    pub stream: StreamId,
    /// The payload of the stream's `Epoch` entry.
    pub epoch: &'a EpochPayload,
    /// The hash before the first entry.
    pub prev_hash: Hash,
    /// One to 20,000 entries without a gap.
    pub entries: &'a [Entry],
    /// Baskets in the order of their sales; empty if none are sent.
    pub baskets: &'a [Basket],
    /// Head of the side chain.
    pub side_head: Hash,
    /// Head office's index in the last acknowledgement seen; 0 for none.
    pub office_index: u64,
    /// Programme version in force.
    pub programme_version: u32,
    /// Version of this library, at most 64 bytes.
    pub library_version: &'a str,
    /// The ledger's clock.
    pub made_at: Instant,
}

/// Why a batch cannot be made: mistakes of the caller, not of the data's origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Nothing to send, or too much for one batch.
    #[error("a batch has 1 to 20,000 entries; {0} were given")]
    Count(usize),
    /// A gap, or a value out of bounds.
    #[error("entry {0} does not follow the one before it, or has a value out of bounds")]
    Entry(Seq),
    /// Baskets that cannot be sent.
    #[error(transparent)]
    Baskets(#[from] NoBaskets),
    /// The bodies or the sums outgrow the format.
    #[error("the batch is too large; send fewer entries at once")]
    TooLarge,
    /// Not even one entry fits.
    #[error("entry {seq} alone needs {needed} bytes; {size_max} were allowed")]
    Cut {
        /// The entry.
        seq: Seq,
        /// Bytes of a batch with it alone.
        needed: usize,
        /// Bytes allowed.
        size_max: usize,
    },
    /// The signing key is not the one the epoch certifies.
    #[error("the signing key is not the key of the epoch")]
    Key,
}

/// Why bytes are no batch, or not one to be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Some other file.
    #[error("not a batch: it does not begin with LOYB")]
    NotABatch,
    /// Made by a later library.
    #[error("the batch has version {found}; this library reads up to {known}")]
    Newer {
        /// In the file.
        found: u8,
        /// Known here.
        known: u8,
    },
    /// The end is missing.
    #[error("the batch is cut off: {}", missing(.missing_bytes))]
    Truncated {
        /// How many bytes, once the length has been read.
        missing_bytes: Option<u64>,
    },
    /// Longer than it says, or than a batch may be.
    #[error("the batch is longer than it says or than a batch may be")]
    TooLong,
    /// Not in the one form.
    #[error("the {part} cannot be read: {source}")]
    Form {
        /// Where.
        part: Part,
        /// What.
        source: FormError,
    },
    /// A hash, the chain or the sums do not agree.
    #[error("the batch does not agree with itself: see its {0}")]
    Disagrees(Part),
    /// The epoch's key is not certified by the writer.
    #[error("the key of the epoch is not certified by the writer: {0}")]
    Certificate(SignatureError),
    /// The batch is not signed by the epoch's key.
    #[error("the batch is not signed with the key of its epoch: {0}")]
    Signature(SignatureError),
}

/// A part of a batch, for errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The lengths at the start.
    Header,
    /// The signed manifest.
    Manifest,
    /// The entries.
    Postings,
    /// The sales' lines.
    Baskets,
    /// The hash chain over the entries.
    Chain,
    /// The control totals.
    Totals,
    /// The epoch's certificate.
    Epoch,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Manifest => "manifest",
            Self::Postings => "postings",
            Self::Baskets => "baskets",
            Self::Chain => "hash chain",
            Self::Totals => "control totals",
            Self::Epoch => "epoch certificate",
        })
    }
}

fn missing(bytes: &Option<u64>) -> String {
    match bytes {
        None => "not even its length is there".to_owned(),
        Some(1) => "1 byte is missing at the end".to_owned(),
        Some(count) => format!("{count} bytes are missing at the end"),
    }
}

/// A batch whose signature, chain and sums have been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its name.
    pub id: BatchId,
    /// What it says of itself.
    pub manifest: Manifest,
    /// The entries.
    pub entries: Vec<Entry>,
    /// The hash of each entry; the last is the manifest's `head_hash`.
    pub hashes: Vec<Hash>,
    /// The baskets.
    pub baskets: Vec<Basket>,
    /// Hash of the last entry.
    pub head_hash: Hash,
}

/// A batch that has been taken apart and not yet checked.
#[derive(Clone, Debug)]
pub struct UnverifiedBatch<'b> {
    id: BatchId,
    manifest: Manifest,
    message: cose::Unverified<'b>,
    postings: &'b [u8],
    baskets: &'b [u8],
}

/// Makes a batch. The same parts and key give the same bytes.
pub fn build(parts: &BatchParts<'_>, epoch_key: &SigningKey) -> Result<Vec<u8>, BuildError> {
    check(parts, epoch_key)?;
    let first_seq = parts.entries.first().map_or(0, |entry| entry.seq);
    let (postings, coded_postings) = body(parts.entries.len(), &postings::encode(parts.entries))?;
    let (baskets, coded_baskets) = body(parts.baskets.len(), &[baskets::encode(parts.baskets)])?;
    let manifest = Manifest {
        tenant: parts.tenant,
        stream: parts.stream,
        epoch: *parts.epoch,
        first_seq,
        prev_hash: parts.prev_hash,
        head_hash: parts
            .entries
            .iter()
            .fold(parts.prev_hash, |hash, entry| chain::link(&hash, entry)),
        side_head: parts.side_head,
        office_index: parts.office_index,
        programme_version: parts.programme_version,
        library_version: parts.library_version.to_owned(),
        made_at: parts.made_at,
        totals: totals_of(parts.entries).ok_or(BuildError::TooLarge)?,
        postings,
        baskets,
    };
    let envelope = cose::sign(CONTENT_TYPE, &manifest.encode(), epoch_key);
    let length = HEADER + envelope.len() + coded_postings.len() + coded_baskets.len();
    let mut file = Vec::with_capacity(length);
    file.extend_from_slice(MAGIC);
    file.push(VERSION);
    for length in [length, envelope.len()] {
        let length = u32::try_from(length).map_err(|_| BuildError::TooLarge)?;
        file.extend_from_slice(&length.to_be_bytes());
    }
    file.extend_from_slice(&envelope);
    file.extend_from_slice(&coded_postings);
    file.extend_from_slice(&coded_baskets);
    Ok(file)
}

/// Makes a batch of as many entries from the front as fit into `size_max` bytes, with the baskets of
/// sales up to there. Says how many entries those are.
pub fn build_up_to(
    parts: &BatchParts<'_>,
    epoch_key: &SigningKey,
    size_max: usize,
) -> Result<(Vec<u8>, usize), BuildError> {
    let most = parts.entries.len().min(ENTRIES_MAX);
    let whole = build(&first(parts, most), epoch_key);
    match whole {
        Ok(file) if file.len() <= size_max => return Ok((file, most)),
        Ok(_) | Err(BuildError::TooLarge) if most > 1 => {}
        Ok(file) => {
            return Err(BuildError::Cut {
                seq: parts.entries[0].seq,
                needed: file.len(),
                size_max,
            });
        }
        Err(error) => return Err(error),
    }
    // The largest count that fits, between one that does and one that does not.
    let (mut fits, mut too_many) = (0, most);
    let mut best = None;
    while too_many - fits > 1 {
        let middle = fits.midpoint(too_many);
        match build(&first(parts, middle), epoch_key) {
            Ok(file) if file.len() <= size_max => {
                fits = middle;
                best = Some(file);
            }
            Ok(_) | Err(BuildError::TooLarge) => too_many = middle,
            Err(error) => return Err(error),
        }
    }
    match best {
        Some(file) => Ok((file, fits)),
        None => Err(BuildError::Cut {
            seq: parts.entries[0].seq,
            needed: build(&first(parts, 1), epoch_key)?.len(),
            size_max,
        }),
    }
}

/// The first `count` entries and the baskets of sales up to there.
fn first<'a>(parts: &BatchParts<'a>, count: usize) -> BatchParts<'a> {
    let entries = &parts.entries[..count];
    let last = entries.last().map_or(0, |entry| entry.seq);
    let baskets = parts
        .baskets
        .partition_point(|basket| basket.sale_seq <= last);
    BatchParts {
        entries,
        baskets: &parts.baskets[..baskets],
        ..*parts
    }
}

fn check(parts: &BatchParts<'_>, epoch_key: &SigningKey) -> Result<(), BuildError> {
    let count = parts.entries.len();
    if count == 0 || count > ENTRIES_MAX {
        return Err(BuildError::Count(count));
    }
    if epoch_key.verifying_key().to_bytes() != parts.epoch.public_key {
        return Err(BuildError::Key);
    }
    assert!(
        parts.library_version.len() <= LIBRARY_MAX,
        "our own version is a short text"
    );
    for (expected, entry) in (parts.entries[0].seq..).zip(parts.entries) {
        if entry.seq != expected
            || entry.seq <= parts.epoch.parent.seq
            || !postings::is_bounded(entry)
        {
            return Err(BuildError::Entry(entry.seq));
        }
    }
    if parts.baskets.len() > ENTRIES_MAX {
        return Err(BuildError::TooLarge);
    }
    match baskets::check(parts.baskets) {
        Err(NoBaskets::TooMany) => Err(BuildError::TooLarge),
        checked => Ok(checked?),
    }
}

fn body(count: usize, columns: &[Vec<u8>]) -> Result<(BodyInfo, Vec<u8>), BuildError> {
    let plain_len = columns.iter().map(Vec::len).sum();
    if plain_len > frames::BODY_MAX {
        return Err(BuildError::TooLarge);
    }
    let coded = frames::pack(columns);
    let info = BodyInfo {
        count,
        plain_len,
        coded_len: coded.len(),
        coded_hash: Sha256::digest(&coded).into(),
    };
    Ok((info, coded))
}

/// The name of the batch with this manifest.
fn batch_id(manifest: &[u8]) -> BatchId {
    Sha256::new()
        .chain_update(b"loy/b1")
        .chain_update(manifest)
        .finalize()
        .into()
}

/// Takes a batch apart. Nothing is decompressed and no signature checked yet.
pub fn read(file: &[u8]) -> Result<UnverifiedBatch<'_>, BatchError> {
    let envelope = read_header(file)?;
    let in_manifest = |source| BatchError::Form {
        part: Part::Manifest,
        source,
    };
    let rest = &file[HEADER..];
    let (signed, bodies) = rest
        .split_at_checked(envelope)
        .ok_or(BatchError::Disagrees(Part::Header))?;
    let message = cose::read(signed).map_err(in_manifest)?;
    let manifest = Manifest::decode(message.payload).map_err(in_manifest)?;
    let (postings, baskets) = bodies
        .split_at_checked(manifest.postings.coded_len)
        .ok_or(BatchError::Disagrees(Part::Header))?;
    if baskets.len() != manifest.baskets.coded_len {
        return Err(BatchError::Disagrees(Part::Header));
    }
    Ok(UnverifiedBatch {
        id: batch_id(message.payload),
        manifest,
        message,
        postings,
        baskets,
    })
}

/// Checks magic, version and length; gives the length of the signed manifest.
fn read_header(file: &[u8]) -> Result<usize, BatchError> {
    let shown = file.len().min(MAGIC.len());
    if file[..shown] != MAGIC[..shown] {
        return Err(BatchError::NotABatch);
    }
    match file.get(MAGIC.len()) {
        Some(&found) if found > VERSION => {
            return Err(BatchError::Newer {
                found,
                known: VERSION,
            });
        }
        Some(0) => return Err(BatchError::NotABatch),
        _ => {}
    }
    let number = |from: usize| {
        let bytes: [u8; 4] = file.get(from..from + 4)?.try_into().ok()?;
        usize::try_from(u32::from_be_bytes(bytes)).ok()
    };
    let length = number(5).ok_or(BatchError::Truncated {
        missing_bytes: None,
    })?;
    if length < HEADER {
        return Err(BatchError::Disagrees(Part::Header));
    }
    if file.len() < length {
        return Err(BatchError::Truncated {
            missing_bytes: Some((length - file.len()) as u64),
        });
    }
    let envelope = number(9).ok_or(BatchError::Disagrees(Part::Header))?;
    if file.len() > length || envelope > ENVELOPE_MAX {
        return Err(BatchError::TooLong);
    }
    Ok(envelope)
}

impl UnverifiedBatch<'_> {
    /// Its name. It says nothing about who made it.
    pub fn id(&self) -> BatchId {
        self.id
    }

    /// What it claims.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Checks everything that can be checked without knowing the stream: that the writer certified
    /// the epoch's key, that this key signed, that the bodies are the signed ones, that the entries
    /// make up the chain from `prev_hash` to `head_hash`, and that the control totals are theirs.
    pub fn verify(self, writer_public_key: &[u8; 32]) -> Result<Batch, BatchError> {
        let manifest = self.manifest;
        let genesis = manifest
            .epoch
            .verify(manifest.tenant, manifest.stream, writer_public_key)
            .map_err(BatchError::Certificate)?;
        self.message
            .verify(CONTENT_TYPE, &manifest.epoch.public_key)
            .map_err(BatchError::Signature)?;
        let postings = open(
            self.postings,
            &manifest.postings,
            postings::COLUMNS,
            Part::Postings,
        )?;
        let entries = postings::decode(&postings, manifest.first_seq, manifest.postings.count)
            .map_err(|source| BatchError::Form {
                part: Part::Postings,
                source,
            })?;
        let plain = open(self.baskets, &manifest.baskets, 1, Part::Baskets)?.concat();
        let baskets =
            baskets::decode(&plain, manifest.baskets.count).map_err(|source| BatchError::Form {
                part: Part::Baskets,
                source,
            })?;
        let hashes = hashes_of(&manifest, &entries, genesis.hash())?;
        if totals_of(&entries).as_ref() != Some(&manifest.totals) {
            return Err(BatchError::Disagrees(Part::Totals));
        }
        Ok(Batch {
            id: self.id,
            head_hash: manifest.head_hash,
            manifest,
            entries,
            hashes,
            baskets,
        })
    }
}

fn open(
    coded: &[u8],
    info: &BodyInfo,
    columns: usize,
    part: Part,
) -> Result<Vec<Vec<u8>>, BatchError> {
    // Only signed bytes are decompressed.
    if Hash::from(Sha256::digest(coded)) != info.coded_hash {
        return Err(BatchError::Disagrees(part));
    }
    frames::unpack(coded, columns, info.plain_len)
        .map_err(|source| BatchError::Form { part, source })
}

/// The chain through the entries. The first entry of a stream is its `Epoch` entry, follows the
/// genesis, and says what the manifest says.
fn hashes_of(
    manifest: &Manifest,
    entries: &[Entry],
    genesis: Hash,
) -> Result<Vec<Hash>, BatchError> {
    for entry in entries {
        let opens = entry.seq == manifest.epoch.parent.seq + 1;
        let certified = || entry.payload == manifest.epoch.encode();
        if opens != (entry.kind == Kind::Epoch) || (opens && !certified()) {
            return Err(BatchError::Disagrees(Part::Epoch));
        }
        if opens && manifest.prev_hash != genesis {
            return Err(BatchError::Disagrees(Part::Chain));
        }
    }
    let hashes: Vec<Hash> = entries
        .iter()
        .scan(manifest.prev_hash, |hash, entry| {
            *hash = chain::link(hash, entry);
            Some(*hash)
        })
        .collect();
    if hashes.last() == Some(&manifest.head_hash) {
        Ok(hashes)
    } else {
        Err(BatchError::Disagrees(Part::Chain))
    }
}
