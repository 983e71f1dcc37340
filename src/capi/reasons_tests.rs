//! docs/reasons.md: every key that loy_error_reason can return, with its statuses and what the cashier
//! reads. The tables below are compared with the sources, so that no key is missing.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::fault::Fault;
use super::handles::{BadHandle, NoSlot};
use super::status::{LOY_E_ARGUMENT, NAMES};
use crate::exchange::ListError;
use crate::store::StoreError;
use crate::texts::{Language, has_phrase, phrase};
use crate::till::Error;

/// What the rules say no with, without scans: the key is that of the cashier's text.
const REFUSALS: &str = "\
approval.needed | LOY_REFUSED
approval.no_pin | LOY_REFUSED
approval.not_allowed | LOY_REFUSED
approval.too_low | LOY_REFUSED
claim.before_sale | LOY_REFUSED
claim.not_final | LOY_REFUSED
claim.of_a_member | LOY_REFUSED
claim.too_late | LOY_EXPIRED
claim.twice | LOY_ALREADY_RESOLVED
claim.with_returns | LOY_REFUSED
code.is_used | LOY_REFUSED
code.locked | LOY_LIMIT_REACHED
code.needed | LOY_REFUSED
code.needed_or_pin | LOY_REFUSED
code.needed_or_reason | LOY_REFUSED
code.none | LOY_NOT_FOUND
code.not_it | LOY_REFUSED
code.run_out | LOY_REFUSED
code.too_many | LOY_LIMIT_REACHED
event.already | LOY_ALREADY_RESOLVED
event.not_one | LOY_NOT_FOUND
event.taken_back | LOY_ALREADY_RESOLVED
event.unknown | LOY_REFUSED
household.already | LOY_ALREADY_RESOLVED
household.full | LOY_REFUSED
household.has_members | LOY_REFUSED
household.holder_in_another | LOY_REFUSED
household.in_another | LOY_REFUSED
household.is_holder | LOY_REFUSED
household.not_in | LOY_REFUSED
household.open_sales | LOY_REFUSED
household.same | LOY_REFUSED
identifier.known | LOY_ALREADY_RESOLVED
member.ambiguous | LOY_REFUSED
member.is_blocked | LOY_REFUSED, LOY_ALREADY_RESOLVED
member.is_closed | LOY_REFUSED, LOY_ALREADY_RESOLVED
member.not_blocked | LOY_ALREADY_RESOLVED
member.unknown | LOY_NOT_FOUND
members.numbers_used_up | LOY_LIMIT_REACHED
merge.already | LOY_ALREADY_RESOLVED
merge.household | LOY_REFUSED
merge.merged | LOY_REFUSED
merge.same | LOY_REFUSED
operator.unknown | LOY_NOT_FOUND
operators.none | LOY_REFUSED
pin.locked | LOY_LIMIT_REACHED
pin.wrong | LOY_REFUSED
points.short | LOY_REFUSED
receipt.known | LOY_ALREADY_RESOLVED
receipt.unknown | LOY_NOT_FOUND
referral.not_new | LOY_REFUSED
referral.self | LOY_REFUSED
refund.amount_left | LOY_REFUSED
refund.before_sale | LOY_REFUSED
refund.points_missing | LOY_REFUSED
refund.quantity_left | LOY_REFUSED
refund.unknown | LOY_NOT_FOUND
refund.void_followed | LOY_REFUSED
sale.committed | LOY_ALREADY_RESOLVED
sale.not_committed | LOY_REFUSED
sale.refunded | LOY_ALREADY_RESOLVED
sale.unknown | LOY_NOT_FOUND
sale.voided | LOY_ALREADY_RESOLVED
training.stays_here | LOY_REFUSED";

