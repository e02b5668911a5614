//! Runs on the policy's own answers, on the shipped `nano` and the CPU device.

use burn::tensor::{Device, Tensor};
use pollster::block_on;
use std::path::Path;
use tilt_engine::model::{Model, ModelFiles};
use tilt_engine::readback::read;
use tilt_engine::session::critic::Critic;
use tilt_engine::session::online::{
    AskedPair, PromptSource, RewardFunction, RewardModel, Sampler, prompts_of,
};
use tilt_engine::session::{Advance, Session};
use tilt_protocol::config::TrlConfig;
use tilt_protocol::dataset::parse_prompts;
use tilt_protocol::{Error, Metrics, Result, Reward, Verdict, metrics};

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

/// The file's prompts, and two judges.
fn source(model: &Model) -> Result<PromptSource> {
    let (prompts, errors) = prompts_of(parse_prompts(PROMPTS), model)?;
    assert_eq!(errors, []);
    Ok(PromptSource {
        prompts,
        rewards: vec![
            RewardFunction::of(&Reward::of_spec("judge:polite=1")?, None)?,
            RewardFunction::of(&Reward::of_spec("judge:short")?, None)?,
        ],
    })
}

fn started(config: &str) -> Result<(Model, Session)> {
    let (model, policy) = nano();
    let settings = TrlConfig::from_json(config)?.settings;
    let sampler = Sampler::new(source(&model)?, &settings)?;
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

/// Pairs of a round are used as often as asked; then the policy answers again, and is the
/// reference from there on, where that is asked for.
#[test]
fn a_round_begins_with_the_policy_as_its_reference() {
    let config = |renews: bool| {
        format!(
            r#"{{"trainer": "online_dpo", "learning_rate": 1e-3, "max_steps": 8,
                "max_new_tokens": 10, "per_device_train_batch_size": 2, "num_iterations": 2,
                "steps_per_generation": 2, "renew_reference": {renews}}}"#
        )
    };
    let [renewed, kept] = [true, false].map(|renews| run(&config(renews)).0);
    let kl = |steps: &[Metrics]| -> Vec<f64> {
        let of = steps.iter().map(|step| metric(step, metrics::OBJECTIVE_KL));
        of.collect()
    };
    // Three prompts in batches of two are two steps, and a round uses them twice.
    assert_eq!(kl(&renewed)[..4], kl(&kept)[..4]);
    assert!(
        kl(&kept)[1..].iter().all(|kl| *kl != 0.0),
        "{:?}",
        kl(&kept)
    );
    assert_eq!(kl(&renewed)[4], 0.0);
    assert!((metric(&renewed[4], metrics::LOSS) - std::f64::consts::LN_2).abs() < 1e-6);
    assert_ne!(metric(&renewed[5], metrics::OBJECTIVE_KL), 0.0);
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
    let refused = RewardModel::given("nano", language_model, same, &policy_model);
    assert!(refused.is_err());
    let reward = RewardModel::given("own", model, arena, &policy_model).expect("a reward");
    let reward = RewardFunction::of_model("own", std::rc::Rc::new(reward));
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

const EACH_TRAINER: [&str; 7] = [
    r#"{"trainer": "online_dpo", "learning_rate": 1e-3, "max_steps": 4, "max_new_tokens": 10,
        "per_device_train_batch_size": 2}"#,
    r#"{"trainer": "rloo", "learning_rate": 1e-3, "max_steps": 4, "num_generations": 2,
        "per_device_train_batch_size": 4, "max_completion_length": 10, "num_iterations": 2,
        "steps_per_generation": 2}"#,
    r#"{"trainer": "grpo", "learning_rate": 1e-3, "max_steps": 4, "num_generations": 2,
        "per_device_train_batch_size": 4, "max_completion_length": 10, "num_iterations": 2,
        "steps_per_generation": 2, "beta": 0.1}"#,
    r#"{"trainer": "ppo", "learning_rate": 1e-3, "max_steps": 4, "num_mini_batches": 2,
        "per_device_train_batch_size": 2, "response_length": 10, "num_ppo_epochs": 2}"#,
    STEERED,
    ROUNDS,
    ONE_TRUNK,
];

