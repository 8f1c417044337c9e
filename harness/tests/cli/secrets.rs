//! What must not be shown, and what must not steer who reads it: a target that sends everything back,
//! with an account id, markup and terminal escapes of its own beside it.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kinesis_conformance::wire::{Client, ClientSettings, Credentials, Endpoint};

use super::support::{Ended, PROGRAM, QUICK, Scratch, command, free_port, run};

const ACCESS_KEY: &str = "AKIAPLANTEDPLANTED00";
const SECRET_KEY: &str = "planted/secret+key/that/nobody/may/read0";
const TOKEN: &str = "planted+session/token==";
const ACCOUNT: &str = "111122223333";

/// Markup, control characters, and escapes that set a title, colours and the cursor.
const EVIL: &str = "\u{1b}]0;owned\u{7}\u{1b}[31m\u{1b}[2J\u{9b}1m\r\0\u{202e}]]>\u{ffff}<script src=\"x\">&amp;'</testcase>";

/// Starts a server that sends back whatever it gets.
fn mirror() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                // The client hangs up when it has enough.
                let _ = send_back(stream);
            });
        }
    });
    endpoint
}

fn send_back(mut stream: TcpStream) -> std::io::Result<()> {
    let mut pending = Vec::new();
    let mut buffer = [0; 65_536];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        pending.extend_from_slice(&buffer[..count]);
        let Some(end) = pending.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&pending[..end]).into_owned();
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(str::to_owned))
            .and_then(|length| length.trim().parse::<usize>().ok())
            .unwrap_or(0);
        if pending.len() < end + 4 + length {
            continue;
        }
        let rest = pending.split_off(end + 4 + length);
        let body = String::from_utf8_lossy(&pending[end + 4..]).into_owned();
        pending = rest;
        let reported = format!(
            "{head} {body} {SECRET_KEY} arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/a {EVIL} {}",
            spelled().join(" ")
        );
        let (media, answer) = if head.contains("amz-cbor") {
            ("cbor", cbor(&reported))
        } else {
            let members =
                serde_json::json!({"__type": format!("{EVIL}{ACCESS_KEY}{ACCOUNT}"), "message": reported});
            ("json", members.to_string().into_bytes())
        };
        let echo = head.lines().find(|line| line.to_ascii_lowercase().starts_with("authorization"));
        let answer_head = format!(
            "HTTP/1.1 400 Bad Request\r\nContent-Type: application/x-amz-{media}-1.1\r\nX-{ACCESS_KEY}: {}\r\n\
             X-Token: {TOKEN}\r\nContent-Length: {}\r\n\r\n",
            echo.unwrap_or("none"),
            answer.len()
        );
        stream.write_all(answer_head.as_bytes())?;
        stream.write_all(&answer)?;
    }
}

/// `{"message": text}`.
fn cbor(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("a short text");
    [b"\xa1\x67message\x79".as_slice(), &length.to_be_bytes(), text.as_bytes()].concat()
}

fn send(arguments: &[&str]) -> Ended {
    command(arguments)
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .env("AWS_SESSION_TOKEN", TOKEN)
        .output()
        .expect("the program runs")
        .into()
}

/// The secret key as servers escape, pack and shout it.
fn spelled() -> Vec<String> {
    let some = |escape: &dyn Fn(u8) -> String| -> String {
        let each =
            |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).into() } else { escape(byte) };
        SECRET_KEY.bytes().map(each).collect()
    };
    let hex: String = SECRET_KEY.bytes().map(|byte| format!("{byte:02x}")).collect();
    let packed = ["", "a", "ab"].map(|before| STANDARD.encode(format!("{before}{SECRET_KEY} and more")));
    let mut all = vec![
        some(&|byte| format!("\\u{byte:04x}")),
        some(&|byte| format!("%{byte:02x}")),
        some(&|byte| format!("&#{byte};")),
        some(&|byte| format!("&#x{byte:x};")),
        SECRET_KEY.to_uppercase(),
        hex.to_uppercase(),
        hex,
    ];
    all.extend(packed);
    all
}

