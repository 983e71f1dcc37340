//! What a scan is, by every carrier a till meets and by the shop's own rules.
//!
//! The order is fixed (`studies/standards.md` 1.1): what the keyboard did to the text, what the
//! scanner put round it, what the symbol says it is, how it begins, then digits in the shop's
//! order, then the shop's codes. The first that fits is the answer. Whatever else fits is told
//! beside it, never chosen: two members may stand behind one row of digits.

use zeroize::Zeroizing;

use super::ean::{self, Use};
use super::gs1::{self, Separators, Subject};
use super::reading::{Kind, Lookup, Reading, Recognised, Refused, Scan};
use super::rules::{ForeignPhones, Rules, Separator, Step, Unmarked};
use super::symbology::{Content, Symbology};
use super::web::{self, Link};
use super::{
    TEXT_MAX, Unreadable, framing, is_grouped_digits, keyboard, other, payment_card, payment_code,
    phone, rotating, track,
};
use crate::kernel::MemberNumber;

/// The longest text that is looked at, in bytes: more than any QR code holds.
pub const SCAN_MAX: usize = 8192;

/// Digits of a voucher: signed (94 bytes) or with a MAC (38 bytes), as `96` and their D7 digits.
const VOUCHER_DIGITS: [usize; 2] = [231, 95];

/// What was found on the way to an answer.
#[derive(Default)]
struct Found {
    readings: Vec<Reading>,
    refusals: Vec<Unreadable>,
    /// Whether the first thing found was a refusal.
    is_refused: bool,
    had_old_prefix: bool,
}

impl Found {
    fn one(reading: Reading) -> Self {
        Self {
            readings: vec![reading],
            ..Self::default()
        }
    }

    fn refused(why: Unreadable) -> Self {
        Self::refused_or(why, Vec::new())
    }

    fn refused_or(why: Unreadable, readings: Vec<Reading>) -> Self {
        Self {
            readings,
            refusals: vec![why],
            is_refused: true,
            had_old_prefix: false,
        }
    }

    fn is_empty(&self) -> bool {
        self.readings.is_empty() && self.refusals.is_empty()
    }

    fn add(&mut self, found: Result<Reading, Unreadable>) {
        match found {
            Ok(reading) if self.readings.contains(&reading) => {}
            Ok(reading) => self.readings.push(reading),
            Err(why) => {
                self.is_refused |= self.is_empty();
                self.refusals.push(why);
            }
        }
    }
}

impl From<Result<Reading, Unreadable>> for Found {
    fn from(found: Result<Reading, Unreadable>) -> Self {
        found.map_or_else(Self::refused, Self::one)
    }
}

/// Says what a scan is.
///
/// The same text, symbology and rules give the same answer, always. A payment card's number is
/// neither copied nor given back; what this function makes of it on the way is wiped.
///
/// # Errors
/// [`Refused`]; it repeats the text of no payment card and no citizen card.
pub fn identify(scan: &Scan<'_>, rules: &Rules) -> Result<Recognised, Refused> {
    let refused = |why, readings| Refused {
        why,
        readings,
        entry_mode: scan.entry_mode,
    };
    if scan.text.len() > SCAN_MAX {
        return Err(refused(Unreadable::TooLong, Vec::new()));
    }
    let framed = framing::without_frame(scan.text, &rules.framing);
    let symbology = framed.symbology.or(scan.symbology);
    let mut repaired = framed.is_mended;
    let (found, text) = if framed.text.is_ascii() {
        (of_text(framed.text, symbology, rules), Zeroizing::default())
    } else {
        match typed(framed.text) {
            Ok(text) => {
                repaired = true;
                let framed = framing::without_frame(&text, &rules.framing);
                let symbology = framed.symbology.or(symbology);
                (of_text(framed.text, symbology, rules), text)
            }
            Err(why) => (Found::refused(why), Zeroizing::default()),
        }
    };
    if found.is_refused || found.readings.is_empty() {
        let why = found.refusals.first().copied().unwrap_or(Unreadable::Empty);
        return Err(refused(why, found.readings));
    }
    let received = if text.is_empty() { scan.text } else { &text };
    // Digits without a frame that are a member's number or a phone were stored as nothing else.
    let is_bare =
        framed.text.len() == scan.text.len() && scan.text.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = |reading: &Reading| matches!(reading.kind, Kind::MemberNumber | Kind::Phone);
    let is_known = is_bare && found.readings.iter().any(is_plain);
    Ok(Recognised {
        enrolled_as: match is_known {
            true => None,
            false => enrolled_as(received, &found.readings),
        },
        readings: found.readings,
        doubts: found.refusals,
        repaired: repaired || found.had_old_prefix,
        entry_mode: scan.entry_mode,
    })
}

