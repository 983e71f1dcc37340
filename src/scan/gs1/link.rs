//! GS1 Digital Links: an element string written as a web address.
//!
//! Any domain may hold one, so a link is only as trustworthy as what the ledger knows of its key.
//! It is read and never fetched. Source: GS1 Digital Link standard, URI syntax; `gs1_digital_link`
//! of the vectors.

use super::table::identifier;
use super::{Element, NoElements, check_companions, check_value};

/// Why a text is no Digital Link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoLink {
    /// A character that no web address may have.
    #[error("the address has a character that no address may have")]
    Charset,
    /// Neither `http` nor `https`.
    #[error("the address begins with neither http nor https")]
    Scheme,
    /// The scheme has capitals and small letters.
    #[error("the scheme of the address has capitals and small letters")]
    SchemeCase,
    /// Nothing stands between scheme and path.
    #[error("the address has no domain")]
    NoDomain,
    /// A character that no domain may have.
    #[error("the domain has a character that no domain may have")]
    DomainCharset,
    /// No key of GS1 stands in the path.
    #[error("the path of the address holds no key of GS1")]
    NoKey,
    /// The path ends in a slash.
    #[error("the path of the address ends in a slash")]
    TrailingSlash,
    /// An identifier without a value.
    #[error("an identifier of the address has no value")]
    EmptyValue,
    /// A percent escape that stands for no character.
    #[error("the address has an escape that stands for no character")]
    Escape,
    /// A query key of digits that is no identifier.
    #[error("the query of the address has a number that is no identifier")]
    UnknownNumericKey,
    /// An identifier in the query that belongs into the path.
    #[error("the query of the address has an identifier that belongs into the path")]
    QualifierInQuery,
    /// Qualifiers that do not belong to the key, or in another order.
    #[error("the path of the address has qualifiers in a wrong order")]
    QualifierOrder,
    /// An identifier that stands there twice.
    #[error("an identifier stands in the address twice")]
    Duplicate,
    /// What it holds is no element string.
    #[error(transparent)]
    Elements(#[from] NoElements),
}

impl NoLink {
    /// The error's name in the vectors.
    pub fn name(&self) -> String {
        let name = match self {
            Self::Charset => "CHARSET",
            Self::Scheme => "SCHEME",
            Self::SchemeCase => "SCHEME_CASE",
            Self::NoDomain => "NO_DOMAIN",
            Self::DomainCharset => "DOMAIN_CHARSET",
            Self::NoKey => "NO_KEY",
            Self::TrailingSlash => "TRAILING_SLASH",
            Self::EmptyValue => "EMPTY_VALUE",
            Self::Escape => "ESCAPE",
            Self::UnknownNumericKey => "UNKNOWN_NUMERIC_KEY",
            Self::QualifierInQuery => "QUALIFIER_IN_QUERY",
            Self::QualifierOrder => "QUALIFIER_ORDER",
            Self::Duplicate => "DUPLICATE_AI",
            Self::Elements(elements) => return elements.name(),
        };
        name.to_owned()
    }
}

/// Reads a Digital Link.
///
/// # Errors
/// [`NoLink`]: scheme, domain, path, query, then what the elements themselves break.
pub fn elements(address: &str) -> Result<Vec<Element>, NoLink> {
    let is_allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    if !address.bytes().all(is_allowed) {
        return Err(NoLink::Charset);
    }
    let rest = without_scheme(address)?;
    let no_path = || {
        if rest.is_empty() {
            NoLink::NoDomain
        } else {
            NoLink::NoKey
        }
    };
    let slash = rest.find('/').ok_or_else(no_path)?;
    let (domain, path) = rest.split_at(slash);
    if domain.is_empty() {
        return Err(NoLink::NoDomain);
    }
    if domain.contains(|c| "_~?#@!$&'()*+,;=%".contains(c)) {
        return Err(NoLink::DomainCharset);
    }
    let path = path.split('#').next().unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut found = in_path(domain, path)?;
    let in_path = found.len();
    in_query(query, &mut found)?;
    check_order(&found, in_path)?;
    check_companions(&found)?;
    Ok(found)
}

