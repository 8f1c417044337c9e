//! Each verb does what it says, with the exit code that the table gives.

use std::path::Path;

use super::support::{QUICK, REFUSAL, Scratch, Served, run, signal, snapshot, wait};

#[test]
fn run_without_a_target_uses_the_reference() {
    run(&["run", "--quiet", QUICK]).expect(0).says(&["reference", "pass"]);
}

#[test]
fn run_writes_log_junit_and_record() {
    let scratch = Scratch::new();
    let (log, junit, record) =
        (scratch.path("run.jsonl"), scratch.path("junit.xml"), scratch.path("record.jsonl"));
    run(&["run", QUICK, "--log", &log, "--junit", &junit, "--record", &record]).expect(0);
    let text = |path: &str| std::fs::read_to_string(path).expect("a file");
    let log = text(&log);
    assert!(log.lines().next().is_some_and(|line| line.contains("\"event\":\"header\"")), "{log}");
    assert!(log.lines().last().is_some_and(|line| line.contains("\"event\":\"footer\"")), "{log}");
    assert!(text(&junit).contains(&format!("name=\"{QUICK}\"")), "{}", text(&junit));
    assert!(text(&record).starts_with('{'), "{}", text(&record));
}

#[test]
fn run_against_a_faulty_server_fails_and_draws_why() {
    let served = Served::start(&["--fault", "encryption-type-kms-accepted"]);
    let scratch = Scratch::new();
    let cases = scratch.cases("", "");
    let ended =
        run(&["run", "--quiet", "--endpoint", &served.endpoint, "--cases", &cases, REFUSAL]).expect(1);
    snapshot("cli-run-fails", &scratch.redact(&ended.out));
}

#[test]
fn repeat_reports_that_nothing_flips_or_what_does() {
    let scratch = Scratch::new();
    let logs = scratch.path("");
    run(&["repeat", "--times", "3", "--logs", &logs, QUICK])
        .expect(0)
        .says(&["no verdict flips: 1 trial, 3 runs"])
        .complains(&["run 3 of 3: 1 pass in"]);
    assert!(std::path::Path::new(&scratch.path("run-3.jsonl")).exists());
    // A shared name that is taken after the first run: the second meets another environment.
    let cases = scratch.write(
        "cases/create-stream/twice.yaml",
        "format: 1\noperation: CreateStream\ncases:\n  once:\n    title: A name is free\n    kills-nothing: A test\n    given: {}\n    steps:\n      with: {StreamName: somebody, ShardCount: 1, Tags: $run.tags}\n      expect: accepted\n      because: [LIFE-001]\n",
    );
    let cases = cases.trim_end_matches("/create-stream/twice.yaml");
    run(&["repeat", "--times", "3", "-q", "--cases", cases])
        .expect(1)
        .says(&["create-stream/twice/once fail (status) (twice), pass (once)", "1 verdict flips"]);
}

#[test]
fn run_selects_by_operation_and_level() {
    run(&["run", "-q", "--operation", "StopStreamEncryption", "--level", "core", "--jobs", "4", "missing"])
        .expect(0)
        .says(&["pass"]);
}

#[test]
fn list_prints_ids_sorted_and_alone() {
    let ended = run(&["list", "protocol/auth"]).expect(0);
    let ids: Vec<&str> = ended.out.lines().collect();
    assert!(ids.contains(&"protocol/auth/unsigned"), "{}", ended.out);
    assert!(ids.is_sorted() && ids.iter().all(|id| id.starts_with("protocol/auth/")), "{}", ended.out);
    run(&["list", "--verbose", QUICK]).expect(0).says(&[QUICK, "\n    "]);
}

