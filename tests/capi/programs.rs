//! One whole C program a section, under Valgrind.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use loy::exchange::{Acknowledgement, SigningKey, batch};
use loy::kernel::{Instant, MemberNumber};
use loy::scan::rotating;

use super::library::{Build, Shop, WRITER_SECRET, office_key, root};

fn runs(name: &str) {
    Shop::new().run(name, Build::Plain);
}

#[test]
fn versions_errors_rows_and_configuration_need_no_ledger() {
    runs("config");
}

#[test]
fn a_member_joins_once_and_is_found_by_phone_and_number() {
    runs("members");
}

#[test]
fn a_scan_is_a_member_s_or_asked_about_or_refused_by_name() {
    runs("scan");
}

#[test]
fn a_cart_built_or_read_is_one_cart_and_55_000_earn_6_points() {
    runs("cart");
}

#[test]
fn a_sale_is_held_committed_called_off_and_found_after_a_restart() {
    runs("sale");
}

#[test]
fn a_bill_is_claimed_by_a_member_once() {
    runs("claim");
}

#[test]
fn a_cashier_learns_and_nothing_is_kept() {
    runs("training");
}

#[test]
fn a_bill_is_parked_split_changed_and_returned() {
    runs("bill");
}

#[test]
fn a_sale_is_refunded_once_the_day_is_closed_and_the_ledger_is_sound() {
    runs("refund");
}

#[test]
fn above_the_ceiling_a_supervisors_pin_lets_one_operation_pass() {
    Shop::with_operators().run("people", Build::Plain);
}

#[test]
fn points_are_spent_with_a_code_that_the_telephone_shows_or_that_was_sent() {
    let shop = Shop::of_today();
    let first = fs::read_to_string(root().join("examples/programmes/vnd-10000.json"));
    let mut second: serde_json::Value = serde_json::from_str(&first.expect("there")).expect("JSON");
    second["version"] = 2.into();
    second["wallets"][0]["code_above"] = "10".into();
    second["wallets"][0]["without_code"] = "reason".into();
    let place = shop.path().join("programme-2.json");
    fs::write(place, second.to_string()).expect("written");
    // What the first member's telephone shows now.
    let member = MemberNumber::from_body(10_000_000_000).expect("a number");
    let key = rotating::member_key(&rotating::rotation_key(&[5; 32]), rotating::EPOCH, member);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let step = now.expect("after 1970").as_secs() / 30;
    let code = rotating::code(&key, member, step);
    fs::write(shop.path().join("rotating-code"), code).expect("written");
    shop.run("codes", Build::Plain);
}

#[test]
fn a_list_of_operators_changes_who_approves_while_the_till_is_open() {
    let shop = Shop::with_operators();
    shop.issue_operators("new", 1_795_300_000_001, "S1");
    shop.issue_operators("old", 1_795_299_999_999, "S1");
    shop.issue_operators("elsewhere", 1_795_300_000_002, "S2");
    shop.run("operators", Build::Plain);
}

#[test]
fn a_new_programme_prices_the_next_sale_and_not_the_one_that_was_promised() {
    let shop = Shop::new();
    let first = fs::read_to_string(root().join("examples/programmes/vnd-10000.json"));
    let second = first.expect("there").replace("\"10000\"", "\"5000\"");
    let second = second.replace("\"version\": 1", "\"version\": 2");
    fs::write(shop.path().join("programme-2.json"), second).expect("written");
    shop.run("install", Build::Plain);
}

#[test]
fn joining_and_a_review_give_points_and_a_removed_review_gives_them_back() {
    let shop = Shop::new();
    let first = fs::read_to_string(root().join("examples/programmes/vnd-10000.json"));
    let mut second: serde_json::Value = serde_json::from_str(&first.expect("there")).expect("JSON");
    second["version"] = 2.into();
    for (id, event, points) in [("welcome", "sign_up", "50"), ("stars", "review", "20")] {
        let event = serde_json::json!({"name": event, "points": points});
        let rule = serde_json::json!({"id": id, "wallet": "points", "event": event});
        second["earn"].as_array_mut().expect("rules").push(rule);
    }
    let place = shop.path().join("programme-2.json");
    fs::write(place, second.to_string()).expect("written");
    shop.run("events", Build::Plain);
}

#[test]
fn a_sale_turns_a_wheel_and_tells_what_it_won_once_it_is_final() {
    let shop = Shop::new();
    let first = fs::read_to_string(root().join("examples/programmes/vnd-10000.json"));
    let mut second: serde_json::Value = serde_json::from_str(&first.expect("there")).expect("JSON");
    second["version"] = 2.into();
    second["draws"] = serde_json::json!([
        {"id": "wheel", "name": {"vi": "Vòng quay"}, "turns": 2, "prizes": [{
            "id": "cup", "name": {"vi": "Ly sứ"}, "chance_percent": "100",
            "goods": {"vi": "một ly sứ"}, "gives": [{"wallet": "points", "points": "5"}],
        }]},
        {"id": "hello", "event": "check_in", "prizes": [{"id": "none", "chance_percent": "0"}]},
    ]);
    let place = shop.path().join("programme-2.json");
    fs::write(place, second.to_string()).expect("written");
    shop.run("draws", Build::Plain);
}

#[test]
fn a_batch_stays_the_same_until_head_office_has_it() {
    let shop = Shop::new();
    shop.run("send", Build::Plain);
    let bytes = fs::read(shop.path().join("batch")).expect("the program wrote it");
    let public_key = SigningKey::from_bytes(&WRITER_SECRET)
        .verifying_key()
        .to_bytes();
    let unverified = batch::read(&bytes).expect("a batch");
    let batch = unverified.verify(&public_key).expect("signed by the till");
    let last = batch.entries.last().expect("entries");
    let acknowledgement = Acknowledgement {
        tenant: batch.manifest.tenant,
        stream: batch.manifest.stream,
        seq: last.seq,
        hash: batch.head_hash,
        batch_id: batch.id,
        office_index: 1,
        office_time: Instant::from_ms(1_795_316_500_000),
    };
    let answer = acknowledgement.sign(&office_key());
    fs::write(shop.path().join("acknowledgement"), answer).expect("written");
    shop.run("acknowledge", Build::Plain);
}

#[test]
fn after_a_bug_of_ours_the_till_lives_and_reopening_heals() {
    let output = Shop::new().run("poison", Build::FaultInjection);
    // Not a word of the panic on the till's console.
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}