/// The keys that were pressed for a text that holds something outside ASCII.
fn typed(text: &str) -> Result<Zeroizing<String>, Unreadable> {
    // A citizen card or a merchant's QR holds Vietnamese names, and no keyboard is to blame.
    if let Some(why) = refused_content(text) {
        return Err(why);
    }
    match keyboard::look(text) {
        keyboard::Typed::Restored(text) => Ok(text),
        keyboard::Typed::Sorted(_) => Err(Unreadable::KeyboardLayout),
        keyboard::Typed::InputMethod => Err(Unreadable::InputMethod),
        keyboard::Typed::Foreign => Err(Unreadable::NotPrintable),
    }
}

/// The reading under which the text was stored before the shop had rules, where it is none of these;
/// also of a text that is refused.
pub fn enrolled_as(text: &str, readings: &[Reading]) -> Option<Reading> {
    let old = Reading::of_code(Kind::Card, text).ok()?;
    let is_known = readings.iter().any(|reading| reading.lookup == old.lookup);
    (!is_known).then_some(old)
}

fn refused_content(text: &str) -> Option<Unreadable> {
    // A prefix that the shop has not named yet is most often a sign.
    let bare = text.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let is_one = |text| payment_card::is_one(text);
    if is_one(text) || (bare.len() < text.len() && is_one(bare)) {
        // Some wallets' codes have the form of a card's number; neither is taken.
        let wallet = payment_code::wallet(text).map(Unreadable::Wallet);
        return Some(wallet.unwrap_or(Unreadable::PaymentCard));
    }
    if payment_code::is_payment_qr(text) {
        return Some(Unreadable::PaymentQr);
    }
    other::look(text).map(Unreadable::Other)
}

fn of_text(text: &str, symbology: Option<Symbology>, rules: &Rules) -> Found {
    if text.is_empty() {
        return Found::refused(Unreadable::Empty);
    }
    match symbology.map(Symbology::content) {
        None | Some(Content::PlainOrLink) => of_plain(text, rules),
        Some(Content::ElementString) => of_elements(text, rules),
        Some(content) => of_retail(text, content, rules),
    }
}

/// A text that its symbol says to be GS1 data.
fn of_elements(text: &str, rules: &Rules) -> Found {
    match gs1::elements(&with_separators(text, rules), separators(rules)) {
        Ok(elements) => of_subject(gs1::subject(&elements)).into(),
        // Printers mark plain numbers as GS1 data by mistake; loy's own are told by their digit.
        Err(_) => {
            let own = own_number(text).and_then(Result::ok);
            Found::refused_or(Unreadable::DamagedGs1, own.into_iter().collect())
        }
    }
}

/// The text with the scanner's stand-ins for the separator turned back.
fn with_separators(text: &str, rules: &Rules) -> Zeroizing<String> {
    let stand_ins = rules
        .framing
        .separators
        .iter()
        .filter(|one| !one.is_empty());
    let separator = gs1::SEPARATOR.to_string();
    let restored = stand_ins.fold(text.to_owned(), |text, one| {
        text.replace(one.as_str(), &separator)
    });
    Zeroizing::new(restored)
}

fn separators(rules: &Rules) -> Separators {
    match rules.framing.separator {
        Separator::Sent => Separators::Sent,
        Separator::Lost => Separators::Lost,
    }
}

fn of_subject(subject: Subject) -> Result<Reading, Unreadable> {
    match subject {
        Subject::Member { gsrn, instance } => Ok(Reading {
            instance,
            ..Reading::card(Kind::Gsrn, gsrn)
        }),
        Subject::Coupon(coupon) => Ok(Reading {
            coupon: Some(coupon.clone()),
            ..Reading::new(Kind::Coupon, coupon.gcn, Lookup::Nobody)
        }),
        Subject::Staff => Err(Unreadable::Staff),
        Subject::Product => Err(Unreadable::Product),
        Subject::Document => Err(Unreadable::Document),
        Subject::Asset => Err(Unreadable::Asset),
        Subject::Part => Err(Unreadable::Part),
        Subject::ForeignCoupon => Err(Unreadable::ForeignCoupon),
        Subject::Other => Err(Unreadable::OtherGs1),
    }
}

