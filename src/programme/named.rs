//! What a reason is about, by its place in the programme.

use std::borrow::Cow;

use super::{Names, Programme, When};
use crate::kernel::WalletNumber;
use crate::texts::Language;

/// Something of a programme that has an id, a name and maybe a condition; or something else, by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// An earn rule, by its place in [`Programme::earn_rules`].
    Earn(usize),
    /// An offer, by its place in [`Programme::offers`].
    Offer(usize),
    /// A reward, by its place in [`Programme::rewards`].
    Reward(usize),
    /// A wallet, by its number.
    Wallet(WalletNumber),
    /// A limit, by its place in [`Programme::limits`].
    Limit(usize),
    /// A tier, by its id.
    Level(Box<str>),
    /// No part of the programme with a name of its own: a code that was shown, all tiers together.
    Other(Cow<'static, str>),
}

impl Named {
    /// Its id in the document.
    pub fn id<'a>(&'a self, programme: &'a Programme) -> &'a str {
        match self {
            Self::Other(id) => id,
            _ => self.parts(programme).map_or("", |(id, ..)| id),
        }
    }

    /// What people call it; its id where it has no name.
    pub fn name<'a>(&'a self, programme: &'a Programme, language: Language) -> &'a str {
        match self {
            Self::Other(id) => id,
            _ => self
                .parts(programme)
                .map_or("", |(_, name, _)| name.in_language(language)),
        }
    }

    /// When it applies, where it says so.
    pub(crate) fn condition<'a>(&self, programme: &'a Programme) -> Option<&'a When> {
        self.parts(programme).and_then(|(.., when)| when)
    }

    fn parts<'a>(
        &self,
        programme: &'a Programme,
    ) -> Option<(&'a str, &'a Names, Option<&'a When>)> {
        match self {
            Self::Earn(place) => programme
                .earn_rules()
                .get(*place)
                .map(|rule| (&*rule.id, &rule.name, rule.when.as_ref())),
            Self::Offer(place) => programme
                .offers()
                .get(*place)
                .map(|offer| (&*offer.id, &offer.name, offer.when.as_ref())),
            Self::Reward(place) => programme
                .rewards()
                .get(*place)
                .map(|reward| (&*reward.id, &reward.name, reward.when.as_ref())),
            Self::Wallet(number) => programme.wallet_by_number(*number).map(|wallet| {
                let terms = wallet.redeem.as_ref();
                let when = terms.and_then(|terms| terms.when.as_ref());
                (&*wallet.id, &wallet.name, when)
            }),
            Self::Limit(place) => programme
                .limits()
                .get(*place)
                .map(|limit| (&*limit.id, &limit.name, None)),
            Self::Level(id) => {
                let mut levels = programme.tiers()?.levels.iter();
                let level = levels.find(|level| *level.id == **id);
                level.map(|level| (&*level.id, &level.name, None))
            }
            Self::Other(_) => None,
        }
    }
}

impl From<&'static str> for Named {
    fn from(id: &'static str) -> Self {
        Self::Other(id.into())
    }
}

impl From<String> for Named {
    fn from(id: String) -> Self {
        Self::Other(id.into())
    }
}
