//! The objectives as a person picks them: one name each, with the parameters that the
//! name implies.

use crate::objective::online::{
    Generation, GrpoObjective, OnlineDpoObjective, OnlineObjective, PpoObjective, RlooObjective,
    StopToken,
};
use crate::objective::{
    CpoLoss, CpoObjective, DpoObjective, DpoTerm, KtoLoss, KtoObjective, Objective, RowKind,
    SftLoss, SftObjective, WeightedTerm,
};
use serde::{Deserialize, Serialize};

/// The objectives with slug and title, a line each: a kind without a line is no kind.
macro_rules! objective_kinds {
    ($($kind:ident = $slug:literal, $title:literal;)+) => {
        /// A named objective: a value of `objective-select`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ObjectiveKind {
            $($kind,)+
        }

        impl ObjectiveKind {
            pub const ALL: [ObjectiveKind; [$($slug),+].len()] = [$(ObjectiveKind::$kind),+];

            fn names(self) -> (&'static str, &'static str) {
                match self {
                    $(ObjectiveKind::$kind => ($slug, $title),)+
                }
            }
        }
    };
}

objective_kinds! {
    Dpo = "dpo", "DPO";
    Ipo = "ipo", "IPO";
    Kto = "kto", "KTO";
    Orpo = "orpo", "ORPO";
    Simpo = "simpo", "SimPO";
    Cpo = "cpo", "CPO";
    Sft = "sft", "SFT";
    Cdpo = "cdpo", "cDPO";
    Hinge = "hinge", "SLiC hinge";
    Robust = "robust", "Robust DPO";
    Exo = "exo", "EXO";
    Nca = "nca", "NCA";
    Bco = "bco", "BCO";
    Sppo = "sppo", "SPPO";
    ApoZero = "apo_zero", "APO-zero";
    ApoDown = "apo_down", "APO-down";
    ApoZeroUnpaired = "apo_zero_unpaired", "APO-zero, unpaired";
    Aot = "aot", "AOT";
    AotUnpaired = "aot_unpaired", "AOT, unpaired";
    Discopop = "discopop", "DiscoPOP";
    SigmoidNorm = "sigmoid_norm", "Length-normalised DPO";
    Rpo = "rpo", "RPO";
    Mpo = "mpo", "MPO";
    LdDpo = "ld_dpo", "LD-DPO";
    Wpo = "wpo", "WPO";
    CpoHinge = "cpo_hinge", "CPO, hinge";
    CpoIpo = "cpo_ipo", "CPO, IPO";
    Alphapo = "alphapo", "AlphaPO";
    Dft = "dft", "DFT";
    OnlineDpo = "online_dpo", "Online DPO";
    Rloo = "rloo", "RLOO";
    Grpo = "grpo", "GRPO";
    Ppo = "ppo", "PPO";
    Reward = "reward", "Reward model";
}

/// DPO's `label_smoothing` where a loss has one: TRL's default is 0, at which these
/// losses are DPO or undefined.
const EPSILON: f64 = 0.1;

