//! Numbers and strings of GS1.

use loy::scan::ean::{self, Use};
use loy::scan::gs1::{self, Element, Separators, coupon, link};
use loy::scan::{Kind, Rules, Scan, identify};
use serde_json::Value;

use crate::bench::{Bench, Look, Section, holds, same, text};

pub const SECTIONS: &[Section] = &[
    ("gs1_mod10", mod10),
    ("gs1_prefix_classes", prefixes),
    ("gs1_element_strings", element_strings),
    ("gs1_coupon_8112", coupons),
    ("gs1_digital_link", links),
];

type Classify = fn(&str) -> Result<ean::Class, ean::NoEan>;

fn mod10(bench: &mut Bench<'_>) {
    let kinds: [(&str, Classify); 3] = [
        ("ean13", ean::ean13),
        ("ean8", ean::ean8),
        ("upca", ean::upc_a),
    ];
    for (kind, classify) in kinds {
        bench.each(&format!("/{kind}/valid"), |vector| {
            let input = text(vector, "input");
            let class = classify(input).map_err(|error| error.to_string())?;
            same("class", text(vector, "class"), class.name())?;
            if let Some(digit) = vector["check_digit"].as_str() {
                same("check digit", Some(digit), input.get(input.len() - 1..))?;
            }
            vector["as_ean13"]
                .as_str()
                .map_or(Ok(()), |full| same("13 digits", full, &ean::spelled(input)))
        });
        bench.each(&format!("/{kind}/invalid"), |vector| {
            let found = classify(text(vector, "input")).map_err(ean::NoEan::name);
            same("error", Err(text(vector, "error")), found)
        });
    }
    bench.each("/gsrn18/valid", |vector| {
        same("GSRN", Ok(()), ean::check(text(vector, ""), 18))
    });
    bench.each("/gsrn18/invalid", |vector| {
        let found = ean::check(text(vector, "input"), 18).map_err(ean::NoEan::name);
        same("error", Err(text(vector, "error")), found)
    });
    bench.each("/undetected_transpositions", |vector| {
        let (a, b) = (text(vector, "a"), text(vector, "b"));
        holds("two numbers", a != b)?;
        same(
            "both",
            (Ok(()), Ok(())),
            (ean::check(a, a.len()), ean::check(b, b.len())),
        )
    });
}

/// Numbers of the first and the last of these prefixes.
fn numbers_of(prefix: &str) -> Vec<String> {
    let ends = prefix
        .split_once('-')
        .map_or(vec![prefix], |(first, last)| vec![first, last]);
    let number = |prefix: &str| {
        let body = format!("{prefix}{}", &"123456789012"[prefix.len()..]);
        let mut checked = (0..10).map(|digit| format!("{body}{digit}"));
        checked
            .find(|number| ean::check(number, 13).is_ok())
            .unwrap()
    };
    ends.into_iter().map(number).collect()
}

fn prefixes(bench: &mut Bench<'_>) {
    bench.each("/table", |vector| {
        let expected = match &vector["member_code_allowed"] {
            Value::Bool(true) => Use::Member,
            Value::Bool(false) => Use::Other,
            Value::String(words) if words.starts_with("voucher") => Use::Coupon,
            Value::String(words) if words.contains("merchant config") => Use::MemberInRange,
            other => return Err(format!("what is {other}?")),
        };
        for number in numbers_of(text(vector, "prefix")) {
            let class = ean::ean13(&number).map_err(|error| error.to_string())?;
            same(&number, expected, class.allowed())?;
            let read = identify(&Scan::scanned(&number), &Rules::default());
            let kind = read.as_ref().ok().map(|read| read.first().kind);
            let wanted = match expected {
                Use::Member => Some(Kind::EanCard),
                Use::Coupon => Some(Kind::Coupon),
                Use::MemberInRange | Use::Other => None,
            };
            same("recognised as", wanted, kind)?;
        }
        Ok(())
    });
}

fn pairs(vector: &Value) -> Vec<(&str, &str)> {
    let pairs = vector["ais"].as_array().expect("ais");
    pairs
        .iter()
        .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
        .collect()
}

