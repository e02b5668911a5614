//! The grammar read backwards: what an answer was drawn to be, if the world can write it.
//!
//! Unlike the judge, which makes sense of any text, this accepts exactly the answers that
//! [`write_answer`](super::write_answer) can write to a prompt.

use super::answer::{Attributes, Length, further_sentences, is_checkable, other_things, remarks};
use super::knowledge::{Thing, knowledge};
use super::phrases::*;
use super::prompts::{Family, Prompt};
use super::said::Said;
use super::{Relation, sentence};

/// The attributes of an answer that the grammar writes to this prompt; `None` for any
/// other text.
pub fn parse_answer(prompt: &Prompt, answer: &str) -> Option<Attributes> {
    let body = answer.trim().strip_suffix('.')?;
    let sentences: Vec<&str> = body.split(". ").collect();
    let (opener, rest) = sentences.split_first()?;
    let (closer, content) = rest.split_last()?;
    let polite = which(opener, &POLITE, &CURT)?;
    let warm = which(closer, &WARM, &COOL)?;
    let length = match content.len() {
        1 => Length::Short,
        3 => Length::Medium,
        5 => Length::Long,
        _ => return None,
    };
    let (first, further) = content.split_first()?;
    let attributes = |direct, truthful, refuses, on_topic| Attributes {
        truthful,
        polite,
        length,
        warm,
        direct,
        refuses,
        on_topic,
    };
    if let Some(direct) = refusal(first) {
        let remarks_only = all_new(further, &REFUSAL_REMARKS);
        return remarks_only.then(|| attributes(direct, None, true, true));
    }
    let firsts = readings(first, prompt.family == Family::Story);
    let own = (prompt.subject, prompt.relation, true);
    let others = other_things(prompt)
        .into_iter()
        .map(|thing| (thing, None, false));
    for (thing, relation, on_topic) in std::iter::once(own).chain(others) {
        let thing = &knowledge().things[thing];
        let states = !on_topic || is_checkable(thing);
        let truths: &[bool] = if states { &[true, false] } else { &[true] };
        for &truthful in truths {
            for reading in &firsts {
                if about(prompt, thing, relation, truthful, reading, further, length) {
                    let truthful = states.then_some(truthful);
                    return Some(attributes(reading.direct, truthful, false, on_topic));
                }
            }
        }
    }
    None
}

/// Whether a sentence is of the first set (true) or the second (false).
fn which(sentence: &str, first: &[&str], second: &[&str]) -> Option<bool> {
    let is_in = |set: &[&str]| {
        set.iter()
            .any(|phrase| phrase.strip_suffix('.') == Some(sentence))
    };
    if is_in(first) {
        Some(true)
    } else {
        is_in(second).then_some(false)
    }
}

/// Whether a refusal is direct; `None` for any other sentence.
fn refusal(first: &str) -> Option<bool> {
    let says = |text: &str| sentence(text).strip_suffix('.') == Some(first);
    REFUSALS.iter().find_map(|refusal| {
        if says(refusal) {
            return Some(true);
        }
        let hedged = HEDGES
            .iter()
            .any(|hedge| says(&format!("{hedge} {refusal}")));
        hedged.then_some(false)
    })
}

/// Whether all sentences are different remarks of a set.
fn all_new(sentences: &[&str], remarks: &[&str]) -> bool {
    sentences.iter().enumerate().all(|(index, sentence)| {
        let is_remark = remarks
            .iter()
            .any(|remark| remark.strip_suffix('.') == Some(sentence));
        is_remark && !sentences[..index].contains(sentence)
    })
}

/// A first sentence without what was put in front of its statement.
struct FirstSentence<'a> {
    statement: &'a str,
    direct: bool,
    /// Whether the statement begins the sentence, with a raised letter.
    begins: bool,
}

fn readings(first: &str, is_story: bool) -> Vec<FirstSentence<'_>> {
    let mut fronts = vec![(first, true)];
    if is_story {
        fronts = STORY_OPENINGS
            .iter()
            .filter_map(|opening| after(first, opening, true)?.strip_prefix(", "))
            .map(|rest| (rest, false))
            .collect();
    }
    let mut found = Vec::new();
    for (text, begins) in fronts {
        let hedged = HEDGES
            .iter()
            .filter_map(|hedge| after(text, hedge, begins)?.strip_prefix(' '));
        found.extend(hedged.map(|statement| FirstSentence {
            statement,
            direct: false,
            begins: false,
        }));
        found.push(FirstSentence {
            statement: text,
            direct: true,
            begins,
        });
    }
    found
}

/// What follows `front`, which has a raised letter where it begins the sentence.
fn after<'a>(text: &'a str, front: &str, begins: bool) -> Option<&'a str> {
    if begins {
        text.strip_prefix(sentence(front).strip_suffix('.')?)
    } else {
        text.strip_prefix(front)
    }
}

/// Whether the sentences state facts of one kind about a thing, with remarks between.
fn about(
    prompt: &Prompt,
    thing: &'static Thing,
    relation: Option<Relation>,
    truthful: bool,
    first: &FirstSentence<'_>,
    further: &[&str],
    length: Length,
) -> bool {
    let relations: Vec<Relation> = match relation {
        Some(relation) => vec![relation],
        None => thing.facts.iter().map(|fact| fact.relation).collect(),
    };
    relations.into_iter().any(|relation| {
        let mut said = Said::new(thing, truthful);
        if !said.accept_first(relation, first.statement, first.begins) {
            return false;
        }
        let mut remarked = Vec::new();
        for (&wants_fact, &sentence) in further_sentences(length).iter().zip(further) {
            if wants_fact && !said.is_exhausted() {
                if !said.accept_further(sentence) {
                    return false;
                }
            } else {
                remarked.push(sentence);
            }
        }
        all_new(&remarked, remarks(prompt, thing))
    })
}
