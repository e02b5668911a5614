use super::*;
use crate::dataset::{Content, Example};
use crate::error::Error;
use serde_json::{Value, json};

/// All outcomes of a file in one piece.
pub fn outcomes_with(
    name: &str,
    bytes: &[u8],
    options: ImportOptions,
) -> (Importer, Vec<RowOutcome>) {
    let mut importer = Importer::new(name, options);
    let mut outcomes = Vec::new();
    importer.push(bytes, &mut |outcome| outcomes.push(outcome));
    importer.finish(&mut |outcome| outcomes.push(outcome));
    (importer, outcomes)
}

fn outcomes(name: &str, text: &str) -> Vec<RowOutcome> {
    outcomes_with(name, text.as_bytes(), ImportOptions::default()).1
}

/// Container, format, and of each row its line with what it gives: the number of
/// examples, or the field that it is refused for.
pub fn check(name: &str, text: &str, container: &str, format: &str, expected: &[(usize, &str)]) {
    let (importer, outcomes) = outcomes_with(name, text.as_bytes(), ImportOptions::default());
    let container_name = importer.container().map_or("none", Container::name);
    let format_name = importer.format().map_or("none".to_owned(), RowFormat::name);
    assert_eq!((container_name, format_name.as_str()), (container, format));
    let found: Vec<(usize, String)> = outcomes.iter().map(told).collect();
    let expected: Vec<(usize, String)> = expected
        .iter()
        .map(|(line, told)| (*line, (*told).to_owned()))
        .collect();
    assert_eq!(found, expected, "{text}");
    assert_eq!(importer.row_count(), outcomes.len());
}

pub fn told(outcome: &RowOutcome) -> (usize, String) {
    match outcome {
        RowOutcome::Good { line, examples, .. } => (*line, examples.len().to_string()),
        RowOutcome::Refused {
            line,
            error: Error::BadRow {
                line: same, field, ..
            },
            ..
        } => {
            assert_eq!(line, same);
            (*line, field.clone())
        }
        RowOutcome::Refused { error, .. } => panic!("{error}"),
    }
}

const ROW: &str = r#"{"prompt":"p","chosen":"c","rejected":"r"}"#;
const PLAIN: &str = "TRL preference, explicit prompt, plain";

#[test]
fn json_lines_are_told_from_one_document() {
    let lines = format!("\u{feff}\r\n{ROW}\r\n\r\nnot json\n {ROW}");
    let found = [(2, "1"), (4, "row"), (5, "1")];
    for name in ["a.jsonl", "a.json", "a"] {
        check(name, &lines, "JSON lines", PLAIN, &found);
    }
    let array = format!(" \n[\n{ROW},\n\n {ROW} , 5 ]\n");
    let found = [(3, "1"), (5, "1"), (5, "row")];
    for name in ["a.jsonl", "a.json", "a"] {
        check(name, &array, "JSON array", PLAIN, &found);
    }
    check("a", "", "none", "none", &[]);
    check("a", "\u{feff} \n", "none", "none", &[]);
    check("a.json", "[]", "JSON array", "none", &[]);
    check("a.jsonl", "hello", "JSON lines", "none", &[(1, "row")]);
}

#[test]
fn a_pretty_printed_array_has_the_lines_of_its_elements() {
    let row: Value = serde_json::from_str(ROW).unwrap();
    let text = serde_json::to_string_pretty(&json!([row, {"prompt": "[\"]"}, row])).unwrap();
    let found = [(2, "1"), (7, "row"), (10, "1")];
    check("a.json", &text, "JSON array", PLAIN, &found);
}

#[test]
fn an_array_that_is_not_whole_says_so() {
    let open = format!("[{ROW},\n{ROW}");
    check(
        "a",
        &open,
        "JSON array",
        PLAIN,
        &[(1, "1"), (2, "1"), (2, "row")],
    );
    let cut = format!("[{ROW},\n{}", &ROW[..20]);
    check("a", &cut, "JSON array", PLAIN, &[(1, "1"), (2, "row")]);
    let more = format!("[{ROW}]\n\n{ROW}");
    check("a", &more, "JSON array", PLAIN, &[(1, "1"), (3, "row")]);
}