/// A text that its symbol says to be EAN or UPC.
fn of_retail(text: &str, content: Content, rules: &Rules) -> Found {
    let mut found = Found::default();
    for number in retail_numbers(text, content) {
        found.add(of_ean(&number, rules));
    }
    if found.is_empty() {
        return Found::refused(Unreadable::CheckDigit);
    }
    found
}

/// The EAN numbers, 13 or 8 digits, that a driver may mean: some leave the check digit out, some
/// the zero before UPC-A.
fn retail_numbers(text: &str, content: Content) -> Vec<String> {
    let completed = |text: &str| {
        super::check_digit::CheckDigit::Gs1
            .of(text)
            .map(|check| [text, &check].concat())
    };
    let numbers: Vec<Option<String>> = match (content, text.len()) {
        (Content::Ean13, 13) | (Content::UpcA | Content::UpcE, 13) | (Content::Ean8, 8) => {
            vec![Some(text.to_owned())]
        }
        (Content::Ean13, 12) => vec![completed(text), Some(format!("0{text}"))],
        (Content::UpcA | Content::UpcE, 12) => vec![Some(format!("0{text}"))],
        (Content::UpcA, 11) => vec![completed(&format!("0{text}"))],
        (Content::Ean8, 7) => vec![completed(text)],
        (Content::UpcE, 8) => vec![ean::upc_e_in_full(text).map(|upc| format!("0{upc}"))],
        // Number system and six digits, or the six alone.
        (Content::UpcE, 6 | 7) => {
            let whole = format!("{}{text}0", if text.len() == 6 { "0" } else { "" });
            let upc = ean::upc_e_in_full(&whole);
            vec![upc.and_then(|upc| completed(&format!("0{}", &upc[..11])))]
        }
        (Content::WithAddOn, length) => [13, 12, 8]
            .into_iter()
            .filter(|main| [0, 2, 5].iter().any(|add_on| main + add_on == length))
            .map(|main| text.get(..main).map(ean::spelled))
            .collect(),
        _ => Vec::new(),
    };
    let is_right = |number: &String| ean::check(number, number.len()).is_ok();
    numbers.into_iter().flatten().filter(is_right).collect()
}

/// An EAN number of 13 or 8 digits whose check digit is right.
fn of_ean(number: &str, rules: &Rules) -> Result<Reading, Unreadable> {
    let class = if number.len() == 8 {
        ean::ean8(number)
    } else {
        ean::ean13(number)
    };
    let class = class.map_err(|_| Unreadable::CheckDigit)?;
    let card = || Reading::card(Kind::EanCard, ean::spelled(number));
    match class.allowed() {
        Use::Member => Ok(card()),
        Use::MemberInRange if rules.ean_cards.iter().any(|range| range.holds(number)) => Ok(card()),
        Use::MemberInRange => Err(Unreadable::InStoreCode),
        Use::Coupon => Ok(Reading::new(
            Kind::Coupon,
            number.to_owned(),
            Lookup::Nobody,
        )),
        Use::Other if class == ean::Class::RefundReceipt => Err(Unreadable::RefundReceipt),
        Use::Other if class == ean::Class::CouponUpc5 => Err(Unreadable::ForeignCoupon),
        Use::Other => Err(Unreadable::Product),
    }
}

/// A text of which nobody has said what it is.
fn of_plain(text: &str, rules: &Rules) -> Found {
    if let Some(swipe) = track::swipe(text) {
        return of_swipe(swipe, rules);
    }
    if let Some(why) = refused_content(text) {
        return Found::refused(why);
    }
    if web::is_address(text) {
        return of_address(text, rules).into();
    }
    if let Some(found) = of_unmarked_elements(text, rules) {
        return found;
    }
    if !text
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic())
    {
        return Found::refused(Unreadable::NotPrintable);
    }
    if is_grouped_digits(text) && text.bytes().any(|byte| byte.is_ascii_digit()) {
        return of_digits(text, rules);
    }
    of_letters(text, rules)
}

fn of_swipe(swipe: track::Swipe<'_>, rules: &Rules) -> Found {
    match swipe {
        track::Swipe::Payment => Found::refused(Unreadable::PaymentCard),
        track::Swipe::ReadError => Found::refused(Unreadable::StripeUnread),
        track::Swipe::Private(number) => Reading::of_code(Kind::StripeCard, number).into(),
        track::Swipe::Unknown(inside) => {
            let found: Vec<Reading> =
                own_codes(&Zeroizing::new(inside.to_ascii_uppercase()), rules).collect();
            match found.is_empty() {
                true => Found::refused(Unreadable::StripeUnknown),
                false => Found {
                    readings: found,
                    ..Found::default()
                },
            }
        }
    }
}

