//! Rows that are read: labels made of them give the same rows back, and Tilt's export
//! gives the same labels back, byte for byte.
//!
//! The last byte of the input chooses which verdicts change in between.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tilt_protocol::dataset::import::{ImportOptions, Imported, Importer, Outcome, SampledRow};
use tilt_protocol::dataset::write_tilt_jsonl;
use tilt_protocol::label::{pairs_from_labels, unpaired_from_labels};
use tilt_protocol::{Example, Label, Verdict};

fn good(name: &str, bytes: &[u8]) -> Vec<SampledRow> {
    let mut importer = Importer::new(name, ImportOptions::default());
    let mut rows = Vec::new();
    let mut keep = |outcome| {
        if let Outcome::Good {
            number,
            line,
            examples,
        } = outcome
        {
            rows.push(SampledRow {
                number,
                line,
                examples,
            });
        }
    };
    importer.push(bytes, &mut keep);
    importer.finish(&mut keep);
    rows
}

fn labels(rows: Vec<SampledRow>) -> Vec<Label> {
    rows.into_iter()
        .flat_map(|row| row.into_labels("file", 1.0).expect("a row for labels"))
        .collect()
}

fuzz_target!(|input: &[u8]| {
    let Some((&choice, bytes)) = input.split_last() else {
        return;
    };
    let rows = good("a", bytes);
    for imported in rows.iter().flat_map(|row| &row.examples) {
        let Imported::Row(example) = imported else {
            continue;
        };
        let row = SampledRow {
            number: 1,
            line: 1,
            examples: vec![imported.clone()],
        };
        let labels = labels(vec![row]);
        let given = match example {
            Example::Pair { .. } => pairs_from_labels(&labels),
            _ => unpaired_from_labels(&labels),
        };
        assert_eq!(given, std::slice::from_ref(example));
    }

    let mut labels_in = labels(rows);
    for (index, label) in labels_in.iter_mut().enumerate() {
        // Some verdicts have changed since.
        if (choice >> (index % 8)) & 1 == 1 {
            label.verdict = Verdict::ALL[usize::from(choice) % Verdict::ALL.len()];
        }
    }
    let text = write_tilt_jsonl(&labels_in);
    let labels_out = labels(good("a.jsonl", text.as_bytes()));
    assert_eq!(labels_out, labels_in);
    assert_eq!(write_tilt_jsonl(&labels_out), text);
});
