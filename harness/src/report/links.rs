//! Links to what the source of a fact names: pages of AWS, files, issues and pull requests on GitHub.

use std::sync::LazyLock;

use regex::Regex;

/// Of one source, this many links are given.
const MOST: usize = 3;

/// What stands in a source, and the link to it.
static PATTERNS: LazyLock<[Regex; 4]> = LazyLock::new(|| {
    let pattern = |text| Regex::new(text).expect("the pattern is a constant, and tested");
    [
        pattern(r"(?:https://)?(docs\.aws\.amazon\.com/[A-Za-z0-9_./#-]*[A-Za-z0-9_/#-])"),
        pattern(r"\bbotocore ([0-9]+\.[0-9]+\.[0-9]+)\b"),
        pattern(
            r"\b([A-Za-z0-9-]+/[A-Za-z0-9_.-]+):([A-Za-z0-9_./-]*[A-Za-z0-9_-])[^;]*?\bcommit ([0-9a-f]{7,40})\b",
        ),
        pattern(r"\b([A-Za-z0-9-]+/[A-Za-z0-9_.-]+) (issue|issues|PR|PRs) #([0-9]+)\b"),
    ]
});

/// The links to what a source names, in its order, a few at most.
pub(super) fn links(source: &str) -> Vec<String> {
    let [page, botocore, file, thread] = &*PATTERNS;
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut add = |captures: &regex::Captures<'_>, link: String| {
        found.push((captures.get(0).map_or(0, |whole| whole.start()), link));
    };
    for captures in page.captures_iter(source) {
        add(&captures, format!("https://{}", &captures[1]));
    }
    for captures in botocore.captures_iter(source) {
        let path = "botocore/data/kinesis/2013-12-02/service-2.json";
        add(&captures, format!("https://github.com/boto/botocore/blob/{}/{path}", &captures[1]));
    }
    for captures in file.captures_iter(source) {
        let (repository, path, commit) = (&captures[1], &captures[2], &captures[3]);
        add(&captures, format!("https://github.com/{repository}/blob/{commit}/{path}"));
    }
    for captures in thread.captures_iter(source) {
        let kind = if captures[2].starts_with("PR") { "pull" } else { "issues" };
        add(&captures, format!("https://github.com/{}/{kind}/{}", &captures[1], &captures[3]));
    }
    found.sort();
    let mut links: Vec<String> = found.into_iter().map(|(_, link)| link).collect();
    links.dedup();
    links.truncate(MOST);
    links
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn a_page_a_file_at_its_commit_and_a_thread_are_links() {
        let source = "docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html; \
                      mhart/kinesalite:test/putRecord.js (live-AWS run, commit 7d62e92, 2018-03-25); \
                      bizreach/aws-kinesis-scala issue #19 (2017-11)";
        assert_eq!(
            links(source),
            [
                "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html",
                "https://github.com/mhart/kinesalite/blob/7d62e92/test/putRecord.js",
                "https://github.com/bizreach/aws-kinesis-scala/issues/19",
            ]
        );
        let source = "mhart/kinesalite:test/describeStream.js (commit 7d62e92, 2018-03-25)";
        assert_eq!(
            links(source),
            ["https://github.com/mhart/kinesalite/blob/7d62e92/test/describeStream.js"]
        );
        let source = "opensearch-project/data-prepper PR #6886 (2026-05); botocore 1.44.8 (2026-11):data";
        assert_eq!(
            links(source),
            [
                "https://github.com/opensearch-project/data-prepper/pull/6886",
                "https://github.com/boto/botocore/blob/1.44.8/botocore/data/kinesis/2013-12-02/service-2.json",
            ]
        );
    }

    #[test]
    fn a_source_without_an_address_has_no_link() {
        assert_eq!(links("by analogy with PutRecord"), Vec::<String>::new());
    }
}
