//! `loy quote`: what a programme makes of a cart, and why, without a ledger.

use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{Form, Speech};
use super::{CliError, Ending, Streams, files};
use crate::evaluate::{Cart, CartProblem, MemberSnapshot, Quote, evaluate};
use crate::kernel::{BusinessDate, Points};
use crate::programme::{DOCUMENT_MAX, Programme};
use crate::texts::{self, Language};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The programme document (JSON, docs/programme.md)
    programme: PathBuf,
    /// The cart (JSON, docs/cart.md)
    cart: PathBuf,
    /// What is known of the cart's member (JSON, docs/cart.md, "A member"); a new one if left out
    #[arg(long)]
    member: Option<PathBuf>,
    /// How to write the quote
    #[arg(long, value_enum, default_value_t)]
    format: Form,
    /// The language of the sentences; English if left out
    #[arg(long, value_enum)]
    language: Option<Speech>,
}

pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<Ending, CliError> {
    let document = files::read(&arguments.programme, DOCUMENT_MAX as u64)?;
    let programme = Programme::read(&document).map_err(|problems| CliError::Programme {
        path: arguments.programme.clone(),
        problems,
    })?;
    let cart = files::read(&arguments.cart, DOCUMENT_MAX as u64)?;
    let cart = Cart::from_json(&cart).map_err(in_file(&arguments.cart))?;
    let member = match (cart.member, &arguments.member) {
        (None, _) => None,
        (Some(number), file) => {
            let new = b"{\"sales\": []}".to_vec();
            let (json, path) = match file {
                None => (new, &arguments.cart),
                Some(path) => (files::read(path, DOCUMENT_MAX as u64)?, path),
            };
            let member = MemberSnapshot::from_json(&json, number, &programme, &cart);
            Some(member.map_err(in_file(path))?)
        }
    };
    if cart.member.is_none() && arguments.member.is_some() {
        writeln!(
            streams.notes,
            "loy: the cart is nobody's, so --member is not looked at"
        )?;
    }
    let language = arguments.language.unwrap_or(Speech::En).language();
    let quote =
        evaluate(&programme, member.as_ref(), &cart, language).map_err(in_file(&arguments.cart))?;
    match arguments.format {
        Form::Json => {
            serde_json::to_writer_pretty(&mut *streams.out, &quote)?;
            writeln!(streams.out)?;
        }
        Form::Text => write(&quote, &programme, language, streams)?,
    }
    Ok(Ending::Clean)
}

fn in_file(path: &Path) -> impl FnOnce(CartProblem) -> CliError {
    let path = path.to_owned();
    move |source| CliError::Cart { path, source }
}

/// A quote for people: what it gives and takes, then why.
pub(super) fn write(
    quote: &Quote,
    programme: &Programme,
    language: Language,
    streams: &mut Streams<'_>,
) -> Result<(), CliError> {
    let money = |amount| programme.say(amount, language);
    let points = |number, points: Points| {
        let wallet = programme.wallet_by_number(number);
        wallet.map_or_else(|| points.to_string(), |wallet| wallet.say(points, language))
    };
    let date = |date: BusinessDate| {
        let (year, month, day) = date.parts();
        texts::date(language, year, month, day)
    };
    let say = |key: &str, places: &[(&str, &str)]| texts::phrase(language, key, places);
    let out = &mut *streams.out;
    let outcome = &quote.outcome;
    let total = money(outcome.total);
    writeln!(out, "{}", say("quote.total", &[("amount", &total)]))?;
    for part in &outcome.redemptions {
        let (spent, off) = (points(part.wallet, part.points), money(part.amount));
        let places = [("points", spent.as_str()), ("amount", &off)];
        writeln!(out, "{}", say("quote.spent", &places))?;
    }
    let payable = money(outcome.payable);
    writeln!(out, "{}", say("quote.payable", &[("amount", &payable)]))?;
    let awards = outcome.awards.iter().chain(&quote.awards_with_card);
    for award in awards {
        let key = if outcome.awards.is_empty() {
            "quote.with_card"
        } else {
            "quote.earned"
        };
        let earned = points(award.wallet, award.points);
        let (from, rule) = (date(award.available_from), award.rule.as_str());
        let places = [("points", earned.as_str()), ("rule", rule), ("from", &from)];
        let mut text = say(key, &places);
        if let Some(until) = award.expires_on.map(date) {
            text = say("quote.ends", &[("text", &text), ("until", &until)]);
        }
        writeln!(out, "{text}")?;
    }
    for turn in &quote.drawn {
        writeln!(out, "{}", turn.text)?;
    }
    writeln!(out)?;
    for reason in &quote.explanation {
        let mark = if reason.applied { "+" } else { "-" };
        writeln!(out, "{mark} {}", reason.text())?;
    }
    Ok(())
}
