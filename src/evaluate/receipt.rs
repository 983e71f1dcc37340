//! What loy adds to a receipt, and one line each for the cashier and the customer's display.

use super::draw::TurnsGiven;
use super::quote::{Quote, WalletBack};
use crate::kernel::{MemberStatus, Money, Points};
use crate::programme::{Programme, Wallet};
use crate::texts::{self, Diacritics, Language};

/// The narrowest printer or display, in columns.
pub const WIDTH_MIN: usize = 20;
/// The widest.
pub const WIDTH_MAX: usize = 48;

/// The lines to print under the till's own: points earned, spent, the discount and the balance, in
/// the quote's language. None for a sale that has nothing to say.
///
/// `width_columns` is 20 to 48; anything else is taken as the nearer of the two. No line is wider:
/// what does not fit beside its label stands on a line of its own. A character is a column.
pub fn receipt_lines(
    quote: &Quote,
    programme: &Programme,
    width_columns: usize,
    diacritics: Diacritics,
) -> Vec<String> {
    let page = Page::new(quote, programme, width_columns, diacritics);
    let mut lines = page.head();
    for wallet in programme.wallets() {
        let number = wallet.number;
        let mut points = |key, points| page.points_row(key, wallet, points, &mut lines);
        points("receipt.earned", quote.awarded(number));
        points("receipt.with_card", quote.awarded_with_card(number));
        points("receipt.spent", quote.redeemed(number));
        page.goods_back(wallet, quote.goods_back(number), &mut lines);
    }
    if !quote.discount().is_zero() {
        page.row(
            "receipt.discount",
            &page.money(-quote.discount()),
            &mut lines,
        );
    }
    if quote.drawn.is_empty() {
        for given in &quote.outcome.draws {
            page.row("receipt.draw", &page.turns(given), &mut lines);
        }
    }
    for turn in &quote.drawn {
        lines.extend(wrap(&page.diacritics.apply(&turn.text), page.width));
    }
    for line in &quote.wallets {
        if let Some(wallet) = programme.wallet_by_number(line.number) {
            page.row(
                "receipt.balance",
                &page.points(wallet, line.after),
                &mut lines,
            );
        }
    }
    lines
}

/// What a refund's own receipt says.
#[derive(Clone, Debug)]
pub struct RefundReceipt {
    /// The money that the customer gets back in hand; below zero where they give some.
    pub paid_out: Money,
    /// The points, one item a wallet.
    pub wallets: Vec<WalletBack>,
    /// In which language.
    pub language: Language,
    /// At a till where cashiers learn.
    pub is_training: bool,
}

impl RefundReceipt {
    /// The lines to print, as those of [`receipt_lines`]: the money, and for each wallet the points that
    /// were taken back and those that were returned.
    pub fn lines(
        &self,
        programme: &Programme,
        width_columns: usize,
        diacritics: Diacritics,
    ) -> Vec<String> {
        let page = Page {
            programme,
            language: self.language,
            is_training: self.is_training,
            width: width_columns.clamp(WIDTH_MIN, WIDTH_MAX),
            diacritics,
        };
        let mut lines = page.head();
        page.row("receipt.refunded", &page.money(self.paid_out), &mut lines);
        for back in &self.wallets {
            if let Some(wallet) = programme.wallet_by_number(back.wallet) {
                page.goods_back(wallet, (back.taken_back, back.returned), &mut lines);
            }
        }
        lines
    }
}

/// One line for the cashier: what the sale earns, the balance after it, what it uses and takes off.
/// Parts that do not fit are left out from the end; a number is never cut.
pub fn cashier_line(
    quote: &Quote,
    programme: &Programme,
    width_columns: usize,
    diacritics: Diacritics,
) -> String {
    let page = Page::new(quote, programme, width_columns, diacritics);
    let mut parts = page.parts(quote, "cashier");
    if let Some(key) = match quote.member_status {
        MemberStatus::Active => None,
        MemberStatus::Blocked => Some("cashier.blocked"),
        MemberStatus::Closed => Some("cashier.closed"),
    } {
        parts.insert(0, texts::phrase(page.language, key, &[]));
    }
    // What is to be handed over, or said, before anything else.
    let won = quote.drawn.iter().rev();
    for prize in won.filter_map(|turn| turn.prize_name.as_ref()) {
        parts.insert(0, page.phrase("cashier.drawn", "prize", prize));
    }
    if !quote.discount().is_zero() {
        let amount = page.money(quote.discount());
        parts.push(page.phrase("cashier.discount", "amount", &amount));
    }
    page.join(parts, "cashier.nothing")
}

/// One line for the customer's display: what the sale earns, the balance after it and what it uses.
/// Parts that do not fit are left out from the end; a number is never cut.
pub fn display_line(
    quote: &Quote,
    programme: &Programme,
    width_columns: usize,
    diacritics: Diacritics,
) -> String {
    let page = Page::new(quote, programme, width_columns, diacritics);
    page.join(page.parts(quote, "display"), "display.nothing")
}

/// Where the lines go: how wide, in which language, with which letters.
struct Page<'a> {
    programme: &'a Programme,
    language: Language,
    is_training: bool,
    width: usize,
    diacritics: Diacritics,
}

