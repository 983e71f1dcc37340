//! Conditions and selections of lines, as they are written. Several keys of one object must all hold;
//! of the values in a list one is enough.

use serde::Deserialize;

use super::{AttributeModel, BirthdayModel, MembershipModel, PastModel, WholeRangeModel};
use crate::programme::rules::{LineFlag, TotalTax, WeekdayName};
use crate::programme::shape::filled;

/// A condition on the sale and the member.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "when", extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct WhenModel {
    /// All of these hold.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(test, schemars(length(min = 1, max = 100)))]
    pub all: Vec<WhenModel>,
    /// At least one of these holds.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(test, schemars(length(min = 1, max = 100)))]
    pub any: Vec<WhenModel>,
    /// This does not hold.
    #[serde(default)]
    pub not: Option<Box<WhenModel>>,
    /// Holds when the business date is between `from` and `until`, both good days; one of them
    /// may be absent.
    #[serde(default)]
    pub dates: Option<DatesModel>,
    /// Holds when the business date is one of `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(test, schemars(length(min = 1, max = 7)))]
    pub weekdays: Vec<WeekdayName>,
    /// Holds when the time at the till is from `from` to before `until`, hh:mm; over midnight if
    /// `until` is lower.
    #[serde(default)]
    pub hours: Option<HoursModel>,
    /// The sale is in one of these stores.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 200)))
    )]
    pub stores: Vec<String>,
    /// The sale is at one of these tills.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 200)))
    )]
    pub tills: Vec<String>,
    /// The sale comes by one of these channels.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 200)))
    )]
    pub channels: Vec<String>,
    /// Holds when the sum of the lines after the POS's own discounts is from `from` to below
    /// `below`: of some `lines` only, if given; with `tax` as it is in the prices (`as_in_price`,
    /// the default), all of it (`with`) or none (`without`); with `after_offers` true less what
    /// offers took off so far.
    #[serde(default)]
    pub total: Option<TotalModel>,
    /// Holds when the number of items is from `from` to below `below`: pieces by their quantity,
    /// a weighed line as one, returned goods taken off; of `lines` only, if given.
    #[serde(default)]
    pub items: Option<ItemsModel>,
    /// Holds when a line like this is sold.
    #[serde(default)]
    pub has_line: Option<Box<SelectorModel>>,
    /// Holds when the member is in one of these tiers.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 64)))
    )]
    pub tiers: Vec<String>,
    /// Holds when it is the visit `number` of the member, or with `every` 10 each tenth.
    #[serde(default)]
    pub visit: Option<VisitModel>,
    /// Holds when one of these codes was shown.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 200)))
    )]
    pub codes: Vec<String>,
    /// Holds when the POS took something off a line, or did not.
    #[serde(default)]
    pub discounted: Option<bool>,
    /// Holds when the sale spends points, or does not; not for rewards, offers and points as
    /// money, which decide it.
    #[serde(default)]
    pub uses_points: Option<bool>,
    /// Holds when there is a member, or there is none.
    #[serde(default)]
    pub member: Option<bool>,
    /// Holds when the member shares an account with other members, or does not.
    #[serde(default)]
    pub in_household: Option<bool>,
    /// Holds when they have been a member for so long: `days` since the day of joining, or whole
    /// `months`, from `from` to below `below`.
    #[serde(default)]
    pub membership: Option<MembershipModel>,
    /// Holds when the business date is from `days_before` days before the birthday to `days_after`
    /// days after it; or, with `month` true, in its month. 29 February is the 28th in years without
    /// one. A till is not told it: there it never holds (an event `birthday` can be reported).
    #[serde(default)]
    pub birthday: Option<BirthdayModel>,
    /// Holds when the member has one of these tags. A till is not told them: there it never holds.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 200)))
    )]
    pub member_tags: Vec<String>,
    /// Holds when the member has one of these plans. A till is not told them: there it never holds.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 200)))
    )]
    pub plans: Vec<String>,
    /// Each of these holds: what is known of the member under `name` is one of `values`. A till is not
    /// told it: there it never holds.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(test, schemars(length(min = 1, max = 100)))]
    pub attributes: Vec<AttributeModel>,
    /// Holds when what came before the sale is from `from` to below `below`.
    #[serde(default)]
    pub past: Option<PastModel>,
    /// Holds when the last visit before this one is from `from` to below `below` days ago; where
    /// there was none it does not hold.
    #[serde(default)]
    pub last_visit: Option<WholeRangeModel>,
    /// Holds when the store of the cart is in one of these groups.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 64)))
    )]
    pub store_groups: Vec<String>,
    /// Holds when one of these methods of payment pays; not known, and `needs_payments` in the
    /// quote, before the cart has payments. Not for rewards, offers and points as money, which come
    /// before paying.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 200)))
    )]
    pub tenders: Vec<String>,
}

