//! Goods that came back without their sale, and the sale they most likely come from. Points were taken
//! when they came back (ledger.md, "Refunds"); what is told here moves none.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params_from_iter};

use super::baskets::{Lines, Wanted, lines_of, number_of};
use super::report::{date_at, member_at, seq_at};
use super::{Office, OfficeError, column, storage};
use crate::exchange::BasketLine;
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, MemberNumber, Money, Quantity};
use crate::ledger::Kind;

/// Sales (6) and claims (21) under all numbers of members who returned something without its sale; as the
/// indexes `entry_sale` and `entry_return` have them.
pub(super) const THEIRS: &str = "kind IN (6, 21) AND lot = 0 AND e.member IN (
    WITH returned AS (
        SELECT DISTINCT coalesce(root, entry.member) AS number
        FROM entry LEFT JOIN alias ON alias.member = entry.member
        WHERE kind = 12 AND lot = 0 AND refers_to = 0 AND entry.member <> 0)
    SELECT number FROM returned
    UNION SELECT alias.member FROM returned JOIN alias ON root = number)";
/// The entry that made sale ?2 of life ?1 final: itself, or a later one.
pub(super) const OF_SALE: &str = "e.stream_no = ?1 AND e.seq =
    (SELECT min(seq) FROM entry WHERE stream_no = ?1 AND seq >= ?2 AND kind = 6 AND lot = 0
     AND ?2 IN (seq, refers_to))";
/// Returns that name entry ?2 of life ?1, or of another life of the same till.
pub(super) const BACK: &str = "kind = 12 AND lot = 0 AND refers_to = ?2 AND e.stream_no IN (
    SELECT stream_no FROM stream
    WHERE writer_no = (SELECT writer_no FROM stream WHERE stream_no = ?1))";
/// Goods without their sale whose return stands: what undoes it is a return that names it.
pub(super) const UNLINKED: &str = "kind = 12 AND lot = 0 AND refers_to = 0 AND NOT EXISTS (
    SELECT 1 FROM entry u
    WHERE u.kind = 12 AND u.lot = 0 AND u.stream_no = e.stream_no AND u.refers_to = e.seq)";

/// Where and when an entry was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whence {
    /// Of the till.
    pub store: String,
    /// The till's code.
    pub till: String,
    /// The day in the books.
    pub business_date: BusinessDate,
    /// The entry in the till's log: of a sale its first one, which its id names.
    pub seq: Seq,
}

/// A line of goods that came back without their sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlinkedLine {
    /// The return.
    pub at: Whence,
    /// Whose; nobody's goods are not looked for.
    pub member: Option<MemberNumber>,
    /// What came back.
    pub sku: String,
    /// How much, in thousandths, above zero.
    pub quantity: Quantity,
    /// The money given back, in minor units.
    pub amount: Money,
    /// The sale it most likely comes from.
    pub sale: Option<Whence>,
}

/// A sale or a return, as far as matching looks at it.
struct Event {
    kind: Kind,
    stream_no: i64,
    seq: Seq,
    number: Seq,
    refers_to: Seq,
    member: Option<MemberNumber>,
    sold_at_ms: i64,
    at: Whence,
}

/// A sale of a member and how much of its goods may still come back.
struct Sold {
    event: Event,
    left: BTreeMap<String, Left>,
}

#[derive(Clone, Copy, Default)]
struct Left {
    quantity: Quantity,
    /// How much was sold.
    sold: Quantity,
    /// What was paid for it, and that before discounts.
    prices: [Money; 2],
}

impl Office {
    /// Every line of goods that came back without their sale, oldest first, with the sale of the same
    /// member that sold the same goods before and has enough of them left: one at the same price if
    /// there is one, and of several the latest. What was returned of a sale by name, and what an earlier
    /// line here comes from, is not left. Read are these returns and what their members bought.
    pub fn unlinked(&self) -> Result<Vec<UnlinkedLine>, OfficeError> {
        let mut returns = events(&self.db, UNLINKED, &[])?;
        returns.sort_by_key(|event| (event.at.business_date, event.sold_at_ms));
        let mut sales = sold_to_them(&self.db)?;
        let lines = lines_of(&self.db, &wanted(returns.iter()))?;
        let mut told = Vec::new();
        for event in &returns {
            for line in own_lines(&lines, event) {
                let sales = event.member.and_then(|member| sales.get_mut(&member));
                let sale = sales.and_then(|sales| reserve(sales, event, line));
                told.push(UnlinkedLine {
                    at: event.at.clone(),
                    member: event.member,
                    sku: line.sku.clone(),
                    quantity: -line.quantity,
                    amount: -line.net,
                    sale,
                });
            }
        }
        Ok(told)
    }
}

/// Takes the goods out of the likeliest sale that has enough left.
fn reserve(sales: &mut [Sold], event: &Event, line: &BasketLine) -> Option<Whence> {
    let fits = |sold: &&mut Sold| {
        let left = sold.left.get(&line.sku);
        sold.event.is_before(event)
            && left.is_some_and(|left| left.quantity.get() >= -line.quantity.get())
    };
    let sold = sales.iter_mut().filter(fits).max_by_key(|sold| {
        let same_price = sold.left.get(&line.sku).map(|left| left.costs(line));
        (
            same_price,
            sold.event.at.business_date,
            sold.event.sold_at_ms,
        )
    })?;
    let left = sold.left.get_mut(&line.sku)?;
    left.quantity += line.quantity;
    Some(Whence {
        seq: sold.event.number,
        ..sold.event.at.clone()
    })
}

