//! A run as one of TRL's trainers takes it: which trainer, and every field of its config.

use super::papers::sources;
use crate::config::{TrlConfig, trl_config};
use crate::error::{Error, Result};
use crate::objective::online::{OnlineDpoObjective, OnlineObjective};
use crate::objective::{DpoObjective, DpoTerm, Objective, RowKind, WeightedTerm};
use crate::objective_kind::ObjectiveKind;
use crate::reward::Reward;
use crate::settings::TrainSettings;
use serde_json::{Value, json};

/// A config's field under TRL's name.
pub type ConfigField = (String, Value);

/// The trainer that a run is repeated with.
#[derive(Clone, Debug, PartialEq)]
pub struct TrlRun {
    /// The run's objective, for people.
    pub title: String,
    /// Where trainer and config are imported from: `trl`, `trl.experimental.cpo`.
    pub module: &'static str,
    /// What their names begin with: `DPO` for `DPOTrainer` and `DPOConfig`.
    pub prefix: &'static str,
    /// transformers' class of the model.
    pub model_class: &'static str,
    /// True when the trainer takes a frozen `ref_model`.
    pub has_reference: bool,
    /// The loss and its parameters.
    pub objective: Vec<ConfigField>,
    /// Steps, optimiser, schedule, but for the size of a batch.
    pub training: Vec<ConfigField>,
    /// Rows of a micro-batch, over all processes.
    pub batch_size: usize,
    /// Where TRL cannot do quite the same, for the script's reader.
    pub notes: Vec<String>,
    /// What scores the answers of a run that samples its own; empty for one on given rows.
    pub rewards: Vec<TrlReward>,
}

/// A reward function as TRL's trainers take it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TrlReward {
    /// A model with a scalar head, in a folder beside the script.
    Model,
    /// So much is taken off for each token.
    Length(f64),
}

/// Seeds that numpy takes, and with it transformers.
const SEEDS: u64 = 1 << 32;

/// The objective's name for people, as the page has it; of a mixture without a name, its
/// parts.
pub fn objective_name(objective: &Objective) -> String {
    let same = |kind: &ObjectiveKind| {
        let beta = objective.beta().unwrap_or(kind.default_beta());
        kind.with_beta(beta) == *objective
    };
    match ObjectiveKind::ALL.into_iter().find(same) {
        Some(kind) => kind.title().to_owned(),
        None => {
            let parts: Vec<&str> = sources(objective).iter().map(|s| s.part).collect();
            parts.join(" + ")
        }
    }
}

/// The run's trainer and all fields of its config that decide the run.
///
/// `max_length` is written as the settings have it: bound it by the model's context first.
///
/// # Errors
/// [`Error::InvalidConfig`] for what TRL's fields cannot say: a cDPO of label smoothing 0.5
/// and more, a mixture whose losses differ in a parameter that TRL has once, and rounds of fresh
/// pairs or losses of these that its trainer does not know. Those of
/// [`TrainSettings::check`].
pub fn trl_run(settings: &TrainSettings) -> Result<TrlRun> {
    settings.check()?;
    let mut notes = Vec::new();
    let objective = in_trls_losses(&settings.objective, &mut notes)?;
    let fields = objective_fields(&objective, settings)?;
    let (module, prefix, model_class) = match objective {
        Objective::Dpo(_) => ("trl", "DPO", CAUSAL),
        Objective::Kto(_) => ("trl", "KTO", CAUSAL),
        Objective::Cpo(_) => ("trl.experimental.cpo", "CPO", CAUSAL),
        Objective::Orpo { .. } => ("trl.experimental.orpo", "ORPO", CAUSAL),
        Objective::Sft(_) => ("trl", "SFT", CAUSAL),
        Objective::Reward { .. } => ("trl", "Reward", SCORING),
        Objective::Online(OnlineObjective::OnlineDpo(ref online_dpo)) => {
            in_trls_online_dpo(online_dpo)?;
            ("trl.experimental.online_dpo", "OnlineDPO", CAUSAL)
        }
        Objective::Online(OnlineObjective::Rloo(_)) => ("trl", "RLOO", CAUSAL),
        Objective::Online(OnlineObjective::Grpo(_)) => ("trl", "GRPO", CAUSAL),
        Objective::Online(OnlineObjective::Ppo(_)) => {
            let expected = "another trainer: TRL has had no PPO since 1.12";
            return Err(Error::invalid("trainer", "ppo", expected));
        }
    };
    let rewards = match objective {
        Objective::Online(_) => trl_rewards(&settings.rewards, &mut notes)?,
        _ => Vec::new(),
    };
    if settings.decay_all && settings.weight_decay != 0.0 {
        let note = "The run decayed every tensor; transformers leaves out biases and LayerNorm \
            gains, so the two part slowly after the first step.";
        notes.push(note.to_owned());
    }
    if objective.row_kind() == RowKind::Unpaired && objective.needs_mismatched() {
        let note = "KTO's KL pairs a prompt with the completion before it in the same \
            micro-batch, so its loss depends on the order of the rows and, on several \
            processes, on how they share a micro-batch. Keep at least two rows a process.";
        notes.push(note.to_owned());
    }
    Ok(TrlRun {
        title: objective_name(&settings.objective),
        module,
        prefix,
        model_class,
        has_reference: objective.needs_reference(),
        objective: fields,
        training: training_fields(settings),
        rewards,
        batch_size: settings.batch_size,
        notes,
    })
}