/// Business dates.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "dates", extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct DatesModel {
    /// The first, yyyymmdd.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 19_000_101, max = 99_991_231)))]
    pub from: Option<i64>,
    /// The last good one, yyyymmdd.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 19_000_101, max = 99_991_231)))]
    pub until: Option<i64>,
}

/// Times of the day at the till.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "hours"))]
#[serde(deny_unknown_fields)]
pub(crate) struct HoursModel {
    /// The first minute, hh:mm.
    #[cfg_attr(test, schemars(regex(pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9]$")))]
    pub from: String,
    /// The first minute that is too late, hh:mm; before `from` it is the next day.
    #[cfg_attr(test, schemars(regex(pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9]$")))]
    pub until: String,
}

/// Money.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "range", extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct RangeModel {
    /// The least, included.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub from: Option<String>,
    /// Below this.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub below: Option<String>,
}

/// The sum of lines, after the POS's own discounts.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "total", extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct TotalModel {
    /// The least, included.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub from: Option<String>,
    /// Below this.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub below: Option<String>,
    /// Of these lines only.
    #[serde(default)]
    pub lines: Option<Box<SelectorModel>>,
    /// Which tax is in it.
    #[serde(default)]
    pub tax: TotalTax,
    /// What offers took off so far is off it, too.
    #[serde(default)]
    pub after_offers: bool,
}

/// Items: pieces by their quantity, weighed lines as one each, returned goods taken off.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "items", extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemsModel {
    /// At least so many.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 0, max = 1_000_000)))]
    pub from: Option<i64>,
    /// Fewer than so many.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 0, max = 1_000_000)))]
    pub below: Option<i64>,
    /// Of these lines only.
    #[serde(default)]
    pub lines: Option<Box<SelectorModel>>,
}

/// Which visit it is. Exactly one key.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "visit", extend("minProperties" = 1, "maxProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct VisitModel {
    /// Exactly this one; 1 is the first.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1_000_000)))]
    pub number: Option<i64>,
    /// Each time so many more: with 10 the tenth, the twentieth, and so on.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1_000_000)))]
    pub every: Option<i64>,
}

/// A selection of lines.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "selector", extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct SelectorModel {
    /// All of these fit.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(test, schemars(length(min = 1, max = 100)))]
    pub all: Vec<SelectorModel>,
    /// At least one of these fits.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(test, schemars(length(min = 1, max = 100)))]
    pub any: Vec<SelectorModel>,
    /// This does not fit.
    #[serde(default)]
    pub not: Option<Box<SelectorModel>>,
    /// A line fits when it is one of these articles.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 64)))
    )]
    pub skus: Vec<String>,
    /// A line fits when its category is one of these or below it: `food/dairy` takes
    /// `food/dairy/milk`.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 200)))
    )]
    pub categories: Vec<String>,
    /// Of one of these brands.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 200)))
    )]
    pub brands: Vec<String>,
    /// With one of these tags.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 200)))
    )]
    pub tags: Vec<String>,
    /// A line fits when its `unit_price` is from `from` to below `below`; not known if the cart
    /// gives none.
    #[serde(default)]
    pub price: Option<RangeModel>,
    /// A line fits when its quantity is from `from` to below `below`: pieces, or units of weight.
    #[serde(default)]
    pub quantity: Option<RangeModel>,
    /// A line fits when it is marked with one of `service`, `gift_card`, `shipping`, `tip`,
    /// `weighed`.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(test, schemars(length(min = 1, max = 5)))]
    pub flags: Vec<LineFlag>,
    /// A line fits when the POS took something off it, or did not.
    #[serde(default)]
    pub discounted: Option<bool>,
}
