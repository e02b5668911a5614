//! Every definition that the page gives, one sentence each.

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
    // Questions that a place of the page raises.
    WhyTies,
    IsThatGood,
    WhenToStop,
}

impl Term {
    const ALL: [Term; 29] = [
        Term::Policy,
        Term::Reference,
        Term::Beta,
        Term::LogRatio,
        Term::LogProb,
        Term::Margin,
        Term::ImplicitReward,
        Term::Kl,
        Term::Accuracy,
        Term::Chosen,
        Term::Rejected,
        Term::Loss,
        Term::LearningRate,
        Term::TokensPerSecond,
        Term::WinRate,
        Term::Temperature,
        Term::Decisive,
        Term::Objective,
        Term::Steps,
        Term::Step,
        Term::Seed,
        Term::Model,
        Term::Principle,
        Term::Noise,
        Term::NextToken,
        Term::Interval,
        Term::WhyTies,
        Term::IsThatGood,
        Term::WhenToStop,
    ];

    /// The term that a text names: in small letters, with hyphens for blanks.
    pub fn named(name: &str) -> Option<Term> {
        let is_named = |term: &Term| term.name().to_lowercase().replace(' ', "-") == name;
        Term::ALL.into_iter().find(is_named)
    }

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
            Term::WhyTies => "why ties?",
            Term::IsThatGood => "is that good?",
            Term::WhenToStop => "when to stop?",
        }
    }

    pub fn definition(self) -> &'static str {
        match self {
            Term::Policy => {
                "The model being trained, written π: it starts as a copy of the reference and drifts away from it."
            }
            Term::Reference => {
                "The model as it was before training, written π_ref: it stays frozen, and the policy is measured against it."
            }
            Term::Beta => {
                "How strongly the policy is held to the reference: a larger beta keeps it closer, a smaller one lets it move further. Without a reference, it says how strongly the preference counts."
            }
            Term::LogRatio => {
                "log π − log π_ref, in nats: above zero the policy finds this text likelier than the reference does, below zero less likely."
            }
            Term::LogProb => {
                "The logarithm of the probability that a model gives to a text: the sum over its tokens, in nats; nearer to zero is likelier."
            }
            Term::Margin => {
                "The implicit reward of the chosen answer minus that of the rejected one, averaged over the batch (TRL: rewards/margins); training should push it up, starting from zero where there is a reference."
            }
            Term::ImplicitReward => {
                "Beta times the log-ratio of an answer: the reward that this policy would be optimal for. Without a reference: beta times its log-prob."
            }
            Term::Kl => {
                "How far the policy has moved: the mean log-ratio of answers that the policy itself writes, in nats per answer; zero before training."
            }
            Term::Accuracy => {
                "The share of pairs in the batch whose chosen answer has the higher implicit reward (TRL: rewards/accuracies)."
            }
            Term::Chosen => "The answer of a pair that the label prefers.",
            Term::Rejected => "The answer of a pair that the label does not prefer.",
            Term::Loss => {
                "The number that training makes smaller, averaged over the batch: what it starts at and what it means depend on the objective."
            }
            Term::LearningRate => {
                "How large a step the optimiser takes; it rises over the first tenth of the run and then falls in a straight line to zero, unless “Parameters and meaning” says otherwise."
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
                "Said of a label that prefers one answer; ties, “both good” and “both bad” are not decisive, and only decisive pairs train the objectives that compare two answers or imitate the chosen one."
            }
            Term::Objective => {
                "The rule that turns labels into a loss: each asks something different of the log-ratios, or of the log-probs themselves."
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
            Term::WhyTies => {
                "Both answers were alike in what the judge looks at (both polite, say, or neither): nothing can be learnt of such a pair, so it was set aside and another one drawn."
            }
            Term::IsThatGood => {
                "50% is no better than before training. Look at the interval: if all of it lies above 50%, the change is no chance; at 90% the new model wins nine of ten comparisons that are decided. Far from the old model, ask as well whether the text still holds together."
            }
            Term::WhenToStop => {
                "When the win rate no longer rises while the model still moves away from what it was: what comes after that is mostly harm. The card after each run says how far it went."
            }
        }
    }
}

/// Each key with what it does, as help lists them.
pub const KEYS: [(&str, &str); 14] = [
    ("1", "A is better"),
    ("2", "B is better"),
    ("3", "a tie"),
    ("4", "both are bad"),
    ("5", "both are good"),
    ("S", "skip this pair for now"),
    ("U", "undo the last change of labels"),
    ("R", "redo what was undone"),
    ("W", "write a pair of your own"),
    ("/", "search the labels"),
    ("P", "train, pause or resume"),
    (".", "one step (while training: pause)"),
    ("F", "open or close the formula"),
    ("?", "this help"),
];