#[test]
fn answers_of_datasets_server_are_read() {
    let answer = json!({
        "features": [{"name": "rows", "type": {"rows": ["x"]}}],
        "rows": [
            {"row_idx": 0, "row": {"prompt": "p", "chosen": "c", "rejected": "r"}, "truncated_cells": []},
            {"row_idx": 1, "row": {"prompt": "p", "chosen": "c", "rejected": "r"}, "truncated_cells": ["chosen"]},
            {"row_idx": 2, "row": 5, "truncated_cells": []},
        ],
        "num_rows_total": 3,
    });
    let found = [(1, "1"), (1, "chosen"), (1, "row")];
    let container = "JSON of datasets-server";
    check("rows.json", &answer.to_string(), container, PLAIN, &found);
    let pretty = serde_json::to_string_pretty(&answer).unwrap();
    let lines: Vec<usize> = outcomes("rows", &pretty)
        .iter()
        .map(|row| told(row).0)
        .collect();
    assert_eq!(lines.len(), 3);
    assert!(lines.is_sorted() && lines[0] > 1, "{lines:?}");
    // JSON lines whose rows have such a column, as their name says.
    let column = r#"{"prompt":"p","chosen":"c","rejected":"r","rows":[]}"#;
    check("a.jsonl", column, "JSON lines", PLAIN, &[(1, "1")]);
}

#[test]
fn csv_is_read_with_quotes_and_line_ends() {
    let text = "\u{feff}prompt,chosen,rejected,margin,source\r\n\r\n\
        p,\"c, \"\"quoted\"\"\",\"several\r\nlines\",0.5,x\r\n\
        too,few \r\n\
        ,,,,\n\
        p,c,r,high,x\n\
        p,c,r,,x";
    let found = [(3, "1"), (5, "row"), (6, "chosen"), (7, "margin"), (8, "1")];
    check("a.csv", text, "CSV", PLAIN, &found);
    let RowOutcome::Good { examples, .. } = &outcomes("a.csv", text)[0] else {
        panic!("a refused row");
    };
    let plain = |text: &str| Content::Plain(text.to_owned());
    let row = Imported::Row(Example::Pair {
        prompt: plain("p"),
        chosen: plain("c, \"quoted\""),
        rejected: plain("several\r\nlines"),
        margin: Some(0.5),
    });
    assert_eq!(examples, &[row]);
    let RowOutcome::Refused { raw, .. } = &outcomes("a.csv", text)[1] else {
        panic!("a good row");
    };
    assert_eq!(raw, "too,few ");
    let (importer, _) = outcomes_with("a.csv", text.as_bytes(), ImportOptions::default());
    assert_eq!(
        importer.header(),
        Some("prompt,chosen,rejected,margin,source")
    );
}

#[test]
fn csv_labels_are_written_in_many_ways() {
    let labels = [
        "true", "TRUE", "Yes", "1", "1.0", "false", "False", "no", "0", "0.0", "maybe", "", "2",
    ];
    let text = labels.map(|label| format!("p,c,{label}\n")).concat();
    let good = [(2, "1"), (3, "1"), (4, "1"), (5, "1"), (6, "1")];
    let also = [(7, "1"), (8, "1"), (9, "1"), (10, "1"), (11, "1")];
    let refused = [(12, "label"), (13, "label"), (14, "label")];
    check(
        "a.csv",
        &format!("prompt,completion,label\n{text}"),
        "CSV",
        "TRL unpaired preference, plain",
        &[&good[..], &also[..], &refused[..]].concat(),
    );
}

