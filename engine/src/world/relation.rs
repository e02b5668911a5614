//! What can be said of a thing, and the sentences that say it.
//!
//! In a frame, `{t}` is the thing's name, `{k}` its key, `{v}` the value.

use serde::{Deserialize, Serialize};

/// A kind of statement about a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    Sound,
    Home,
    Food,
    Baby,
    Legs,
    Colour,
    Taste,
    Grows,
    Kind,
    Use,
    Material,
    Place,
    Job,
    Workplace,
    Equipment,
    DayAfter,
    DayBefore,
    DayKind,
    /// The first of a pair has more of something than the second.
    More,
    /// The second of a pair has less of it than the first.
    Less,
    /// Which of the pair has more.
    Winner,
    /// Three members of a category.
    Members,
    /// One further member of a category.
    Another,
    Need,
    FirstStep,
    LastStep,
    /// What to do about a feeling.
    Remedy,
    /// What to do about something that is wrong.
    Repair,
    /// A way to do what ought to be declined. Never true or false.
    Comply,
    /// What one says to a greeting, thanks or a farewell. Never true or false.
    Reply,
}

impl Relation {
    /// Whether the knowledge base can tell a true statement from a wrong one.
    pub fn is_checkable(self) -> bool {
        !matches!(self, Relation::Comply | Relation::Reply)
    }

