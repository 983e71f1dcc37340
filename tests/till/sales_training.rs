//! A cashier learns on the shop's own programme, and nothing of it is for real.

use loy::evaluate::{Quote, cashier_line, display_line, receipt_lines};
use loy::kernel::{Money, Points};
use loy::programme::Programme;
use loy::texts::{Diacritics, Language};
use loy::till::{SaleState, Settings, Till, status};

use crate::shop::{
    Shop, TODAY, assert_sound, balance, cart, cart_of, claim_of, date, enrol, phone, refund_of,
    spending, with_games,
};

fn training(shop: &Shop) -> Till {
    Till::open_training_with(&shop.settings(), shop.ports()).unwrap()
}

fn texts(quote: &Quote, programme: &Programme, width: usize) -> Vec<String> {
    let kept = Diacritics::Kept;
    let mut texts = receipt_lines(quote, programme, width, kept);
    texts.truncate(1);
    texts.push(cashier_line(quote, programme, width, kept));
    texts.push(display_line(quote, programme, width, kept));
    texts
}

fn files_of(shop: &Shop) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(shop.folder.path())
        .unwrap()
        .map(|file| {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            let bytes = std::fs::read(file.path()).unwrap();
            (name, bytes)
        })
        // SQLite's index of the WAL is made by whoever looks.
        .filter(|(name, _)| !name.ends_with("-shm"))
        .collect();
    files.sort();
    files
}

#[test]
fn a_cashier_learns_while_the_till_trades_and_nothing_reaches_the_file() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("1", &cart_of(member, 55_000)).unwrap();
    let before = files_of(&shop);
    // The writer holds its lock all the while.
    let learning = training(&shop);
    let sample = learning.scan("0900000002", date(TODAY)).unwrap();
    assert_eq!(balance(&learning, sample.number), (100, 100, 0, 0));
    assert!(
        learning.scan("0912345678", date(TODAY)).is_err(),
        "no real member is in it"
    );
    let newcomer = learning.enrol("e", &phone("0911222333")).unwrap();
    assert!(
        newcomer.number.body() >= 99_999_000_000,
        "a number of no store"
    );
    let sale = learning
        .record("1", &cart_of(newcomer.number, 55_000))
        .unwrap();
    assert_eq!(sale.quote.awarded(1), Points::new(6));
    let held = learning
        .authorise("2", &spending(sample.number, 90_000, 7), 600)
        .unwrap();
    assert_eq!(held.quote.outcome.payable, Money::new(83_000));
    learning.commit("3", held.id, None).unwrap();
    let nobodys = learning.record("4", &cart(20_000)).unwrap();
    learning
        .claim("5", &claim_of(nobodys.id, newcomer.number))
        .unwrap();
    assert_eq!(balance(&learning, newcomer.number), (8, 8, 0, 0));
    let back = learning.refund("6", &refund_of(sale.id)).unwrap();
    assert_eq!(back.state, SaleState::Refunded);
    learning.close_day("7", date(TODAY)).unwrap();
    learning.idle().unwrap();
    assert!(learning.info().unwrap().is_training);
    assert_sound(&learning);
    learning.close();
    assert_eq!(files_of(&shop), before);
    // The next lesson begins anew, and the till has gone on.
    let again = training(&shop);
    assert!(again.scan("0911222333", date(TODAY)).is_err());
    assert_eq!(balance(&till, member), (6, 6, 0, 0));
    assert!(!till.info().unwrap().is_training);
    assert_sound(&till);
}