#[test]
fn filters_take_ids_patterns_exclusions_clients_and_what_failed() {
    let ids = |arguments: &[&str]| -> Vec<String> {
        run(&[&["list"], arguments].concat()).expect(0).out.lines().map(str::to_owned).collect()
    };
    assert_eq!(ids(&["protocol/auth/unsigned"]), ["protocol/auth/unsigned"], "and no longer neighbours");
    let auth = ids(&["protocol/auth/*"]);
    assert!(auth.len() > 10 && auth.iter().all(|id| id.starts_with("protocol/auth/")), "{auth:?}");
    assert_eq!(ids(&["protocol/auth/*", "-x", "protocol/auth/unsigned"]).len(), auth.len() - 1);
    assert!(ids(&["--affects", "security"]).contains(&"protocol/auth/unsigned".to_owned()));
    run(&["list", "--affects", "everybody"]).expect(2).complains(&["one of producers"]);
    run(&["list", "protocol/auth/unsignd"]).expect(4).complains(&["did you mean `protocol/auth/unsigned`?"]);
    run(&["list", "protocol/*/*/*"]).expect(4).complains(&["names no trial", "`**` does"]);
    run(&["list", "--operation", "SubscribeToShard"])
        .expect(4)
        .complains(&["failed to select by operation: the suite has no trials about SubscribeToShard"]);
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    let served = Served::start(&["--fault", "encryption-type-kms-accepted"]);
    let given = ["run", "-q", "--endpoint", &served.endpoint, "--jobs", "1", REFUSAL, QUICK];
    run(&[&given[..], &["--log", &log]].concat()).expect(1);
    assert!(ids(&["--failed", &log]).iter().all(|id| id.starts_with(REFUSAL)));
    run(&[&given[..], &["--max-fail", "1"]].concat())
        .expect(1)
        .says(&["1 trial has failed, after which the run was to end"]);
}

#[test]
fn explain_shows_what_stands_behind_every_kind_of_id() {
    run(&["explain", QUICK]).expect(0).says(&[
        "cases/protocol/target.yaml:",
        "because:",
        "trials:",
        "a right response, for example (of the reference",
        "-> 400",
    ]);
    run(&["explain", "SSE-010"]).expect(0).says(&["a fact about", "cases that cite it"]);
    run(&["explain", "type-while-updating"]).expect(0).says(&["an open question", "candidates:"]);
    run(&["explain", "unknown-operation"]).expect(4).complains(&["did you mean", QUICK]);
    let served = Served::start(&["--fault", "unsigned-accepted"]);
    run(&["explain", "protocol/auth/unsigned", "--issue", "--endpoint", &served.endpoint]).expect(0).says(&[
        "# ",
        "expected",
        "## What was sent",
        "## A right response",
        "## See it again",
        &served.endpoint,
    ]);
    run(&["explain", "protocol/auth/unsigned", "--issue"]).expect(2).complains(&["no target is named"]);
}

#[test]
fn check_refuses_a_fault_that_there_is_not_also_without_running_faults() {
    let scratch = Scratch::new();
    let cases = scratch.write(
        "cases/create-stream/it.yaml",
        "format: 1\noperation: CreateStream\ncases:\n  once:\n    title: A name is free\n    kills: [unsigned-acepted]\n    given: {}\n    steps:\n      with: {StreamName: somebody, ShardCount: 1, Tags: $run.tags}\n      expect: accepted\n      because: [LIFE-001]\n",
    );
    let cases = cases.trim_end_matches("/create-stream/it.yaml");
    run(&["check", "--no-faults", "--cases", cases])
        .expect(2)
        .complains(&["a fault that the reference does not have", "did you mean `unsigned-accepted`?"]);
}

