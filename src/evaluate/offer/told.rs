//! What is said of an offer.

use super::Refusal;
use crate::evaluate::Named;
use crate::evaluate::Value;
use crate::evaluate::because::because;
use crate::evaluate::explain::Speaker;
use crate::evaluate::facts::Facts;
use crate::evaluate::often::Enough;
use crate::evaluate::quote::OfferTaken;
use crate::evaluate::reason::Reason;
use crate::programme::{Offer, Takes};

pub(super) struct Told<'a> {
    pub speaker: &'a Speaker<'a>,
    pub facts: &'a Facts<'a>,
    pub offer: &'a Offer,
    /// Its place among the programme's.
    pub place: usize,
}

impl Told<'_> {
    pub fn something(&self, taken: &OfferTaken) -> Reason {
        let percent = match &self.offer.effect.takes {
            Takes::Percent(share) => Some(share.percent.clone()),
            _ => None,
        };
        let key = match (&taken.gift, &percent) {
            (Some(_), _) => "offer.gift",
            (None, Some(_)) => "offer.applied_percent",
            (None, None) if taken.times > 1 => "offer.applied_times",
            (None, None) => "offer.applied",
        };
        let mut reason = self.reason(true, key);
        if let Some(percent) = percent {
            reason.fill("percent", Value::Decimal(percent.into()));
        }
        let lines = taken.lines.iter();
        let lines: Vec<String> = lines.map(|part| part.line.to_string()).collect();
        let values = &mut reason.values;
        values.insert("amount", taken.amount);
        values.insert("lines", lines.join(","));
        values.insert("times", Value::Count(taken.times));
        if let Some(gift) = &taken.gift {
            values.insert("sku", gift.sku.clone());
            values.insert("quantity", Value::Count(gift.quantity));
        }
        reason
    }

    pub fn nothing(&self, refusal: &Refusal) -> Reason {
        let key = match refusal {
            Refusal::Declined => "offer.declined",
            Refusal::NotWanted => "offer.not_wanted",
            Refusal::NothingLeft => "offer.nothing_left",
            Refusal::NoLines => "offer.no_lines",
            Refusal::NotMet => "offer.not_met",
            Refusal::NeedsMember => "offer.needs_member",
            Refusal::Enough(Enough::Times(..)) => "offer.too_often",
            Refusal::Enough(_) => "offer.quota",
            Refusal::Unknown => "offer.not_known_here",
            Refusal::TooFew(_) => "offer.too_few",
            Refusal::Group(_) => "offer.other_taken",
            Refusal::Exclusive(_) => "offer.exclusive_taken",
        };
        let mut reason = self.reason(false, key);
        match refusal {
            Refusal::Enough(enough) => {
                reason.values.extend(enough.values());
                reason.give_cause(enough.said());
            }
            Refusal::TooFew(missing) => reason.values.insert("missing", Value::Count(*missing)),
            Refusal::Group(winner) | Refusal::Exclusive(winner) => {
                reason.values.insert("other", Named::Offer(*winner));
            }
            Refusal::NotMet | Refusal::Unknown => {
                if let Some(when) = &self.offer.when {
                    let whose = Named::Offer(self.place);
                    because(self.speaker, self.facts, (&whose, when)).add_to(&mut reason);
                }
            }
            Refusal::Declined
            | Refusal::NotWanted
            | Refusal::NothingLeft
            | Refusal::NoLines
            | Refusal::NeedsMember => {}
        }
        reason
    }

    fn reason(&self, applied: bool, key: &'static str) -> Reason {
        Reason::new(self.speaker, Named::Offer(self.place), applied, key)
    }
}