/// Everything else: key, status, what it means. What the cashier reads goes by [`said`].
const FAULTS: &str = "\
acknowledgement.other_ledger | LOY_E_DOCUMENT | the acknowledgement is for another ledger
acknowledgement.unreadable | LOY_E_DOCUMENT | no acknowledgement of this ledger's head office
adjustment.missing | LOY_E_ARGUMENT | `missing` is none of its constants
approval.act | LOY_E_ARGUMENT | `act` is no act that is approved
argument.date | LOY_E_ARGUMENT | not a date written yyyymmdd
argument.empty | LOY_E_ARGUMENT | a text is empty
argument.null | LOY_E_ARGUMENT | a required text, document or output is NULL
argument.range | LOY_E_ARGUMENT | a number is outside its range
argument.too_long | LOY_E_ARGUMENT | a text is longer than it may be, or has no end
argument.wrong | LOY_E_ARGUMENT | an argument is not what its function says; the message has what was expected
batch.unbuildable | LOY_E_INTERNAL, LOY_E_ARGUMENT | the batch cannot be built; LOY_E_ARGUMENT where it would begin or end where none can
config.language | LOY_E_ARGUMENT | a language that loy does not speak
config.path | LOY_E_ARGUMENT | `loy_config_set_path` was not called
document.unreadable | LOY_E_DOCUMENT | the programme has problems; the field is the path of the first
enrolment.kind | LOY_E_ARGUMENT | a kind of identifier that there is not
enrolment.too_many | LOY_E_ARGUMENT | more identifiers than a member can have
handle.bad | LOY_E_HANDLE | a handle is NULL, was freed, is of another type or was never given
handle.too_many | LOY_E_TOO_MANY_HANDLES | too many handles are not freed
internal | LOY_E_INTERNAL | something stored cannot be read by the code that wrote it, or the store answered what it never should
internal.panic | LOY_E_INTERNAL | a bug of loy, caught at the boundary
ledger.closed | LOY_E_HANDLE | the ledger has been closed
ledger.diverged | LOY_E_STORE_CORRUPT | head office has entries that this file does not have: an old copy, or a clone
ledger.poisoned | LOY_E_POISONED | no writes after a bug of loy; close the ledger and open it again
member_number.wrong | LOY_E_ARGUMENT | not a member number
no_such_line | LOY_E_ARGUMENT | the quote or cart has no line of this number
operation.conflict | LOY_E_OPERATION_CONFLICT | the operation_id was used with other content; the field says where it differs
operators.damaged | LOY_E_DOCUMENT | the list of operators was cut or changed on the way
operators.older | LOY_E_DOCUMENT | the ledger has a newer list of operators
operators.other_chain | LOY_E_DOCUMENT | the list is for the tills of another chain
operators.other_currency | LOY_E_DOCUMENT | the list has ceilings in another currency
operators.other_store | LOY_E_DOCUMENT | the list is for another store
operators.signature | LOY_E_DOCUMENT | the list is not signed by this ledger's head office
operators.unreadable | LOY_E_DOCUMENT | no list of operators, or one of a later version
points.beyond | LOY_E_ARGUMENT | somebody would have more than 9e15 points
programme.changed | LOY_E_DOCUMENT | this version of the programme is installed with other content
programme.unusable | LOY_E_DOCUMENT | the programme has problems; the field is the path of the first
provisioning.code | LOY_E_DOCUMENT | the activation code is another file's, or mistyped
provisioning.unreadable | LOY_E_DOCUMENT | no provisioning file, or a damaged one
provisioning.used | LOY_E_DOCUMENT | the provisioning file was used before on this machine
refund.empty | LOY_E_ARGUMENT | nothing is returned yet
refund.everything | LOY_E_ARGUMENT | a part beside everything
refund.name | LOY_E_ARGUMENT | a refund has no text of this name
refund.parts | LOY_E_ARGUMENT | more parts than a refund can have
refund.time | LOY_E_ARGUMENT | `loy_refund_set_time` was not called
rows.field | LOY_E_ARGUMENT | the rows have no such field, or it is of another type
rows.row | LOY_E_ARGUMENT | there is no such row
sale_id.wrong | LOY_E_ARGUMENT | not a sale's id
scan.entry_mode | LOY_E_ARGUMENT | `entry_mode` is none of its constants
store.absent | LOY_E_STORE_ABSENT | there is no file at the path
store.busy | LOY_E_BUSY | the file is locked for the moment
store.corrupt | LOY_E_STORE_CORRUPT | the file is damaged, or no ledger
store.exists | LOY_E_STORE_EXISTS | there is a file at the path already
store.full | LOY_E_STORE_FULL | the disk is full
store.io | LOY_E_STORE_IO | the disk failed
store.network | LOY_E_STORE_IO | the path is on a network drive
store.newer | LOY_E_STORE_NEWER | the file, or an entry in it, was written by a newer loy
store.no_memory | LOY_E_NO_MEMORY | no memory left
store.open_elsewhere | LOY_E_BUSY | the ledger is open in this or another process
store.outcome_unknown | LOY_E_OUTCOME_UNKNOWN | written or not: open again and repeat the call
store.read_only | LOY_E_STORE_READ_ONLY | the file or its folder cannot be written
store.reader | LOY_E_STORE_READ_ONLY | this handle is a reader, which writes nothing
store.second_name | LOY_E_STORE_IO | the file has a second name in the file system
store.wrong_sqlite | LOY_E_INTERNAL | the library was linked with another SQLite
system.no_randomness | LOY_E_INTERNAL | the operating system gave no random bytes
text.not_utf8 | LOY_E_TEXT | a text is not UTF-8
value.absent | LOY_NOT_FOUND | there is no value where one was asked for
version.header | LOY_E_VERSION | the program was compiled for another loy
wallet.unknown | LOY_E_ARGUMENT | the programme has no such wallet";

