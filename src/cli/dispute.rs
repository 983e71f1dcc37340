//! `loy dispute`: everything there is to say about one sale.

use std::path::PathBuf;

use clap::Args;

use super::output::{Form, Speech};
use super::{CliError, Ending, Streams, quote};
use crate::kernel::{BusinessDate, Instant, Money, Points, UtcOffset};
use crate::programme::Programme;
use crate::texts::{self, Language};
use crate::till::{Anchor, Dispute, Disputed, Fact, ReceiptKey, SaleState, Settings, Shown, Till};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The ledger file; it is only read, and may be in use by its till
    ledger: PathBuf,
    /// The sale: its id, or STORE/TILL/NUMBER/DATE of its receipt, such as HN01/1/0042/20261122
    receipt: String,
    /// Which part of a bill that was split
    #[arg(long, default_value_t = 1)]
    part: u32,
    /// Show the entries of other customers in between too, so that every link can be checked without
    /// the ledger: for an auditor. Left out, only their hashes are shown
    #[arg(long)]
    everybodys: bool,
    /// How to write it; JSON holds every link of the proof
    #[arg(long, value_enum, default_value_t)]
    format: Form,
    /// The language of the sentences; the ledger's if left out
    #[arg(long, value_enum)]
    language: Option<Speech>,
}

pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<Ending, CliError> {
    let ledger = |source| CliError::Ledger {
        path: arguments.ledger.clone(),
        source: Box::new(source),
    };
    let disputed =
        named(&arguments.receipt, arguments.part).ok_or_else(|| CliError::NoReceipt {
            found: arguments.receipt.clone(),
        })?;
    let settings = Settings {
        language: arguments.language.map(Speech::language),
        ..Settings::new(&arguments.ledger)
    };
    let till = Till::open_reader(&settings).map_err(ledger)?;
    let shown = if arguments.everybodys {
        Shown::Everybodys
    } else {
        Shown::Own
    };
    let dispute = till.dispute_showing(&disputed, shown).map_err(ledger)?;
    match arguments.format {
        Form::Json => {
            serde_json::to_writer_pretty(&mut *streams.out, &dispute)?;
            writeln!(streams.out)?;
        }
        Form::Text => write(&dispute, till.language(), streams)?,
    }
    Ok(if dispute.is_clean() {
        Ending::Clean
    } else {
        Ending::Findings
    })
}

/// A sale's id, or store, till, number and date: a receipt's number may have slashes of its own.
fn named(text: &str, part: u32) -> Option<Disputed> {
    if let Ok(id) = text.parse() {
        return Some(Disputed::Sale(id));
    }
    let (store, rest) = text.split_once('/')?;
    let (till, rest) = rest.split_once('/')?;
    let (number, date) = rest.rsplit_once('/')?;
    let business_date = BusinessDate::from_yyyymmdd(date.parse().ok()?).ok()?;
    Some(Disputed::Receipt {
        store: store.to_owned(),
        key: ReceiptKey {
            receipt_number: number.to_owned(),
            business_date,
            till: Some(till.to_owned()),
            part,
        },
    })
}

fn write(dispute: &Dispute, language: Language, streams: &mut Streams<'_>) -> Result<(), CliError> {
    let teller = Teller {
        programme: &dispute.sale.programme,
        language,
    };
    teller.sale(dispute, streams)?;
    quote::write(&dispute.sale.quote, teller.programme, language, streams)?;
    teller.again(dispute, streams)?;
    writeln!(streams.out, "\n{}", teller.say("dispute.entries", &[]))?;
    for fact in &dispute.entries {
        writeln!(streams.out, "  {}", teller.fact(fact))?;
    }
    teller.proof(dispute, streams)
}

struct Teller<'a> {
    programme: &'a Programme,
    language: Language,
}

