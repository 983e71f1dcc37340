//! What a cashier sees of a member as soon as a code is scanned: balances, tier, what the points buy.

use serde::Serialize;

use super::error::Error;
use super::lots::NextExpiry;
use super::member_status::marked;
use super::shell::Till;
use crate::evaluate::{Cart, tier_before};
use crate::kernel::order;
use crate::kernel::{
    Balance, BusinessDate, Instant, MemberNumber, MemberStatus, Money, Points, UtcOffset,
    WalletNumber,
};
use crate::ledger::Accounts;
use crate::programme::{Programme, Reward, Wallet};
use crate::store::{Reading, Stands};
use crate::texts::{Language, date, phrase};

/// Rewards that the line for the cashier names; the rest it counts.
const NAMED_MAX: usize = 3;

/// A balance by the wallet's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WalletBalance {
    /// The wallet's id in the programme.
    pub wallet: String,
    /// In the wallet's smallest unit.
    #[serde(flatten)]
    pub balance: Balance,
    /// What the spendable points take off a bill that is large enough, where they pay at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worth: Option<Money>,
    /// What is the next to end; absent where nothing ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_expiry: Option<NextExpiry>,
}

/// What points buy, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RewardLine {
    /// Its id in the programme.
    pub reward: String,
    /// Its name.
    pub name: String,
    /// The id of the wallet that pays it.
    pub wallet: String,
    /// Its price in points.
    pub points: Points,
    /// What is missing; zero if it can be had, its own conditions apart.
    pub missing: Points,
    /// In words.
    pub text: String,
}

/// Where a member stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CardTier {
    /// Its id in the programme.
    pub tier: String,
    /// Its name.
    pub name: String,
}

/// The account that a member shares with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CardHousehold {
    /// Whose account it is: the number of the holder, perhaps the member's own.
    #[serde(serialize_with = "as_text")]
    pub holder: MemberNumber,
    /// How many share it, the holder among them.
    pub members: usize,
}

/// What the cashier sees of a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberCard {
    /// The member number, twelve digits.
    #[serde(serialize_with = "as_text")]
    pub number: MemberNumber,
    /// The member enrolled here or came with provisioning. A number of another store is as good
    /// for earning, but its balance is not known here yet.
    pub is_known_here: bool,
    /// This enrolment was asked before.
    pub was_replayed: bool,
    /// What was scanned is a card that was merged into this one; absent if not.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "as_optional_text"
    )]
    pub merged_from: Option<MemberNumber>,
    /// Whether they may earn and spend. Left out if so.
    #[serde(skip_serializing_if = "MemberStatus::is_active")]
    pub status: MemberStatus,
    /// The account that they share with others, whose balances, tier and rewards these are; absent where
    /// they share none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub household: Option<CardHousehold>,
    /// The tier; absent where the programme has none, or where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<CardTier>,
    /// The instant up to which what other tills did is known; without anything of theirs, that of this
    /// ledger's own last entry.
    pub as_of_ms: Instant,
    /// One line a wallet of the programme.
    pub wallets: Vec<WalletBalance>,
    /// One line a reward of the programme, in the order in which a sale would use them; none for a
    /// member who is blocked or closed.
    pub rewards: Vec<RewardLine>,
    /// One line for the cashier.
    pub cashier_text: String,
}

fn as_text<S: serde::Serializer>(number: &MemberNumber, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

fn as_optional_text<S: serde::Serializer>(
    number: &Option<MemberNumber>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => as_text(number, serializer),
        None => serializer.serialize_none(),
    }
}

impl CardHousehold {
    /// As it is now; nothing, and nothing read, without a holder.
    pub(super) fn of(
        reading: &Reading<'_>,
        holder: Option<MemberNumber>,
    ) -> Result<Option<Self>, Error> {
        let Some(holder) = holder else {
            return Ok(None);
        };
        let members = reading.household(holder)?.len();
        Ok(Some(Self { holder, members }))
    }

    /// Whose account it is and how many share it, in words.
    pub(super) fn text(
        &self,
        language: Language,
        key: &'static str,
        places: &[(&str, &str)],
    ) -> String {
        let (holder, count) = (self.holder.to_string(), self.members.to_string());
        let own = [("holder", holder.as_str()), ("count", &count)];
        phrase(language, key, &[places, &own].concat())
    }
}

impl MemberCard {
    /// The same for who showed a card that was merged into this one.
    pub(super) fn merged_from(self, shown: MemberNumber, language: Language) -> Self {
        let places = [
            ("text", self.cashier_text.as_str()),
            ("member", &shown.to_string()),
        ];
        Self {
            merged_from: Some(shown),
            cashier_text: phrase(language, "member.card_merged", &places),
            ..self
        }
    }
}