/// PPO whose values are read off the policy.
const ONE_TRUNK: &str = r#"{"trainer": "ppo", "learning_rate": 1e-3, "max_steps": 4,
    "num_mini_batches": 2, "per_device_train_batch_size": 2, "response_length": 10,
    "num_ppo_epochs": 2, "vf_coef": 0.5, "share_trunk": true}"#;

/// Online DPO in rounds of two steps, each with a reference of its own.
const ROUNDS: &str = r#"{"trainer": "online_dpo", "learning_rate": 1e-3, "max_steps": 4,
    "max_new_tokens": 10, "per_device_train_batch_size": 2, "steps_per_generation": 2,
    "loss_type": "hinge", "renew_reference": true}"#;

/// PPO whose KL is steered, with a sampling a step.
const STEERED: &str = r#"{"trainer": "ppo", "learning_rate": 1e-3, "max_steps": 4,
    "per_device_train_batch_size": 2, "response_length": 10, "num_ppo_epochs": 1,
    "kl_coef": 0.05, "kl_target": 6}"#;

#[test]
fn the_price_of_a_kl_that_is_steered_follows_it() {
    let (steps, _) = run(STEERED);
    let of = |name: &str| -> Vec<f64> { steps.iter().map(|step| metric(step, name)).collect() };
    let (prices, kls) = (of(metrics::KL_COEF), of(metrics::OBJECTIVE_KL));
    assert_eq!(prices[0], 0.05);
    for step in 1..4 {
        let error = ((kls[step - 1] - 6.0) / 6.0).clamp(-0.2, 0.2);
        let expected = prices[step - 1] * (1.0 + 0.1 * error);
        assert!(
            (prices[step] - expected).abs() < 1e-12,
            "{prices:?}, {kls:?}"
        );
    }
    // What is taken off the rewards is that price's.
    let parts = of(metrics::NON_SCORE_REWARD)
        .into_iter()
        .zip(prices)
        .zip(kls);
    assert!(
        parts
            .into_iter()
            .all(|((part, price), kl)| (part + price * kl).abs() < 1e-12)
    );
}

/// Without a word of the value loss a trunk of its own and a shared one are trained alike; with
/// it the shared one follows the values too.
#[test]
fn a_shared_trunk_is_moved_by_the_values_too() {
    let after_a_step = |share_trunk: bool, vf_coef: f64| {
        run(&format!(
            r#"{{"trainer": "ppo", "learning_rate": 1e-3, "max_steps": 1, "vf_coef": {vf_coef},
                "per_device_train_batch_size": 2, "response_length": 10, "num_ppo_epochs": 1,
                "share_trunk": {share_trunk}}}"#
        ))
    };
    let (_, before) = nano();
    let before = block_on(read(before)).expect("readback");
    let furthest = |a: &[f32], b: &[f32]| -> f32 {
        let apart = a.iter().zip(b).map(|(a, b)| (a - b).abs());
        apart.fold(0.0, f32::max)
    };
    let (own, alone) = after_a_step(false, 0.0);
    let (shared, unmoved) = after_a_step(true, 0.0);
    assert_eq!(own, shared);
    assert!(furthest(&alone, &before) > 1e-4);
    assert!(furthest(&alone, &unmoved) < 1e-6);
    // Clipped, or the joint norm alone would tell them apart.
    let (_, moved) = after_a_step(true, 0.5);
    let (_, apart) = after_a_step(false, 0.5);
    assert!(
        furthest(&moved, &apart) > 1e-4,
        "{}",
        furthest(&moved, &apart)
    );
}

#[test]
fn a_value_model_that_was_given_has_a_trunk_of_its_own() {
    let (model, policy) = nano();
    let (value, weights) = nano();
    let (value, weights) = value.with_score_head(weights, 3);
    let critic = Critic::given("own", value, weights, &model).expect("a value model");
    let settings = TrlConfig::from_json(ONE_TRUNK).expect("a config").settings;
    let sampler = Sampler::new(source(&model).expect("a source"), &settings).expect("a sampler");
    let begun = Session::start_online_with(
        &model,
        policy.clone(),
        &policy,
        sampler,
        Some(critic),
        settings,
    );
    match begun.map(|_| ()) {
        Err(Error::InvalidConfig { field, .. }) => assert_eq!(field, "share_trunk"),
        other => panic!("{other:?}"),
    }
}

