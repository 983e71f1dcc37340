//! Handles: typed tickets behind C pointer types, looked up in a table and never dereferenced.
//!
//! A ticket says slot and generation; a slot that is freed gets its next generation, so that the
//! old ticket fits nothing any more. What stands behind a ticket is kept alive by whoever works
//! with it: a free in another thread ends the ticket at once and the object after the call.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A C handle type, and what stands behind it. No two handle types share an object type: the
/// object's type is how a handle of the wrong type is told.
pub(super) trait Handle {
    /// What the ticket stands for.
    type Object: Any + Send + Sync;
    /// Errors may take the last slots, so that there is still one to say that there are no more.
    const MAY_TAKE_LAST: bool = false;
}

/// The handle is NULL, was freed, is of another type or was never given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadHandle;

/// Every slot is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoSlot;

/// How a ticket's bits are shared out, from the lowest: slot, generation, nonce.
#[derive(Clone, Copy, Debug)]
struct Layout {
    slot_bits: u32,
    generation_bits: u32,
    nonce_bits: u32,
}

impl Layout {
    #[cfg(target_pointer_width = "64")]
    const NATIVE: Self = Self {
        slot_bits: 16,
        generation_bits: 32,
        nonce_bits: 16,
    };
    #[cfg(not(target_pointer_width = "64"))]
    const NATIVE: Self = Self {
        slot_bits: 14,
        generation_bits: 18,
        nonce_bits: 0,
    };

    const fn slots(self) -> u64 {
        1 << self.slot_bits
    }

    const fn generation_max(self) -> u64 {
        (1 << self.generation_bits) - 1
    }

    fn ticket(self, slot: u64, generation: u64, nonce: u64) -> u64 {
        let mut bits = nonce & ((1 << self.nonce_bits) - 1);
        bits = (bits << self.generation_bits) | generation;
        (bits << self.slot_bits) | slot
    }

    /// Slot and generation of a ticket of this table, or nothing if its nonce is another one's.
    fn read(self, ticket: u64, nonce: u64) -> Option<(u64, u64)> {
        let slot = ticket & (self.slots() - 1);
        let generation = (ticket >> self.slot_bits) & self.generation_max();
        (self.ticket(slot, generation, nonce) == ticket).then_some((slot, generation))
    }
}

enum State {
    Free,
    /// Promised to a call that will fill it once its work is done.
    Reserved,
    Full(Arc<dyn Any + Send + Sync>),
}

struct Slot {
    /// Of the ticket that fits now; from 1, so that no ticket is NULL.
    generation: u64,
    state: State,
}

/// Slots that only errors may take.
const LAST_SLOTS: u64 = 64;

struct Table {
    layout: Layout,
    slots: Vec<Slot>,
    /// Freed slots that can be used again; the one that was freed first is used first.
    free: VecDeque<u64>,
    /// Reserved or full.
    taken: u64,
    full: i64,
}

impl Table {
    const fn new(layout: Layout) -> Self {
        Self {
            layout,
            slots: Vec::new(),
            free: VecDeque::new(),
            taken: 0,
            full: 0,
        }
    }

    fn slot(&mut self, index: u64) -> Option<&mut Slot> {
        self.slots.get_mut(usize::try_from(index).ok()?)
    }

    fn grown_by(&self) -> u64 {
        u64::try_from(self.slots.len()).unwrap_or(u64::MAX)
    }

    fn reserve(&mut self, nonce: u64, may_take_last: bool) -> Result<u64, NoSlot> {
        let never_used = self.layout.slots().saturating_sub(self.grown_by());
        let left = never_used + u64::try_from(self.free.len()).unwrap_or(u64::MAX);
        let kept_back = if may_take_last {
            0
        } else {
            LAST_SLOTS.min(self.layout.slots() / 4)
        };
        if left <= kept_back {
            return Err(NoSlot);
        }
        let index = match self.free.pop_front() {
            Some(index) => index,
            None => {
                self.slots.push(Slot {
                    generation: 1,
                    state: State::Free,
                });
                self.grown_by() - 1
            }
        };
        self.taken += 1;
        let layout = self.layout;
        let slot = self.slot(index).ok_or(NoSlot)?;
        slot.state = State::Reserved;
        Ok(layout.ticket(index, slot.generation, nonce))
    }