/// # Errors
/// [`Error::InvalidConfig`] for what TRL's trainer of fresh pairs does not know.
fn in_trls_online_dpo(online_dpo: &OnlineDpoObjective) -> Result<()> {
    if !matches!(online_dpo.loss, DpoTerm::Sigmoid | DpoTerm::Ipo) {
        let expected = "sigmoid or ipo: TRL's trainer knows no other loss of fresh pairs";
        let found = online_dpo.loss.loss_type();
        return Err(Error::invalid("loss_type", found, expected));
    }
    let rounds = online_dpo.rounds;
    if rounds.renew_reference {
        let expected = "off: TRL's trainer keeps its reference";
        return Err(Error::invalid("renew_reference", "on", expected));
    }
    if rounds.num_iterations != 1 {
        let expected = "1: TRL's trainer takes one step on its pairs";
        return Err(Error::invalid(
            "num_iterations",
            rounds.num_iterations,
            expected,
        ));
    }
    match rounds.steps_per_generation {
        None => Ok(()),
        Some(steps) => {
            let expected = "nothing: TRL's trainer samples the pairs of one step";
            Err(Error::invalid("steps_per_generation", steps, expected))
        }
    }
}

/// # Errors
/// [`Error::InvalidConfig`] for a reward that is Tilt's alone, or none that counts.
fn trl_rewards(rewards: &[Reward], notes: &mut Vec<String>) -> Result<Vec<TrlReward>> {
    let mut found = Vec::new();
    for reward in rewards {
        match reward {
            Reward::Model => found.push(TrlReward::Model),
            Reward::LengthPenalty(penalty) => found.push(TrlReward::Length(*penalty)),
            Reward::Watched(_) => {
                let note = "In Tilt the judge looked on, and its word did not count; TRL has no \
                    judge of Tilt's world.";
                notes.push(note.to_owned());
            }
            Reward::Judge(_) | Reward::Learner => {
                let expected = "a reward model, which can be taken along: train with the reward \
                    model of your labels";
                return Err(Error::invalid(Reward::FIELD, reward, expected));
            }
        }
    }
    match found.is_empty() {
        true => Err(Error::invalid(Reward::FIELD, "nothing", "a reward model")),
        false => Ok(found),
    }
}

const CAUSAL: &str = "AutoModelForCausalLM";
const SCORING: &str = "AutoModelForSequenceClassification";

/// The objective in losses that TRL has. TRL dropped cDPO in 0.29; since
/// robust = ((1 - e) A - e B) / (1 - 2e) for A = -log sigma(beta h), B = -log sigma(-beta h),
/// cDPO = (1 - e) A + e B = 2 (1 - e) A - (1 - 2e) robust.
fn in_trls_losses(objective: &Objective, notes: &mut Vec<String>) -> Result<Objective> {
    let Objective::Dpo(dpo) = objective else {
        return Ok(objective.clone());
    };
    let mut terms = Vec::new();
    for &WeightedTerm { term, weight } in &dpo.terms {
        match term {
            DpoTerm::Cdpo { epsilon: 0.0 } => terms.push(WeightedTerm {
                term: DpoTerm::Sigmoid,
                weight,
            }),
            DpoTerm::Cdpo { epsilon } if epsilon < 0.5 => {
                terms.push(WeightedTerm {
                    term: DpoTerm::Sigmoid,
                    weight: 2.0 * (1.0 - epsilon) * weight,
                });
                terms.push(WeightedTerm {
                    term: DpoTerm::Robust { epsilon },
                    weight: -(1.0 - 2.0 * epsilon) * weight,
                });
                let note = format!(
                    "TRL has no cDPO since 0.29. With label smoothing e it equals \
                     2 (1 - e) sigmoid - (1 - 2e) robust, which is what loss_weights says \
                     here (e = {epsilon})."
                );
                notes.push(note);
            }
            DpoTerm::Cdpo { epsilon } => {
                let expected = "a number below 0.5: TRL's losses cannot say cDPO beyond it";
                return Err(Error::invalid("label_smoothing", epsilon, expected));
            }
            DpoTerm::Sigmoid
            | DpoTerm::Hinge
            | DpoTerm::Ipo
            | DpoTerm::Robust { .. }
            | DpoTerm::ExoPair { .. }
            | DpoTerm::NcaPair
            | DpoTerm::BcoPair
            | DpoTerm::SppoHard
            | DpoTerm::ApoZero
            | DpoTerm::ApoDown
            | DpoTerm::Aot { .. }
            | DpoTerm::AotUnpaired { .. }
            | DpoTerm::Discopop { .. }
            | DpoTerm::SigmoidNorm
            | DpoTerm::Sft => terms.push(WeightedTerm { term, weight }),
        }
    }
    Ok(Objective::Dpo(DpoObjective {
        terms,
        ..dpo.clone()
    }))
}