impl Teller<'_> {
    fn say(&self, key: &str, places: &[(&str, &str)]) -> String {
        texts::phrase(self.language, key, places)
    }

    fn money(&self, amount: Money) -> String {
        self.programme.say(amount, self.language)
    }

    fn points(&self, wallet: u8, points: Points) -> String {
        let wallet = self.programme.wallet_by_number(wallet);
        wallet.map_or_else(
            || points.to_string(),
            |wallet| wallet.say(points, self.language),
        )
    }

    fn date(&self, date: BusinessDate) -> String {
        let (year, month, day) = date.parts();
        texts::date(self.language, year, month, day)
    }

    /// Date and time on the wall of the shop.
    fn instant(&self, at: Instant, offset: UtcOffset) -> String {
        let minutes = at.ms().div_euclid(60_000) + i64::from(offset.minutes());
        let of_day = minutes.rem_euclid(24 * 60);
        let date = at.date_at(offset).map(|date| self.date(date));
        let date = date.unwrap_or_default();
        format!("{date} {:02}:{:02}", of_day / 60, of_day % 60)
    }

    fn sale(&self, dispute: &Dispute, streams: &mut Streams<'_>) -> Result<(), CliError> {
        let out = &mut *streams.out;
        let (sale, cart) = (&dispute.sale, &dispute.sale.cart);
        let state = self.say(state_key(sale.state), &[]);
        let places = [("sale", sale.id.to_string()), ("state", state)];
        writeln!(out, "{}", self.say_owned("dispute.sale", &places))?;
        let places = [
            ("tenant", dispute.tenant_name.clone()),
            ("store", dispute.store.clone()),
            ("till", dispute.till.clone()),
        ];
        writeln!(out, "{}", self.say_owned("dispute.place", &places))?;
        let receipt = cart.receipt_number.clone();
        let places = [
            ("receipt", receipt.unwrap_or_else(|| "-".to_owned())),
            ("date", self.date(cart.business_date)),
        ];
        writeln!(out, "{}", self.say_owned("dispute.receipt", &places))?;
        let member = match cart.member {
            None => self.say("dispute.nobody", &[]),
            Some(member) => self.say("dispute.member", &[("member", &member.to_string())]),
        };
        writeln!(out, "{member}")?;
        let places = [
            ("programme", dispute.programme.id.clone()),
            ("version", dispute.programme.version.to_string()),
            ("hash", dispute.programme.sha256.clone()),
        ];
        writeln!(out, "{}\n", self.say_owned("dispute.programme", &places))?;
        for line in &cart.lines {
            let quantity = texts::number_trimmed(self.language, line.quantity_milli.get(), 3);
            writeln!(
                out,
                "  {quantity} × {}  {}",
                plain(&line.sku),
                self.money(line.line_total)
            )?;
        }
        for payment in &cart.payments {
            let amount = self.money(payment.amount);
            let places = [("amount", amount.as_str()), ("method", &payment.method)];
            writeln!(out, "  {}", self.say("dispute.paid", &places))?;
        }
        Ok(())
    }

    fn say_owned(&self, key: &str, places: &[(&str, String)]) -> String {
        let places: Vec<(&str, &str)> = places
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.say(key, &places)
    }

    fn again(&self, dispute: &Dispute, streams: &mut Streams<'_>) -> Result<(), CliError> {
        let out = &mut *streams.out;
        writeln!(out)?;
        if dispute.again.agrees {
            writeln!(out, "{}", self.say("dispute.agrees", &[]))?;
        }
        for difference in &dispute.again.differences {
            let places = [
                ("what", difference.what.as_str()),
                ("then", &difference.then),
                ("now", &difference.now),
            ];
            writeln!(out, "{}", self.say("dispute.differs", &places))?;
        }
        Ok(())
    }

    fn fact(&self, fact: &Fact) -> String {
        let mut parts = vec![
            format!("#{}", fact.seq),
            self.instant(fact.at_ms, fact.utc_offset_minutes),
            self.say(&format!("entry.{}", fact.kind), &[]),
        ];
        if fact.wallet != 0 {
            parts.push(self.points(fact.wallet, fact.points));
        }
        if fact.amount != Money::ZERO {
            parts.push(self.money(fact.amount));
        }
        parts.extend(fact.turn.clone());
        let told = [&fact.receipt_number, &fact.cashier, &fact.reason];
        parts.extend(told.into_iter().flatten().map(|text| plain(text)));
        parts.push(short(&fact.hash));
        parts.join("  ")
    }

    fn proof(&self, dispute: &Dispute, streams: &mut Streams<'_>) -> Result<(), CliError> {
        let out = &mut *streams.out;
        let proof = &dispute.proof;
        writeln!(out, "\n{}", self.say("dispute.proof", &[]))?;
        for problem in &proof.problems {
            let told = self.say("dispute.broken", &[("problem", problem)]);
            writeln!(out, "  {told}")?;
        }
        if let (true, Some(first), Some(last)) = (
            proof.problems.is_empty(),
            proof.links.first(),
            proof.links.last(),
        ) {
            let places = [
                ("first", first.seq.to_string()),
                ("last", last.seq.to_string()),
                ("count", proof.links.len().to_string()),
                ("from", first.hash.clone()),
                ("to", last.hash.clone()),
            ];
            writeln!(out, "  {}", self.say_owned("dispute.holds", &places))?;
        }
        writeln!(out, "  {}", self.anchor(dispute))?;
        for life in &proof.lives {
            let places = [
                ("epoch", life.epoch.to_string()),
                ("key", life.public_key.clone()),
                ("writer", proof.writer_key.clone()),
            ];
            writeln!(out, "  {}", self.say_owned("dispute.life", &places))?;
        }
        let places = [
            ("hash", proof.document.sha256.clone()),
            ("seq", proof.document.day_closed_seq.to_string()),
        ];
        let told = match proof.document.day_closed_seq {
            0 => self.say_owned("dispute.document.open", &places),
            _ => self.say_owned("dispute.document.closed", &places),
        };
        writeln!(out, "  {told}")?;
        Ok(())
    }

    fn anchor(&self, dispute: &Dispute) -> String {
        let proof = &dispute.proof;
        let seq = ("seq", proof.anchor.seq().to_string());
        match &proof.anchor {
            Anchor::Acknowledged {
                office_time_ms,
                batch_id,
                ..
            } => {
                let offset = dispute.sale.cart.utc_offset_minutes;
                let places = [
                    seq,
                    ("date", self.instant(*office_time_ms, offset)),
                    ("key", proof.office_key.clone()),
                    ("batch", short(batch_id)),
                ];
                self.say_owned("dispute.anchor.acknowledged", &places)
            }
            Anchor::Batch { batch_id, .. } => {
                let key = proof.lives.last().map(|life| life.public_key.clone());
                let places = [
                    seq,
                    ("batch", short(batch_id)),
                    ("key", key.unwrap_or_default()),
                ];
                self.say_owned("dispute.anchor.batch", &places)
            }
            Anchor::Remembered { .. } => self.say_owned("dispute.anchor.remembered", &[seq]),
            Anchor::DayClosed { .. } => self.say_owned("dispute.anchor.day_closed", &[seq]),
            Anchor::Head { .. } => self.say_owned("dispute.anchor.head", &[seq]),
        }
    }
}

fn state_key(state: SaleState) -> &'static str {
    match state {
        SaleState::Held => "sale.state.held",
        SaleState::Committed => "sale.state.committed",
        SaleState::Voided => "sale.state.voided",
        SaleState::Expired => "sale.state.expired",
        SaleState::Refunded => "sale.state.refunded",
    }
}

/// Enough of a hash to find it again.
fn short(hash: &str) -> String {
    hash.chars().take(16).collect()
}

/// What a POS said must not steer a terminal.
fn plain(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}
