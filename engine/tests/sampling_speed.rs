//! How fast the shipped model `small` answers, natively or as wasm in Node.js: a measurement,
//! run only where it is asked for.
//!
//! `cargo xtask bench --sampling` says how.

use burn::tensor::Device;
use tilt_engine::bench::time_sampling;
use tilt_engine::evaluate::{prompt_ids, some_held_out_prompts};
use tilt_engine::model::{Model, ModelFiles};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

#[wasm_bindgen_test(unsupported = test)]
#[ignore = "a measurement"]
fn sixty_four_answers_of_small() {
    let files = ModelFiles {
        config: include_str!("../../public/models/small/config.json"),
        weights: include_bytes!("../../public/models/small/model.safetensors"),
        tokenizer: Some(include_str!("../../public/models/small/tokenizer.json")),
        tokenizer_config: Some(include_str!(
            "../../public/models/small/tokenizer_config.json"
        )),
    };
    let (model, arena) = Model::load(&files, &Device::flex()).expect("a model");
    let prompts: Vec<Vec<u32>> = some_held_out_prompts(&model, 64)
        .iter()
        .map(|prompt| prompt_ids(&model, &prompt.text).expect("ids"))
        .collect();
    let report = pollster::block_on(time_sampling(&model, &arena, &prompts, 5));
    let report = report.expect("a report");
    let text = serde_json::to_string(&report).expect("JSON");
    // Node.js shows what goes to its console, a program what is printed.
    if cfg!(target_arch = "wasm32") {
        console_log!("{text}");
    } else {
        println!("{text}");
    }
    assert_eq!(report.answers, 64);
    let composed = report
        .composed
        .expect("a build with the feature `baseline`");
    assert_eq!(report.kernels.tokens, composed.tokens);
}
