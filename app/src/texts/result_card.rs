//! What a run has changed, in plain words.

use super::counts::counted;
use tilt_protocol::Principle;
use tilt_protocol::run_result::Direction;

pub const TITLE: &str = "What changed";
pub const MEASURING: &str = "Both models answer prompts that neither has trained on…";

pub fn not_measured(why: &str) -> String {
    format!("What changed could not be measured: {why}")
}

/// Before the name of an attribute, the policy and the reference in words that need none.
pub const BEFORE: &str = "before";
pub const NOW: &str = "now";

/// Who wants something of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanting {
    Labels,
    Reward,
}

impl Wanting {
    /// "Your labels prefer"
    fn prefer(self) -> &'static str {
        match self {
            Wanting::Labels => "Your labels prefer",
            Wanting::Reward => "The reward asks for",
        }
    }
}

// The first sentence. `most` is what labels or reward prefer most.

pub const BROKEN: &str = "The text broke: most answers no longer hold together.";
/// Where not one does.
pub const ALL_BROKEN: &str = "The text broke: no answer holds together any more.";
pub const NO_LEANING: &str = "Your labels show no preference that the judge knows by name.";

pub fn does(who: Wanting, most: &str) -> String {
    format!("{} {most}, and the model now gives them.", who.prefer())
}

pub fn does_some(who: Wanting, most: &str) -> String {
    let what = match who {
        Wanting::Labels => "your labels prefer",
        Wanting::Reward => "the reward asks for",
    };
    format!("The model has learnt part of what {what}, but it does not give {most} more often yet.")
}

pub fn not_yet(who: Wanting, most: &str) -> String {
    format!(
        "{} {most}; the model does not give more of them yet, as far as these few can tell.",
        who.prefer()
    )
}

pub fn contrary(who: Wanting, most: &str) -> String {
    format!(
        "{} {most}, and the model now gives fewer of them.",
        who.prefer()
    )
}

// What to try next.

pub const TRY_NEARER: &str = "Try fewer steps, a larger beta or a lower learning rate: each keeps the model nearer to what it was.";
pub const TRY_SOUNDER: &str = "But fewer of its answers hold together than before. Fewer steps or a larger beta would keep more of them.";
pub const TRY_ONE_RULE: &str = "That is no mistake: the judge knows eight attributes, and your rule may be another one. Read the answers below, or label a dozen pairs more by one rule and train again.";
pub const TRY_LARGER_BETA: &str = "It has gone very far for that. Try a larger beta, and see whether it still learns your rule while it stays nearer to what it was.";
pub const TRY_TO_COMPARE: &str = "Try to tell the two models apart blind, measure the win rate, or train once more with another beta and compare the runs.";
pub const TRY_MORE_STEPS: &str = "It has hardly moved. Try more steps, or a smaller beta.";
pub const TRY_MORE_LABELS: &str =
    "Try more labels by the same rule: a dozen is little, fifty is plenty.";
pub const LOOK_AT_LABELS: &str = "Look at your labels: another attribute may go with the one that you meant. The practice sets show how that happens.";

/// "polite answers": what labels prefer or a model gives.
pub fn attribute(principle: Principle, direction: Direction) -> &'static str {
    match (principle, direction) {
        (Principle::Truthful, Direction::More) => "true answers",
        (Principle::Truthful, Direction::Less) => "untrue answers",
        (Principle::Polite, Direction::More) => "polite answers",
        (Principle::Polite, Direction::Less) => "impolite answers",
        (Principle::Short, Direction::More) => "short answers",
        (Principle::Short, Direction::Less) => "longer answers",
        (Principle::Long, Direction::More) => "long answers",
        (Principle::Long, Direction::Less) => "shorter answers",
        (Principle::Warm, Direction::More) => "warm answers",
        (Principle::Warm, Direction::Less) => "cool answers",
        (Principle::Direct, Direction::More) => "direct answers",
        (Principle::Direct, Direction::Less) => "hedging answers",
        (Principle::Safe, Direction::More) => "answers that decline only what they ought to",
        (Principle::Safe, Direction::Less) => "answers that decline wrongly",
        (Principle::OnTopic, Direction::More) => "answers on topic",
        (Principle::OnTopic, Direction::Less) => "answers off topic",
    }
}

/// What the share of an attribute is a share of.
pub fn share_of(principle: Principle) -> &'static str {
    match principle {
        Principle::Truthful => "true answers",
        Principle::Polite => "polite answers",
        Principle::Short => "short answers",
        Principle::Long => "long answers",
        Principle::Warm => "warm answers",
        Principle::Direct => "direct answers",
        Principle::Safe => "declines what it ought to, and nothing else",
        Principle::OnTopic => "answers on topic",
    }
}

/// Of the pairs that differ in an attribute, so many labels prefer the answer with it.
pub fn of_pairs(preferred: usize, differing: usize) -> String {
    format!("preferred in {preferred} of {}", counted(differing, "pair"))
}

/// The share of good and of bad answers that have it, in percent.
pub fn of_thumbs(good: &str, bad: &str) -> String {
    format!("{good} of good answers have it, {bad} of bad ones")
}

/// Where no label says it.
pub const OF_REWARD: &str = "the reward asks for them";
pub const AGAINST_REWARD: &str = "the reward asks for fewer of them";
pub const LOOK_AT_REWARD: &str = "Look at the curve of the reward, and at the fresh answers that had most of it: a smaller learning rate or more answers a prompt make its steps steadier.";

/// The difference of two shares, in points, with its interval.
pub fn difference(low: &str, high: &str) -> String {
    format!("change in points: {low} to {high}")
}

pub const FOLLOWS: &str = "learnt";
/// Where labels prefer answers without the attribute.
pub const AVOIDS: &str = "learnt to avoid";
pub const CONTRARY: &str = "the other way";
pub const UNCLEAR: &str = "no clear change";

/// How far it went, with the KL and its interval.
pub fn distance(words: &str, kl: &str) -> String {
    format!("It has {words}: KL {kl} nats an answer.")
}

pub const HARDLY_MOVED: &str = "hardly moved";
pub const MOVED: &str = "moved as far as runs here usually do";
pub const MOVED_FAR: &str = "moved very far from what it was";

/// How many answers still hold together.
pub fn sound(policy: usize, of: usize, reference: usize) -> String {
    let hold = if policy == 1 { "holds" } else { "hold" };
    format!(
        "{policy} of {} {hold} together, {reference} before.",
        counted(of, "answer")
    )
}

pub fn repeats(policy: usize, of: usize) -> String {
    let say = if policy == 1 { "says" } else { "say" };
    format!(
        "{policy} of {} {say} the same words over and over.",
        counted(of, "answer")
    )
}

/// By how many nats chosen and rejected answers fell.
pub fn displaced(chosen: &str, rejected: &str) -> String {
    format!(
        "The answers that you chose have become less likely themselves (by {chosen} nats), and those that you rejected even less likely (by {rejected}). The loss asks for the gap between them alone: this is called likelihood displacement."
    )
}

pub const EXAMPLES: &str = "Three prompts that it has not trained on";
/// Both models' answers to a prompt, for whoever hears them.
pub const ANSWER_BEFORE: &str = "Before";
pub const ANSWER_NOW: &str = "Now";

/// For a screen reader, when the result is there.
pub fn announced(headline: &str, advice: &str) -> String {
    format!("{headline} {advice}")
}
