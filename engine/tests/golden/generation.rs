//! `generation.json`: greedy answers and next-token probabilities.

use crate::checks::{Checks, load_on, paired};
use crate::set::{GoldenSet, ids, number, numbers};
use burn::tensor::Device;
use pollster::block_on;
use tilt_engine::generate::{Pick, generate, next_token_logits, probabilities};
use tilt_protocol::Sampling;

pub fn generation(set: &GoldenSet, device: &Device, checks: &mut Checks) {
    let (model, arena) = load_on(set, "policy", device);
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
        for (found, expected) in paired(&what, &answer.logps, numbers(&case["greedy_logps"])) {
            checks.absolute(&what, *found, expected, 1e-4);
        }

        let logits = block_on(next_token_logits(&model, &arena, &prompt)).expect("logits");
        let draw = |sampling: Sampling| probabilities(&logits, &prompt, &sampling);
        let all = Sampling::default();
        let filtered = &case["filtered"];
        for (sampling, expected) in [
            (all, &case["next_probs"]),
            (
                Sampling {
                    temperature: 0.7,
                    ..all
                },
                &filtered["temperature0.7"],
            ),
            (
                Sampling {
                    repetition_penalty: 1.3,
                    ..all
                },
                &filtered["repetition1.3"],
            ),
        ] {
            let (found, expected) = (draw(sampling), numbers(expected));
            // The whole distribution, or under a filter of all its first numbers.
            let is_whole = sampling == all;
            assert!(!expected.is_empty(), "{what}");
            checks.equal(&what, &(found.len() == expected.len()), &is_whole);
            checks.absolute(&what, found.iter().sum(), 1.0, 1e-9);
            let first = found.into_iter().take(expected.len());
            for (found, expected) in paired(&what, first, expected) {
                checks.absolute(&what, found, expected, 1e-5);
            }
        }
        let mild = Sampling {
            temperature: 1.3,
            top_k: Some(20),
            top_p: 0.8,
            ..all
        };
        for (name, sampling) in [
            (
                "temp0.9_top_k5",
                Sampling {
                    temperature: 0.9,
                    top_k: Some(5),
                    ..all
                },
            ),
            ("top_p0.9", Sampling { top_p: 0.9, ..all }),
            ("temp1.3_top_k20_top_p0.8", mild),
            ("min_p0.1", Sampling { min_p: 0.1, ..all }),
        ] {
            let what = format!("{what} {name}");
            let found = draw(sampling);
            let kept: Vec<u32> = (0..found.len() as u32)
                .filter(|&id| found[id as usize] > 0.0)
                .collect();
            checks.equal(&what, &kept, &ids(&filtered[name]["ids"]));
            let probs = filtered[name]["probs"].as_array().expect("p");
            for (id, expected) in paired(&what, &kept, probs) {
                checks.absolute(&what, found[*id as usize], number(expected), 1e-5);
            }
        }
    }
}
