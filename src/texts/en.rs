//! English. In alphabetical order of the keys.

pub(super) const PHRASES: &[(&str, &str)] = &[
    ("cashier.balance", "balance {points}"),
    ("cashier.discount", "{amount} off"),
    ("cashier.earned", "earns {points}"),
    ("cashier.nothing", "No points"),
    ("cashier.spent", "uses {points}"),
    ("cashier.with_card", "with a member card: {points}"),
    ("code.unknown", "Code {code}: not of this programme"),
    ("display.balance", "Bal. {points}"),
    ("display.earned", "+{points}"),
    ("display.nothing", "Thank you"),
    ("display.spent", "-{points}"),
    ("display.with_card", "Member: +{points}"),
    (
        "earn.amount.applied",
        "{name}: {base} / {per} × {rate} = {exact} → {points} ({rounding})",
    ),
    ("earn.amount.more", "{text}; {missing} more for {gain} more"),
    (
        "earn.amount.no_member",
        "{name}: {points} with a member card ({base} / {per} × {rate} = {exact}, {rounding})",
    ),
    (
        "earn.amount.nothing_to_pay",
        "{name}: the bill after discounts is {base}, there is nothing to earn on",
    ),
    (
        "earn.amount.steps",
        "{name}: {base} has {steps} times {per} × {rate} = {exact} → {points} ({rounding})",
    ),
    (
        "earn.amount.steps_no_member",
        "{name}: {points} with a member card ({base} has {steps} times {per} × {rate} = {exact}, {rounding})",
    ),
    (
        "earn.amount.too_little",
        "{name}: a bill of {base} earns nothing yet",
    ),
    (
        "identifier.known",
        "This is registered already; scan it to see the member",
    ),
    ("member.card", "{member}: balance {balance}"),
    (
        "member.card_elsewhere",
        "{member}: member of another store, balance not known here yet",
    ),
    ("member.unknown", "No such member; enrolling is possible"),
    (
        "members.numbers_used_up",
        "This till has no member numbers left; tell head office",
    ),
    ("points.short", "{wanted} wanted, {spendable} can be spent"),
    ("receipt.balance", "Balance"),
    ("receipt.discount", "Discount"),
    ("receipt.earned", "Earned"),
    ("receipt.known", "This receipt is known already"),
    ("receipt.spent", "Used"),
    ("receipt.unknown", "No such receipt at this till"),
    ("receipt.with_card", "With a member card"),
    ("redeem.applied", "{name}: {points} used, {amount} off"),
    ("redeem.limit.most", "{text}; at most {limit} at a time"),
    (
        "redeem.limit.payable",
        "{text}; enough for the {limit} to pay",
    ),
    (
        "redeem.limit.share",
        "{text}; at most {share}% of the bill, which is {limit}",
    ),
    (
        "redeem.limit.spendable",
        "{text}; only {limit} can be spent now",
    ),
    ("redeem.limit.wanted", "{text}; {limit} asked for"),
    ("redeem.no_member", "{name}: no member card, none used"),
    ("redeem.none_spendable", "{name}: none to spend yet"),
    ("redeem.not_offered", "{name}: not for paying with"),
    (
        "redeem.not_wanted",
        "{name}: none asked for; {points} could be used, {amount} off",
    ),
    (
        "redeem.nothing_to_pay",
        "{name}: there is nothing to pay with points",
    ),
    (
        "redeem.too_few",
        "{name}: {points} could be used, fewer than the least of {least}",
    ),
    ("refund.amount_left", "Only {left} is left to give back"),
    ("refund.before_sale", "The return is dated before the sale"),
    ("refund.quantity_left", "Only {left} is left to return"),
    ("reward.unknown", "Reward {reward}: not of this programme"),
    ("rounding.ceiling", "rounded up"),
    ("rounding.floor", "rounded down"),
    ("rounding.half_even", "halves to even"),
    ("rounding.half_up", "halves up"),
    ("rounding.toward_zero", "decimals dropped"),
    (
        "sale.committed",
        "The sale is final already; return it instead",
    ),
    (
        "sale.not_committed",
        "The sale is not final; void it instead of returning it",
    ),
    ("sale.refunded", "The sale was returned already"),
    ("sale.unknown", "No such sale in this ledger"),
    ("sale.voided", "The sale was called off already"),
    (
        "scan.check_digit",
        "The check digit is wrong: a digit was misread or two were swapped. Scan again.",
    ),
    ("scan.empty", "Nothing was scanned."),
    (
        "scan.not_a_card_code",
        "This is a member number or a telephone number, not a card code.",
    ),
    (
        "scan.not_a_phone",
        "This is not a Vietnamese telephone number.",
    ),
    (
        "scan.not_printable",
        "The code arrived damaged. Switch the Vietnamese keyboard off and scan again.",
    ),
    (
        "scan.payment_card",
        "This is a payment card, not a member card. It was not kept.",
    ),
    ("scan.too_long", "This is too long to be a member's code."),
    (
        "till.call_support",
        "The checkout software made a wrong call; tell its support",
    ),
    (
        "till.disk_full",
        "The disk is full; sell on, points can be added once there is space",
    ),
    (
        "till.open_elsewhere",
        "The points ledger is open in another program",
    ),
    (
        "till.without_loyalty",
        "Points are not available right now; sell on without them",
    ),
];
