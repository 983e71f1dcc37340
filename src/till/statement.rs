//! A member's statement: balances, lots with their last days, history, rewards within reach. Nothing
//! personal but the member number.

use crate::kernel::Few;

use serde::Serialize;

use super::card::{CardHousehold, RewardLine, rewards, worth};
use super::error::Error;
use super::shell::Till;
use crate::evaluate::{DrawnTurn, turn_line};
use crate::kernel::ids::Seq;
use crate::kernel::order;
use crate::kernel::{
    Account, Balance, BusinessDate, Instant, Lot, MemberNumber, MemberStatus, Money, Points,
    UtcOffset, WalletNumber,
};
use crate::ledger::draw::Turn;
use crate::ledger::event::EventPayload;
use crate::ledger::{Effect, Entry, Flags, HouseholdPayload, Kind};
use crate::programme::{Programme, Wallet};
use crate::scan::recognise;
use crate::store::{Reading, Stands};
use crate::texts::{self, Language, phrase};

/// Entries read at a time.
const PAGE: u32 = 1_000;

/// Which business dates a statement's history tells, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// From the beginning if absent.
    pub from: Option<BusinessDate>,
    /// To the statement's own date if absent.
    pub to: Option<BusinessDate>,
}

/// What a member is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// The chain of stores.
    pub tenant_name: String,
    /// The store that tells.
    pub store: String,
    /// The programme's name.
    pub programme: String,
    /// The member number, twelve digits.
    #[serde(serialize_with = "as_text")]
    pub member: MemberNumber,
    /// The member enrolled here or came with provisioning; what other stores know is missing if not.
    pub is_known_here: bool,
    /// Whether they may earn and spend. Left out if so.
    #[serde(skip_serializing_if = "MemberStatus::is_active")]
    pub status: MemberStatus,
    /// The account that they share with others, of which all the rest tells; left out where they share
    /// none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub household: Option<CardHousehold>,
    /// The business date the balances are of.
    pub business_date: BusinessDate,
    /// The instant up to which what other tills did is known; without anything of theirs, that of this
    /// ledger's own last entry.
    pub as_of_ms: Instant,
    /// The first date of the history; absent for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<BusinessDate>,
    /// Its last date.
    pub to: BusinessDate,
    /// One a wallet of the programme.
    pub wallets: Vec<WalletStatement>,
    /// The sentence about the member's tier, where the programme has tiers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// A sentence about each challenge of the day; left out without.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub challenges: Vec<String>,
    /// What happened, by business date.
    pub history: Vec<Movement>,
    /// What points buy.
    pub rewards: Vec<RewardLine>,
    /// Language of the texts: `vi` or `en`.
    pub language: &'static str,
}

/// One wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WalletStatement {
    /// Its id in the programme.
    pub wallet: String,
    /// Its name.
    pub name: String,
    /// Digits behind the mark: points are written in the smallest unit.
    pub decimals: u32,
    /// The balance on the statement's date.
    #[serde(flatten)]
    pub balance: Balance,
    /// Past their date and not written off yet; not in the balance.
    pub lapsed: Points,
    /// What the spendable points take off a bill, where they pay at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worth: Option<Money>,
    /// By the ledger's entries before `from`.
    pub opening: Points,
    /// By the ledger's entries up to `to`: the opening and every movement of the history.
    pub closing: Points,
    /// Lots with something left in them, in the order in which they are spent.
    pub lots: Vec<LotLine>,
    /// The opening in words, where the history has a first date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening_text: Option<String>,
    /// The closing in words, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closing_text: Option<String>,
    /// The balance in words.
    pub text: String,
}

/// One lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LotLine {
    /// The entry that made it.
    pub lot: Seq,
    /// The business date on which it was earned.
    pub earned_on: BusinessDate,
    /// The first date on which it can be used.
    pub available_from: BusinessDate,
    /// The first date on which it can no longer be used; absent for never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<BusinessDate>,
    /// What is left in it.
    pub points: Points,
    /// Reserved of that.
    pub held: Points,
    /// In words.
    pub text: String,
}

/// One line of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Movement {
    /// The entry.
    pub seq: Seq,
    /// The day in the books.
    pub business_date: BusinessDate,
    /// When, by the POS.
    pub at_ms: Instant,
    /// The till's offset from UTC.
    pub utc_offset_minutes: UtcOffset,
    /// What kind of entry.
    pub kind: &'static str,
    /// Which wallet's points; empty where none move.
    pub wallet: String,
    /// Change of the known balance.
    pub points: Points,
    /// What was paid or given back, in minor units.
    pub amount: Money,
    /// What happened, in words.
    pub text: String,
    /// The points with their sign and unit; empty where none move.
    pub points_text: String,
}

