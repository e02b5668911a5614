//! What must hold of rollouts whatever they are, on the CPU device: the gradient is the
//! loss's, batches change nothing that they must not, and what does not count counts for
//! nothing.

mod support;

use burn::tensor::Tensor;
use pollster::block_on;
use support::{model, sequence};
use tilt_engine::batch::Batch;
use tilt_engine::model::Model;
use tilt_engine::pass::vocabulary_logps;
use tilt_engine::random::Random;
use tilt_engine::readback::read;
use tilt_engine::sequence::Sequence;
use tilt_engine::session::{ScoreResult, Session, score_rollouts};
use tilt_protocol::config::TrlConfig;
use tilt_protocol::dataset::{RolloutCompletion, RolloutRow};
use tilt_protocol::{TrainSettings, metrics};

const END: u32 = 1;

/// Three prompts with two answers each, half of them whole; scored by chance.
fn rows(has_old: bool) -> Vec<RolloutRow> {
    let mut random = Random::from_seed(21);
    (0..3)
        .map(|line| {
            let prompt = sequence(&mut random, 4, 0).prompt;
            let completions = (0..2).map(|index| {
                let mut ids = sequence(&mut random, 0, 4 + 2 * index + line).completion;
                if index == 0 {
                    ids.push(END);
                }
                let logps = (0..ids.len()).map(|_| -3.6 + 0.15 * random.normal());
                RolloutCompletion {
                    old_logps: has_old.then(|| logps.collect()),
                    ids,
                    rewards: vec![Some(random.normal())],
                    advantage: None,
                }
            });
            RolloutRow {
                completions: completions.collect(),
                prompt,
                line: line + 1,
            }
        })
        .collect()
}

fn settings(config: &str, batch_size: usize) -> TrainSettings {
    let settings = TrlConfig::from_json(config).expect("a config").settings;
    TrainSettings {
        batch_size,
        ..settings
    }
}

struct Models {
    model: Model,
    policy: Tensor<1>,
    reference: Tensor<1>,
}

fn models() -> Models {
    let (model, policy) = model();
    let reference = policy.clone().mul_scalar(0.97);
    Models {
        model,
        policy,
        reference,
    }
}

impl Models {
    fn score_at(&self, policy: &Tensor<1>, rows: &[RolloutRow], s: &TrainSettings) -> ScoreResult {
        let scored = score_rollouts(&self.model, policy, &self.reference, rows, s);
        block_on(scored).expect("a score")
    }

    fn score(&self, rows: &[RolloutRow], settings: &TrainSettings) -> ScoreResult {
        self.score_at(&self.policy, rows, settings)
    }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 2e-5 * a.abs().max(b.abs()).max(1.0)
}

/// The loss rises along the gradient by as much as its norm says.
#[test]
fn the_gradient_is_that_of_the_loss() {
    let models = models();
    for config in [
        r#"{"trainer": "online_dpo", "beta": 0.4}"#,
        r#"{"trainer": "online_dpo", "loss_type": "ipo", "beta": 0.4}"#,
        r#"{"trainer": "rloo"}"#,
        r#"{"trainer": "rloo", "temperature": 0.7, "epsilon": 9}"#,
        r#"{"trainer": "grpo", "loss_type": "grpo", "beta": 0.2}"#,
        r#"{"trainer": "grpo", "loss_type": "dr_grpo", "temperature": 0.7, "beta": 0.2}"#,
        r#"{"trainer": "grpo", "temperature": 2, "importance_sampling_level": "sequence", "epsilon": 9}"#,
    ] {
        let settings = settings(config, 64);
        let rows = rows(true);
        let here = models.score(&rows, &settings);
        let norm = here.report.grad_norm;
        let direction = Tensor::<1>::from_data(&here.gradient[..], &models.model.device);
        let at = |step: f64| {
            let nudge = direction.clone().mul_scalar((step / norm) as f32);
            let moved = models.policy.clone() + nudge;
            models.score_at(&moved, &rows, &settings).report.loss
        };
        let slope = (at(2e-3) - at(-2e-3)) / 4e-3;
        assert!(norm > 1e-2, "{config}: {norm}");
        assert!(
            (slope / norm - 1.0).abs() < 2e-2,
            "{config}: {slope} {norm}"
        );
    }
}

