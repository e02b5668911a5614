//! Rows in tables and with scores, as the page's importer reads them and as the terminal
//! does.

use crate::case;
use crate::folders::{inputs, read};
use tilt_protocol::Error;
use tilt_protocol::import::{ImportOptions, Imported, Importer, RowOutcome};

/// What became of a file's rows, each with its line: how many examples it gave (`tie` for
/// a tie), or the field that it was refused for and why.
fn told(case: &str, file: &str) -> Vec<(usize, String)> {
    let mut importer = Importer::new(file, ImportOptions::default());
    let mut told = Vec::new();
    let mut tell = |outcome| {
        told.push(match outcome {
            RowOutcome::Good { line, examples, .. } => match &examples[..] {
                [Imported::Tie(_)] => (line, "tie".to_owned()),
                examples => (line, examples.len().to_string()),
            },
            RowOutcome::Refused { line, error, .. } => match error {
                Error::BadRow { field, found, .. } => (line, format!("{field}: {found}")),
                other => panic!("{other}"),
            },
        });
    };
    importer.push(&read(&inputs().join(case).join(file)), &mut tell);
    importer.finish(&mut tell);
    told
}

fn check(case: &str, file: &str, expected: &[(usize, &str)]) {
    let told = told(case, file);
    let told: Vec<(usize, &str)> = told
        .iter()
        .map(|(line, told)| (*line, told.as_str()))
        .collect();
    assert_eq!(told, expected, "{case}/{file}");
}

#[test]
fn tables_are_read_whoever_wrote_them() {
    let check = |file, expected: &[(usize, &str)]| check("61-csv-kinds", file, expected);
    for file in ["semicolon.csv", "tabs.tsv", "index.csv"] {
        check(file, &[(2, "1"), (3, "1"), (4, "1")]);
    }
    check("capitals.csv", &[(2, "1")]);
    check("json-cells.csv", &[(2, "1")]);
    check("excel-bom.csv", &[(2, "1")]);
    check("sep.csv", &[(3, "1")]);
    check(
        "empty-cells.csv",
        &[
            (2, "chosen: an empty cell"),
            (3, "prompt: an empty cell"),
            (4, "chosen: an empty cell"),
        ],
    );
    check(
        "nan-cells.csv",
        &[(2, "chosen: an empty cell"), (3, "rejected: an empty cell")],
    );
    for file in ["python.csv", "numpy.csv", "python-double.csv"] {
        check(
            file,
            &[(2, "prompt: a list in Python's or numpy's notation")],
        );
    }
    check("ragged.csv", &[(2, "row: 4 cells"), (3, "row: 5 cells")]);
    check(
        "labels.csv",
        &[
            (2, "1"),
            (3, "1"),
            (4, "1"),
            (5, "1"),
            (6, "1"),
            (7, "label: an empty cell"),
            (8, "label: -1.0"),
            (9, "label: 2.0"),
            (10, "label: \"good\""),
        ],
    );
}

#[test]
fn the_terminal_reads_the_same_tables() {
    let one = |data| crate::tilt::Case {
        config: "../01-bom/config.json",
        ..case("61-csv-kinds", "nano", data)
    };
    for data in ["semicolon.csv", "tabs.tsv", "index.csv"] {
        one(data).check(crate::PLAIN);
    }
    for data in ["capitals.csv", "sep.csv"] {
        let score = one(data).score();
        assert_eq!(
            score["per_example"].as_array().map(Vec::len),
            Some(1),
            "{data}"
        );
    }
}

#[test]
fn scores_and_transcripts_are_read_row_by_row() {
    let check = |file, expected: &[(usize, &str)]| check("63-scores", file, expected);
    // An empty first row says nothing of the others.
    check(
        "hh.jsonl",
        &[(1, "chosen: empty, and rejected too"), (2, "1"), (3, "1")],
    );
    check(
        "ultrafeedback.jsonl",
        &[
            (1, "1"),
            (2, "tie"),
            (3, "score_rejected: 9"),
            (4, "score_chosen: null"),
            (5, "score_chosen: a string"),
            (6, "1"),
        ],
    );
    check(
        "nectar.jsonl",
        &[
            (1, "1"),
            (2, "answers: an answer without text or rank"),
            (3, "answers: 1 answers"),
            (4, "answers: no two answers of different rank"),
            (5, "1"),
            (6, "prompt: a string that is no transcript"),
            (7, "answers: an answer without text or rank"),
        ],
    );
    check(
        "raw.jsonl",
        &[(1, "row: the columns completions, instruction")],
    );
    check(
        "openai.jsonl",
        &[(
            1,
            "row: the columns input, non_preferred_output, preferred_output",
        )],
    );
}
