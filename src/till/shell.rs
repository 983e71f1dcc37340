//! The till itself: what it holds, how it opens, and the one way in which it writes.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use super::approval::Approvals;
use super::code::Codes;
use super::counted::Asked;
use super::error::{Error, Refused};
use super::log::{Level, Log, LogEvent};
use super::operation::{Known, Operation, Retell};
use super::ports::Ports;
use super::training::Purpose;
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, Money, SaleId, StreamId, UtcOffset};
use crate::ledger::{Flags, Operators, SaleFacts};
use crate::programme::Programme;
use crate::store::{
    Epoch, Head, Identity, OperationRow, Reading, SCHEMA_VERSION, Store, StoreError, Writing,
};
use crate::texts::Language;

/// How a ledger is to be opened.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The ledger file, in its own folder on a local disk.
    pub path: PathBuf,
    /// Language of texts; provisioning's if absent.
    pub language: Option<Language>,
    /// How long to wait for a lock, in milliseconds.
    pub busy_timeout_ms: u32,
}

impl Settings {
    /// The usual ones: provisioning's language, two seconds.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            language: None,
            busy_timeout_ms: 2_000,
        }
    }

    pub(super) fn busy_timeout(&self) -> Duration {
        Duration::from_millis(u64::from(self.busy_timeout_ms))
    }
}

/// One open ledger. Usable from any thread; calls take turns.
pub struct Till {
    pub(super) identity: Identity,
    pub(super) language: Language,
    pub(super) ports: Ports,
    /// Nobody where nothing is checked.
    pub(super) people: RwLock<Arc<Operators>>,
    pub(super) approvals: Approvals,
    pub(super) codes: Codes,
    /// Oldest first, never empty.
    epochs: Vec<Epoch>,
    /// By version, never empty. One that is installed joins them.
    pub(super) programmes: RwLock<Vec<Arc<Programme>>>,
    /// By these programmes.
    pub(super) asked: RwLock<Arc<Asked>>,
    pub(super) purpose: Purpose,
    inner: Mutex<Inner>,
    poisoned: AtomicBool,
}

/// What calls take turns for.
pub(super) struct Inner {
    /// Nothing once closed.
    store: Option<Store>,
    pub(super) log: Log,
    /// The last write found the clock not to be believed.
    clock_was_suspect: bool,
}

impl Inner {
    pub(super) fn store(&mut self) -> Result<&mut Store, Error> {
        self.store.as_mut().ok_or(Error::Closed)
    }
}

/// How a write ended by the rules: done with a result to remember, or refused.
pub(super) type Decided = Result<u64, Error>;

/// What can only be done once stands where something is asked for that could be done again.
const ONCE: &str = "what is asked or done is so once";

impl Till {
    /// Opens an existing ledger as its one writer.
    pub fn open(settings: &Settings) -> Result<Self, Error> {
        Self::open_with(settings, Ports::default())
    }

    /// [`Till::open`] with a clock and randomness of the caller's.
    pub fn open_with(settings: &Settings, ports: Ports) -> Result<Self, Error> {
        let store = Store::open(&settings.path, settings.busy_timeout())?;
        let migrated_from = store.migrated_from();
        let till = Self::over(store, settings, ports)?;
        till.log_migration(migrated_from);
        till.end_old_holds();
        Ok(till)
    }

    /// Opens an existing ledger to read, beside its writer.
    pub fn open_reader(settings: &Settings) -> Result<Self, Error> {
        let store = Store::open_reader(&settings.path, settings.busy_timeout())?;
        Self::over(store, settings, Ports::default())
    }

    pub(super) fn over(store: Store, settings: &Settings, ports: Ports) -> Result<Self, Error> {
        let (identity, epochs, documents, operators) =
            store.read(|reading| -> Result<_, Error> {
                let identity = reading.identity()?;
                let epochs = reading.epochs(identity.tenant, identity.writer)?;
                Ok((
                    identity,
                    epochs,
                    reading.programmes()?,
                    reading.operators()?,
                ))
            })?;
        let programmes = documents
            .into_iter()
            .map(|(_, document)| Programme::read(&document).map(Arc::new))
            .collect::<Result<Vec<_>, _>>()
            .map_err(Error::Programme)?;
        let language = settings.language.unwrap_or(identity.language);
        Ok(Self {
            identity,
            language,
            ports,
            people: RwLock::new(Arc::new(operators)),
            approvals: Approvals::default(),
            codes: Codes::default(),
            epochs,
            asked: RwLock::new(Arc::new(Asked::of(&programmes))),
            programmes: RwLock::new(programmes),
            purpose: Purpose::Trading,
            inner: Mutex::new(Inner {
                store: Some(store),
                log: Log::default(),
                clock_was_suspect: false,
            }),
            poisoned: AtomicBool::new(false),
        })
    }

