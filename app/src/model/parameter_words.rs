//! What the page says of each parameter.

use super::parameters::Parameter;
use crate::texts::parameters::{self as texts, Words};
use tilt_protocol::{Objective, TrainSettings};

impl Parameter {
    fn words(self) -> &'static Words {
        match self {
            Parameter::Epsilon => &texts::EPSILON,
            Parameter::Gamma => &texts::GAMMA,
            Parameter::Alpha => &texts::ALPHA,
            Parameter::Tau => &texts::TAU,
            Parameter::DesirableWeight => &texts::DESIRABLE_WEIGHT,
            Parameter::UndesirableWeight => &texts::UNDESIRABLE_WEIGHT,
            Parameter::CpoAlpha => &texts::CPO_ALPHA,
            Parameter::LdAlpha => &texts::LD_ALPHA,
            Parameter::Weight(_) => &texts::WEIGHT,
            Parameter::Reward => &texts::REWARD,
            Parameter::Generations => &texts::GENERATIONS,
            Parameter::NewTokens => &texts::NEW_TOKENS,
            Parameter::Temperature => &texts::TEMPERATURE,
            Parameter::Iterations => &texts::ITERATIONS,
            Parameter::ClipRange => &texts::CLIP_RANGE,
            Parameter::ScaleRewards => &texts::SCALE_REWARDS,
            Parameter::RatioOf => &texts::RATIO_OF,
            Parameter::CorrectKl => &texts::CORRECT_KL,
            Parameter::TopP => &texts::TOP_P,
            Parameter::TopK => &texts::TOP_K,
            Parameter::RepetitionPenalty => &texts::REPETITION_PENALTY,
            Parameter::CompletionOnly => &texts::COMPLETION_ONLY,
            Parameter::Divergence => &texts::DIVERGENCE,
            Parameter::DivergenceAlpha => &texts::DIVERGENCE_ALPHA,
            Parameter::SyncReference => &texts::SYNC_REFERENCE,
            Parameter::MixupAlpha => &texts::MIXUP_ALPHA,
            Parameter::SyncSteps => &texts::SYNC_STEPS,
            Parameter::BatchSize => &texts::BATCH_SIZE,
            Parameter::Accumulation => &texts::ACCUMULATION,
            Parameter::Schedule => &texts::SCHEDULE,
            Parameter::Warmup => &texts::WARMUP,
            Parameter::WeightDecay => &texts::WEIGHT_DECAY,
            Parameter::AdamEpsilon => &texts::ADAM_EPSILON,
            Parameter::MaxGradNorm => &texts::MAX_GRAD_NORM,
        }
    }

    /// The paper's symbol, where there is one.
    pub fn symbol(self) -> &'static str {
        self.words().symbol
    }

    /// Symbol and name, as the field's label and a run's name have them.
    pub fn label(self, settings: &TrainSettings) -> String {
        let name = match (self, &settings.objective) {
            (Parameter::Weight(place), Objective::Dpo(dpo)) => {
                let weighted = dpo.terms.get(usize::from(place));
                weighted.map_or("", |weighted| weighted.term.loss_type())
            }
            _ => self.words().name,
        };
        format!("{} {name}", self.symbol()).trim().to_owned()
    }

    /// The values that are allowed, as messages name them.
    pub fn range(self) -> &'static str {
        self.words().range
    }

    pub fn definition(self) -> &'static str {
        self.words().definition
    }
}
