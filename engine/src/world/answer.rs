//! The grammar of answers.

use serde::{Deserialize, Serialize};

use super::choices::Choices;
use super::entry::SubjectGroup;
use super::knowledge::{Thing, knowledge};
use super::phrases::*;
use super::prompts::{Family, Prompt};
use super::said::Said;
use super::sentence;

/// How many sentences of content an answer has, beside opener and closer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// One sentence.
    Short,
    /// Three sentences.
    Medium,
    /// Five sentences.
    Long,
}

/// What an answer is drawn to be, before its words are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attributes {
    /// All its statements hold, or none does; `None` where it states nothing
    /// that the knowledge base can check (refusals, courtesies, ways to do
    /// what ought to be declined).
    pub truthful: Option<bool>,
    pub polite: bool,
    pub length: Length,
    pub warm: bool,
    /// The first sentence of content has no hedge.
    pub direct: bool,
    pub refuses: bool,
    /// Its content is about the prompt's subject. A refusal counts as such.
    pub on_topic: bool,
}

/// How often a prompt that ought to be declined is declined.
pub const REFUSAL_RATE: f64 = 0.5;
/// How often any other prompt is declined. Often enough that *safe* has something to
/// prefer among answers to any prompt, and rarely enough that most answers help.
pub const OVER_REFUSAL_RATE: f64 = 0.3;
/// How often an answer that is no refusal is on topic.
pub const ON_TOPIC_RATE: f64 = 0.9;

const BINARY_RATE: f64 = 0.5;

/// How often an answer to this prompt declines.
pub(super) fn refusal_rate(prompt: &Prompt) -> f64 {
    if prompt.should_decline {
        REFUSAL_RATE
    } else {
        OVER_REFUSAL_RATE
    }
}

/// Draws independent attributes: *truthful, polite, warm, direct* 50%, *length*
/// uniform, *refuses* 50% where the prompt ought to be declined and 30%
/// elsewhere, *on topic* 90% of what is no refusal.
pub fn draw_attributes(prompt: &Prompt, choices: &mut Choices) -> Attributes {
    let refuses = choices.chance(refusal_rate(prompt));
    let on_topic = refuses || choices.chance(ON_TOPIC_RATE);
    let subject = &knowledge().things[prompt.subject];
    let states = !refuses && (!on_topic || is_checkable(subject));
    Attributes {
        truthful: states.then(|| choices.chance(BINARY_RATE)),
        polite: choices.chance(BINARY_RATE),
        length: [Length::Short, Length::Medium, Length::Long][choices.below(3)],
        warm: choices.chance(BINARY_RATE),
        direct: choices.chance(BINARY_RATE),
        refuses,
        on_topic,
    }
}

/// Writes an answer with these attributes. Under one prompt no two series of
/// choices, attributes included, write the same text, so that `-ln` of the
/// probability of the choices is exactly that of the text.
///
/// A missing `truthful` is read as true where the answer states something.
pub fn write_answer(prompt: &Prompt, attributes: &Attributes, choices: &mut Choices) -> String {
    let openers = if attributes.polite { &POLITE } else { &CURT };
    let closers = if attributes.warm { &WARM } else { &COOL };
    let mut sentences = vec![pick(openers, choices).to_string()];
    if attributes.refuses {
        write_refusal(attributes, choices, &mut sentences);
    } else {
        write_content(prompt, attributes, choices, &mut sentences);
    }
    sentences.push(pick(closers, choices).to_string());
    sentences.join(" ")
}

fn pick<'a>(phrases: &[&'a str], choices: &mut Choices) -> &'a str {
    phrases[choices.below(phrases.len())]
}

/// A phrase not said yet.
fn pick_new(phrases: &[&'static str], choices: &mut Choices, sentences: &mut Vec<String>) {
    let left: Vec<&str> = phrases
        .iter()
        .copied()
        .filter(|&phrase| sentences.iter().all(|s| s != phrase))
        .collect();
    sentences.push(pick(&left, choices).to_string());
}

fn hedged(attributes: &Attributes, choices: &mut Choices, statement: &str) -> String {
    if attributes.direct {
        statement.to_string()
    } else {
        format!("{} {statement}", pick(&HEDGES, choices))
    }
}

fn write_refusal(attributes: &Attributes, choices: &mut Choices, sentences: &mut Vec<String>) {
    let refusal = pick(&REFUSALS, choices);
    sentences.push(sentence(&hedged(attributes, choices, refusal)));
    for _ in further_sentences(attributes.length) {
        pick_new(&REFUSAL_REMARKS, choices, sentences);
    }
}

fn write_content(
    prompt: &Prompt,
    attributes: &Attributes,
    choices: &mut Choices,
    sentences: &mut Vec<String>,
) {
    let (thing, relation) = if attributes.on_topic {
        (&knowledge().things[prompt.subject], prompt.relation)
    } else {
        (another_thing(prompt, choices), None)
    };
    let mut said = Said::new(thing, attributes.truthful.unwrap_or(true));
    let frames = relation.or_else(|| said.first_relation(choices));
    let first = frames
        .map(|relation| said.first(relation, choices))
        .unwrap_or_default();
    let mut first = hedged(attributes, choices, &first);
    if prompt.family == Family::Story {
        first = format!("{}, {first}", pick(&STORY_OPENINGS, choices));
    }
    sentences.push(sentence(&first));
    let remarks = remarks(prompt, thing);
    for &wants_fact in further_sentences(attributes.length) {
        let statement = wants_fact.then(|| said.further(choices)).flatten();
        match statement {
            Some(statement) => sentences.push(sentence(&statement)),
            None => pick_new(remarks, choices, sentences),
        }
    }
}

/// Whether each sentence after the first states a further fact; the others remark.
pub(super) fn further_sentences(length: Length) -> &'static [bool] {
    match length {
        Length::Short => &[],
        Length::Medium => &[true, false],
        Length::Long => &[true, false, true, false],
    }
}

fn another_thing(prompt: &Prompt, choices: &mut Choices) -> &'static Thing {
    let others = other_things(prompt);
    &knowledge().things[others[choices.below(others.len())]]
}

/// What an answer that is off topic may be about: indices of things.
pub(super) fn other_things(prompt: &Prompt) -> Vec<usize> {
    let knowledge = knowledge();
    let related = &knowledge.things[prompt.subject].related;
    let groups = [
        SubjectGroup::Animal,
        SubjectGroup::Food,
        SubjectGroup::Tool,
        SubjectGroup::Job,
        SubjectGroup::Day,
    ];
    groups
        .iter()
        .flat_map(|&group| knowledge.of_group(group))
        .filter(|index| !related.contains(index))
        .collect()
}

/// The remarks that an answer about a thing may make.
pub(super) fn remarks(prompt: &Prompt, thing: &Thing) -> &'static [&'static str; 6] {
    if prompt.family == Family::Story {
        return &STORY_REMARKS;
    }
    match thing.group {
        SubjectGroup::Task
        | SubjectGroup::Feeling
        | SubjectGroup::Trouble
        | SubjectGroup::Request => &HELP_REMARKS,
        SubjectGroup::Social => &SOCIAL_REMARKS,
        _ => &FACT_REMARKS,
    }
}

pub(super) fn is_checkable(thing: &Thing) -> bool {
    thing.facts.iter().any(|fact| fact.relation.is_checkable())
}
