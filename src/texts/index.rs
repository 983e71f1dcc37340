//! Where each key stands in a language file: worked out when loy is compiled, as a sentence has several
//! phrases in it and a quote hundreds of sentences.

/// Of both files, at least twice as many as keys.
const SLOTS: usize = 2048;
const FREE: u16 = u16::MAX;

/// Places of keys by their hash; a slot that is taken gives way to the next one.
pub(super) struct Index([u16; SLOTS]);

impl Index {
    pub(super) const fn of(phrases: &[(&str, &str)]) -> Self {
        assert!(phrases.len() <= SLOTS / 2, "more slots for so many keys");
        let mut slots = [FREE; SLOTS];
        let mut place = 0u16;
        while (place as usize) < phrases.len() {
            let mut slot = first_slot(phrases[place as usize].0);
            while slots[slot] != FREE {
                slot = (slot + 1) % SLOTS;
            }
            slots[slot] = place;
            place += 1;
        }
        Self(slots)
    }

    /// The text of a key in the phrases that this is the index of.
    pub(super) fn find(&self, phrases: &[(&str, &'static str)], key: &str) -> Option<&'static str> {
        let mut slot = first_slot(key);
        loop {
            let (known, text) = phrases.get(usize::from(self.0[slot]))?;
            if *known == key {
                return Some(text);
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
