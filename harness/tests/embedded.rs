//! The suite inside somebody else's `cargo test`: an emulator's author adds a dev-dependency
//! without default features and three lines.
//!
//! The author's package is built for real. It shares the target folder and the profile of this
//! package, so that only what differs by features is built anew.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The author's package and the lock file that this package was built with, so that the build needs
/// nothing that is not there already.
struct Author {
    folder: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

/// Cargo gives the tests of all these packages one executable, since it takes their folders for the roots of
/// their workspaces; and the file of the requests under way is beside it. So there is one author at a time.
static ALONE: Mutex<()> = Mutex::new(());

impl Author {
    fn new() -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().expect("a folder");
        let from = root().join("harness/tests/fixtures/emulator-author");
        for file in ["src/lib.rs", "tests/conformance.rs"] {
            let to = folder.path().join(file);
            std::fs::create_dir_all(to.parent().expect("a parent")).expect("a folder");
            std::fs::copy(from.join(file), to).expect("a copy");
        }
        let manifest = std::fs::read_to_string(from.join("manifest.toml")).expect("a manifest");
        let absolute = manifest.replace("\"../../../..\"", &format!("{:?}", root().display().to_string()));
        assert_ne!(manifest, absolute, "the fixture depends on this package by path");
        std::fs::write(folder.path().join("Cargo.toml"), absolute).expect("a manifest");
        std::fs::copy(root().join("Cargo.lock"), folder.path().join("Cargo.lock")).expect("a lock file");
        Self { folder, _alone: alone }
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        cargo(self.folder.path(), arguments).output().expect("cargo runs")
    }

    fn test(&self, arguments: &[&str]) -> Output {
        self.cargo(&[&["test", "--quiet", "--test", "conformance", "--"], arguments].concat())
    }
}

/// Cargo, as from a shell: what the outer cargo passes to its tests about this package would make build
/// scripts run again that observe it, and with them half of the build.
fn cargo(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if (text.starts_with("CARGO") && text != "CARGO_HOME") || text.starts_with("NEXTEST") {
            command.env_remove(&name);
        }
    }
    command
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target())
        .env("CARGO_NET_OFFLINE", "true")
        .env_remove("KINESIS_ENDPOINT")
        .env_remove("KINESIS_TARGET")
        .env_remove("KINESIS_TRIALS");
    command
}