impl Left {
    /// One of it cost what is given back for one, before discounts or after.
    fn costs(&self, line: &BasketLine) -> bool {
        let cross =
            |money: Money, goods: Quantity| i128::from(money.get()) * i128::from(goods.get());
        let given_back = cross(line.net, self.sold);
        let mut prices = self.prices.iter();
        prices.any(|&price| cross(price, line.quantity) == given_back)
    }
}

impl Event {
    /// The sale was made before the return: at one till by its log, at two by their clocks.
    fn is_before(&self, later: &Event) -> bool {
        self.at.business_date <= later.at.business_date
            && if self.stream_no == later.stream_no {
                self.seq < later.seq
            } else {
                self.sold_at_ms < later.sold_at_ms
            }
    }
}

fn wanted<'e>(events: impl Iterator<Item = &'e Event>) -> Wanted {
    let mut wanted = Wanted::new();
    for event in events {
        let own = wanted.entry(event.stream_no).or_default();
        own.insert(event.seq, event.number);
    }
    wanted
}

fn own_lines<'l>(lines: &'l Lines, event: &Event) -> &'l [BasketLine] {
    lines
        .get(&(event.stream_no, event.number))
        .map_or(&[], Vec::as_slice)
}

/// The sales of every member who returned something without its sale, claimed ones too, with what is
/// left of their goods.
fn sold_to_them(db: &Connection) -> Result<BTreeMap<MemberNumber, Vec<Sold>>, OfficeError> {
    let mut sales: Vec<(MemberNumber, Event, Vec<Event>)> = Vec::new();
    for event in events(db, THEIRS, &[])? {
        let member = event.member;
        let sale = match event.kind {
            Kind::Claim => {
                let owner = owner_of(db, event.stream_no, event.refers_to)?;
                let commit = events(db, OF_SALE, &[owner, column(event.refers_to)])?;
                commit.into_iter().next()
            }
            _ => Some(event),
        };
        if let Some((member, sale)) = member.zip(sale) {
            let returns = returns_of(db, &sale)?;
            sales.push((member, sale, returns));
        }
    }
    // Sales of the members themselves before those that they claimed, each in the order of tills.
    sales.sort_by_key(|(_, sale, _)| sale.member.is_none());
    let all = sales
        .iter()
        .flat_map(|(_, sale, returns)| [sale].into_iter().chain(returns));
    let lines = lines_of(db, &wanted(all))?;
    let mut sold: BTreeMap<MemberNumber, Vec<Sold>> = BTreeMap::new();
    for (member, event, returns) in sales {
        let left = left_of(&lines, &event, &returns);
        sold.entry(member).or_default().push(Sold { event, left });
    }
    Ok(sold)
}

/// What came back of a sale by its name, whoever it was whose points it took.
fn returns_of(db: &Connection, sale: &Event) -> Result<Vec<Event>, OfficeError> {
    let owner = owner_of(db, sale.stream_no, sale.number)?;
    let mut returns = Vec::new();
    for event in events(db, BACK, &[owner, column(sale.number)])? {
        // Another life of this till may have a sale of the same number.
        if owner_of(db, event.stream_no, event.refers_to)? == owner {
            returns.push(event);
        }
    }
    Ok(returns)
}

/// What of a sale's goods may still come back.
fn left_of(lines: &Lines, sale: &Event, returns: &[Event]) -> BTreeMap<String, Left> {
    let mut goods: BTreeMap<String, Left> = BTreeMap::new();
    for line in own_lines(lines, sale) {
        let left = goods.entry(line.sku.clone()).or_default();
        left.quantity += line.quantity;
        left.sold += line.quantity;
        left.prices[0] += line.net;
        left.prices[1] += line.net + line.discount;
    }
    for line in returns.iter().flat_map(|event| own_lines(lines, event)) {
        goods.entry(line.sku.clone()).or_default().quantity += line.quantity;
    }
    goods
}

/// The life that wrote entry `seq`, seen from one of its own or a later one.
fn owner_of(db: &Connection, stream_no: i64, seq: Seq) -> Result<i64, OfficeError> {
    Ok(storage::ancestry_of(db, stream_no)?.owner(seq))
}

/// Which entries are asked for, in the order of stores, tills and entries.
pub(super) fn select(condition: &str) -> String {
    format!(
        "SELECT e.stream_no, e.seq, refers_to, coalesce(root, e.member), sold_at_ms, store, till,
                e.business_date, kind
         FROM entry e LEFT JOIN alias a ON a.member = e.member
             CROSS JOIN stream USING (stream_no) CROSS JOIN writer USING (writer_no)
         WHERE {condition}
         ORDER BY store, till, e.stream_no, e.seq"
    )
}

fn events(db: &Connection, condition: &str, given: &[i64]) -> Result<Vec<Event>, OfficeError> {
    let mut query = db.prepare_cached(&select(condition))?;
    let mut rows = query.query(params_from_iter(given))?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(event_at(row)?);
    }
    Ok(events)
}

fn event_at(row: &Row<'_>) -> Result<Event, OfficeError> {
    let kind = Kind::from_number(row.get(8)?).ok_or(OfficeError::Damaged("a kind"))?;
    let (seq, refers_to) = (seq_at(row, 1)?, seq_at(row, 2)?);
    Ok(Event {
        kind,
        stream_no: row.get(0)?,
        seq,
        number: number_of(kind, seq, refers_to),
        refers_to,
        member: match seq_at(row, 3)? {
            0 => None,
            _ => Some(member_at(row, 3)?),
        },
        sold_at_ms: row.get(4)?,
        at: Whence {
            store: row.get(5)?,
            till: row.get(6)?,
            business_date: date_at(row, 7)?.ok_or(OfficeError::Damaged("a business date"))?,
            seq,
        },
    })
}