/// One line a wallet of the programme, on a business date.
fn balances(
    programme: &Programme,
    accounts: &Accounts,
    on: BusinessDate,
    status: MemberStatus,
) -> Vec<WalletBalance> {
    let line = |wallet: &Wallet| {
        let account = accounts.get(&wallet.number);
        let mut balance = account.map_or_else(Balance::default, |account| account.balance(on));
        if !status.is_active() {
            balance.spendable = Points::ZERO;
        }
        WalletBalance {
            wallet: wallet.id.clone(),
            worth: worth(wallet, balance.spendable),
            balance,
            next_expiry: account.and_then(|account| NextExpiry::of(account, on)),
        }
    };
    programme.wallets().iter().map(line).collect()
}

/// What the spendable points take off a bill that is large enough; nothing below the least.
pub(super) fn worth(wallet: &Wallet, spendable: Points) -> Option<Money> {
    let terms = wallet.redeem.as_ref()?;
    let usable = terms.most.map_or(spendable, |most| most.min(spendable));
    let steps = usable.get() / terms.step.get();
    if steps == 0 || Points::new(steps * terms.step.get()) < terms.least {
        return None;
    }
    steps.checked_mul(terms.step_value.get()).map(Money::new)
}

/// What points buy, with what there is to spend of each wallet, in the order in which a sale would use
/// them.
pub(super) fn rewards(
    programme: &Programme,
    language: Language,
    spendable: impl Fn(WalletNumber) -> Points,
) -> Vec<RewardLine> {
    let line = |reward: &Reward| {
        let wallet = programme
            .wallet_by_number(reward.wallet)
            .expect("a compiled reward names a wallet of its programme");
        let missing = (reward.points - spendable(reward.wallet)).max(Points::ZERO);
        let name = reward.name.in_language(language);
        let price = wallet.say(reward.points, language);
        let text = if missing.is_zero() {
            let places = [("name", name), ("price", price.as_str())];
            phrase(language, "statement.reward_enough", &places)
        } else {
            let short = wallet.say(missing, language);
            let places = [
                ("name", name),
                ("price", price.as_str()),
                ("missing", &short),
            ];
            phrase(language, "statement.reward_missing", &places)
        };
        RewardLine {
            reward: reward.id.clone(),
            name: name.to_owned(),
            wallet: wallet.id.clone(),
            points: reward.points,
            missing,
            text,
        }
    };
    programme.rewards().iter().map(line).collect()
}

impl Till {
    /// The card of a member as the books stand.
    pub(super) fn card(
        &self,
        reading: &Reading<'_>,
        number: MemberNumber,
        is_known_here: bool,
        on: BusinessDate,
    ) -> Result<MemberCard, Error> {
        let programme = self.programme_on(on)?;
        let accounts = self.accounts(reading, &programme, number, on)?;
        let tier = self.card_tier(reading, &programme, &accounts, number, on)?;
        let Stands { status, holder } = reading.stands(number)?;
        let who = (number, status, is_known_here);
        let household = CardHousehold::of(reading, holder)?;
        let as_of = reading.known_until()?;
        Ok(self.card_of(&programme, &accounts, (who, household), (on, as_of), tier))
    }

    fn card_tier(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        accounts: &Accounts,
        number: MemberNumber,
        on: BusinessDate,
    ) -> Result<Option<CardTier>, Error> {
        if programme.tiers().is_none() || !programme.is_valid_on(on) {
            return Ok(None);
        }
        let cart = self.empty_cart(number, on);
        let member = self.snapshot_of(reading, programme, &cart, number, accounts, on)?;
        Ok(tier_before(programme, &member).map(|level| CardTier {
            tier: level.id.clone(),
            name: level.name.in_language(self.language).to_owned(),
        }))
    }

    /// A cart of a member before anything is in it: what is told of them apart from a sale.
    pub(super) fn empty_cart(&self, number: MemberNumber, on: BusinessDate) -> Cart {
        let currency = self.identity.currency.to_string();
        let now = self.ports.clock.now();
        let at = Instant::from_ms(now.ms().clamp(0, Instant::MAX.ms()));
        let mut cart = Cart::new(&currency, at, UtcOffset::UTC, on);
        cart.member = Some(number);
        cart
    }

