//! Which requests were under way when the process of an earlier run ended: a server in the same process
//! may have ended it, and then there is nothing else to report.

use std::path::PathBuf;

use crate::run::Interrupted;

use super::suites::Test;

/// Trials that are named, at most.
const NAMED: usize = 8;

/// The file in which the requests under way stand, beside the test's executable. Under nextest each test
/// has a process of its own, and several of them run at the same time.
pub(super) fn path(selected: &[&Test]) -> Option<PathBuf> {
    let executable = std::env::current_exe().ok()?;
    let name = executable.file_stem()?.to_string_lossy().into_owned();
    let of_test = match (std::env::var_os("NEXTEST"), selected) {
        (Some(_), [one]) => {
            format!(".{}", one.name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-"))
        }
        (Some(_) | None, _) => String::new(),
    };
    Some(executable.with_file_name(format!("{name}{of_test}.requests-under-way")))
}

/// What a reader should know of the requests that an earlier run left without a response.
pub(super) fn note(left: &[Interrupted], target: &str) -> Option<String> {
    let newest = left.first()?;
    let mut trials: Vec<&str> = Vec::new();
    for trial in left.iter().filter_map(|request| request.trial.as_deref()) {
        if !trials.contains(&trial) {
            trials.push(trial);
        }
    }
    let what = format!("the last run of this test ended while {} had no response", newest.operation);
    let Some(first) = trials.first() else {
        return Some(format!(
            "{what}, which the run itself had sent and no trial\n  \
             try: start the server in a process of its own and name it by KINESIS_ENDPOINT"
        ));
    };
    let more = match trials.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named = trials.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    Some(format!(
        "{what}; requests of these trials were under way, the newest first: {named}{more}\n  \
         try: cargo test --test {target} -- --exact '{first}'"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(operation: &str, trial: Option<&str>) -> Interrupted {
        Interrupted { trial: trial.map(str::to_owned), operation: operation.to_owned() }
    }

    #[test]
    fn names_each_trial_once_and_how_to_send_the_newest_alone() {
        let left = [
            request("PutRecord", Some("put-record/a/b")),
            request("DescribeStream", Some("put-record/a/b")),
            request("ListShards", Some("list-shards/c/d")),
        ];
        let note = note(&left, "conformance").expect("a note");
        insta::assert_snapshot!(note, @r"
        the last run of this test ended while PutRecord had no response; requests of these trials were under way, the newest first: put-record/a/b, list-shards/c/d
          try: cargo test --test conformance -- --exact 'put-record/a/b'
        ");
    }

    #[test]
    fn a_request_of_the_run_itself_is_reported_with_what_to_do() {
        let note = note(&[request("ListStreams", None)], "conformance").expect("a note");
        assert!(note.contains("while ListStreams had no response") && note.contains("try: start the server"));
    }

    #[test]
    fn nothing_is_said_where_nothing_was_left() {
        assert_eq!(note(&[], "conformance"), None);
    }
}
