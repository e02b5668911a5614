//! The parameters of an objective and of the optimiser as data: what each is called. The drawer's
//! fields are made from this.

use super::ordered::OrderedMap;
use crate::texts::parameter_definitions as definitions;
use crate::texts::parameters as texts;

/// Texts as typed, by [`Parameter::id`]; what is not there has its default.
pub type ParameterTexts = OrderedMap<String, String>;

/// Losses of a mixture, at most.
const MOST_TERMS: u8 = 3;

/// The parameters, a line each: the stable name, in test ids and in what is remembered; TRL's;
/// the words. What decides whether another applies comes before it.
macro_rules! parameters {
    ($($name:ident = $id:literal, $trl:literal, $words:ident;)+) => {
        /// Beta, learning rate, steps and seed have fields of their own
        /// ([`TrainField`](super::train_form::TrainField)).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Parameter {
            /// Of the loss at this place of a mixture.
            Weight(u8),
            $($name,)+
        }

        impl Parameter {
            /// All of them.
            pub fn all() -> impl Iterator<Item = Parameter> {
                let weights = (0..MOST_TERMS).map(Parameter::Weight);
                weights.chain([$(Parameter::$name),+])
            }

            /// The stable name.
            pub fn id(self) -> String {
                match self {
                    Parameter::Weight(place) => format!("weight-{place}"),
                    $(Parameter::$name => $id.to_owned(),)+
                }
            }

            pub fn trl_name(self) -> &'static str {
                match self {
                    Parameter::Weight(_) => "loss_weights",
                    $(Parameter::$name => $trl,)+
                }
            }

            pub(super) fn words(self) -> &'static texts::Words {
                match self {
                    Parameter::Weight(_) => &texts::WEIGHT,
                    $(Parameter::$name => &texts::$words,)+
                }
            }

            /// What it is, in a sentence or two.
            pub fn definition(self) -> &'static str {
                match self {
                    Parameter::Weight(_) => definitions::WEIGHT,
                    $(Parameter::$name => definitions::$words,)+
                }
            }
        }
    };
}

parameters! {
    PairLoss = "pair-loss", "loss_type", PAIR_LOSS;
    Epsilon = "epsilon", "label_smoothing", EPSILON;
    Gamma = "gamma", "simpo_gamma", GAMMA;
    Alpha = "alpha", "alpha", ALPHA;
    Tau = "tau", "discopop_tau", TAU;
    DesirableWeight = "lambda-d", "desirable_weight", DESIRABLE_WEIGHT;
    UndesirableWeight = "lambda-u", "undesirable_weight", UNDESIRABLE_WEIGHT;
    CpoAlpha = "cpo-alpha", "cpo_alpha", CPO_ALPHA;
    LdAlpha = "ld-alpha", "ld_alpha", LD_ALPHA;
    Reward = "reward", "reward_funcs", REWARD;
    Generations = "generations", "num_generations", GENERATIONS;
    NewTokens = "new-tokens", "max_completion_length", NEW_TOKENS;
    Temperature = "temperature", "temperature", TEMPERATURE;
    Iterations = "iterations", "num_iterations", ITERATIONS;
    BatchesSampled = "batches-sampled", "steps_per_generation", BATCHES_SAMPLED;
    RenewReference = "renew-reference", "renew_reference", RENEW_REFERENCE;
    ClipRange = "clip", "epsilon", CLIP_RANGE;
    ScaleRewards = "scale-rewards", "scale_rewards", SCALE_REWARDS;
    RatioOf = "ratio", "importance_sampling_level", RATIO_OF;
    CorrectKl = "correct-kl", "use_bias_correction_kl", CORRECT_KL;
    Epochs = "ppo-epochs", "num_ppo_epochs", PPO_EPOCHS;
    MiniBatches = "mini-batches", "num_mini_batches", MINI_BATCHES;
    PolicyClip = "cliprange", "cliprange", POLICY_CLIP;
    ValueClip = "cliprange-value", "cliprange_value", VALUE_CLIP;
    ValueWeight = "vf-coef", "vf_coef", VALUE_WEIGHT;
    Discount = "discount", "gamma", DISCOUNT;
    Lambda = "lambda", "lam", LAMBDA;
    KlTarget = "kl-target", "kl_target", KL_TARGET;
    KlEstimate = "kl-estimator", "kl_estimator", KL_ESTIMATE;
    ShareTrunk = "share-trunk", "share_trunk", SHARE_TRUNK;
    WhitenRewards = "whiten-rewards", "whiten_rewards", WHITEN_REWARDS;
    TopP = "top-p", "top_p", TOP_P;
    TopK = "top-k", "top_k", TOP_K;
    RepetitionPenalty = "repetition-penalty", "repetition_penalty", REPETITION_PENALTY;
    CompletionOnly = "completion-only", "completion_only_loss", COMPLETION_ONLY;
    Divergence = "divergence", "f_divergence_type", DIVERGENCE;
    DivergenceAlpha = "divergence-alpha", "f_alpha_divergence_coef", DIVERGENCE_ALPHA;
    SyncReference = "sync", "sync_ref_model", SYNC_REFERENCE;
    MixupAlpha = "sync-alpha", "ref_model_mixup_alpha", MIXUP_ALPHA;
    SyncSteps = "sync-steps", "ref_model_sync_steps", SYNC_STEPS;
    BatchSize = "batch-size", "per_device_train_batch_size", BATCH_SIZE;
    Accumulation = "accumulation", "gradient_accumulation_steps", ACCUMULATION;
    Schedule = "schedule", "lr_scheduler_type", SCHEDULE;
    Warmup = "warmup", "warmup_steps", WARMUP;
    WeightDecay = "weight-decay", "weight_decay", WEIGHT_DECAY;
    AdamEpsilon = "adam-epsilon", "adam_epsilon", ADAM_EPSILON;
    MaxGradNorm = "max-grad-norm", "max_grad_norm", MAX_GRAD_NORM;
}

