//! Where each parameter lies in a run's settings, and how its text is read.

use super::parameters::Parameter;
use tilt_protocol::{
    CpoLoss, DpoTerm, FDivergence, ImportanceSamplingLevel, KlEstimator, LrSchedule, Objective,
    ObjectiveKind, OnlineObjective, PpoObjective, ReferenceSync, Reward, ScaleRewards,
    TrainSettings,
};

/// TRL's 512 lies beyond the end of a run on this page.
const SYNC_STEPS: usize = 20;
/// Batches of a sampling.
const MOST_BATCHES: usize = 256;
/// TRL's `f_alpha_divergence_coef`.
const DIVERGENCE_ALPHA: f64 = 0.5;

/// Where a parameter lies.
pub enum ParameterSlot<'a> {
    Number(&'a mut f64),
    /// With the largest value that the page takes.
    Count(&'a mut usize, usize),
    /// A number of batches, written as 0 where it is that of a step.
    Batches(&'a mut Option<usize>),
    /// Of pairs.
    Loss(&'a mut DpoTerm),
    Flag(&'a mut bool),
    Divergence(&'a mut FDivergence),
    Schedule(&'a mut LrSchedule),
    Rewards(&'a mut Vec<Reward>),
    Scale(&'a mut ScaleRewards),
    Ratio(&'a mut ImportanceSamplingLevel),
    Estimate(&'a mut KlEstimator),
    Sync(&'a mut Option<ReferenceSync>),
}

impl Parameter {
    /// Where it lies in these settings; `None` where they have no such parameter.
    pub fn slot(self, settings: &mut TrainSettings) -> Option<ParameterSlot<'_>> {
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
            Parameter::BatchesSampled => {
                return batches_sampled(&mut settings.objective).map(ParameterSlot::Batches);
            }
            Parameter::PairLoss | Parameter::RenewReference => {
                return self.choice_of_online_dpo(&mut settings.objective);
            }
            Parameter::Generations
            | Parameter::NewTokens
            | Parameter::Iterations
            | Parameter::Epochs
            | Parameter::MiniBatches
            | Parameter::TopK => {
                return self.count_of_sampling(&mut settings.objective);
            }
            Parameter::ScaleRewards | Parameter::RatioOf | Parameter::CorrectKl => {
                return self.choice_of_grpo(&mut settings.objective);
            }
            Parameter::KlEstimate | Parameter::WhitenRewards | Parameter::ShareTrunk => {
                return self.choice_of_ppo(&mut settings.objective);
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
            (Parameter::Epochs, OnlineObjective::Ppo(ppo)) => (&mut ppo.num_ppo_epochs, 64),
            (Parameter::MiniBatches, OnlineObjective::Ppo(ppo)) => (&mut ppo.num_mini_batches, 64),
            (Parameter::Iterations, OnlineObjective::OnlineDpo(online_dpo)) => {
                (&mut online_dpo.rounds.num_iterations, 64)
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

    fn choice_of_online_dpo(self, objective: &mut Objective) -> Option<ParameterSlot<'_>> {
        let Objective::Online(OnlineObjective::OnlineDpo(online_dpo)) = objective else {
            return None;
        };
        Some(match self {
            Parameter::PairLoss => ParameterSlot::Loss(&mut online_dpo.loss),
            Parameter::RenewReference => {
                ParameterSlot::Flag(&mut online_dpo.rounds.renew_reference)
            }
            _ => return None,
        })
    }

    fn choice_of_ppo(self, objective: &mut Objective) -> Option<ParameterSlot<'_>> {
        let Objective::Online(OnlineObjective::Ppo(ppo)) = objective else {
            return None;
        };
        Some(match self {
            Parameter::KlEstimate => ParameterSlot::Estimate(&mut ppo.kl_estimator),
            Parameter::WhitenRewards => ParameterSlot::Flag(&mut ppo.whiten_rewards),
            Parameter::ShareTrunk => ParameterSlot::Flag(&mut ppo.share_trunk),
            _ => return None,
        })
    }

    fn number_of_ppo(self, ppo: &mut PpoObjective) -> Option<&mut f64> {
        Some(match self {
            Parameter::PolicyClip => &mut ppo.cliprange,
            Parameter::ValueClip => &mut ppo.cliprange_value,
            Parameter::ValueWeight => &mut ppo.vf_coef,
            Parameter::Discount => &mut ppo.gamma,
            Parameter::Lambda => &mut ppo.lam,
            Parameter::KlTarget => &mut ppo.kl_target,
            _ => return None,
        })
    }

    fn number_of_objective(self, objective: &mut Objective) -> Option<&mut f64> {
        match (self, objective) {
            (Parameter::Epsilon, Objective::Dpo(dpo)) => dpo
                .terms
                .iter_mut()
                .find_map(|weighted| weighted.term.epsilon_mut()),
            (Parameter::Epsilon, Objective::Online(OnlineObjective::OnlineDpo(online_dpo))) => {
                online_dpo.loss.epsilon_mut()
            }
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
            (Parameter::Tau, Objective::Online(OnlineObjective::OnlineDpo(online_dpo))) => {
                match &mut online_dpo.loss {
                    DpoTerm::Discopop { tau } => Some(tau),
                    _ => None,
                }
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
            (_, Objective::Online(OnlineObjective::Ppo(ppo))) => self.number_of_ppo(ppo),
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
    pub fn set(self, text: &str) -> Option<()> {
        match self {
            ParameterSlot::Number(value) => *value = text.parse().ok()?,
            ParameterSlot::Count(value, most) => {
                *value = text.parse().ok().filter(|count| *count <= most)?;
            }
            ParameterSlot::Batches(value) => {
                let batches: usize = text.parse().ok().filter(|count| *count <= MOST_BATCHES)?;
                *value = Some(batches).filter(|batches| *batches > 0);
            }
            ParameterSlot::Loss(value) => *value = proposed_loss(text)?,
            ParameterSlot::Flag(value) => *value = flag_of(text)?,
            ParameterSlot::Divergence(value) => {
                *value = FDivergence::from_name(text, DIVERGENCE_ALPHA)?
            }
            ParameterSlot::Schedule(value) => *value = LrSchedule::from_name(text)?,
            ParameterSlot::Rewards(value) => {
                *value = Reward::all_of_specs(text).ok()?;
            }
            ParameterSlot::Scale(value) => {
                let mut all = ScaleRewards::ALL.into_iter();
                *value = all.find(|scale| scale.name() == text)?;
            }
            ParameterSlot::Ratio(value) => {
                let mut all = ImportanceSamplingLevel::ALL.into_iter();
                *value = all.find(|level| level.name() == text)?;
            }
            ParameterSlot::Estimate(value) => {
                let mut all = KlEstimator::ALL.into_iter();
                *value = all.find(|estimator| estimator.name() == text)?;
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

fn batches_sampled(objective: &mut Objective) -> Option<&mut Option<usize>> {
    let Objective::Online(online) = objective else {
        return None;
    };
    Some(match online {
        OnlineObjective::OnlineDpo(online_dpo) => &mut online_dpo.rounds.steps_per_generation,
        OnlineObjective::Rloo(rloo) => &mut rloo.reuse.steps_per_generation,
        OnlineObjective::Grpo(grpo) => &mut grpo.reuse.steps_per_generation,
        OnlineObjective::Ppo(_) => return None,
    })
}

/// The loss of this name, with the parameters that the page proposes for it on given pairs.
fn proposed_loss(name: &str) -> Option<DpoTerm> {
    ObjectiveKind::ALL.into_iter().find_map(|kind| {
        let Objective::Dpo(dpo) = kind.with_beta(kind.default_beta()) else {
            return None;
        };
        match dpo.terms[..] {
            [only] if only.term.loss_type() == name => Some(only.term),
            _ => None,
        }
    })
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

/// What a flag is written as.
pub fn flag_text(value: bool) -> String {
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
