//! Lucky draws, as they are written.

use serde::Deserialize;

use super::{EntryModel, NamesModel, QuotaModel, TimesModel, WhenModel};
use crate::programme::draws::OnReturn;
use crate::programme::shape::filled;

/// Something to win, with odds: a wheel, a scratch card. Only for members. A sale or an event gives turns;
/// what a turn draws is decided by a seed of the till that was there before the campaign, and is told only
/// once the sale is final.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "draw"))]
#[serde(deny_unknown_fields)]
pub(crate) struct DrawModel {
    /// By which explanations and receipts name it, 1 to 32 characters. Each campaign has an id of its own:
    /// its turns are counted under it, and its key can be published when it is over.
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 32),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub id: String,
    /// What people call it. Left out: the id.
    #[serde(default)]
    pub name: Option<NamesModel>,
    /// Each so much that is paid gives turns. Left out: each sale does, unless `event` is there.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub every: Option<String>,
    /// Events of this name give turns, and sales do not. Not with `every`. Left out: sales do.
    #[serde(default)]
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 64),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub event: Option<String>,
    /// How many turns each time, 1 to 10. Left out: 1.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 10)))]
    pub turns: Option<i64>,
    /// At most so many turns with one sale, 1 to 100. Only with `every`. Left out: 10.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 100)))]
    pub most: Option<i64>,
    /// How many turns one member has. Left out: as many as there are sales or events.
    #[serde(default)]
    pub times: Option<TimesModel>,
    /// First business date on which turns are given, yyyymmdd. Left out: since ever.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 19_000_101, max = 99_991_231)))]
    pub from: Option<i64>,
    /// Last good business date, yyyymmdd. Left out: for ever.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 19_000_101, max = 99_991_231)))]
    pub until: Option<i64>,
    /// Sales and events that give turns. Left out: all.
    #[serde(default)]
    pub when: Option<WhenModel>,
    /// What can be won, 1 to 100. What their chances leave of 100 % wins nothing.
    #[serde(deserialize_with = "filled")]
    #[cfg_attr(test, schemars(length(min = 1, max = 100)))]
    pub prizes: Vec<PrizeModel>,
    /// Whether prizes go back when the sale deserves their turns no more. A post-void takes them back in
    /// any case. Left out: `take_back`.
    #[serde(default)]
    pub on_return: OnReturn,
}

/// Something that can be won. One that gives nothing and hands nothing over is a kind word.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "prize"))]
#[serde(deny_unknown_fields)]
pub(crate) struct PrizeModel {
    /// By which it is told, 1 to 32 characters.
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 32),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub id: String,
    /// What people call it. Left out: the id.
    #[serde(default)]
    pub name: Option<NamesModel>,
    /// How many percent of the turns win it, 0 to 100 with at most nine decimals. The chances of a draw are
    /// together no more than 100.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub chance_percent: String,
    /// Points, a voucher or a badge, by the wallet that holds them, at most 10. They count for no tier and no
    /// cap of rules. Left out: none.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 10)))]
    pub gives: Vec<EntryModel>,
    /// What the cashier hands over besides. Left out: nothing.
    #[serde(default)]
    pub goods: Option<NamesModel>,
    /// How often it can be won in all. A till without a share has none. Left out: as often as it is drawn.
    #[serde(default)]
    pub stock: Option<QuotaModel>,
    /// Id of the prize that is won instead once the till's share of `stock` is used up; one without stock of
    /// its own. Only with `stock`. Left out: nothing is won.
    #[serde(default)]
    pub instead: Option<String>,
}