    fn fill(&mut self, ticket: u64, nonce: u64, object: Arc<dyn Any + Send + Sync>) {
        if let Some((index, _)) = self.layout.read(ticket, nonce)
            && let Some(slot) = self.slot(index)
        {
            slot.state = State::Full(object);
            self.full += 1;
        }
    }

    fn find(&mut self, ticket: u64, nonce: u64) -> Option<&mut Slot> {
        let (index, generation) = self.layout.read(ticket, nonce)?;
        self.slot(index)
            .filter(|slot| slot.generation == generation)
    }

    fn get<T: Any + Send + Sync>(&mut self, ticket: u64, nonce: u64) -> Option<Arc<T>> {
        match &self.find(ticket, nonce)?.state {
            State::Full(object) => Arc::clone(object).downcast().ok(),
            State::Free | State::Reserved => None,
        }
    }

    /// Ends the ticket. Its slot gets the next generation, or is never used again if it had them
    /// all: a ticket must not come back to life.
    fn end(&mut self, ticket: u64, nonce: u64) {
        let generation_max = self.layout.generation_max();
        let Some((index, _)) = self.layout.read(ticket, nonce) else {
            return;
        };
        let Some(slot) = self.find(ticket, nonce) else {
            return;
        };
        let was = std::mem::replace(&mut slot.state, State::Free);
        slot.generation += 1;
        let reusable = slot.generation <= generation_max;
        if reusable {
            self.free.push_back(index);
        }
        self.taken -= 1;
        if matches!(was, State::Full(_)) {
            self.full -= 1;
        }
    }
}

static TABLE: Mutex<Table> = Mutex::new(Table::new(Layout::NATIVE));
static MISUSED: AtomicI64 = AtomicI64::new(0);

fn table() -> MutexGuard<'static, Table> {
    // Nothing in the table's own code panics half-way, and a till must go on.
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells this copy of the library from another one in the same process: where it lies in memory,
/// stirred (Fibonacci hashing). Never 0, so that no ticket looks like an address or a small number.
fn nonce() -> u64 {
    let address = u64::try_from((&raw const TABLE).addr()).unwrap_or(1);
    (address.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) | 1
}

fn ticket_of<T>(handle: *const T) -> u64 {
    u64::try_from(handle.addr()).unwrap_or(0)
}

/// A slot promised to a call before it does its work, so that a sale is never written and then
/// not handed out. Given back if it is dropped unused.
pub(super) struct Reserved {
    ticket: u64,
}

impl Reserved {
    pub(super) fn new<T: Handle>() -> Result<Self, NoSlot> {
        let ticket = table().reserve(nonce(), T::MAY_TAKE_LAST)?;
        Ok(Self { ticket })
    }

    /// Puts the object behind the ticket and hands the ticket out.
    pub(super) fn fill<T: Handle>(self, object: T::Object) -> *mut T {
        table().fill(self.ticket, nonce(), Arc::new(object));
        let address = usize::try_from(self.ticket).unwrap_or(0);
        std::mem::forget(self);
        std::ptr::without_provenance_mut(address)
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        table().end(self.ticket, nonce());
    }
}

/// What stands behind a handle.
pub(super) fn find<T: Handle>(handle: *const T) -> Result<Arc<T::Object>, BadHandle> {
    let found = table().get(ticket_of(handle), nonce());
    found.ok_or_else(|| {
        MISUSED.fetch_add(1, Ordering::Relaxed);
        BadHandle
    })
}

/// Ends a handle and returns what stood behind it; NULL is nothing, and no misuse.
pub(super) fn release<T: Handle>(handle: *const T) -> Option<Arc<T::Object>> {
    if handle.is_null() {
        return None;
    }
    let ticket = ticket_of(handle);
    let mut table = table();
    let object = table.get(ticket, nonce());
    if object.is_some() {
        table.end(ticket, nonce());
    } else {
        MISUSED.fetch_add(1, Ordering::Relaxed);
    }
    object
}

