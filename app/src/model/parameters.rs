//! The parameters of an objective and of the optimiser as data: where each lies in a
//! run's settings, and how its text is read. The drawer's fields are made from this.

use super::ordered::OrderedMap;
use crate::texts::numbers::quoted;
use crate::texts::parameters as texts;
use tilt_protocol::{
    CpoLoss, DpoTerm, Error, FDivergence, ImportanceSamplingLevel, LrSchedule, Objective,
    OnlineObjective, ReferenceSync, Reward, ScaleRewards, TrainSettings,
};

/// Texts as typed, by [`Parameter::id`]; what is not there has its default.
pub type ParameterTexts = OrderedMap<String, String>;

/// TRL's 512 lies beyond the end of a run on this page.
const SYNC_STEPS: usize = 20;
/// TRL's `f_alpha_divergence_coef`.
const DIVERGENCE_ALPHA: f64 = 0.5;

/// Beta, learning rate, steps and seed have fields of their own
/// ([`TrainField`](super::train_form::TrainField)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parameter {
    Epsilon,
    Gamma,
    Alpha,
    Tau,
    DesirableWeight,
    UndesirableWeight,
    CpoAlpha,
    LdAlpha,
    /// Of the loss at this place of a mixture.
    Weight(u8),
    Reward,
    Generations,
    NewTokens,
    Temperature,
    Iterations,
    ClipRange,
    ScaleRewards,
    RatioOf,
    CorrectKl,
    TopP,
    TopK,
    RepetitionPenalty,
    CompletionOnly,
    Divergence,
    DivergenceAlpha,
    SyncReference,
    MixupAlpha,
    SyncSteps,
    BatchSize,
    Accumulation,
    Schedule,
    Warmup,
    WeightDecay,
    AdamEpsilon,
    MaxGradNorm,
}