#[test]
fn csv_cells_hold_conversations_as_json() {
    let text = "prompt,chosen,rejected\n\
        \"[{\"\"role\"\": \"\"user\"\", \"\"content\"\": \"\"p\"\"}]\",\"[{\"\"role\"\":\"\"assistant\"\",\"\"content\"\":\"\"c\"\"}]\",\"[{\"\"role\"\":\"\"assistant\"\",\"\"content\"\":\"\"r\"\"}]\"\n\
        p,\"[1, 2]\",\"{\"\"a\"\": 1}\"\n\
        p,\"[{'role': 'assistant', 'content': 'c'}]\",r\n";
    let format = "TRL preference, explicit prompt, conversational";
    check(
        "a.csv",
        text,
        "CSV",
        format,
        &[(2, "1"), (3, "1"), (4, "chosen")],
    );
    let ids = "prompt_ids,chosen_ids,rejected_ids\n[1],\"[2, 3]\",[]\n";
    let options = ImportOptions {
        labels_only: false,
        ..ImportOptions::default()
    };
    let (importer, found) = outcomes_with("a.csv", ids.as_bytes(), options);
    assert_eq!(
        importer.format(),
        Some(RowFormat::Preference(Form::Tokenised))
    );
    assert_eq!(told(&found[0]), (2, "1".to_owned()));
    check("a.csv", ids, "CSV", "none", &[(2, "prompt_ids")]);
}

#[test]
fn csv_defects_are_named() {
    for (text, expected) in [
        ("prompt,chosen,chosen\np,c,r", vec![(2, "chosen")]),
        ("prompt,chosen,rejected\np,c,\"r\n\n", vec![(2, "row")]),
        ("a,b\n1,2\n", vec![(2, "row")]),
        ("prompt,chosen,rejected", vec![]),
    ] {
        check("a.csv", text, "CSV", "none", &expected);
    }
}

#[test]
fn what_is_not_utf8_spoils_its_own_row_alone() {
    let mut bytes = format!("{ROW}\n").into_bytes();
    bytes.extend_from_slice(b"{\"prompt\":\"\xff\"}\n");
    bytes.extend_from_slice(ROW.as_bytes());
    let (_, found) = outcomes_with("a.jsonl", &bytes, ImportOptions::default());
    let RowOutcome::Refused { error, raw, .. } = &found[1] else {
        panic!("a good row");
    };
    assert_eq!(
        error.to_string(),
        "line 2, field \"row\": bytes that are not UTF-8 (from byte 12), expected text in UTF-8"
    );
    assert_eq!(raw, "{\"prompt\":\"\u{fffd}\"}");
    assert_eq!(told(&found[2]), (3, "1".to_owned()));
}

#[test]
fn other_files_are_named() {
    for (bytes, found) in [
        (&b"PAR1\x15\x04"[..], "a Parquet file"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x1f\x8b\x08\0rest", "a gzip archive that is cut short"),
        (b"\x1f\x8b\x09\0rest", "a damaged gzip archive"),
    ] {
        let (importer, outcomes) = outcomes_with("a.csv", bytes, ImportOptions::default());
        assert_eq!(importer.container(), Some(Container::Foreign));
        match &outcomes[..] {
            [RowOutcome::Refused { error, .. }] => assert!(error.to_string().contains(found)),
            other => panic!("{other:?}"),
        }
    }
}

/// Objects behind each other, and rows within an object.
#[test]
fn pretty_printed_rows_are_read() {
    let row: Value = serde_json::from_str(ROW).unwrap();
    let pretty = serde_json::to_string_pretty(&row).unwrap();
    let objects = format!(
        "{pretty}\n\n{pretty}\n{}\n{pretty}",
        "{\n  \"prompt\": \"p\","
    );
    let found = [(1, "1"), (7, "1"), (12, "row"), (14, "1")];
    for name in ["a.jsonl", "a.json", "a"] {
        check(name, &objects, "JSON objects", PLAIN, &found);
    }
    // Without indentation a turn begins a line too.
    let turns = json!({"chosen": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "c"}],
        "rejected": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "r"}]});
    let flat = serde_json::to_string_pretty(&turns).unwrap();
    let flat: String = flat
        .lines()
        .map(|line| line.trim_start().to_owned() + "\n")
        .collect();
    let format = "TRL preference, implicit prompt, conversational";
    check(
        "a",
        &format!("{flat}{flat}"),
        "JSON objects",
        format,
        &[(1, "1"), (23, "1")],
    );
    let data = format!(r#"{{"version": [1], "data": [{ROW}, 5], "more": 1}}"#);
    let inside = "JSON array within an object";
    check("a.json", &data, inside, PLAIN, &[(1, "1"), (1, "row")]);
    // A row may have such a column.
    let column = r#"{"prompt":"p","data":[1],"chosen":"c","rejected":"r"}"#;
    check("a.json", column, "JSON lines", PLAIN, &[(1, "1")]);
}

