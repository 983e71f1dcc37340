//! The examples as a vendor would compile them, and what they print as the READMEs show it.

#![allow(clippy::unwrap_used, missing_docs)]

#[allow(dead_code, reason = "shared with tests/capi.rs, which uses all of it")]
#[path = "capi/library.rs"]
mod library;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use library::{Build, Shop, compile, root, succeed};

/// The text of the first code block of a language behind a mark.
fn block<'a>(page: &'a str, mark: &str, language: &str) -> &'a str {
    let behind = page.split_once(mark).unwrap().1;
    let fence = format!("```{language}\n");
    let code = behind.split_once(&fence).unwrap().1;
    code.split_once("```").unwrap().0
}

fn example(name: &str, folder: &Path) -> PathBuf {
    compile(
        &root().join("examples/c").join(name),
        &[],
        Build::Plain,
        folder,
    )
}

/// Starts a program in a shop's folder: a new ledger, the provisioning file, its code.
fn start(program: &Path, shop: &Shop) -> Command {
    let mut command = Command::new(program);
    command
        .arg(shop.path().join("ledger"))
        .arg(shop.path().join("provisioning"))
        .arg(fs::read_to_string(shop.path().join("code")).unwrap());
    command
}

#[test]
fn hello_prints_what_both_readmes_say() {
    let shop = Shop::new();
    let program = example("hello.c", shop.path());
    let output = succeed(&mut start(&program, &shop));
    let printed = String::from_utf8(output.stdout).unwrap();
    for readme in ["README.md", "README.vi.md"] {
        let page = fs::read_to_string(root().join(readme)).unwrap();
        assert_eq!(
            block(&page, "<!-- hello output", "text"),
            printed,
            "{readme}"
        );
    }
}

#[test]
fn what_is_scanned_is_told_asked_about_or_refused() {
    let shop = Shop::new();
    let program = example("scan.c", shop.path());
    let output = succeed(&mut start(&program, &shop));
    let printed = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = printed.lines().collect();
    let member = lines[0].rsplit(' ').next().unwrap();
    let beginnings = [
        format!("answer phone +84901234567 -> {member}"),
        "answer phone +84901234568: ".to_owned(),
        format!("near phone +84901234567 -> {member}: "),
        "answer gsrn 893456780000000011: ".to_owned(),
        "scan.payment_card: ".to_owned(),
        "scan.product: ".to_owned(),
    ];
    assert_eq!(lines.len(), beginnings.len(), "{printed}");
    for (line, beginning) in lines.iter().zip(&beginnings) {
        assert!(line.starts_with(beginning.as_str()), "{printed}");
    }
    assert!(!printed.contains("4111"), "{printed}");
}

#[test]
fn the_calls_of_the_cart_page_build_a_cart() {
    let folder = tempfile::tempdir().unwrap();
    let page = fs::read_to_string(root().join("docs/cart.md")).unwrap();
    let calls = block(&page, "# The cart", "c");
    let program = format!(
        "#include \"loy.h\"\n\
         #include <stddef.h>\n\
         static loy_error *error;\n\
         int main(void) {{\n{calls}loy_cart_free(cart);\nreturn error != NULL || line != 0;\n}}\n"
    );
    // Every call of the page must be answered well: the first error stops it.
    let program = program.replace(", &error);", ", &error); if (error) return 1;");
    let source = folder.path().join("cart_page.c");
    fs::write(&source, program).unwrap();
    let compiled = compile(&source, &[], Build::Plain, folder.path());
    succeed(&mut Command::new(compiled));
}

