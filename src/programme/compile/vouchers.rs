//! Vouchers: a wallet that holds them and a reward that uses one up.

use super::super::model::{Document, VoucherModel};
use super::super::{
    Caps, Expiry, Names, RefundPolicy, Reward, Unit, Wallet, WalletKind, WithoutCode,
};
use super::tiers::WorthModel;
use super::{Compiler, Known, quoted};
use crate::kernel::{Points, Rounding};

impl Compiler {
    /// What holds them, one wallet a voucher, in the document's order.
    pub(super) fn voucher_wallets(&mut self, document: &Document) -> Vec<Option<Wallet>> {
        if document.wallets.len() + document.vouchers.len() > 250 {
            let found = document.wallets.len() + document.vouchers.len();
            let expected = "at most 250 together with the wallets";
            self.problem("vouchers", "count", expected, found.to_string());
            return document.vouchers.iter().map(|_| None).collect();
        }
        let mut ids: Vec<&str> = document.wallets.iter().map(|wallet| &*wallet.id).collect();
        let mut numbers: Vec<i64> = document
            .wallets
            .iter()
            .map(|wallet| wallet.number)
            .collect();
        let mut wallets = Vec::with_capacity(document.vouchers.len());
        for (index, model) in document.vouchers.iter().enumerate() {
            let path = format!("vouchers[{index}]");
            self.once(&path, !ids.contains(&model.id.as_str()), &model.id);
            if numbers.contains(&model.number) {
                let found = model.number.to_string();
                self.problem(
                    format!("{path}.number"),
                    "duplicate",
                    "a number once",
                    found,
                );
            }
            ids.push(&model.id);
            numbers.push(model.number);
            wallets.push(self.voucher_wallet(&path, model));
        }
        wallets
    }

    fn voucher_wallet(&mut self, path: &str, model: &VoucherModel) -> Option<Wallet> {
        self.id(format_args!("{path}.id"), &model.id);
        let number = self.whole(format_args!("{path}.number"), model.number, 1, 250);
        let name = self.names(&format!("{path}.name"), &model.name);
        let expiry = match &model.expiry {
            None => Some(Expiry::Never),
            Some(expiry) => self.expiry(&format!("{path}.expiry"), expiry, model.pending_days),
        };
        let activities = self.activities(path, model.expiry.as_ref());
        let pending_path = format!("{path}.pending_days");
        let pending_days = self.whole(&pending_path, model.pending_days, 0, 3_650);
        let refund = match &model.refund {
            None => Some(RefundPolicy::default()),
            Some(refund) => self.refund(&format!("{path}.refund"), refund),
        };
        Some(Wallet {
            id: model.id.clone(),
            number: u8::try_from(number?).ok()?,
            kind: WalletKind::Vouchers,
            name: name?,
            unit: Unit(Names {
                vi: Some("phiếu".to_owned()),
                en: Some("voucher/vouchers".to_owned()),
            }),
            decimals: 0,
            rounding: Rounding::default(),
            expiry: expiry?,
            activities: activities?,
            pending_days: u32::try_from(pending_days?).ok()?,
            spends_own_award: false,
            caps: Caps::default(),
            redeem: None,
            refund: refund?,
            code_above: None,
            without_code: WithoutCode::default(),
        })
    }

    /// What uses them.
    pub(super) fn vouchers(&mut self, models: &[VoucherModel], known: &Known<'_>) -> Vec<Reward> {
        let models = models.iter().enumerate();
        models
            .filter_map(|(index, model)| self.voucher(&format!("vouchers[{index}]"), model, known))
            .collect()
    }

    fn voucher(&mut self, path: &str, model: &VoucherModel, known: &Known<'_>) -> Option<Reward> {
        let worth = WorthModel {
            money: model.money.as_deref(),
            percent: model.percent.as_deref(),
            cheapest: model.cheapest.as_ref(),
            gift: model.gift.as_ref(),
            voucher: None,
            lines: model.lines.as_deref(),
            most: model.most.as_ref(),
        };
        let worth = self.worth(path, &worth, known);
        let is_whole = model.money.is_some() && model.lines.is_none();
        let is_repeatable = is_whole || model.cheapest.is_some();
        let often = self.how_often(
            path,
            (model.most_per_sale, model.most_per_day),
            is_repeatable,
            model.used,
        );
        let when = self.when_before_spending(path, model.when.as_deref(), known);
        let wallet = known.voucher(&model.id)?;
        let (most_per_sale, most_per_day) = often?;
        Some(Reward {
            id: model.id.clone(),
            name: wallet.name.clone(),
            is_voucher: true,
            wallet: wallet.number,
            points: Points::new(1),
            worth: worth?,
            used: model.used,
            most_per_sale,
            most_per_day,
            when: when?,
        })
    }

    /// The wallet of a voucher that a reward gives.
    pub(super) fn voucher_number(&mut self, path: &str, id: &str, known: &Known<'_>) -> Option<u8> {
        if !known
            .ids
            .iter()
            .skip(known.vouchers)
            .any(|known| *known == id)
        {
            let expected = "the id of a voucher of this document";
            self.problem(path, "unknown_reference", expected, quoted(id));
        }
        Some(known.voucher(id)?.number)
    }
}
