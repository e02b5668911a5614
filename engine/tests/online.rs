//! Runs on the policy's own answers, on the shipped `nano` and the CPU device.

use burn::tensor::{Device, Tensor};
use pollster::block_on;
use std::path::Path;
use tilt_engine::model::{Model, ModelFiles};
use tilt_engine::readback::read;
use tilt_engine::session::Session;
use tilt_engine::session::online::{PromptSource, RewardFunction, Sampler, prompts_of};
use tilt_protocol::config::TrlConfig;
use tilt_protocol::dataset::parse_prompts;
use tilt_protocol::{Error, Metrics, Result, metrics};

const PROMPTS: &str = r#"{"prompt": [{"role": "user", "content": "What colour is a lemon?"}]}
{"prompt": [{"role": "user", "content": "Hello there!"}]}
{"prompt": [{"role": "user", "content": "How do I make tea?"}]}
"#;

fn nano() -> (Model, Tensor<1>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/models/nano");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).expect(name);
    let files = ModelFiles {
        config: &text("config.json"),
        weights: &std::fs::read(folder.join("model.safetensors")).expect("weights"),
        tokenizer: Some(&text("tokenizer.json")),
        tokenizer_config: Some(&text("tokenizer_config.json")),
    };
    Model::load(&files, &Device::flex()).expect("nano loads")
}

fn started(config: &str) -> Result<(Model, Session)> {
    let (model, policy) = nano();
    let (prompts, errors) = prompts_of(parse_prompts(PROMPTS), &model)?;
    assert_eq!(errors, []);
    let settings = TrlConfig::from_json(config)?.settings;
    let source = PromptSource {
        prompts,
        rewards: vec![
            RewardFunction::of_spec("judge:polite=1")?,
            RewardFunction::of_spec("judge:short")?,
        ],
    };
    let sampler = Sampler::new(source, &settings)?;
    let session = Session::start_online(&model, policy.clone(), &policy, sampler, settings)?;
    Ok((model, session))
}

/// The metrics of each step, and the policy after the last.
fn run(config: &str) -> (Vec<Metrics>, Vec<f32>) {
    let (model, mut session) = started(config).expect("a session");
    let mut steps = Vec::new();
    while !session.is_finished() {
        let outcome = block_on(session.step(&model)).expect("a step");
        steps.push(outcome.metrics);
    }
    let policy = block_on(read(session.policy().clone())).expect("readback");
    (steps, policy)
}

fn metric(metrics: &Metrics, name: &str) -> f64 {
    metrics.get(name).unwrap_or(f64::NAN)
}

#[test]
fn online_dpo_learns_from_its_own_answers_and_repeats() {
    let config = |seed: u64| {
        format!(
            r#"{{"trainer": "online_dpo", "learning_rate": 1e-3, "max_steps": 3,
                "max_new_tokens": 12, "per_device_train_batch_size": 2, "seed": {seed}}}"#
        )
    };
    let (steps, policy) = run(&config(1));
    assert_eq!(steps.len(), 3);
    // Policy and reference are one model at first.
    assert!((metric(&steps[0], metrics::LOSS) - std::f64::consts::LN_2).abs() < 1e-6);
    assert_eq!(metric(&steps[0], metrics::OBJECTIVE_KL), 0.0);
    assert_ne!(metric(&steps[2], metrics::OBJECTIVE_KL), 0.0);
    let scores = metric(&steps[0], metrics::SCORES);
    assert!((0.0..=2.0).contains(&scores), "{scores}");
    let (again, same) = run(&config(1));
    assert_eq!((again, same), (steps.clone(), policy));
    let (other, _) = run(&config(2));
    assert_ne!(other, steps);
    // Three prompts, two at a time: an epoch has two steps.
    assert_eq!(metric(&steps[2], metrics::EPOCH), 1.5);
}