/// How many handles are given out and not freed.
pub(super) fn live() -> i64 {
    table().full
}

/// How many calls so far were given a bad handle.
pub(super) fn misused() -> i64 {
    MISUSED.load(Ordering::Relaxed)
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const ON_32_BITS: Layout = Layout {
        slot_bits: 14,
        generation_bits: 18,
        nonce_bits: 0,
    };
    const NONCE: u64 = 0xbeef;

    fn open(table: &mut Table, value: i32) -> u64 {
        let ticket = table.reserve(NONCE, true).expect("a free slot");
        table.fill(ticket, NONCE, Arc::new(value));
        ticket
    }

    #[test]
    fn a_million_carts_made_and_freed_never_bring_an_old_ticket_back() {
        for layout in [Layout::NATIVE, ON_32_BITS] {
            let mut table = Table::new(layout);
            let kept = open(&mut table, -1);
            let mut seen = HashSet::with_capacity(1_000_000);
            for round in 0..1_000_000 {
                let ticket = open(&mut table, round);
                assert!(seen.insert(ticket), "ticket {ticket:x} was given out twice");
                table.end(ticket, NONCE);
                assert!(table.get::<i32>(ticket, NONCE).is_none());
            }
            assert_eq!(table.get::<i32>(kept, NONCE).as_deref(), Some(&-1));
            assert_eq!(table.full, 1);
        }
    }

    #[test]
    fn a_slot_that_had_every_generation_is_never_used_again() {
        let mut table = Table::new(Layout {
            slot_bits: 1,
            generation_bits: 2,
            nonce_bits: 16,
        });
        let mut seen = HashSet::new();
        // Two slots of three generations each: six tickets, then none.
        for round in 0..6 {
            let ticket = open(&mut table, round);
            assert!(seen.insert(ticket));
            table.end(ticket, NONCE);
        }
        assert_eq!(table.reserve(NONCE, true), Err(NoSlot));
        assert!(
            seen.iter()
                .all(|ticket| table.get::<i32>(*ticket, NONCE).is_none())
        );
    }

    #[test]
    fn the_slot_freed_first_is_used_first() {
        let mut table = Table::new(ON_32_BITS);
        let tickets: Vec<u64> = (0..3).map(|value| open(&mut table, value)).collect();
        for ticket in &tickets {
            table.end(*ticket, NONCE);
        }
        let again = open(&mut table, 9);
        assert_eq!(again & 0x3fff, tickets[0] & 0x3fff);
        assert_ne!(again, tickets[0]);
    }

    #[test]
    fn a_ticket_of_another_type_or_another_copy_of_the_library_fits_nothing() {
        let mut table = Table::new(Layout::NATIVE);
        let ticket = open(&mut table, 7);
        assert!(table.get::<String>(ticket, NONCE).is_none());
        assert!(table.get::<i32>(ticket, NONCE + 1).is_none());
        assert!(table.get::<i32>(0, NONCE).is_none());
        assert_eq!(table.get::<i32>(ticket, NONCE).as_deref(), Some(&7));
    }

    #[test]
    fn the_last_slots_are_kept_for_errors() {
        let mut table = Table::new(ON_32_BITS);
        for _ in 0..(1 << 14) - LAST_SLOTS {
            table.reserve(NONCE, false).expect("a slot for anyone");
        }
        assert_eq!(table.reserve(NONCE, false), Err(NoSlot));
        for _ in 0..LAST_SLOTS {
            table.reserve(NONCE, true).expect("a slot for an error");
        }
        assert_eq!(table.reserve(NONCE, true), Err(NoSlot));
    }

    #[test]
    fn a_slot_that_was_promised_and_not_used_is_given_back() {
        let mut table = Table::new(ON_32_BITS);
        let ticket = table.reserve(NONCE, false).expect("a slot");
        assert!(table.get::<i32>(ticket, NONCE).is_none());
        table.end(ticket, NONCE);
        assert_eq!((table.taken, table.full), (0, 0));
    }
}