/// What is wrong with a cart or its document; a call says LOY_E_ARGUMENT, a document LOY_E_DOCUMENT.
const OF_A_CART: &str = "\
conflict | two values that cannot both be
control_character | a control character in a text
count | too many of a list, or none where one must be
duplicate | twice what may be there once
length | a text that is too long or empty
missing | a key that must be there is not
no_date | not a date written yyyymmdd
no_such_line | the cart has no line of this number
not_a_member_number | not a member number
not_json | the document is no JSON object
not_known | a key, word, name or currency that this version does not know
not_used | a value that would do nothing beside another
not_utf8 | the document is not UTF-8
other_currency | not the currency of the programme
other_member | not the member of the sale
out_of_range | a number outside its range
programme_not_valid | no version of the programme is valid on the business date
too_deep | the document is nested too deep
too_large | the document, or a sum of the cart, is too large
wrong_form | a text that has not the form it must have
wrong_type | a value of another kind, such as a number where a text belongs";

/// Keys in the same rooms that are no reason of an error: of the log, the day's report, a check of the
/// file, a card, a statement, or of the program `loy` alone.
const OTHERS: &str = "
    acknowledgement.differs approval.given approval.refused batch.changed clock.believed clock.confirmed
    clock.suspect code.clock code.early code.late code.right code.sent code.used code.wrong
    member.card_code redemption.approved redemption.overridden redemption.refused
    redemption.unapproved draw.nothing draw.won entry.event_points_back entry.of_another_card entry.undone
    entry.unsound epoch.changed exception.unknown expiry.waits expiry.written given.twice hold.not_ended
    identifier.differs identity.changed member.card member.card_blocked member.card_closed
    member.card_elsewhere member.card_household member.card_merged member.expiring member.near
    member.rewards member.rewards_more member.short member.tier member.twice member.worth number.members
    number_block.differs operation.missing operators.changed past.differs programme.currency
    programme.missing provisioning.language receipt.differs receipt.missing receipt.other_store
    receipt.taken sale.differs sale.far_dated statement.all statement.closing statement.debt
    statement.elsewhere statement.held statement.history statement.household statement.lapsed
    statement.lot statement.lot_from statement.lot_held statement.lot_until statement.lots
    statement.member statement.nothing statement.on statement.opening statement.pending
    statement.reward_enough statement.reward_missing statement.rewards statement.spendable
    statement.title statement.worth store.commit_failed store.migrated till.call_support till.disk_full
    till.open_elsewhere till.operators till.provisioning till.without_loyalty training.text usage.differs
    verify.findings";

