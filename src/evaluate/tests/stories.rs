//! What carts earn and what points pay, in tables of text.

use proptest::prelude::*;

use super::{VND_10000, cart_in, check, member, programme};
use crate::evaluate::evaluate;
use crate::texts::Language;

#[test]
fn a_bill_of_55_000_earns_6_points_when_halves_go_up() {
    // The worked example of the Nhanh.vn manual: 5,5 is 6 unless rounding down is on.
    check(
        "
        programme: vnd-10000.json
        member:    0
        cart:      1 x ao 55.000
        earns:     6
        pays:      55.000
        after:     6
        because:   Tích điểm theo hóa đơn: 55.000 đ / 10.000 đ × 1 điểm = 5,5 → 6 điểm (làm tròn nửa lên); thêm 10.000 đ để được thêm 1 điểm
    ",
    );
}

#[test]
fn a_bill_of_55_000_earns_5_points_when_rounding_down_is_on() {
    check(
        "
        programme: vnd-10000.json
        with:      /wallets/0/rounding = \"floor\"
        member:    0
        language:  en
        cart:      1 x ao 55.000
        earns:     5
        because:   Points on the bill: 55,000 VND / 10,000 VND × 1 point = 5.5 → 5 points (rounded down); 5,000 VND more for 1 point more
    ",
    );
}

#[test]
fn thirty_percent_of_600_000_at_10_000_a_point_is_18() {
    // Nhanh.vn: (600.000 * 30%) / 10.000 = 18.
    check(
        "
        with:   /earn/0/amount/points = \"0.3\"
        member: 0
        cart:   1 x ao 600.000
        earns:  18
    ",
    );
}

#[test]
fn the_rule_rounds_as_it_says_itself_before_what_its_wallet_says() {
    for (rounding, points) in [
        ("floor", 5),
        ("ceiling", 6),
        ("half_up", 6),
        ("half_even", 6),
        ("toward_zero", 5),
    ] {
        check(&format!(
            "
            with:   /earn/0/rounding = \"{rounding}\"
            member: 0
            cart:   1 x ao 55.000
            earns:  {points}
        "
        ));
    }
}

#[test]
fn rounding_is_once_for_the_sale_not_line_by_line() {
    // Three lines of 3.500: 0,35 each would be 0; 10.500 together is 1,05.
    check(
        "
        member: 0
        cart:   1 x a 3.500; 1 x b 3.500; 1 x c 3.500
        earns:  1
    ",
    );
}

