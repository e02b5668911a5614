//! Over random files of every container, cut anywhere: each row is good or refused, the
//! cuts change nothing, and nothing panics.

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn outcomes(name: &str, chunks: &[&[u8]], options: ImportOptions) -> (Importer, Vec<RowOutcome>) {
    let mut importer = Importer::new(name, options);
    let mut outcomes = Vec::new();
    for chunk in chunks {
        importer.push(chunk, &mut |outcome| outcomes.push(outcome));
    }
    importer.finish(&mut |outcome| outcomes.push(outcome));
    (importer, outcomes)
}

/// `bytes` cut at these places, in any order.
fn chunks<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    cuts.sort_unstable();
    cuts.push(bytes.len());
    let mut start = 0;
    let mut chunks = Vec::new();
    for cut in cuts {
        chunks.push(&bytes[start..cut]);
        start = cut;
    }
    chunks
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a \\n\\r,\"'{}\\[\\]\\\\é🙂:]{0,8}",
        Just("\n\nHuman: a\n\nAssistant: b".to_owned()),
        Just("\n\nHuman: a\n\nAssistant: c".to_owned()),
        Just("\n\nHuman: a\n\nAssistant: ".to_owned()),
        Just(r#"[{"role":"user","content":"x"}]"#.to_owned()),
        Just("true".to_owned()),
        Just("0.5".to_owned()),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let turn = ("user|assistant|robot", any_text())
        .prop_map(|(role, content)| json!({"role": role, "content": content}));
    let answer =
        (any_text(), 0..3).prop_map(|(answer, rank)| json!({"answer": answer, "rank": rank}));
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..3).prop_map(Value::from),
        any_text().prop_map(Value::from),
        any_text().prop_map(Value::from),
        prop::collection::vec(turn, 1..3).prop_map(Value::from),
        prop::collection::vec(answer, 2..4).prop_map(Value::from),
        prop::collection::vec(0..3, 0..3).prop_map(Value::from),
    ]
}

const SHAPES: [&[&str]; 8] = [
    &["prompt", "chosen", "rejected"],
    &["prompt", "chosen", "rejected", "margin"],
    &["chosen", "rejected"],
    &["prompt", "completion", "label"],
    &[
        "prompt",
        "chosen",
        "rejected",
        "score_chosen",
        "score_rejected",
    ],
    &["prompt", "answers"],
    &["prompt", "completion"],
    &["prompt", "chosen", "rejected", "tilt", "rows"],
];

/// Rows of one shape; not all of their values are good.
fn any_rows() -> impl Strategy<Value = (Vec<String>, Vec<Vec<Value>>)> {
    prop::sample::select(&SHAPES[..]).prop_flat_map(|shape| {
        let names = shape.iter().map(|name| (*name).to_owned()).collect();
        let row = prop::collection::vec(any_value(), shape.len());
        (Just(names), prop::collection::vec(row, 0..6))
    })
}

#[derive(Clone, Copy, Debug)]
enum Written {
    Lines,
    Array,
    PrettyArray,
    Answer,
    Csv,
}

fn name(written: Written) -> &'static str {
    match written {
        Written::Lines => "a.jsonl",
        Written::Csv => "a.csv",
        Written::Array | Written::PrettyArray | Written::Answer => "a.json",
    }
}

fn write(names: &[String], rows: &[Vec<Value>], written: Written, line_end: &str) -> String {
    let objects: Vec<Value> = rows
        .iter()
        .map(|row| names.iter().cloned().zip(row.iter().cloned()).collect())
        .collect();
    match written {
        Written::Lines => objects
            .iter()
            .map(|row| format!("{row}{line_end}"))
            .collect(),
        Written::Array => Value::from(objects).to_string(),
        Written::PrettyArray => serde_json::to_string_pretty(&objects).unwrap(),
        Written::Answer => {
            let rows: Value = objects
                .into_iter()
                .map(|row| json!({"row_idx": 0, "row": row}))
                .collect();
            json!({"features": [], "rows": rows, "total": 1}).to_string()
        }
        Written::Csv => {
            let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
            let cell = |value: &Value| match value {
                Value::String(text) => quoted(text),
                Value::Null => String::new(),
                other => quoted(&other.to_string()),
            };
            let lines = rows.iter().map(|row| {
                let cells: Vec<String> = row.iter().map(cell).collect();
                cells.join(",") + line_end
            });
            names.join(",") + line_end + &lines.collect::<String>()
        }
    }
}