    fn log_migration(&self, from: Option<i32>) {
        let Some(from) = from else { return };
        let text = format!(
            "the file had schema {from} and now has {SCHEMA_VERSION}; as it was it is kept beside it"
        );
        let now = self.ports.clock.now();
        self.lock()
            .log
            .add(now, Level::Info, "store.migrated", text);
    }

    /// Holds that ran out while the till was off end at start-up. If the disk does not let it, the
    /// next operation does it: a ledger that can be read is opened all the same. A file that was migrated
    /// or salvaged gets the order of activity here that its programme asks for.
    fn end_old_holds(&self) {
        let reads_activity = |programme: &Arc<Programme>| programme.reads_activity();
        let ended = self.write(|writing, moment| {
            if self.programmes().iter().any(reads_activity) {
                writing.index_activity()?;
            }
            self.expire_holds(writing, moment)
        });
        if let Err(error) = ended {
            let now = self.ports.clock.now();
            self.lock()
                .log
                .add(now, Level::Warning, "hold.not_ended", error.to_string());
        }
    }

    /// Closes the ledger after the calls in flight. Later calls answer [`Error::Closed`].
    pub fn close(&self) {
        let mut inner = self.lock();
        if let Some(store) = inner.store.take() {
            // A checkpoint that fails costs the next opening a moment, nothing else.
            let _ = store.checkpoint();
        }
    }

    /// After a mistake of ours nothing in memory is believed: no more writes until reopened.
    pub fn poison(&self) {
        self.poisoned.store(true, Ordering::SeqCst);
    }

    /// The language of texts.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The last events, which are forgotten by this.
    pub fn take_log(&self) -> Vec<LogEvent> {
        self.lock().log.take()
    }

    /// The present life.
    pub(super) fn stream(&self) -> &StreamId {
        &self.epoch_of(Seq::MAX).genesis.stream
    }

    pub(super) fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// The life an entry belongs to.
    pub(super) fn epoch_of(&self, seq: Seq) -> &Epoch {
        let later = self
            .epochs
            .iter()
            .rev()
            .find(|epoch| epoch.first_seq() <= seq);
        later
            .or(self.epochs.first())
            .expect("a ledger has an epoch")
    }

    pub(super) fn sale_id(&self, seq: Seq) -> SaleId {
        SaleId::new(&self.epoch_of(seq).genesis.stream, seq)
    }

    /// The sale's first entry, if the id is one of this ledger's.
    pub(super) fn own_seq(&self, id: SaleId) -> Option<Seq> {
        (id == self.sale_id(id.seq)).then_some(id.seq)
    }

    /// A mutex that a panic left locked is taken all the same: what it guards is the open file, and
    /// the panicking write was rolled back when it unwound.
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // What all reads, writes and operations share is compiled once and meets what they do behind a
    // pointer: written into each of some hundred calls it was a thirtieth of the library.

