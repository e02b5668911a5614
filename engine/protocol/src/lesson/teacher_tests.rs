//! The teacher's pages beside the lessons that ship.

use super::shipped_tests::{folder, shipped};
use std::collections::BTreeSet;
use std::fs;

/// What a teacher looks for, in the order of every page.
const HEADINGS: [&str; 9] = [
    "Goals",
    "What the class needs beforehand",
    "Timing",
    "Misconceptions, and what answers them",
    "What to expect",
    "Predictions that go wrong",
    "For discussion",
    "Varying it",
    "What can go wrong in the room",
];
/// Read in a few minutes, by someone who has a class in front of them.
const WORDS: std::ops::RangeInclusive<usize> = 400..=700;

/// Every lesson's name, minutes, number of steps and teacher's page.
fn pages() -> Vec<(String, f64, usize, String)> {
    let with_page = |(name, lesson): (String, super::Lesson)| {
        let page = fs::read_to_string(folder().join(format!("{name}.teacher.md")));
        let page = page.unwrap_or_else(|error| panic!("{name}: no teacher's page: {error}"));
        (name, lesson.minutes, lesson.steps.len(), page)
    };
    shipped().into_iter().map(with_page).collect()
}

/// The text below a heading, up to the next one.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = format!("\n## {heading}\n");
    let after = page.split_once(&start).map_or("", |(_, after)| after);
    after.split("\n## ").next().unwrap_or_default()
}

/// The numbers of a text, with the `%` behind those that have one.
fn numbers(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let tail = &rest[start..];
        let is_other = |c: char| !c.is_ascii_digit() && c != '.';
        let (number, after) = tail.split_at(tail.find(is_other).unwrap_or(tail.len()));
        let percent = if after.starts_with('%') { "%" } else { "" };
        found.push(format!("{}{percent}", number.trim_end_matches('.')));
        rest = after;
    }
    found
}

#[test]
fn each_lesson_has_one_with_every_heading_and_of_a_readable_length() {
    for (name, _, _, page) in pages() {
        let found: Vec<&str> = page
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .collect();
        assert_eq!(found, HEADINGS, "{name}");
        assert!(page.starts_with("# "), "{name}: no title");
        for heading in HEADINGS {
            assert!(section(&page, heading).len() > 80, "{name}: {heading}");
        }
        let is_word = |word: &&str| word.chars().any(char::is_alphanumeric);
        let words = page.split_whitespace().filter(is_word).count();
        assert!(WORDS.contains(&words), "{name}: {words} words");
    }
}

#[test]
fn the_timing_has_each_step_once_and_fills_the_lesson_s_minutes() {
    for (name, minutes, steps, page) in pages() {
        let rows = section(&page, "Timing").lines().filter_map(|line| {
            let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
            let step: usize = cells.next()?.parse().ok()?;
            let minutes: f64 = cells.next()?.parse().ok()?;
            Some((step, minutes))
        });
        let (of_steps, times): (Vec<usize>, Vec<f64>) = rows.unzip();
        assert_eq!(of_steps, (1..=steps).collect::<Vec<_>>(), "{name}");
        assert_eq!(times.iter().sum::<f64>(), minutes, "{name}");
    }
}

#[test]
fn what_to_expect_says_no_number_that_was_not_measured() {
    for (name, _, _, page) in pages() {
        // A lesson without claims has no card, and so no number to quote.
        let card = fs::read_to_string(folder().join(format!("{name}.card.md")));
        let measured: BTreeSet<String> = numbers(&card.unwrap_or_default()).into_iter().collect();
        for number in numbers(section(&page, "What to expect")) {
            // Steps, seeds and beta 1 are no measurements.
            if !number.contains(['.', '%']) {
                continue;
            }
            let is_measured =
                measured.contains(&number) || measured.contains(&format!("{number}%"));
            assert!(is_measured, "{name}: {number} is not on the card");
        }
    }
}

#[test]
fn numbers_are_found_whole() {
    let text = "From 12.3% (8.3 to 17.2), −3.22 and 5. Then 0.5, 95%.";
    let expected = ["12.3%", "8.3", "17.2", "3.22", "5", "0.5", "95%"];
    assert_eq!(numbers(text), expected);
}