/// Where a parameter lies.
enum ParameterSlot<'a> {
    Number(&'a mut f64),
    /// With the largest value that the page takes.
    Count(&'a mut usize, usize),
    Flag(&'a mut bool),
    Divergence(&'a mut FDivergence),
    Schedule(&'a mut LrSchedule),
    Rewards(&'a mut Vec<Reward>),
    Scale(&'a mut ScaleRewards),
    Ratio(&'a mut ImportanceSamplingLevel),
    Sync(&'a mut Option<ReferenceSync>),
}

/// Choices of a flag: value and text.
const FLAG: [(&str, &str); 2] = [("off", texts::OFF), ("on", texts::ON)];
const SCALES: [(&str, &str); 3] = [
    ("group", texts::OF_GROUP),
    ("batch", texts::OF_BATCH),
    ("none", texts::OF_NOTHING),
];
const RATIOS: [(&str, &str); 2] = [("token", texts::OF_TOKEN), ("sequence", texts::OF_ANSWER)];
const DIVERGENCES: [(&str, &str); 4] = [
    ("reverse_kl", texts::REVERSE_KL),
    ("forward_kl", texts::FORWARD_KL),
    ("js_divergence", texts::JENSEN_SHANNON),
    ("alpha_divergence", texts::ALPHA_DIVERGENCE),
];
const SCHEDULES: [(&str, &str); 7] = [
    ("constant", texts::CONSTANT),
    ("constant_with_warmup", texts::CONSTANT_AFTER_WARMUP),
    ("linear", texts::LINEAR),
    ("cosine", texts::COSINE),
    ("cosine_with_restarts", texts::COSINE_WITH_RESTARTS),
    ("polynomial", texts::POLYNOMIAL),
    ("inverse_sqrt", texts::INVERSE_SQUARE_ROOT),
];

impl Parameter {
    /// All of them; what decides whether another applies comes before it.
    pub const ALL: [Parameter; 36] = [
        Parameter::Epsilon,
        Parameter::Gamma,
        Parameter::Alpha,
        Parameter::Tau,
        Parameter::DesirableWeight,
        Parameter::UndesirableWeight,
        Parameter::CpoAlpha,
        Parameter::LdAlpha,
        Parameter::Weight(0),
        Parameter::Weight(1),
        Parameter::Weight(2),
        Parameter::Reward,
        Parameter::Generations,
        Parameter::NewTokens,
        Parameter::Temperature,
        Parameter::Iterations,
        Parameter::ClipRange,
        Parameter::ScaleRewards,
        Parameter::RatioOf,
        Parameter::CorrectKl,
        Parameter::TopP,
        Parameter::TopK,
        Parameter::RepetitionPenalty,
        Parameter::CompletionOnly,
        Parameter::Divergence,
        Parameter::DivergenceAlpha,
        Parameter::SyncReference,
        Parameter::MixupAlpha,
        Parameter::SyncSteps,
        Parameter::BatchSize,
        Parameter::Accumulation,
        Parameter::Schedule,
        Parameter::Warmup,
        Parameter::WeightDecay,
        Parameter::AdamEpsilon,
        Parameter::MaxGradNorm,
    ];

    /// The stable name, in test ids and in what is remembered.
    pub fn id(self) -> String {
        let id = match self {
            Parameter::Epsilon => "epsilon",
            Parameter::Gamma => "gamma",
            Parameter::Alpha => "alpha",
            Parameter::Tau => "tau",
            Parameter::DesirableWeight => "lambda-d",
            Parameter::UndesirableWeight => "lambda-u",
            Parameter::CpoAlpha => "cpo-alpha",
            Parameter::LdAlpha => "ld-alpha",
            Parameter::Weight(place) => return format!("weight-{place}"),
            Parameter::Reward => "reward",
            Parameter::Generations => "generations",
            Parameter::NewTokens => "new-tokens",
            Parameter::Temperature => "temperature",
            Parameter::Iterations => "iterations",
            Parameter::ClipRange => "clip",
            Parameter::ScaleRewards => "scale-rewards",
            Parameter::RatioOf => "ratio",
            Parameter::CorrectKl => "correct-kl",
            Parameter::TopP => "top-p",
            Parameter::TopK => "top-k",
            Parameter::RepetitionPenalty => "repetition-penalty",
            Parameter::CompletionOnly => "completion-only",
            Parameter::Divergence => "divergence",
            Parameter::DivergenceAlpha => "divergence-alpha",
            Parameter::SyncReference => "sync",
            Parameter::MixupAlpha => "sync-alpha",
            Parameter::SyncSteps => "sync-steps",
            Parameter::BatchSize => "batch-size",
            Parameter::Accumulation => "accumulation",
            Parameter::Schedule => "schedule",
            Parameter::Warmup => "warmup",
            Parameter::WeightDecay => "weight-decay",
            Parameter::AdamEpsilon => "adam-epsilon",
            Parameter::MaxGradNorm => "max-grad-norm",
        };
        id.to_owned()
    }

    pub fn trl_name(self) -> &'static str {
        match self {
            Parameter::Epsilon => "label_smoothing",
            Parameter::Gamma => "simpo_gamma",
            Parameter::Alpha => "alpha",
            Parameter::Tau => "discopop_tau",
            Parameter::DesirableWeight => "desirable_weight",
            Parameter::UndesirableWeight => "undesirable_weight",
            Parameter::CpoAlpha => "cpo_alpha",
            Parameter::LdAlpha => "ld_alpha",
            Parameter::Weight(_) => "loss_weights",
            Parameter::Reward => "reward_funcs",
            Parameter::Generations => "num_generations",
            Parameter::NewTokens => "max_completion_length",
            Parameter::Temperature => "temperature",
            Parameter::Iterations => "num_iterations",
            Parameter::ClipRange => "epsilon",
            Parameter::ScaleRewards => "scale_rewards",
            Parameter::RatioOf => "importance_sampling_level",
            Parameter::CorrectKl => "use_bias_correction_kl",
            Parameter::TopP => "top_p",
            Parameter::TopK => "top_k",
            Parameter::RepetitionPenalty => "repetition_penalty",
            Parameter::CompletionOnly => "completion_only_loss",
            Parameter::Divergence => "f_divergence_type",
            Parameter::DivergenceAlpha => "f_alpha_divergence_coef",
            Parameter::SyncReference => "sync_ref_model",
            Parameter::MixupAlpha => "ref_model_mixup_alpha",
            Parameter::SyncSteps => "ref_model_sync_steps",
            Parameter::BatchSize => "per_device_train_batch_size",
            Parameter::Accumulation => "gradient_accumulation_steps",
            Parameter::Schedule => "lr_scheduler_type",
            Parameter::Warmup => "warmup_steps",
            Parameter::WeightDecay => "weight_decay",
            Parameter::AdamEpsilon => "adam_epsilon",
            Parameter::MaxGradNorm => "max_grad_norm",
        }
    }

    pub fn is_of_optimiser(self) -> bool {
        matches!(
            self,
            Parameter::BatchSize
                | Parameter::Accumulation
                | Parameter::Schedule
                | Parameter::Warmup
                | Parameter::WeightDecay
                | Parameter::AdamEpsilon
                | Parameter::MaxGradNorm
        )
    }

    /// The parameters that these settings have.
    pub fn of(settings: &TrainSettings) -> Vec<Parameter> {
        let mut settings = settings.clone();
        Parameter::ALL
            .into_iter()
            .filter(|parameter| parameter.slot(&mut settings).is_some())
            .collect()
    }

    /// The value as text; `None` where the settings have no such parameter.
    pub fn read(self, settings: &TrainSettings) -> Option<String> {
        let mut settings = settings.clone();
        Some(match self.slot(&mut settings)? {
            ParameterSlot::Number(value) => value.to_string(),
            ParameterSlot::Count(value, _) => value.to_string(),
            ParameterSlot::Flag(value) => flag_text(*value),
            ParameterSlot::Divergence(value) => value.name().to_owned(),
            ParameterSlot::Schedule(value) => value.name().to_owned(),
            ParameterSlot::Rewards(value) => {
                let specs: Vec<String> = value.iter().map(Reward::to_string).collect();
                specs.join(" ")
            }
            ParameterSlot::Scale(value) => value.name().to_owned(),
            ParameterSlot::Ratio(value) => value.name().to_owned(),
            ParameterSlot::Sync(value) => flag_text(value.is_some()),
        })
    }

    /// Puts the text's value into the settings; says nothing where they have no such
    /// parameter.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`], under TRL's name; the settings stay as they were.
    pub fn write(self, settings: &mut TrainSettings, text: &str) -> Result<(), Error> {
        let mut changed = settings.clone();
        let Some(slot) = self.slot(&mut changed) else {
            return Ok(());
        };
        if slot.set(text.trim()).is_none() {
            return Err(Error::invalid(self.trl_name(), quoted(text), self.range()));
        }
        changed.check()?;
        *settings = changed;
        Ok(())
    }

    /// What a select offers; `None` for a text field.
    pub fn choices(self) -> Option<&'static [(&'static str, &'static str)]> {
        match self {
            Parameter::CompletionOnly | Parameter::SyncReference | Parameter::CorrectKl => {
                Some(&FLAG)
            }
            Parameter::ScaleRewards => Some(&SCALES),
            Parameter::RatioOf => Some(&RATIOS),
            Parameter::Divergence => Some(&DIVERGENCES),
            Parameter::Schedule => Some(&SCHEDULES),
            _ => None,
        }
    }

    fn slot(self, settings: &mut TrainSettings) -> Option<ParameterSlot<'_>> {
        let has_reference = settings.objective.needs_reference();
        let number = match self {
            Parameter::BatchSize => {
                return Some(ParameterSlot::Count(&mut settings.batch_size, 256));
            }
            Parameter::Accumulation => {
                let value = &mut settings.gradient_accumulation_steps;
                return Some(ParameterSlot::Count(value, 256));
            }
            Parameter::Schedule => return Some(ParameterSlot::Schedule(&mut settings.lr_schedule)),
            Parameter::Warmup => {
                return Some(ParameterSlot::Count(&mut settings.warmup_steps, 100_000));
            }
            Parameter::SyncReference => {
                return has_reference.then_some(ParameterSlot::Sync(&mut settings.reference_sync));
            }
            Parameter::SyncSteps => {
                let sync = settings.reference_sync.as_mut()?;
                return Some(ParameterSlot::Count(&mut sync.sync_steps, 100_000));
            }
            Parameter::CompletionOnly => match &mut settings.objective {
                Objective::Sft(sft) => {
                    return Some(ParameterSlot::Flag(&mut sft.completion_only_loss));
                }
                _ => return None,
            },
            Parameter::Reward => {
                let samples = matches!(settings.objective, Objective::Online(_));
                return samples.then_some(ParameterSlot::Rewards(&mut settings.rewards));
            }
            Parameter::Generations
            | Parameter::NewTokens
            | Parameter::Iterations
            | Parameter::TopK => {
                return self.count_of_sampling(&mut settings.objective);
            }
            Parameter::ScaleRewards | Parameter::RatioOf | Parameter::CorrectKl => {
                return self.choice_of_grpo(&mut settings.objective);
            }
            Parameter::Divergence => return divergence_slot(&mut settings.objective),
            Parameter::WeightDecay => Some(&mut settings.weight_decay),
            Parameter::AdamEpsilon => Some(&mut settings.adam_epsilon),
            Parameter::MaxGradNorm => Some(&mut settings.max_grad_norm),
            Parameter::MixupAlpha => settings
                .reference_sync
                .as_mut()
                .map(|sync| &mut sync.mixup_alpha),
            _ => self.number_of_objective(&mut settings.objective),
        };
        number.map(ParameterSlot::Number)
    }

    fn count_of_sampling(self, objective: &mut Objective) -> Option<ParameterSlot<'_>> {
        let Objective::Online(online) = objective else {
            return None;
        };
        let (value, most) = match (self, online) {
            (Parameter::NewTokens, online) => {
                (&mut online.generation_mut().max_completion_length, 100_000)
            }
            (Parameter::TopK, online) => (&mut online.generation_mut().top_k, 100_000),
            // Online DPO compares two.
            (Parameter::Generations, OnlineObjective::Rloo(rloo)) => {
                (&mut rloo.generation.num_generations, 256)
            }
            (Parameter::Generations, OnlineObjective::Grpo(grpo)) => {
                (&mut grpo.generation.num_generations, 256)
            }
            (Parameter::Iterations, OnlineObjective::Rloo(rloo)) => {
                (&mut rloo.reuse.num_iterations, 64)
            }
            (Parameter::Iterations, OnlineObjective::Grpo(grpo)) => {
                (&mut grpo.reuse.num_iterations, 64)
            }
            _ => return None,
        };
        Some(ParameterSlot::Count(value, most))
    }

    fn choice_of_grpo(self, objective: &mut Objective) -> Option<ParameterSlot<'_>> {
        let Objective::Online(OnlineObjective::Grpo(grpo)) = objective else {
            return None;
        };
        Some(match self {
            Parameter::ScaleRewards => ParameterSlot::Scale(&mut grpo.scale_rewards),
            Parameter::RatioOf => ParameterSlot::Ratio(&mut grpo.importance_sampling_level),
            Parameter::CorrectKl => ParameterSlot::Flag(&mut grpo.use_bias_correction_kl),
            _ => return None,
        })
    }

    fn number_of_objective(self, objective: &mut Objective) -> Option<&mut f64> {
        match (self, objective) {
            (Parameter::Epsilon, Objective::Dpo(dpo)) => dpo
                .terms
                .iter_mut()
                .find_map(|weighted| weighted.term.epsilon_mut()),
            (Parameter::Epsilon, Objective::Cpo(cpo)) => match &mut cpo.loss {
                CpoLoss::Sigmoid { epsilon } | CpoLoss::Simpo { epsilon, .. } => Some(epsilon),
                CpoLoss::Hinge | CpoLoss::Ipo => None,
            },
            (Parameter::Gamma, Objective::Cpo(cpo)) => match &mut cpo.loss {
                CpoLoss::Simpo { gamma, .. } => Some(gamma),
                _ => None,
            },
            // The bent scale is AlphaPO's, which is SimPO at alpha 0.
            (Parameter::Alpha, Objective::Cpo(cpo)) => match cpo.loss {
                CpoLoss::Simpo { .. } => Some(&mut cpo.alpha),
                _ => None,
            },
            (Parameter::CpoAlpha, Objective::Cpo(cpo)) => Some(&mut cpo.cpo_alpha),
            (Parameter::Tau, Objective::Dpo(dpo)) => {
                dpo.terms
                    .iter_mut()
                    .find_map(|weighted| match &mut weighted.term {
                        DpoTerm::Discopop { tau } => Some(tau),
                        _ => None,
                    })
            }
            (Parameter::LdAlpha, Objective::Dpo(dpo)) => dpo.ld_alpha.as_mut(),
            (Parameter::Weight(place), Objective::Dpo(dpo)) => {
                let is_mixture = dpo.terms.len() > 1;
                let weighted = dpo.terms.get_mut(usize::from(place));
                weighted
                    .filter(|_| is_mixture)
                    .map(|weighted| &mut weighted.weight)
            }
            (Parameter::DivergenceAlpha, Objective::Dpo(dpo)) => match &mut dpo.f_divergence {
                FDivergence::AlphaDivergence { alpha } => Some(alpha),
                _ => None,
            },
            (Parameter::Temperature, Objective::Online(online)) => {
                Some(&mut online.generation_mut().temperature)
            }
            (Parameter::TopP, Objective::Online(online)) => {
                Some(&mut online.generation_mut().top_p)
            }
            (Parameter::RepetitionPenalty, Objective::Online(online)) => {
                Some(&mut online.generation_mut().repetition_penalty)
            }
            (Parameter::ClipRange, Objective::Online(OnlineObjective::Rloo(rloo))) => {
                Some(&mut rloo.clip.epsilon)
            }
            (Parameter::ClipRange, Objective::Online(OnlineObjective::Grpo(grpo))) => {
                Some(&mut grpo.clip.epsilon)
            }
            (Parameter::DesirableWeight, Objective::Kto(kto)) => Some(&mut kto.desirable_weight),
            (Parameter::UndesirableWeight, Objective::Kto(kto)) => {
                Some(&mut kto.undesirable_weight)
            }
            _ => None,
        }
    }
}

impl ParameterSlot<'_> {
    /// `None` for a text that is no value of this kind.
    fn set(self, text: &str) -> Option<()> {
        match self {
            ParameterSlot::Number(value) => *value = text.parse().ok()?,
            ParameterSlot::Count(value, most) => {
                *value = text.parse().ok().filter(|count| *count <= most)?;
            }
            ParameterSlot::Flag(value) => *value = flag_of(text)?,
            ParameterSlot::Divergence(value) => {
                *value = FDivergence::from_name(text, DIVERGENCE_ALPHA)?
            }
            ParameterSlot::Schedule(value) => *value = LrSchedule::from_name(text)?,
            ParameterSlot::Rewards(value) => {
                let specs = text.split_whitespace().map(Reward::of_spec);
                *value = specs.collect::<Result<Vec<_>, _>>().ok()?;
            }
            ParameterSlot::Scale(value) => {
                let mut all = ScaleRewards::ALL.into_iter();
                *value = all.find(|scale| scale.name() == text)?;
            }
            ParameterSlot::Ratio(value) => {
                let mut all = ImportanceSamplingLevel::ALL.into_iter();
                *value = all.find(|level| level.name() == text)?;
            }
            ParameterSlot::Sync(value) => {
                *value = flag_of(text)?.then(|| ReferenceSync {
                    sync_steps: SYNC_STEPS,
                    ..ReferenceSync::default()
                });
            }
        }
        Some(())
    }
}

/// The divergence where all terms of the loss take another.
fn divergence_slot(objective: &mut Objective) -> Option<ParameterSlot<'_>> {
    let Objective::Dpo(dpo) = objective else {
        return None;
    };
    let mut other = dpo.clone();
    other.f_divergence = FDivergence::JsDivergence;
    let takes_another = Objective::Dpo(other).check().is_ok();
    takes_another.then_some(ParameterSlot::Divergence(&mut dpo.f_divergence))
}

fn flag_text(value: bool) -> String {
    let text = if value { "on" } else { "off" };
    text.to_owned()
}

fn flag_of(text: &str) -> Option<bool> {
    match text {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// The settings with the texts' values, and what is wrong with a text; a wrong one
/// changes nothing.
pub fn apply(
    mut settings: TrainSettings,
    texts: &ParameterTexts,
) -> (TrainSettings, Vec<(Parameter, Error)>) {
    let mut defects = Vec::new();
    for parameter in Parameter::ALL {
        let text = texts.get(&parameter.id());
        if let Some(text) = text.filter(|text| !text.trim().is_empty())
            && let Err(error) = parameter.write(&mut settings, text)
        {
            defects.push((parameter, error));
        }
    }
    (settings, defects)
}

/// The texts that make `usual` into `settings`, as far as parameters go.
pub fn differences(usual: TrainSettings, settings: &TrainSettings) -> Vec<(Parameter, String)> {
    let mut found = Vec::new();
    let mut so_far = usual;
    for parameter in Parameter::ALL {
        let Some(text) = parameter.read(settings) else {
            continue;
        };
        if parameter.read(&so_far).as_ref() != Some(&text) {
            // A value that a run had is a sound one.
            let _ = parameter.write(&mut so_far, &text);
            found.push((parameter, text));
        }
    }
    found
}

#[cfg(test)]
#[path = "parameters_tests.rs"]
mod tests;