#[test]
fn whole_steps_give_nothing_for_parts_of_a_step() {
    check(
        "
        with:     /earn/0/amount = {\"per\": \"20000\", \"points\": \"3\", \"mode\": \"whole_steps\"}
        member:   0
        language: en
        cart:     1 x ao 59.999
        earns:    6
        because:  Points on the bill: 59,999 VND has 2 times 20,000 VND × 3 points = 6 → 6 points (halves up); 1 VND more for 3 points more
    ",
    );
}

#[test]
fn a_small_bill_says_how_much_is_missing() {
    check(
        "
        with:     /wallets/0/rounding = \"floor\"
        member:   0
        cart:     1 x keo 8.000
        earns:    0
        because:  Tích điểm theo hóa đơn: hóa đơn 8.000 đ, chưa được điểm; thêm 2.000 đ để được thêm 1 điểm
    ",
    );
}

#[test]
fn goods_that_come_back_take_what_they_would_earn_and_what_is_sold_earns_as_if_alone() {
    // 55.000 d earn 5,5 points, halves up; 20.000 d take 2.
    check(
        "
        member:  10
        cart:    1 x ao 55.000; -1 x mu -20.000
        earns:   6
        after:   14
        pays:    35.000
        because: Khách trả hàng không có hóa đơn, hoàn 20.000 đ, trừ lại 2 điểm
    ",
    );
    // 55.000 d take 5: toward zero, whatever the rule says.
    check(
        "
        member:   10
        language: en
        cart:     1 x ao 20.000; -1 x mu -55.000
        earns:    2
        after:    7
        pays:     -35.000
        because:  Goods come back without their sale for 55,000 VND, 5 points taken back
    ",
    );
}

#[test]
fn without_a_card_the_quote_says_what_a_member_would_get() {
    check(
        "
        member:     none
        language:   en
        cart:       1 x ao 55.000
        earns:      0
        would earn: 6
        pays:       55.000
        because:    Points on the bill: 6 points with a member card (55,000 VND / 10,000 VND × 1 point = 5.5, halves up); 10,000 VND more for 1 point more
        because:    Points: no member card, none used
    ",
    );
}

#[test]
fn hundredths_of_a_point_are_kept_where_the_wallet_has_two_decimals() {
    // 55.000 / 10.000 = 5,5 points = 550 hundredths.
    check(
        "
        with:   /wallets/0/decimals = 2
        member: 0
        cart:   1 x ao 55.000
        earns:  550
        because: Tích điểm theo hóa đơn: 55.000 đ / 10.000 đ × 1 điểm = 5,5 → 5,5 điểm (làm tròn nửa lên); thêm 4.950 đ để được thêm 0,5 điểm
    ",
    );
}

#[test]
fn ten_points_at_5_000_take_50_000_off() {
    // Nhanh.vn: 1 point = 5.000, 10 points pay 50.000. What is left, 50.000, earns 5.
    check(
        "
        with:      /wallets/0/redeem/value = \"5000\"
        member:    30
        wants:     10
        language:  en
        cart:      1 x ao 100.000
        uses:      10
        pays:      50.000
        earns:     5
        after:     25
        could use: 20
        because:   Points: 10 points used, 50,000 VND off; 10 points asked for
    ",
    );
}

#[test]
fn no_more_is_used_than_the_member_has() {
    check(
        "
        member:   7
        wants:    10
        language: en
        cart:     1 x ao 100.000
        uses:     7
        pays:     93.000
        because:  Points: 7 points used, 7,000 VND off; only 7 points can be spent now
    ",
    );
}

#[test]
fn no_more_is_used_than_there_is_to_pay() {
    // 5.500 holds five whole points of 1.000; 500 stay to be paid.
    check(
        "
        member: 100
        wants:  100
        cart:   1 x ao 5.500
        uses:   5
        pays:   500
        because: Điểm: dùng 5 điểm, giảm 5.000 đ; không quá số tiền phải trả 5.500 đ
    ",
    );
}

#[test]
fn where_two_limits_say_the_same_the_members_own_is_told() {
    check(
        "
        member:   5
        wants:    6
        language: en
        cart:     1 x ao 5.000
        uses:     5
        pays:     0
        earns:    0
        because:  Points: 5 points used, 5,000 VND off; only 5 points can be spent now
        because:  Points on the bill: the bill after discounts is 0 VND, there is nothing to earn on
    ",
    );
}

#[test]
fn half_of_the_bill_is_the_most_where_the_programme_says_so() {
    check(
        "
        with:     /wallets/0/redeem/share_percent = \"50\"
        member:   100
        wants:    100
        language: en
        cart:     1 x ao 15.000
        uses:     7
        pays:     8.000
        because:  Points: 7 points used, 7,000 VND off; at most 50% of the bill, which is 7,500 VND
    ",
    );
}

#[test]
fn a_share_of_the_bill_is_rounded_down() {
    // Half of 1.999 is 999,50: a point of 1.000 is too much.
    check(
        "
        with:   /wallets/0/redeem/share_percent = \"50\"
        member: 100
        wants:  100
        cart:   1 x ao 1.999
        uses:   0
    ",
    );
}

#[test]
fn the_most_in_one_sale_holds() {
    check(
        "
        with:     /wallets/0/redeem/most = \"3\"
        member:   100
        wants:    50
        language: en
        cart:     1 x ao 15.000
        uses:     3
        because:  Points: 3 points used, 3,000 VND off; at most 3 points at a time
    ",
    );
}

#[test]
fn below_the_least_nothing_is_used() {
    // 450 wanted is four whole steps of 100, fewer than 500.
    check(
        "
        programme: gbp-1.json
        member:    900
        wants:     450
        language:  en
        cart:      1 x tea 20.00
        uses:      0
        pays:      20.00
        could use: 900
        because:   Points: 400 points could be used, fewer than the least of 500 points; 450 points asked for
    ",
    );
}

#[test]
fn whole_steps_of_100_points_are_used_and_pounds_are_earned_on_what_is_left() {
    // 1.250 points: 12 steps, 12.00 off 20.99; 8.99 earns 8.
    check(
        "
        programme: gbp-1.json
        member:    1.250
        wants:     1.250
        language:  en
        cart:      1 x tea 20.99
        uses:      1.200
        pays:      8.99
        earns:     8
        after:     58
        because:   Points: 1,200 points used, 12.00 GBP off; 1,250 points asked for
        because:   Points on the bill: 8.99 GBP / 1.00 GBP × 1 point = 8.99 → 8 points (rounded down); 0.01 GBP more for 1 point more
    ",
    );
}

#[test]
fn a_member_who_did_not_ask_is_told_what_could_be_used() {
    check(
        "
        member:    30
        cart:      1 x ao 55.000
        uses:      0
        pays:      55.000
        could use: 30
        because:   Điểm: không yêu cầu dùng; có thể dùng 30 điểm, giảm 30.000 đ; hiện chỉ dùng được 30 điểm
    ",
    );
}

#[test]
fn the_discount_is_split_over_what_each_line_costs() {
    // 10.000 over 10.000 : 20.000 : 40.000 is 1.428,57 : 2.857,14 : 5.714,29; the spare unit goes
    // to the largest remainder, the first line.
    check(
        "
        member:    10
        wants:     10
        cart:      1 x a 10.000; 1 x b 20.000; 1 x c 40.000
        uses:      10
        discounts: 1429, 2857, 5714
        pays:      60.000
    ",
    );
}

#[test]
fn a_returned_line_takes_no_part_of_a_discount() {
    check(
        "
        member:    100
        wants:     100
        cart:      1 x a 30.000; -1 x b -10.000; 1 x c 10.000; 1 x free 0
        uses:      30
        discounts: 22500, 0, 7500, 0
        pays:      0
    ",
    );
}

#[test]
fn a_wallet_that_does_not_pay_says_so() {
    check(
        "
        with:     /wallets/0/redeem = null
        member:   100
        wants:    5
        language: en
        cart:     1 x a 30.000
        uses:     0
        because:  Points: not for paying with
    ",
    );
}

#[test]
fn a_bill_of_nothing_uses_no_points() {
    check(
        "
        member:   100
        wants:    5
        language: en
        cart:     1 x a 0
        uses:     0
        earns:    0
        because:  Points: there is nothing to pay with points
    ",
    );
}

#[test]
fn a_new_member_is_told_that_there_is_nothing_to_spend_yet() {
    check(
        "
        member:   0
        wants:    5
        language: en
        cart:     1 x ao 55.000
        uses:     0
        because:  Points: none to spend yet
    ",
    );
}

proptest! {
    /// The most whole steps within every limit: one more step would break one of them.
    #[test]
    fn points_pay_as_much_as_every_limit_lets_them(
        lines in prop_oneof![
            prop::collection::vec(-50_000i64..200_000, 0..12),
            prop::collection::vec(-5i64..200, 0..4),
        ],
        (spendable, wanted) in (0i64..500, 0i64..500),
        (value, step, least) in (prop_oneof![1i64..10, 1i64..5_000], 1i64..20, 0i64..60),
        most in prop::option::of(80i64..400),
        percent in 1i64..=100,
    ) {
        let most_json = most.map_or("null".to_owned(), |most| format!("\"{most}\""));
        let terms = format!(
            r#"{{"value":"{value}","step":"{step}","least":"{least}","most":{most_json},"share_percent":"{percent}"}}"#
        );
        let document = VND_10000.replace(r#"{ "value": "1000" }"#, &terms);
        prop_assert_ne!(&document, VND_10000);
        let snapshot = member(spendable);
        let mut cart = cart_in("VND");
        cart.member = Some(snapshot.number);
        for amount in &lines {
            cart.add_line("ao", 1000, *amount).expect("a line");
        }
        cart.want_points("points", wanted).expect("points");
        let quote = evaluate(&programme(&document), Some(&snapshot), &cart, Language::Vi)
            .expect("a quote");

        let total: i64 = lines.iter().sum();
        let allowed = |points: i64| {
            points <= wanted
                && points <= spendable
                && most.is_none_or(|most| points <= most)
                && points * value * 100 <= total * percent
                && points * value <= total
        };
        let best = (0..=30_000).map(|steps| steps * step).take_while(|&points| allowed(points)).last();
        let best = best.unwrap_or(0);
        let expected = if best >= least { best } else { 0 };
        prop_assert_eq!(quote.redeemed(1).get(), expected);
        prop_assert_eq!(quote.discount().get(), expected * value);
        for (line, discount) in lines.iter().zip(&quote.outcome.line_discounts) {
            prop_assert!((0..=(*line).max(0)).contains(&discount.get()));
        }
    }
}