#[test]
fn a_target_is_started_with_the_folder_of_its_profile_and_built_in_ones_are_listed() {
    run(&["target", "list"]).expect(0).says(&["kinesalite 3.3.3", "moto 5.2.5", "installed in: "]);
    let scratch = Scratch::new();
    scratch.write("start.sh", "echo \"it has $PORT${INSTALL_ONLY:+ to install}\"\n");
    let profile = scratch.write(
        "profile.yaml",
        "format: 1\nname: mine\nabout: A test\nspawn: sh \"$PROFILE_DIR/start.sh\"\nready: http://127.0.0.1:1\n",
    );
    run(&["target", "start", &profile, "--port", "4641"]).expect(0).says(&["it has 4641"]);
    run(&["target", "install", &profile]).expect(0).says(&["is installed"]);
    let cache = scratch.path("cache");
    let ended: super::support::Ended = super::support::command(&["target", "install", "nobody"])
        .env("KINESIS_CONFORMANCE_CACHE", &cache)
        .output()
        .expect("the program runs")
        .into();
    ended.expect(2).complains(&["no profile of that name is built in", "moto"]);
}

#[test]
fn completions_and_manual_pages_are_made_of_the_flags() {
    run(&["completions", "bash"]).expect(0).says(&["--add-cases", "known"]);
    run(&["man"]).expect(0).says(&[".TH kinesis-conformance", "Verbs by purpose"]);
    let scratch = Scratch::new();
    run(&["man", &scratch.path("")]).expect(0);
    let page = std::fs::read_to_string(scratch.path("kinesis-conformance-run.1")).expect("a page");
    assert!(page.contains("max\\-fail"), "{page}");
    run(&["run", "--help"]).expect(0).says(&[
        "Which trials:",
        "Target:",
        "Examples:",
        "Exit codes: 0 no trial",
    ]);
}

#[test]
fn check_reads_all_that_is_built_in() {
    run(&["check", "--no-faults"])
        .expect(0)
        .says(&["no mistake found", "left out: describe-stream-summary/not-found/text: "]);
}

#[test]
fn faults_names_the_faults_and_holds_the_suite_against_one() {
    run(&["faults", "--list"]).expect(0).says(&["encryption-type-kms-accepted: "]);
    run(&["faults", "--fault", "nobody"])
        .expect(2)
        .complains(&["failed to find the fault `nobody`", "one of"]);
    let pair = ["faults", "--fault", "encryption-type-kms-accepted", "--fault", "not-found-404"];
    run(&[&pair[..], &["--shard", "2/2"]].concat())
        .expect(0)
        .says(&["not-found-404: ", "1 of 1 faults killed"])
        .complains(&["1 of 1: not-found-404, "]);
    for shard in ["0/2", "3/2", "1", "a/b"] {
        run(&["faults", "--shard", shard]).expect(2).complains(&["two numbers such as 2/4"]);
    }
}

#[test]
fn faults_writes_a_log_of_each_survivor_and_of_no_other() {
    let scratch = Scratch::new();
    let logs = scratch.path("");
    let pair = ["--fault", "kms-invalid-state-as-disabled", "--fault", "not-found-404"];
    run(&[&["faults", "--logs", &logs], &pair[..]].concat()).expect(0).says(&["1 of 2 faults killed"]);
    let log = scratch.path("kms-invalid-state-as-disabled.jsonl");
    run(&["judge", &log, "--questions"]).expect(0).says(&["key-pending-deletion", "0 fail"]);
    assert!(!Path::new(&scratch.path("not-found-404.jsonl")).exists());
    run(&["faults", "--logs", &scratch.path("no/such/folder"), pair[0], pair[1]])
        .expect(2)
        .complains(&["failed to write the log", "name a file in a folder that exists"]);
}

#[test]
fn serve_prints_its_address_and_ends_on_sigterm() {
    let mut child = super::support::command(&["serve", "--listen", "127.0.0.1:0"]).spawn().expect("a child");
    let mut out = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    std::io::BufRead::read_line(&mut out, &mut line).expect("a line");
    assert!(line.starts_with("http://127.0.0.1:"), "{line}");
    signal(&child, "TERM");
    assert!(wait(&mut child).success());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut out, &mut rest).expect("the rest");
    assert_eq!(rest, "", "one line and no more");
}

