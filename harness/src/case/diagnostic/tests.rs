//! Tests of the drawing: carets stand below what they mean, and nothing reaches the terminal that
//! it would obey.

use super::*;

fn at(text: &str, needle: &str) -> Span {
    let offset = text.find(needle).expect("the needle is there");
    let number = |n: usize| u32::try_from(n).expect("fits");
    Span { line: 1, column: 1, offset: number(offset), len: number(needle.len()) }
}

fn drawn(text: &str, needle: &str) -> String {
    let source = Source::new("cases/a.yaml", text);
    draw(&Diagnostic::error(&source, at(text, needle), "a title", "here"), Style::default())
}

/// Column, in cells of the terminal, of the first caret and of the needle's line.
fn columns(drawn: &str, needle: &str) -> (usize, usize) {
    let wide = |c: char| if ('\u{3000}'..='\u{ffef}').contains(&c) { 2 } else { 1 };
    let cells = |text: &str| text.chars().map(wide).sum::<usize>();
    let line = drawn.lines().find(|line| line.contains(needle)).expect("the line is drawn");
    let carets = drawn.lines().find(|line| line.contains('^')).expect("carets are drawn");
    let before = |line: &str, what: &str| cells(&line[..line.find(what).expect("it is there")]);
    (before(carets, "^"), before(line, needle))
}

#[test]
fn carets_stand_below_the_word_after_tabs_wide_characters_and_crlf() {
    for text in
        ["a: 1\n\tb: word # c\n", "a: 1\r\nb: word # c\r\nc: 2\r\n", "界界é: word\n", "x: \u{1} word\n"]
    {
        let drawn = drawn(text, "word");
        let (caret, word) = columns(&drawn, "word");
        assert_eq!(caret, word, "{drawn}");
        assert!(!drawn.contains('\r'), "{drawn}");
    }
}

#[test]
fn control_characters_are_shown_and_not_sent() {
    let text = "a: \u{1b}[31mred\u{9b}31m\u{7} word\n";
    let source = Source::new("cases/\u{1b}a.yaml", text);
    let diagnostic = Diagnostic::error(&source, at(text, "word"), "title \u{1b}[2J", "label \u{9b}")
        .with_note("note \u{7}")
        .with_help("help \u{202e}");
    let drawn = draw(&diagnostic, Style::default());
    let sent: Vec<char> = drawn.chars().filter(|c| *c != '\n' && is_control(*c)).collect();
    assert!(sent.is_empty(), "{sent:?}");
    assert!(drawn.contains("title \\u{1b}[2J"));
}

#[test]
fn a_span_outside_of_the_text_is_drawn_at_its_end() {
    let source = Source::new("a.yaml", "a: é");
    for (offset, len) in [(900, 5), (4, 1), (3, u32::MAX), (u32::MAX, u32::MAX)] {
        let span = Span { line: 9, column: 9, offset, len };
        assert!(draw(&Diagnostic::error(&source, span, "t", "here"), Style::default()).contains("here"));
    }
}

#[test]
fn a_file_without_a_place_is_named() {
    let drawn =
        draw(&Diagnostic::of_file(&Source::new("cases/a.yaml", ""), "the file is empty"), Style::default());
    assert_eq!(drawn, "error: the file is empty\n--> cases/a.yaml");
}

#[test]
fn far_lines_between_two_labels_are_left_out() {
    let text = format!("first: 1\n{}last: 2\n", "filler: 0\n".repeat(30));
    let source = Source::new("a.yaml", text.clone());
    let diagnostic = Diagnostic::error(&source, at(&text, "last"), "twice", "again")
        .with_context(at(&text, "first"), "first");
    let drawn = draw(&diagnostic, Style::default());
    assert!(drawn.contains("...") && drawn.lines().count() < 15, "{drawn}");
    assert!(drawn.contains("\n32 | last: 2"), "{drawn}");
}

#[test]
fn an_excerpt_is_drawn_with_the_files_own_line_numbers() {
    let excerpt = "  bad-type:\n    title: 界 type\n    steps: {expect: {error: ValidationException}}";
    let label = |line, column, length, text: &str| ExcerptLabel {
        line,
        column,
        length,
        text: text.to_owned(),
        primary: true,
    };
    let labels = [label(42, 27, 19, "answered ResourceNotFoundException")];
    let drawn = draw_excerpt("cases/a.yaml", 40, excerpt, &labels, "another class", Style::default());
    assert_eq!(
        drawn,
        "\
error: another class
  --> cases/a.yaml:42:27
   |
42 |     steps: {expect: {error: ValidationException}}
   |                           ^^^^^^^^^^^^^^^^^^^ answered ResourceNotFoundException"
    );
    let outside = [label(2, 900, 9, "before"), label(99, 900, 9, "after"), label(0, 0, 0, "zero")];
    let drawn = draw_excerpt("a.yaml", 40, excerpt, &outside, "t", Style::default());
    assert!(drawn.contains("before") && drawn.contains("after") && drawn.contains("zero"), "{drawn}");
    assert!(draw_excerpt("a.yaml", 1, "", &outside, "t", Style::default()).contains('t'));
}

#[test]
fn colours_are_sent_only_on_request() {
    let source = Source::new("a.yaml", "a: 1");
    let diagnostic = Diagnostic::error(&source, at("a: 1", "a"), "t", "l").warning();
    assert!(!draw(&diagnostic, Style::default()).contains('\u{1b}'));
    assert!(draw(&diagnostic, Style { color: true, width: 80 }).contains("\u{1b}["));
}
