//! A shop to tell stories about: a head office that provisions, a till with a clock of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ed25519_dalek::SigningKey;
use loy::evaluate::{Cart, Line};
use loy::exchange::batch::read;
use loy::exchange::provisioning::MemberBlock;
use loy::exchange::{
    Acknowledgement, ActivationCode, Batch, OperatorList, Provisioning, operators,
};
use loy::kernel::{
    BusinessDate, Currency, Instant, MemberNumber, Money, Points, Quantity, SaleId, UtcOffset,
    WriterId,
};
use loy::ledger::clock::ClockLimits;
use loy::scan::IdentifierKind;
use loy::till::{
    ClaimRequest, Clock, Enrolment, Error, Goods, Ports, Randomness, RefundRequest, Settings, Till,
};

/// 22 November 2026, 09:00 in Hanoi.
pub const MORNING_MS: i64 = 1_795_312_800_000;
pub const TODAY: i64 = 20_261_122;

pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn set(&self, ms: i64) {
        self.0.store(ms, Ordering::SeqCst);
    }

    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        Instant::from_ms(self.0.load(Ordering::SeqCst))
    }
}

/// Bytes that differ at each call and are the same in every run.
struct Counter(AtomicI64);

impl Randomness for Counter {
    fn fill(&self, bytes: &mut [u8]) -> bool {
        for byte in bytes {
            *byte = u8::try_from(self.0.fetch_add(1, Ordering::SeqCst) % 251).expect("below 251");
        }
        true
    }
}

pub struct Shop {
    pub folder: tempfile::TempDir,
    pub clock: Arc<TestClock>,
    pub office_key: SigningKey,
    pub file: Vec<u8>,
    pub code: String,
}

pub const TENANT: [u8; 16] = [1; 16];

/// The programme with a turn of a wheel for each sale, a challenge, a streak and what a household has
/// together: all of them written with each sale, and none of them moves points.
pub fn with_games(programme: &[u8]) -> Vec<u8> {
    let mut document: serde_json::Value = serde_json::from_slice(programme).expect("JSON");
    let parts = serde_json::json!({
        "challenges": [
            {"id": "often", "count": "visits", "goal": "3", "period": "day",
                "gives": [{"wallet": "regular", "points": "1"}]},
            {"id": "days", "count": "spend", "goal": "100000", "period": "day",
                "streak": {"periods": 2}, "gives": [{"wallet": "regular", "points": "1"}]},
        ],
        "draws": [{"id": "wheel", "every": "100000", "times": {"day": 9, "per": "household"},
            "prizes": [
                {"id": "badge", "chance_percent": "20", "gives": [{"wallet": "lucky", "points": "1"}]},
                {"id": "cup", "chance_percent": "30", "goods": {"vi": "một ly sứ"}, "instead": "word",
                    "stock": {"total": 2, "shares": [{"store": "HN01", "till": "1", "most": 2}]}},
                {"id": "word", "chance_percent": "50"},
            ]}],
    });
    for (key, part) in parts.as_object().expect("parts") {
        document[key] = part.clone();
    }
    let wallets = document["wallets"].as_array_mut().expect("wallets");
    for (number, id) in [(8, "regular"), (9, "lucky")] {
        wallets.push(
            serde_json::json!({"id": id, "number": number, "kind": "badge", "name": {"vi": id}}),
        );
    }
    document.to_string().into_bytes()
}

impl Shop {
    /// "10.000 d = 1 point, half up; a point is worth 1.000 d".
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Provisioning)) -> Self {
        let office_key = SigningKey::from_bytes(&[9; 32]);
        let mut provisioning = Provisioning {
            provisioning_id: [4; 16],
            tenant: TENANT,
            tenant_name: "Hoa Mai".to_owned(),
            office_key: office_key.verifying_key().to_bytes(),
            writer: WriterId([2; 16]),
            writer_secret: zeroize::Zeroizing::new([3; 32]),
            store: "HN01".to_owned(),
            till: "1".to_owned(),
            currency: Currency::VND,
            language: "vi".to_owned(),
            identifier_key: zeroize::Zeroizing::new([5; 32]),
            member_block: MemberBlock {
                first_body: 10_000_000_000,
                last_body: 10_000_999_999,
            },
            members: Vec::new(),
            programme: include_bytes!("../../examples/programmes/vnd-10000.json").to_vec(),
            issued_at: Instant::from_ms(MORNING_MS - 3_600_000),
            clock: ClockLimits::default(),
            operators: Default::default(),
        };
        change(&mut provisioning);
        let code = ActivationCode::from_random(&[7; 20]);
        let file = provisioning.seal(&office_key, &code, &[8; 24]);
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            clock: Arc::new(TestClock(AtomicI64::new(MORNING_MS))),
            office_key,
            file,
            code: code.to_string(),
        }
    }

    /// Head office's list of the store's operators, before it is sealed.
    pub fn list(&self, issued_ms: i64, document: &str) -> OperatorList {
        let random = &mut |bytes: &mut [u8]| bytes.fill(6);
        let read = operators::from_json(document.as_bytes(), Currency::VND, 1_000, random);
        OperatorList {
            store: "HN01".to_owned(),
            currency: Currency::VND,
            issued_at: Instant::from_ms(issued_ms),
            operators: read.expect("operators"),
        }
    }

    /// A list as this shop's tills get it.
    pub fn sealed(&self, list: &OperatorList) -> Vec<u8> {
        list.seal(&self.office_key, &[5; 32], &[8; 24])
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("ledger.loy")
    }

    pub fn settings(&self) -> Settings {
        Settings {
            busy_timeout_ms: 0,
            ..Settings::new(self.path())
        }
    }

    pub fn ports(&self) -> Ports {
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as _;
        Ports {
            clock,
            randomness: Arc::new(Counter(AtomicI64::new(1))),
        }
    }

    pub fn create(&self) -> Till {
        self.try_create().expect("a new ledger")
    }

    pub fn try_create(&self) -> Result<Till, Error> {
        Till::create_with(&self.settings(), &self.file, &self.code, self.ports())
    }

    /// A test beside this one may be starting a program just now: until that is loaded it has this
    /// process's locks, and a ledger that was closed looks open for a moment.
    pub fn open(&self) -> Till {
        let began = std::time::Instant::now();
        loop {
            match self.try_open() {
                Err(error)
                    if error.reason() == "store.open_elsewhere"
                        && began.elapsed().as_secs() < 2 =>
                {
                    std::thread::yield_now();
                }
                opened => return opened.expect("the ledger"),
            }
        }
    }

    pub fn try_open(&self) -> Result<Till, Error> {
        Till::open_with(&self.settings(), self.ports())
    }
}