fn of_address(text: &str, rules: &Rules) -> Result<Reading, Unreadable> {
    let elements = gs1::link::elements(text);
    if let Ok(elements) = &elements {
        return of_subject(gs1::subject(elements));
    }
    match web::look(text, &rules.links) {
        // Somebody may have put a bank card's number there.
        Some(Link::Member { code, .. }) => Reading::of_code(Kind::Link, &Zeroizing::new(code)),
        Some(Link::ZaloAccount) => Err(Unreadable::ZaloAccount),
        Some(Link::Downgraded) => Err(Unreadable::LinkUnencrypted),
        Some(Link::NoMember) => Err(Unreadable::LinkNoMember),
        // Whoever made it meant a key of GS1.
        _ if matches!(elements, Err(gs1::link::NoLink::Elements(_))) => Err(Unreadable::DamagedGs1),
        _ => Err(Unreadable::LinkUntrusted),
    }
}

/// GS1 data without AIM identifier, told by the separators in it.
fn of_unmarked_elements(text: &str, rules: &Rules) -> Option<Found> {
    let restored = with_separators(text, rules);
    if !restored.contains(gs1::SEPARATOR) {
        return None;
    }
    match gs1::elements(&restored, separators(rules)) {
        Ok(elements) => Some(of_subject(gs1::subject(&elements)).into()),
        Err(_) if text.contains(gs1::SEPARATOR) => Some(Found::refused(Unreadable::DamagedGs1)),
        Err(_) => None,
    }
}

/// Digits, grouped or not: every step that fits, in the shop's order.
fn of_digits(text: &str, rules: &Rules) -> Found {
    let digits: Zeroizing<String> =
        Zeroizing::new(text.chars().filter(char::is_ascii_digit).collect());
    let mut found = Found::default();
    let others = Step::ALL.iter().filter(|step| !rules.order.contains(step));
    for step in rules.order.iter().chain(others) {
        match step {
            Step::OwnNumbers => own_number(&digits)
                .into_iter()
                .for_each(|one| found.add(one)),
            Step::Wallets => {
                // The shop's own GSRN goes before a wallet's code that looks the same.
                let wallet = payment_code::wallet(&digits).filter(|_| !is_own_gsrn(&digits, rules));
                wallet
                    .into_iter()
                    .for_each(|wallet| found.add(Err(Unreadable::Wallet(wallet))));
            }
            Step::Phones => {
                if let Ok(phone) = phone::read(text) {
                    found.had_old_prefix |= phone.had_old_prefix && found.is_empty();
                    found.add(Ok(Reading::phone(phone.e164)));
                }
            }
            Step::Ean => {
                if let Some(number) = bare_ean(&digits) {
                    found.add(of_ean(&number, rules));
                }
            }
            Step::Gs1 => bare_gs1(&digits, rules)
                .into_iter()
                .for_each(|one| found.add(one)),
            Step::OwnCodes => own_codes(&digits, rules).for_each(|one| found.add(Ok(one))),
        }
    }
    with_card(found, &digits)
}

/// What is found, or a card; beside a product's number too, for shops have enrolled such cards.
fn with_card(mut found: Found, digits: &str) -> Found {
    let is_of_ean = matches!(
        found.refusals.first(),
        Some(
            Unreadable::Product
                | Unreadable::InStoreCode
                | Unreadable::ForeignCoupon
                | Unreadable::RefundReceipt
        )
    );
    if found.is_empty() {
        return match digits.len() {
            12 => Found::refused(Unreadable::CheckDigit),
            rotating::DIGITS if digits.starts_with(rotating::MARKER) => {
                Found::refused(Unreadable::CheckDigit)
            }
            length if length > TEXT_MAX => Found::refused(Unreadable::TooLong),
            _ => Found::one(Reading::card(Kind::Card, digits.to_owned())),
        };
    }
    // Twelve digits were never enrolled as a card.
    if found.is_refused && is_of_ean && digits.len() != 12 {
        found.add(Ok(Reading::card(Kind::Card, digits.to_owned())));
    }
    found
}

