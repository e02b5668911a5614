use super::*;
use crate::config::{TrlConfig, trl_config};
use crate::objective::Objective;
use crate::settings::TrainSettings;

fn read_online(text: &str) -> OnlineObjective {
    match TrlConfig::from_json(text).unwrap().settings.objective {
        Objective::Online(online) => online,
        other => panic!("{other:?}"),
    }
}

fn message(text: &str) -> String {
    TrlConfig::from_json(text).unwrap_err().to_string()
}

#[test]
fn what_is_left_out_has_trls_default() {
    for (trainer, learning_rate, expected) in [
        (
            "online_dpo",
            5e-7,
            OnlineObjective::OnlineDpo(OnlineDpoObjective::default()),
        ),
        (
            "rloo",
            1e-6,
            OnlineObjective::Rloo(RlooObjective::default()),
        ),
        (
            "grpo",
            1e-6,
            OnlineObjective::Grpo(GrpoObjective::default()),
        ),
        ("ppo", 3e-6, OnlineObjective::Ppo(PpoObjective::default())),
    ] {
        let text = format!(r#"{{"trainer": "{trainer}"}}"#);
        let config = TrlConfig::from_json(&text).unwrap();
        assert_eq!(config.settings.objective, Objective::Online(expected));
        assert_eq!(config.settings.learning_rate, learning_rate, "{trainer}");
        assert!(!config.has_num_generations && !config.has_completion_length);
    }
}

#[test]
fn every_field_is_read_and_written() {
    for text in [
        r#"{"trainer": "online_dpo", "loss_type": "ipo", "beta": [0.2], "max_new_tokens": 12,
            "missing_eos_penalty": 1, "reward_weights": [1, 0.5], "temperature": 0.8,
            "top_p": 0.9, "top_k": 5, "min_p": 0.1, "repetition_penalty": 1.2}"#,
        r#"{"trainer": "online_dpo", "loss_type": "exo_pair", "label_smoothing": 0.01,
            "num_iterations": 3, "steps_per_generation": 8, "renew_reference": true,
            "max_new_tokens": 12}"#,
        r#"{"trainer": "online_dpo", "loss_type": "discopop", "discopop_tau": 0.2,
            "max_new_tokens": 12}"#,
        r#"{"trainer": "rloo", "beta": 0.1, "epsilon": 0.1, "epsilon_high": 0.3,
            "normalize_advantages": true, "reward_clip_range": [-1, 2], "num_iterations": 2,
            "num_generations": 4, "max_completion_length": 16, "steps_per_generation": 3,
            "mask_truncated_completions": true, "reward_weights": [1]}"#,
        r#"{"trainer": "grpo", "loss_type": "cispo", "beta": 0.04, "epsilon": 0.1,
            "epsilon_high": 5, "delta": 4, "importance_sampling_level": "sequence",
            "use_bias_correction_kl": false, "scale_rewards": "batch", "num_generations": 6}"#,
        r#"{"trainer": "ppo", "num_ppo_epochs": 2, "num_mini_batches": 3, "share_trunk": true, "kl_coef": 0.1, "kl_target": 6,
            "kl_estimator": "k3", "whiten_rewards": true, "gamma": 0.9, "lam": 0.8,
            "cliprange": 0.1, "vf_coef": 0.2, "cliprange_value": 0.3, "response_length": 20,
            "stop_token": "eos", "missing_eos_penalty": 1}"#,
    ] {
        let read = read_online(text);
        let written = Value::Object(write(&read)).to_string();
        assert_eq!(read_online(&written), read, "{written}");
        let Value::Object(given) = serde_json::from_str(text).unwrap() else {
            panic!("{text}");
        };
        let defaults = write(&read_online(&format!(
            r#"{{"trainer": "{}"}}"#,
            read.trainer()
        )));
        let written = write(&read);
        for name in given.keys().filter(|name| *name != "trainer") {
            assert_ne!(written.get(name), defaults.get(name), "{name} of {text}");
        }
        let config = TrlConfig::from_json(text).unwrap();
        assert_eq!(config.unused, Vec::<String>::new());
        assert!(config.has_completion_length || text.contains("cispo"));
    }
}

#[test]
fn a_run_equals_its_trl_config() {
    for trainer in ["online_dpo", "rloo", "grpo", "ppo"] {
        let online = read_online(&format!(r#"{{"trainer": "{trainer}"}}"#));
        let settings = TrainSettings {
            steps: 7,
            ..TrainSettings::trl_defaults(Objective::Online(online))
        };
        let text = Value::Object(trl_config(&settings)).to_string();
        assert_eq!(TrlConfig::from_json(&text).unwrap().settings, settings);
    }
}

#[test]
fn scale_rewards_may_be_a_truth_value() {
    for (text, expected) in [
        ("true", ScaleRewards::Group),
        ("false", ScaleRewards::None),
        ("\"none\"", ScaleRewards::None),
    ] {
        let read = read_online(&format!(
            r#"{{"trainer": "grpo", "scale_rewards": {text}}}"#
        ));
        let OnlineObjective::Grpo(grpo) = read else {
            panic!("{read:?}");
        };
        assert_eq!(grpo.scale_rewards, expected);
    }
}

#[test]
fn a_value_out_of_range_says_what_was_expected() {
    for (text, expected) in [
        (
            r#"{"trainer": "grpo", "loss_type": "sigmoid"}"#,
            "loss_type: got sigmoid, expected grpo, bnpo, dr_grpo, dapo or cispo",
        ),
        (
            r#"{"trainer": "grpo", "importance_sampling_level": "word"}"#,
            "importance_sampling_level: got word, expected token or sequence",
        ),
        (
            r#"{"trainer": "grpo", "num_generations": 1}"#,
            "num_generations: got 1, expected a whole number from 2",
        ),
        (
            r#"{"trainer": "rloo", "reward_clip_range": [2, 1]}"#,
            "reward_clip_range: got [2, 1], expected two numbers, the smaller one first",
        ),
        (
            r#"{"trainer": "rloo", "temperature": 0}"#,
            "temperature: got 0, expected a number above 0",
        ),
        (
            r#"{"trainer": "online_dpo", "beta": [0.1, 0.2]}"#,
            "beta: got 2 numbers, expected one number, for the whole run",
        ),
        (
            r#"{"trainer": "online_dpo", "loss_type": "sft"}"#,
            "loss_type: got sft, expected a loss that compares two answers",
        ),
        (
            r#"{"trainer": "online_dpo", "num_iterations": 0}"#,
            "num_iterations: got 0, expected a whole number from 1",
        ),
        (
            r#"{"trainer": "online_dpo", "max_new_tokens": 8, "max_completion_length": 9}"#,
            "max_new_tokens: got 8, expected 9, as max_completion_length is",
        ),
        (
            r#"{"trainer": "ppo", "kl_estimator": "k2"}"#,
            "kl_estimator: got k2, expected k1 or k3",
        ),
        (
            r#"{"trainer": "grpoo"}"#,
            "trainer: got grpoo, expected dpo, kto, cpo, orpo, sft, reward, online_dpo, rloo, grpo or ppo",
        ),
        (
            r#"{"trainer": "grpo", "num_generation": 4}"#,
            "unknown field \"num_generation\", did you mean \"num_generations\"?",
        ),
    ] {
        assert_eq!(message(text), expected);
    }
}
