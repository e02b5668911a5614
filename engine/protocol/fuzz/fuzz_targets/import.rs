//! Any bytes, cut anywhere: no panic, each row good or refused, and the same rows
//! however the bytes are cut.
//!
//! The last five bytes of the input choose the file's name, the options and the cuts.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tilt_protocol::dataset::import::{ImportOptions, Importer, NectarPairs, Outcome};

fn outcomes(name: &str, chunks: &[&[u8]], options: ImportOptions) -> (Importer, Vec<Outcome>) {
    let mut importer = Importer::new(name, options);
    let mut outcomes = Vec::new();
    for chunk in chunks {
        importer.push(chunk, &mut |outcome| outcomes.push(outcome));
    }
    importer.finish(&mut |outcome| outcomes.push(outcome));
    (importer, outcomes)
}

fuzz_target!(|input: &[u8]| {
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
        row_limit_bytes: if choice & 32 == 0 { 1 << 20 } else { 40 },
    };
    let (whole, expected) = outcomes(name, &[bytes], options);

    let mut cuts: [usize; 4] = cuts.map(|cut: u8| usize::from(cut) * bytes.len() / 255);
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
            Outcome::Good {
                number, examples, ..
            } => {
                assert_eq!(*number, index + 1);
                assert!(!examples.is_empty());
            }
            Outcome::Refused { number, .. } => assert_eq!(*number, index + 1),
        }
    }
});
