//! The seeds of the fuzz targets, through the same functions, and what is mutated from them.
//!
//! Properties of each reader alone stand beside it; here is what a whole file, or a whole body, comes
//! to after anything was done to it.

#[path = "../../fuzz/checks.rs"]
mod checks;

use std::path::Path;

use kinesis_conformance::case::Source;
use kinesis_conformance::case::ast::Library;
use kinesis_conformance::facts::Registry;
use kinesis_conformance::log::{LogError, read_log};
use proptest::prelude::*;
use proptest::sample::Index;

fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/fuzz/corpus").join(target);
    let mut seeds: Vec<_> = std::fs::read_dir(folder)
        .expect("a corpus")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let bytes = std::fs::read(&path).expect("a seed");
            (path.file_name().expect("a name").to_string_lossy().into_owned(), bytes)
        })
        .collect();
    seeds.sort();
    assert!(seeds.len() > 10, "{target}: the corpus was found");
    seeds
}

#[test]
fn every_seed_of_the_fuzz_targets_holds() {
    for (name, bytes) in seeds("cbor") {
        println!("cbor/{name}");
        checks::cbor_body(&bytes);
    }
    for (name, bytes) in seeds("log") {
        println!("log/{name}");
        checks::log_file(&bytes);
    }
}

#[test]
fn the_seeds_of_logs_are_what_their_names_say() {
    let read = |wanted: &str| {
        let (_, bytes) = seeds("log").into_iter().find(|(name, _)| name == wanted).expect("a seed");
        read_log(bytes.as_slice())
    };
    assert!(read("whole").expect("a log").is_complete());
    assert_eq!(read("without-footer").expect("a log").incomplete_because(), Some("it has no footer"));
    assert_eq!(read("torn").expect("a log").incomplete_because(), Some("its last line is torn"));
    assert!(read("folded").expect("a log").is_complete());
    assert!(matches!(read("refers-to-nothing"), Err(LogError::Form { line: 2, .. })));
    assert!(matches!(read("later-minor"), Err(LogError::New { major: 2, minor: 9, .. })));
    if cfg!(feature = "cli") {
        let whole = read("compressed").expect("a log");
        let cut = read("compressed-and-cut").expect("a log");
        assert!(whole.is_complete() && !cut.is_complete());
        assert!((10..whole.events.len()).contains(&cut.events.len()), "{} events", cut.events.len());
        assert_eq!(cut.events[..], whole.events[..cut.events.len()]);
    } else {
        let error = read("compressed").expect_err("nothing can decompress it");
        assert!(error.to_string().ends_with("need the feature `cli` of this crate"), "{error}");
    }
    assert!(matches!(read("nothing"), Err(LogError::Empty)));
    assert!(matches!(read("not-a-log"), Err(LogError::NoHeader)));
    assert!(matches!(read("other-format"), Err(LogError::New { major: 99, minor: 0, .. })));
    assert!(matches!(read("header-twice"), Err(LogError::Order { line: 2, .. })));
    assert!(matches!(read("footer-first"), Err(LogError::Order { line: 3, .. })));
    assert!(matches!(read("deep"), Err(LogError::Form { line: 2, .. })));
}

/// Something done to bytes.
#[derive(Clone, Debug)]
enum Mutation {
    Flip(Index, u8),
    Cut(Index),
    Drop(Index, usize),
    Repeat(Index, usize),
    Insert(Index, Vec<u8>),
}

impl Mutation {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let at = |index: &Index, bytes: &Vec<u8>| index.index(bytes.len() + 1);
        match self {
            Self::Flip(index, with) => {
                let at = at(index, bytes);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= with;
                }
            }
            Self::Cut(index) => bytes.truncate(at(index, bytes)),
            Self::Drop(index, length) => {
                let start = at(index, bytes);
                bytes.drain(start..(start + length).min(bytes.len()));
            }
            Self::Repeat(index, length) => {
                let start = at(index, bytes);
                let piece = bytes[start..(start + length).min(bytes.len())].to_vec();
                bytes.splice(start..start, piece);
            }
            Self::Insert(index, more) => {
                let start = at(index, bytes);
                bytes.splice(start..start, more.iter().copied());
            }
        }
    }
}

fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    let one = prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, with)| Mutation::Flip(at, with)),
        any::<Index>().prop_map(Mutation::Cut),
        (any::<Index>(), 1_usize..60).prop_map(|(at, length)| Mutation::Drop(at, length)),
        (any::<Index>(), 1_usize..200).prop_map(|(at, length)| Mutation::Repeat(at, length)),
        (any::<Index>(), prop::collection::vec(any::<u8>(), 1..20))
            .prop_map(|(at, more)| Mutation::Insert(at, more)),
    ];
    prop::collection::vec(one, 1..4)
}

fn mutated(bytes: &[u8], mutations: &[Mutation]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    mutations.iter().for_each(|mutation| mutation.apply(&mut bytes));
    bytes
}

const SUITE: &str = include_str!("../hostile/cases.yaml");

/// Ten facts of the registry.
fn facts() -> String {
    let all = include_str!("../../facts/facts.jsonl");
    all.lines().take(10).map(|line| format!("{line}\n")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn a_mutated_body_in_cbor_is_read_or_refused(seed in any::<Index>(), mutations in mutations()) {
        let seeds = seeds("cbor");
        checks::cbor_body(&mutated(&seeds[seed.index(seeds.len())].1, &mutations));
    }

    #[test]
    fn a_mutated_log_is_read_or_refused_at_a_line(seed in any::<Index>(), mutations in mutations()) {
        let seeds = seeds("log");
        let bytes = mutated(&seeds[seed.index(seeds.len())].1, &mutations);
        checks::log_file(&bytes);
        let lines = 1 + bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        // The lines of a compressed log are not in its bytes.
        let is_packed = bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
        if let Err(LogError::Form { line, column, .. }) = read_log(bytes.as_slice())
            && !is_packed
        {
            prop_assert!((1..=lines).contains(&line), "line {} of {}", line, lines);
            prop_assert!(column >= 1 && column <= bytes.len() + 1);
        }
    }

    #[test]
    fn a_mutated_suite_is_loaded_or_refused_with_a_place(mutations in mutations()) {
        let bytes = mutated(SUITE.as_bytes(), &mutations);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let sources = vec![
            Source::new("cases/hostile.yaml", text),
            Source::new("cases/questions.yaml", "format: 1\nquestions: {}\n".to_owned()),
        ];
        if let Err(found) = Library::from_sources(sources) {
            prop_assert!(!found.is_empty());
            for diagnostic in &found {
                let drawn = kinesis_conformance::case::draw(diagnostic, Default::default());
                prop_assert!(drawn.contains("cases/"), "{}", drawn);
                let steers = |letter: char| letter.is_control() && letter != '\n';
                prop_assert!(!drawn.contains(steers), "{:?}", drawn);
            }
        }
    }

    #[test]
    fn a_mutated_registry_of_facts_is_read_or_refused_with_a_place(mutations in mutations()) {
        let bytes = mutated(facts().as_bytes(), &mutations);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Err(error) = Registry::parse(&text) {
            prop_assert!(error.to_string().contains("line"), "{}", error);
        }
    }
}
