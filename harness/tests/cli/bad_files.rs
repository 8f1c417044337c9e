//! Whatever is wrong with a file or the command line is reported before the first request, drawn where
//! there is something to draw on.

use super::support::{Hostile, HostileServer, QUICK, SLACK, Scratch, run, snapshot};

#[test]
fn a_broken_case_is_drawn() {
    let scratch = Scratch::new();
    let cases = scratch.cases("    title:", "    titel:");
    for verb in ["run", "list", "check"] {
        let ended = run(&[verb, "--cases", &cases]).expect(2);
        let ended = ended.complains(&["titel", "did you mean `title`?", "encryption-type.yaml:"]);
        assert_eq!(ended.out, "", "nothing else is said");
        if verb == "run" {
            snapshot("cli-broken-case", &scratch.redact(&ended.err));
        }
    }
}

#[test]
fn a_wrong_resource_is_drawn() {
    let scratch = Scratch::new();
    let cases = scratch.cases("    title:", "    title:");
    let own = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/resources.yaml");
    let own = std::fs::read_to_string(own).expect("the file of resources");
    let awaits = "await: {StreamStatus: ACTIVE}";
    assert!(own.contains(awaits));
    scratch.write("cases/resources.yaml", &own.replacen(awaits, "await: {StreamStatus: READY}", 1));
    let wrong = ["`READY` is no settled status of a stream", "cases/resources.yaml:", "one of: ACTIVE"];
    for verb in ["run", "list", "check"] {
        run(&[verb, "--cases", &cases]).expect(2).complains(&wrong);
    }
    // Nothing listens there: what is wrong is reported before the first request.
    let endpoint = format!("http://127.0.0.1:{}", super::support::free_port());
    run(&["sweep", "--cases", &cases, "--endpoint", &endpoint]).expect(2).complains(&wrong);
}

#[test]
fn a_folder_of_cases_that_is_none_is_reported() {
    run(&["list", "--cases", "/nowhere/at/all"]).expect(2).complains(&["is not a folder", "try: "]);
}

#[test]
fn a_broken_profile_is_drawn() {
    let scratch = Scratch::new();
    let path = scratch.write(
        "profile.yaml",
        "format: 1\nname: mine\nabout: An emulator\nendpoint: localhost:4567\nenvironment:\n  keys: {manged: a}\n",
    );
    let ended = run(&["run", "--target", &path]).expect(2).complains(&["manged", "did you mean `managed`?"]);
    snapshot("cli-broken-profile", &scratch.redact(&ended.err));
    run(&["check", "--no-faults", &path]).expect(2).complains(&["manged"]);
    run(&["run", "--target", "nobody"])
        .expect(2)
        .complains(&["no profile of that name is built in", "try: "]);
    run(&["run", "--target", &scratch.path("none.yaml")]).expect(2).complains(&["can't be read"]);
}

#[test]
fn a_broken_list_of_known_failures_is_drawn() {
    let scratch = Scratch::new();
    let path = scratch.write(
        "known.yaml",
        &format!("format: 1\nknown:\n  {QUICK}: {{fails: [staus], why: It does}}\n  protocol/gone: {{fails: [status], why: It does}}\n"),
    );
    let ended = run(&["run", QUICK, "--known", &path]).expect(2);
    let ended = ended.complains(&["did you mean `status`?", "a known failure of no trial", "protocol/gone"]);
    snapshot("cli-broken-known", &scratch.redact(&ended.err));
    run(&["check", "--no-faults", &path]).expect(2).complains(&["a known failure of no trial"]);
}