fn without_scheme(address: &str) -> Result<&str, NoLink> {
    for scheme in ["https://", "HTTPS://", "http://", "HTTP://"] {
        if let Some(rest) = address.strip_prefix(scheme) {
            return Ok(rest);
        }
    }
    let is_mixed = |scheme: &str| {
        let start = address.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    let is_mixed = is_mixed("https://") || is_mixed("http://");
    Err(if is_mixed {
        NoLink::SchemeCase
    } else {
        NoLink::Scheme
    })
}

/// The pairs from the rightmost key of the path to its end.
fn in_path(domain: &str, path: &str) -> Result<Vec<Element>, NoLink> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let is_key = |number: &str| identifier(number).is_some_and(|known| known.qualifiers.is_some());
    // From the end, pair by pair, while each begins with an identifier.
    let mut start = None;
    for pair in (0..segments.len() / 2).map(|back| segments.len() - 2 * (back + 1)) {
        let number = segments[pair];
        if identifier(number).is_none() {
            break;
        }
        if is_key(number) {
            start = Some(pair);
            break;
        }
    }
    let Some(start) = start else {
        return Err(match segments[..] {
            // Of `https://00/0061...` the key stands where the domain should.
            [_] if is_key(domain) => NoLink::NoDomain,
            [.., number, _, ""] if is_key(number) => NoLink::TrailingSlash,
            _ => NoLink::NoKey,
        });
    };
    let mut found = Vec::new();
    for pair in segments[start..].chunks_exact(2) {
        found.push(element(pair[0], pair[1], Plus::Itself)?);
    }
    Ok(found)
}

/// Adds the identifiers of the query. Keys that are no number belong to somebody else.
fn in_query(query: &str, found: &mut Vec<Element>) -> Result<(), NoLink> {
    for parameter in query.split('&') {
        let Some((number, value)) = parameter.split_once('=') else {
            continue;
        };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        if identifier(number).is_none() {
            return Err(NoLink::UnknownNumericKey);
        }
        let added = element(number, value, Plus::Space)?;
        if found.iter().any(|one| one.identifier == added.identifier) {
            return Err(NoLink::Duplicate);
        }
        found.push(added);
    }
    Ok(())
}

/// The qualifiers of the path stand in the key's order, and none of them in the query.
fn check_order(found: &[Element], in_path: usize) -> Result<(), NoLink> {
    let (path, query) = found.split_at(in_path);
    let (key, qualifiers) = path.split_first().ok_or(NoLink::NoKey)?;
    let known = identifier(&key.identifier).expect("read by the table");
    let alternatives = known.qualifiers.unwrap_or_default().split('|');
    let mut alternatives =
        alternatives.map(|alternative| alternative.split(',').collect::<Vec<_>>());
    let place = |sequence: &[&str], one: &Element| {
        sequence.iter().position(|number| *number == one.identifier)
    };
    let fitting = alternatives.find(|sequence| {
        let places: Option<Vec<usize>> =
            qualifiers.iter().map(|one| place(sequence, one)).collect();
        places.is_some_and(|places| places.is_sorted_by(|a, b| a < b))
    });
    let sequence = fitting.ok_or(NoLink::QualifierOrder)?;
    let is_misplaced = query.iter().any(|one| place(&sequence, one).is_some());
    (!is_misplaced)
        .then_some(())
        .ok_or(NoLink::QualifierInQuery)
}

/// What `+` stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plus {
    Itself,
    Space,
}

fn element(number: &str, value: &str, plus: Plus) -> Result<Element, NoLink> {
    if value.is_empty() {
        return Err(NoLink::EmptyValue);
    }
    let known = identifier(number).ok_or(NoLink::UnknownNumericKey)?;
    let value = match plus {
        Plus::Itself => unescaped(value),
        Plus::Space => unescaped(&value.replace('+', " ")),
    };
    let mut value = value.ok_or(NoLink::Escape)?;
    // A GTIN beside another key may be written without its zeros.
    let digits = value.len();
    if plus == Plus::Space && number == "01" && [8, 12, 13].contains(&digits) {
        value.insert_str(0, &"0".repeat(14 - digits));
    }
    check_value(known, number, &value)?;
    Ok(Element {
        identifier: number.to_owned(),
        value,
    })
}

/// Percent escapes undone; nothing where the result is no text. A percent sign that begins no
/// escape stands for itself.
pub(in crate::scan) fn unescaped(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let hex = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                plain.push(u8::try_from(high * 16 + low).ok()?);
                at += 3;
            }
            _ => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    let plain = String::from_utf8(plain).ok()?;
    (!plain.contains('\0')).then_some(plain)
}
