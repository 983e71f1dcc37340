//! What pays, and what is somebody's else: recognised in order to be refused.

use loy::scan::payment_card::{self, Class};
use loy::scan::web::{self, LinkRule, Unencrypted};
use loy::scan::{Kind, Lookup, Rules, Scan, Unreadable, identify};
use loy::scan::{other, payment_code, phone, track};
use serde_json::{Value, json};

use crate::bench::{Bench, Look, Section, holds, same, text};

pub const SECTIONS: &[Section] = &[
    ("luhn_iso7812", card_numbers),
    ("iso7813_tracks", tracks),
    ("emvco_vietqr", payment_qrs),
    ("wallet_payment_codes", wallets),
    ("qr_other_payloads", others),
];

fn class_name(number: &str) -> String {
    match payment_card::classify(number) {
        Class::NotLong => "NOT_PAN_LENGTH".to_owned(),
        Class::LuhnFails => "LUHN_FAIL".to_owned(),
        Class::Payment(network) => format!("PAYMENT_{}", network.name()),
        Class::Private => "PRIVATE_CARD_CANDIDATE".to_owned(),
    }
}

/// A payment card is refused and given back nowhere; nothing else is called one.
fn refused_if_payment(scan: &str, class: &str) -> Look {
    let is_refused = match identify(&Scan::scanned(scan), &Rules::default()) {
        Ok(_) => false,
        Err(refused) => {
            holds(
                "nothing of it is given back",
                refused.readings.is_empty() || refused.why != Unreadable::PaymentCard,
            )?;
            refused.why == Unreadable::PaymentCard
        }
    };
    // A network's number on a stripe is refused though it was misread.
    let may_be = class == "LUHN_FAIL";
    holds(
        "refused as a payment card",
        may_be || is_refused == class.starts_with("PAYMENT_"),
    )
}

fn card_numbers(bench: &mut Bench<'_>) {
    bench.each("/valid", |vector| {
        let (number, class) = (text(vector, "input"), text(vector, "class"));
        same("class", class, &class_name(number))?;
        if class != "PAYMENT_NAPAS" {
            same("check digit", Ok(()), payment_card::check(number))?;
        }
        refused_if_payment(number, class)
    });
    bench.each("/invalid", |vector| {
        let number = text(vector, "input");
        let found =
            payment_card::check(number).map_err(|error| format!("{error:?}").to_uppercase());
        same("error", Err(text(vector, "error").to_owned()), found)
    });
    bench.each("/undetected", |vector| {
        let (a, b) = (text(vector, "a"), text(vector, "b"));
        holds("two numbers", a != b)?;
        same(
            "both",
            (Ok(()), Ok(())),
            (payment_card::check(a), payment_card::check(b)),
        )
    });
}

fn tracks(bench: &mut Bench<'_>) {
    bench.each("/valid", |vector| {
        let input = text(vector, "input");
        let track = track::read(input).map_err(|error| error.name())?;
        same(
            "track",
            vector["track"].as_u64(),
            Some(u64::from(track.number)),
        )?;
        same("number", text(vector, "pan"), track.card)?;
        same(
            "format code",
            vector["fc"].as_str(),
            track.format_code.map(String::from).as_deref(),
        )?;
        same("name", vector["name"].as_str(), track.name)?;
        same("expiry", text(vector, "exp"), track.expiry)?;
        same("service code", text(vector, "svc"), track.service)?;
        same("the rest", text(vector, "dd"), track.discretionary)?;
        let class = text(vector, "pan_class");
        same("class", class, &class_name(track.card))?;
        refused_if_payment(input, class)
    });
    bench.each("/invalid", |vector| {
        let input = text(vector, "input");
        let found = track::read(input).map(|_| ()).map_err(track::NoTrack::name);
        same("error", Err(text(vector, "error")), found)?;
        holds(
            "it is refused",
            identify(&Scan::scanned(input), &Rules::default()).is_err(),
        )
    });
}

fn refused_as_payment_qr(input: &str, action: &str) -> Look {
    let read = identify(&Scan::scanned(input), &Rules::default());
    let why = read.err().map(|refused| refused.why);
    let should_be = action.starts_with("REJECT");
    same(
        "refused as a payment QR",
        should_be,
        why == Some(Unreadable::PaymentQr),
    )
}

fn payment_qrs(bench: &mut Bench<'_>) {
    bench.one("/crc_check", |vector| {
        let crc = payment_code::crc16(text(vector, "input").as_bytes());
        same("checksum", text(vector, "crc"), &format!("{crc:04X}"))
    });
    let whole = |vector: &Value| {
        let input = text(vector, "input");
        same(
            "checksum",
            text(vector, "computed_crc"),
            &payment_code::crc_of(input).unwrap_or_default(),
        )?;
        let found = payment_code::objects(input);
        let is_right = vector["crc_ok"].as_bool().unwrap_or(false);
        same("whether it is right", is_right, found.is_ok())?;
        let is_vietqr = found.is_ok_and(|objects| payment_code::is_vietqr(&objects));
        same(
            "whether it is a VietQR",
            is_right && input.contains("A000000727"),
            is_vietqr,
        )?;
        refused_as_payment_qr(
            input,
            vector["action"].as_str().unwrap_or("REJECT_PAYMENT_QR"),
        )
    };
    bench.each("/valid", whole);
    bench.each("/published_but_crc_mismatch", whole);
    bench.each("/invalid", |vector| {
        let input = text(vector, "input");
        let found = payment_code::objects(input)
            .map(|_| ())
            .map_err(payment_code::NoPaymentQr::name);
        same("error", Err(text(vector, "error")), found)?;
        refused_as_payment_qr(input, text(vector, "action"))
    });
}

