//! One-time passwords, and the rotating member code that is made of them.

use hmac::{Hmac, KeyInit, Mac};
use loy::kernel::{Instant, MemberNumber};
use loy::scan::one_time::{self, Expected, NoPassword, STEP_SECONDS};
use loy::scan::rotating::{self, NoRotatingCode};
use serde_json::Value;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::bench::{Bench, Section, holds, same, text};

pub const SECTIONS: &[Section] = &[
    ("hotp_rfc4226", hotp),
    ("totp_rfc6238", totp),
    ("design_rotating_member_code", rotating_member_code),
];

/// The one seed of RFC 4226 and, longer, of RFC 6238: the digits from 1 on, round and round.
fn seed(length: usize) -> Vec<u8> {
    (b'1'..=b'9').chain([b'0']).cycle().take(length).collect()
}

fn number(vector: &Value, key: &str) -> Result<u64, String> {
    vector[key].as_u64().ok_or(format!("no {key}"))
}

fn bytes(hex: &str) -> Result<Vec<u8>, String> {
    let pairs = (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16));
    pairs
        .collect::<Result<_, _>>()
        .map_err(|_| "no hex".to_owned())
}

/// The name by which the vectors call an answer.
fn error_name(answer: Result<u64, NoPassword>) -> Option<&'static str> {
    match answer {
        Ok(_) => None,
        Err(NoPassword::Length) => Some("LENGTH"),
        Err(NoPassword::NotDigits) => Some("CHARSET"),
        Err(NoPassword::Wrong) => Some("WRONG"),
        Err(NoPassword::Used) => Some("REPLAY"),
        Err(NoPassword::Late(_)) => Some("EXPIRED"),
        Err(NoPassword::Early(_)) => Some("COUNTER_AHEAD"),
    }
}

/// The name alone: some explain themselves in brackets.
fn error_of(vector: &Value) -> Option<&str> {
    let text = vector["error"].as_str()?;
    text.split(' ').next()
}

fn hotp(bench: &mut Bench<'_>) {
    let key = seed(20);
    bench.one("/secret_ascii", |secret| {
        same("seed", text(secret, "").as_bytes(), key.as_slice())
    });
    bench.one("/secret_hex", |secret| {
        same("seed", bytes(text(secret, ""))?, key.clone())
    });
    bench.each("/vectors", |vector| {
        let count = number(vector, "count")?;
        let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(&key).unwrap();
        mac.update(&count.to_be_bytes());
        let tag = mac.finalize().into_bytes();
        same("HMAC", bytes(text(vector, "hmac_sha1"))?, tag.to_vec())?;
        let truncated = one_time::truncated::<Hmac<Sha1>>(&key, count);
        same(
            "bits",
            number(vector, "truncated_dec")?,
            u64::from(truncated),
        )?;
        same(
            "bits",
            text(vector, "truncated_hex"),
            &format!("{truncated:08x}"),
        )?;
        let password = one_time::password::<Hmac<Sha1>>(&key, count, 6);
        same("password", text(vector, "hotp6"), &password)
    });
    bench.each("/invalid", |vector| {
        let count = number(vector, "count")?;
        let expected = Expected {
            digits: 6,
            step: count,
            window: 0,
            // Whoever is at a count has taken those before it.
            last_used: count.checked_sub(1),
        };
        let found = one_time::check::<Hmac<Sha1>>(&key, text(vector, "code"), expected);
        same("error", error_of(vector), error_name(found))
    });
}

fn totp_of(mode: &str, step: u64) -> Result<String, String> {
    Ok(match mode {
        "SHA1" => one_time::password::<Hmac<Sha1>>(&seed(20), step, 8),
        "SHA256" => one_time::password::<Hmac<Sha256>>(&seed(32), step, 8),
        "SHA512" => one_time::password::<Hmac<Sha512>>(&seed(64), step, 8),
        _ => return Err("no mode".to_owned()),
    })
}

fn step_of(vector: &Value, key: &str) -> Result<u64, String> {
    let seconds = i64::try_from(number(vector, key)?).map_err(|_| "too late")?;
    one_time::step_at(Instant::from_ms(seconds * 1_000)).ok_or("before 1970".to_owned())
}