/// A number that loy gave: member, rotating code or voucher.
fn own_number(digits: &str) -> Option<Result<Reading, Unreadable>> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let of_member = |kind, member: Option<MemberNumber>| {
        let lookup = Lookup::Member(member?);
        Some(Ok(Reading::new(kind, digits.to_owned(), lookup)))
    };
    match digits.len() {
        12 => of_member(Kind::MemberNumber, digits.parse().ok()),
        rotating::DIGITS => {
            let read = rotating::read(digits).ok();
            of_member(Kind::RotatingCode, read.map(|(member, _)| member))
        }
        length if VOUCHER_DIGITS.contains(&length) && digits.starts_with("96") => Some(Ok(
            Reading::new(Kind::Voucher, digits.to_owned(), Lookup::Nobody),
        )),
        _ => None,
    }
}

/// The EAN number of digits without a symbol, if their check digit is right.
fn bare_ean(digits: &str) -> Option<String> {
    let is_one = [8, 12, 13].contains(&digits.len()) && ean::check(digits, digits.len()).is_ok();
    let in_13 = |digits: &str| {
        if digits.len() == 12 {
            format!("0{digits}")
        } else {
            digits.to_owned()
        }
    };
    is_one.then(|| in_13(digits))
}

fn is_own_gsrn(digits: &str, rules: &Rules) -> bool {
    let mut prefixes = rules.company_prefixes.iter();
    ean::check(digits, 18).is_ok() && prefixes.any(|prefix| digits.starts_with(prefix.as_str()))
}

/// GS1 numbers without symbol: a GSRN with its application identifier or of the shop's own, and
/// whole element strings where the shop says so.
fn bare_gs1(digits: &str, rules: &Rules) -> Option<Result<Reading, Unreadable>> {
    if is_own_gsrn(digits, rules) {
        return Some(Ok(Reading::card(Kind::Gsrn, digits.to_owned())));
    }
    let is_marked = digits.len() == 22 && digits.starts_with("8018");
    if !is_marked
        && rules.unmarked_elements == Unmarked::Refused
        && rules.framing.separator == Separator::Sent
    {
        return None;
    }
    let may_be =
        is_marked || digits.starts_with("8018") || rules.unmarked_elements == Unmarked::Read;
    let elements = gs1::elements(digits, separators(rules))
        .ok()
        .filter(|_| may_be)?;
    match gs1::subject(&elements) {
        Subject::Other => None,
        subject => Some(of_subject(subject)),
    }
}

/// The shop's own codes that fit, in the order of its rules. The code is in capitals.
fn own_codes<'a>(code: &'a str, rules: &'a Rules) -> impl Iterator<Item = Reading> + 'a {
    let fitting = rules.own_codes.iter().filter(move |rule| rule.fits(code));
    fitting.map(move |rule| Reading {
        rule: Some(rule.name.clone()),
        ..Reading::card(Kind::OwnCode, code.to_owned())
    })
}

/// Anything that is not of digits alone.
fn of_letters(text: &str, rules: &Rules) -> Found {
    if let Ok(phone) = phone::read(text) {
        return Found {
            had_old_prefix: phone.had_old_prefix,
            ..Found::one(Reading::phone(phone.e164))
        };
    }
    if phone::is_meant(text) {
        return of_foreign_phone(text, rules).into();
    }
    let code = text.to_ascii_uppercase();
    let readings: Vec<Reading> = own_codes(&code, rules).collect();
    if !readings.is_empty() {
        return Found {
            readings,
            ..Found::default()
        };
    }
    if text.len() > TEXT_MAX {
        return Found::refused(Unreadable::TooLong);
    }
    Found::one(Reading::card(Kind::Card, code))
}

/// A text that is meant as a telephone number, and is none of Vietnam's.
fn of_foreign_phone(text: &str, rules: &Rules) -> Result<Reading, Unreadable> {
    if phone::read(text).err() != Some(phone::NoPhone::Abroad) {
        return Err(Unreadable::NotAPhone);
    }
    let e164 = match rules.foreign_phones {
        ForeignPhones::Allowed => world(text),
        ForeignPhones::Refused => None,
    };
    e164.map(Reading::phone).ok_or(Unreadable::ForeignPhone)
}

#[cfg(feature = "world-phones")]
fn world(text: &str) -> Option<String> {
    super::phone_world::read(text).map(|phone| phone.e164)
}

/// Built without the numbering plans of other countries.
#[cfg(not(feature = "world-phones"))]
fn world(_text: &str) -> Option<String> {
    None
}
