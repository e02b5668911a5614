//! What `tilt evaluate` prints as JSON, and reads back.

use serde::{Deserialize, Serialize};
use tilt_engine::evaluate::{Alignment, AttributeAgreement, Fluency, Frequency, WorldFit};
use tilt_engine::world::Family;
use tilt_protocol::{Principle, WinRateReport};

#[derive(Serialize, Deserialize)]
pub struct Report {
    pub model: String,
    pub command: String,
    pub parameters: usize,
    pub fit: FitReport,
    pub spoken: Spoken,
    pub judge_on_world: Vec<AttributeShare>,
    pub aligned: Vec<Aligned>,
}

/// Losses in nats an answer.
#[derive(Serialize, Deserialize)]
pub struct FitReport {
    /// The world's entropy an answer, a Monte Carlo estimate, and its standard error.
    pub entropy: f64,
    pub entropy_error: f64,
    pub training: AnswerLoss,
    pub held_out: AnswerLoss,
    pub families: Vec<(Family, AnswerLoss)>,
}

#[derive(Serialize, Deserialize)]
pub struct AnswerLoss {
    pub answers: usize,
    pub nats: f64,
    pub floor: f64,
    pub standard_error: f64,
    /// nats / floor - 1.
    pub excess: f64,
}

#[derive(Serialize, Deserialize)]
pub struct Spoken {
    pub answers: usize,
    pub parses: f64,
    pub frequencies: Vec<AttributeShare>,
    pub judge: Vec<AttributeShare>,
    pub strange: Vec<[String; 2]>,
}

#[derive(Serialize, Deserialize)]
pub struct AttributeShare {
    pub attribute: String,
    pub answers: usize,
    pub share: f64,
    /// The generator's own share, where the judge is not the question.
    pub expected: Option<f64>,
}

#[derive(Serialize, Deserialize)]
pub struct Aligned {
    pub principle: Principle,
    pub objective: String,
    pub seed: u64,
    pub labels: usize,
    pub steps: usize,
    pub report: WinRateReport,
}

impl From<WorldFit> for AnswerLoss {
    fn from(fit: WorldFit) -> AnswerLoss {
        AnswerLoss {
            answers: fit.answers,
            nats: fit.nats,
            floor: fit.floor,
            standard_error: fit.standard_error,
            excess: fit.excess(),
        }
    }
}

impl From<Fluency> for Spoken {
    fn from(fluency: Fluency) -> Spoken {
        Spoken {
            answers: fluency.answers,
            parses: fluency.parses,
            frequencies: fluency.frequencies.into_iter().map(Into::into).collect(),
            judge: fluency.judge.into_iter().map(Into::into).collect(),
            strange: fluency.strange,
        }
    }
}

impl From<Frequency> for AttributeShare {
    fn from(frequency: Frequency) -> AttributeShare {
        AttributeShare {
            attribute: frequency.attribute.to_owned(),
            answers: frequency.answers,
            share: frequency.share,
            expected: Some(frequency.expected),
        }
    }
}

impl From<AttributeAgreement> for AttributeShare {
    fn from(agreement: AttributeAgreement) -> AttributeShare {
        AttributeShare {
            attribute: agreement.attribute.to_owned(),
            answers: agreement.answers,
            share: agreement.share,
            expected: None,
        }
    }
}

impl From<Alignment> for Aligned {
    fn from(alignment: Alignment) -> Aligned {
        Aligned {
            principle: alignment.principle,
            objective: alignment.objective.to_owned(),
            seed: alignment.seed,
            labels: alignment.labels,
            steps: alignment.steps,
            report: alignment.report,
        }
    }
}