/// The target folder that this test was built in: `target/debug/deps/embedded-…` lies three below.
fn target() -> PathBuf {
    let this = std::env::current_exe().expect("a path");
    this.ancestors().nth(3).expect("a target folder").to_owned()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn reported(output: &Output) -> String {
    format!("{}\n{}", stdout(output), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn three_lines_run_the_suite_in_an_authors_own_tests() {
    let author = Author::new();

    let listed = author.test(&["--list"]);
    assert!(listed.status.success(), "{}", reported(&listed));
    assert!(stdout(&listed).contains("protocol/target/unknown-operation: test"), "{}", reported(&listed));
    assert!(
        !reported(&listed).contains("emulator: started"),
        "listing starts nothing: {}",
        reported(&listed)
    );

    let passed = author.test(&["--exact", "protocol/target/unknown-operation"]);
    assert!(passed.status.success(), "{}", reported(&passed));
    assert!(
        reported(&passed).contains("test result: ok. 1 passed; 0 failed; 0 ignored"),
        "{}",
        reported(&passed)
    );
    let (start, rest) = stdout(&passed).split_once("emulator: started").map(split).expect("it started");
    assert!(!start.contains("emulator:") && !rest.contains("emulator: started"), "{}", reported(&passed));
    assert!(rest.contains("emulator: stopped"), "the server lives until the end: {}", reported(&passed));

    let ignored =
        author.test(&["--format=pretty", "--exact", "start-stream-encryption/encryption-type/none"]);
    assert!(ignored.status.success(), "{}", reported(&ignored));
    assert!(
        stdout(&ignored).contains("ignored (unsupported: the target does not have"),
        "{}",
        reported(&ignored)
    );
}

fn split((before, after): (&str, &str)) -> (String, String) {
    (before.to_owned(), after.to_owned())
}

#[test]
fn a_server_that_ends_the_process_of_the_test_is_named_at_the_next_start() {
    let author = Author::new();
    let test = |aborts: bool| {
        let arguments =
            ["test", "--quiet", "--test", "conformance", "--", "--exact", "protocol/auth/unsigned"];
        let mut command = cargo(author.folder.path(), &arguments);
        if aborts {
            command.env("EMULATOR_ABORTS", "1");
        }
        command.output().expect("cargo runs")
    };
    let ended = test(true);
    assert!(!ended.status.success(), "{}", reported(&ended));
    let next = test(false);
    assert!(next.status.success(), "{}", reported(&next));
    let text = String::from_utf8_lossy(&next.stderr).into_owned();
    for part in [
        "the last run of this test ended while ",
        "protocol/auth/unsigned",
        "cargo test --test conformance -- --exact",
    ] {
        assert!(text.contains(part), "the message lacks `{part}`:\n{text}");
    }
    let after = test(false);
    assert!(!reported(&after).contains("the last run of this test"), "{}", reported(&after));
}

/// Crates that speak TLS, write HTML, talk to AWS, serve the program or test this package.
#[rustfmt::skip]
const UNWANTED: [&str; 20] = [
    "rustls", "native-tls", "openssl", "ring", "aws-lc-rs", "webpki-roots", "tokio-rustls", "hyper-rustls",
    "maud", "askama", "minijinja", "handlebars", "tera", "pulldown-cmark", "aws-config", "aws-smithy-runtime",
    "indicatif", "quick-junit", "criterion", "proptest",
];

/// What an author's build pulls in. `clap` comes with `libtest-mimic`, which reads libtest's flags
/// with it; `aws-sigv4` signs, and has neither network nor TLS.
#[test]
fn without_default_features_there_is_no_tls_no_html_and_no_server() {
    let tree = Author::new().cargo(&["tree", "--quiet", "--edges", "normal,build,dev", "--prefix", "none"]);
    assert!(tree.status.success(), "{}", reported(&tree));
    let text = stdout(&tree);
    let names: Vec<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"kinesis-conformance") && names.contains(&"aws-sigv4"), "{text}");
    let found: Vec<_> = UNWANTED.iter().filter(|name| names.contains(name)).collect();
    assert!(found.is_empty(), "an author's build pulls {found:?}:\n{text}");

    let clap = Author::new().cargo(&[
        "tree",
        "--quiet",
        "--edges",
        "normal,dev",
        "--invert",
        "clap",
        "--prefix",
        "depth",
    ]);
    let text = stdout(&clap);
    let direct: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix('1')).collect();
    assert!(
        !direct.is_empty() && direct.iter().all(|line| line.starts_with("libtest-mimic ")),
        "clap has another reason to be there:\n{text}"
    );
}

/// The same trials as this package's own, pointed elsewhere by the environment.
#[test]
fn a_failure_elsewhere_is_drawn_and_ends_with_libtests_code() {
    let server = refuser();
    let reported = |trial: &str, variables: &[(&str, &str)]| {
        let mut command =
            cargo(&root(), &["test", "--quiet", "--test", "conformance", "--", "--exact", trial]);
        command.envs(variables.iter().copied()).output().expect("cargo runs")
    };

    let unsigned = reported("protocol/auth/unsigned", &[("KINESIS_ENDPOINT", &server)]);
    let text = stdout(&unsigned);
    assert_eq!(unsigned.status.code(), Some(101), "{text}");
    for part in
        ["cases/protocol/auth.yaml:", "because", "curl -sS -i", "cargo test --test conformance -- --exact"]
    {
        assert!(text.contains(part), "the message lacks `{part}`:\n{text}");
    }

    let nobody = reported("protocol/auth/unsigned", &[("KINESIS_TARGET", "nobody")]);
    assert!(!nobody.status.success());
    let text = String::from_utf8_lossy(&nobody.stderr).into_owned();
    assert!(text.contains("failed to find the target `nobody`"), "{text}");

    let aws = reported(
        "protocol/auth/unsigned",
        &[("KINESIS_ENDPOINT", "https://kinesis.eu-west-1.amazonaws.com")],
    );
    let text = String::from_utf8_lossy(&aws.stderr).into_owned();
    assert!(!aws.status.success() && text.contains("hosts of AWS are refused"), "{text}");
}

