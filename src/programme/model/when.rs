//! Conditions and selections of lines, as they are written. Several keys of one object must all hold;
//! of the values in a list one is enough.

use serde::Deserialize;

use super::{AttributeModel, BirthdayModel, MembershipModel, PastModel, WholeRangeModel};
use crate::programme::rules::{LineFlag, TotalTax, WeekdayName};
use crate::programme::shape::{filled, filled_objects, optional_object};

/// A condition on the sale and the member.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "when", extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct WhenModel {
    /// All of these hold.
    #[serde(default, deserialize_with = "filled_objects")]
    #[cfg_attr(test, schemars(length(min = 1, max = 100)))]
    pub all: Vec<WhenModel>,
    /// At least one of these holds.
    #[serde(default, deserialize_with = "filled_objects")]
    #[cfg_attr(test, schemars(length(min = 1, max = 100)))]
    pub any: Vec<WhenModel>,
    /// This does not hold.
    #[serde(default, deserialize_with = "optional_object")]
    pub not: Option<Box<WhenModel>>,
    /// The business date is in this range, both ends included.
    #[serde(default, deserialize_with = "optional_object")]
    pub dates: Option<DatesModel>,
    /// The business date is one of these days.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(test, schemars(length(min = 1, max = 7)))]
    pub weekdays: Vec<WeekdayName>,
    /// The time at the till is in this range; it may go over midnight.
    #[serde(default, deserialize_with = "optional_object")]
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
    /// The lines' sum after the POS's own discounts is in this range.
    #[serde(default, deserialize_with = "optional_object")]
    pub total: Option<TotalModel>,
    /// So many items are sold.
    #[serde(default, deserialize_with = "optional_object")]
    pub items: Option<ItemsModel>,
    /// A line like this is sold.
    #[serde(default, deserialize_with = "optional_object")]
    pub has_line: Option<SelectorModel>,
    /// The member is in one of these tiers.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 64)))
    )]
    pub tiers: Vec<String>,
    /// It is such a visit of the member.
    #[serde(default, deserialize_with = "optional_object")]
    pub visit: Option<VisitModel>,
    /// One of these codes was shown.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 200)))
    )]
    pub codes: Vec<String>,
    /// The POS took something off a line, or did not.
    #[serde(default)]
    pub discounted: Option<bool>,
    /// The sale spends points, or does not.
    #[serde(default)]
    pub uses_points: Option<bool>,
    /// There is a member, or there is none.
    #[serde(default)]
    pub member: Option<bool>,
    /// So long they have been a member.
    #[serde(default, deserialize_with = "optional_object")]
    pub membership: Option<MembershipModel>,
    /// It is their birthday, or near it.
    #[serde(default, deserialize_with = "optional_object")]
    pub birthday: Option<BirthdayModel>,
    /// The member has one of these tags.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 200)))
    )]
    pub member_tags: Vec<String>,
    /// The member has one of these plans.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 200)))
    )]
    pub plans: Vec<String>,
    /// Each of these holds of the member.
    #[serde(default, deserialize_with = "filled_objects")]
    #[cfg_attr(test, schemars(length(min = 1, max = 100)))]
    pub attributes: Vec<AttributeModel>,
    /// The member's past is such.
    #[serde(default, deserialize_with = "optional_object")]
    pub past: Option<PastModel>,
    /// The last visit is so many days ago.
    #[serde(default, deserialize_with = "optional_object")]
    pub last_visit: Option<WholeRangeModel>,
    /// The sale is in a store of one of these groups.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 64)))
    )]
    pub store_groups: Vec<String>,
    /// One of these methods pays.
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
    #[serde(default, deserialize_with = "optional_object")]
    pub lines: Option<SelectorModel>,
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
    #[serde(default, deserialize_with = "optional_object")]
    pub lines: Option<SelectorModel>,
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
    /// Every so-manieth.
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
    #[serde(default, deserialize_with = "filled_objects")]
    #[cfg_attr(test, schemars(length(min = 1, max = 100)))]
    pub all: Vec<SelectorModel>,
    /// At least one of these fits.
    #[serde(default, deserialize_with = "filled_objects")]
    #[cfg_attr(test, schemars(length(min = 1, max = 100)))]
    pub any: Vec<SelectorModel>,
    /// This does not fit.
    #[serde(default, deserialize_with = "optional_object")]
    pub not: Option<Box<SelectorModel>>,
    /// One of these articles.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 64)))
    )]
    pub skus: Vec<String>,
    /// In one of these categories, or below it.
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
    /// The unit price is in this range.
    #[serde(default, deserialize_with = "optional_object")]
    pub price: Option<RangeModel>,
    /// The quantity is in this range: pieces, or units of weight.
    #[serde(default, deserialize_with = "optional_object")]
    pub quantity: Option<RangeModel>,
    /// Marked with one of these flags.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(test, schemars(length(min = 1, max = 5)))]
    pub flags: Vec<LineFlag>,
    /// The POS took something off it, or did not.
    #[serde(default)]
    pub discounted: Option<bool>,
}