/// The rows of a table above.
fn rows<const N: usize>(table: &'static str) -> Vec<[&'static str; N]> {
    let cells = |row: &'static str| row.split(" | ").collect::<Vec<_>>().try_into();
    let rows = table.lines().map(|row| cells(row).expect("as many cells"));
    rows.collect()
}

/// The key of what the cashier reads of an error that has no text of its own.
fn said(reason: &str, status: &str) -> &'static str {
    if reason == "store.full" {
        return "till.disk_full";
    }
    if reason == "store.open_elsewhere" {
        return "till.open_elsewhere";
    }
    if reason == "value.absent" {
        return "value.absent";
    }
    if reason.starts_with("provisioning.") {
        return "till.provisioning";
    }
    if reason.starts_with("operators.") {
        return "till.operators";
    }
    let first = status.split(',').next().unwrap_or_default();
    match number_of(first) {
        200.. => "till.without_loyalty",
        _ => "till.call_support",
    }
}

fn number_of(status: &str) -> i32 {
    let known = NAMES.iter().find(|(_, name)| name.to_str() == Ok(status));
    known.expect("a status").0
}

/// Keys of what a scan is refused with: all texts of the file of their reasons.
fn scans() -> BTreeSet<String> {
    let source = code_of(&folder("src/scan/refusal.rs"));
    literals(&source)
        .into_iter()
        .filter(|key| key.starts_with("scan."))
        .collect()
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    let scans = scans();
    let scans = scans.iter().map(|key| [key.as_str(), "LOY_REFUSED"]);
    let mut refusals: Vec<[&str; 2]> = rows(REFUSALS);
    refusals.extend(scans);
    refusals.sort_unstable();
    for [reason, status] in refusals {
        let [vi, en] = Language::ALL.map(|language| cell(&phrase(language, reason, &[])));
        let _ = writeln!(page, "| `{reason}` | {} | {en} | {vi} |", in_code(status));
    }
    page.push_str(FAULTS_HEAD);
    for [reason, status, meaning] in rows(FAULTS) {
        let _ = writeln!(
            page,
            "| `{reason}` | {} | {meaning} | {} |",
            in_code(status),
            said(reason, status)
                .trim_start_matches("till.")
                .replace('_', " ")
        );
    }
    page.push_str(SAID_HEAD);
    let faults = rows(FAULTS);
    let texts = faults
        .iter()
        .map(|[reason, status, _]| said(reason, status));
    for key in texts.collect::<BTreeSet<_>>() {
        let [vi, en] = Language::ALL.map(|language| cell(&phrase(language, key, &[])));
        let name = key.trim_start_matches("till.").replace('_', " ");
        let _ = writeln!(page, "| {name} | {en} | {vi} |");
    }
    page.push_str(CART_HEAD);
    for [code, meaning] in rows(OF_A_CART) {
        let _ = writeln!(page, "| `{code}` | {meaning} |");
    }
    page
}

fn in_code(statuses: &str) -> String {
    let each: Vec<String> = statuses
        .split(", ")
        .map(|status| format!("`{status}`"))
        .collect();
    each.join(", ")
}

const HEAD: &str = "\
# Every reason of an error