impl<'a> Page<'a> {
    fn new(
        quote: &Quote,
        programme: &'a Programme,
        width_columns: usize,
        diacritics: Diacritics,
    ) -> Self {
        Self {
            programme,
            language: Language::from_code(quote.language).unwrap_or_default(),
            is_training: quote.is_training,
            width: width_columns.clamp(WIDTH_MIN, WIDTH_MAX),
            diacritics,
        }
    }

    fn mark(&self, key: &str) -> String {
        self.diacritics
            .apply(&texts::phrase(self.language, key, &[]))
    }

    /// What stands above all lines.
    fn head(&self) -> Vec<String> {
        if self.is_training {
            wrap(&self.mark("training.receipt"), self.width)
        } else {
            Vec::new()
        }
    }

    /// Points of a wallet; nothing where there are none.
    fn points_row(&self, key: &str, wallet: &Wallet, points: Points, lines: &mut Vec<String>) {
        if !points.is_zero() {
            self.row(key, &self.points(wallet, points), lines);
        }
    }

    fn goods_back(
        &self,
        wallet: &Wallet,
        (taken_back, returned): (Points, Points),
        lines: &mut Vec<String>,
    ) {
        self.points_row("receipt.taken_back", wallet, taken_back, lines);
        self.points_row("receipt.returned", wallet, returned, lines);
    }

    fn points(&self, wallet: &Wallet, points: Points) -> String {
        wallet.say(points, self.language)
    }

    fn turns(&self, given: &TurnsGiven) -> String {
        let draw = self.programme.draw(&given.draw);
        let name = draw.map_or(given.draw.as_str(), |draw| {
            draw.name.in_language(self.language)
        });
        let turns = given.turns.to_string();
        let places = [("name", name), ("turns", turns.as_str())];
        texts::phrase(self.language, "receipt.draw_turns", &places)
    }

    fn money(&self, amount: Money) -> String {
        self.programme.say(amount, self.language)
    }

    fn phrase(&self, key: &str, place: &str, value: &str) -> String {
        texts::phrase(self.language, key, &[(place, value)])
    }

    /// What was earned, what is there now and what was spent, in the phrases of `for_whom`.
    fn parts(&self, quote: &Quote, for_whom: &str) -> Vec<String> {
        let mut parts = Vec::new();
        let mut say = |word: &str, wallet: &Wallet, points: Points| {
            let said = self.points(wallet, points);
            parts.push(self.phrase(&format!("{for_whom}.{word}"), "points", &said));
        };
        for wallet in self.programme.wallets() {
            let awarded = quote.awarded(wallet.number);
            if !awarded.is_zero() {
                say("earned", wallet, awarded);
            }
            let with_card = quote.awarded_with_card(wallet.number);
            if !with_card.is_zero() {
                say("with_card", wallet, with_card);
            }
        }
        for line in &quote.wallets {
            if let Some(wallet) = self.programme.wallet_by_number(line.number) {
                say("balance", wallet, line.after);
            }
        }
        for wallet in self.programme.wallets() {
            let redeemed = quote.redeemed(wallet.number);
            if !redeemed.is_zero() {
                say("spent", wallet, redeemed);
            }
        }
        parts
    }

    /// As many parts as fit; what is said where there are none.
    fn join(&self, parts: Vec<String>, nothing: &str) -> String {
        let mark = if self.is_training {
            format!("{} ", self.mark("training.mark"))
        } else {
            String::new()
        };
        let mut line = String::new();
        for part in parts {
            let part = self.diacritics.apply(&part);
            let joined = if line.is_empty() {
                format!("{mark}{part}")
            } else {
                format!("{line}, {part}")
            };
            if columns(&joined) > self.width {
                break;
            }
            line = joined;
        }
        if line.is_empty() {
            let text = self
                .diacritics
                .apply(&texts::phrase(self.language, nothing, &[]));
            line = format!("{mark}{text}").chars().take(self.width).collect();
        }
        line
    }

    /// A label on the left and its value on the right, on one line or on as many as it takes.
    fn row(&self, key: &str, value: &str, lines: &mut Vec<String>) {
        let label = self
            .diacritics
            .apply(&texts::phrase(self.language, key, &[]));
        let value = self.diacritics.apply(value);
        let (left, right) = (columns(&label), columns(&value));
        if left + 1 + right <= self.width {
            let gap = " ".repeat(self.width - left - right);
            lines.push(format!("{label}{gap}{value}"));
            return;
        }
        lines.extend(wrap(&label, self.width));
        lines.extend(wrap(&value, self.width).into_iter().map(|line| {
            let gap = " ".repeat(self.width - columns(&line));
            format!("{gap}{line}")
        }));
    }
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

/// Breaks between words; a word longer than a line is broken inside.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for piece in letters.chunks(width) {
            match lines.last_mut() {
                Some(line) if columns(line) + 1 + piece.len() <= width => {
                    line.push(' ');
                    line.extend(piece);
                }
                _ => lines.push(piece.iter().collect()),
            }
        }
    }
    lines
}
