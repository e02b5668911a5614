//! The grammar of answers.

use serde::{Deserialize, Serialize};

use super::choices::Choices;
use super::knowledge::{FactGroup, Group, Thing, knowledge};
use super::phrases::*;
use super::prompts::{Family, Prompt};
use super::relation::{Relation, fill};
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
/// How often any other prompt is declined.
pub const OVER_REFUSAL_RATE: f64 = 0.125;
/// How often an answer that is no refusal is on topic.
pub const ON_TOPIC_RATE: f64 = 0.9;

const BINARY_RATE: f64 = 0.5;

/// Draws independent attributes: *truthful, polite, warm, direct* 50%, *length*
/// uniform, *refuses* 50% where the prompt ought to be declined and 12.5%
/// elsewhere, *on topic* 90% of what is no refusal.
pub fn draw_attributes(prompt: &Prompt, choices: &mut Choices) -> Attributes {
    let rate = if prompt.should_decline {
        REFUSAL_RATE
    } else {
        OVER_REFUSAL_RATE
    };
    let refuses = choices.chance(rate);
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
    let further = match attributes.length {
        Length::Short => 0,
        Length::Medium => 2,
        Length::Long => 4,
    };
    for _ in 0..further {
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
    let is_story = prompt.family == Family::Story;
    if is_story {
        first = format!("{}, {first}", pick(&STORY_OPENINGS, choices));
    }
    sentences.push(sentence(&first));
    let remarks = if is_story {
        &STORY_REMARKS
    } else {
        remarks(thing.group)
    };
    // F = a further fact, R = a remark: F, FFR or FFRFR with the first.
    let further = match attributes.length {
        Length::Short => "",
        Length::Medium => "FR",
        Length::Long => "FRFR",
    };
    for kind in further.chars() {
        let statement = if kind == 'F' {
            said.further(choices)
        } else {
            None
        };
        match statement {
            Some(statement) => sentences.push(sentence(&statement)),
            None => pick_new(remarks, choices, sentences),
        }
    }
}

/// What an answer that is off topic is about.
fn another_thing(prompt: &Prompt, choices: &mut Choices) -> &'static Thing {
    let knowledge = knowledge();
    let related = &knowledge.things[prompt.subject].related;
    let groups = [
        Group::Animal,
        Group::Food,
        Group::Tool,
        Group::Job,
        Group::Day,
    ];
    let others: Vec<usize> = groups
        .iter()
        .flat_map(|&group| knowledge.of_group(group))
        .filter(|index| !related.contains(index))
        .collect();
    &knowledge.things[others[choices.below(others.len())]]
}

fn remarks(group: Group) -> &'static [&'static str; 6] {
    match group {
        Group::Task | Group::Feeling | Group::Trouble | Group::Request => &HELP_REMARKS,
        Group::Social => &SOCIAL_REMARKS,
        _ => &FACT_REMARKS,
    }
}

fn is_checkable(thing: &Thing) -> bool {
    thing.facts.iter().any(|fact| fact.relation.is_checkable())
}

/// The statements made about one thing.
struct Said {
    thing: &'static Thing,
    truthful: bool,
    values: Vec<(Relation, &'static str)>,
}

impl Said {
    fn new(thing: &'static Thing, truthful: bool) -> Self {
        Self {
            thing,
            truthful,
            values: Vec::new(),
        }
    }

    fn first_relation(&self, choices: &mut Choices) -> Option<Relation> {
        let index = choices.below(self.thing.facts.len());
        self.thing.facts.get(index).map(|fact| fact.relation)
    }

    fn first(&mut self, relation: Relation, choices: &mut Choices) -> String {
        let Some(fact) = self
            .thing
            .facts
            .iter()
            .find(|fact| fact.relation == relation)
        else {
            return String::new();
        };
        let value = self.draw(fact, choices);
        fill(
            pick(relation.full_frames(), choices),
            &self.thing.name,
            &self.thing.key,
            value,
        )
    }

    /// A further statement: a relation in proportion to what it has left to
    /// say, then a value.
    fn further(&mut self, choices: &mut Choices) -> Option<String> {
        let left: Vec<usize> = self
            .thing
            .facts
            .iter()
            .map(|fact| self.left(fact))
            .collect();
        let fact = &self.thing.facts[choices.weighted(&left)?];
        let value = self.draw(fact, choices);
        Some(fill(
            fact.relation.it_frame(),
            &self.thing.name,
            &self.thing.key,
            value,
        ))
    }

    fn left(&self, fact: &'static FactGroup) -> usize {
        // A list names three things once and then goes on one by one.
        if fact.relation == Relation::Members {
            return 0;
        }
        let times = self
            .values
            .iter()
            .filter(|(relation, _)| *relation == fact.relation)
            .count();
        self.unsaid(fact)
            .len()
            .min(fact.values.len().saturating_sub(times))
    }

    fn unsaid(&self, fact: &'static FactGroup) -> Vec<&'static str> {
        let lies = !self.truthful && fact.relation.is_checkable();
        let values = if lies { &fact.wrong } else { &fact.values };
        let is_said = |value: &str| {
            self.values
                .iter()
                .any(|(relation, said)| match fact.relation {
                    Relation::Another => said.contains(value),
                    own => *relation == own && *said == value,
                })
        };
        values
            .iter()
            .map(String::as_str)
            .filter(|value| !is_said(value))
            .collect()
    }

    fn draw(&mut self, fact: &'static FactGroup, choices: &mut Choices) -> &'static str {
        let unsaid = self.unsaid(fact);
        let value = unsaid
            .get(choices.below(unsaid.len()))
            .copied()
            .unwrap_or_default();
        self.values.push((fact.relation, value));
        value
    }
}
