//! `logps.json`: token and sequence log-probs of both golden models.

use crate::checks::{Checks, load};
use crate::set::{GoldenSet, number, numbers};
use pollster::block_on;
use tilt_engine::batch::Batch;
use tilt_engine::pass::token_logps;
use tilt_engine::readback::read;
use tilt_engine::sequence::Sequence;

pub fn logps(set: &GoldenSet, checks: &mut Checks) {
    let golden = set.json("logps.json");
    let pairs = set.pairs();
    for (folder, key) in [("policy", "policy"), ("reference", "ref")] {
        let (model, arena) = load(set, folder);
        let sequences: Vec<&Sequence> = pairs.iter().flat_map(|(c, r)| [c, r]).collect();
        let batch = Batch::new(sequences.iter().copied(), model.pad_id()).expect("a batch");
        let found =
            block_on(read(token_logps(&model, &arena, &batch).expect("a pass"))).expect("readback");
        for (index, span) in batch.spans.iter().enumerate() {
            let side = if index % 2 == 0 { "chosen" } else { "rejected" };
            let row = &golden["rows"][index / 2][side];
            let what = format!("{folder} row {} {side}", index / 2);
            let expected = numbers(&row[format!("{key}_token_logps")]);
            let tokens = &found[span.clone()];
            assert_eq!(tokens.len(), expected.len(), "{what}: scored tokens");
            for (found, expected) in tokens.iter().zip(&expected) {
                checks.absolute(&what, f64::from(*found), *expected, 1e-4);
            }
            let sum: f64 = tokens.iter().map(|&logp| f64::from(logp)).sum();
            let expected_sum = number(&row[format!("{key}_logp_sum")]);
            checks.absolute(
                &what,
                sum,
                expected_sum,
                1e-4 * expected.len().max(1) as f64,
            );
        }
    }
}