#[test]
fn every_text_of_a_training_says_so_on_the_narrowest_paper_too() {
    let shop = Shop::new();
    shop.create();
    for language in [Language::Vi, Language::En] {
        let settings = Settings {
            language: Some(language),
            ..shop.settings()
        };
        let till = Till::open_training_with(&settings, shop.ports()).unwrap();
        let member = till.scan("0900000003", date(TODAY)).unwrap();
        assert!(member.cashier_text.starts_with("TRAINING: "));
        let statement = till
            .statement("0900000003", None, Default::default())
            .unwrap();
        assert!(statement.to_text().contains("TRAINING: "));
        let programme = till.programme().unwrap();
        let first = till.record("1", &cart_of(member.number, 55_000)).unwrap();
        let later = till.record("1", &cart_of(member.number, 55_000)).unwrap();
        let nothing = till.evaluate(&cart(0)).unwrap();
        for quote in [&first.quote, &later.quote, &nothing] {
            assert!(quote.to_json().contains("\"is_training\":true"));
            for width in [20, 48] {
                for text in texts(quote, &programme, width) {
                    assert!(text.starts_with("TRAINING"), "{text}");
                    assert!(text.chars().count() <= width, "{text}");
                }
            }
        }
        till.refund("back", &refund_of(first.id)).unwrap();
        for width in [20, 48] {
            let lines = till.refund_done_receipt("back", width, Diacritics::Kept);
            let printed = lines.unwrap();
            assert!(printed[0].starts_with("TRAINING"), "{printed:?}");
            assert!(printed.iter().all(|line| line.chars().count() <= width));
        }
        let held = till
            .record("2", &spending(member.number, 90_000, 7))
            .unwrap();
        let error = till.void("3", held.id, "").unwrap_err();
        assert!(till.cashier_text(&error).starts_with("TRAINING: "));
    }
    let line = |till: &Till| {
        let quote = till.evaluate(&cart(55_000)).unwrap();
        cashier_line(&quote, &till.programme().unwrap(), 48, Diacritics::Kept)
    };
    let learning = training(&shop);
    assert_eq!(line(&learning), "TRAINING có thẻ thành viên: 6 điểm");
    assert_eq!(line(&shop.open()), "có thẻ thành viên: 6 điểm");
}

#[test]
fn nothing_of_a_training_is_sent_or_copied() {
    let shop = Shop::new();
    shop.create();
    let learning = training(&shop);
    learning.record("1", &cart(55_000)).unwrap();
    let copy = shop.folder.path().join("copy.loy");
    let errors = [
        learning.export_next(1 << 20).map(drop).unwrap_err(),
        learning.acknowledge(b"anything").unwrap_err(),
        learning.backup(&copy).unwrap_err(),
    ];
    for error in errors {
        let told = (error.status(), error.reason());
        assert_eq!(told, (status::REFUSED, "training.stays_here"));
    }
    assert!(!copy.exists());
}

#[test]
fn a_shop_that_has_no_till_yet_learns_with_its_provisioning_file_and_does_not_use_it_up() {
    let shop = Shop::new();
    let open = || {
        Till::create_training_with(&shop.settings(), &shop.file, &shop.code, shop.ports()).unwrap()
    };
    for _ in 0..2 {
        let learning = open();
        let sample = learning.scan("0900000003", date(TODAY)).unwrap().number;
        assert_eq!(balance(&learning, sample).0, 1_000);
        let programme = learning.programme().unwrap();
        assert_eq!((programme.id(), programme.version()), ("vnd-10000", 1));
    }
    assert_eq!(files_of(&shop), []);
    shop.create();
    let error = Till::open_training(&Settings::new(shop.folder.path().join("none.loy")));
    assert_eq!(
        error.map(drop).unwrap_err().status(),
        status::E_STORE_ABSENT
    );
}

#[test]
fn the_sample_members_of_a_training_have_points_and_no_badges_which_a_trainee_can_win() {
    let shop = Shop::with(|file| file.programme = with_games(&file.programme));
    drop(shop.create());
    let learning = training(&shop);
    let card = learning.scan("0900000002", date(TODAY)).unwrap();
    let has = card
        .wallets
        .iter()
        .map(|line| (line.wallet.as_str(), line.balance.known.get()));
    let has: Vec<_> = has.collect();
    assert_eq!(has, [("points", 100), ("regular", 0), ("lucky", 0)]);
}