/// Choices of a flag: value and text.
const FLAG: [(&str, &str); 2] = [("off", texts::OFF), ("on", texts::ON)];
/// Losses of a pair of fresh answers.
const PAIR_LOSSES: [(&str, &str); 15] = [
    ("sigmoid", texts::LOSS_SIGMOID),
    ("ipo", texts::LOSS_IPO),
    ("hinge", texts::LOSS_HINGE),
    ("cdpo", texts::LOSS_CDPO),
    ("robust", texts::LOSS_ROBUST),
    ("exo_pair", texts::LOSS_EXO),
    ("nca_pair", texts::LOSS_NCA),
    ("bco_pair", texts::LOSS_BCO),
    ("sppo_hard", texts::LOSS_SPPO),
    ("apo_zero", texts::LOSS_APO_ZERO),
    ("apo_down", texts::LOSS_APO_DOWN),
    ("aot", texts::LOSS_AOT),
    ("aot_unpaired", texts::LOSS_AOT_UNPAIRED),
    ("discopop", texts::LOSS_DISCOPOP),
    ("sigmoid_norm", texts::LOSS_SIGMOID_NORM),
];
const SCALES: [(&str, &str); 3] = [
    ("group", texts::OF_GROUP),
    ("batch", texts::OF_BATCH),
    ("none", texts::OF_NOTHING),
];
const RATIOS: [(&str, &str); 2] = [("token", texts::OF_TOKEN), ("sequence", texts::OF_ANSWER)];
const ESTIMATES: [(&str, &str); 2] = [("k1", texts::ESTIMATE_K1), ("k3", texts::ESTIMATE_K3)];
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

    /// What a select offers; `None` for a text field.
    pub fn choices(self) -> Option<&'static [(&'static str, &'static str)]> {
        match self {
            Parameter::CompletionOnly
            | Parameter::SyncReference
            | Parameter::CorrectKl
            | Parameter::RenewReference
            | Parameter::ShareTrunk
            | Parameter::WhitenRewards => Some(&FLAG),
            Parameter::PairLoss => Some(&PAIR_LOSSES),
            Parameter::KlEstimate => Some(&ESTIMATES),
            Parameter::ScaleRewards => Some(&SCALES),
            Parameter::RatioOf => Some(&RATIOS),
            Parameter::Divergence => Some(&DIVERGENCES),
            Parameter::Schedule => Some(&SCHEDULES),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::DpoTerm;

    #[test]
    fn every_loss_that_compares_answers_is_offered() {
        let mut offered = PAIR_LOSSES.map(|(name, _)| name).to_vec();
        let compare = DpoTerm::ALL
            .into_iter()
            .filter(|term| *term != DpoTerm::Sft);
        let mut known: Vec<&str> = compare.map(|term| term.loss_type()).collect();
        offered.sort_unstable();
        known.sort_unstable();
        assert_eq!(offered, known);
    }
}