fn any_options() -> impl Strategy<Value = ImportOptions> {
    let nectar = prop::sample::select(vec![
        NectarPairs::BestWorst,
        NectarPairs::BestEach,
        NectarPairs::Neighbours,
        NectarPairs::All,
    ]);
    let limit = prop_oneof![Just(ROW_LIMIT_BYTES), 0..200usize];
    (limit, nectar, any::<bool>()).prop_map(|(row_limit_bytes, nectar, labels_only)| {
        ImportOptions {
            row_limit_bytes,
            nectar,
            labels_only,
            as_trl: labels_only && row_limit_bytes % 2 == 0,
        }
    })
}

fn any_name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a.jsonl", "a.json", "a.csv", "a"])
}

/// A row that reads as nothing but blanks is none.
fn is_blank_csv_row(row: &[Value]) -> bool {
    matches!(row, [Value::Null])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn each_row_is_good_or_refused_however_the_file_is_cut(
        (names, rows) in any_rows(),
        written in prop::sample::select(vec![
            Written::Lines, Written::Array, Written::PrettyArray, Written::Answer, Written::Csv,
        ]),
        line_end in prop::sample::select(vec!["\n", "\r\n"]),
        has_mark in any::<bool>(),
        cuts in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let mark = if has_mark { "\u{feff}" } else { "" };
        let text = mark.to_owned() + &write(&names, &rows, written, line_end);
        let name = name(written);
        let options = ImportOptions::default();
        let (whole, expected) = outcomes(name, &[text.as_bytes()], options);
        let count = rows.iter().filter(|row| !is_blank_csv_row(row)).count();
        prop_assert_eq!(expected.len(), count, "{}", text);
        prop_assert_eq!(whole.row_count(), count);

        let (cut, found) = outcomes(name, &chunks(text.as_bytes(), &cuts), options);
        prop_assert_eq!(cut.container(), whole.container());
        prop_assert_eq!(cut.format(), whole.format());
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn rows_start_on_their_lines((names, rows) in any_rows(), written in prop::sample::select(vec![
        Written::Lines, Written::PrettyArray, Written::Csv,
    ])) {
        let text = write(&names, &rows, written, "\n");
        let (_, found) = outcomes(name(written), &[text.as_bytes()], ImportOptions::default());
        let lines: Vec<&str> = text.split('\n').collect();
        prop_assert_eq!(found.is_empty(), rows.is_empty());
        for outcome in found {
            if let RowOutcome::Refused { line, raw, .. } = outcome {
                let first = raw.split('\n').next().unwrap_or_default().trim();
                prop_assert!(lines[line - 1].trim().starts_with(first), "{}: {}", line, raw);
            }
        }
    }

    #[test]
    fn any_bytes_are_read_the_same_however_they_are_cut(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "[\\[\\]{},:\"\\\\a\\n\\r \u{feff}]{0,60}".prop_map(String::into_bytes),
            ("\\[|\\{\"rows\":\\[|", any_rows(), "[\\[\\]{},:\"\\\\a\\n ]{0,9}").prop_map(
                |(before, (names, rows), after)| {
                    (before + &write(&names, &rows, Written::Lines, ",\n") + &after).into_bytes()
                }
            ),
        ],
        name in any_name(),
        options in any_options(),
        cuts in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let (whole, expected) = outcomes(name, &[&bytes], options);
        let (cut, found) = outcomes(name, &chunks(&bytes, &cuts), options);
        prop_assert_eq!(cut.container(), whole.container());
        prop_assert_eq!(cut.header(), whole.header());
        prop_assert_eq!(&found, &expected);
        let numbers: Vec<usize> = expected
            .iter()
            .map(|outcome| match outcome {
                RowOutcome::Good { number, examples, .. } => {
                    assert!(!examples.is_empty());
                    *number
                }
                RowOutcome::Refused { number, .. } => *number,
            })
            .collect();
        prop_assert_eq!(numbers, (1..=whole.row_count()).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_read_for_labels_makes_labels(
        (names, rows) in any_rows(),
        nectar in any_options().prop_map(|options| options.nectar),
    ) {
        let text = write(&names, &rows, Written::Lines, "\n");
        let options = ImportOptions { nectar, ..ImportOptions::default() };
        let (_, found) = outcomes("a.jsonl", &[text.as_bytes()], options);
        for outcome in found {
            if let RowOutcome::Good { number, line, examples } = outcome {
                let count = examples.len();
                let labels = SampledRow { number, line, examples }.into_labels("a", 0.0);
                prop_assert_eq!(labels.map(|labels| labels.len()), Ok(count));
            }
        }
    }
}
