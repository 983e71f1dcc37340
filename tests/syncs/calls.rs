//! A ledger in the middle of a day, and every call that writes to it.

use loy::kernel::{Instant, MemberNumber, SaleId, UtcOffset};
use loy::ledger::Entry;
use loy::till::{Error, Info, MemberCard, RefundRequest, Till};

use crate::shop::{MORNING_MS, Shop, TODAY, answer, cart_of, date, enrol, phone, spending};
use crate::vfs;

/// A till with a member, a sale and a sale on hold.
pub struct Stage {
    pub shop: Shop,
    pub till: Till,
    pub member: MemberNumber,
    pub sold: SaleId,
    pub held: SaleId,
    pub acknowledgement: Vec<u8>,
}

pub fn stage() -> Stage {
    vfs::install();
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sold = till.record("sale-0", &cart_of(member, 200_000)).unwrap().id;
    let held = till
        .authorise("hold-0", &spending(member, 50_000, 5), 3_600)
        .unwrap()
        .id;
    let acknowledgement = Vec::new();
    Stage {
        shop,
        till,
        member,
        sold,
        held,
        acknowledgement,
    }
}

/// A call that writes, by what it is for.
pub struct Call {
    pub name: &'static str,
    /// What has to be there before.
    pub prepare: fn(&mut Stage),
    pub act: fn(&Stage) -> Result<(), Error>,
}

fn nothing(_: &mut Stage) {}

fn export(stage: &mut Stage) {
    let bytes = stage.till.export_next(1 << 20).unwrap().unwrap().bytes;
    stage.acknowledgement = answer(&stage.shop.office_key, &bytes);
}

/// Every call that writes.
pub const CALLS: [Call; 10] = [
    Call {
        name: "enrol",
        prepare: nothing,
        act: |stage| {
            stage
                .till
                .enrol("op", &phone("0987654321"))
                .map(|_: MemberCard| ())
        },
    },
    Call {
        name: "record",
        prepare: nothing,
        act: |stage| {
            let cart = spending(stage.member, 100_000, 3);
            stage.till.record("op", &cart).map(drop)
        },
    },
    Call {
        name: "authorise",
        prepare: nothing,
        act: |stage| {
            let cart = spending(stage.member, 100_000, 3);
            stage.till.authorise("op", &cart, 60).map(drop)
        },
    },
    Call {
        name: "commit",
        prepare: nothing,
        act: |stage| stage.till.commit("op", stage.held, None).map(drop),
    },
    Call {
        name: "void",
        prepare: nothing,
        act: |stage| stage.till.void("op", stage.held, "changed mind").map(drop),
    },
    Call {
        name: "refund",
        prepare: nothing,
        act: |stage| stage.till.refund("op", &refund_of(stage.sold)).map(drop),
    },
    Call {
        name: "close_day",
        prepare: nothing,
        act: |stage| stage.till.close_day("op", date(TODAY)).map(drop),
    },
    Call {
        name: "confirm_clock",
        prepare: nothing,
        act: |stage| stage.till.confirm_clock("op", "7"),
    },
    Call {
        name: "export",
        prepare: nothing,
        act: |stage| stage.till.export_next(1 << 20).map(drop),
    },
    Call {
        name: "acknowledge",
        prepare: export,
        act: |stage| stage.till.acknowledge(&stage.acknowledgement),
    },
];

pub fn refund_of(sale: SaleId) -> RefundRequest {
    RefundRequest {
        sale,
        at: Instant::from_ms(MORNING_MS + 60_000),
        offset: UtcOffset::from_minutes(420).unwrap(),
        business_date: date(TODAY),
        cashier: None,
        receipt_number: None,
        reason: None,
        goods: loy::till::Goods::Everything,
    }
}

/// Everything that must be the same, however often the disk failed on the way.
#[derive(Debug, PartialEq)]
pub struct Account {
    info: Info,
    entries: Vec<Entry>,
    newcomer: Option<MemberCard>,
    batch: Option<Vec<u8>>,
}

pub fn account(stage: &Stage) -> Account {
    let info = stage.till.info().unwrap();
    Account {
        entries: stage.till.history(stage.member, 0, 1_000).unwrap(),
        newcomer: stage.till.scan("0987654321", date(TODAY)).ok(),
        batch: stage
            .till
            .export_next(1 << 20)
            .unwrap()
            .map(|export| export.bytes),
        info: Info {
            file_bytes: 0,
            wal_bytes: 0,
            ..info
        },
    }
}
