//! A disk as it may be found after a power cut: what was synced is there, of the rest any part.

use std::collections::BTreeMap;
use std::path::Path;

use crate::dice::Dice;
use crate::vfs::Op;

/// What a disk writes at once, or not at all.
const SECTOR: usize = 512;

/// What became of the writes that no sync had covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing arrived.
    Nothing,
    /// Everything arrived.
    Everything,
    /// The first so many, in the order in which they were asked for.
    Prefix(u64),
    /// Any sectors, in any order.
    Sectors(u64),
    /// The same, and some of those being written hold garbage.
    Garbage(u64),
}

/// Whether syncs do what they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syncs {
    Honest,
    /// A drive that answers at once and writes when it likes.
    Lie,
}

/// Bytes that are safe, and what was asked since.
#[derive(Clone, Default)]
struct File {
    /// Nothing: there is no such file.
    safe: Option<Vec<u8>>,
    unsynced: Vec<Op>,
}

/// All files of a folder at one moment.
#[derive(Clone, Default)]
pub struct Disk {
    files: BTreeMap<String, File>,
}

/// The files that are found.
pub type Image = BTreeMap<String, Vec<u8>>;

impl Disk {
    /// A disk with one file on it.
    pub fn with(name: &str, bytes: Vec<u8>) -> Self {
        let safe = Some(bytes);
        let unsynced = Vec::new();
        Self {
            files: BTreeMap::from([(name.to_owned(), File { safe, unsynced })]),
        }
    }

    /// Takes one more operation in.
    pub fn ask(&mut self, op: &Op, syncs: Syncs) {
        match op {
            Op::Open(name) => {
                // A file that grew under another name was given this one. The library synced it
                // before; here only what SQLite synced counts.
                if !self.files.contains_key(name)
                    && let Some(file) = self.files.remove(&format!("{name}.creating"))
                {
                    self.files.insert(name.clone(), file);
                }
            }
            // Rebuilt from nothing by whoever comes next.
            Op::Write { file, .. } | Op::Truncate { file, .. } | Op::Sync(file)
                if file.ends_with("-shm") => {}
            Op::Write { file, .. } | Op::Truncate { file, .. } | Op::Delete(file) => {
                let file = self.files.entry(file.clone()).or_default();
                file.unsynced.push(op.clone());
            }
            Op::Sync(name) => {
                if syncs == Syncs::Honest
                    && let Some(file) = self.files.get_mut(name)
                {
                    let ops = std::mem::take(&mut file.unsynced);
                    for op in &ops {
                        apply(&mut file.safe, op);
                    }
                }
            }
        }
    }

    /// Something was asked that no sync has covered.
    pub fn is_dirty(&self) -> bool {
        self.files.values().any(|file| !file.unsynced.is_empty())
    }

    /// The files as they are found if the power goes now.
    pub fn image(&self, fate: Fate) -> Image {
        let mut dice = match fate {
            Fate::Prefix(seed) | Fate::Sectors(seed) | Fate::Garbage(seed) => Dice::new(seed),
            Fate::Nothing | Fate::Everything => Dice::new(0),
        };
        let mut image = Image::new();
        for (name, file) in &self.files {
            let mut found = file.safe.clone();
            match fate {
                Fate::Nothing => {}
                Fate::Everything => file.unsynced.iter().for_each(|op| apply(&mut found, op)),
                Fate::Prefix(_) => {
                    let most = u64::try_from(file.unsynced.len()).unwrap();
                    let some = usize::try_from(dice.below(most + 1)).unwrap();
                    file.unsynced[..some]
                        .iter()
                        .for_each(|op| apply(&mut found, op));
                }
                Fate::Sectors(_) | Fate::Garbage(_) => {
                    for op in &file.unsynced {
                        if !apply_some(&mut found, op, fate, &mut dice) {
                            break;
                        }
                    }
                }
            }
            if let Some(bytes) = found {
                image.insert(name.clone(), bytes);
            }
        }
        image
    }
}

fn apply(found: &mut Option<Vec<u8>>, op: &Op) {
    match op {
        Op::Write { offset, bytes, .. } => put(found.get_or_insert_default(), *offset, bytes),
        Op::Truncate { size, .. } => found.get_or_insert_default().resize(*size, 0),
        Op::Delete(_) => *found = None,
        Op::Open(_) | Op::Sync(_) => {}
    }
}

fn put(found: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    if found.len() < offset + bytes.len() {
        found.resize(offset + bytes.len(), 0);
    }
    found[offset..offset + bytes.len()].copy_from_slice(bytes);
}

/// Applies a part of an operation. False if nothing behind it can have arrived: a file that was
/// deleted and made again is another file.
fn apply_some(found: &mut Option<Vec<u8>>, op: &Op, fate: Fate, dice: &mut Dice) -> bool {
    match op {
        Op::Write { offset, bytes, .. } => {
            let mut at = 0;
            while at < bytes.len() {
                let next = (offset + at + SECTOR) / SECTOR * SECTOR - offset;
                let end = next.min(bytes.len());
                if dice.below(2) == 0 {
                    let mut sector = bytes[at..end].to_vec();
                    if matches!(fate, Fate::Garbage(_)) && dice.below(4) == 0 {
                        sector.iter_mut().for_each(|byte| *byte = dice.byte());
                    }
                    put(found.get_or_insert_default(), offset + at, &sector);
                }
                at = end;
            }
            true
        }
        Op::Truncate { .. } => {
            if dice.below(2) == 0 {
                apply(found, op);
            }
            true
        }
        Op::Delete(_) => {
            let is_done = dice.below(2) == 0;
            if is_done {
                apply(found, op);
            }
            is_done
        }
        Op::Open(_) | Op::Sync(_) => true,
    }
}

/// Lays the files of an image into a folder.
pub fn lay(image: &Image, folder: &Path) {
    for (name, bytes) in image {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}
