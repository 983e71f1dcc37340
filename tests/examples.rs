//! The examples as a vendor would compile them, and what they print as the READMEs show it.

#![allow(clippy::unwrap_used, missing_docs)]

#[allow(dead_code, reason = "shared with tests/capi.rs, which uses all of it")]
#[path = "capi/library.rs"]
mod library;

use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

#[test]
fn the_till_to_copy_keeps_a_sale_for_the_next_start_but_no_phone_number() {
    let shop = Shop::new();
    let program = example("till.c", shop.path());
    // What the till keeps goes into a pipe, so that nothing it wrote can be missed.
    let kept = shop.path().join("ledger.pos");
    succeed(Command::new("mkfifo").arg(&kept));
    let mut pipe = OpenOptions::new()
        .read(true)
        .write(true)
        .open(&kept)
        .unwrap();

    let mut till = start(&program, &shop)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut commands = till.stdin.take().unwrap();
    let enrol = "enrol\tenrol-1\t1767243600000\t420\t20260101\tphone\t0901234567\n";
    let sale = "sale\tsale-1\t000001\t1767243600000\t420\t20260101\t-\t0\tao-thun\t2000\t55000\n";
    let back = "return\tback-1\t000001\t20260101\t000002\t1767243700000\t420\t20260101\t0\t1000\n";
    for command in [enrol, sale, back, back] {
        commands.write_all(command.as_bytes()).unwrap();
    }
    drop(commands);
    let output = till.wait_with_output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}");
    // Provisioned, enrolled, sold, one of two returned, and the same again when asked again.
    let answers: Vec<&str> = told.lines().collect();
    assert_eq!(answers.len(), 5, "{told}");
    assert!(
        answers.iter().all(|answer| answer.starts_with("OK")),
        "{told}"
    );
    let states = |answer: &str| {
        answer
            .split('\t')
            .skip(2)
            .take(2)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(states(answers[2]), "2 0", "{told}");
    assert_eq!(states(answers[3]), "2 0", "{told}");
    assert_eq!(states(answers[4]), "2 1", "{told}");

    pipe.write_all(b"end\n").unwrap();
    let lines = BufReader::new(pipe).lines().map(Result::unwrap);
    let kept: Vec<String> = lines.take_while(|line| line != "end").collect();
    assert_eq!(kept, [sale, back, back].map(str::trim_end));
}