fn wallets(bench: &mut Bench<'_>) {
    for list in ["/valid", "/not_payment"] {
        bench.each(list, |vector| {
            let input = text(vector, "input");
            let wallet = payment_code::wallet(input);
            let class = vector["class"].as_str();
            same("class", class, wallet.map(payment_code::Wallet::name))?;
            let why = identify(&Scan::scanned(input), &Rules::default())
                .err()
                .map(|refused| refused.why);
            match (wallet, why) {
                (Some(wallet), why) => same("refused as", Some(Unreadable::Wallet(wallet)), why),
                (None, why) => holds("no wallet's", !matches!(why, Some(Unreadable::Wallet(_)))),
            }
        });
    }
    bench.each("/collision", |vector| {
        let input = text(vector, "input");
        let wallet = payment_code::wallet(input).ok_or("no wallet's")?;
        let read = identify(&Scan::scanned(input), &Rules::default());
        let why = read.err().map(|refused| refused.why);
        same("refused as", Some(Unreadable::Wallet(wallet)), why)?;
        let rules = Rules {
            company_prefixes: vec![input[..9].to_owned()],
            ..Rules::default()
        };
        let read =
            identify(&Scan::scanned(input), &rules).map_err(|refused| format!("{refused:?}"))?;
        same("the shop's own", Kind::Gsrn, read.first().kind)
    });
}

/// The rule that a vector says it needs.
fn link_rule(needs: &str) -> LinkRule {
    let part = |name: &str| {
        let (_, rest) = needs.split_once(name)?;
        Some(rest.split([',', ' ']).next().unwrap_or_default().to_owned())
    };
    let rule = json!({ "host": part("host="), "path": part("path="), "parameter": part("param=") });
    serde_json::from_value(rule).expect("a rule")
}

fn rules_of(vector: &Value) -> Rules {
    let needs = vector["needs"]
        .as_str()
        .unwrap_or("host=qr.example.vn path=/m/{member}");
    Rules {
        links: vec![link_rule(needs)],
        ..Rules::default()
    }
}

/// Words of other names for what a QR code holds, and our name.
const CLASSES: [(&str, &str); 11] = [
    ("WIFI", "WIFI"),
    ("OTP", "OTPAUTH"),
    ("HC1", "HEALTH_CERTIFICATE"),
    ("HEALTH", "HEALTH_CERTIFICATE"),
    ("SHC", "HEALTH_CERTIFICATE"),
    ("DCC", "HEALTH_CERTIFICATE"),
    ("SMS", "SMS"),
    ("MECARD", "VCARD"),
    ("MAIL", "MAILTO"),
    ("GEO", "GEO"),
    ("EVENT", "CALENDAR"),
];

/// Our name for a class.
fn our_class(class: &str) -> &str {
    let known = CLASSES.iter().find(|(word, _)| class.contains(word));
    known.map_or(class, |(_, ours)| ours)
}

fn class_of(input: &str, rules: &Rules) -> Option<&'static str> {
    if let Some(link) = web::look(input, &rules.links) {
        return Some(link.name());
    }
    let is_uri = input.starts_with("tel:") && phone::read(input).is_ok();
    is_uri
        .then_some("PHONE_URI")
        .or_else(|| other::look(input).map(other::Other::name))
}

fn others(bench: &mut Bench<'_>) {
    bench.each("/cases", |vector| {
        let input = text(vector, "input");
        let mut rules = rules_of(vector);
        let class = text(vector, "class");
        same("class", Some(our_class(class)), class_of(input, &rules))?;
        let read = identify(&Scan::scanned(input), &rules);
        match class {
            "URL_MEMBER" => {
                let read = read.map_err(|refused| format!("{refused:?}"))?;
                same("member", text(vector, "member"), &read.first().value)?;
                let Some(web::Link::Member { parts, .. }) = web::look(input, &rules.links) else {
                    return Err("no member".to_owned());
                };
                let app = parts
                    .iter()
                    .find(|(name, _)| name == "appId")
                    .map(|(_, app)| app.as_str());
                same("app", vector["app_id"].as_str(), app)
            }
            "PHONE_URI" => {
                let read = read.map_err(|refused| format!("{refused:?}"))?;
                same("telephone", text(vector, "phone"), &read.first().value)
            }
            "URL_SCHEME_DOWNGRADE" => {
                holds("refused", read.is_err())?;
                rules.links[0].unencrypted = Unencrypted::Allowed;
                let read = identify(&Scan::scanned(input), &rules)
                    .map_err(|refused| format!("{refused:?}"))?;
                holds(
                    "found where it is allowed",
                    read.first().lookup != Lookup::Nobody,
                )
            }
            _ => {
                let refused = read.err().ok_or("not refused")?;
                holds("nothing of it is given back", refused.readings.is_empty())
            }
        }
    });
}
