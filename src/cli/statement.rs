//! `loy statement`: what a member is told, as text, JSON or one page.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::output::Speech;
use super::{CliError, Ending, Streams};
use crate::kernel::BusinessDate;
use crate::texts::{self, Language, phrase};
use crate::till::{Period, Settings, Statement, Till};

/// How a statement is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// One page that needs nothing else
    Html,
}

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The ledger file; it is only read, and may be in use by its till
    ledger: PathBuf,
    /// The member number, or a phone or card as it is scanned
    member: String,
    /// First business date of the history, yyyymmdd; all of it if left out
    #[arg(long, value_parser = business_date)]
    from: Option<BusinessDate>,
    /// Last business date of the history, yyyymmdd
    #[arg(long, value_parser = business_date)]
    to: Option<BusinessDate>,
    /// Business date of the balances, yyyymmdd; today if left out
    #[arg(long, value_parser = business_date)]
    on: Option<BusinessDate>,
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The language of the sentences; the ledger's if left out
    #[arg(long, value_enum)]
    language: Option<Speech>,
}

fn business_date(text: &str) -> Result<BusinessDate, String> {
    let number: i64 = text.parse().map_err(|_| "expected yyyymmdd".to_owned())?;
    BusinessDate::from_yyyymmdd(number).map_err(|error| error.to_string())
}

pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<Ending, CliError> {
    let ledger = |source| CliError::Ledger {
        path: arguments.ledger.clone(),
        source: Box::new(source),
    };
    let settings = Settings {
        language: arguments.language.map(Speech::language),
        ..Settings::new(&arguments.ledger)
    };
    let till = Till::open_reader(&settings).map_err(ledger)?;
    let period = Period {
        from: arguments.from,
        to: arguments.to,
    };
    let statement = till
        .statement(&arguments.member, arguments.on, period)
        .map_err(|source| match source.reason() {
            // What a cashier is told, that enrolling is possible, is no answer here.
            "member.unknown" => CliError::NoMember {
                path: arguments.ledger.clone(),
            },
            _ => ledger(source),
        })?;
    match arguments.format {
        Format::Text => write!(streams.out, "{}", statement.to_text())?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut *streams.out, &statement)?;
            writeln!(streams.out)?;
        }
        Format::Html => write!(streams.out, "{}", page(&statement, till.language()))?,
    }
    Ok(Ending::Clean)
}

/// Colours and spacing; no font, picture or script comes from anywhere.
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;\
color:#222}h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}\
th,td{text-align:left;padding:.3rem .5rem;border-bottom:1px solid #ddd}td.n,th.n{text-align:right;white-space:nowrap}\
.minus{color:#a00}.note{color:#666}@media print{body{margin:0}}";

/// The statement as one page. Everything that was not written here is escaped.
fn page(statement: &Statement, language: Language) -> String {
    let say = |key: &str, places: &[(&str, &str)]| escaped(&phrase(language, key, places));
    let mut page = String::new();
    let title = say("statement.title", &[]);
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n",
        statement.language
    );
    let mut line = |text: &str, class: &str| {
        let _ = writeln!(page, "<p class=\"{class}\">{}</p>", escaped(text));
    };
    line(&statement.place(), "note");
    let member = statement.member.to_string();
    line(
        &phrase(language, "statement.member", &[("member", &member)]),
        "",
    );
    if !statement.is_known_here {
        line(&phrase(language, "statement.elsewhere", &[]), "note");
    }
    for wallet in &statement.wallets {
        line(&wallet.text, "");
    }
    if let Some(tier) = &statement.tier {
        line(tier, "");
    }
    for wallet in statement
        .wallets
        .iter()
        .filter(|wallet| !wallet.lots.is_empty())
    {
        list(
            &mut page,
            &say("statement.lots", &[]),
            wallet.lots.iter().map(|lot| &lot.text),
        );
    }
    history(&mut page, statement, language);
    if !statement.rewards.is_empty() {
        let rewards = statement.rewards.iter().map(|reward| &reward.text);
        list(&mut page, &say("statement.rewards", &[]), rewards);
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn list<'a>(page: &mut String, heading: &str, items: impl Iterator<Item = &'a String>) {
    let _ = write!(page, "<h2>{heading}</h2>\n<ul>\n");
    for item in items {
        let _ = writeln!(page, "<li>{}</li>", escaped(item));
    }
    page.push_str("</ul>\n");
}

fn history(page: &mut String, statement: &Statement, language: Language) {
    let say = |key: &str| escaped(&phrase(language, key, &[]));
    let _ = writeln!(page, "<h2>{}</h2>", say("statement.history"));
    let (opening, closing): (Vec<_>, Vec<_>) = statement
        .wallets
        .iter()
        .map(|wallet| (&wallet.opening_text, &wallet.closing_text))
        .unzip();
    for text in opening.into_iter().flatten() {
        let _ = writeln!(page, "<p class=\"note\">{}</p>", escaped(text));
    }
    if statement.history.is_empty() {
        let _ = writeln!(page, "<p>{}</p>", say("statement.nothing"));
        return;
    }
    let _ = writeln!(
        page,
        "<table>\n<tr><th>{}</th><th>{}</th><th class=\"n\">{}</th></tr>",
        say("statement.column.date"),
        say("statement.column.what"),
        say("statement.column.points")
    );
    for movement in &statement.history {
        let (year, month, day) = movement.business_date.parts();
        let class = if movement.points.is_negative() {
            "n minus"
        } else {
            "n"
        };
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td class=\"{class}\">{}</td></tr>",
            texts::date(language, year, month, day),
            escaped(&movement.text),
            escaped(&movement.points_text)
        );
    }
    page.push_str("</table>\n");
    for text in closing.into_iter().flatten() {
        let _ = writeln!(page, "<p class=\"note\">{}</p>", escaped(text));
    }
}

/// Text that a browser shows as it is: the five letters that mean something to it are named.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