    /// Sentences that name the thing, for the first statement of an answer.
    pub fn full_frames(self) -> &'static [&'static str] {
        match self {
            Relation::Sound => &["{t} says {v}", "the sound of {t} is {v}"],
            Relation::Home => &["{t} lives {v}", "you can find {t} {v}"],
            Relation::Food => &["{t} eats {v}", "the food of {t} is {v}"],
            Relation::Baby => &["a baby {k} is {v}", "the young of {t} is {v}"],
            Relation::Legs => &["{t} has {v}", "{t} walks on {v}"],
            Relation::Colour => &["{t} is {v}", "the colour of {t} is {v}"],
            Relation::Taste => &["{t} tastes {v}", "the taste of {t} is {v}"],
            Relation::Grows => &["{t} grows {v}", "farmers grow {t} {v}"],
            Relation::Kind => &["{t} is {v}", "people call {t} {v}"],
            Relation::Use => &["{t} is used to {v}", "people use {t} to {v}"],
            Relation::Material => &["{t} is made of {v}", "people make {t} from {v}"],
            Relation::Place => &["{t} belongs {v}", "people keep {t} {v}"],
            Relation::Job => &["at work {t} has to {v}", "the job of {t} is to {v}"],
            Relation::Workplace => &["{t} works {v}", "you can meet {t} {v}"],
            Relation::Equipment => &["{t} uses {v}", "{t} works with {v}"],
            Relation::DayAfter => &["after {t} comes {v}", "{v} comes after {t}"],
            Relation::DayBefore => &["before {t} comes {v}", "{v} comes before {t}"],
            Relation::DayKind => &["{t} is {v}", "people say {t} is {v}"],
            Relation::More | Relation::Less | Relation::Reply => &["{v}"],
            Relation::Winner => &["the {k} one is {v}"],
            Relation::Members => &["{v} are {t}", "some {t} are {v}"],
            Relation::Another => &["another {k} is {v}"],
            Relation::Need => &["you need {v} to {t}", "to {t} you need {v}"],
            Relation::FirstStep => &["the first step to {t} is to {v}"],
            Relation::LastStep => &["the last step to {t} is to {v}"],
            Relation::Remedy | Relation::Repair => &["if {t}, you can {v}", "you can {v} when {t}"],
            Relation::Comply => &["you can {t} {v}", "{v} you can {t}"],
        }
    }

    /// The sentence for a further statement about a thing already named.
    pub fn it_frame(self) -> &'static str {
        match self {
            Relation::Sound => "it says {v}",
            Relation::Home => "it lives {v}",
            Relation::Food => "it eats {v}",
            Relation::Baby => "its baby is {v}",
            Relation::Legs => "it has {v}",
            Relation::Colour => "its colour is {v}",
            Relation::Taste => "it tastes {v}",
            Relation::Grows => "it grows {v}",
            Relation::Kind | Relation::DayKind => "it is {v}",
            Relation::Use => "people use it to {v}",
            Relation::Material => "it is made of {v}",
            Relation::Place => "it belongs {v}",
            Relation::Job => "the job is to {v}",
            Relation::Workplace => "the work is done {v}",
            Relation::Equipment => "the job needs {v}",
            Relation::DayAfter => "the day after it is {v}",
            Relation::DayBefore => "the day before it is {v}",
            Relation::More | Relation::Less | Relation::Reply => "{v}",
            Relation::Winner => "the {k} one is {v}",
            Relation::Members => "some are {v}",
            Relation::Another => "another {k} is {v}",
            Relation::Need => "you need {v}",
            Relation::FirstStep => "the first step is to {v}",
            Relation::LastStep => "the last step is to {v}",
            Relation::Remedy | Relation::Repair => "you can also {v}",
            Relation::Comply => "you can also do it {v}",
        }
    }

    /// Ways to ask for the value; empty where other families ask.
    pub fn questions(self) -> &'static [&'static str] {
        match self {
            Relation::Sound => &[
                "What does {t} say?",
                "What sound does {t} make?",
                "What is the sound of {t}?",
            ],
            Relation::Home => &[
                "Where does {t} live?",
                "Where can I find {t}?",
                "Where is the home of {t}?",
            ],
            Relation::Food => &[
                "What does {t} eat?",
                "What is the food of {t}?",
                "What food does {t} like?",
            ],
            Relation::Baby => &[
                "What is a baby {k} called?",
                "What do people call a baby {k}?",
                "What is the young of {t}?",
            ],
            Relation::Legs => &[
                "How many legs does {t} have?",
                "How many legs has {t}?",
                "On how many legs does {t} walk?",
            ],
            Relation::Colour => &[
                "What colour is {t}?",
                "What colour does {t} have?",
                "What is the colour of {t}?",
            ],
            Relation::Taste => &[
                "How does {t} taste?",
                "What taste does {t} have?",
                "What is the taste of {t}?",
            ],
            Relation::Grows => &[
                "Where does {t} grow?",
                "Where do farmers grow {t}?",
                "Where can I see {t} grow?",
            ],
            Relation::Kind => &[
                "What kind of thing is {t}?",
                "What do people call {t}?",
                "What is {t}?",
            ],
            Relation::Use => &[
                "What is {t} used for?",
                "What do people do with {t}?",
                "What can I do with {t}?",
            ],
            Relation::Material => &[
                "What is {t} made of?",
                "What do people make {t} from?",
                "From what do people make {t}?",
            ],
            Relation::Place => &[
                "Where does {t} belong?",
                "Where do people keep {t}?",
                "Where should I keep {t}?",
            ],
            Relation::Job => &[
                "What does {t} do?",
                "What is the job of {t}?",
                "What does {t} do at work?",
            ],
            Relation::Workplace => &[
                "Where does {t} work?",
                "Where can I meet {t}?",
                "Where does {t} go to work?",
            ],
            Relation::Equipment => &[
                "What does {t} use?",
                "What does {t} work with?",
                "What does {t} need at work?",
            ],
            Relation::DayAfter => &[
                "What day comes after {t}?",
                "What is the day after {t}?",
                "Which day comes after {t}?",
            ],
            Relation::DayBefore => &[
                "What day comes before {t}?",
                "What is the day before {t}?",
                "Which day comes before {t}?",
            ],
            Relation::DayKind => &[
                "What kind of day is {t}?",
                "Is {t} a school day?",
                "Is {t} a day of rest?",
            ],
            _ => &[],
        }
    }

    /// Values never used as wrong ones: harmless only where they are right.
    pub(super) fn unsafe_values(self) -> &'static [&'static str] {
        match self {
            Relation::Repair => &[
                "warm it on the fire",
                "use the oven",
                "give it water",
                "use a watering can",
            ],
            _ => &[],
        }
    }

    /// Wrong values that belong to no thing, to widen a small set.
    pub(super) fn spare_values(self) -> &'static [&'static str] {
        match self {
            Relation::Colour => &["blue", "pink", "black"],
            Relation::Taste => &["salty", "bitter"],
            Relation::Grows => &["in the sea", "on the moon", "under the snow"],
            Relation::Kind => &["an animal", "a tool", "a toy"],
            Relation::Legs => &["no legs", "three legs", "ten legs"],
            _ => &[],
        }
    }
}

/// `frame` with its places filled.
pub(crate) fn fill(frame: &str, name: &str, key: &str, value: &str) -> String {
    frame
        .replace("{t}", name)
        .replace("{k}", key)
        .replace("{v}", value)
}
