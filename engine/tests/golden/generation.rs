//! `generation.json`: greedy answers and next-token probabilities.

use crate::checks::{Checks, load};
use crate::set::{GoldenSet, ids, number, numbers};
use burn::tensor::{Int, Tensor, TensorData};
use pollster::block_on;
use tilt_engine::generate::{Pick, generate, probabilities};
use tilt_engine::logps::read;
use tilt_protocol::Sampling;

pub fn generation(set: &GoldenSet, checks: &mut Checks) {
    let (model, arena) = load(set, "policy");
    for case in set.json("generation.json")["cases"]
        .as_array()
        .expect("cases")
    {
        let prompt = ids(&case["prompt_ids"]);
        let what = format!("prompt {}", case["prompt_ids"]);
        let prompts = std::slice::from_ref(&prompt);
        let answers = block_on(generate(&model, &arena, prompts, Pick::Greedy, 24, 0, 0));
        let answer = answers.expect("an answer").remove(0);
        checks.equal(&what, &answer.ids, &ids(&case["greedy_new_ids"]));
        checks.equal(&what, &answer.finished, &(case["stopped_by"] == "eos"));
        for (found, expected) in answer.logps.iter().zip(numbers(&case["greedy_logps"])) {
            checks.absolute(&what, *found, expected, 1e-4);
        }

        let row: Vec<i32> = prompt.iter().map(|&id| id as i32).collect();
        let (t, d) = (row.len(), model.config.n_embd);
        let tokens = Tensor::<2, Int>::from_data(TensorData::new(row, [1, t]), &model.device);
        let gpt = model.gpt(&arena);
        let last = gpt
            .hidden(tokens, None)
            .slice([0..1, t - 1..t, 0..d])
            .reshape([1, d]);
        let logits = block_on(read(gpt.logits(last))).expect("readback");
        let draw = |temperature: f64, top_k: Option<usize>, top_p: f64| {
            let sampling = Sampling {
                temperature,
                top_k,
                top_p,
                ..Sampling::default()
            };
            probabilities(&logits, &sampling)
        };
        let plain = draw(1.0, None, 1.0);
        for (found, expected) in plain.iter().zip(numbers(&case["next_probs"])) {
            checks.absolute(&what, *found, expected, 1e-5);
        }
        let filtered = &case["filtered"];
        for (found, expected) in draw(0.7, None, 1.0)
            .iter()
            .zip(numbers(&filtered["temperature0.7"]))
        {
            checks.absolute(&what, *found, expected, 1e-5);
        }
        for (name, found) in [
            ("temp0.9_top_k5", draw(0.9, Some(5), 1.0)),
            ("top_p0.9", draw(1.0, None, 0.9)),
            ("temp1.3_top_k20_top_p0.8", draw(1.3, Some(20), 0.8)),
        ] {
            let what = format!("{what} {name}");
            let kept: Vec<u32> = (0..found.len() as u32)
                .filter(|&id| found[id as usize] > 0.0)
                .collect();
            checks.equal(&what, &kept, &ids(&filtered[name]["ids"]));
            for (id, expected) in kept
                .iter()
                .zip(filtered[name]["probs"].as_array().expect("p"))
            {
                checks.absolute(&what, found[*id as usize], number(expected), 1e-5);
            }
        }
    }
}