/// At a temperature log-probs are those of the divided logits.
#[test]
fn log_probs_are_at_the_temperature() {
    let models = models();
    let rows = rows(false);
    let sequences: Vec<Sequence> = rows
        .iter()
        .flat_map(|row| {
            row.completions.iter().map(|completion| Sequence {
                prompt: row.prompt.clone(),
                completion: completion.ids.clone(),
            })
        })
        .collect();
    let batch = Batch::new(&sequences, 0).expect("a batch");
    let whole = vocabulary_logps(&models.model, &models.policy, &batch);
    let whole = block_on(whole).expect("log-probs");
    let vocab = models.model.config.vocab_size;
    for temperature in [0.5, 1.0, 3.0] {
        let config = format!(r#"{{"trainer": "grpo", "temperature": {temperature}}}"#);
        let found = models.score(&rows, &settings(&config, 64)).report;
        let Some(tilt_protocol::Sides::Single { completion: found }) = found.logps.policy else {
            panic!("log-probs of completions");
        };
        for ((sequence, span), found) in sequences.iter().zip(&batch.spans).zip(found) {
            let of_token = |(&id, at): (&u32, usize)| {
                let logits = &whole[at * vocab..(at + 1) * vocab];
                let scaled = |logp: f32| f64::from(logp) / temperature;
                let sum: f64 = logits.iter().map(|&logp| scaled(logp).exp()).sum();
                scaled(logits[id as usize]) - sum.ln()
            };
            let tokens = sequence.completion.iter().zip(span.clone());
            let expected: f64 = tokens.map(of_token).sum();
            assert!(
                (found - expected).abs() < 1e-3,
                "{temperature}: {found} {expected}"
            );
        }
    }
}

#[test]
fn batches_change_no_loss_that_knows_none() {
    let models = models();
    let rows = rows(true);
    for (config, sizes) in [
        (r#"{"trainer": "rloo"}"#, [2, 3]),
        (r#"{"trainer": "online_dpo"}"#, [1, 3]),
        (
            r#"{"trainer": "grpo", "loss_type": "grpo", "beta": 0.1}"#,
            [2, 3],
        ),
        (r#"{"trainer": "grpo", "loss_type": "dr_grpo"}"#, [2, 3]),
        // Means over the tokens of all batches: any size will do.
        (r#"{"trainer": "grpo"}"#, [4, 5]),
        (
            r#"{"trainer": "grpo", "loss_type": "cispo", "epsilon_high": 5}"#,
            [4, 5],
        ),
        (
            r#"{"trainer": "grpo", "mask_truncated_completions": true}"#,
            [2, 5],
        ),
    ] {
        let whole = models.score(&rows, &settings(config, 64));
        for size in sizes {
            let parts = models.score(&rows, &settings(config, size));
            assert!(
                close(parts.report.loss, whole.report.loss),
                "{config} {size}"
            );
            assert_eq!(parts.report.advantages, whole.report.advantages, "{config}");
            for (part, whole) in parts.gradient.iter().zip(&whole.gradient) {
                let (part, whole) = (f64::from(*part), f64::from(*whole));
                assert!(
                    (part - whole).abs() < 1e-5 * (1.0 + whole.abs()),
                    "{config}"
                );
            }
        }
    }
}

#[test]
fn what_stands_behind_the_end_of_text_counts_for_nothing() {
    let models = models();
    let rows = rows(true);
    let mut longer = rows.clone();
    for completion in longer.iter_mut().flat_map(|row| &mut row.completions) {
        if completion.ids.contains(&END) {
            completion.ids.extend([5, 6, 7]);
            let old = completion.old_logps.as_mut().expect("old log-probs");
            old.extend([-1.0, -9.0, -4.0]);
        }
    }
    for trainer in ["grpo", "rloo", "online_dpo"] {
        let settings = settings(&format!(r#"{{"trainer": "{trainer}"}}"#), 64);
        let found = models.score(&longer, &settings);
        assert_eq!(found, models.score(&rows, &settings), "{trainer}");
    }
}

/// A masked answer keeps its place in baseline and mean, and loses its gradient.
#[test]
fn a_masked_answer_has_no_gradient() {
    let models = models();
    let rows = rows(true);
    let masked = r#"{"trainer": "rloo", "beta": 0, "mask_truncated_completions": true}"#;
    let masked = models.score(&rows, &settings(masked, 64));
    let advantages = masked.report.advantages.clone().expect("advantages");
    let mut weightless = rows.clone();
    let completions = weightless.iter_mut().flat_map(|row| &mut row.completions);
    let mut without = 0.0;
    for (completion, advantage) in completions.zip(&advantages) {
        let is_whole = completion.ids.contains(&END);
        completion.advantage = Some(if is_whole { *advantage } else { 0.0 });
        without -= if is_whole { 0.0 } else { advantage / 6.0 };
    }
    let plain = settings(r#"{"trainer": "rloo", "beta": 0}"#, 64);
    let plain = models.score(&weightless, &plain);
    assert!(close(masked.report.loss, plain.report.loss + without));
    for (masked, plain) in masked.gradient.iter().zip(&plain.gradient) {
        assert!((masked - plain).abs() < 1e-6);
    }
}

/// The first step on answers that the policy has just given has ratios of exactly 1, the
/// second no more.
#[test]
fn a_run_on_rollouts_leaves_what_sampled_them_behind() {
    let models = models();
    let rows = rows(false);
    let config = r#"{"trainer": "rloo", "learning_rate": 0.01, "max_steps": 2}"#;
    let settings = settings(config, 6);
    let started = Session::start_on_rollouts(
        &models.model,
        models.policy.clone(),
        &models.reference,
        &rows,
        settings.clone(),
    );
    let mut session = block_on(started).expect("a session");
    let loss = |session: &mut Session| {
        let outcome = block_on(session.step(&models.model)).expect("a step");
        outcome.metrics.get(metrics::LOSS).expect("a loss")
    };
    let first = loss(&mut session);
    assert!(first.abs() < 1e-12, "{first}");
    assert!(loss(&mut session) < -1e-3);
    let scored = models.score(&rows, &settings).report;
    assert!(scored.loss.abs() < 1e-12 && scored.grad_norm > 0.0);
    let policy = block_on(read(session.policy().clone())).expect("readback");
    assert!(policy.iter().all(|weight| weight.is_finite()));
}

#[test]
fn without_a_number_there_is_no_advantage() {
    let models = models();
    let mut rows = rows(false);
    rows[1].completions[0].rewards = vec![None];
    for trainer in ["grpo", "rloo"] {
        let settings = settings(&format!(r#"{{"trainer": "{trainer}", "beta": 0}}"#), 64);
        let found = models.score(&rows, &settings).report;
        let advantages = found.advantages.expect("advantages");
        assert_eq!(advantages[2..4], [0.0, 0.0], "{trainer}");
        for group in [0..2, 4..6] {
            assert!(advantages[group].iter().sum::<f64>().abs() < 1e-12);
        }
    }
}