impl ObjectiveKind {
    /// The stable name, as in `objective-select` and in URLs.
    pub fn slug(self) -> &'static str {
        self.names().0
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        self.names().1
    }

    pub fn from_slug(slug: &str) -> Option<ObjectiveKind> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// False for the reward model, which scores answers and gives none.
    pub fn trains_policy(self) -> bool {
        self != ObjectiveKind::Reward
    }

    pub fn row_kind(self) -> RowKind {
        self.with_beta(1.0).row_kind()
    }

    /// True when rows are single completions with a thumb, not pairs.
    pub fn is_unpaired(self) -> bool {
        self.row_kind() == RowKind::Unpaired
    }

    /// True when the policy writes the answers that it is trained on, and something scores
    /// them.
    pub fn samples_answers(self) -> bool {
        self.row_kind() == RowKind::Prompts
    }

    /// Those that train on rows which are there beforehand.
    pub fn of_given_rows() -> impl Iterator<Item = ObjectiveKind> {
        let all = ObjectiveKind::ALL.into_iter();
        all.filter(|kind| !kind.samples_answers())
    }

    /// The objective of this name with a given beta (where it has one) and its other
    /// parameters as its paper or TRL recommends.
    pub fn with_beta(self, beta: f64) -> Objective {
        let dpo = |term| Objective::Dpo(DpoObjective::of(term, beta));
        let cpo = |loss, cpo_alpha, alpha| {
            Objective::Cpo(CpoObjective {
                loss,
                beta,
                cpo_alpha,
                alpha,
            })
        };
        let kto = |loss| {
            Objective::Kto(KtoObjective {
                loss,
                beta,
                desirable_weight: 1.0,
                undesirable_weight: 1.0,
            })
        };
        let sft = |loss| {
            Objective::Sft(SftObjective {
                loss,
                completion_only_loss: true,
            })
        };
        // SimPO's gamma / beta is 0.5 in the paper's configurations.
        let simpo = CpoLoss::Simpo {
            gamma: 0.5 * beta,
            epsilon: 0.0,
        };
        match self {
            ObjectiveKind::Dpo => dpo(DpoTerm::Sigmoid),
            ObjectiveKind::Ipo => dpo(DpoTerm::Ipo),
            ObjectiveKind::Kto => kto(KtoLoss::Kto),
            ObjectiveKind::Orpo => Objective::Orpo { beta },
            ObjectiveKind::Simpo => cpo(simpo, 0.0, 0.0),
            ObjectiveKind::Cpo => cpo(CpoLoss::Sigmoid { epsilon: 0.0 }, 1.0, 0.0),
            ObjectiveKind::Sft => sft(SftLoss::Nll),
            ObjectiveKind::Cdpo => dpo(DpoTerm::Cdpo { epsilon: EPSILON }),
            ObjectiveKind::Hinge => dpo(DpoTerm::Hinge),
            ObjectiveKind::Robust => dpo(DpoTerm::Robust { epsilon: EPSILON }),
            ObjectiveKind::Exo => dpo(DpoTerm::ExoPair { epsilon: 1e-3 }),
            ObjectiveKind::Nca => dpo(DpoTerm::NcaPair),
            ObjectiveKind::Bco => dpo(DpoTerm::BcoPair),
            ObjectiveKind::Sppo => dpo(DpoTerm::SppoHard),
            ObjectiveKind::ApoZero => dpo(DpoTerm::ApoZero),
            ObjectiveKind::ApoDown => dpo(DpoTerm::ApoDown),
            ObjectiveKind::ApoZeroUnpaired => kto(KtoLoss::ApoZeroUnpaired),
            ObjectiveKind::Aot => dpo(DpoTerm::Aot { epsilon: 0.0 }),
            ObjectiveKind::AotUnpaired => dpo(DpoTerm::AotUnpaired { epsilon: 0.0 }),
            ObjectiveKind::Discopop => dpo(DpoTerm::Discopop { tau: 0.05 }),
            ObjectiveKind::SigmoidNorm => dpo(DpoTerm::SigmoidNorm),
            ObjectiveKind::Rpo => mix(&RPO, beta),
            ObjectiveKind::Mpo => mix(&MPO, beta),
            ObjectiveKind::LdDpo => Objective::Dpo(DpoObjective {
                ld_alpha: Some(0.5),
                ..DpoObjective::of(DpoTerm::Sigmoid, beta)
            }),
            ObjectiveKind::Wpo => Objective::Dpo(DpoObjective {
                use_weighting: true,
                ..DpoObjective::of(DpoTerm::Sigmoid, beta)
            }),
            ObjectiveKind::CpoHinge => cpo(CpoLoss::Hinge, 1.0, 0.0),
            ObjectiveKind::CpoIpo => cpo(CpoLoss::Ipo, 1.0, 0.0),
            ObjectiveKind::Alphapo => cpo(simpo, 0.0, 0.25),
            ObjectiveKind::Dft => sft(SftLoss::Dft),
            ObjectiveKind::OnlineDpo => {
                Objective::Online(OnlineObjective::OnlineDpo(OnlineDpoObjective {
                    beta,
                    generation: lab_generation(2),
                    ..OnlineDpoObjective::default()
                }))
            }
            ObjectiveKind::Rloo => Objective::Online(OnlineObjective::Rloo(RlooObjective {
                beta,
                generation: lab_generation(LAB_GROUP),
                ..RlooObjective::default()
            })),
            ObjectiveKind::Grpo => Objective::Online(OnlineObjective::Grpo(GrpoObjective {
                beta,
                generation: lab_generation(LAB_GROUP),
                ..GrpoObjective::default()
            })),
            ObjectiveKind::Ppo => Objective::Online(OnlineObjective::Ppo(PpoObjective {
                kl_coef: beta,
                num_mini_batches: LAB_MINI_BATCHES,
                stop_token: Some(StopToken::Eos),
                generation: lab_generation(1),
                ..PpoObjective::default()
            })),
            ObjectiveKind::Reward => Objective::Reward {
                center_rewards_coefficient: None,
            },
        }
    }

    /// The value of beta that a first run on the shipped models works with. IPO's
    /// target margin is 1 / (2 beta) nats a token: 1 asks for half a nat. Pairs: 0.5, since a
    /// small model that fits its pairs at TRL's 0.1 drifts far from the reference.
    pub fn default_beta(self) -> f64 {
        match self {
            ObjectiveKind::Ipo => 1.0,
            ObjectiveKind::Simpo => 10.0,
            ObjectiveKind::Alphapo | ObjectiveKind::SigmoidNorm => 2.0,
            ObjectiveKind::Orpo => 0.1,
            ObjectiveKind::Rloo | ObjectiveKind::Grpo | ObjectiveKind::Ppo => 0.05,
            kind if kind.is_unpaired() => 0.1,
            _ => 0.5,
        }
    }

    /// Rows of a micro-batch that the page proposes.
    pub fn lab_batch_size(self) -> usize {
        match self {
            ObjectiveKind::Rloo | ObjectiveKind::Grpo => 8 * LAB_GROUP,
            ObjectiveKind::Ppo => 32,
            kind if kind.is_unpaired() => 16,
            _ => 8,
        }
    }

    /// The learning rate that the page proposes. Objectives that divide by the length pull
    /// as hard on a long answer as on a short one, and drift sooner.
    pub fn lab_learning_rate(self) -> f64 {
        match self {
            ObjectiveKind::Simpo | ObjectiveKind::Alphapo | ObjectiveKind::SigmoidNorm => 5e-4,
            // A reward model of 64 labels learns them by heart at lower rates, and scores other
            // answers no better than chance.
            ObjectiveKind::Reward => 5e-3,
            _ => 1e-3,
        }
    }

    /// Adam's epsilon that the page proposes: see [`crate::TrainSettings::lab_defaults`].
    pub fn lab_adam_epsilon(self) -> f64 {
        match self {
            ObjectiveKind::Reward => 1e-8,
            _ => 1e-3,
        }
    }

    /// Optimiser steps that the page proposes.
    pub fn lab_steps(self) -> usize {
        match self {
            ObjectiveKind::Reward | ObjectiveKind::Rloo | ObjectiveKind::Grpo => 60,
            ObjectiveKind::Ppo => 120,
            _ => 120,
        }
    }
}