    /// The card of a member with these accounts, on a business date and as of an instant.
    pub(super) fn card_of(
        &self,
        programme: &Programme,
        accounts: &Accounts,
        ((number, status, is_known_here), household): (
            (MemberNumber, MemberStatus, bool),
            Option<CardHousehold>,
        ),
        (on, as_of_ms): (BusinessDate, Instant),
        tier: Option<CardTier>,
    ) -> MemberCard {
        let wallets = balances(programme, accounts, on, status);
        let spendable = |number| {
            let mut lines = programme.wallets().iter().zip(&wallets);
            let own = lines.find(|(wallet, _)| wallet.number == number);
            own.map_or(Points::ZERO, |(_, line)| line.balance.spendable)
        };
        let rewards = match status {
            MemberStatus::Active => rewards(programme, self.language, spendable),
            MemberStatus::Blocked | MemberStatus::Closed => Vec::new(),
        };
        let mut card = MemberCard {
            number,
            is_known_here,
            was_replayed: false,
            merged_from: None,
            status,
            household,
            tier,
            as_of_ms,
            wallets,
            rewards,
            cashier_text: String::new(),
        };
        let told = marked(self.language, status, self.card_text(programme, &card));
        card.cashier_text = self.purpose.mark(self.language, &told);
        card
    }

    /// Who it is, the tier, the balances, what the points buy and what of them ends next.
    fn card_text(&self, programme: &Programme, card: &MemberCard) -> String {
        let language = self.language;
        let lines = || programme.wallets().iter().zip(&card.wallets);
        let balances: Vec<String> = lines()
            .map(|(wallet, line)| self.balance_text(programme, wallet, line))
            .collect();
        let mut number = card.number.to_string();
        if let Some(tier) = &card.tier {
            let places = [("member", number.as_str()), ("tier", &tier.name)];
            number = phrase(language, "member.tier", &places);
        }
        let key = match card.is_known_here {
            true => "member.card",
            false => "member.card_elsewhere",
        };
        let places = [
            ("member", number.as_str()),
            ("balance", &balances.join(", ")),
        ];
        let mut text = phrase(language, key, &places);
        if let Some(rewards) = self.within_reach(programme, card) {
            text = format!("{text}; {rewards}");
        }
        for (wallet, line) in lines() {
            if let Some(next) = &line.next_expiry {
                let (year, month, day) = next.last_day.parts();
                let places = [
                    ("text", text.as_str()),
                    ("points", &wallet.say(next.points, language)),
                    ("date", &date(language, year, month, day)),
                ];
                text = phrase(language, "member.expiring", &places);
            }
        }
        match card.household {
            None => text,
            Some(shared) => shared.text(language, "member.card_household", &[("text", &text)]),
        }
    }

    /// The points, and the money they are worth.
    fn balance_text(&self, programme: &Programme, wallet: &Wallet, line: &WalletBalance) -> String {
        let points = wallet.say(line.balance.known, self.language);
        let Some(worth) = line.worth.filter(|_| !wallet.is_money()) else {
            return points;
        };
        let worth = programme.say(worth, self.language);
        let places = [("points", points.as_str()), ("worth", &worth)];
        phrase(self.language, "member.worth", &places)
    }

    /// What the points buy now, the dearest first; where they buy nothing, what is the least far. A
    /// voucher is had or not: nobody saves for it.
    fn within_reach(&self, programme: &Programme, card: &MemberCard) -> Option<String> {
        let lines = || programme.rewards().iter().zip(&card.rewards);
        let mut had: Vec<&RewardLine> = lines()
            .map(|(_, line)| line)
            .filter(|line| line.missing.is_zero())
            .collect();
        order::sort_by_key(&mut had, |line| std::cmp::Reverse(line.points));
        let names: Vec<&str> = had.iter().map(|line| line.name.as_str()).collect();
        match names.len() {
            0 => {
                let (reward, nearest) = lines()
                    .filter(|(reward, _)| !reward.is_voucher)
                    .min_by_key(|(_, line)| line.missing)?;
                let wallet = programme.wallet_by_number(reward.wallet)?;
                let missing = wallet.say(nearest.missing, self.language);
                let places = [("name", nearest.name.as_str()), ("missing", &missing)];
                Some(phrase(self.language, "member.short", &places))
            }
            count => {
                let named = names[..count.min(NAMED_MAX)].join(", ");
                let more = (count - count.min(NAMED_MAX)).to_string();
                let key = match count {
                    ..=NAMED_MAX => "member.rewards",
                    _ => "member.rewards_more",
                };
                let places = [("names", named.as_str()), ("more", &more)];
                Some(phrase(self.language, key, &places))
            }
        }
    }
}
