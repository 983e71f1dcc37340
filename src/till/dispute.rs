//! A disputed sale: what was decided, whether it is decided so again today, everything that happened
//! to it since, and what proves that nothing of it was changed.

use serde::Serialize;

use super::document::{Note, RefundDocument, from_bytes};
use super::draw::turns_behind;
use super::error::Error;
use super::proof::{Proof, Shown};
use super::shell::{Replay, Till};
use super::status;
use super::view::{ReceiptKey, ReceiptKind, Sale, load_document};
use crate::evaluate::quote::{Award, Gift, LinePart, OfferTaken, Outcome, Redemption};
use crate::evaluate::{Explaining, TurnsGiven};
use crate::kernel::ids::{Seq, hex};
use crate::kernel::order;
use crate::kernel::{BusinessDate, Instant, Money, Points, SaleId, UtcOffset, WalletNumber};
use crate::ledger::draw::Turn;
use crate::ledger::{Entry, Flags, Hash, Kind};
use crate::store::{Reading, SaleRow};

/// How a disputed sale is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disputed {
    /// By its id.
    Sale(SaleId),
    /// By a receipt, its own or that of a return of it, of this store.
    Receipt {
        /// The store's code on the receipt.
        store: String,
        /// The rest of it.
        key: ReceiptKey,
    },
}

/// A sale, priced again, with its later entries and its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dispute {
    /// The chain of stores.
    pub tenant_name: String,
    /// The store's code.
    pub store: String,
    /// The till's code, unless the cart names another.
    pub till: String,
    /// The sale as it was decided, with the explanation made again.
    pub sale: Sale,
    /// The document that decided it.
    pub programme: ProgrammeUsed,
    /// Whether today's evaluation of the stored cart and member gives the same.
    pub again: Again,
    /// Its entries and those of the goods that came back in its cart, oldest first.
    pub entries: Vec<Fact>,
    /// The chain from the sale to what was signed.
    pub proof: Proof,
}

impl Dispute {
    /// The stored decision is made again to the point, and the chain holds.
    pub fn is_clean(&self) -> bool {
        self.again.agrees && self.proof.problems.is_empty()
    }
}

/// Which document priced a sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProgrammeUsed {
    /// The programme's id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// SHA-256 of the document, in hexadecimal digits.
    pub sha256: String,
}

/// The stored decision beside the one made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Again {
    /// They are the same in every amount, point and date.
    pub agrees: bool,
    /// Where they differ.
    pub differences: Vec<Difference>,
}

/// One thing that is decided otherwise today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What, such as `payable` or `awards[0]`.
    pub what: String,
    /// As it was decided.
    pub then: String,
    /// As it is decided now.
    pub now: String,
}

/// One entry of the sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// Its place in the log.
    pub seq: Seq,
    /// What it says.
    pub kind: &'static str,
    /// When it was written, by the ledger's clock.
    pub at_ms: Instant,
    /// The till's offset from UTC.
    pub utc_offset_minutes: UtcOffset,
    /// The day in the books.
    pub business_date: BusinessDate,
    /// The wallet's number, 0 where no points move.
    pub wallet: WalletNumber,
    /// Which lot, 0 for none.
    pub lot: Seq,
    /// How many points; the kind says which way they go.
    pub points: Points,
    /// Money, in minor units.
    pub amount: Money,
    /// It concerned a closed date or an ended hold.
    pub is_late: bool,
    /// The clock was not to be believed.
    pub is_clock_suspect: bool,
    /// Who did it and why, where the till said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cashier: Option<String>,
    /// The reason given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A return's own receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt_number: Option<String>,
    /// Of a turn of a lucky draw, the draw, the turn's number and the prize: `wheel 17 cup`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<String>,
    /// Its link in the chain, in hexadecimal digits.
    pub hash: String,
}

impl Till {
    /// Everything there is to say about one sale of this ledger, to settle a dispute. Of other
    /// customers its proof shows hashes only.
    ///
    /// # Errors
    /// As [`Till::dispute_showing`].
    pub fn dispute(&self, disputed: &Disputed) -> Result<Dispute, Error> {
        self.dispute_showing(disputed, Shown::Own)
    }