`loy_error_reason` returns one of these keys. A key never changes its meaning and is never used again for something else; later versions have more, so let your branches have an `else`. Branch on the status first, on the reason where a status has several. `loy_error_cashier_text` is the text below with its places filled, in the till's language. This page is made from the library's own texts: change them, not the page. The reasons of a quote are in [quote.md](quote.md), the problems of a programme in [programme.md](programme.md#problems).

## The rules say no

| reason | status | cashier's text, English | Vietnamese |
|---|---|---|---|
";

const FAULTS_HEAD: &str = "
## Everything else

What the cashier reads of these goes by what can be done about it; the words are in the table behind.

| reason | status | what is wrong | the cashier reads |
|---|---|---|---|
";

const SAID_HEAD: &str = "
| the cashier reads | English | Vietnamese |
|---|---|---|
";

const CART_HEAD: &str = "
## Of a cart

What is wrong with a cart has these as its reason: `LOY_E_ARGUMENT` from a call that takes a value or a cart, `LOY_E_DOCUMENT` from one that reads a JSON document. The field is the path ([cart.md](cart.md#bounds-of-the-whole)), the cashier reads *call support*.

| reason | what is wrong |
|---|---|
";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A source without its tests and comments.
fn code_of(file: &Path) -> String {
    let source = std::fs::read_to_string(file).expect("a source");
    let end = source
        .find("#[cfg(test)]\nmod tests {")
        .unwrap_or(source.len());
    let lines = source[..end]
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The sources of a room, without this one and tests.
fn sources(room: &str) -> Vec<String> {
    let mut sources = Vec::new();
    let mut folders = vec![folder(room)];
    while let Some(next) = folders.pop() {
        for found in std::fs::read_dir(next).expect("a folder") {
            let path = found.expect("a file").path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            if path.is_dir() && name != "tests" {
                folders.push(path);
            } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
                sources.push(code_of(&path));
            }
        }
    }
    sources
}

/// Texts of a source that have the form of a key: `sale.voided`.
fn literals(source: &str) -> BTreeSet<String> {
    let is_key = |text: &&str| {
        let is_word = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        text.contains('.') && text.split('.').all(is_word)
    };
    source
        .split('"')
        .filter(is_key)
        .map(str::to_owned)
        .collect()
}

/// `LOY_BLESS=1 cargo test reasons` writes the page anew.
#[test]
fn the_page_of_reasons_is_made_from_the_texts() {
    let (path, page) = (folder("docs/reasons.md"), page());
    if std::env::var_os("LOY_BLESS").is_some() {
        std::fs::write(&path, &page).expect("docs can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == page,
        "docs/reasons.md is not what the texts say; LOY_BLESS=1 cargo test reasons writes it anew"
    );
}

#[test]
fn every_key_that_an_error_may_carry_stands_on_the_page_and_no_other() {
    let mut told: BTreeSet<String> = scans();
    let refusals = rows(REFUSALS).into_iter().map(|[reason, _]| reason);
    let faults = rows(FAULTS).into_iter().map(|[reason, _, _]| reason);
    told.extend(refusals.clone().chain(faults).map(str::to_owned));
    let mut found = BTreeSet::new();
    let mut sources = [sources("src/till"), sources("src/capi")].concat();
    sources.push(code_of(&folder("src/scan/refusal.rs")));
    sources.push(code_of(&folder("src/exchange/operator_list.rs")));
    for source in &sources {
        found.extend(literals(source));
    }
    let others: BTreeSet<&str> = OTHERS.split_whitespace().collect();
    let missing: Vec<&String> = found
        .iter()
        .filter(|key| !told.contains(*key) && !others.contains(key.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "neither a reason here nor something else: {missing:?}"
    );
    let without_point = ["internal", "no_such_line"];
    let gone: Vec<&String> = told
        .iter()
        .filter(|key| !found.contains(*key) && !without_point.contains(&key.as_str()))
        .collect();
    assert!(gone.is_empty(), "no source has these: {gone:?}");
    let scans = scans();
    for key in refusals.chain(scans.iter().map(String::as_str)) {
        assert!(has_phrase(Language::En, key), "{key} has no text");
    }
}

/// Where a source says the status beside the key, the page says the same.
#[test]
fn the_page_says_the_statuses_that_the_sources_say() {
    let (mut compared, refusals) = (0, rows::<2>(REFUSALS));
    for source in [sources("src/till"), sources("src/capi")].concat() {
        for call in source
            .split("refused(")
            .chain(source.split("Refused::new("))
            .skip(1)
        {
            let Some((status, rest)) = call.trim_start().split_once(',') else {
                continue;
            };
            let Some(status) = status.trim().strip_prefix("status::") else {
                continue;
            };
            let Some(reason) = rest.trim_start().strip_prefix('"') else {
                continue;
            };
            let reason = reason.split('"').next().unwrap_or_default();
            let told = refusals.iter().find(|[known, _]| *known == reason);
            if OTHERS.split_whitespace().any(|other| other == reason) {
                continue;
            }
            assert!(told.is_some(), "{reason} is not on the page");
            let told = told.map_or("", |[_, told]| told);
            assert!(
                told.contains(&format!("LOY_{status}")),
                "{reason}: {status}, not {told}"
            );
            compared += 1;
        }
    }
    assert!(compared > 20, "{compared} calls were read");
}

#[test]
fn an_error_tells_the_cashier_what_the_page_says() {
    let errors = [
        Fault::from(Error::Store(StoreError::Full)),
        Fault::from(Error::Store(StoreError::OpenElsewhere)),
        Fault::from(Error::Store(StoreError::Busy)),
        Fault::from(Error::Store(StoreError::Beyond)),
        Fault::from(Error::Store(StoreError::NoMemory)),
        Fault::from(Error::ProvisioningUsed),
        Fault::from(Error::Operators(ListError::Older)),
        Fault::from(Error::Conflict {
            field: String::new(),
        }),
        Fault::from(Error::Programme(Vec::new())),
        Fault::from(Error::Diverged),
        Fault::from(Error::Closed),
        Fault::from(Error::Poisoned),
        Fault::from(Error::NoRandomness),
        Fault::from(Error::Internal("")),
        Fault::from(BadHandle),
        Fault::from(NoSlot),
        Fault::missing("path"),
        Fault::not_utf8("path", 0),
        Fault::not_found("path", ""),
        Fault::bug(String::new()),
        Fault::new(LOY_E_ARGUMENT, "rows.row", "", ""),
    ];
    let faults = rows::<3>(FAULTS);
    for fault in errors {
        let reason = match &fault {
            Fault::Call(call) => call.reason.to_owned(),
            Fault::Till(error) => error.reason().to_owned(),
        };
        let row = faults.iter().find(|[known, ..]| *known == reason);
        assert!(row.is_some(), "{reason} is not on the page");
        let status = row.map_or("", |[_, status, _]| status);
        assert_eq!(fault.status(), number_of(status), "{reason}");
        let said = phrase(Language::Vi, said(&reason, status), &[]);
        assert_eq!(fault.cashier_text(Language::Vi), said, "{reason}");
    }
}

/// The second argument of each problem of a cart, and of each that a document's form can have.
#[test]
fn every_code_of_a_cart_stands_on_the_page() {
    let mut found = BTreeSet::new();
    for source in sources("src/evaluate") {
        for call in source.split("CartProblem::new(").skip(1) {
            let mut parts = call.splitn(3, ',').skip(1);
            if let Some(code) = parts.next().and_then(|part| part.trim().strip_prefix('"')) {
                found.insert(code.trim_end_matches('"').to_owned());
            }
        }
    }
    let reader = code_of(&folder("src/programme/shape/reader.rs"));
    for call in reader.split("Self::new(").skip(1) {
        if let Some(code) = call
            .strip_prefix('"')
            .and_then(|code| code.split('"').next())
        {
            found.insert(code.to_owned());
        }
    }
    let whole = ["too_large", "not_utf8", "too_deep", "not_json"].map(str::to_owned);
    found.extend(whole);
    let told = rows(OF_A_CART).into_iter();
    let told: BTreeSet<String> = told.map(|[code, _]| code.to_owned()).collect();
    assert_eq!(told, found);
}