#[test]
fn serve_says_whom_it_lets_in_and_takes_others_by_a_flag() {
    let given = ["serve", "--listen", "127.0.0.1:0", "--credentials", "test:a+b/c", "--limit", "creating=2"];
    let mut child =
        super::support::command(&[&given[..], &["--limit", "shards=7"]].concat()).spawn().expect("a child");
    let mut line = String::new();
    let mut out = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
    std::io::BufRead::read_line(&mut out, &mut line).expect("a line");
    let endpoint = line.trim_end();
    let run_as = |id: &str, secret: &str| {
        super::support::command(&["run", REFUSAL, "--quiet", "--credentials", "env", "--endpoint", endpoint])
            .env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .status()
            .expect("the program runs")
    };
    let (given, other) = (run_as("test", "a+b/c"), run_as("test", "test"));
    // Before anything is asserted, so that no server outlives the test.
    signal(&child, "TERM");
    let ended = child.wait_with_output().expect("it ends");
    assert!(given.success() && !other.success(), "{given} {other}");
    let reported = String::from_utf8_lossy(&ended.stderr);
    for part in [
        "  test : a+b/c\n",
        "creating=2 ",
        "shards=7 ",
        "on-demand=50 ",
        "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=a+b/c AWS_DEFAULT_REGION=us-east-1 aws --endpoint-url",
    ] {
        assert!(reported.contains(part), "`{part}` is missing in\n{reported}");
    }
}

#[test]
fn serve_refuses_what_it_does_not_know() {
    for limit in ["creating", "creating=many", "shards=none", "rate=1", "shards=-1"] {
        run(&["serve", "--limit", limit]).expect(2).complains(&["failed to read the limit", "creating=none"]);
    }
    for pair in ["test", ":test", "test:", "te/st:test", "test:a b", "test:a'b"] {
        run(&["serve", "--credentials", pair]).expect(2).complains(&["failed to read the credentials"]);
    }
    run(&["serve", "--fault", "nobody"]).expect(2).complains(&["failed to find the fault"]);
    run(&["serve", "--policy", "start-with-none"]).expect(2).complains(&["write QUESTION=CANDIDATE"]);
    run(&["serve", "--policy", "nobody=x"]).expect(2).complains(&["there is no open question `nobody`"]);
    run(&["serve", "--policy", "start-with-none=x"]).expect(2).complains(&["`x` is no candidate", "one of"]);
    let served = Served::start(&[]);
    let taken = served.endpoint.trim_start_matches("http://");
    run(&["serve", "--listen", taken]).expect(2).complains(&["failed to listen on", "choose another port"]);
}

#[test]
fn schema_knows_when_the_schemas_are_fresh() {
    run(&["schema", "--check"]).expect(0);
    let scratch = Scratch::new();
    let stale = scratch.write("suite.schema.json", "{}");
    let folder = stale.trim_end_matches("suite.schema.json");
    run(&["schema", "--check", folder]).expect(1).complains(&["suite.schema.json", "commit what it writes"]);
    run(&["schema", folder]).expect(0).says(&["wrote "]);
    run(&["schema", "--check", folder]).expect(0);
}

#[test]
fn import_model_refuses_what_is_no_model() {
    let scratch = Scratch::new();
    let output = scratch.path("kinesis.json");
    let import = |file: &str| run(&["import-model", file, "--source", "a test", "--output", &output]);
    import(&scratch.path("none.json")).expect(2).complains(&["failed to read"]);
    import(&scratch.write("service.json", "{\"operations\": 1}")).expect(2).complains(&["service-2.json"]);
    assert!(!std::path::Path::new(&output).exists(), "nothing is written");
}

