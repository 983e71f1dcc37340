//! A statement as lines of text, for a screen, a printer or a letter.

use super::statement::{Statement, say_date};
use crate::kernel::MemberStatus;
use crate::programme::shape::json;
use crate::texts::{Language, phrase};

impl Statement {
    /// The statement in words, one thing a line, in its own language.
    pub fn to_text(&self) -> String {
        let language = Language::from_code(self.language).unwrap_or_default();
        let say = |key: &str, places: &[(&str, &str)]| phrase(language, key, places);
        let mut lines = vec![
            say("statement.title", &[]),
            self.place(),
            say("statement.member", &[("member", &self.member.to_string())]),
        ];
        if let Some(household) = &self.household {
            lines.push(household.text(language, "statement.household", &[]));
        }
        if !self.is_known_here {
            lines.push(say("statement.elsewhere", &[]));
        }
        match self.status {
            MemberStatus::Active => {}
            MemberStatus::Blocked => lines.push(say("member.is_blocked", &[])),
            MemberStatus::Closed => lines.push(say("member.is_closed", &[])),
        }
        lines.push(String::new());
        lines.extend(self.wallets.iter().map(|wallet| wallet.text.clone()));
        lines.extend(self.tier.clone());
        lines.extend(self.challenges.iter().cloned());
        for wallet in self.wallets.iter().filter(|wallet| !wallet.lots.is_empty()) {
            lines.push(String::new());
            lines.push(say("statement.lots", &[]));
            lines.extend(wallet.lots.iter().map(|lot| format!("  {}", lot.text)));
        }
        lines.push(String::new());
        lines.push(say("statement.history", &[]));
        let told = self.wallets.iter().filter_map(|w| w.opening_text.as_ref());
        lines.extend(told.map(|text| format!("  {text}")));
        if self.history.is_empty() {
            lines.push(format!("  {}", say("statement.nothing", &[])));
        }
        for movement in &self.history {
            let date = say_date(language, movement.business_date);
            let told = format!("  {date}  {}  {}", movement.text, movement.points_text);
            lines.push(told.trim_end().to_owned());
        }
        let told = self.wallets.iter().filter_map(|w| w.closing_text.as_ref());
        lines.extend(told.map(|text| format!("  {text}")));
        if !self.rewards.is_empty() {
            lines.push(String::new());
            lines.push(say("statement.rewards", &[]));
            lines.extend(
                self.rewards
                    .iter()
                    .map(|reward| format!("  {}", reward.text)),
            );
        }
        lines.push(String::new());
        lines.join("\n")
    }

    /// Whose programme, and of which day.
    pub fn place(&self) -> String {
        let language = Language::from_code(self.language).unwrap_or_default();
        let places = [
            ("tenant", self.tenant_name.as_str()),
            ("programme", &self.programme),
            ("date", &say_date(language, self.business_date)),
        ];
        phrase(language, "statement.on", &places)
    }

    /// The whole statement as compact JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}
