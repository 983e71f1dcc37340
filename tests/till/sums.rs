//! What members' earlier sales amount to is what the sales say, whatever happened to them.

use loy::evaluate::cart::ReturnOf;
use loy::evaluate::{Cart, Line};
use loy::kernel::{MemberNumber, Money, Quantity, SaleId};
use loy::till::{
    Depth, EventReport, EventReturn, Goods, Measure, RefundRequest, ReturnedPart, Settings, Till,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::shop::{
    Shop, TODAY, assert_sound, cart_of, claim_of, date, enrol, phone, refund_of, spending,
};

/// A programme that asks for the past in every way there is.
fn curious(version: u32, tiers: &Value) -> Value {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["version"] = json!(version);
    document["wallets"][0]["caps"] = json!({"month": "400"});
    document["tiers"] = tiers.clone();
    document["tiers"]["levels"] = json!([
        {"id": "basic", "name": {"vi": "Thường"}, "from": "0"},
        {"id": "vip", "from": "3", "factor": "2", "name": {"vi": "VIP"},
            "entry": {"wallet": "points", "points": "20"}},
        {"id": "top", "from": "60", "name": {"vi": "Nhất"}},
    ]);
    let rule = |id: &str, parts: Value| {
        let mut rule = parts;
        rule["id"] = json!(id);
        rule["wallet"] = json!("points");
        rule
    };
    let fixed = |id: &str, when: Value| {
        rule(
            id,
            json!({"fixed": {"points": "1"}, "qualifies": false, "when": when}),
        )
    };
    let past = |past: Value| json!({ "past": past });
    document["earn"] = json!([
        rule(
            "bill",
            json!({"amount": {"per": "10000", "points": "1"}, "caps": {"day": "90"}})
        ),
        rule(
            "bonus",
            json!({"fixed": {"points": "3"}, "times": {"month": 2, "ever": 9}})
        ),
        rule(
            "stars",
            json!({"event": {"name": "review", "points": "5"}, "times": {"year": 2}})
        ),
        fixed(
            "spent",
            past(json!({"count": "spend", "days": 30, "from": "200000"}))
        ),
        fixed(
            "often",
            past(json!({"count": "visits", "months": 12, "from": "3"}))
        ),
        fixed(
            "had",
            past(json!({"count": "times", "rule": "bonus", "from": "2"}))
        ),
        fixed(
            "earned",
            past(json!({"count": "points", "wallet": "points", "from": "40"}))
        ),
        fixed("away", json!({"last_visit": {"from": 20}})),
    ]);
    document["rewards"] = json!([{"id": "gift", "wallet": "points", "points": "10",
        "money": "5000", "use": "automatic", "most_per_day": 1,
        "name": {"vi": "Quà"}}]);
    document["offers"] = json!([{"id": "half", "percent": "50", "times": {"month": 2}}]);
    document["claims"] = json!({"within_days": 365});
    document
}

fn ladders() -> [Value; 4] {
    [
        json!({"basis": "visits", "window": "months", "months": 6}),
        json!({"basis": "earned", "wallet": "points", "window": "months", "months": 12,
            "term": {"months": 3}}),
        json!({"basis": "spend", "window": "calendar_year"}),
        json!({"basis": "fee", "lines": {"skus": ["AO-01"]}, "window": "lifetime"}),
    ]
}

/// Something that happens: which act, to which sale or member, on which day, for how much.
type Happening = (u8, usize, u32, i64);

struct Story<'a> {
    till: Till,
    shop: &'a Shop,
    members: Vec<MemberNumber>,
    sales: Vec<SaleId>,
    events: Vec<u64>,
    version: u32,
}