/// Saved after each piece of it, also between a sampling and its steps, and restored, a run
/// comes to the same bytes.
#[test]
fn a_saved_run_goes_on_with_its_rollouts() {
    for config in EACH_TRAINER {
        let (model, mut whole) = started(config).expect("a session");
        let (_, mut pieces) = started(config).expect("a session");
        let reference = pieces.policy().clone();
        let mut seen = [0, 0];
        while !whole.is_finished() {
            let expected = block_on(whole.advance(&model)).expect("a piece");
            let bytes = block_on(pieces.save()).expect("a checkpoint");
            let source = source(&model).expect("a source");
            let restored = Session::restore_online(&bytes, &model, &reference, source);
            pieces = restored.expect("a session");
            let found = block_on(pieces.advance(&model)).expect("a piece");
            assert_eq!(found, expected, "{config}");
            seen[usize::from(matches!(found, Advance::Stepped(_)))] += 1;
        }
        assert_eq!(seen[1], 4);
        let samplings = match config {
            ROUNDS => 2,
            STEERED => 4,
            _ if config == EACH_TRAINER[0] => 4,
            _ => 1,
        };
        assert_eq!(seen[0], samplings, "{config}");
        let [whole, pieces] = [whole, pieces].map(|mut run| block_on(run.save()).expect("bytes"));
        assert!(whole == pieces, "{config}");
    }
}