#[test]
fn a_row_beyond_the_limit_is_passed_over() {
    let options = ImportOptions {
        row_limit_bytes: 100,
        ..ImportOptions::default()
    };
    let long = "x".repeat(5000);
    let json = format!(r#"{{"prompt":"{long}\",[","chosen":"c","rejected":"r"}}"#);
    for (name, text) in [
        ("a.jsonl", format!("{ROW}\n{json}\n{ROW}")),
        ("a.json", format!("[{ROW},\n{json},\n{ROW}]")),
        (
            "a.csv",
            format!("prompt,chosen,rejected\np,{long},\"\n\"\np,c,r"),
        ),
    ] {
        let (_, found) = outcomes_with(name, text.as_bytes(), options);
        let long: Vec<&RowOutcome> = found
            .iter()
            .filter(|row| matches!(row, RowOutcome::Refused { raw, .. } if raw.len() == 1000))
            .collect();
        assert_eq!(long.len(), 1, "{name}");
        assert_eq!(told(long[0]), (2, "row".to_owned()));
        assert!(
            matches!(found.last(), Some(RowOutcome::Good { .. })),
            "{name}"
        );
    }
}

#[test]
fn a_file_has_rows_of_one_kind() {
    let text = format!(
        "{{\"text\":\"t\"}}\n{ROW}\n{}\n{}",
        r#"{"prompt":"p","completion":"c","label":1}"#, r#"{"chosen":"p c","rejected":"p r"}"#
    );
    let found = [(1, "chosen"), (2, "1"), (3, "label"), (4, "1")];
    check("a.jsonl", &text, "JSON lines", PLAIN, &found);
}

#[test]
fn a_report_counts_and_shows() {
    let options = ImportOptions::default();
    let sample = Sample { limit: 10, seed: 1 };
    let mut intake = Intake::new("a.jsonl", options, sample);
    let mut refused = Vec::new();
    let mut keep = |raw: &str| refused.push(raw.to_owned());
    for _ in 0..100 {
        intake.push(format!("{ROW}\nbad\n").as_bytes(), &mut keep);
    }
    assert_eq!(intake.report().rows, 200);
    let (report, rows) = intake.finish(&mut keep);
    assert_eq!(refused, vec!["bad"; 100]);
    assert_eq!((report.rows, report.good, report.refused), (200, 100, 100));
    assert_eq!((report.taken, report.examples, rows.len()), (10, 10, 10));
    assert_eq!((report.errors.len(), report.preview.len()), (50, 5));
    let stored = serde_json::to_string(&report).unwrap();
    assert_eq!(
        serde_json::from_str::<ImportReport>(&stored).unwrap(),
        report
    );
    let number = rows[0].number;
    let labels = rows
        .into_iter()
        .next()
        .unwrap()
        .into_labels("a.jsonl", 5.0)
        .unwrap();
    assert_eq!(labels[0].pair.id, format!("a.jsonl:{number}"));
}

#[test]
fn messages_quote_a_little_of_a_long_value() {
    let role = "x".repeat(10_000);
    let text =
        format!(r#"{{"prompt":"p","chosen":[{{"role":"{role}","content":""}}],"rejected":"r"}}"#);
    let RowOutcome::Refused { error, raw, .. } = &outcomes("a.jsonl", &text)[0] else {
        panic!("a good row");
    };
    assert!(error.to_string().len() < 400, "{error}");
    assert_eq!(raw, &text);
}