impl Story<'_> {
    fn cart(&self, who: usize, days: u32, total: i64) -> Cart {
        let mut cart = cart_of(self.members[who % self.members.len()], total * 1_000);
        cart.business_date = date(TODAY).minus_days(days).unwrap();
        if who.is_multiple_of(3) {
            cart.receipt_group = Some(format!("table-{}", who % 2));
        }
        let bread = Line::new("BANH", Quantity::new(1_000), Money::new(20_000));
        cart.lines.push(bread);
        cart
    }

    fn back(&self, which: usize, goods: Goods) -> Option<RefundRequest> {
        let sale = *self.sales.get(which % self.sales.len().max(1))?;
        Some(RefundRequest {
            goods,
            reason: Some("typed twice".to_owned()),
            ..refund_of(sale)
        })
    }

    /// A refusal is an answer, too.
    fn happens(&mut self, number: usize, (act, which, days, total): Happening) {
        let id = format!("act-{number}");
        let mut cart = self.cart(which, days, total);
        let part = |measure| Goods::Parts(vec![ReturnedPart { line: 0, measure }]);
        let goods = match act {
            4 => part(Measure::Amount(Money::new(total * 300))),
            5 => part(Measure::Quantity(Quantity::new(500))),
            6 => Goods::PostVoid,
            _ => Goods::Everything,
        };
        match act {
            0 => {
                if total % 2 == 0 {
                    cart = spending(cart.member.unwrap(), total * 1_000, total % 7);
                }
                self.sales
                    .extend(self.till.record(&id, &cart).map(|sale| sale.id));
            }
            1 => {
                let held = self.till.authorise(&id, &cart, 60).unwrap().id;
                if total % 3 == 0 {
                    self.shop.clock.advance_seconds(90);
                }
                if total % 5 == 0 {
                    self.till.void(&format!("{id}-void"), held, "").unwrap();
                } else {
                    cart.lines[0].line_total = Money::new(total * 2_000);
                    let last = (total % 2 == 0).then_some(&cart);
                    self.till
                        .commit(&format!("{id}-commit"), held, last)
                        .unwrap();
                    self.sales.push(held);
                }
            }
            2 => {
                let member = cart.member.take().unwrap();
                let sale = self.till.record(&id, &cart).unwrap().id;
                if total % 2 == 0 {
                    let back = RefundRequest {
                        goods: part(Measure::Quantity(Quantity::new(300))),
                        ..refund_of(sale)
                    };
                    self.till.refund(&format!("{id}-back"), &back).unwrap();
                }
                let _ = self
                    .till
                    .claim(&format!("{id}-claim"), &claim_of(sale, member));
                self.sales.push(sale);
            }
            3..=6 => {
                if let Some(back) = self.back(which, goods) {
                    let _ = self.till.refund(&id, &back);
                }
            }
            7 | 8 => {
                // An exchange, of goods of a known sale and of others.
                let sale = self.sales.get(which % self.sales.len().max(1));
                let goods = Line {
                    return_of: sale.filter(|_| total % 2 == 0).map(|sale| ReturnOf {
                        sale: sale.to_string(),
                        line: 0,
                    }),
                    ..Line::new("AO-01", Quantity::new(-400), Money::new(-total * 100))
                };
                if act == 7 {
                    cart.lines.push(goods);
                    cart.business_date = date(TODAY);
                    self.sales
                        .extend(self.till.record(&id, &cart).map(|sale| sale.id));
                } else {
                    cart.lines = vec![Line {
                        return_of: None,
                        ..goods
                    }];
                    let _ = self.till.refund_unlinked(&id, &cart);
                }
            }
            9 => {
                let report = EventReport {
                    time: Some((cart.at_ms, cart.utc_offset_minutes, cart.business_date)),
                    ..EventReport::new("review", cart.member.unwrap())
                };
                self.events
                    .extend(self.till.event(&id, &report).map(|event| event.seq));
            }
            10 => {
                if let Some(seq) = self.events.get(which % self.events.len().max(1)) {
                    let back = EventReturn {
                        seq: *seq,
                        ..EventReturn::default()
                    };
                    let _ = self.till.take_back_event(&id, &back);
                }
            }
            _ => {
                self.version += 1;
                let ladder = &ladders()[which % 4];
                let programme = curious(self.version, ladder).to_string();
                self.till.install_programme(programme.as_bytes()).unwrap();
            }
        }
    }

    /// What every member would be told on some dates.
    fn told(&self, till: &Till) -> Vec<String> {
        let carts = (0..self.members.len() * 4).map(|number| {
            let days = [0, 10, 40, 300][number / self.members.len()];
            self.cart(number, days, 77)
        });
        carts
            .map(|cart| format!("{:?}", till.evaluate(&cart).unwrap()))
            .collect()
    }
}

