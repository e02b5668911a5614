//! `gpt2_variants.json`: GPT-2's options, each on a small model of its own: token log-probs of
//! two rows, and the logits after one of them as generation reads them.

use crate::checks::{Checks, load_on, paired};
use crate::set::{GoldenSet, number, numbers};
use burn::tensor::Device;
use pollster::block_on;
use serde_json::Value;
use tilt_engine::batch::Batch;
use tilt_engine::generate::next_token_logits;
use tilt_engine::pass::token_logps;
use tilt_engine::readback::read;

/// The variants of the project's own set; each differs from what a reader that overlooks its
/// option computes by far more than the tolerance (`distance_from_default`).
const VARIANTS: [&str; 7] = [
    "inverse_layer_idx",
    "ln_eps_large",
    "n_inner",
    "no_attn_scale",
    "no_attn_scale_inverse_layer_idx",
    "reorder_upcast",
    "untied",
];

pub fn variants(set: &GoldenSet, device: &Device, checks: &mut Checks) {
    let golden = set.json("gpt2_variants.json");
    let pairs = set.pairs();
    for name in VARIANTS {
        let (model, arena) = load_on(set, &format!("gpt2_variants/{name}"), device);
        let config = set.json(&format!("gpt2_variants/{name}/config.json"));
        let options = golden[name]["config"].as_object().expect("options");
        let written: Value = serde_json::from_str(&model.config.to_json("float32")).expect("JSON");
        for (option, value) in options {
            checks.equal(name, &config[option], value);
            checks.equal(name, &written[option], value);
        }
        let rows = golden[name]["rows"].as_array().expect("rows");
        assert_eq!(rows.len(), 2, "{name}");
        for row in rows {
            let what = format!("{name} row {} {}", row["row"], row["side"]);
            let index = number(&row["row"]) as usize;
            let sequence = match row["side"].as_str() {
                Some("chosen") => &pairs[index].0,
                Some("rejected") => &pairs[index].1,
                other => panic!("{what}: {other:?}"),
            };
            let batch = Batch::new([sequence], model.pad_id()).expect("a batch");
            let found = token_logps(&model, &arena, &batch).expect("a pass");
            let found = block_on(read(found)).expect("readback");
            for (found, expected) in paired(&what, found, numbers(&row["token_logps"])) {
                checks.absolute(&what, f64::from(found), expected, 1e-4);
            }
            let mut ids = [sequence.prompt.clone(), sequence.completion.clone()].concat();
            ids.pop();
            let logits = block_on(next_token_logits(&model, &arena, &ids)).expect("logits");
            let expected = numbers(&row["logits_predicting_last_token"]);
            for (found, expected) in paired(&what, logits, expected) {
                checks.absolute(&what, f64::from(found), expected, 1e-4);
            }
        }
    }
}
