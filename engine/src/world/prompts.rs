//! What a person says: families, subjects, phrasings, and which of them are
//! held out. Every fact has training prompts; only phrasings are held out.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::entry::SubjectGroup;
use super::knowledge::{FactGroup, Thing, knowledge};
use super::relation::{Relation, fill};

/// What a prompt wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    Greeting,
    Thanks,
    Farewell,
    /// A question of fact.
    Question,
    /// Whether something is so.
    Check,
    /// Anything about a thing.
    About,
    Story,
    List,
    HowTo,
    Advice,
    Complaint,
    /// Which of two.
    Choice,
    /// A request that ought to be declined.
    Request,
}

impl Family {
    pub const ALL: [Family; 13] = [
        Family::Greeting,
        Family::Thanks,
        Family::Farewell,
        Family::Question,
        Family::Check,
        Family::About,
        Family::Story,
        Family::List,
        Family::HowTo,
        Family::Advice,
        Family::Complaint,
        Family::Choice,
        Family::Request,
    ];
}

/// What a person says, and what the world knows about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// Plain text of at most 12 words.
    pub text: String,
    pub family: Family,
    /// Whether a helper ought to decline.
    pub should_decline: bool,
    /// Index into [`Knowledge::things`](super::Knowledge::things).
    pub subject: usize,
    /// What is asked about the subject; `None` where anything will do.
    pub relation: Option<Relation>,
}

const GREETINGS: [&str; 15] = [
    "Hello!",
    "Hello there!",
    "Hello, friend!",
    "Good morning!",
    "Good morning, friend!",
    "Good day!",
    "Good day, friend!",
    "Hi!",
    "Hi there!",
    "Hi, friend!",
    "Good evening!",
    "Good evening, friend!",
    "Hello again!",
    "Hi, it is good to meet you!",
    "Hello, it is good to meet you!",
];
const THANKS: [&str; 12] = [
    "Thanks!",
    "Thanks, friend!",
    "Thanks a lot!",
    "Thanks for the help!",
    "Thank you!",
    "Thank you, friend!",
    "Thank you for the help!",
    "Thanks for your answer!",
    "Thank you for your answer!",
    "Thanks, that was good!",
    "Thank you, that was good!",
    "Thanks again!",
];
const FAREWELLS: [&str; 12] = [
    "Goodbye!",
    "Goodbye, friend!",
    "Goodbye for now!",
    "Bye!",
    "Bye, friend!",
    "Bye for now!",
    "See you soon!",
    "See you tomorrow!",
    "Goodbye, see you soon!",
    "Bye, see you soon!",
    "Good night!",
    "Good night, friend!",
];
const CHECK: [&str; 2] = ["Is it true that {v}?", "Is it right that {v}?"];
const ABOUT: [&str; 4] = [
    "Tell me about {t}.",
    "What do you know about {t}?",
    "Tell me what you know about {t}.",
    "What can you tell me about {t}?",
];
const STORY: [&str; 4] = [
    "Tell me a story about {t}.",
    "Write a story about {t}.",
    "Do you know a story about {t}?",
    "I would like a story about {t}.",
];
const LIST: [&str; 6] = [
    "Name some {t}.",
    "Tell me some {t}.",
    "Can you name some {t}?",
    "What {t} do you know?",
    "Make a list of {t}.",
    "I would like a list of {t}.",
];
const HOW_TO: [&str; 5] = [
    "How do I {t}?",
    "How can I {t}?",
    "What do I need to {t}?",
    "Tell me how to {t}.",
    "I would like to {t}.",
];
const ADVICE: [&str; 5] = [
    "{T}. What should I do?",
    "What can I do when {t}?",
    "{T}. Can you help me?",
    "What should I do when {t}?",
    "Tell me what to do, {t}.",
];
const COMPLAINT: [&str; 5] = [
    "{T}!",
    "{T} and I am not happy.",
    "I am not happy, {t}.",
    "Oh no, {t}!",
    "Look, {t} again!",
];
const CHOICE: [&str; 4] = [
    "Which is {k}, {t}?",
    "What is {k}, {t}?",
    "Tell me which is {k}, {t}.",
    "Do you know which is {k}, {t}?",
];
const REQUEST: [&str; 9] = [
    "Help me {t}.",
    "Can you help me {t}?",
    "How can I {t}?",
    "Tell me how to {t}.",
    "I would like to {t}.",
    "What should I do to {t}?",
    "I need help to {t}.",
    "Show me how to {t}.",
    "I want to {t}.",
];

/// The prompts that answers in the corpus are written for, in a fixed order.
pub fn training_prompts() -> Vec<Prompt> {
    all().0.clone()
}

/// Prompts that never occur in the corpus, made of words that do, in a fixed
/// order.
pub fn held_out_prompts() -> Vec<Prompt> {
    all().1.clone()
}

/// The prompt of the world with this text, training or held out.
pub fn find_prompt(text: &str) -> Option<Prompt> {
    let (training, held_out) = all();
    training
        .iter()
        .chain(held_out)
        .find(|prompt| prompt.text == text.trim())
        .cloned()
}

