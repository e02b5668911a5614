//! A run's settings as a lesson writes them: the page's names for what has a field of its
//! own there (`beta`, `lr`, `steps`, `seed`), TRL's for everything else.

use super::defect::{kind_of, one_of};
use super::names::objectives;
use super::node::{Fields, MOST_EXACT, Node, number_value};
use crate::config::{FIELDS, TrlConfig, trl_config};
use crate::error::{Error, Result};
use crate::objective_kind::ObjectiveKind;
use crate::reward::Reward;
use crate::settings::TrainSettings;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Where the page's name is not TRL's.
const SHORT: [(&str, &str); 2] = [("lr", "learning_rate"), ("steps", "max_steps")];
/// What `objective` and `steps` say already.
const NOT_HERE: [&str; 3] = ["trainer", "loss_type", "num_train_epochs"];
const OBJECTIVE: &str = "objective";
/// What scores the answers of a run that samples its own, as the page and the terminal write
/// it; TRL takes that beside its config.
const REWARD: &str = "reward";
/// Optimiser steps that the page takes at most.
const MOST_STEPS: f64 = 100_000.0;

/// The settings that a lesson gives; everything else is as the page proposes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunSettings {
    /// Another objective than that of the set-up.
    pub objective: Option<ObjectiveKind>,
    /// By the names of the file, short where there are two.
    values: BTreeMap<String, Value>,
}

impl RunSettings {
    /// Reads an object of settings for runs of `kind`, or of the `objective` that it names
    /// where it may name one; `base` gives what they stand beside.
    pub(super) fn read(
        node: &Node<'_>,
        kind: ObjectiveKind,
        may_name_objective: bool,
        base: impl Fn(ObjectiveKind) -> TrainSettings,
    ) -> Option<RunSettings> {
        let fields = node.any_object("settings such as beta, lr, steps or seed")?;
        let mut settings = RunSettings::default();
        if may_name_objective && let Some(given) = fields.optional(OBJECTIVE) {
            settings.objective = given.name(&objectives());
        }
        let base = base(settings.objective.unwrap_or(kind));
        for name in fields.names() {
            if name == OBJECTIVE && may_name_objective {
                continue;
            }
            settings.take(&fields, name, &base, may_name_objective);
        }
        settings.check_together(&fields, &base);
        Some(settings)
    }

    /// One field, if its value is sound by itself.
    fn take(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        base: &TrainSettings,
        may_name_objective: bool,
    ) {
        if name == REWARD {
            return self.take_reward(fields, base);
        }
        let (short, trl) = names_of(name);
        if !FIELDS.contains(&trl) || NOT_HERE.contains(&trl) {
            let first = may_name_objective.then_some(OBJECTIVE);
            let known: Vec<&str> = first.into_iter().chain(known_names()).collect();
            return fields.unknown(name, &known);
        }
        let Some(node) = fields.optional(name) else {
            return;
        };
        if node.value.is_null() {
            fields.fail_at(name, "null", "a value, or no such field");
            return;
        }
        let value = canonical(node.value);
        let alone = BTreeMap::from([(short.to_owned(), value.clone())]);
        if let Err(defect) = overlaid(base, &alone) {
            let (found, expected) = found_and_expected(&defect, node.value);
            fields.fail_at(name, found, expected);
            return;
        }
        if trl == "max_steps" && !value.as_f64().is_some_and(|steps| steps <= MOST_STEPS) {
            let expected = format!("a whole number from 1 to {MOST_STEPS}");
            fields.fail_at(name, value.to_string(), expected);
            return;
        }
        if self.values.insert(short.to_owned(), value).is_some() {
            fields.fail_at(name, "given twice, under two names", short);
        }
    }

    fn take_reward(&mut self, fields: &Fields<'_>, base: &TrainSettings) {
        let Some(node) = fields.optional(REWARD) else {
            return;
        };
        if base.rewards.is_empty() {
            let expected = "settings that the objective has";
            fields.fail_at(REWARD, "not a setting of this objective", expected);
            return;
        }
        let Some(text) = node.value.as_str() else {
            node.wrong::<()>("reward functions, such as \"judge:polite=1\"");
            return;
        };
        match Reward::all_of_specs(text) {
            Err(defect) => {
                let (found, expected) = found_and_expected(&defect, node.value);
                fields.fail_at(REWARD, found, expected);
            }
            Ok(rewards) => {
                let written = Reward::specs_of(&rewards);
                self.values.insert(REWARD.to_owned(), written.into());
            }
        }
    }

