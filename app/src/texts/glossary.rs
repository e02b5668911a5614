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
                "The model that learns, written π: it starts as a copy of the untrained one and moves away from it."
            }
            Term::Reference => {
                "The model as it was before training, written π_ref: it stays frozen, and whatever is learnt is measured against it."
            }
            Term::Beta => {
                "How tightly training is held to the model as it was: larger keeps it closer, smaller lets it move further. Where nothing holds it, how strongly the preference counts."
            }
            Term::LogRatio => {
                "log π − log π_ref: how much likelier a text is now than before training. At 1 it is 2.7 times as likely, below zero it is less likely."
            }
            Term::LogProb => {
                "The logarithm of the probability that a model gives to a text: never above zero, and the nearer to zero, the likelier."
            }
            Term::Margin => {
                "How far the better answers are ahead by what was learnt, averaged over the pairs just trained on (TRL: rewards/margins); it should grow, from zero where a frozen copy takes part."
            }
            Term::ImplicitReward => {
                "What an answer is worth by what was learnt: how much likelier it has become, as a logarithm, times how tightly training is held back (without a frozen copy: how likely it is, times the same)."
            }
            Term::Kl => {
                "How far the model has moved: how much likelier its own answers are than before training, on average, as a logarithm (in nats)."
            }
            Term::Accuracy => {
                "The share of the pairs just trained on whose better answer is worth more by what was learnt (TRL: rewards/accuracies)."
            }
            Term::Chosen => "The answer of a pair that the label prefers.",
            Term::Rejected => "The answer of a pair that the label does not prefer.",
            Term::Loss => {
                "The number that training makes smaller, averaged over the pairs just trained on: the formula says what it is and where it starts."
            }
            Term::LearningRate => {
                "How much the model is changed at a time; it rises over the first tenth of the run and then falls in a straight line to zero, unless “Parameters and meaning” says otherwise."
            }
            Term::TokensPerSecond => {
                "Words and pieces of words trained on in a second, over the last ten updates; padding is not counted."
            }
            Term::WinRate => {
                "On prompts that were not trained on, how often the judge prefers the new answer to the old one, ties left out."
            }
            Term::Temperature => {
                "How evenly answers are drawn: 1 takes the probabilities as they are, lower values prefer what is likely; Tilt measures at 1."
            }
            Term::Decisive => {
                "Said of a label that prefers one answer; ties, “both good” and “both bad” do not, and teach nothing where two answers are compared or the better one is imitated."
            }
            Term::Objective => {
                "The rule by which labels teach: each asks something else of how likely the two answers become."
            }
            Term::Steps => "How many times the model is changed in one run.",
            Term::Step => "How many times the model has been changed in this run.",
            Term::Seed => {
                "The number from which all chance in a run follows: the same one repeats the same run."
            }
            Term::Model => {
                "The small GPT that is trained here: nano is the quickest, small answers better."
            }
            Term::Principle => "What the judge prefers in an answer, read from its text alone.",
            Term::Noise => "The share of the judge's verdicts that are flipped at random.",
            Term::NextToken => {
                "The words, or pieces of words, that could stand at this place, and how likely each is now and was before training."
            }
            Term::Interval => {
                "Where the true share lies with 95% confidence, given this many comparisons that were decided (Wilson's)."
            }
            Term::WhyTies => {
                "Both answers were alike in what the judge looks at (both polite, say, or neither): nothing can be learnt of such a pair, so it was set aside and another one drawn."
            }
            Term::IsThatGood => {
                "50% is no better than before training. Look at the interval: if all of it lies above 50%, the change is no chance; at 90% the new model wins nine of ten comparisons that are decided. Far from the old model, ask as well whether the text still holds together."
            }
            Term::WhenToStop => {
                "When it no longer wins more often while it still moves away from what it was: what comes after that is mostly harm. The card after each run says how far it went."
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Terms that definitions may use all the same, and why.
    const EVERYDAY: [(Term, &str); 1] = [(
        Term::Model,
        "the first sentence on the page says what it is, before any term can be opened",
    )];

    /// Whether a text has these words, whole, also with an s.
    fn says(text: &str, words: &str) -> bool {
        let (text, words) = (text.to_lowercase(), words.to_lowercase());
        text.match_indices(&words).any(|(start, _)| {
            let is_end = |rest: &str| !rest.starts_with(char::is_alphanumeric);
            let after = &text[start + words.len()..];
            let is_whole = is_end(after) || after.strip_prefix('s').is_some_and(is_end);
            is_whole && !text[..start].ends_with(char::is_alphanumeric)
        })
    }

    /// The terms that a definition uses, its own left out.
    fn used_in(term: Term) -> Vec<Term> {
        let others = Term::ALL.into_iter().filter(|other| *other != term);
        let used = others.filter(|other| says(term.definition(), other.name()));
        used.collect()
    }

    #[test]
    fn no_definition_uses_another_term() {
        for term in Term::ALL {
            for used in used_in(term) {
                let is_everyday = EVERYDAY.iter().any(|(everyday, _)| *everyday == used);
                assert!(is_everyday, "{}: {}", term.name(), used.name());
            }
        }
    }

    #[test]
    fn no_word_is_excepted_that_need_not_be() {
        for (everyday, reason) in EVERYDAY {
            let is_used = |term: Term| used_in(term).contains(&everyday);
            assert!(Term::ALL.into_iter().any(is_used), "{reason}");
        }
    }

    #[test]
    fn words_are_found_whole() {
        assert!(says("The mean log-ratio of answers", "log-ratio"));
        assert!(says("Of the Log-ratios, say", "log-ratio"));
        assert!(!says("Losses are glossed over", "loss"));
        assert!(!says("It stepped", "step"));
    }
}
