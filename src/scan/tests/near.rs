//! Numbers near by, check digits, old fixed lines.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::check_digit::CheckDigit;
use super::super::*;
use crate::kernel::MemberNumber;

#[test]
fn a_mistyped_number_brings_up_the_numbers_one_slip_away() {
    let right: MemberNumber = "202601010016".parse().expect("a number");
    // A wrong digit, two swapped, one left out, one typed twice.
    for typed in [
        "202601010017",
        "202601100016",
        "20260101016",
        "2026010100016",
    ] {
        assert!(nearby::member_numbers(typed).contains(&right), "{typed}");
    }
    assert!(
        !nearby::member_numbers("202601019916").contains(&right),
        "two wrong digits"
    );
    assert_eq!(nearby::member_numbers(""), []);
    assert_eq!(nearby::member_numbers("20260101001A"), []);
    assert_eq!(nearby::member_numbers(&"1".repeat(33)), []);
}

#[test]
fn a_right_number_is_no_suggestion_for_itself() {
    let number: MemberNumber = "202601010016".parse().expect("a number");
    assert!(!nearby::member_numbers("202601010016").contains(&number));
    // Damm's digit catches every single slip that keeps the length.
    let near = nearby::member_numbers("202601010016");
    assert!(near.iter().all(|near| near.to_string().len() == 12));
    assert_eq!(near, []);
}

#[test]
fn a_phone_number_has_neighbours_too() {
    let near = nearby::numbers("0901234568", |number| phone::read(number).is_ok());
    let has = |number: &str| near.iter().any(|one| one == number);
    assert!(has("0901234567") && has("0901234586"));
    assert!(!has("0901234568") && !has("0101234568"));
}

#[test]
fn what_was_typed_brings_up_members_and_phones_but_never_itself() {
    let near = |typed: &str| {
        let near = nearby::readings(typed).into_iter();
        near.map(|reading| reading.value).collect::<Vec<_>>()
    };
    assert!(near("2026 0101 0017").contains(&"202601010016".to_owned()));
    // The same number without its zero is no other number, and each comes up once.
    let phones = near("090 123 4568");
    assert!(phones.contains(&"+84901234567".to_owned()));
    assert!(!phones.contains(&"+84901234568".to_owned()));
    let once: BTreeSet<&String> = phones.iter().collect();
    assert_eq!(once.len(), phones.len());
    assert!(near("4111111111111111").is_empty());
    assert!(near("KH-0001234567").is_empty());
}

#[test]
fn an_old_list_may_mean_a_fixed_line() {
    // Old and new numbers as the ministry's plan of 2016-11-21 gives them.
    for (old, new) in [
        ("0838221234", Some("+842838221234")),
        ("04 3512 1234", Some("+842435121234")),
        ("0511 3822 123", Some("+842363822123")),
        ("(0710) 3822123", Some("+842923822123")),
        ("0703822123", Some("+842703822123")),
        ("0901234567", None),
        ("0211 3822123", None),
        ("838221234", None),
        ("0838221a34", None),
    ] {
        assert_eq!(phone_before_2017::fixed_line(old).as_deref(), new, "{old}");
        let today = new.map(|new| phone::read(new).map(|phone| phone.e164).ok());
        assert_eq!(today, new.map(|new| Some(new.to_owned())), "{old}");
    }
}

#[test]
fn a_wrong_check_symbol_of_base_32_is_noticed() {
    use super::super::crockford::{Check, NoBase32, decoded};
    // 1234 is 16J, and 1234 modulo 37 is 13, which is D (crockford.com).
    assert_eq!(decoded("16JD", Check::AtEnd), Ok(1234));
    assert_eq!(decoded("16JE", Check::AtEnd), Err(NoBase32::CheckSymbol));
    assert_eq!(decoded("17JD", Check::AtEnd), Err(NoBase32::CheckSymbol));
    assert_eq!(decoded("D", Check::AtEnd), Err(NoBase32::Charset));
    assert_eq!(decoded("--", Check::Absent), Err(NoBase32::Charset));
    assert_eq!(
        decoded("G000000000000", Check::Absent),
        Err(NoBase32::TooLarge)
    );
}

#[test]
fn a_wallet_s_codes_have_their_lengths_and_beginnings() {
    use super::super::payment_code::{Wallet, wallet};
    let zeros = "0".repeat(30);
    for (beginning, lengths, expected) in [
        ("10", 18..=18, Wallet::WechatPay),
        ("15", 18..=18, Wallet::WechatPay),
        ("25", 16..=24, Wallet::Alipay),
        ("30", 16..=24, Wallet::Alipay),
        ("62", 19..=19, Wallet::UnionpayQr),
    ] {
        for length in 2..=30 {
            let code = &format!("{beginning}{zeros}")[..length];
            assert_eq!(
                wallet(code),
                lengths.contains(&length).then_some(expected),
                "{code}"
            );
        }
    }
    for other in [
        "",
        "1",
        "09",
        "160000000000000000",
        "24000000000000000",
        "31000000000000000",
    ] {
        assert_eq!(wallet(other), None, "{other}");
    }
}

// MOD 97-10 writes a letter as two digits, so a digit for a letter may slip through it.
const KINDS: [(CheckDigit, &str); 10] = [
    (CheckDigit::Gs1, "0123456789"),
    (CheckDigit::Luhn, "0123456789"),
    (CheckDigit::Damm, "0123456789"),
    (CheckDigit::Verhoeff, "0123456789"),
    (CheckDigit::Iso7064Mod11_10, "0123456789"),
    (CheckDigit::Iso7064Mod11_2, "0123456789"),
    (
        CheckDigit::Iso7064Mod37_36,
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    ),
    (
        CheckDigit::Iso7064Mod37_2,
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    ),
    (CheckDigit::Iso7064Mod97_10, "0123456789"),
    (CheckDigit::LuhnMod28, "0123456789BCFGHJKLMNPQRSTVXZ"),
];

proptest! {
    #[test]
    fn a_wrong_character_is_noticed_by_every_kind(
        places in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
        at in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
    ) {
        for (kind, alphabet) in KINDS {
            let letters: Vec<char> = alphabet.chars().collect();
            let body: String = places.iter().map(|place| *place.get(&letters)).collect();
            let whole = format!("{body}{}", kind.of(&body).expect("of the alphabet"));
            prop_assert!(kind.holds(&whole), "{kind:?} {whole}");
            prop_assert!(!kind.holds("") && !kind.holds("đ"));

            let mut changed: Vec<char> = body.chars().collect();
            let place = at.index(changed.len());
            changed[place] = *other.get(&letters);
            let changed: String = changed.into_iter().collect();
            let is_same = changed == body;
            let changed = format!("{changed}{}", &whole[body.len()..]);
            prop_assert_eq!(kind.holds(&changed), is_same, "{:?} {}", kind, changed);
        }
    }
}