    /// Reads.
    pub(super) fn read<T>(
        &self,
        ask: impl FnOnce(&Reading<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (mut ask, mut answer) = (Some(ask), None);
        self.read_behind(&mut |reading| {
            answer = Some((ask.take().expect(ONCE))(reading)?);
            Ok(())
        })?;
        answer.ok_or(Error::Internal(ONCE))
    }

    fn read_behind(
        &self,
        ask: &mut dyn FnMut(&Reading<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.lock().store()?.read(|reading| {
            self.learn_programmes(reading)?;
            ask(reading)
        })
    }

    /// Writes what is no operation of the POS: bookkeeping that may be done again.
    pub(super) fn write<T>(
        &self,
        act: impl FnOnce(&mut Writing<'_>, &Moment) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (mut act, mut done) = (Some(act), None);
        self.write_behind(&mut |writing, moment| {
            done = Some((act.take().expect(ONCE))(writing, moment)?);
            Ok(())
        })?;
        done.ok_or(Error::Internal(ONCE))
    }

    fn write_behind(
        &self,
        act: &mut dyn FnMut(&mut Writing<'_>, &Moment) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.refuse_if_poisoned()?;
        let mut inner = self.lock();
        let mut told = None;
        let done = inner.store()?.write(|writing| -> Result<(), Error> {
            let moment = self.moment(writing);
            self.see_to_counting(writing)?;
            act(writing, &moment)?;
            self.trust_clock(writing, &moment);
            told = Some(moment);
            Ok(())
        });
        self.log_moment(&mut inner, told, done.is_ok());
        done
    }

    /// Logs what a write told, once it is on the disk, and when the clock begins or ceases to be
    /// believed.
    fn log_moment(&self, inner: &mut Inner, told: Option<Moment>, is_written: bool) {
        let Some(moment) = told.filter(|_| is_written) else {
            return;
        };
        if moment.is_suspect != inner.clock_was_suspect {
            inner.clock_was_suspect = moment.is_suspect;
            let (level, key, text) = if moment.is_suspect {
                let text =
                    "the clock is far from the last entry; nothing expires until it is confirmed";
                (Level::Warning, "clock.suspect", text)
            } else {
                (Level::Info, "clock.believed", "the clock is believed again")
            };
            inner.log.add(moment.now, level, key, text);
        }
        for (level, key, text) in moment.events.into_inner() {
            inner.log.add(moment.now, level, key, text);
        }
    }

    /// Does something to see what comes of it, and takes all of it back: nothing is written.
    pub(super) fn try_out<T>(
        &self,
        act: impl FnOnce(&mut Writing<'_>, &Moment) -> Result<T, Error>,
    ) -> Result<T, Error> {
        enum Stopped<T> {
            Seen(T),
            Failed(Error),
        }
        impl<T> From<StoreError> for Stopped<T> {
            fn from(error: StoreError) -> Self {
                Self::Failed(error.into())
            }
        }
        self.refuse_if_poisoned()?;
        let mut inner = self.lock();
        let tried = inner.store()?.write(|writing| -> Result<(), Stopped<T>> {
            let moment = self.moment(writing);
            let seen = act(writing, &moment).map_err(Stopped::Failed)?;
            Err(Stopped::Seen(seen))
        });
        match tried {
            Err(Stopped::Seen(seen)) => Ok(seen),
            Err(Stopped::Failed(error)) => Err(error),
            Ok(()) => Err(Error::Internal("what was tried out is never done")),
        }
    }

    /// Does an operation once. `act` decides and appends, and gives the result to remember; a
    /// refusal by the rules is remembered too. Answers with the result and whether it was there
    /// before.
    pub(super) fn operate(
        &self,
        operation: &Operation<'_>,
        retell: impl Fn(&Reading<'_>, &OperationRow) -> Result<String, Error>,
        act: impl FnOnce(&mut Writing<'_>, &Moment) -> Decided,
    ) -> Result<(u64, Replay), Error> {
        let mut act = Some(act);
        self.operate_behind(operation, &retell, &mut |writing, moment| {
            (act.take().expect(ONCE))(writing, moment)
        })
    }

    fn operate_behind(
        &self,
        operation: &Operation<'_>,
        retell: &Retell<'_>,
        act: &mut dyn FnMut(&mut Writing<'_>, &Moment) -> Decided,
    ) -> Result<(u64, Replay), Error> {
        self.refuse_if_poisoned()?;
        operation.check()?;
        let mut inner = self.lock();
        let mut told = None;
        let written = inner.store()?.write(|writing| -> Result<_, Error> {
            match operation.look_up(&writing.reading(), retell)? {
                Known::Done(result) => return Ok(Ok((result, Replay::Again))),
                Known::Refused(refused)
                    if self.is_lifted(&writing.reading(), operation.id, &refused)? => {}
                Known::Refused(refused) => return Ok(Err(refused)),
                Known::New => {}
            }
            let moment = self.moment(writing);
            self.see_to_counting(writing)?;
            self.expire_holds(writing, &moment)?;
            let decided = match act(writing, &moment) {
                Ok(result) => {
                    operation.remember(writing, result)?;
                    Ok((result, Replay::First))
                }
                Err(Error::Refused(refused)) => {
                    operation.remember_refusal(writing, &refused)?;
                    Err(refused)
                }
                Err(error) => return Err(error),
            };
            self.trust_clock(writing, &moment);
            told = Some(moment);
            Ok(decided)
        });
        self.log_moment(&mut inner, told, written.is_ok());
        let decided = match written {
            Err(Error::Store(StoreError::OutcomeUnknown { code })) => {
                self.resolve(&mut inner, operation, retell, code)?
            }
            other => other?,
        };
        decided.map_err(Error::Refused)
    }

    /// The disk failed while a write was being finished. Nothing in memory is believed any more:
    /// open the file again and see whether the operation is there.
    fn resolve(
        &self,
        inner: &mut Inner,
        operation: &Operation<'_>,
        retell: &Retell<'_>,
        code: i32,
    ) -> Result<Result<(u64, Replay), Refused>, Error> {
        let now = self.ports.clock.now();
        inner.log.add(
            now,
            Level::Error,
            "store.commit_failed",
            format!("SQLite code {code}"),
        );
        let unknown = || Error::Store(StoreError::OutcomeUnknown { code });
        let store = inner.store()?;
        store.reopen().map_err(|_| unknown())?;
        match store
            .read(|reading| operation.look_up(reading, retell))
            .map_err(|_| unknown())?
        {
            Known::Done(result) => Ok(Ok((result, Replay::First))),
            Known::Refused(refused) => Ok(Err(refused)),
            Known::New => Err(Error::Store(StoreError::Io { code })),
        }
    }

    fn refuse_if_poisoned(&self) -> Result<(), Error> {
        if self.poisoned.load(Ordering::SeqCst) {
            Err(Error::Poisoned)
        } else {
            Ok(())
        }
    }

    /// The ledger's clock, and whether it may be believed.
    fn moment(&self, writing: &Writing<'_>) -> Moment {
        let says = self.ports.clock.now();
        let head = writing.head();
        let is_suspect = self.identity.clock.is_suspect(says, head.trusted_at);
        // An instant that no ledger can hold is written as the nearest one it can.
        let now = Instant::from_ms(says.ms().clamp(0, Instant::MAX.ms()));
        Moment {
            now,
            is_suspect,
            offset: head.offset,
            events: RefCell::default(),
        }
    }

    fn trust_clock(&self, writing: &mut Writing<'_>, moment: &Moment) {
        if !moment.is_suspect {
            writing.trust_clock(moment.now);
        }
    }
}

/// An answer is the first one, or the same one again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replay {
    First,
    Again,
}

/// The ledger's clock during one write.
pub(super) struct Moment {
    pub(super) now: Instant,
    pub(super) is_suspect: bool,
    /// The offset of the last entry, for entries that are not about a sale.
    pub(super) offset: UtcOffset,
    /// What to tell the log once the write is on the disk.
    pub(super) events: RefCell<Vec<(Level, &'static str, String)>>,
}

impl Moment {
    /// A moment to look at something, at a time the POS gives.
    pub(super) fn at(now: Instant, offset: UtcOffset) -> Self {
        Self {
            now,
            is_suspect: false,
            offset,
            events: RefCell::default(),
        }
    }

    /// Now, or the last instant at which the clock was believed.
    pub(super) fn believed(&self, trusted_at: Instant) -> Instant {
        if self.is_suspect {
            trusted_at
        } else {
            self.now
        }
    }

    /// Notes something for the log.
    pub(super) fn tell(&self, level: Level, key: &'static str, text: impl Into<String>) {
        self.events.borrow_mut().push((level, key, text.into()));
    }

    pub(super) fn flags(&self) -> Flags {
        if self.is_suspect {
            Flags::CLOCK_SUSPECT
        } else {
            Flags::default()
        }
    }

    /// The marks of an entry about a business date, which may be closed.
    pub(super) fn flags_on(&self, head: &Head, date: BusinessDate) -> Flags {
        let is_closed = head.closed_date.is_some_and(|closed| date <= closed);
        let late = if is_closed {
            Flags::LATE
        } else {
            Flags::default()
        };
        self.flags().with(late)
    }

    /// The calendar date, for entries that no POS gave a business date.
    pub(super) fn date(&self) -> BusinessDate {
        self.now.date_at(self.offset).unwrap_or(BusinessDate::MAX)
    }

    /// Facts of an entry that is about no sale.
    pub(super) fn facts(&self) -> SaleFacts {
        SaleFacts {
            at: self.now,
            sold_at: self.now,
            offset: self.offset,
            business_date: self.date(),
            member: None,
            amount: Money::ZERO,
            programme_version: 0,
            flags: self.flags(),
        }
    }
}
