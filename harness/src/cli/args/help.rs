//! What stands below the help of a verb: examples and exit codes. `harness/FORMAT.md` has all of them.

/// Below the list of the verbs.
pub(super) const PROGRAM: &str = "\
Examples:
  kinesis-conformance run                                     the suite against the built-in reference
  kinesis-conformance run --endpoint http://127.0.0.1:4567    the suite against your emulator
  kinesis-conformance target list                             emulators that can be started
  kinesis-conformance explain SSE-010                         what an id of a report stands for

Verbs by purpose:
  test a target      run, repeat, replay, sweep
  read results       judge, compare, explain, table, coverage
  known failures     known update, known check
  targets            target list, target install, target start, serve
  work on the suite  list, check, faults, schema, import-model
  the shell          completions, man

Exit codes: 0 nothing is wrong, 1 something is, 2 the command line or a file is wrong, 3 the target does not
respond, 4 nothing was selected or judged, 5 interrupted or incomplete, 6 an output could not be written, 70 a
bug of this program.";

/// Below the help of `run`.
pub(super) const RUN: &str = "\
Examples:
  run --endpoint http://127.0.0.1:4567
  run --target kinesalite --start --log run.jsonl.zst
  run --spawn './my-emulator --port 4567' --ready http://127.0.0.1:4567 --known known.yaml
  run --endpoint URL 'put-record/**' -x '**[cbor*' --affects producers
  run --endpoint URL --failed run.jsonl.zst --max-fail 1

Exit codes: 0 no trial failed, 1 a trial is fail, blocked, error or fixed, or a requirement is missing, 2 the
command line or a file is wrong and nothing was sent, 3 the target does not respond or does not respond as Kinesis
does, 4 no trial was selected or judged, 5 interrupted or over its budget, 6 an output could not be written.";

/// Below the help of `list`.
pub(super) const LIST: &str = "\
Examples:
  list protocol/auth/unsigned         this case and no longer neighbour
  list 'protocol/*/*' -x retry        a pattern (`*` matches no `/`, `**` does), without a part of ids
  list --operation PutRecord --affects producers

Exit codes: 0 trials were selected, 2 the command line or a file is wrong, 4 no trial was selected.";

/// Below the help of `explain`.
pub(super) const EXPLAIN: &str = "\
Examples:
  explain protocol/auth/unsigned      a case, with an example of a right response
  explain SSE-010                     a fact, and the cases that cite it
  explain type-while-updating         an open question
  explain PutRecord                   an operation
  explain protocol/auth/unsigned --issue --target moto > issue.md

Exit codes: 0 it was explained, 2 the command line or a file is wrong, 3 the target does not respond, 4 nothing has
this id, 5 interrupted.";

/// Below the help of `compare`.
pub(super) const COMPARE: &str = "\
Examples:
  compare before.jsonl after.jsonl    two run records, or two logs
  compare --exact committed.jsonl fresh.jsonl

Exit codes: 0 nothing is newly wrong, 1 a trial is newly wrong (with --exact, anything differs), 2 the command line
or a file is wrong.";

/// Below the help of `known`.
pub(super) const KNOWN: &str = "\
Examples:
  run --endpoint URL --log run.jsonl.zst
  known update --log run.jsonl.zst --into known.yaml    a list of what fails, by cause
  run --endpoint URL --known known.yaml                 fails only because of what is not in the list
  known check known.yaml --log run.jsonl.zst            what of the list is fixed, stale or expired

Exit codes: 0 the list is written, or as it should be, 1 `known check` found something, 2 the command line or a file
is wrong.";

/// Below the help of `target`.
pub(super) const TARGET: &str = "\
Examples:
  target list
  target install kinesalite           the first start would do so too
  run --target kinesalite --start
  target start moto --port 5001       in the foreground, for other programs

Exit codes: 0 it was listed or installed, 2 the command line or a profile is wrong, 3 the script of the target failed.";
