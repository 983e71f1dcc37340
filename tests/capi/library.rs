//! Builds the shared library once, compiles C programs against it and runs them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

use loy::exchange::provisioning::MemberBlock;
use loy::exchange::{ActivationCode, OperatorList, Provisioning, SigningKey, operators};
use loy::kernel::{Currency, Instant, WriterId};
use loy::ledger::Operators;
use loy::ledger::clock::ClockLimits;

/// The package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Which library is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// As it is shipped, but for its profile.
    Plain,
    /// With `loy_test_panic`.
    FaultInjection,
}

/// The folder with `libloy.so`. It has a target folder of its own: the one of the test run may be
/// locked by the cargo that runs it.
pub fn folder(build: Build) -> &'static Path {
    static PLAIN: OnceLock<PathBuf> = OnceLock::new();
    static FAULTY: OnceLock<PathBuf> = OnceLock::new();
    match build {
        Build::Plain => PLAIN.get_or_init(|| make("plain", &[])),
        Build::FaultInjection => {
            // One build after the other: they share the target folder.
            folder(Build::Plain);
            FAULTY.get_or_init(|| make("faulty", &["--features", "fault-injection"]))
        }
    }
}

fn make(name: &str, features: &[&str]) -> PathBuf {
    let target = root().join("target/capi-tests");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(root())
        .args([
            "rustc",
            "--offline",
            "--lib",
            "--crate-type",
            "cdylib",
            "--target-dir",
        ])
        .arg(&target)
        .args(features);
    succeed(&mut cargo);
    let folder = target.join(name);
    fs::create_dir_all(&folder).expect("a folder");
    fs::copy(target.join("debug/libloy.so"), folder.join("libloy.so")).expect("the library");
    folder
}

/// Runs a command that must succeed.
pub fn succeed(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// A C program, compiled with warnings as errors.
pub fn compile(
    source: &Path,
    include: &[&Path],
    build: Build,
    folder_of_program: &Path,
) -> PathBuf {
    let library = folder(build);
    let program = folder_of_program.join(source.file_stem().expect("a name"));
    let mut gcc = Command::new("gcc");
    gcc.args([
        "-std=c99",
        "-pedantic",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-Wstrict-prototypes",
    ])
    .args(["-g", "-o"])
    .arg(&program)
    .arg(source)
    .arg("-I")
    .arg(root().join("include"))
    .arg("-I")
    .arg(root().join("tests/c"));
    for folder in include {
        gcc.arg("-I").arg(folder);
    }
    gcc.arg("-L")
        .arg(library)
        .arg("-lloy")
        .arg(format!("-Wl,-rpath,{}", library.display()));
    succeed(&mut gcc);
    program
}

/// Runs a program under Valgrind: an error or a leak fails it.
pub fn run(program: &Path, arguments: &[&Path]) -> Output {
    let found = Command::new("valgrind").arg("--version").output();
    assert!(
        found.is_ok_and(|output| output.status.success()),
        "valgrind is missing; install it: apt-get install -y valgrind"
    );
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--quiet", "--error-exitcode=99", "--leak-check=full"])
        .arg("--errors-for-leak-kinds=definite,indirect")
        .arg(program)
        .args(arguments);
    succeed(&mut valgrind)
}

/// A till's folder with a provisioning file and its activation code, as head office would give
/// them, and an empty place for the ledger.
pub struct Shop {
    folder: tempfile::TempDir,
}

/// The till's own key, as provisioning gives it.
pub const WRITER_SECRET: [u8; 32] = [4; 32];

/// Head office's key in these tests.
pub fn office_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn people(supervisor: &str, pin: &str) -> Operators {
    let document = format!(
        r#"{{"roles": {{"cashier": {{"refund": "50000"}}}},
            "operators": [{{"id": "TN-07", "role": "cashier"}},
                          {{"id": "{supervisor}", "role": "supervisor", "pin": "{pin}"}}]}}"#
    );
    let random = &mut |bytes: &mut [u8]| bytes.fill(7);
    let read = operators::from_json(document.as_bytes(), Currency::VND, 1_000, random);
    read.expect("operators")
}

impl Shop {
    /// A shop with the programme "10.000 d = 1 point".
    pub fn new() -> Self {
        Self::of(Operators::default(), Instant::from_ms(1_795_300_000_000))
    }

    /// The same, provisioned just now, so that the machine's clock is believed.
    pub fn of_today() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let now_ms = since.expect("after 1970").as_millis();
        let now = Instant::from_ms(i64::try_from(now_ms).expect("in range"));
        Self::of(Operators::default(), now)
    }

    /// The same with a cashier TN-07 who refunds up to 50.000 d, and the supervisor GS-01, PIN 4711.
    pub fn with_operators() -> Self {
        Self::of(people("GS-01", "4711"), Instant::from_ms(1_795_300_000_000))
    }

    /// Puts a list of operators into the folder that head office issued at this instant: GS-02, PIN
    /// 4712, in the place of GS-01. `store` is S1 for the shop's own.
    pub fn issue_operators(&self, name: &str, issued_ms: i64, store: &str) {
        let list = OperatorList {
            store: store.to_owned(),
            currency: Currency::VND,
            issued_at: Instant::from_ms(issued_ms),
            operators: people("GS-02", "4712"),
        };
        let sealed = list.seal(&office_key(), &[5; 32], &[6; 24]);
        fs::write(self.path().join(name), sealed).expect("written");
    }

    fn of(operators: Operators, issued_at: Instant) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let programme = fs::read(root().join("examples/programmes/vnd-10000.json")).expect("there");
        let code = ActivationCode::from_random(&std::array::from_fn(|_| 3));
        let provisioning = Provisioning {
            provisioning_id: [1; 16],
            tenant: [2; 16],
            tenant_name: "Bach hoa Sao Mai".to_owned(),
            office_key: office_key().verifying_key().to_bytes(),
            writer: WriterId([3; 16]),
            writer_secret: WRITER_SECRET.into(),
            store: "S1".to_owned(),
            till: "1".to_owned(),
            currency: Currency::VND,
            language: "vi".to_owned(),
            identifier_key: [5; 32].into(),
            member_block: MemberBlock {
                first_body: 10_000_000_000,
                last_body: 10_000_000_999,
            },
            members: Vec::new(),
            programme,
            issued_at,
            clock: ClockLimits::default(),
            operators,
        };
        let sealed = provisioning.seal(&office_key(), &code, &[6; 24]);
        fs::write(folder.path().join("provisioning"), sealed).expect("written");
        fs::write(folder.path().join("code"), code.to_string()).expect("written");
        Self { folder }
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Compiles `tests/c/<name>.c` and runs it with this shop's folder as its argument.
    pub fn run(&self, name: &str, build: Build) -> Output {
        let source = root().join("tests/c").join(name).with_extension("c");
        let program = compile(&source, &[], build, self.path());
        run(&program, &[self.path()])
    }
}
