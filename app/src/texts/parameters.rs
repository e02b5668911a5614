//! What the page says of each parameter: symbol, name, definition, range, choices.

use crate::model::parameters::Parameter;
use tilt_protocol::{Objective, TrainSettings};

pub const OFF: &str = "off";
pub const ON: &str = "on";

pub const REVERSE_KL: &str = "reverse KL";
pub const FORWARD_KL: &str = "forward KL";
pub const JENSEN_SHANNON: &str = "Jensen\u{2013}Shannon";
pub const ALPHA_DIVERGENCE: &str = "\u{3b1}-divergence";

pub const CONSTANT: &str = "constant";
pub const CONSTANT_AFTER_WARMUP: &str = "constant after warm-up";
pub const LINEAR: &str = "linear to 0";
pub const COSINE: &str = "cosine to 0";
pub const COSINE_WITH_RESTARTS: &str = "cosine with restarts";
pub const POLYNOMIAL: &str = "polynomial";
pub const INVERSE_SQUARE_ROOT: &str = "inverse square root";

impl Parameter {
    /// The paper's symbol, where there is one.
    pub fn symbol(self) -> &'static str {
        match self {
            Parameter::Epsilon => "ε",
            Parameter::Gamma => "γ",
            Parameter::Alpha
            | Parameter::LdAlpha
            | Parameter::DivergenceAlpha
            | Parameter::MixupAlpha => "α",
            Parameter::Tau => "τ",
            Parameter::DesirableWeight => "λ_D",
            Parameter::UndesirableWeight => "λ_U",
            Parameter::CpoAlpha => "λ",
            Parameter::Weight(_) => "w",
            Parameter::Divergence => "f",
            _ => "",
        }
    }

    /// Symbol and name, as the field's label and a run's name have them.
    pub fn label(self, settings: &TrainSettings) -> String {
        let name = match (self, &settings.objective) {
            (Parameter::Weight(place), Objective::Dpo(dpo)) => {
                let weighted = dpo.terms.get(usize::from(place));
                weighted.map_or("", |weighted| weighted.term.loss_type())
            }
            _ => self.name(),
        };
        format!("{} {name}", self.symbol()).trim().to_owned()
    }

    fn name(self) -> &'static str {
        match self {
            Parameter::Epsilon => "smoothing",
            Parameter::Gamma => "lead",
            Parameter::Alpha => "bend",
            Parameter::Tau => "blend",
            Parameter::DesirableWeight => "good",
            Parameter::UndesirableWeight => "bad",
            Parameter::CpoAlpha => "chosen’s loss",
            Parameter::LdAlpha => "tail’s share",
            Parameter::Weight(_) => "weight",
            Parameter::CompletionOnly => "answers alone",
            Parameter::Divergence => "divergence",
            Parameter::DivergenceAlpha => "of divergence",
            Parameter::SyncReference => "moving reference",
            Parameter::MixupAlpha => "policy’s share",
            Parameter::SyncSteps => "every … steps",
            Parameter::BatchSize => "batch size",
            Parameter::Accumulation => "accumulation",
            Parameter::Schedule => "schedule",
            Parameter::Warmup => "warm-up steps",
            Parameter::WeightDecay => "weight decay",
            Parameter::AdamEpsilon => "Adam's epsilon",
            Parameter::MaxGradNorm => "gradient limit",
        }
    }

    /// The values that are allowed, as messages name them.
    pub fn range(self) -> &'static str {
        match self {
            Parameter::Epsilon => "a number from 0 to below 1, for robust below 0.5",
            Parameter::Gamma => "a number, such as 1",
            Parameter::Alpha => "a number, such as 0.25",
            Parameter::Tau => "a number above 0, such as 0.05",
            Parameter::DesirableWeight | Parameter::UndesirableWeight => {
                "a number above 0, such as 1"
            }
            Parameter::CpoAlpha => "a number, such as 1",
            Parameter::LdAlpha | Parameter::MixupAlpha => "a number from 0 to 1",
            Parameter::Weight(_) => "a number, such as 1",
            Parameter::CompletionOnly | Parameter::SyncReference => "on or off",
            Parameter::Divergence => "reverse_kl, forward_kl, js_divergence or alpha_divergence",
            Parameter::DivergenceAlpha => "a number, such as 0.5",
            Parameter::SyncSteps => "a whole number from 1 to 100000, such as 20",
            Parameter::BatchSize => "a whole number from 1 to 256 (KTO: from 2), such as 8",
            Parameter::Accumulation => "a whole number from 1 to 256, such as 1",
            Parameter::Schedule => "one of transformers’ seven schedules",
            Parameter::Warmup => "a whole number from 0 to 100000, such as 12",
            Parameter::WeightDecay => "a number from 0, such as 0.01",
            Parameter::AdamEpsilon => "a number from 0, such as 0.001",
            Parameter::MaxGradNorm => "a number from 0, such as 1",
        }
    }

    pub fn definition(self) -> &'static str {
        match self {
            Parameter::Epsilon => {
                "The share of labels taken to be wrong. Usual: 0 to 0.3; EXO needs it above 0, such as 0.001."
            }
            Parameter::Gamma => {
                "By how much β times the gap should lead before a pair counts as learned. The paper gives γ/β, here 0.5; usual: 0.3 to 1.6 times β."
            }
            Parameter::Alpha => {
                "How AlphaPO bends the scale of log-probs: 0 leaves it straight (SimPO), above 0 differences between unlikely answers count for more. Usual: −0.5 to 0.5."
            }
            Parameter::Tau => {
                "How abruptly DiscoPOP’s blend changes from one loss to the other with the pair’s margin. Usual: 0.01 to 1."
            }
            Parameter::DesirableWeight => {
                "How much good answers count. With fewer good than bad ones raise it, until λ_D times their number is 1 to 1.33 times λ_U times the other’s."
            }
            Parameter::UndesirableWeight => {
                "How much bad answers count. Change λ_D or λ_U, not both."
            }
            Parameter::CpoAlpha => {
                "How much the chosen answer’s own loss counts beside the preference. 0 leaves it out, as SimPO does; CPO has 1."
            }
            Parameter::LdAlpha => {
                "What a token beyond the shorter answer’s length counts for: 1 is DPO, 0 ignores the tail. Usual: 0.3 to 0.7."
            }
            Parameter::Weight(_) => {
                "How much this loss counts in the mixture. Usual: 0 to 2; RPO’s weight of sft is the paper’s α."
            }
            Parameter::CompletionOnly => {
                "On: only the answer’s tokens are learned. Off: the prompt’s too."
            }
            Parameter::Divergence => {
                "What holds the policy to its reference. DPO’s is the reverse KL; the others change how fast the pull grows with the log-ratio (f-DPO)."
            }
            Parameter::DivergenceAlpha => {
                "Which α-divergence: towards 1 it becomes the reverse KL, towards 0 the forward one. Usual: 0.1 to 0.9."
            }
            Parameter::SyncReference => {
                "TR-DPO: the reference follows the policy every so many steps, so that the policy may move further. Off: the reference is frozen."
            }
            Parameter::MixupAlpha => {
                "How much of the policy the reference takes on each time: 1 replaces it. Usual: 0.3 to 1; the paper has 0.6."
            }
            Parameter::SyncSteps => {
                "Optimiser steps between two moves of the reference. TRL has 512, for runs of thousands of steps."
            }
            Parameter::BatchSize => {
                "Pairs (for KTO: answers) that one gradient is the mean of. Larger is steadier and slower. Usual: 4 to 32."
            }
            Parameter::Accumulation => {
                "Batches whose gradients are added up before the weights change once. Usual: 1 to 8."
            }
            Parameter::Schedule => "How the learning rate moves over the run, after the warm-up.",
            Parameter::Warmup => {
                "Steps over which the learning rate rises from 0. The page proposes a tenth of the run."
            }
            Parameter::WeightDecay => {
                "How strongly weights are pulled to zero beside the loss, biases and LayerNorm left out. Usual: 0 to 0.1."
            }
            Parameter::AdamEpsilon => {
                "Where the gradient is smaller than this, Adam steps less than the learning rate. A small model soon fits its few pairs, and with TRL's 1e-8 it then walks on, away from the reference. The page proposes 0.001."
            }
            Parameter::MaxGradNorm => {
                "A gradient longer than this is cut to it; 0 switches that off. Usual: 0.5 to 10."
            }
        }
    }
}