    /// The same with a proof that shows so much.
    ///
    /// # Errors
    /// Status 2, `sale.unknown` or `receipt.unknown`, where this ledger has no such sale;
    /// `receipt.other_store` where it is a ledger of another store.
    pub fn dispute_showing(&self, disputed: &Disputed, shown: Shown) -> Result<Dispute, Error> {
        self.read(|reading| {
            let row = self.disputed_row(reading, disputed)?;
            let document = load_document(reading, row.document_seq)?;
            let programme = self.programme_version(document.programme_version)?;
            let again = match row.claim_seq() {
                Some(claim) => self.claimed_again(reading, &programme, claim, &row, &document)?,
                None => {
                    let member = document.member.as_ref();
                    let returns = document.outcome.returns.clone();
                    let (cart, silent) = (&document.cart, Explaining::Nothing);
                    self.evaluate_returning(&programme, member, cart, returns, silent)?
                        .outcome
                }
            };
            let mut differences = differences(&document.outcome, &again);
            let returned = returned_with(reading, &row, document.outcome.returns.len())?;
            let turns = match document.outcome.draws.is_empty() || row.posted_seq == 0 {
                true => Vec::new(),
                false => turns_behind(reading, row.last_seq)?,
            };
            for [what, then, now] in self.drawn_otherwise(&turns)? {
                differences.push(Difference { what, then, now });
            }
            let turns: Vec<Seq> = turns.iter().map(|(event, _)| event.seq).collect();
            let entries = entries_of(reading, row.seq, (&returned, &turns))?;
            let own = entries.iter().map(|(entry, _)| entry.seq).collect();
            let till = document.cart.till.as_ref();
            Ok(Dispute {
                tenant_name: self.identity.tenant_name.clone(),
                store: self.identity.store.clone(),
                till: till.unwrap_or(&self.identity.till).clone(),
                sale: self.view(reading, &row, row.document_seq, Replay::First)?,
                programme: ProgrammeUsed {
                    id: programme.id().to_owned(),
                    version: programme.version(),
                    sha256: hex(&programme.hash()),
                },
                again: Again {
                    agrees: differences.is_empty(),
                    differences,
                },
                entries: entries
                    .iter()
                    .map(|(entry, hash)| fact(reading, entry, hash))
                    .collect::<Result<_, _>>()?,
                proof: self.prove(reading, &row, &own, shown)?,
            })
        })
    }

    fn disputed_row(&self, reading: &Reading<'_>, disputed: &Disputed) -> Result<SaleRow, Error> {
        let (store, key) = match disputed {
            Disputed::Sale(id) => return self.sale_row(reading, *id),
            Disputed::Receipt { store, key } => (store, key),
        };
        let unknown = || Error::refused(status::NOT_FOUND, "receipt.unknown", &[]);
        if *store != self.identity.store {
            let here = [("store", self.identity.store.clone())];
            return Err(Error::refused(
                status::NOT_FOUND,
                "receipt.other_store",
                &here,
            ));
        }
        for kind in [ReceiptKind::Sale, ReceiptKind::Refund] {
            if let Some(seq) = reading.sale_of_receipt(&self.receipt_hash(key, kind))? {
                // A return of goods without their sale has a receipt and no sale to dispute.
                return reading.sale(seq)?.ok_or_else(unknown);
            }
        }
        Err(unknown())
    }
}

/// The entries of the goods that came back in the cart of a sale: so many refunds, which stand right
/// before the entry that made the sale final, each with the entries that refer to it.
fn returned_with(reading: &Reading<'_>, row: &SaleRow, refunds: usize) -> Result<Vec<Seq>, Error> {
    let (mut found, mut left, mut seq) = (Vec::new(), refunds, row.posted_seq);
    while left > 0 && seq > 1 {
        seq -= 1;
        let Some((entry, _)) = reading.entries(seq, seq)?.pop() else {
            break;
        };
        match entry.kind {
            Kind::Refund => left -= 1,
            _ if entry.refers_to == 0 => break,
            _ => {}
        }
        found.push(seq);
    }
    Ok(found)
}

/// The sale's own entries, those of its refunds and its turns of lucky draws, and whatever else names one of
/// them; and those of the goods that came back with it.
fn entries_of(
    reading: &Reading<'_>,
    sale: Seq,
    (returned, turns): (&[Seq], &[Seq]),
) -> Result<Vec<(Entry, Hash)>, Error> {
    let (mut found, mut to_ask) = (vec![sale], vec![sale]);
    found.extend(returned);
    found.extend(turns);
    to_ask.extend(turns);
    while let Some(seq) = to_ask.pop() {
        for about in reading.entries_about(seq)? {
            found.push(about);
            to_ask.push(about);
        }
    }
    order::sort_by(&mut found, Ord::cmp);
    found.dedup();
    let mut entries = Vec::with_capacity(found.len());
    for seq in found {
        entries.extend(reading.entries(seq, seq)?);
    }
    Ok(entries)
}