pub fn date(number: i64) -> BusinessDate {
    BusinessDate::from_yyyymmdd(number).expect("a date")
}

/// Today's cart with one shirt at this price.
pub fn cart(total: i64) -> Cart {
    let offset = UtcOffset::from_minutes(420).expect("an offset");
    let mut cart = Cart::new("VND", Instant::from_ms(MORNING_MS), offset, date(TODAY));
    cart.lines
        .push(Line::new("AO-01", Quantity::new(1000), Money::new(total)));
    cart
}

pub fn cart_of(member: MemberNumber, total: i64) -> Cart {
    Cart {
        member: Some(member),
        ..cart(total)
    }
}

/// A cart whose member wants to spend at most so many points.
pub fn spending(member: MemberNumber, total: i64, points: i64) -> Cart {
    let mut cart = cart_of(member, total);
    cart.points_wanted
        .insert("points".to_owned(), Points::new(points));
    cart
}

pub fn phone(number: &str) -> Enrolment {
    Enrolment {
        identifiers: vec![(IdentifierKind::Phone, number.to_owned())],
        ..Enrolment::default()
    }
}

pub fn enrol(till: &Till) -> MemberNumber {
    till.enrol("enrol-1", &phone("0912345678"))
        .expect("an enrolment")
        .number
}

/// Known, spendable, held, debt of the only wallet.
pub fn balance(till: &Till, member: MemberNumber) -> (i64, i64, i64, i64) {
    let card = till
        .scan(&member.to_string(), date(TODAY))
        .expect("a member");
    let balance = card.wallets[0].balance;
    (
        balance.known.get(),
        balance.spendable.get(),
        balance.held.get(),
        balance.debt.get(),
    )
}

/// No problem is found, however closely one looks.
pub fn assert_sound(till: &Till) {
    assert_eq!(till.verify(loy::till::Depth::Full).expect("a check"), []);
}

/// Refunds, and makes sure that it did what it had told, and tells it again.
pub fn refund_as_told(
    till: &Till,
    id: &str,
    request: &RefundRequest,
) -> Result<loy::till::Sale, loy::till::Error> {
    let told = till.preview_refund(request);
    let is_new = till.refund_done(id).is_err();
    let sale = till.refund(id, request)?;
    if is_new {
        assert_eq!(till.refund_done(id).unwrap(), told.unwrap(), "{id}");
    }
    Ok(sale)
}

/// Everything of a sale comes back a minute later.
pub fn refund_of(sale: SaleId) -> RefundRequest {
    RefundRequest {
        sale,
        at: Instant::from_ms(MORNING_MS + 60_000),
        offset: UtcOffset::from_minutes(420).unwrap(),
        business_date: date(TODAY),
        cashier: None,
        receipt_number: None,
        reason: None,
        goods: Goods::Everything,
    }
}

/// The customer of a sale comes back five minutes later.
pub fn claim_of(sale: SaleId, member: MemberNumber) -> ClaimRequest {
    ClaimRequest {
        sale,
        member,
        at: Instant::from_ms(MORNING_MS + 300_000),
        offset: UtcOffset::from_minutes(420).unwrap(),
        business_date: date(TODAY),
    }
}

/// What head office says to a batch, before it is signed.
pub fn acknowledgement_of(batch: &Batch) -> Acknowledgement {
    Acknowledgement {
        tenant: TENANT,
        stream: batch.manifest.stream,
        seq: batch.manifest.last_seq(),
        hash: batch.manifest.head_hash,
        batch_id: batch.id,
        office_index: 1,
        office_time: Instant::from_ms(MORNING_MS),
    }
}

/// What head office answers to the bytes of a batch, signed.
pub fn answer(office_key: &SigningKey, bytes: &[u8]) -> Vec<u8> {
    let writer = SigningKey::from_bytes(&[3; 32]).verifying_key().to_bytes();
    let batch = read(bytes).unwrap().verify(&writer).unwrap();
    acknowledgement_of(&batch).sign(office_key)
}