fn as_text<S: serde::Serializer>(number: &MemberNumber, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

impl Till {
    /// The statement of the member whose code this is: the member number, or a phone or card as it
    /// is scanned. `on` is the business date of the balances; the ledger's clock gives it if absent.
    ///
    /// # Errors
    /// As [`Till::scan`].
    pub fn statement(
        &self,
        code: &str,
        on: Option<BusinessDate>,
        period: Period,
    ) -> Result<Statement, Error> {
        let scanned = recognise(code)?;
        let now = self.ports.clock.now();
        let (number, is_known_here, offset) = self.read(|reading| {
            let (shown, is_known_here) = self.shown(reading, &scanned)?;
            let number = reading.whose(shown)?;
            Ok((number, is_known_here, reading.head()?.offset))
        })?;
        let on = on.or(now.date_at(offset)).unwrap_or(BusinessDate::MAX);
        let programme = self.programme_on(on)?;
        let (tier, challenges) = self.standing_of(&programme, number, on)?;
        let to = period.to.unwrap_or(on);
        self.read(|reading| {
            let (history, sums) =
                self.movements_of(reading, &programme, number, period.from, to)?;
            let accounts = self.accounts(reading, &programme, number, on)?;
            let teller = Teller {
                reading,
                programme: &programme,
                language: self.language,
                on,
                from: period.from,
                to,
            };
            let empty = Account::default();
            let mut wallets = Vec::new();
            for wallet in programme.wallets() {
                let account = accounts.get(&wallet.number).unwrap_or(&empty);
                let sums = sums.get(&wallet.number).copied().unwrap_or_default();
                wallets.push(teller.wallet(wallet, account, sums)?);
            }
            let spendable = |number| {
                let account = accounts.get(&number);
                account.map_or(Points::ZERO, |account| account.balance(on).spendable)
            };
            let Stands { status, holder } = reading.stands(number)?;
            let household = CardHousehold::of(reading, holder)?;
            let rewards = match status {
                MemberStatus::Active => rewards(&programme, self.language, spendable),
                MemberStatus::Blocked | MemberStatus::Closed => Vec::new(),
            };
            Ok(Statement {
                tenant_name: self.identity.tenant_name.clone(),
                store: self.identity.store.clone(),
                programme: programme.name().in_language(self.language).to_owned(),
                member: number,
                is_known_here,
                status,
                household,
                business_date: on,
                as_of_ms: reading.known_until()?,
                from: period.from,
                to,
                tier,
                challenges,
                history,
                rewards,
                wallets,
                language: self.language.code(),
            })
        })
    }

    /// What an empty cart of the member's is told about tiers and challenges.
    fn standing_of(
        &self,
        programme: &Programme,
        number: MemberNumber,
        on: BusinessDate,
    ) -> Result<(Option<String>, Vec<String>), Error> {
        let has_none = programme.tiers().is_none() && programme.challenges().is_empty();
        if has_none || !programme.is_valid_on(on) {
            return Ok((None, Vec::new()));
        }
        let quote = self.evaluate(&self.empty_cart(number, on))?;
        let told = quote.reasons("tiers").next();
        let tier = told.map(|reason| reason.text().to_owned());
        let goals = quote.challenges.iter();
        let goals = goals.filter_map(|goal| Some(quote.reason_of(goal)?.text().to_owned()));
        let goals = goals.collect();
        Ok((tier, goals))
    }

    /// The movements of a period by business date, and each wallet's balance before and behind it.
    fn movements_of(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        number: MemberNumber,
        from: Option<BusinessDate>,
        to: BusinessDate,
    ) -> Result<(Vec<Movement>, Few<WalletNumber, Sums>), Error> {
        let mut movements = Vec::new();
        let mut sums: Few<WalletNumber, Sums> = Few::new();
        let (mut after, mut event) = (0, 0);
        // All of a household are told the same, with who shopped.
        let account = reading.account_of(number)?;
        loop {
            let page = reading.history(number, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            for entry in &page {
                if entry.kind == Kind::Event {
                    event = entry.seq;
                }
                if entry.business_date > to {
                    continue;
                }
                for (wallet, change) in changes(entry, account) {
                    let sums = sums.entry(wallet).or_default();
                    sums.closing = plus(sums.closing, change);
                    if from.is_some_and(|from| entry.business_date < from) {
                        sums.opening = plus(sums.opening, change);
                    } else if is_told(entry, change) {
                        let change = (wallet, change);
                        let mut told = movement(programme, self.language, (account, entry), change);
                        // No goods come back with an event.
                        if entry.kind == Kind::AwardRefund && entry.refers_to == event {
                            told.text = phrase(self.language, "entry.event_points_back", &[]);
                        }
                        movements.push(told);
                    }
                }
            }
        }
        order::sort_by_key(&mut movements, |movement| {
            (movement.business_date, movement.seq)
        });
        Ok((movements, sums))
    }
}

/// What an entry changes of the balance of an account, by wallet. Who joins a household brings theirs to its
/// holder's.
fn changes(entry: &Entry, account: MemberNumber) -> Vec<(WalletNumber, Points)> {
    if entry.kind == Kind::Household
        && let Ok(household) = HouseholdPayload::from_payload(&entry.payload)
        && !household.brings.is_empty()
    {
        let is_theirs = household.holder == account;
        let signed = |points: Points| if is_theirs { points } else { -points };
        let brings = household.brings.iter();
        return brings
            .map(|(wallet, points)| (*wallet, signed(*points)))
            .collect();
    }
    let change = Effect::of(entry).map_or(Points::ZERO, |effect| effect.balance());
    vec![(entry.wallet, change)]
}

/// Entries of one time before those of another can add up to more than anybody ever had; such a sum stays
/// at the largest.
fn plus(sum: Points, change: Points) -> Points {
    Points::new(sum.get().saturating_add(change.get()))
}

/// Balances by entries alone.
#[derive(Clone, Copy, Default)]
struct Sums {
    opening: Points,
    closing: Points,
}

/// Reservations come and go without a trace in the balance, which tells those that stand.
fn is_told(entry: &Entry, change: Points) -> bool {
    match entry.kind {
        Kind::Enrol
        | Kind::Refund
        | Kind::Claim
        | Kind::Event
        | Kind::Blocked
        | Kind::Unblocked
        | Kind::Closed
        | Kind::Merged
        | Kind::Household => true,
        Kind::Commit => !entry.is_portion(),
        _ => !change.is_zero(),
    }
}

/// `number` is whose account is told: entries of a card that was merged into it or shares it say so.
fn movement(
    programme: &Programme,
    language: Language,
    (number, entry): (MemberNumber, &Entry),
    (wallet, change): (WalletNumber, Points),
) -> Movement {
    let wallet = programme.wallet_by_number(wallet);
    let name = entry.name();
    let mut text = phrase(language, &format!("entry.{name}"), &[]);
    if let Some(turn) = Turn::of(entry) {
        let turn = DrawnTurn {
            seq: entry.seq,
            draw: &turn.draw,
            n: turn.n,
            prize: turn.prize.as_deref(),
        };
        text = turn_line(programme, language, turn, &[]).text;
    } else if entry.kind == Kind::Event
        && let Ok(event) = EventPayload::from_payload(&entry.payload)
    {
        text = format!("{text}: {}", texts::event_word(language, &event.name));
    }
    if entry.flags.has(Flags::UNDONE) && entry.kind != Kind::Household {
        text = phrase(language, "entry.undone", &[("text", &text)]);
    }
    let amount = match entry.kind {
        Kind::Commit | Kind::Refund | Kind::Claim => entry.amount,
        _ => Money::ZERO,
    };
    if amount != Money::ZERO {
        text = format!("{text} {}", programme.say(amount, language));
    }
    if let Some(of) = entry.member.filter(|of| *of != number) {
        let places = [("text", text.as_str()), ("member", &of.to_string())];
        text = phrase(language, "entry.of_another_card", &places);
    }
    let points_text = match wallet {
        Some(wallet) if !change.is_zero() => {
            let sign = if change.is_positive() { "+" } else { "" };
            format!("{sign}{}", wallet.say(change, language))
        }
        _ => String::new(),
    };
    Movement {
        seq: entry.seq,
        business_date: entry.business_date,
        at_ms: entry.sold_at,
        utc_offset_minutes: entry.offset,
        kind: name,
        wallet: wallet.map_or_else(String::new, |wallet| wallet.id.clone()),
        points: change,
        amount,
        text,
        points_text,
    }
}

pub(super) fn say_date(language: Language, date: BusinessDate) -> String {
    let (year, month, day) = date.parts();
    texts::date(language, year, month, day)
}

struct Teller<'a> {
    reading: &'a Reading<'a>,
    programme: &'a Programme,
    language: Language,
    on: BusinessDate,
    from: Option<BusinessDate>,
    to: BusinessDate,
}

impl Teller<'_> {
    fn say(&self, key: &str, places: &[(&str, &str)]) -> String {
        phrase(self.language, key, places)
    }

    fn wallet(
        &self,
        wallet: &Wallet,
        account: &Account,
        sums: Sums,
    ) -> Result<WalletStatement, Error> {
        let balance = account.balance(self.on);
        let (mut lapsed, mut lots) = (Points::ZERO, Vec::new());
        let mut in_order: Vec<&Lot> = account.lots.iter().collect();
        order::sort_by_key(&mut in_order, |lot| {
            (lot.expires_on.is_none(), lot.expires_on, lot.id)
        });
        for lot in in_order {
            if lot.is_expired(self.on) {
                lapsed += lot.portion.remaining();
            } else {
                lots.push(self.lot(wallet, lot)?);
            }
        }
        let worth = worth(wallet, balance.spendable);
        Ok(WalletStatement {
            wallet: wallet.id.clone(),
            name: wallet.name.in_language(self.language).to_owned(),
            decimals: wallet.decimals,
            balance,
            lapsed,
            worth,
            opening: sums.opening,
            closing: sums.closing,
            lots,
            opening_text: self
                .from
                .map(|from| self.on_date("statement.opening", from, wallet, sums.opening)),
            closing_text: self
                .from
                .map(|_| self.on_date("statement.closing", self.to, wallet, sums.closing)),
            text: self.balance(wallet, &balance, lapsed, worth),
        })
    }

    fn on_date(&self, key: &str, date: BusinessDate, wallet: &Wallet, points: Points) -> String {
        let date = say_date(self.language, date);
        let points = wallet.say(points, self.language);
        self.say(key, &[("date", &date), ("points", &points)])
    }

    /// "Points: 40 points (34 points can be spent now, worth 34,000 VND; 6 points reserved)".
    fn balance(
        &self,
        wallet: &Wallet,
        balance: &Balance,
        lapsed: Points,
        worth: Option<Money>,
    ) -> String {
        let points = |points: Points| wallet.say(points, self.language);
        let mut told = self.say(
            "statement.spendable",
            &[("points", &points(balance.spendable))],
        );
        if let Some(worth) = worth {
            let amount = self.programme.say(worth, self.language);
            let worth = self.say("statement.worth", &[("amount", &amount)]);
            told = format!("{told}, {worth}");
        }
        for (key, part) in [
            ("statement.held", balance.held),
            ("statement.pending", balance.pending),
            ("statement.debt", balance.debt),
            ("statement.lapsed", lapsed),
        ] {
            if part.is_positive() {
                let part = self.say(key, &[("points", &points(part))]);
                told = format!("{told}; {part}");
            }
        }
        let name = wallet.name.in_language(self.language);
        let known = points(balance.known);
        let all = self.say("statement.all", &[("name", name), ("points", &known)]);
        format!("{all} ({told})")
    }

    fn lot(&self, wallet: &Wallet, lot: &Lot) -> Result<LotLine, Error> {
        let award = self.reading.entries(lot.id, lot.id)?.pop();
        let (award, _) = award.ok_or(Error::Internal("a lot without its entry"))?;
        let points = lot.left_on(self.on);
        let (said, earned) = (
            wallet.say(points, self.language),
            say_date(self.language, award.business_date),
        );
        // The last good day, as people speak of it.
        let last_day = lot.expires_on.and_then(|date| date.minus_days(1));
        let mut text = match last_day {
            None => self.say("statement.lot", &[("points", &said), ("date", &earned)]),
            Some(last_day) => {
                let until = say_date(self.language, last_day);
                let places = [
                    ("points", said.as_str()),
                    ("date", &earned),
                    ("until", &until),
                ];
                self.say("statement.lot_until", &places)
            }
        };
        if lot.is_pending(self.on) {
            let from = say_date(self.language, lot.available_from);
            text = self.say("statement.lot_from", &[("text", &text), ("from", &from)]);
        }
        if lot.portion.held.is_positive() {
            let held = wallet.say(lot.portion.held, self.language);
            text = self.say("statement.lot_held", &[("text", &text), ("points", &held)]);
        }
        Ok(LotLine {
            lot: lot.id,
            earned_on: award.business_date,
            available_from: lot.available_from,
            expires_on: lot.expires_on,
            points,
            held: lot.portion.held,
            text,
        })
    }
}
