//! Every definition that the page gives, one sentence each.

use tilt_protocol::ObjectiveKind;

/// A term with a definition within reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    Policy,
    Reference,
    Beta,
    LogRatio,
    LogProb,
    Margin,
    ImplicitReward,
    Kl,
    Accuracy,
    Chosen,
    Rejected,
    Loss,
    LearningRate,
    TokensPerSecond,
    WinRate,
    Temperature,
    Decisive,
    Objective,
    Steps,
    Step,
    Seed,
    Model,
    Principle,
    Noise,
    NextToken,
    Interval,
}

impl Term {
    pub fn name(self) -> &'static str {
        match self {
            Term::Policy => "policy",
            Term::Reference => "reference",
            Term::Beta => "beta",
            Term::LogRatio => "log-ratio",
            Term::LogProb => "log-prob",
            Term::Margin => "margin",
            Term::ImplicitReward => "implicit reward",
            Term::Kl => "KL",
            Term::Accuracy => "accuracy",
            Term::Chosen => "chosen",
            Term::Rejected => "rejected",
            Term::Loss => "loss",
            Term::LearningRate => "learning rate",
            Term::TokensPerSecond => "tokens/s",
            Term::WinRate => "win rate",
            Term::Temperature => "temperature",
            Term::Decisive => "decisive",
            Term::Objective => "objective",
            Term::Steps => "steps",
            Term::Step => "step",
            Term::Seed => "seed",
            Term::Model => "model",
            Term::Principle => "principle",
            Term::Noise => "noise",
            Term::NextToken => "next token",
            Term::Interval => "95% interval",
        }
    }

    pub fn definition(self) -> &'static str {
        match self {
            Term::Policy => {
                "The model being trained, written π: it starts as a copy of the reference and drifts away from it."
            }
            Term::Reference => {
                "The model as it was before training, written π_ref: frozen, it is what the policy is measured against."
            }
            Term::Beta => {
                "How strongly the policy is held to the reference: a larger beta keeps it closer, a smaller one lets it move further."
            }
            Term::LogRatio => {
                "log π − log π_ref, in nats: above zero the policy finds this text likelier than the reference does, below zero less likely."
            }
            Term::LogProb => {
                "The logarithm of the probability that a model gives to a text: the sum over its tokens, in nats; nearer to zero is likelier."
            }
            Term::Margin => {
                "The implicit reward of the chosen answer minus that of the rejected one, mean over the batch (TRL: rewards/margins); training should push it up from zero."
            }
            Term::ImplicitReward => {
                "Beta times the log-ratio of an answer: the reward that this policy would be optimal for."
            }
            Term::Kl => {
                "How far the policy has moved: the mean log-ratio of answers that the policy itself writes, in nats an answer; zero before training."
            }
            Term::Accuracy => {
                "The share of pairs in the batch whose chosen answer has the higher implicit reward (TRL: rewards/accuracies)."
            }
            Term::Chosen => "The answer of a pair that the label prefers.",
            Term::Rejected => "The answer of a pair that the label does not prefer.",
            Term::Loss => {
                "The number that training makes smaller, mean over the batch: what it starts at and what it means depend on the objective."
            }
            Term::LearningRate => {
                "How large a step the optimiser takes; it falls in a straight line to zero over the run."
            }
            Term::TokensPerSecond => {
                "Real tokens trained on a second, averaged over the last ten steps; padding is not counted."
            }
            Term::WinRate => {
                "On held-out prompts, the share of comparisons that the policy's answer wins against the reference's, ties left out."
            }
            Term::Temperature => {
                "How evenly answers are drawn: 1 samples the model as it is, lower values prefer likely tokens; Tilt measures at 1."
            }
            Term::Decisive => {
                "A label that prefers one answer; ties and “both” are not, and only decisive pairs train DPO and IPO."
            }
            Term::Objective => {
                "The rule that turns labels into a loss: DPO, IPO and KTO differ in what they ask of the log-ratios."
            }
            Term::Steps => "How many times the optimiser changes the weights in one run.",
            Term::Step => "Optimiser steps taken in this run.",
            Term::Seed => {
                "The number from which all chance in a run follows: the same seed repeats the same run."
            }
            Term::Model => {
                "The small GPT that is trained here: nano is the quickest, small answers better."
            }
            Term::Principle => "What the judge prefers in an answer, read from its text alone.",
            Term::Noise => "The share of the judge's verdicts that are flipped at random.",
            Term::NextToken => {
                "What each model would write here: its probabilities for the token at this place."
            }
            Term::Interval => {
                "The Wilson interval: where the true win rate lies with 95% confidence, given this many decisive comparisons."
            }
        }
    }
}

/// What an objective asks for, in one sentence.
pub fn objective_definition(kind: ObjectiveKind) -> &'static str {
    match kind {
        ObjectiveKind::Dpo => {
            "Direct preference optimisation treats the difference of log-ratios as the log-odds that the chosen answer is better, and fits it to the labels."
        }
        ObjectiveKind::Ipo => {
            "Identity preference optimisation asks for a fixed gap of 1/(2β) between the two log-ratios per token, and no more, so it does not run off when labels never disagree."
        }
        ObjectiveKind::Kto => {
            "Kahneman–Tversky optimisation needs no pairs: each answer is good or bad by itself, and is compared with how far the policy has moved on average."
        }
    }
}

/// What a learner will see with this objective.
pub fn objective_expectation(kind: ObjectiveKind) -> &'static str {
    match kind {
        ObjectiveKind::Dpo => {
            "Expect the loss to start at ln 2 = 0.693 and fall, the margin to grow, and often both log-probs to sink, the rejected one faster: only the gap is trained."
        }
        ObjectiveKind::Ipo => {
            "Expect the loss to start at 1/(4β²), 25 at beta 0.1, and fall towards zero as the gap per token nears 1/(2β); overshooting raises it again."
        }
        ObjectiveKind::Kto => {
            "Expect the loss to start at 0.5 and fall, good answers to rise and bad ones to sink; ties count for nothing, “both good” and “both bad” do."
        }
    }
}

/// The loss while policy and reference are still the same.
pub fn starting_loss(kind: ObjectiveKind, beta: f64) -> (f64, String) {
    match kind {
        ObjectiveKind::Dpo => (std::f64::consts::LN_2, "ln 2".to_owned()),
        ObjectiveKind::Ipo => (0.25 / (beta * beta), "1/(4β²)".to_owned()),
        ObjectiveKind::Kto => (0.5, "½".to_owned()),
    }
}

/// Each key with what it does, as help lists them.
pub const KEYS: [(&str, &str); 11] = [
    ("1", "A is better"),
    ("2", "B is better"),
    ("3", "a tie"),
    ("4", "both are bad"),
    ("5", "both are good"),
    ("S", "skip this pair for now"),
    ("U", "undo the last label"),
    ("P", "train, pause or resume"),
    (".", "one step (while training: pause)"),
    ("F", "open or close the formula"),
    ("?", "this help"),
];