/// What a sampling tells is what the metrics of its steps come from.
#[test]
fn each_answer_is_told_with_its_reward() {
    let (model, mut session) = started(EACH_TRAINER[2]).expect("a session");
    let Advance::Sampled(rollouts) = block_on(session.advance(&model)).expect("answers") else {
        panic!("nothing to train on before the first answers");
    };
    // Three prompts are an epoch, and no sampling crosses its end.
    assert_eq!(rollouts.len(), 6);
    assert_eq!(session.steps_taken(), 0);
    let rewards: Vec<f64> = rollouts.iter().filter_map(|one| one.reward).collect();
    let Advance::Stepped(outcome) = block_on(session.advance(&model)).expect("a step") else {
        panic!("answers are there");
    };
    let mean = rewards.iter().sum::<f64>() / 6.0;
    assert!((metric(&outcome.metrics, metrics::REWARD) - mean).abs() < 1e-12);
    for pair in rollouts.chunks(2) {
        assert_eq!(pair[0].prompt, pair[1].prompt);
        let advantages: f64 = pair.iter().filter_map(|one| one.advantage).sum();
        assert!(advantages.abs() < 1e-9);
    }
    for one in &rollouts {
        let sum: f64 = one.rewards.iter().flatten().sum();
        assert_eq!((one.rewards.len(), one.reward), (2, Some(sum)));
        // Policy and reference are one model as yet.
        assert!(one.kl.is_some_and(|kl| kl.abs() < 1e-4), "{:?}", one.kl);
    }
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let (model, mut session) = started(EACH_TRAINER[1]).expect("a session");
    block_on(session.advance(&model)).expect("answers");
    let bytes = block_on(session.save()).expect("a checkpoint");
    let reference = session.policy().clone();
    let restored = |bytes: &[u8], source: PromptSource| {
        Session::restore_online(bytes, &model, &reference, source).map(|_| ())
    };
    let mut fewer = source(&model).expect("a source");
    fewer.prompts.pop();
    match restored(&bytes, fewer) {
        Err(Error::InvalidConfig { field, .. }) => assert_eq!(field, "prompts"),
        other => panic!("{other:?}"),
    }
    assert!(Session::restore(&bytes, &model, &reference, Vec::new()).is_err());
    for end in [8, 100, bytes.len() / 2, bytes.len() - 1] {
        assert!(restored(&bytes[..end], source(&model).expect("a source")).is_err());
    }
    restored(&bytes, source(&model).expect("a source")).expect("the same run");
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

/// A run whose answers the learner judges.
fn asked() -> (Model, Session) {
    let (model, policy) = nano();
    let settings = TrlConfig::from_json(EACH_TRAINER[0])
        .expect("a config")
        .settings;
    let sampler = Sampler::new(source_of_learner(&model), &settings).expect("a sampler");
    let session = Session::start_online(&model, policy.clone(), &policy, sampler, settings);
    (model, session.expect("a session"))
}

fn source_of_learner(model: &Model) -> PromptSource {
    PromptSource {
        rewards: vec![RewardFunction::of(&Reward::Learner, None).expect("a reward")],
        ..source(model).expect("a source")
    }
}

/// The pairs that the run waits with.
fn pairs_of(session: &mut Session, model: &Model) -> Vec<AskedPair> {
    match block_on(session.advance(model)).expect("answers") {
        Advance::Asked(pairs) => pairs,
        other => panic!("{other:?}"),
    }
}

/// Who prefers what the judge prefers trains the same model as the judge.
#[test]
fn a_learner_who_agrees_with_the_judge_gets_its_policy() {
    let (model, mut judged) = started(EACH_TRAINER[0]).expect("a session");
    let (_, mut asked) = asked();
    while !judged.is_finished() {
        let Advance::Sampled(rollouts) = block_on(judged.advance(&model)).expect("answers") else {
            panic!("one step a sampling");
        };
        let pairs = pairs_of(&mut asked, &model);
        assert_eq!(pairs_of(&mut asked, &model), pairs, "asked once more");
        assert!(asked.prefer(vec![Verdict::A; pairs.len() + 1]).is_err());
        let mut verdicts = Vec::new();
        for (two, pair) in rollouts.chunks(2).zip(&pairs) {
            assert_eq!([&two[0].text, &two[1].text], pair.answers.each_ref());
            let is_first = two[0].reward >= two[1].reward;
            verdicts.push(if is_first { Verdict::A } else { Verdict::B });
        }
        asked.prefer(verdicts.clone()).expect("a verdict a pair");
        assert!(asked.prefer(verdicts).is_err(), "they have come already");
        let scored = block_on(asked.advance(&model)).expect("scored");
        assert!(matches!(scored, Advance::Sampled(_)));
        for session in [&mut judged, &mut asked] {
            let piece = block_on(session.advance(&model)).expect("a step");
            assert!(matches!(piece, Advance::Stepped(_)));
        }
    }
    assert!(asked.is_finished());
    let numbers = |session: &Session| block_on(read(session.policy().clone())).expect("numbers");
    assert!(numbers(&judged) == numbers(&asked));
}

#[test]
fn what_the_learner_leaves_out_is_not_trained_on() {
    let (model, mut session) = asked();
    let first = pairs_of(&mut session, &model);
    session
        .prefer(vec![Verdict::Tie; first.len()])
        .expect("verdicts");
    let Advance::Sampled(rollouts) = block_on(session.advance(&model)).expect("scored") else {
        panic!("nothing to train on");
    };
    assert!(rollouts.iter().all(|one| one.reward.is_none()));
    // There is nothing to step on, so others come.
    let second = pairs_of(&mut session, &model);
    assert_ne!(first, second);
    assert_eq!(session.steps_taken(), 0);

    // A run that is restored while it waits asks the same again.
    let bytes = block_on(session.save()).expect("a checkpoint");
    let reference = session.policy().clone();
    let restored = Session::restore_online(&bytes, &model, &reference, source_of_learner(&model));
    let mut restored = restored.expect("a session");
    assert_eq!(pairs_of(&mut restored, &model), second);

    let mut verdicts = vec![Verdict::BothBad; second.len()];
    verdicts[0] = Verdict::B;
    restored.prefer(verdicts).expect("verdicts");
    block_on(restored.advance(&model)).expect("scored");
    let Advance::Stepped(outcome) = block_on(restored.advance(&model)).expect("a step") else {
        panic!("one pair is there");
    };
    assert_eq!((outcome.step, outcome.margins.len()), (1, 1));
}

#[test]
fn the_learner_is_asked_for_pairs_alone() {
    let (model, _) = nano();
    let settings = TrlConfig::from_json(EACH_TRAINER[1])
        .expect("a config")
        .settings;
    match Sampler::new(source_of_learner(&model), &settings).map(|_| ()) {
        Err(Error::InvalidConfig { field, .. }) => assert_eq!(field, Reward::FIELD),
        other => panic!("{other:?}"),
    }
}