/// A till to copy that runs, one line in for each line out.
struct Running {
    till: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Running {
    fn start(mut till: Command) -> Self {
        let mut till = till
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let commands = till.stdin.take().unwrap();
        let answers = BufReader::new(till.stdout.take().unwrap());
        Self {
            till,
            commands,
            answers,
        }
    }

    /// A later start, over the ledger that is there.
    fn again(program: &Path, shop: &Shop) -> Self {
        let mut till = Command::new(program);
        till.arg(shop.path().join("ledger"));
        Self::start(till)
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn ask(&mut self, command: &str) -> String {
        self.commands.write_all(command.as_bytes()).unwrap();
        self.commands.write_all(b"\n").unwrap();
        self.answer()
    }

    /// A sale's id and its state, of a command that answers with a sale.
    fn sale(&mut self, command: &str) -> (String, String) {
        let answer = self.ask(command);
        let fields: Vec<&str> = answer.split('\t').collect();
        assert_eq!(fields[0], "OK", "{command}: {answer}");
        (fields[1].to_owned(), fields[2].to_owned())
    }

    /// What a power cut or the task manager does.
    fn kill(mut self) {
        self.till.kill().unwrap();
        self.till.wait().unwrap();
    }
}

/// `authorise` of one T-shirt at 55.000 d, nobody's.
fn authorise(receipt: &str) -> String {
    let when = "1767243600000\t420\t20260101";
    format!("authorise\tauth-{receipt}\t{receipt}\t{when}\t-\t0\tao-thun\t1000\t55000")
}

const HELD: &str = "1";
const COMMITTED: &str = "2";

/// What the answer of a start says: how many were voided, and what is still in payment.
fn found(answer: &str) -> (&str, Vec<&str>) {
    let fields: Vec<&str> = answer.split('\t').collect();
    assert_eq!((fields[0], fields.len()), ("OK", 4), "{answer}");
    let ids = fields[3].split("\"sale_id\":\"").skip(1);
    let ids: Vec<&str> = ids.map(|id| id.split('"').next().unwrap()).collect();
    assert_eq!(ids.len().to_string(), fields[2], "{answer}");
    (fields[1], ids)
}

#[test]
fn a_till_that_died_after_the_customer_paid_tells_the_sale_and_never_voids_it() {
    let shop = Shop::new();
    let program = example("till.c", shop.path());
    let mut till = Running::start(start(&program, &shop));
    assert_eq!(till.answer(), "OK");
    // Nobody was asked to pay the first; the second may be paid; the third was called off.
    let (unpaid, _) = till.sale(&authorise("000001"));
    let (paid, _) = till.sale(&authorise("000002"));
    let (declined, _) = till.sale(&authorise("000003"));
    assert_eq!(
        till.sale(&format!("pay\t{paid}")),
        (paid.clone(), HELD.into())
    );
    till.sale(&format!("pay\t{declined}"));
    till.sale(&format!("void\tvoid-3\t{declined}"));
    till.kill();

    // However often it starts, until the POS has asked its terminal.
    for voided in ["1", "0"] {
        let mut till = Running::again(&program, &shop);
        assert_eq!(found(&till.answer()), (voided, vec![paid.as_str()]));
        till.kill();
    }
    let mut till = Running::again(&program, &shop);
    till.answer();
    assert_eq!(
        till.sale(&format!("commit\tcommit-2\t{paid}")),
        (paid.clone(), COMMITTED.into())
    );
    // A customer is asked to pay for what is held alone.
    for settled in [&unpaid, &paid, &declined] {
        let answer = till.ask(&format!("pay\t{settled}"));
        assert_eq!(answer, "ERROR\tthe sale is not held");
    }
    // A receipt that was voided is nobody's: it can be rung up again.
    let unknown = till.ask("receipt\t000001\t20260101\t40");
    assert!(
        unknown.starts_with("REFUSED\treceipt.unknown\t"),
        "{unknown}"
    );
    let receipt = till.sale("receipt\t000002\t20260101\t40");
    assert_eq!(receipt, (paid, COMMITTED.into()));
    till.kill();
    let mut till = Running::again(&program, &shop);
    assert_eq!(found(&till.answer()), ("0", vec![]));
}

#[test]
fn a_command_that_fails_when_it_is_repeated_is_told_and_no_sale_is_voided() {
    let shop = Shop::new();
    let program = example("till.c", shop.path());
    let mut till = Running::start(start(&program, &shop));
    till.answer();
    let (paid, _) = till.sale(&authorise("000001"));
    // It died in a commit, and the operation id is that of something else.
    till.kill();
    let commit = format!("commit\tauth-000001\t{paid}\n");
    fs::write(shop.path().join("ledger.pos"), commit).unwrap();
    let mut till = Running::again(&program, &shop);
    let failed = till.answer();
    assert!(
        failed.starts_with("ERROR\tLOY_E_OPERATION_CONFLICT\t"),
        "{failed}"
    );
    assert_eq!(found(&till.answer()), ("0", vec![paid.as_str()]));
    assert_eq!(till.sale(&format!("commit\tcommit-1\t{paid}")).1, COMMITTED);
}

/// Stands in for fsync: tells each file that is synced, and what is in it by then.
const SYNCED: &str = r#"
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int synced(int file);
int synced(int file) {
    char link[64], name[4096], bytes[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t size = readlink(link, name, sizeof name - 1);
    name[size < 0 ? 0 : size] = '\0';
    FILE *read = fopen(name, "rb"), *log = fopen(getenv("SYNCED"), "ab");
    size_t found = fread(bytes, 1, sizeof bytes, read);
    fwrite(bytes, 1, found, log);
    return fclose(read) | fclose(log);
}
"#;

#[test]
fn the_till_to_copy_has_on_disk_what_it_begins_but_no_phone_number() {
    let shop = Shop::new();
    let source = shop.path().join("synced.c");
    let till = root().join("examples/c/till.c");
    let till = till.display();
    let program = format!("{SYNCED}\n#define fsync synced\n#include \"{till}\"\n");
    fs::write(&source, program).unwrap();
    let program = compile(&source, &[], Build::Plain, shop.path());
    let log = shop.path().join("log");
    let mut till = start(&program, &shop);
    till.env("SYNCED", &log);
    let mut till = Running::start(till);
    till.answer();

    let enrol = "enrol\tenrol-1\t1767243600000\t420\t20260101\tphone\t0901234567";
    let sale = "sale\tsale-1\t000001\t1767243600000\t420\t20260101\t-\t0\tao-thun\t2000\t55000";
    let back = "return\tback-1\t000001\t20260101\t000002\t1767243700000\t420\t20260101\t0\t1000";
    let held = authorise("000003");
    assert!(till.ask(enrol).starts_with("OK\t"));
    // Sold, one of two returned, and the same again when asked again.
    for (command, state) in [(sale, "2 0"), (back, "2 0"), (back, "2 1")] {
        let answer = till.ask(command);
        let found: Vec<&str> = answer.split('\t').skip(2).take(2).collect();
        assert_eq!(found.join(" "), state, "{answer}");
    }
    let (id, _) = till.sale(&held);
    till.sale(&format!("pay\t{id}"));
    till.kill();
    let log = fs::read_to_string(log).unwrap();
    let on_disk: Vec<&str> = log.lines().collect();
    assert_eq!(on_disk, [sale, back, back, &held, "", &id]);
}