#[test]
fn groups_are_sampled_together_and_used_as_often_as_asked() {
    let (steps, _) = run(
        r#"{"trainer": "grpo", "learning_rate": 1e-3, "max_steps": 4, "num_generations": 4,
            "per_device_train_batch_size": 2, "gradient_accumulation_steps": 2,
            "num_iterations": 2, "max_completion_length": 10, "loss_type": "grpo"}"#,
    );
    let of = |name: &str| -> Vec<f64> { steps.iter().map(|step| metric(step, name)).collect() };
    // Four answers a step, each used twice: rewards change with every second step.
    let rewards = of(metrics::REWARD);
    assert_eq!((rewards[0], rewards[2]), (rewards[1], rewards[3]));
    let names = of("rewards/polite/mean");
    assert!(names.iter().all(|mean| (0.0..=1.0).contains(mean)));
    // The first pass over them is on policy: advantages sum to 0, and so does the loss.
    let losses = of(metrics::LOSS);
    assert!(
        losses[0].abs() < 1e-9 && losses[2].abs() < 1e-9,
        "{losses:?}"
    );
    let is_constant = of(metrics::FRAC_REWARD_ZERO_STD);
    assert!(
        losses[1].abs() > 1e-9 || is_constant[0] == 1.0,
        "{losses:?}"
    );
    assert!(
        of(metrics::COMPLETIONS_CLIPPED)
            .iter()
            .all(|share| *share <= 1.0)
    );
}

#[test]
fn rloo_goes_on_under_a_temperature_and_a_reference() {
    let (steps, policy) = run(
        r#"{"trainer": "rloo", "learning_rate": 1e-3, "max_steps": 3, "num_generations": 2,
            "per_device_train_batch_size": 4, "max_completion_length": 10, "temperature": 0.7}"#,
    );
    assert_eq!(metric(&steps[0], metrics::KL), 0.0);
    assert!(
        steps
            .iter()
            .all(|step| metric(step, metrics::LOSS).is_finite())
    );
    assert!(policy.iter().all(|weight| weight.is_finite()));
}

/// A reward model of the same vocabulary scores the policy's tokens.
#[test]
fn a_reward_model_scores_answers() {
    let (policy_model, policy) = nano();
    let (model, arena) = nano();
    let (model, arena) = model.with_score_head(arena, 3);
    let (language_model, same) = nano();
    let refused = RewardFunction::of_model("nano", language_model, same, &policy_model);
    assert!(refused.is_err());
    let reward = RewardFunction::of_model("own", model, arena, &policy_model).expect("a reward");
    let (prompts, _) = prompts_of(parse_prompts(PROMPTS), &policy_model).expect("prompts");
    let config = r#"{"trainer": "rloo", "max_steps": 1, "num_generations": 2,
        "per_device_train_batch_size": 4, "max_completion_length": 8}"#;
    let settings = TrlConfig::from_json(config).expect("a config").settings;
    let source = PromptSource {
        prompts,
        rewards: vec![reward],
    };
    let sampler = Sampler::new(source, &settings).expect("a sampler");
    let started = Session::start_online(&policy_model, policy.clone(), &policy, sampler, settings);
    let mut session = started.expect("a session");
    let outcome = block_on(session.step(&policy_model)).expect("a step");
    let spread = metric(&outcome.metrics, "rewards/own/std");
    assert!(spread > 0.0, "{:?}", outcome.metrics);
    assert_eq!(metric(&outcome.metrics, metrics::FRAC_REWARD_ZERO_STD), 0.0);
}

#[test]
fn what_does_not_fit_together_is_refused_by_name() {
    for (config, field) in [
        (
            r#"{"trainer": "grpo", "per_device_train_batch_size": 6, "max_steps": 1}"#,
            "num_generations",
        ),
        (
            r#"{"trainer": "rloo", "gradient_accumulation_steps": 2, "steps_per_generation": 3, "max_steps": 1}"#,
            "steps_per_generation",
        ),
        (r#"{"trainer": "ppo", "max_steps": 1}"#, "trainer"),
    ] {
        match started(config).map(|_| ()) {
            Err(Error::InvalidConfig { field: found, .. }) => assert_eq!(found, field),
            other => panic!("{config}: {other:?}"),
        }
    }
}

#[test]
fn a_prompt_without_room_for_an_answer_is_told_by_line() {
    let (model, _) = nano();
    let long = "word ".repeat(400);
    let text = format!("{{\"prompt\": \"Hi\"}}\n{{\"prompt\": \"{long}\"}}\n");
    let (prompts, errors) = prompts_of(parse_prompts(&text), &model).expect("prompts");
    assert_eq!(prompts.len(), 1);
    assert_eq!(errors.iter().map(Error::line).collect::<Vec<_>>(), [2]);
}
