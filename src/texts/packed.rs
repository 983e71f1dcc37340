//! The texts of a language as the library carries them: put together when loy is compiled into one
//! long text with the place of each key, found by its hash. A sentence has several phrases in it and a
//! quote hundreds of sentences; and a table of texts costs a shared library forty bytes more for each
//! of them, as each is an address to be put right when it is loaded.

/// At least twice as many as keys.
const SLOTS: usize = 2048;
const FREE: u16 = u16::MAX;

/// The files of a language: a key and its text.
pub(super) type Files = [&'static [(&'static str, &'static str)]; 3];

/// All texts of a language.
pub(super) struct Packed<const KEYS: usize> {
    /// Each key with its text behind it.
    bytes: &'static str,
    places: [Place; KEYS],
    /// Places of keys by their hash; a slot that is taken gives way to the next one.
    slots: [u16; SLOTS],
}

#[derive(Clone, Copy)]
struct Place {
    start: u32,
    key_length: u16,
    text_length: u16,
}

/// How many keys there are in the files of a language.
pub(super) const fn keys(files: &Files) -> usize {
    files[0].len() + files[1].len() + files[2].len()
}

/// How long they all are, with their texts.
pub(super) const fn length(files: &Files) -> usize {
    let (mut length, mut number) = (0, 0);
    while number < keys(files) {
        let (key, text) = nth(files, number);
        length += key.len() + text.len();
        number += 1;
    }
    length
}

/// All of them in a row.
pub(super) const fn bytes<const LENGTH: usize>(files: &Files) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    let (mut start, mut number) = (0, 0);
    while number < keys(files) {
        let (key, text) = nth(files, number);
        let (behind, _) = bytes
            .split_at_mut(start)
            .1
            .split_at_mut(key.len() + text.len());
        let (of_key, of_text) = behind.split_at_mut(key.len());
        of_key.copy_from_slice(key.as_bytes());
        of_text.copy_from_slice(text.as_bytes());
        start += key.len() + text.len();
        number += 1;
    }
    bytes
}

const fn nth(files: &Files, number: usize) -> (&'static str, &'static str) {
    let (first, second) = (files[0].len(), files[0].len() + files[1].len());
    if number < first {
        files[0][number]
    } else if number < second {
        files[1][number - first]
    } else {
        files[2][number - second]
    }
}

impl<const KEYS: usize> Packed<KEYS> {
    pub(super) const fn of(files: &Files, bytes: &'static [u8]) -> Self {
        assert!(KEYS <= SLOTS / 2, "more slots for so many keys");
        let none = Place {
            start: 0,
            key_length: 0,
            text_length: 0,
        };
        let (mut places, mut slots) = ([none; KEYS], [FREE; SLOTS]);
        let (mut start, mut number) = (0, 0);
        while number < KEYS {
            let (key, text) = nth(files, number);
            assert!(key.len() + text.len() <= u16::MAX as usize);
            places[number] = Place {
                start: start as u32,
                key_length: key.len() as u16,
                text_length: text.len() as u16,
            };
            let mut slot = first_slot(key);
            while slots[slot] != FREE {
                slot = (slot + 1) % SLOTS;
            }
            slots[slot] = number as u16;
            start += key.len() + text.len();
            number += 1;
        }
        match std::str::from_utf8(bytes) {
            Ok(bytes) => Self {
                bytes,
                places,
                slots,
            },
            Err(_) => panic!("texts in a row are a text"),
        }
    }

    /// The text of a key.
    pub(super) fn find(&self, key: &str) -> Option<&'static str> {
        let mut slot = first_slot(key);
        loop {
            let place = self.places.get(usize::from(self.slots[slot]))?;
            let (_, rest) = self.bytes.split_at(place.start as usize);
            let (known, rest) = rest.split_at(usize::from(place.key_length));
            if known == key {
                return Some(&rest[..usize::from(place.text_length)]);
            }
            slot = (slot + 1) % SLOTS;
        }
    }
}

/// FNV-1a: short, and good enough for a thousand short keys of our own.
const fn first_slot(key: &str) -> usize {
    let bytes = key.as_bytes();
    let (mut hash, mut place) = (0x811c_9dc5_u32, 0);
    while place < bytes.len() {
        hash = (hash ^ bytes[place] as u32).wrapping_mul(0x0100_0193);
        place += 1;
    }
    hash as usize % SLOTS
}