    /// What is wrong with the fields beside each other.
    fn check_together(&self, fields: &Fields<'_>, base: &TrainSettings) {
        match overlaid(base, &self.values) {
            Err(Error::InvalidConfig {
                field,
                value,
                expected,
            }) => fields.fail_at(short_name(&field), value, expected),
            Err(other) => {
                fields.fail::<()>(other.to_string(), "settings that go together");
            }
            Ok((_, unused)) => {
                for field in unused {
                    let short = short_name(&field);
                    if self.values.contains_key(short) {
                        let expected = "settings that the objective has";
                        fields.fail_at(short, "not a setting of this objective", expected);
                    }
                }
            }
        }
    }

    /// What `settings` have that `base` of the same objective has not.
    pub fn between(base: &TrainSettings, settings: &TrainSettings) -> RunSettings {
        let (usual, ours) = (trl_config(base), trl_config(settings));
        // A config leaves out what is as TRL proposes it, and a lesson begins with the page's.
        let of_trl = |name: &str| match name {
            "adam_epsilon" => Some(Value::from(1e-8)),
            "max_grad_norm" => Some(Value::from(1)),
            "gradient_accumulation_steps" => Some(Value::from(1)),
            "weight_decay" => Some(Value::from(0)),
            "sync_ref_model" => Some(Value::from(false)),
            _ => None,
        };
        let names = FIELDS.into_iter().filter(|name| !NOT_HERE.contains(name));
        let changed = names.filter_map(|name| {
            let (old, new) = (usual.get(name), ours.get(name));
            let new = (old != new).then(|| new.cloned().or_else(|| of_trl(name)))??;
            Some((short_name(name).to_owned(), canonical(&new)))
        });
        let mut found = RunSettings {
            objective: None,
            values: changed.collect(),
        };
        if base.rewards != settings.rewards {
            let written = Reward::specs_of(&settings.rewards);
            found.values.insert(REWARD.to_owned(), written.into());
        }
        if settings.warmup_steps == TrainSettings::lab_warmup_steps(settings.steps) {
            found.values.remove("warmup_steps");
        }
        found
    }

    /// As the file has them, the objective too.
    pub(super) fn write(&self) -> Value {
        let mut map: Map<String, Value> = Map::new();
        for (name, value) in &self.values {
            map.insert(name.clone(), value.clone());
        }
        if let Some(kind) = self.objective {
            map.insert(OBJECTIVE.to_owned(), kind.slug().into());
        }
        Value::Object(map)
    }

    pub fn is_empty(&self) -> bool {
        self.objective.is_none() && self.values.is_empty()
    }

    /// The given seed.
    pub fn seed(&self) -> Option<u64> {
        self.values.get("seed")?.as_u64()
    }

    /// The same with another seed.
    pub fn with_seed(&self, seed: u64) -> RunSettings {
        let mut settings = self.clone();
        settings.values.insert("seed".to_owned(), seed.into());
        settings
    }

    /// These settings over others of the same objective; the warm-up goes with the number
    /// of steps, as on the page.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] where they do not go together; a lesson that was read for
    /// this objective has none.
    pub fn over(&self, base: &TrainSettings) -> Result<TrainSettings> {
        let (mut settings, _) = overlaid(base, &self.values)?;
        if self.values.contains_key("steps") && !self.values.contains_key("warmup_steps") {
            settings.warmup_steps = TrainSettings::lab_warmup_steps(settings.steps);
        }
        Ok(settings)
    }

    /// Whether a run of `kind` had these settings; what is not given may be anything.
    pub fn match_run(&self, kind: ObjectiveKind, settings: &TrainSettings) -> bool {
        let is_objective = self.objective.is_none_or(|wanted| wanted == kind);
        let same = |found: Result<(TrainSettings, Vec<String>)>| {
            found.is_ok_and(|(found, unused)| {
                let has_all = !unused
                    .iter()
                    .any(|field| self.values.contains_key(short_name(field)));
                has_all && found == *settings
            })
        };
        is_objective && same(overlaid(settings, &self.values))
    }

    /// For people: "beta 0.05 and lr 0.001".
    pub fn in_words(&self) -> String {
        let objective = self.objective.map(|kind| kind.title().to_owned());
        let values = self.values.iter().map(|(name, value)| match value {
            Value::String(text) => format!("{name} {text}"),
            other => format!("{name} {other}"),
        });
        let parts: Vec<String> = objective.into_iter().chain(values).collect();
        match parts.split_last() {
            None => "any settings".to_owned(),
            Some((only, [])) => only.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
        }
    }
}

/// The lesson's name and TRL's.
fn names_of(name: &str) -> (&str, &str) {
    let pair = SHORT
        .iter()
        .find(|(short, trl)| *short == name || *trl == name);
    pair.copied().unwrap_or((name, name))
}

