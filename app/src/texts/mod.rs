//! Every word that the page shows, in one catalogue: a file for each place on the page.
//!
//! What stands still is a constant, what has blanks is a function that fills them. Nothing
//! here reads state or builds elements, so whoever wants other words, or another language,
//! changes this folder alone. Errors of the engine carry their own words: the terminal says
//! the same ones.

pub mod against_dpo;
pub mod agreement;
pub mod bench;
pub mod blind;
pub mod board;
pub mod board_replay;
pub mod charts;
pub mod closed_form;
pub mod compare;
pub mod counts;
pub mod data_report;
pub mod drawer;
pub mod elsewhere;
pub mod files;
pub mod formula;
pub mod fresh_pairs;
pub mod frontier;
pub mod glossary;
pub mod guide;
pub mod heatmap;
pub mod import;
pub mod intro;
pub mod judge;
pub mod label;
pub mod lesson;
pub mod link;
pub mod logps;
pub mod loss_charts;
pub mod margins;
pub mod next_tokens;
pub mod notices;
pub mod numbers;
pub mod objectives;
pub mod offline;
pub mod page;
pub mod parameter_definitions;
pub mod parameters;
pub mod parts;
pub mod pipeline;
pub mod policies;
pub mod recorded;
pub mod report;
pub mod result_card;
pub mod reward_model;
pub mod roads;
pub mod rollouts;
pub mod run_line;
pub mod runs;
pub mod saving;
pub mod sweep;
pub mod teachers;
pub mod tokens;
pub mod training;
pub mod verdicts;
pub mod win_rate;
pub mod win_rate_chart;
pub mod write;
pub mod write_lesson;
pub mod write_lesson_checks;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    /// Names of keys and of DOM types, which start like a word for people.
    const NAMES: [&str; 12] = [
        "Home",
        "End",
        "Enter",
        "Escape",
        "ArrowUp",
        "ArrowDown",
        "ArrowLeft",
        "ArrowRight",
        "Tab",
        "Files",
        "QuotaExceededError",
        "InvalidStateError",
    ];

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("the page's sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                // The importer is no page: what it says are errors.
                if path
                    .file_name()
                    .is_some_and(|name| name != "texts" && name != "bin")
                {
                    sources(&path, found);
                }
            } else {
                found.push(path);
            }
        }
    }

    /// The string literals of what is compiled into the page, comments and tests left out.
    fn literals(source: &str) -> Vec<&str> {
        let code = source.split("#[cfg(test)]\nmod tests").next().unwrap_or("");
        let mut found = Vec::new();
        for line in code.lines() {
            if line.trim_start().starts_with("//") || line.contains(".expect(") {
                continue;
            }
            found.extend(line.split('"').skip(1).step_by(2));
        }
        found
    }

    /// Whether a literal reads like words for people: a capital and small letters, or
    /// words up to a full stop.
    fn reads_like_words(literal: &str) -> bool {
        let mut letters = literal.chars();
        let is_capital = letters.next().is_some_and(char::is_uppercase)
            && letters.next().is_some_and(char::is_lowercase)
            && literal.len() > 2
            && !NAMES.contains(&literal);
        let is_sentence = literal.contains(' ')
            && literal.ends_with(['.', '?', '!', '\u{2026}'])
            && literal.chars().filter(|c| c.is_lowercase()).count() > 4;
        is_capital || is_sentence
    }

    #[test]
    fn words_stand_in_the_catalogue_alone() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        sources(&root, &mut files);
        assert!(files.len() > 50, "only {} files were read", files.len());
        let mut strays = Vec::new();
        for file in files {
            if file.to_string_lossy().ends_with("_tests.rs") {
                continue;
            }
            let source = fs::read_to_string(&file).expect("a source file");
            for literal in literals(&source) {
                if reads_like_words(literal) {
                    strays.push(format!("{}: {literal}", file.display()));
                }
            }
        }
        assert!(strays.is_empty(), "move to texts/:\n{}", strays.join("\n"));
    }

    #[test]
    fn words_are_told_from_names() {
        assert!(reads_like_words("Skip"));
        assert!(reads_like_words("Press play again."));
        assert!(!reads_like_words("Escape"));
        assert!(!reads_like_words("token down"));
        assert!(!reads_like_words("KL"));
    }
}