/// What has no end, nobody to write to it, nothing to read, or too much.
fn no_files(scratch: &Scratch) -> [(String, &'static str); 4] {
    let (pipe, large) = (scratch.path("pipe.yaml"), scratch.path("large.yaml"));
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    // Sparse: it takes no room, and no reader should find out how large it is by reading.
    std::fs::File::create(&large).and_then(|file| file.set_len(1 << 40)).expect("a file");
    [
        ("/dev/zero".to_owned(), "it is a device, and only a file is read"),
        (pipe, "it is a pipe, and only a file is read"),
        (scratch.path("."), "it is a folder, and only a file is read"),
        (large, "it has more than"),
    ]
}

#[test]
fn what_is_no_file_or_too_large_is_refused_before_it_is_read() {
    let scratch = Scratch::new();
    let files = no_files(&scratch);
    let output = scratch.path("model.json");
    for (path, reason) in &files {
        let target = if path.contains('/') { path.clone() } else { format!("./{path}") };
        for arguments in [
            &["run", QUICK, "--target", &target][..],
            &["run", QUICK, "--known", path],
            &["check", "--no-faults", path],
            &["run", QUICK, "--endpoint", "https://127.0.0.1:1", "--cacert", path],
            &["import-model", path, "--source", "a test", "--output", &output],
        ] {
            run(arguments).expect(2).complains(&[path, reason]);
        }
    }
    // Logs and records may be long.
    for (path, reason) in files.iter().filter(|(_, reason)| reason.ends_with("only a file is read")) {
        for arguments in [&["judge", path][..], &["replay", path, QUICK], &["compare", path, path]] {
            run(arguments).expect(2).complains(&[path, reason]);
        }
    }
    for (path, reason) in files.iter().filter(|(path, _)| path.ends_with(".yaml")) {
        let cases = path.rsplit_once('/').expect("a folder").0;
        run(&["list", "--cases", cases]).expect(2).complains(&[path, reason]);
        let beside = Scratch::new();
        let profile =
            beside.write("profile.yaml", "format: 1\nname: mine\nabout: One\nendpoint: http://127.0.0.1:1\n");
        std::os::unix::fs::symlink(path, beside.path("known.yaml")).expect("a link");
        run(&["run", QUICK, "--target", &profile]).expect(2).complains(&["known.yaml", reason]);
    }
}

#[test]
fn an_empty_text_in_a_profile_is_refused_and_so_is_a_ready_that_is_no_url() {
    let scratch = Scratch::new();
    for (line, reason) in [
        ("name: \"\"\nabout: One", "`name` is empty"),
        ("name: mine\nabout: \" \"", "`about` is empty"),
        ("name: mine\nabout: One\nspawn: \"\"", "`spawn` is empty"),
        ("name: mine\nabout: One\nversion: \"\"", "`version` is empty"),
        ("name: mine\nabout: One\nready: localhost:1", "`ready` is a URL"),
    ] {
        let path = scratch.write("profile.yaml", &format!("format: 1\n{line}\n"));
        run(&["check", "--no-faults", &path]).expect(2).complains(&[reason, "profile.yaml:"]);
    }
    run(&["run", "--spawn", "", "--ready", "http://127.0.0.1:1"]).expect(2).complains(&["--spawn"]);
    run(&["run", QUICK, "--target-version", ""]).expect(2).complains(&["--target-version"]);
}

#[test]
fn an_unknown_flag_and_a_missing_verb_are_the_command_lines_fault() {
    run(&["run", "--edpoint", "http://127.0.0.1:1"]).expect(2).complains(&["--edpoint", "--endpoint"]);
    run(&[]).expect(2).complains(&["Usage:"]);
    run(&["run", "--spawn", "true"]).expect(2).complains(&["--ready"]);
    run(&["run", "--jobs", "many"]).expect(2).complains(&["many"]);
}

#[test]
fn a_filter_that_matches_nothing_has_a_code_of_its_own() {
    for verb in ["run", "list"] {
        run(&[verb, "no-such-trial"]).expect(4).complains(&["`no-such-trial`", "prints every id"]);
    }
    run(&["run", "--operation", "StartStreamEncrption"])
        .expect(2)
        .complains(&["the model has no", "did you mean `StartStreamEncryption`?"]);
}

#[test]
fn a_file_that_cannot_be_written_is_reported_before_the_first_request() {
    let server = HostileServer::start(Hostile::Hangs);
    for flag in ["--log", "--junit", "--record"] {
        run(&["run", QUICK, "--endpoint", &server.endpoint, flag, "/nowhere/at/all/file"])
            .expect(2)
            .complains(&["/nowhere/at/all/file", "a folder that exists"]);
    }
    assert_eq!(server.accepted(), 0, "nothing was sent");
}

#[test]
fn a_log_that_is_none_is_reported_by_its_place() {
    let scratch = Scratch::new();
    for verb in [&["judge"][..], &["replay"]] {
        let trial: &[&str] = if verb == ["replay"] { &[QUICK] } else { &[] };
        let send = |path: &str| run(&[verb, &[path], trial].concat()).expect(2);
        send(&scratch.path("none.jsonl")).complains(&["none.jsonl", "`run --log FILE`"]);
        send(&scratch.write("empty.jsonl", "")).complains(&["it ends before its header does"]);
        send(&scratch.write("other.jsonl", "{\"a\": 1}\n")).complains(&["its first line is no header"]);
        send(&scratch.write("later.jsonl", "{\"event\": \"header\", \"format\": 99}\n"))
            .complains(&["it has format 99"]);
    }
}

/// Contents that no file of ours may have.
fn contents() -> Vec<(&'static str, Vec<u8>)> {
    let laughs: String =
        (1..30).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "))).collect();
    vec![
        ("nothing", Vec::new()),
        ("a NUL", b"\0".to_vec()),
        ("bytes that are not UTF-8", b"format: 1\nname: \xff\xfe\n".to_vec()),
        ("UTF-16", b"\xff\xfef\0o\0r\0m\0a\0t\0".to_vec()),
        ("a list", b"[1, 2, 3]\n".to_vec()),
        ("a text", b"\"format\"\n".to_vec()),
        ("deep lists", [b"[".repeat(100_000), b"]".repeat(100_000)].concat()),
        ("deep objects", [b"{\"a\":".repeat(100_000), b"1".to_vec(), b"}".repeat(100_000)].concat()),
        ("lists that are never closed", b"{\"a\":[[[[".to_vec()),
        ("aliases of aliases", format!("a0: &a0 [lol]\n{laughs}").into_bytes()),
        ("a member twice", b"{\"format\": 1, \"format\": 1}\n".to_vec()),
        ("a number beyond all", b"{\"format\": 1e999999}\n".to_vec()),
        ("escapes in a key", b"{\"format\": 1, \"\\u001b[2J\\u202e\": \"\\u009b31m\"}\n".to_vec()),
        ("raw escapes", b"format: 1\n\x1b[2J: \xc2\x9b31m\n".to_vec()),
        ("a line of 900 kB", b"x".repeat(900_000)),
        ("only line ends", b"\r\n".repeat(10_000)),
    ]
}

#[test]
fn no_content_of_a_file_ends_the_program_otherwise_than_with_its_name() {
    let scratch = Scratch::new();
    for (number, (what, bytes)) in contents().into_iter().enumerate() {
        let folder = format!("cases-{number}");
        let case = scratch.write(&format!("{folder}/hostile.yaml"), "");
        let path = scratch.write(&format!("hostile-{number}.yaml"), "");
        for path in [&case, &path] {
            std::fs::write(path, &bytes).expect("a file");
        }
        let folder = scratch.path(&folder);
        for arguments in [
            &["list", "--cases", &folder][..],
            &["run", QUICK, "--target", &path],
            &["run", QUICK, "--known", &path],
            &["check", "--no-faults", &path],
            &["judge", &path],
            &["replay", &path, QUICK],
            &["compare", &path, &path],
            &["import-model", &path, "--source", "a test", "--output", &scratch.path("model.json")],
            &["run", QUICK, "--endpoint", "https://127.0.0.1:1", "--cacert", &path],
        ] {
            let started = std::time::Instant::now();
            let ended = run(arguments);
            let took = started.elapsed();
            let reported = format!("{what}: {arguments:?} took {took:?}\n{}", ended.reported());
            assert_eq!(ended.code, Some(2), "{reported}");
            assert!(ended.err.contains("hostile") && !ended.err.contains("panicked"), "{reported}");
            let steers = |letter: char| letter.is_control() && letter != '\n' || letter == '\u{202e}';
            assert!(!ended.err.contains(steers) && !ended.out.contains(steers), "{reported}");
            assert!(took < std::time::Duration::from_secs(10) + SLACK, "{reported}");
        }
    }
}

#[test]
fn no_output_takes_the_place_of_another_one_or_of_an_input() {
    let scratch = Scratch::new();
    let known = scratch.write("known.yaml", "format: 1\nknown: {}\n");
    let (one, log) = (scratch.path("one"), scratch.path("run.jsonl"));
    let link = scratch.path("link");
    std::os::unix::fs::symlink(&one, &link).expect("a link");
    std::fs::write(&one, "").expect("a file");
    for (arguments, flags) in [
        (["--log", &one, "--record", &one], ["--log", "--record"]),
        (["--log", &one, "--junit", &link], ["--log", "--junit"]),
        (["--junit", &log, "--record", &log], ["--junit", "--record"]),
        (["--known", &known, "--record", &known], ["--known", "--record"]),
    ] {
        let complaint = format!("{} and {} name the same file", flags[0], flags[1]);
        run(&[&["run", "-q", QUICK], &arguments[..]].concat()).expect(2).complains(&[&complaint, "try: "]);
        assert!(!std::path::Path::new(&log).exists(), "nothing was made");
    }
    run(&["run", "-q", QUICK, "--log", "/dev/null", "--junit", "/dev/null"]).expect(0);

    run(&["run", "-q", QUICK, "--log", &log]).expect(0);
    let before = std::fs::read(&log).expect("the log");
    for flag in ["--record", "--junit"] {
        let complaint = format!("LOG and {flag} name the same file");
        run(&["judge", &log, flag, &log]).expect(2).complains(&[&complaint]);
    }
    assert_eq!(std::fs::read(&log).expect("the log"), before);
    let record = scratch.path("record.jsonl");
    run(&["judge", &log, "--record", &record]).expect(0);
    run(&["table", &record, "--into", &record])
        .expect(2)
        .complains(&["RECORD and --into name the same file"]);
}

#[test]
fn patterns_are_bounded_in_length_and_number() {
    let scratch = Scratch::new();
    let with = |patterns: &str| {
        scratch.write(
            "profile.yaml",
            &format!("format: 1\nname: mine\nabout: An emulator\nrequires: {{trials: [{patterns}]}}\n"),
        )
    };
    let long = with(&format!("\"{}\"", "*a".repeat(3_000)));
    run(&["check", "--no-faults", &long]).expect(2).complains(&["has 1 to 256 bytes", "this has 6000"]);
    let many = with(&"\"**\", ".repeat(1_001));
    run(&["check", "--no-faults", &many]).expect(2).complains(&["at most 1000 patterns"]);
}