/// Every spelling in which a planted value could appear.
fn planted() -> Vec<String> {
    // Of base64 the middle, which holds nothing but the secret; it is short enough to stand whole.
    let mut all: Vec<String> = spelled().iter().map(|text| text[4..text.len().min(44)].to_owned()).collect();
    for value in [ACCESS_KEY, SECRET_KEY, TOKEN, ACCOUNT] {
        let percent = value.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
        let without_ends = value[2..value.len() - 2].to_owned();
        all.extend([value.to_owned(), value.to_lowercase(), percent, without_ends]);
    }
    all
}

#[track_caller]
fn leaks_nothing(what: &str, text: &str) {
    for value in planted() {
        let at = text.find(&value);
        let around = at.map(|at| text.get(at.saturating_sub(80)..(at + 80).min(text.len())));
        assert!(at.is_none(), "{what} shows `{value}`: {around:?}");
    }
    let hex = regex::Regex::new("[0-9a-f]{64}").expect("a pattern");
    let signature = hex.find(text).map(|found| found.as_str());
    assert!(signature.is_none(), "{what} shows the signature {signature:?}");
}

/// Nothing but line ends and, where there are colours, the sequences that set them.
#[track_caller]
fn steers_nothing(what: &str, text: &str) {
    let colours = regex::Regex::new("\u{1b}\\[[0-9;]*m").expect("a pattern");
    let text = colours.replace_all(text, "");
    let steering = |character: &char| {
        (character.is_control() && *character != '\n') || matches!(character, '\u{202a}'..='\u{202e}')
    };
    let found = text.chars().find(steering);
    assert!(found.is_none(), "{what} holds {found:?}");
    assert!(!text.contains("\u{1b}[31m"), "{what} lets the target choose a colour");
}

#[test]
fn no_output_reports_a_secret_or_is_steered_by_a_target() {
    let endpoint = mirror();
    let scratch = Scratch::new();
    let (log, junit, record) =
        (scratch.path("run.jsonl"), scratch.path("junit.xml"), scratch.path("record.jsonl"));
    let to = ["--endpoint", &endpoint, "--credentials", "env"];
    let filters = ["protocol/auth", "encryption-type", "protocol/method"];
    let (markdown, script) = (scratch.path("report.md"), scratch.path("again.sh"));
    let files = ["--log", &log, "--junit", &junit, "--record", &record, "--causes", "all", "--others"];
    let files = [&files[..], &["--markdown", &markdown, "--script", &script]].concat();
    let ended = send(&[&["run"], to.as_slice(), &files, &filters].concat()).expect(1);
    let text = |path: &str| std::fs::read_to_string(path).expect("a file");
    let reported = text(&log);
    // The harness saw them, or nothing would be proved.
    for stand_in in ["[secret key]", "[access key]", "[session token]", "[signature]", ":900000000001:"] {
        assert!(reported.contains(stand_in), "the log holds `{stand_in}`");
    }
    let packed = regex::Regex::new(r#""form":"base64","content":"([^"]+)""#).expect("a pattern");
    let unpacked: Vec<String> = packed
        .captures_iter(&reported)
        .map(|found| String::from_utf8_lossy(&STANDARD.decode(&found[1]).expect("base64")).into_owned())
        .collect();
    assert!(unpacked.iter().any(|body| body.contains("message")), "an answer in CBOR was kept");
    leaks_nothing("an answer in CBOR", &unpacked.join("\n"));

    let trial = "protocol/auth/corrupt-signature";
    let forms = [
        ("the terminal", ended.out),
        ("the progress", ended.err),
        ("the log", reported),
        ("JUnit", text(&junit)),
        ("the record", text(&record)),
        ("the Markdown", text(&markdown)),
        // A request that curl can't make has none.
        ("the script", std::fs::read_to_string(&script).unwrap_or_default()),
        ("judge", send(&["judge", &log, "--causes", "all", "--others"]).out),
        (
            "a curl line",
            send(&[&["run", "-q", "protocol/target/unknown-operation"], to.as_slice()].concat()).out,
        ),
        ("explain", send(&["explain", trial]).out),
        ("replay", send(&[&["replay", &log, trial], to.as_slice()].concat()).reported()),
        ("sweep", send(&[&["sweep", "--yes"], to.as_slice()].concat()).reported()),
        (
            "colours",
            send(&[&["run", "-q", "--color", "always"], to.as_slice(), &filters].concat()).reported(),
        ),
    ];
    for (what, text) in &forms {
        leaks_nothing(what, text);
        steers_nothing(what, text);
    }
    let (log, junit) = (&forms[2].1, &forms[3].1);
    assert!(
        forms.iter().any(|(what, text)| *what == "a curl line" && text.contains("curl -sS -i")),
        "{forms:?}"
    );
    for line in log.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("every line of the log is JSON");
        assert!(!line.contains(|letter: char| letter < ' '), "control characters are spelled out in the log");
    }
    let report = quick_junit::Report::deserialize_from_str(junit).expect("JUnit is well-formed");
    assert!(report.tests > 10, "{} tests", report.tests);
    assert!(!junit.contains("<script"), "markup of the target stays text");
}