fn found(elements: &[Element]) -> Vec<(&str, &str)> {
    elements
        .iter()
        .map(|one| (one.identifier.as_str(), one.value.as_str()))
        .collect()
}

/// What the till says of it, by its key.
fn recognised(scan: &str, elements: &[Element]) -> Look {
    let read = identify(&Scan::scanned(scan), &Rules::default());
    let of = |number: &str| elements.iter().find(|one| one.identifier == number);
    let expected = match (of("8018"), of("255")) {
        (Some(member), _) => Some((Kind::Gsrn, member.value.clone())),
        (None, Some(coupon)) => Some((Kind::Coupon, coupon.value.clone())),
        _ => None,
    };
    let first = read
        .ok()
        .map(|read| (read.first().kind, read.first().value.clone()));
    same("recognised as", expected, first)
}

fn element_strings(bench: &mut Bench<'_>) {
    bench.each("/valid", |vector| {
        let scan = text(vector, "scan");
        let elements = gs1::elements(&scan[3..], Separators::Sent).map_err(|error| error.name())?;
        same("elements", pairs(vector), found(&elements))?;
        recognised(scan, &elements)
    });
    bench.each("/invalid", |vector| {
        let scan = text(vector, "scan");
        let found = gs1::elements(&scan[3..], Separators::Sent).map_err(|error| error.name());
        same("error", Err(text(vector, "error").to_owned()), found)?;
        holds(
            "it is refused",
            identify(&Scan::scanned(scan), &Rules::default()).is_err(),
        )
    });
    bench.each("/ai_table", |vector| {
        let numbers = text(vector, "ai");
        let ends = numbers
            .split_once('-')
            .map_or(vec![numbers], |(first, last)| vec![first, last]);
        for number in ends {
            let known = gs1::identifier(number).ok_or("unknown")?;
            same(
                "whether a separator follows",
                vector["fnc1"].as_bool(),
                Some(!known.is_fixed),
            )?;
            let title = text(vector, "title");
            let is_named = title.contains(known.title)
                || known.title.contains(title)
                || known.title == "COUPON";
            holds(&format!("{title} is {}", known.title), is_named)?;
            same(
                "form",
                form(text(vector, "format")),
                known.form.replace(['!', 'd', 'D', 'c'], ""),
            )?;
        }
        Ok(())
    });
}

/// `N13+[N..12]` as the table writes it: `N13 N..12?`.
fn form(written: &str) -> String {
    let part = |part: &str| match part
        .strip_prefix('[')
        .and_then(|part| part.strip_suffix(']'))
    {
        Some(optional) => format!("{optional}?"),
        None => part.replace(" zero", "z"),
    };
    written.split('+').map(part).collect::<Vec<_>>().join(" ")
}

fn coupons(bench: &mut Bench<'_>) {
    bench.each("/valid", |vector| {
        let offer = text(vector, "input");
        same("offer", Ok(()), coupon::offer(offer))?;
        let element = gs1::elements(&format!("8112{offer}"), Separators::Sent);
        same(
            "element",
            Some(1),
            element.ok().map(|elements| elements.len()),
        )
    });
    bench.each("/invalid", |vector| {
        let found = coupon::offer(text(vector, "input")).map_err(coupon::NoOffer::name);
        same("error", Err(text(vector, "error")), found)
    });
}

fn links(bench: &mut Bench<'_>) {
    for list in ["/valid", "/edge"] {
        bench.each(list, |vector| {
            let uri = text(vector, "uri");
            let elements = link::elements(uri).map_err(|error| error.name())?;
            same("elements", pairs(vector), found(&elements))?;
            recognised(uri, &elements)
        });
    }
    bench.each("/invalid", |vector| {
        let uri = text(vector, "uri");
        let found = link::elements(uri).map_err(|error| error.name());
        same("error", Err(text(vector, "error").to_owned()), found)?;
        holds(
            "it is refused",
            identify(&Scan::scanned(uri), &Rules::default()).is_err(),
        )
    });
}
