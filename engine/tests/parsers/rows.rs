//! Files of rows, and the labels that come of them.

use tilt_protocol::import::{
    ImportOptions, Imported, Importer, NectarPairs, RowOutcome, SampledRow,
};
use tilt_protocol::label::{pairs_from_labels, unpaired_from_labels, write_tilt_jsonl};
use tilt_protocol::{Example, Label, Verdict};

pub fn data_seeds() -> Vec<Vec<u8>> {
    files!(
        "data/array.json",
        "data/hh.jsonl",
        "data/implicit.jsonl",
        "data/nectar.jsonl",
        "data/pairs.csv",
        "data/rows.json",
        "data/tilt.jsonl",
        "data/trl.jsonl",
        "data/ultrafeedback.jsonl",
        "data/unpaired.jsonl",
    )
}

fn outcomes(name: &str, chunks: &[&[u8]], options: ImportOptions) -> (Importer, Vec<RowOutcome>) {
    let mut importer = Importer::new(name, options);
    let mut outcomes = Vec::new();
    for chunk in chunks {
        importer.push(chunk, &mut |outcome| outcomes.push(outcome));
    }
    importer.finish(&mut |outcome| outcomes.push(outcome));
    (importer, outcomes)
}

/// Each row is good or refused, and the same however the bytes are cut. The input's own
/// bytes choose the file's name, the options and the cuts.
pub fn read_data(input: &[u8]) {
    let Some((bytes, &[choice, cuts @ ..])) = input.split_last_chunk::<5>() else {
        return;
    };
    let name = ["a", "a.jsonl", "a.json", "a.csv"][usize::from(choice & 3)];
    let pairs = [
        NectarPairs::BestWorst,
        NectarPairs::BestEach,
        NectarPairs::Neighbours,
        NectarPairs::All,
    ];
    let options = ImportOptions {
        nectar: pairs[usize::from(choice >> 2 & 3)],
        labels_only: choice & 16 != 0,
        as_trl: choice & 64 != 0,
        row_limit_bytes: if choice & 32 == 0 { 1 << 20 } else { 40 },
    };
    let (whole, expected) = outcomes(name, &[bytes], options);

    let mut cuts = cuts.map(|cut: u8| usize::from(cut) * bytes.len() / 255);
    cuts.sort_unstable();
    let [a, b, c, d] = cuts;
    let chunks = [
        &bytes[..a],
        &bytes[a..b],
        &bytes[b..c],
        &bytes[c..d],
        &bytes[d..],
    ];
    let (cut, found) = outcomes(name, &chunks, options);
    assert_eq!(cut.container(), whole.container());
    assert_eq!(cut.format(), whole.format());
    assert_eq!(cut.header(), whole.header());
    assert_eq!(found, expected);

    let one_by_one: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(outcomes(name, &one_by_one, options).1, expected);

    assert_eq!(whole.row_count(), expected.len());
    for (index, outcome) in expected.iter().enumerate() {
        match outcome {
            RowOutcome::Good {
                number, examples, ..
            } => {
                assert_eq!(*number, index + 1);
                assert!(!examples.is_empty());
            }
            RowOutcome::Refused { number, .. } => assert_eq!(*number, index + 1),
        }
    }
}

fn good_rows(name: &str, bytes: &[u8]) -> Vec<SampledRow> {
    let (_, outcomes) = outcomes(name, &[bytes], ImportOptions::default());
    let good = outcomes.into_iter().filter_map(|outcome| match outcome {
        RowOutcome::Good {
            number,
            line,
            examples,
        } => Some(SampledRow {
            number,
            line,
            examples,
        }),
        RowOutcome::Refused { .. } => None,
    });
    good.collect()
}

fn labels_of(rows: Vec<SampledRow>) -> Vec<Label> {
    let labels = rows.into_iter().flat_map(|row| {
        let labels = row.into_labels("file", 1.0);
        labels.expect("a row for labels")
    });
    labels.collect()
}

/// Labels made of rows give the same rows back, and Tilt's export gives the same labels
/// back, byte for byte. The last byte chooses which verdicts change in between.
pub fn read_labels(input: &[u8]) {
    let Some((&choice, bytes)) = input.split_last() else {
        return;
    };
    let rows = good_rows("a", bytes);
    for imported in rows.iter().flat_map(|row| &row.examples) {
        let Imported::Row(example) = imported else {
            continue;
        };
        let row = SampledRow {
            number: 1,
            line: 1,
            examples: vec![imported.clone()],
        };
        let labels = labels_of(vec![row]);
        if labels
            .iter()
            .any(|label| !label.pair.is_single() && !label.pair.tells_apart())
        {
            // An answer against itself or against none: not for training.
            continue;
        }
        let given = match example {
            Example::Pair { .. } => pairs_from_labels(&labels),
            _ => unpaired_from_labels(&labels),
        };
        assert_eq!(given, std::slice::from_ref(example));
    }

    let mut labels_in = labels_of(rows);
    for (index, label) in labels_in.iter_mut().enumerate() {
        if (choice >> (index % 8)) & 1 == 1 {
            label.verdict = Verdict::ALL[usize::from(choice) % Verdict::ALL.len()];
        }
    }
    let text = write_tilt_jsonl(&labels_in);
    let labels_out = labels_of(good_rows("a.jsonl", text.as_bytes()));
    assert_eq!(labels_out, labels_in);
    assert_eq!(write_tilt_jsonl(&labels_out), text);
}