#[test]
fn compare_and_table_read_records() {
    let scratch = Scratch::new();
    let (before, after) = (scratch.path("before.jsonl"), scratch.path("after.jsonl"));
    run(&["run", "-q", REFUSAL, "--record", &before]).expect(0);
    run(&["compare", &before, &before]).expect(0);
    let served = Served::start(&["--fault", "encryption-type-kms-accepted"]);
    run(&["run", "-q", REFUSAL, "--endpoint", &served.endpoint, "--record", &after]).expect(1);
    run(&["compare", &before, &after]).expect(1).says(&[
        "newly wrong (6)",
        REFUSAL,
        "newly wrong 6 · fixed 0",
    ]);
    run(&["compare", &after, &before]).expect(0).says(&["fixed (6)", REFUSAL]);
    run(&["compare", "--exact", &after, &before]).expect(1);
    run(&["compare", &before, &scratch.path("none.jsonl")]).expect(2).complains(&["none.jsonl"]);
    run(&["table", &before, &after]).expect(0).says(&["|"]);
}

#[test]
fn coverage_is_printed_and_kept_in_a_document() {
    run(&["coverage"]).expect(0).says(&["operations: ", "StartStreamEncryption", "facts in use: ", "core"]);
    let scratch = Scratch::new();
    let document = scratch.write("README.md", "# A\n\n<!-- coverage: begin -->\n<!-- coverage: end -->\n");
    let stale = ["coverage", "--into", &document, "--check"];
    run(&stale).expect(1).complains(&["find the coverage of the cases", "without `--check`"]);
    run(&["coverage", "--into", &document]).expect(0);
    run(&stale).expect(0);
    let text = std::fs::read_to_string(&document).expect("the document");
    assert!(text.contains("operations with cases (trials) |") && text.starts_with("# A\n"), "{text}");
    let other = scratch.write("other.md", "# No marks\n");
    run(&["coverage", "--into", &other]).expect(2).complains(&["<!-- coverage: begin -->"]);
}

#[test]
fn replay_runs_one_trial_of_a_log_again() {
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    run(&["run", "-q", QUICK, "--log", &log]).expect(0);
    run(&["replay", &log, QUICK]).expect(0).says(&["was pass, is still pass"]);
    run(&["replay", &log, "protocol/auth/unsigned"])
        .expect(4)
        .complains(&["failed to find `protocol/auth/unsigned` in the log"]);
}

#[test]
fn replay_takes_neither_command_nor_endpoint_nor_credentials_from_a_log() {
    let scratch = Scratch::new();
    let served = Served::start(&[]);
    let (log, marker) = (scratch.path("run.jsonl"), scratch.path("marker"));
    run(&["run", "-q", QUICK, "--endpoint", &served.endpoint, "--log", &log]).expect(0);
    let text = std::fs::read_to_string(&log).unwrap();
    let (header, rest) = text.split_once('\n').unwrap();
    let mut header: serde_json::Value = serde_json::from_str(header).unwrap();
    for arguments in [
        serde_json::json!(["--spawn", format!("touch {marker}"), "--ready", served.endpoint]),
        serde_json::json!(["--endpoint", served.endpoint, "--credentials", "env"]),
        serde_json::json!(["--target", "kinesalite", "--start"]),
    ] {
        header["target_arguments"] = arguments;
        std::fs::write(&log, format!("{header}\n{rest}")).unwrap();
        run(&["replay", &log, QUICK])
            .expect(2)
            .complains(&["failed to choose the target: the log is of endpoint at", "--endpoint URL"]);
        assert!(!Path::new(&marker).exists(), "a command of the log was run");
    }
    let named = run(&["replay", &log, QUICK, "--endpoint", &served.endpoint]);
    named.expect(0).says(&["was pass, is still pass"]);
}

#[test]
fn sweep_finds_nothing_on_a_fresh_target_and_wants_one_named() {
    let served = Served::start(&[]);
    run(&["sweep", "--endpoint", &served.endpoint]).expect(0).says(&["nothing to delete"]);
    run(&["sweep"]).expect(2).complains(&["no target is named", "--endpoint URL"]);
}
