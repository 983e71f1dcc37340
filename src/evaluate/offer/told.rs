//! What is said of an offer.

use super::Refusal;
use crate::evaluate::because::because;
use crate::evaluate::explain::Speaker;
use crate::evaluate::facts::Facts;
use crate::evaluate::often::Enough;
use crate::evaluate::quote::{OfferTaken, Reason};
use crate::programme::{Offer, Takes};
use crate::texts;

pub(super) struct Told<'a> {
    pub speaker: &'a Speaker<'a>,
    pub facts: &'a Facts<'a>,
    pub offer: &'a Offer,
}

impl Told<'_> {
    pub fn something(&self, taken: &OfferTaken) -> Reason {
        let (speaker, language) = (self.speaker, self.speaker.language);
        let (amount, times) = (
            speaker.money(taken.amount),
            texts::number(language, taken.times, 0),
        );
        let percent = match &self.offer.effect.takes {
            Takes::Percent(share) => Some(speaker.decimal(&share.percent)),
            _ => None,
        };
        let mut places = vec![
            ("name", self.name()),
            ("amount", amount.as_str()),
            ("times", times.as_str()),
        ];
        let gift = taken.gift.as_ref().map(|gift| {
            let quantity = texts::number(language, gift.quantity, 0);
            (gift.sku.as_str(), quantity)
        });
        let key = if let Some((sku, quantity)) = &gift {
            places.extend([("sku", *sku), ("quantity", quantity.as_str())]);
            "offer.gift"
        } else if let Some(percent) = &percent {
            places.push(("percent", percent));
            "offer.applied_percent"
        } else if taken.times > 1 {
            "offer.applied_times"
        } else {
            "offer.applied"
        };
        let text = speaker.phrase(key, &places);
        let mut reason = self.reason(true, key, text);
        let lines: Vec<String> = taken
            .lines
            .iter()
            .map(|part| part.line.to_string())
            .collect();
        let values = &mut reason.values;
        values.insert("amount", taken.amount.to_string());
        values.insert("times", taken.times.to_string());
        values.insert("lines", lines.join(","));
        if let Some(gift) = &taken.gift {
            values.insert("sku", gift.sku.clone());
            values.insert("quantity", gift.quantity.to_string());
        }
        reason
    }

    pub fn nothing(&self, refusal: &Refusal) -> Reason {
        let (speaker, language) = (self.speaker, self.speaker.language);
        let other = |place: usize| {
            let other = &speaker.programme().offers()[place];
            (other.id.clone(), other.name.in_language(language))
        };
        let mut found: Option<(&'static str, String)> = None;
        let mut said = String::new();
        let (key, place) = match refusal {
            Refusal::Declined => ("offer.declined", ""),
            Refusal::NotWanted => ("offer.not_wanted", ""),
            Refusal::NothingLeft => ("offer.nothing_left", ""),
            Refusal::NoLines => ("offer.no_lines", ""),
            Refusal::NotMet => ("offer.not_met", "because"),
            Refusal::NeedsMember => ("offer.needs_member", ""),
            Refusal::Enough(enough) => {
                said = enough.said(speaker);
                match enough {
                    Enough::Times(..) => ("offer.too_often", "because"),
                    _ => ("offer.quota", "because"),
                }
            }
            Refusal::Unknown => ("offer.not_known_here", "because"),
            Refusal::TooFew(missing) => {
                said = texts::number(language, *missing, 0);
                found = Some(("missing", missing.to_string()));
                ("offer.too_few", "missing")
            }
            Refusal::Group(winner) | Refusal::Exclusive(winner) => {
                let (id, name) = other(*winner);
                name.clone_into(&mut said);
                found = Some(("other", id));
                match refusal {
                    Refusal::Group(_) => ("offer.other_taken", "other"),
                    _ => ("offer.exclusive_taken", "other"),
                }
            }
        };
        let condition = match refusal {
            Refusal::NotMet | Refusal::Unknown => self.offer.when.as_ref(),
            _ => None,
        };
        let condition = condition.map(|when| because(speaker, self.facts, when));
        if let Some(condition) = &condition {
            condition.text.clone_into(&mut said);
        }
        let text = speaker.phrase(key, &[("name", self.name()), (place, &said)]);
        let mut reason = self.reason(false, key, text);
        reason.values.extend(found);
        if let Refusal::Enough(enough) = refusal {
            reason.values.extend(enough.values());
        }
        if let Some(condition) = condition {
            condition.add_to(&mut reason);
        }
        reason
    }

    fn name(&self) -> &str {
        self.offer.name.in_language(self.speaker.language)
    }

    fn reason(&self, applied: bool, key: &'static str, text: String) -> Reason {
        Reason {
            rule: self.offer.id.clone(),
            applied,
            key,
            values: [].into(),
            text,
        }
    }
}