fn short_name(trl: &str) -> &str {
    names_of(trl).0
}

/// The names that a lesson's settings can have.
pub fn known_names() -> impl Iterator<Item = &'static str> {
    FIELDS
        .into_iter()
        .filter(|field| !NOT_HERE.contains(field))
        .map(short_name)
        .chain([REWARD])
}

/// 1 for 1.0, so that equal settings are equal texts.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            Some(number) if number.abs() <= MOST_EXACT => number_value(number),
            _ => value.clone(),
        },
        Value::Array(items) => items.iter().map(canonical).collect(),
        _ => value.clone(),
    }
}

/// `base` with values under a lesson's names, by way of the TRL config that it equals; and
/// the fields that its objective has no use for.
fn overlaid(
    base: &TrainSettings,
    values: &BTreeMap<String, Value>,
) -> Result<(TrainSettings, Vec<String>)> {
    let mut fields = trl_config(base);
    for (name, value) in values.iter().filter(|(name, _)| *name != REWARD) {
        fields.insert(names_of(name).1.to_owned(), value.clone());
    }
    let config = TrlConfig::from_json(&Value::Object(fields).to_string())?;
    let mut settings = config.settings_for(0);
    // What a TRL config does not say.
    settings.keep_order = base.keep_order;
    settings.decay_all = base.decay_all;
    settings.rewards = match values.get(REWARD).and_then(Value::as_str) {
        Some(specs) => Reward::all_of_specs(specs)?,
        None => base.rewards.clone(),
    };
    let is_given = |name: &str| values.contains_key(name);
    if !is_given("max_length") {
        settings.max_length = base.max_length;
    }
    if !is_given("adam_beta1") {
        settings.adam_beta1 = base.adam_beta1;
    }
    if !is_given("adam_beta2") {
        settings.adam_beta2 = base.adam_beta2;
    }
    settings.check()?;
    Ok((settings, config.unused))
}

fn found_and_expected(error: &Error, value: &Value) -> (String, String) {
    match error {
        Error::InvalidConfig { expected, .. } => {
            let found = match value {
                Value::Number(number) => number.to_string(),
                Value::String(text) => format!("{text:?}"),
                other => kind_of(other),
            };
            (found, expected.clone())
        }
        other => (kind_of(value), other.to_string()),
    }
}

/// For messages and docs.
pub fn setting_names() -> String {
    one_of(known_names())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::ReferenceSync;

    #[test]
    fn what_differs_makes_the_same_settings_again() {
        for (_, kind) in objectives() {
            let base = TrainSettings::lab_defaults(kind);
            assert!(RunSettings::between(&base, &base).is_empty(), "{kind:?}");
            let changed = TrainSettings {
                objective: kind.with_beta(0.3),
                learning_rate: 2e-4,
                steps: 60,
                warmup_steps: 6,
                seed: 7,
                batch_size: 4,
                gradient_accumulation_steps: 2,
                weight_decay: 0.01,
                adam_epsilon: 1e-8,
                max_grad_norm: 0.5,
                reference_sync: (kind == ObjectiveKind::Dpo).then(ReferenceSync::default),
                ..base.clone()
            };
            let found = RunSettings::between(&base, &changed);
            assert!(!found.values.contains_key("warmup_steps"), "{kind:?}");
            assert_eq!(found.over(&base).as_ref(), Ok(&changed), "{kind:?}");
        }
    }

    #[test]
    fn a_reward_is_a_setting_of_what_samples() {
        let base = TrainSettings::lab_defaults(ObjectiveKind::Grpo);
        let changed = TrainSettings {
            rewards: Reward::all_of_specs("judge:truthful=1 length:0.01").unwrap(),
            ..base.clone()
        };
        let found = RunSettings::between(&base, &changed);
        assert_eq!(found.in_words(), "reward judge:truthful=1 length:0.01");
        assert_eq!(found.over(&base), Ok(changed.clone()));
        assert!(found.match_run(ObjectiveKind::Grpo, &changed));
        assert!(!found.match_run(ObjectiveKind::Grpo, &base));
        // What a lesson says nothing of is as the page proposes it.
        assert_eq!(RunSettings::default().over(&changed), Ok(changed));
    }

    #[test]
    fn a_warm_up_of_one_s_own_is_kept() {
        let base = TrainSettings::lab_defaults(ObjectiveKind::Dpo);
        let changed = TrainSettings {
            warmup_steps: 3,
            ..base.clone()
        };
        let found = RunSettings::between(&base, &changed);
        assert_eq!(found.in_words(), "warmup_steps 3");
        assert_eq!(found.over(&base), Ok(changed));
    }
}
