//! A shop with two members, for what is told of two cards that have one account or become one.

use loy::kernel::MemberNumber;
use loy::till::{MemberCard, MergeSide, Till};
use serde_json::{Value, json};

use crate::shop::{Shop, TODAY, date, enrol, phone};

/// 10.000 đ = 1 point of 1.000 đ, good for 30 days; VIPs have spent 150.000 đ.
pub fn shop_with(parts: Value) -> Shop {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["wallets"][0]["expiry"] = json!({"days": 30});
    document["tiers"] = json!({"basis": "spend", "levels": [
        {"id": "basic", "name": {"vi": "Thường"}, "from": "0"},
        {"id": "vip", "name": {"vi": "VIP"}, "from": "150000"},
    ]});
    for (key, value) in parts.as_object().unwrap() {
        document[key] = value.clone();
    }
    Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes())
}

pub fn shop() -> Shop {
    shop_with(json!({}))
}

pub const OTHER_PHONE: &str = "0987654321";

pub fn two(till: &Till) -> (MemberNumber, MemberNumber) {
    let other = till.enrol("enrol-2", &phone(OTHER_PHONE)).unwrap();
    (enrol(till), other.number)
}

pub fn scan(till: &Till, member: MemberNumber) -> MemberCard {
    till.scan(&member.to_string(), date(TODAY)).unwrap()
}

pub fn tier(till: &Till, member: MemberNumber) -> String {
    scan(till, member).tier.unwrap().tier
}

/// What a preview tells of one side: points, lots by wallet, tier.
pub fn told(side: &MergeSide) -> (i64, Vec<usize>, String) {
    let tier = side.card.tier.as_ref().unwrap().tier.clone();
    let known = side.card.wallets[0].balance.known.get();
    (known, side.lots.clone(), tier)
}
