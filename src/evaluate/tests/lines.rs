//! Lines for receipt, cashier and display.

use proptest::prelude::*;

use super::Facts;
use crate::evaluate::{cashier_line, display_line, receipt_lines};
use crate::texts::Diacritics::{Kept, Stripped};

const REDEEMED: &str = "
    member: 30
    wants:  10
    cart:   1 x ao 65.000
";

#[test]
fn a_receipt_of_32_columns_in_vietnamese() {
    let facts = Facts::read(REDEEMED);
    let (quote, programme) = (facts.quote().expect("a quote"), facts.programme());
    assert_eq!(
        receipt_lines(&quote, &programme, 32, Kept),
        [
            "Tích được                 6 điểm",
            "Đã dùng                  10 điểm",
            "Giảm giá               -10.000 đ",
            "Số dư                    26 điểm",
        ]
    );
    assert_eq!(
        receipt_lines(&quote, &programme, 20, Stripped),
        [
            "Tich duoc     6 diem",
            "Da dung      10 diem",
            "Giam gia   -10.000 d",
            "So du        26 diem",
        ]
    );
    assert_eq!(
        cashier_line(&quote, &programme, 48, Kept),
        "được 6 điểm, số dư 26 điểm, dùng 10 điểm"
    );
    assert_eq!(
        display_line(&quote, &programme, 20, Stripped),
        "+6 diem, Du 26 diem"
    );
}

#[test]
fn a_receipt_without_a_card_says_what_a_card_would_bring() {
    let facts = Facts::read(
        "
        language: en
        cart:     1 x ao 55.000
        ",
    );
    let (quote, programme) = (facts.quote().expect("a quote"), facts.programme());
    assert_eq!(
        receipt_lines(&quote, &programme, 32, Kept),
        ["With a member card      6 points"]
    );
    assert_eq!(
        receipt_lines(&quote, &programme, 20, Kept),
        ["With a member card", "            6 points"]
    );
    assert_eq!(
        display_line(&quote, &programme, 20, Kept),
        "Member: +6 points"
    );
    assert_eq!(
        cashier_line(&quote, &programme, 40, Kept),
        "with a member card: 6 points"
    );
}

#[test]
fn a_sale_with_nothing_to_say_says_nothing_on_paper() {
    let facts = Facts::read("cart: 1 x keo 1.000");
    let (quote, programme) = (facts.quote().expect("a quote"), facts.programme());
    assert_eq!(
        receipt_lines(&quote, &programme, 32, Kept),
        Vec::<String>::new()
    );
    assert_eq!(
        cashier_line(&quote, &programme, 20, Stripped),
        "Khong tich diem"
    );
    assert_eq!(
        display_line(&quote, &programme, 20, Kept),
        "Cảm ơn quý khách"
    );
}

proptest! {
    #[test]
    fn no_line_is_wider_than_the_paper(
        bill in 0i64..9_000_000_000_000_000,
        points in 0i64..9_000_000_000_000,
        unit in "[a-zđểỹ]{1,40}",
        width in 0usize..60,
    ) {
        let story = format!(
            "with: /wallets/0/unit/vi = \"{unit}\"\nmember: {points}\nwants: {points}\ncart: 1 x ao {bill}"
        );
        let facts = Facts::read(&story);
        let (quote, programme) = (facts.quote().expect("a quote"), facts.programme());
        for diacritics in [Kept, Stripped] {
            let mut lines = receipt_lines(&quote, &programme, width, diacritics);
            lines.push(cashier_line(&quote, &programme, width, diacritics));
            lines.push(display_line(&quote, &programme, width, diacritics));
            for line in lines {
                prop_assert!(line.chars().count() <= width.clamp(20, 48), "{line:?}");
                prop_assert!(diacritics == Kept || line.is_ascii(), "{line:?}");
            }
        }
    }
}
