//! Web addresses in QR codes: which of them hold a member, by the shop's own rules.
//!
//! An address proves nothing by itself, so it must be one that the shop has described: the exact
//! host (no part of it, nothing before an `@`), the path segment by segment, and where the member
//! stands in it. No address is ever fetched. Sources: RFC 3986; `studies/standards.md` 1.5.

use super::gs1::link::unescaped;
pub use super::rules::{LinkRule, Unencrypted};

/// Longest member code that is taken out of an address, in characters.
const MEMBER_MAX: usize = super::TEXT_MAX;

/// What an address is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// It holds this member's code, and these other parts of the path, by their names.
    Member {
        /// The code, as it stands in the address, escapes undone.
        code: String,
        /// Names in braces other than `member`, with the segments that stand there.
        parts: Vec<(String, String)>,
    },
    /// A link to a Zalo official account or person, which names no member.
    ZaloAccount,
    /// A rule fits, but for `https`.
    Downgraded,
    /// No rule has this host. A host that only looks like one of the shop's is of this kind.
    UntrustedHost,
    /// A host of the shop's, but no path of a member, or a code that fails its check.
    NoMember,
}

impl Link {
    /// The name in the vectors.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Member { .. } => "URL_MEMBER",
            Self::ZaloAccount => "ZALO_OA_LINK",
            Self::Downgraded => "URL_SCHEME_DOWNGRADE",
            Self::UntrustedHost => "URL_UNTRUSTED_HOST",
            Self::NoMember => "URL_NO_MEMBER",
        }
    }
}

struct Address<'a> {
    is_encrypted: bool,
    /// With port and user, if there are any.
    authority: &'a str,
    path: &'a str,
    query: &'a str,
}

/// Whether the text begins like a web address, capitals or not.
pub fn is_address(text: &str) -> bool {
    address(text).is_some()
}

fn address(text: &str) -> Option<Address<'_>> {
    let (scheme, rest) = text.split_once("://")?;
    let is_encrypted = scheme.eq_ignore_ascii_case("https");
    if !is_encrypted && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    let rest = rest.split('#').next().unwrap_or_default();
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    Some(Address {
        is_encrypted,
        authority,
        path,
        query,
    })
}

/// Says what an address is; nothing for a text that is none.
pub fn look(text: &str, rules: &[LinkRule]) -> Option<Link> {
    let address = address(text)?;
    let host = of_host(&address);
    let is_of_host =
        |rule: &&LinkRule| host.is_some_and(|host| host.eq_ignore_ascii_case(&rule.host));
    let mut has_host = false;
    let mut is_downgraded = false;
    for rule in rules.iter().filter(is_of_host) {
        has_host = true;
        let Some(found) = matched(&address, rule) else {
            continue;
        };
        if address.is_encrypted || rule.unencrypted == Unencrypted::Allowed {
            return Some(found);
        }
        is_downgraded = true;
    }
    if is_downgraded {
        return Some(Link::Downgraded);
    }
    Some(match host {
        Some(host) if is_zalo(host) && !has_app(&address) => Link::ZaloAccount,
        _ if has_host => Link::NoMember,
        _ => Link::UntrustedHost,
    })
}

/// The host alone. An address with a user, a port or a backslash in it has none: browsers and
/// programs disagree about where such an address leads.
fn of_host<'a>(address: &Address<'a>) -> Option<&'a str> {
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    let is_plain = !address.authority.is_empty() && address.authority.bytes().all(is_host);
    is_plain.then_some(address.authority)
}

fn is_zalo(host: &str) -> bool {
    ["zalo.me", "www.zalo.me", "chat.zalo.me", "oa.zalo.me"]
        .iter()
        .any(|known| host.eq_ignore_ascii_case(known))
}

/// Whether the path is that of a Zalo mini app: `/s/` and the app's id.
fn has_app(address: &Address<'_>) -> bool {
    address.path.starts_with("/s/")
}

/// The member's code by this rule.
fn matched(address: &Address<'_>, rule: &LinkRule) -> Option<Link> {
    let mut parts = segments(address.path, &rule.path)?;
    let place = parts.iter().position(|(name, _)| name == "member");
    let in_path = place.map(|place| parts.remove(place).1);
    let code = match &rule.parameter {
        Some(parameter) => parameter_value(address.query, parameter)?,
        None => in_path?,
    };
    let is_code = (1..=MEMBER_MAX).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_graphic())
        && rule
            .check
            .is_none_or(|check| check.holds(&code.to_ascii_uppercase()));
    is_code.then_some(Link::Member { code, parts })
}

/// The segments that stand at the names of the template. A slash at the end, there or not, makes no
/// difference.
fn segments(path: &str, template: &str) -> Option<Vec<(String, String)>> {
    let split = |text: &str| -> Vec<String> {
        text.trim_matches('/')
            .split('/')
            .map(str::to_owned)
            .collect()
    };
    let (found, wanted) = (split(path), split(template));
    if found.len() != wanted.len() {
        return None;
    }
    let mut parts = Vec::new();
    for (segment, wanted) in found.iter().zip(&wanted) {
        let name = wanted
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        match name {
            Some(name) if !segment.is_empty() => {
                parts.push((name.to_owned(), unescaped(segment)?));
            }
            None if segment == wanted => {}
            _ => return None,
        }
    }
    Some(parts)
}

/// The one value of a query parameter; nothing when it stands there twice with two values.
fn parameter_value(query: &str, name: &str) -> Option<String> {
    let mut values = query.split('&').filter_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key == name).then_some(value)
    });
    let value = values.next()?;
    let is_one = values.all(|other| other == value);
    unescaped(&value.replace('+', " ")).filter(|_| is_one)
}