#[test]
fn what_a_spawned_command_says_is_reported_without_secrets() {
    let scratch = Scratch::new();
    let ready = format!("http://127.0.0.1:{}", free_port());
    let packed = STANDARD.encode(SECRET_KEY);
    let script = scratch.write(
        "start.sh",
        &format!(
            "env | grep AWS_; echo \"$AWS_SECRET_ACCESS_KEY\" >&2; echo {packed} arn:aws:kinesis:eu-west-1:{ACCOUNT}:stream/a\nexit 7\n"
        ),
    );
    for spawn in [format!("sh {script}"), format!("sh {script} {SECRET_KEY}")] {
        let ended = send(&["run", "--credentials", "env", "--spawn", &spawn, "--ready", &ready]).expect(3);
        leaks_nothing("a command that ends", &ended.reported());
        ended.complains(&["AWS_SECRET_ACCESS_KEY=[secret key]", "[session token]", ":900000000001:"]);
    }
}

#[test]
fn no_password_of_a_url_is_reported() {
    let scratch = Scratch::new();
    let profile = |name: &str, endpoint: &str, ready: &str| {
        scratch.write(
            name,
            &format!(
                "format: 1\nname: mine\nabout: An emulator\nspawn: sh -c exit\nendpoint: \"{endpoint}\"\nready: \"{ready}\"\n"
            ),
        )
    };
    let good = "http://127.0.0.1:1";
    let urls = [
        "ftp://me:geheim@127.0.0.1",
        "http://me:geheim@127.0.0.1:port",
        "http://me:geheim@[::1",
        "http://me:geheim@127.0.0.1",
        "http://me:geheim",
        "me:geheim@127.0.0.1:4567",
        "http://127.0.0.1/?password=geheim",
        "https://me:geheim@kinesis.eu-west-1.amazonaws.com",
    ];
    for (number, url) in urls.iter().enumerate() {
        let (at_endpoint, at_ready) = (
            profile(&format!("endpoint-{number}.yaml"), url, good),
            profile(&format!("ready-{number}.yaml"), good, url),
        );
        for arguments in [
            &["run", "--endpoint", url][..],
            &["sweep", "--endpoint", url],
            &["run", "--spawn", "true", "--ready", url],
            &["run", "--target", &at_endpoint],
            &["run", "--start", "--target", &at_ready],
        ] {
            let ended = run(arguments);
            assert!(!ended.reported().contains("geheim"), "{arguments:?}: {}", ended.reported());
            // A query is no part of what `--ready` says of the endpoint.
            if !url.contains('?') {
                ended.expect(2);
            }
        }
    }
    let log = scratch.path("run.jsonl");
    let port = free_port();
    let spawn = format!("'{}' serve --listen 127.0.0.1:{port} # amqp://me:geheim@broker", PROGRAM);
    let ready = format!("http://127.0.0.1:{port}/health?token=geheim");
    let ended = run(&["run", "-q", QUICK, "--log", &log, "--spawn", &spawn, "--ready", &ready]);
    let ended = ended.expect(0);
    let text = std::fs::read_to_string(&log).expect("a log");
    assert!(!text.contains("geheim") && !ended.reported().contains("geheim"), "{text}");
}

#[test]
fn what_a_panic_would_print_of_a_client_holds_no_secret() {
    let client = Client::new(ClientSettings {
        endpoint: Endpoint::parse("http://127.0.0.1:1").expect("an endpoint"),
        credentials: Credentials {
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SECRET_KEY.to_owned(),
            session_token: Some(TOKEN.to_owned()),
        },
        region: "us-east-1".to_owned(),
        timeout: std::time::Duration::from_secs(1),
        connect_timeout: std::time::Duration::from_secs(1),
    });
    leaks_nothing("a client", &format!("{:?}", client.expect("a client")));
}
