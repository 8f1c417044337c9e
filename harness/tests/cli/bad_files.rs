//! Whatever is wrong with a file or the command line is told before the first request, drawn where
//! there is something to draw on.

use super::support::{QUICK, Rude, RudeServer, Scratch, run, snapshot};

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
fn a_folder_of_cases_that_is_none_is_told() {
    run(&["list", "--cases", "/nowhere/at/all"]).expect(2).complains(&["is not a folder", "try: "]);
}

#[test]
fn a_broken_profile_is_drawn() {
    let scratch = Scratch::new();
    let path = scratch.write(
        "profile.yaml",
        "format: 1\nname: mine\nabout: An emulator\nendpoint: localhost:4567\nworld:\n  keys: {manged: a}\n",
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
    run(&["run", "--operation", "StartStreamEncrption"]).expect(2).complains(&["the model has no"]);
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_the_first_request() {
    let server = RudeServer::start(Rude::Hangs);
    for flag in ["--log", "--junit", "--record"] {
        run(&["run", QUICK, "--endpoint", &server.endpoint, flag, "/nowhere/at/all/file"])
            .expect(2)
            .complains(&["/nowhere/at/all/file", "a folder that exists"]);
    }
    assert_eq!(server.accepted(), 0, "nothing was sent");
}

#[test]
fn a_log_that_is_none_is_told_by_its_place() {
    let scratch = Scratch::new();
    for verb in [&["judge"][..], &["replay"]] {
        let trial: &[&str] = if verb == ["replay"] { &[QUICK] } else { &[] };
        let ask = |path: &str| run(&[verb, &[path], trial].concat()).expect(2);
        ask(&scratch.path("none.jsonl")).complains(&["none.jsonl", "`run --log FILE`"]);
        ask(&scratch.write("empty.jsonl", "")).complains(&["it ends before its header does"]);
        ask(&scratch.write("other.jsonl", "{\"a\": 1}\n")).complains(&["its first line is no header"]);
        ask(&scratch.write("later.jsonl", "{\"event\": \"header\", \"format\": 99}\n"))
            .complains(&["it has format 99"]);
    }
}