/// The objective's own fields, as `crate::config` writes them, the loss first.
fn objective_fields(objective: &Objective, settings: &TrainSettings) -> Result<Vec<ConfigField>> {
    let settings = TrainSettings {
        steps: 1,
        reference_sync: settings.reference_sync,
        ..TrainSettings::trl_defaults(objective.clone())
    };
    let mut fields = trl_config(&settings);
    let read = TrlConfig::from_json(&Value::Object(fields.clone()).to_string())?;
    if read.settings.objective != *objective {
        let expected =
            "losses that share one label_smoothing and one discopop_tau, as TRL has them";
        return Err(Error::invalid("loss_type", "a mixture", expected));
    }
    fields.remove("trainer");
    for (name, _) in training_fields(&settings) {
        fields.remove(&name);
    }
    fields.remove("per_device_train_batch_size");
    let loss = fields.remove_entry("loss_type");
    Ok(loss.into_iter().chain(fields).collect())
}

fn training_fields(settings: &TrainSettings) -> Vec<ConfigField> {
    let mut fields: Vec<ConfigField> = Vec::new();
    let mut put = |name: &str, value: Value| fields.push((name.to_owned(), value));
    put("max_steps", settings.steps.into());
    put(
        "gradient_accumulation_steps",
        settings.gradient_accumulation_steps.into(),
    );
    // Where answers are sampled it is their length that is bounded; Online DPO bounds both.
    let has_length = match &settings.objective {
        Objective::Online(online) => matches!(online, OnlineObjective::OnlineDpo(_)),
        _ => true,
    };
    if has_length {
        put("max_length", settings.max_length.into());
    }
    put("optim", "adamw_torch".into());
    put("learning_rate", settings.learning_rate.into());
    put("lr_scheduler_type", settings.lr_schedule.name().into());
    put("warmup_steps", settings.warmup_steps.into());
    put("weight_decay", settings.weight_decay.into());
    put("adam_beta1", settings.adam_beta1.into());
    put("adam_beta2", settings.adam_beta2.into());
    put("adam_epsilon", settings.adam_epsilon.into());
    put("max_grad_norm", settings.max_grad_norm.into());
    put("seed", json!(settings.seed % SEEDS));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FIELDS;
    use crate::settings::ReferenceSync;
    use serde_json::Map;

    fn settings(kind: ObjectiveKind) -> TrainSettings {
        TrainSettings::lab_defaults(kind)
    }

    fn of(kind: ObjectiveKind) -> TrlRun {
        trl_run(&settings(kind)).unwrap()
    }

    #[test]
    fn every_objective_has_a_trainer_and_known_fields() {
        for kind in ObjectiveKind::of_given_rows() {
            let run = of(kind);
            assert_eq!(run.title, kind.title());
            for (name, _) in run.objective.iter().chain(&run.training) {
                assert!(FIELDS.contains(&name.as_str()) || name == "optim", "{name}");
            }
        }
    }

    #[test]
    fn a_run_on_its_own_answers_takes_its_reward_model_along() {
        for kind in [
            ObjectiveKind::OnlineDpo,
            ObjectiveKind::Rloo,
            ObjectiveKind::Grpo,
        ] {
            let mut settings = settings(kind);
            settings.rewards = Reward::all_of_specs("model length:0.02 watched:polite=1").unwrap();
            let run = trl_run(&settings).unwrap();
            assert_eq!(run.rewards, [TrlReward::Model, TrlReward::Length(0.02)]);
            assert_eq!(run.notes.len(), 1);
            for (name, _) in run.objective.iter().chain(&run.training) {
                assert!(FIELDS.contains(&name.as_str()) || name == "optim", "{name}");
            }
            for specs in ["judge:polite=1", "model learner", "watched:polite=1", ""] {
                settings.rewards = Reward::all_of_specs(specs).unwrap();
                assert!(trl_run(&settings).is_err(), "{specs}");
            }
        }
        assert!(trl_run(&settings(ObjectiveKind::Ppo)).is_err());
    }

    #[test]
    fn rounds_and_other_losses_of_fresh_pairs_are_tilts_alone() {
        let with = |change: fn(&mut OnlineDpoObjective)| {
            let mut settings = settings(ObjectiveKind::OnlineDpo);
            settings.rewards = vec![Reward::Model];
            if let Objective::Online(OnlineObjective::OnlineDpo(online_dpo)) =
                &mut settings.objective
            {
                change(online_dpo);
            }
            trl_run(&settings).map_err(|error| error.to_string())
        };
        assert!(with(|_| {}).is_ok());
        assert!(with(|online_dpo| online_dpo.loss = DpoTerm::Ipo).is_ok());
        type Change = fn(&mut OnlineDpoObjective);
        let refused: [(Change, &str); 4] = [
            (|o| o.loss = DpoTerm::Hinge, "loss_type"),
            (|o| o.rounds.renew_reference = true, "renew_reference"),
            (|o| o.rounds.num_iterations = 2, "num_iterations"),
            (
                |o| o.rounds.steps_per_generation = Some(4),
                "steps_per_generation",
            ),
        ];
        for (change, field) in refused {
            let error = with(change).unwrap_err();
            assert!(error.starts_with(field), "{error}");
        }
    }

    /// What the script says is what `tilt train --config` would read of it.
    #[test]
    fn the_fields_are_read_back_as_the_settings() {
        for kind in ObjectiveKind::of_given_rows() {
            let mut settings = settings(kind);
            settings.gradient_accumulation_steps = 2;
            settings.adam_beta2 = 0.95;
            settings.max_length = 96;
            if settings.objective.needs_reference() {
                settings.reference_sync = Some(ReferenceSync::default());
            }
            let run = trl_run(&settings).unwrap();
            let mut fields: Map<String, Value> =
                run.objective.into_iter().chain(run.training).collect();
            fields.remove("optim");
            fields.insert("trainer".to_owned(), run.prefix.to_lowercase().into());
            fields.insert(
                "per_device_train_batch_size".to_owned(),
                run.batch_size.into(),
            );
            let text = Value::Object(fields).to_string();
            let mut read = TrlConfig::from_json(&text).unwrap();
            assert!(read.unused.is_empty(), "{:?}", read.unused);
            read.settings.keep_order = settings.keep_order;
            if kind == ObjectiveKind::Cdpo {
                read.settings.objective = settings.objective.clone();
            }
            assert_eq!(read.settings, settings);
        }
    }

    #[test]
    fn cdpo_is_said_in_losses_that_trl_has() {
        let run = of(ObjectiveKind::Cdpo);
        let field = |name: &str| {
            let found = run.objective.iter().find(|(field, _)| field == name);
            found.map(|(_, value)| value.clone()).unwrap()
        };
        assert_eq!(field("loss_type"), json!(["sigmoid", "robust"]));
        assert_eq!(field("loss_weights"), json!([1.8, -0.8]));
        assert_eq!(run.notes.len(), 1);
        // A = sp(-x), B = sp(x): the sum of both is the loss of `loss/cdpo.rs`.
        let softplus = |x: f64| x.exp().ln_1p();
        let (e, x) = (0.1, 0.7);
        let (a, b) = (softplus(-x), softplus(x));
        let robust = ((1.0 - e) * a - e * b) / (1.0 - 2.0 * e);
        let mixed = 1.8 * a - 0.8 * robust;
        assert!((mixed - ((1.0 - e) * a + e * b)).abs() < 1e-12);
    }

    #[test]
    fn what_trl_cannot_say_is_refused() {
        let mut cdpo = settings(ObjectiveKind::Cdpo);
        cdpo.objective = Objective::Dpo(DpoObjective::of(DpoTerm::Cdpo { epsilon: 0.6 }, 0.1));
        let text = trl_run(&cdpo).unwrap_err().to_string();
        assert!(text.starts_with("label_smoothing: got 0.6"), "{text}");

        let mut mixed = settings(ObjectiveKind::Dpo);
        let weighted = |term| WeightedTerm { term, weight: 1.0 };
        mixed.objective = Objective::Dpo(DpoObjective {
            terms: vec![
                weighted(DpoTerm::Robust { epsilon: 0.1 }),
                weighted(DpoTerm::ExoPair { epsilon: 0.2 }),
            ],
            ..DpoObjective::of(DpoTerm::Sigmoid, 0.1)
        });
        let text = trl_run(&mixed).unwrap_err().to_string();
        assert!(text.starts_with("loss_type: got a mixture"), "{text}");
    }
}
