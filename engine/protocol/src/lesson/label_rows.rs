//! Labels that a lesson brings with it, as rows.

use super::node::Node;
use crate::dataset::row::Row;
use crate::dataset::{Example, write_jsonl};
use crate::error::Error;
use crate::hash;
use crate::label::{Label, PairSource, check_row, pairs_from_labels};
use serde_json::Value;

/// Labels in one lesson at most: a file of labels that is larger is better imported.
pub const MOST_LABEL_ROWS: usize = 500;
const EXPECTED: &str = "judged rows, such as {\"prompt\": \"..\", \"chosen\": \"..\", \
                        \"rejected\": \"..\"}";

/// Judged rows in TRL's columns, at least one: pairs, or completions with a label.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelRows {
    rows: Vec<Example>,
    /// Of the file that they come in by: other rows have another one.
    file_name: String,
}

impl LabelRows {
    fn new(rows: Vec<Example>) -> LabelRows {
        let hash = hash::of_text(0, &write_jsonl(&rows));
        LabelRows {
            rows,
            file_name: format!("lesson-{hash:016x}.jsonl"),
        }
    }

    /// The decisive ones of these labels and the single answers with a thumb; `None` where
    /// there are none, or more than [`MOST_LABEL_ROWS`].
    pub fn of_labels(labels: &[Label]) -> Option<LabelRows> {
        let singles = labels.iter().filter_map(Label::as_single_row);
        let rows: Vec<Example> = pairs_from_labels(labels)
            .into_iter()
            .chain(singles)
            .collect();
        (1..=MOST_LABEL_ROWS)
            .contains(&rows.len())
            .then(|| LabelRows::new(rows))
    }

    pub(super) fn read(node: &Node<'_>) -> Option<LabelRows> {
        let rows = node.list(1, EXPECTED)?;
        if rows.len() > MOST_LABEL_ROWS {
            let expected = format!("at most {MOST_LABEL_ROWS}; import larger files instead");
            return node.fail(format!("{} rows", rows.len()), expected);
        }
        let rows: Vec<Option<Example>> = rows.iter().map(read_row).collect();
        rows.into_iter().collect::<Option<_>>().map(LabelRows::new)
    }

    pub(super) fn write(&self) -> Value {
        // What was written reads as JSON.
        let row = |line: &str| serde_json::from_str::<Value>(line).unwrap_or_default();
        self.to_jsonl().lines().map(row).collect()
    }

    /// As the file that they come in by.
    pub fn to_jsonl(&self) -> String {
        write_jsonl(&self.rows)
    }

    /// The name of that file.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// As labels that have come in by that file.
    pub fn labels(&self) -> Vec<Label> {
        let file = &self.file_name;
        let rows = self.rows.iter().enumerate();
        // The rows were checked where they were read, or came from labels.
        rows.filter_map(|(index, row)| {
            let source = PairSource::Imported { file: file.clone() };
            Label::from_row(row, index + 1, source, format!("{file}-{index}"), 0.0).ok()
        })
        .map(|label| label.arriving(file, ""))
        .collect()
    }
}

/// One row, or a defect of the column that is to blame.
fn read_row(node: &Node<'_>) -> Option<Example> {
    let fields = node.any_object("prompt, chosen and rejected, or prompt, completion and label")?;
    let row = Row::parse(&node.value.to_string(), 1).and_then(|row| row.example());
    let checked = row.and_then(|row| check_row(&row, 1).map(|()| row));
    match checked {
        Ok(row) => Some(row),
        Err(Error::BadRow {
            field,
            found,
            expected,
            ..
        }) if fields.has(&field) => {
            fields.fail_at(&field, found, expected);
            None
        }
        Err(Error::BadRow {
            found, expected, ..
        }) => node.fail(found, expected),
        Err(error) => node.fail(error.to_string(), EXPECTED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::fixtures::changed;
    use crate::lesson::{LabelFacts, LabelSource, LabellerFacts, Lesson};
    use serde_json::json;

    fn rows(rows: Value) -> Result<LabelRows, Vec<String>> {
        let text = changed("/setup/labels", json!({ "rows": rows }));
        let lesson = Lesson::from_json(&text);
        let lesson = lesson.map_err(|defects| {
            let told = defects.iter().map(ToString::to_string);
            told.collect::<Vec<_>>()
        })?;
        match lesson.setup.labels {
            Some(LabelSource::Rows(rows)) => Ok(rows),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rows_are_read_written_and_taken_in_as_labels() {
        let given = json!([
            {"prompt": "Hi.", "chosen": "Hello!", "rejected": "What?"},
            {"prompt": [{"role": "user", "content": "Hi."}],
             "completion": [{"role": "assistant", "content": "Go."}], "label": false},
        ]);
        let rows = rows(given.clone()).expect("sound rows");
        assert_eq!(rows.count(), 2);
        assert_eq!(rows.write(), given);
        let labels = rows.labels();
        let facts = LabelFacts::of_labels(labels.iter());
        let by = LabellerFacts::File(rows.file_name().to_owned());
        assert_eq!((&facts[0].by, facts[0].count), (&by, 2));
        assert_eq!(facts[0].decisive, 1);
        assert_eq!(labels[0].chosen_rejected(), Some(("Hello!", "What?")));
        // And back: what a lesson is made of is what it was made from.
        assert_eq!(LabelRows::of_labels(&labels), Some(rows));
    }

    #[test]
    fn other_rows_come_in_by_another_file() {
        let one = rows(json!([{"prompt": "Hi.", "chosen": "Hello!", "rejected": "What?"}]));
        let other = rows(json!([{"prompt": "Hi.", "chosen": "What?", "rejected": "Hello!"}]));
        let name = |rows: Result<LabelRows, _>| rows.expect("sound rows").file_name;
        assert_ne!(name(one), name(other));
    }

    #[test]
    fn rows_with_a_defect_are_told_by_their_path() {
        let row = json!({"prompt": "Hi.", "chosen": "Hello!", "rejected": "What?"});
        let many: Vec<&Value> = std::iter::repeat_n(&row, MOST_LABEL_ROWS + 1).collect();
        for (given, told) in [
            (json!([]), "setup.labels.rows: an empty list"),
            (json!([row, 3]), "setup.labels.rows[1]: a number"),
            (
                json!([{"prompt": "Hi.", "chosen": 7, "rejected": "What?"}]),
                "setup.labels.rows[0].chosen: ",
            ),
            (
                json!([{"prompt": "Hi.", "completion": "Hello!"}]),
                "setup.labels.rows[0]: ",
            ),
            (
                json!([{"prompt_ids": [1], "chosen_ids": [2], "rejected_ids": [3]}]),
                "setup.labels.rows[0].prompt_ids: ",
            ),
            (json!(many), "setup.labels.rows: 501 rows"),
        ] {
            let defects = rows(given).expect_err("a defect");
            assert_eq!(defects.len(), 1, "{defects:?}");
            assert!(defects[0].starts_with(told), "{defects:?}");
        }
    }

    #[test]
    fn nothing_decisive_gives_no_rows() {
        assert_eq!(LabelRows::of_labels(&[]), None);
    }
}