/// Answers to a prompt that are compared with each other.
const LAB_GROUP: usize = 8;
/// Steps that PPO takes in a pass over its answers.
const LAB_MINI_BATCHES: usize = 2;

/// As long as the world's longest answers, from the policy as it is.
fn lab_generation(num_generations: usize) -> Generation {
    Generation::of(num_generations, Generation::NEW_TOKENS, 1.0)
}

/// RPO (arXiv 2404.19733): DPO and the chosen answers' own loss.
const RPO: [(DpoTerm, f64); 2] = [(DpoTerm::Sigmoid, 1.0), (DpoTerm::Sft, 1.0)];
/// MPO (arXiv 2411.10442), with the weights of its reference configuration in TRL.
const MPO: [(DpoTerm, f64); 3] = [
    (DpoTerm::Sigmoid, 0.8),
    (DpoTerm::BcoPair, 0.2),
    (DpoTerm::Sft, 1.0),
];

fn mix(terms: &[(DpoTerm, f64)], beta: f64) -> Objective {
    Objective::Dpo(DpoObjective {
        terms: terms
            .iter()
            .map(|&(term, weight)| WeightedTerm { term, weight })
            .collect(),
        ..DpoObjective::of(DpoTerm::Sigmoid, beta)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_kind_is_a_sound_objective_of_its_own() {
        let mut slugs = HashSet::new();
        let mut objectives: Vec<Objective> = Vec::new();
        for kind in ObjectiveKind::ALL {
            let objective = kind.with_beta(kind.default_beta());
            assert_eq!(objective.check(), Ok(()), "{kind:?}");
            assert!(!objectives.contains(&objective), "{kind:?} equals another");
            assert!(slugs.insert(kind.slug()));
            assert_eq!(ObjectiveKind::from_slug(kind.slug()), Some(kind));
            objectives.push(objective);
        }
    }
}
