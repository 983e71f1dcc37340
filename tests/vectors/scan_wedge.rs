//! What scanners say and what keyboards make of it.

use loy::scan::framing::without_frame;
use loy::scan::keyboard::{self, Typed};
use loy::scan::rules::{Framing, Separator};
use loy::scan::symbology::{self, Content, Symbology};
use loy::scan::{Kind, Reading, Rules, Scan, Unreadable, identify};
use serde_json::Value;

use crate::bench::{Bench, Look, Section, holds, same, text};

pub const SECTIONS: &[Section] = &[
    ("aim_symbology_ids", symbologies),
    ("scanner_wedge", wedges),
];

fn symbologies(bench: &mut Bench<'_>) {
    bench.each("/codes", |vector| {
        let code = text(vector, "code").chars().next().ok_or("no code")?;
        let told = text(vector, "symbology");
        let name = symbology::name_of(code).ok_or("unknown")?;
        same("name", told.split(" (").next(), Some(name))?;
        holds(
            "read with a modifier",
            Symbology::from_aim(&format!("]{code}0")).is_some(),
        )
    });
    bench.each("/gs1", |vector| {
        let aim = text(vector, "aim");
        let found = Symbology::from_aim(aim).ok_or("unknown")?;
        let expected = match text(vector, "data") {
            data if data.contains("add-on") => Content::WithAddOn,
            data if data.starts_with("GS1 element string") => Content::ElementString,
            data if data.starts_with("EAN-8") => Content::Ean8,
            data if data.starts_with("13 digits") => Content::Ean13,
            _ => Content::PlainOrLink,
        };
        same("content", expected, found.content())
    });
    bench.each("/upos_scan_data_type", |vector| {
        let value = vector["value"]
            .as_i64()
            .and_then(|value| i32::try_from(value).ok())
            .ok_or("no value")?;
        same(
            "name",
            Some(text(vector, "const")),
            symbology::driver_name(value),
        )?;
        let aim = Symbology::from_scan_data_type(value).and_then(Symbology::aim);
        same(
            "AIM identifier",
            vector["aim_equiv"].as_str(),
            aim.as_deref(),
        )
    });
}

fn readings(scan: &str) -> Result<Vec<Reading>, Unreadable> {
    let read = identify(&Scan::scanned(scan), &Rules::default());
    read.map(|read| read.readings)
        .map_err(|refused| refused.why)
}

fn wedges(bench: &mut Bench<'_>) {
    bench.each("/strip", |vector| {
        let framed = without_frame(text(vector, "raw"), &Framing::default());
        same("data", text(vector, "data"), framed.text)?;
        let aim = framed.symbology.and_then(Symbology::aim);
        same("AIM identifier", vector["aim"].as_str(), aim.as_deref())
    });
    bench.each("/gs_representations", separator);
    bench.each("/ime_unikey_engine/vectors", input_method);
    bench.each("/ime_unikey_engine/corruption_rate/rows", rates);
    bench.one("/windows_vietnamese_layout/map", |map| {
        let pairs = map.as_object().ok_or("no map")?;
        for (pressed, typed) in pairs {
            let typed = typed
                .as_str()
                .and_then(|typed| typed.chars().next())
                .ok_or("no letter")?;
            same(
                &format!("key of {typed}"),
                pressed.chars().next(),
                keyboard::key(typed),
            )?;
        }
        Ok(())
    });
    bench.each("/windows_vietnamese_layout/vectors", layout);
    bench.each("/case", |vector| {
        let read = readings(text(vector, "raw")).map_err(|why| why.to_string())?;
        same("spelling", text(vector, "canonical"), &read[0].value)
    });
}

/// A GSRN with the number of a card, as a scanner with this setting sends it.
fn separator(vector: &Value) -> Look {
    let (setting, raw) = (text(vector, "scanner_setting"), text(vector, "raw"));
    let mut rules = Rules::default();
    let (_, substitute) = setting.split_once("substitute ").unwrap_or_default();
    rules.framing.separators.push(substitute.to_owned());
    // Where the key is lost, so is the separator.
    let raw = match raw.contains("=>") {
        true => {
            rules.framing.separator = Separator::Lost;
            "801889345678000000001180191"
        }
        false => raw,
    };
    for scan in [raw.to_owned(), format!("]C1{raw}")] {
        let read =
            identify(&Scan::scanned(&scan), &rules).map_err(|refused| format!("{refused:?}"))?;
        let first = read.first();
        same("kind", Kind::Gsrn, first.kind)?;
        same(
            "member and card",
            ("893456780000000011", Some("1")),
            (&*first.value, first.instance.as_deref()),
        )?;
    }
    Ok(())
}

/// Whatever the input method made of the scan: the same answer, or a refusal that is not another
/// answer.
fn input_method(vector: &Value) -> Look {
    let scanned = text(vector, "scanned");
    let right = readings(scanned);
    let typed = vector.as_object().ok_or("no vector")?.iter();
    let typed = typed.filter(|(key, _)| !["scanned", "survives_all"].contains(&key.as_str()));
    let mut survives = true;
    for (method, typed) in typed {
        let typed = typed.as_str().ok_or("no text")?;
        survives &= typed == scanned;
        let found = readings(typed);
        let is_named = found == Err(Unreadable::InputMethod);
        // What was swallowed without a mark left leaves nothing to see but a wrong check character.
        let is_invisible = typed.is_ascii();
        holds(
            &format!("{method} is mended or named"),
            found == right || is_named || is_invisible,
        )?;
    }
    same("survives", vector["survives_all"].as_bool(), Some(survives))
}

/// The alphabets of loy's own codes pass every input method unharmed.
fn rates(vector: &Value) -> Look {
    let alphabet = text(vector, "alphabet").to_lowercase();
    let is_ours = alphabet.starts_with("digit") || alphabet.contains("safe");
    let mut all = ["telex", "stelex", "vni"]
        .iter()
        .flat_map(|method| vector[method].as_array().into_iter().flatten());
    holds(
        "our codes arrive whole",
        !is_ours || all.all(|rate| rate.as_f64() == Some(0.0)),
    )
}

fn layout(vector: &Value) -> Look {
    let (scanned, received) = (text(vector, "scanned"), text(vector, "received"));
    let points: Vec<String> = received
        .chars()
        .map(|c| format!("U+{:04X}", u32::from(c)))
        .collect();
    same(
        "code points",
        text(vector, "received_codepoints"),
        &points.join(" "),
    )?;
    let Typed::Restored(raw) = keyboard::look(received) else {
        return Err("not restored".to_owned());
    };
    same("restored", text(vector, "restored_from_raw"), &raw)?;
    same("right", scanned, &raw)?;
    let is_restorable = vector["restorable_after_NFC"].as_bool() == Some(true);
    let through_nfd = text(vector, "restored_after_NFC_via_NFD");
    match keyboard::look(text(vector, "received_after_app_NFC")) {
        Typed::Restored(restored) => {
            same("restored after NFC", through_nfd, &restored)?;
            holds("restorable", is_restorable)?;
        }
        Typed::Sorted(restored) => {
            same("read after NFC", through_nfd, &restored)?;
            holds("not restorable", !is_restorable)?;
        }
        other => return Err(format!("{other:?}")),
    }
    let (read, right) = (readings(received), readings(scanned));
    same("recognised as", right, read)
}