fn totp(bench: &mut Bench<'_>) {
    for (mode, length) in [("SHA1", 20), ("SHA256", 32), ("SHA512", 64)] {
        bench.one(&format!("/seeds/{mode}"), |given| {
            same(
                "seed",
                text(given, "ascii").as_bytes(),
                seed(length).as_slice(),
            )?;
            same("seed", bytes(text(given, "hex"))?, seed(length))
        });
    }
    let is = |what: &'static str, found: i64| {
        move |value: &Value| same(what, value.as_i64(), Some(found))
    };
    bench.one("/T0", is("the first step begins in 1970", 0));
    bench.one("/step", is("seconds of a step", STEP_SECONDS));
    bench.one("/digits", is("digits", 8));
    bench.each("/vectors", |vector| {
        let step = step_of(vector, "time")?;
        same("step", text(vector, "T_hex"), &format!("{step:016X}"))?;
        same(
            "password",
            text(vector, "totp8"),
            &totp_of(text(vector, "mode"), step)?,
        )
    });
    bench.each("/invalid", |vector| {
        let step = step_of(vector, "time")?;
        let expected = Expected {
            digits: 8,
            step,
            window: vector["window"].as_u64().unwrap_or(0),
            last_used: vector["last_accepted_T"].as_u64(),
        };
        let code = text(vector, "code");
        let found = error_name(one_time::check::<Hmac<Sha1>>(&seed(20), code, expected));
        if error_of(vector) == Some("WRONG_ALGORITHM") {
            let others = ["SHA256", "SHA512"].map(|mode| totp_of(mode, step));
            holds(
                "of another algorithm",
                others.contains(&Ok(code.to_owned())),
            )?;
            return same("error", Some("WRONG"), found);
        }
        same("error", error_of(vector), found)
    });
}

const ROTATION_KEY: [u8; 32] = {
    let mut key = [0; 32];
    let mut at = 0;
    while at < 32 {
        key[at] = at as u8;
        at += 1;
    }
    key
};

fn key_of(member: MemberNumber) -> [u8; 20] {
    *rotating::member_key(&ROTATION_KEY, rotating::EPOCH, member)
}

fn rotating_member_code(bench: &mut Bench<'_>) {
    bench.one("/status", |status| {
        holds(
            "a recommendation",
            text(status, "").starts_with("RECOMMENDATION"),
        )
    });
    bench.one("/layout", |layout| {
        let told = format!("{} ASCII digits: '{}'", rotating::DIGITS, rotating::MARKER);
        holds("the layout", text(layout, "").starts_with(&told))
    });
    bench.one("/key", |key| {
        holds("HKDF of 20 bytes", text(key, "").contains("L=20"))
    });
    bench.one("/key_epoch", |epoch| {
        same("epoch", epoch.as_u64(), Some(u64::from(rotating::EPOCH)))
    });
    bench.one("/ikm_hex", |key| {
        same("rotation key", bytes(text(key, ""))?, ROTATION_KEY.to_vec())
    });
    google_wallet(bench);
    bench.each("/valid", |vector| {
        let member = text(vector, "member12");
        same("body", text(vector, "member11"), &member[..11])?;
        let number: MemberNumber = member.parse().map_err(|_| "no member number")?;
        let key = key_of(number);
        same("key", bytes(text(vector, "key_hex"))?, key.to_vec())?;
        let step = step_of(vector, "unix")?;
        same("step", number_of(vector, "step"), Some(step))?;
        let code = rotating::code(&key, number, step);
        same("code", text(vector, "payload"), &code)?;
        let (found, password) = rotating::read(&code).map_err(|error| error.to_string())?;
        same("member", number, found)?;
        same("password", text(vector, "totp8"), password)?;
        // A telephone whose clock is a step off is taken, one that is two steps off is not.
        for (now, answer) in [
            (step - 1, Ok(step)),
            (step, Ok(step)),
            (step + 1, Ok(step)),
            (step + 2, Err(NoPassword::Late(2))),
            (step - 2, Err(NoPassword::Early(2))),
        ] {
            same("answer", answer, rotating::check(&key, password, now, None))?;
        }
        Ok(())
    });
    bench.each("/invalid", |vector| {
        let found = match rotating::read(text(vector, "payload")) {
            Err(NoRotatingCode::Length) => Some("LENGTH"),
            Err(NoRotatingCode::Marker) => Some("FORMAT_MARKER"),
            Err(NoRotatingCode::Member) => Some("MEMBER"),
            Ok((member, password)) => {
                let (now, last) = (step_of(vector, "unix")?, number_of(vector, "last_step"));
                match rotating::check(&key_of(member), password, now, last) {
                    Err(NoPassword::Wrong) => Some("OTP_WRONG"),
                    Err(NoPassword::Used) => Some("OTP_REPLAY"),
                    other => error_name(other),
                }
            }
        };
        same("error", error_of(vector), found)
    });
}

fn number_of(vector: &Value, key: &str) -> Option<u64> {
    vector[key].as_u64()
}

/// What a wallet is given, value by value.
fn google_wallet(bench: &mut Bench<'_>) {
    let member: MemberNumber = "123456789018".parse().unwrap();
    let made: Value =
        serde_json::from_str(&rotating::google_wallet(&key_of(member), member)).unwrap();
    let algorithm = made.pointer("/rotatingBarcode/totpDetails/algorithm");
    assert_eq!(
        algorithm,
        Some(&"TOTP_SHA1".into()),
        "the only one it knows"
    );
    for place in [
        "/rotatingBarcode/type",
        "/rotatingBarcode/valuePattern",
        "/rotatingBarcode/alternateText",
        "/rotatingBarcode/totpDetails/periodMillis",
        "/rotatingBarcode/totpDetails/parameters/0",
    ] {
        bench.one(&format!("/google_wallet{place}"), |value| {
            same("value", Some(value), made.pointer(place))
        });
    }
}