fn fact(reading: &Reading<'_>, entry: &Entry, hash: &Hash) -> Result<Fact, Error> {
    let note = match reading.find_document(entry.seq)? {
        None => Note::default(),
        Some(bytes) => from_bytes::<RefundDocument>(&bytes)
            .map(|refund| refund.note)
            .or_else(|_| from_bytes::<Note>(&bytes))
            .unwrap_or_default(),
    };
    Ok(Fact {
        seq: entry.seq,
        kind: entry.kind.name(),
        at_ms: entry.at,
        utc_offset_minutes: entry.offset,
        business_date: entry.business_date,
        wallet: entry.wallet,
        lot: entry.moved_lot(),
        points: entry.points,
        amount: entry.amount,
        is_late: entry.flags.has(Flags::LATE),
        is_clock_suspect: entry.flags.has(Flags::CLOCK_SUSPECT),
        cashier: note.cashier,
        reason: note.reason,
        receipt_number: note.receipt_number,
        turn: Turn::of(entry).map(|turn| {
            let prize = turn.prize.unwrap_or_else(|| "-".to_owned());
            format!("{} {} {prize}", turn.draw, turn.n)
        }),
        hash: hex(hash),
    })
}

/// Every amount, point and date in which two decisions differ.
fn differences(then: &Outcome, now: &Outcome) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |what: String, then: Option<String>, now: Option<String>| {
        if then != now {
            found.push(Difference {
                what,
                then: then.unwrap_or_default(),
                now: now.unwrap_or_default(),
            });
        }
    };
    let money = |amount: &Money| amount.get().to_string();
    compare(
        "total".to_owned(),
        Some(money(&then.total)),
        Some(money(&now.total)),
    );
    compare(
        "payable".to_owned(),
        Some(money(&then.payable)),
        Some(money(&now.payable)),
    );
    let mut each = |what: &str, then: Vec<String>, now: Vec<String>| {
        for at in 0..then.len().max(now.len()) {
            compare(
                format!("{what}[{at}]"),
                then.get(at).cloned(),
                now.get(at).cloned(),
            );
        }
    };
    let discounts = |outcome: &Outcome| outcome.line_discounts.iter().map(money).collect();
    each("line_discounts", discounts(then), discounts(now));
    let offers = |outcome: &Outcome| outcome.offers.iter().map(say_offer).collect();
    each("offers", offers(then), offers(now));
    let redemptions = |outcome: &Outcome| outcome.redemptions.iter().map(say_redemption).collect();
    each("redemptions", redemptions(then), redemptions(now));
    let awards = |outcome: &Outcome| outcome.awards.iter().map(say_award).collect();
    each("awards", awards(then), awards(now));
    let draws = |outcome: &Outcome| outcome.draws.iter().map(say_turns).collect();
    each("draws", draws(then), draws(now));
    found
}

fn say_redemption(redemption: &Redemption) -> String {
    let Redemption {
        wallet,
        points,
        amount,
        reward,
        lines,
        pays,
        gift,
    } = redemption;
    let reward = reward.as_deref().unwrap_or("-");
    let gift = say_gift(gift.as_ref());
    let does = if *pays { "pays" } else { "takes off" };
    format!(
        "wallet {wallet}, {points} points, {does} {}, reward {reward}, {}{gift}",
        amount.get(),
        say_parts(lines)
    )
}

fn say_offer(offer: &OfferTaken) -> String {
    let OfferTaken {
        offer,
        amount,
        times,
        lines,
        stage: _,
        gift,
    } = offer;
    let gift = say_gift(gift.as_ref());
    format!(
        "{offer}, {} in {times}, {}{gift}",
        amount.get(),
        say_parts(lines)
    )
}

fn say_gift(gift: Option<&Gift>) -> String {
    gift.map_or_else(String::new, |gift| {
        format!(", gift {} x {}", gift.quantity, gift.sku)
    })
}

fn say_parts(parts: &[LinePart]) -> String {
    let parts = parts
        .iter()
        .map(|part| format!("{}: {}", part.line, part.amount.get()));
    let parts: Vec<String> = parts.collect();
    format!("lines {}", parts.join(", "))
}

fn say_turns(given: &TurnsGiven) -> String {
    format!("{}, {} turns", given.draw, given.turns)
}

fn say_award(award: &Award) -> String {
    let until = award.expires_on.map_or(0, BusinessDate::yyyymmdd);
    format!(
        "wallet {}, rule {}, {} points, from {}, until {until}",
        award.wallet,
        award.rule,
        award.points,
        award.available_from.yyyymmdd()
    )
}