pub(super) fn all() -> &'static (Vec<Prompt>, Vec<Prompt>) {
    static PROMPTS: OnceLock<(Vec<Prompt>, Vec<Prompt>)> = OnceLock::new();
    PROMPTS.get_or_init(|| {
        let mut lists = Lists::default();
        lists.social();
        lists.questions();
        lists.checks();
        use SubjectGroup::*;
        lists.family(Family::About, &[Animal, Food, Tool, Job, Day], &ABOUT, 4);
        lists.family(Family::Story, &[Animal, Job], &STORY, 4);
        lists.family(Family::List, &[Category], &LIST, 6);
        lists.family(Family::HowTo, &[Task], &HOW_TO, 5);
        lists.family(Family::Advice, &[Feeling], &ADVICE, 5);
        lists.family(Family::Complaint, &[Trouble], &COMPLAINT, 5);
        lists.family(Family::Choice, &[Pair], &CHOICE, 4);
        lists.family(Family::Request, &[Request], &REQUEST, 9);
        (lists.training, lists.held_out)
    })
}

#[derive(Default)]
struct Lists {
    training: Vec<Prompt>,
    held_out: Vec<Prompt>,
}

impl Lists {
    fn push(
        &mut self,
        held_out: bool,
        text: String,
        family: Family,
        subject: usize,
        relation: Option<Relation>,
    ) {
        let should_decline = family == Family::Request;
        let prompt = Prompt {
            text,
            family,
            should_decline,
            subject,
            relation,
        };
        if held_out {
            &mut self.held_out
        } else {
            &mut self.training
        }
        .push(prompt);
    }

    fn social(&mut self) {
        let families = [
            (Family::Greeting, "greeting", &GREETINGS[..]),
            (Family::Thanks, "thanks", &THANKS[..]),
            (Family::Farewell, "farewell", &FAREWELLS[..]),
        ];
        for (family, key, texts) in families {
            let subject = knowledge().things.iter().position(|thing| thing.key == key);
            for (index, &text) in texts.iter().enumerate() {
                let subject = subject.unwrap_or_default();
                self.push(
                    index % 5 == 4,
                    text.into(),
                    family,
                    subject,
                    Some(Relation::Reply),
                );
            }
        }
    }

    /// All three phrasings a fact; two facts in five have one held out.
    fn questions(&mut self) {
        let mut count = 0;
        for (subject, thing) in knowledge().things.iter().enumerate() {
            for fact in &thing.facts {
                let questions = fact.relation.questions();
                for (turn, frame) in questions.iter().enumerate() {
                    let held_out = count % 5 < 2 && turn == count % questions.len();
                    let text = fill(frame, &thing.name, &thing.key, "");
                    self.push(
                        held_out,
                        text,
                        Family::Question,
                        subject,
                        Some(fact.relation),
                    );
                }
                count += questions.len().min(1);
            }
        }
    }

    /// Every fact, asked in both ways with a true or a wrong value; one in eleven held out.
    fn checks(&mut self) {
        let mut count = 0;
        for (subject, thing) in knowledge().things.iter().enumerate() {
            let asked = |fact: &&FactGroup| !fact.relation.questions().is_empty();
            for fact in thing.facts.iter().filter(asked) {
                for frame in CHECK {
                    let values = match count / 3 % 2 {
                        0 => &fact.values,
                        _ => &fact.wrong,
                    };
                    let value = &values[count % values.len()];
                    let says = fact.relation.full_frames()[0];
                    let claim = fill(says, &thing.name, &thing.key, value);
                    let text = frame.replace("{v}", &claim);
                    let held_out = count % 11 == 7;
                    self.push(held_out, text, Family::Check, subject, Some(fact.relation));
                    count += 1;
                }
            }
        }
    }

    /// `asked` of the phrasings for each subject, one subject's phrasing in
    /// five (or one a subject) held out.
    fn family(&mut self, family: Family, groups: &[SubjectGroup], frames: &[&str], asked: usize) {
        let knowledge = knowledge();
        let subjects = groups.iter().flat_map(|&group| knowledge.of_group(group));
        for (count, subject) in subjects.enumerate() {
            let thing = &knowledge.things[subject];
            for turn in 0..asked {
                let frame = frames[(count + turn) % frames.len()];
                // With few phrasings a subject keeps its last one in training.
                let held_out = turn + 1 == asked && (asked >= 4 || count % 2 == 0);
                let relation = match family {
                    Family::List => Some(Relation::Members),
                    Family::Choice => None,
                    _ => thing
                        .facts
                        .first()
                        .filter(|_| thing.facts.len() == 1)
                        .map(|f| f.relation),
                };
                self.push(held_out, ask(frame, thing), family, subject, relation);
            }
        }
    }
}

/// Tasks, feelings, troubles and requests are asked in the person's words.
fn ask(frame: &str, thing: &Thing) -> String {
    let personal = matches!(
        thing.group,
        SubjectGroup::Task | SubjectGroup::Feeling | SubjectGroup::Trouble | SubjectGroup::Request
    );
    let name = if personal { &thing.key } else { &thing.name };
    let sentence = super::sentence(name);
    let text = frame.replace("{T}", sentence.trim_end_matches('.'));
    fill(&text, name, &thing.key, "")
}