fn with_a_tool(shop: &Shop, sql: &str) {
    let tool = rusqlite::Connection::open(shop.path()).unwrap();
    tool.execute_batch(sql).unwrap();
    tool.close().unwrap();
}

fn begin<'a>(shop: &'a Shop) -> Story<'a> {
    let till = shop.create();
    let second = till.enrol("enrol-2", &phone("0987654321")).unwrap().number;
    Story {
        members: vec![enrol(&till), second],
        till,
        shop,
        sales: Vec::new(),
        events: Vec::new(),
        version: 1,
    }
}

fn shop(ladder: usize) -> Shop {
    let document = curious(1, &ladders()[ladder]).to_string();
    Shop::with(|provisioning| provisioning.programme = document.into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Kept sums are those made of the documents, month by month (`verify`), and who has none kept, as a
    /// reader of an older library's file, is told the same.
    #[test]
    fn what_is_kept_of_the_past_is_what_the_documents_say(
        ladder in 0usize..4,
        happenings in prop::collection::vec(
            (0u8..12, 0usize..40, prop::sample::select(vec![0u32, 0, 0, 1, 5, 35, 200, 400]), 1i64..120),
            1..40,
        ),
    ) {
        let shop = shop(ladder);
        let mut story = begin(&shop);
        for (number, happening) in happenings.into_iter().enumerate() {
            story.happens(number, happening);
        }
        prop_assert_eq!(story.till.verify(Depth::Full).unwrap(), []);
        let told = story.told(&story.till);
        story.till.close();
        with_a_tool(&shop, "DELETE FROM past; UPDATE head SET counted_seq = -1");
        let reader = Till::open_reader(&Settings::new(shop.path())).unwrap();
        prop_assert_eq!(&story.told(&reader), &told);
        drop(reader);
        let till = shop.open();
        prop_assert_eq!(&story.told(&till), &told);
        prop_assert_eq!(till.verify(Depth::Full).unwrap(), []);
    }
}

#[test]
fn a_sum_that_was_changed_is_found_and_a_saved_file_has_it_anew() {
    let shop = shop(2);
    let story = begin(&shop);
    // 57.000 d and 20.000 d of bread, on two dates: two months.
    story.till.record("one", &story.cart(0, 0, 57)).unwrap();
    story.till.record("two", &story.cart(1, 40, 57)).unwrap();
    assert_sound(&story.till);
    let told = story.told(&story.till);
    story.till.close();
    with_a_tool(
        &shop,
        "UPDATE past SET month = month - 1 WHERE month = 202611",
    );
    let till = shop.open();
    let keys = |till: &Till| -> Vec<&str> {
        let findings = till.verify(Depth::Full).unwrap();
        findings.iter().map(|finding| finding.key).collect()
    };
    assert_eq!(keys(&till), ["past.differs"]);
    till.close();
    with_a_tool(
        &shop,
        "INSERT INTO past VALUES (5, 202611, x'a0'); UPDATE past SET month = 202611
                        WHERE month = 202610 AND member IN (SELECT min(member) FROM entry)",
    );
    assert_eq!(keys(&shop.open()), ["past.differs"]);
    let saved = Settings::new(shop.folder.path().join("saved.loy"));
    let (till, lost) = Till::salvage_with(&shop.path(), &saved, shop.ports()).unwrap();
    assert_eq!((lost, keys(&till)), (Vec::new(), Vec::new()));
    assert_eq!(story.told(&till), told);
}