/// As cargo-nextest starts a test target: with `NEXTEST` set, to list and to run one test.
#[test]
fn under_nextest_each_suite_is_a_test_that_fails_if_nothing_of_it_was_judged() {
    let server = refuser();
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("profile.yaml").display().to_string();
    let stated = |lines: &str| {
        let text = format!("format: 1\nname: refuser\nabout: A test\n{lines}");
        std::fs::write(&profile, text).expect("a profile");
    };
    let reported = |arguments: &[&str], variables: &[(&str, &str)]| {
        let start = ["test", "--quiet", "--test", "conformance", "--"];
        let mut command = cargo(&root(), &[&start, arguments].concat());
        command.envs(variables.iter().copied()).output().expect("cargo runs")
    };
    let nextest = ("NEXTEST", "1");
    let names = |variables: &[(&str, &str)]| -> Vec<String> {
        let listed = stdout(&reported(&["--list", "--format", "terse"], variables));
        listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
    };
    let suites = names(&[nextest]);
    assert!(suites.contains(&"protocol/auth".to_owned()), "{suites:?}");
    let trials = names(&[nextest, ("KINESIS_TRIALS", "each")]);
    assert!(trials.contains(&"protocol/auth/unsigned".to_owned()) && trials.len() > 10 * suites.len());
    assert_eq!(names(&[]), trials, "without nextest every trial is a test");

    const SUITE: &str = "start-stream-encryption/encryption-type";
    let arguments = ["--exact", SUITE, "--nocapture"];
    let at = ("KINESIS_ENDPOINT", server.as_str());
    let silent = reported(&arguments, &[nextest, at]);
    assert_eq!(silent.status.code(), Some(101), "{}", self::reported(&silent));
    for part in [&format!("{SUITE}: "), " unsupported", "none of its trials has a verdict"] {
        assert!(stdout(&silent).contains(part), "the message lacks `{part}`: {}", self::reported(&silent));
    }
    let named = ("KINESIS_TARGET", profile.as_str());
    stated("lacks: {operations: [StartStreamEncryption]}\n");
    let excused = reported(&arguments, &[nextest, at, named]);
    assert!(excused.status.success(), "{}", self::reported(&excused));

    // What is required fails a test of either kind.
    stated("requires: {trials: [\"**/encryption-type/lower-case\"]}\n");
    let trial = format!("{SUITE}/lower-case");
    let required = reported(&["--exact", &trial], &[at, named]);
    assert_eq!(required.status.code(), Some(101), "{}", self::reported(&required));
    assert!(stdout(&required).contains("a verdict is required, and there is none: unsupported"));
    let other = reported(&["--exact", &format!("{SUITE}/none")], &[at, named]);
    assert!(other.status.success(), "{}", self::reported(&other));
    let suite = reported(&arguments, &[nextest, at, named]);
    assert!(stdout(&suite).contains("1 required trial has no verdict"), "{}", self::reported(&suite));
    stated("requires: {transports: [h2]}\n");
    let ability = reported(&["--exact", "protocol/auth/unsigned"], &[at, named]);
    assert_eq!(ability.status.code(), Some(101), "{}", self::reported(&ability));
    let text = String::from_utf8_lossy(&ability.stderr).into_owned();
    assert!(text.contains("error: the required transport h2 is unsupported"), "{text}");
}

/// The URL of a server that answers every operation but one as unknown, signed or not, for as long
/// as the test process runs.
fn refuser() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(&stream));
        }
    });
    endpoint
}

/// One answer a connection; the client makes a new connection for each request.
fn serve(mut stream: &TcpStream) {
    let mut head = String::new();
    let mut reader = BufReader::new(stream);
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0) {}
    let (status, body) = if head.contains("Kinesis_20131202.ListStreams") {
        ("200 OK", r#"{"HasMoreStreams":false,"StreamNames":[]}"#)
    } else {
        ("400 Bad Request", r#"{"__type":"UnknownOperationException"}"#)
    };
    // Read to the end, or closing would reset the connection.
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0);
    let mut sent = vec![0; length];
    // A peer that is gone needs no answer.
    let _ = reader.read_exact(&mut sent);
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/x-amz-json-1.1\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
}
