//! What the grammar can write next: the exact distribution over the next token at every
//! place of an answer, given the prompt and the answer so far.
//!
//! The latent attributes are not given: what is left of them at a place is what the
//! sentences before it leave possible. The probabilities of an answer's tokens multiply to
//! that of the answer.

use super::answer::{
    ON_TOPIC_RATE, further_sentences, is_checkable, other_things, refusal_rate, remarks,
};
use super::knowledge::{Thing, knowledge};
use super::phrases::*;
use super::prompts::{Family, Prompt};
use super::said::Said;
use super::trie::{Cursor, Ends, Trie, next_tokens};
use super::{Length, Relation, fill, sentence};
use std::collections::HashMap;

/// Tokens with their probabilities, which sum to 1.
pub type SoftTarget = Vec<(u32, f32)>;

/// The grammar in the tokens of one tokenizer.
pub struct NextTokens {
    openers: Trie,
    refusals: Trie,
    /// What stands before a statement in a story, and elsewhere.
    story_fronts: Trie,
    plain_fronts: Trie,
    /// First statements about each thing of the knowledge base.
    firsts: Vec<Vec<First>>,
    /// Ids of every other sentence, with the space before it.
    sentences: HashMap<String, Vec<u32>>,
}

/// The first statements of one relation, all true or all wrong.
struct First {
    relation: Relation,
    truthful: bool,
    /// After other words.
    within: Trie,
    /// At the beginning of a sentence.
    begins: Trie,
}

/// What the sentences so far may have been.
struct SoFar {
    weight: f64,
    /// `None`: a refusal.
    said: Option<Said>,
    /// What remarks come from, and those already made.
    remarks: &'static [&'static str; 6],
    remarked: Vec<&'static str>,
}

impl NextTokens {
    /// `encode` gives the ids of a text that continues another. The tokenizer must never
    /// join what a space separates, as byte-level BPE does not.
    ///
    /// # Errors
    /// Those of `encode`.
    pub fn new<E>(encode: impl Fn(&str) -> Result<Vec<u32>, E>) -> Result<NextTokens, E> {
        let continued = |text: &str| encode(&format!(" {text}"));
        let mut openers = Trie::default();
        for phrase in POLITE.iter().chain(&CURT) {
            openers.insert(&encode(phrase)?, 1.0, Ends::Opener);
        }
        let mut refusals = Trie::default();
        for refusal in REFUSALS {
            let hedged = HEDGES.map(|hedge| format!("{hedge} {refusal}"));
            let share = 1.0 / (2 * REFUSALS.len()) as f64;
            refusals.insert(&continued(&sentence(refusal))?, share, Ends::Refusal);
            for text in hedged {
                let share = share / HEDGES.len() as f64;
                refusals.insert(&continued(&sentence(&text))?, share, Ends::Refusal);
            }
        }
        let mut sentences = HashMap::new();
        let sets = [
            &WARM,
            &COOL,
            &REFUSAL_REMARKS,
            &FACT_REMARKS,
            &STORY_REMARKS,
            &HELP_REMARKS,
            &SOCIAL_REMARKS,
        ];
        for phrase in sets.into_iter().flatten() {
            sentences.insert((*phrase).to_owned(), continued(phrase)?);
        }
        let mut firsts = Vec::new();
        for thing in &knowledge().things {
            let mut own = Vec::new();
            for truthful in truths(thing) {
                for fact in &thing.facts {
                    own.push(First::of(thing, fact.relation, *truthful, continued)?);
                }
                for (_, text) in Said::new(thing, *truthful).sayable() {
                    let ids = continued(&text)?;
                    sentences.insert(text, ids);
                }
            }
            firsts.push(own);
        }
        let fronts = |openings: &[&str]| {
            let mut fronts = Trie::default();
            for opening in openings {
                let share = 1.0 / openings.len() as f64;
                let hedges = HEDGES.map(|hedge| (Some(hedge), share / 2.0 / HEDGES.len() as f64));
                let direct = (!opening.is_empty()).then_some((None, share / 2.0));
                for (hedge, share) in hedges.into_iter().chain(direct) {
                    let text = match (opening.is_empty(), hedge) {
                        (true, hedge) => hedge.unwrap_or_default().to_owned(),
                        (false, None) => format!("{opening},"),
                        (false, Some(hedge)) => format!("{opening}, {hedge}"),
                    };
                    let raised = sentence(&text);
                    let raised = raised.strip_suffix('.').unwrap_or(&raised);
                    fronts.insert(&continued(raised)?, share, Ends::Front);
                }
            }
            Ok(fronts)
        };
        Ok(NextTokens {
            openers,
            refusals,
            story_fronts: fronts(&STORY_OPENINGS)?,
            plain_fronts: fronts(&[""])?,
            firsts,
            sentences,
        })
    }

    /// The distribution before each id of an answer to this prompt, end of text included;
    /// `None` for an answer that the grammar cannot write.
    pub fn of_answer(&self, prompt: &Prompt, ids: &[u32]) -> Option<Vec<SoftTarget>> {
        let mut walk = AnswerWalk {
            ids,
            soft_targets: Vec::with_capacity(ids.len()),
        };
        walk.sentence(vec![Cursor::new(&self.openers, 1.0, 0)], |_| Vec::new())?;
        let mut states = self.first_sentence(prompt, &mut walk)?;
        for said in 1.. {
            let closing = closing_rate(said);
            let tries: Vec<Trie> = states
                .iter()
                .map(|state| self.further(state, said, closing))
                .collect();
            let cursors = states.iter().zip(&tries).enumerate();
            let cursors =
                cursors.map(|(index, (state, trie))| Cursor::new(trie, state.weight, index));
            let ended = walk.sentence(cursors.collect(), |_| Vec::new())?;
            if ended.iter().any(|(_, ends)| matches!(ends, Ends::Closer)) {
                break;
            }
            states = ended
                .into_iter()
                .map(|(cursor, ends)| states[cursor.tag].after(cursor.reached(), ends))
                .collect();
        }
        // Nothing but the end can follow.
        let left = walk.ids.iter().map(|&id| vec![(id, 1.0)]);
        walk.soft_targets.extend(left);
        (walk.soft_targets.len() == ids.len()).then_some(walk.soft_targets)
    }

    fn first_sentence(&self, prompt: &Prompt, walk: &mut AnswerWalk<'_>) -> Option<Vec<SoFar>> {
        let refuses = refusal_rate(prompt);
        let is_story = prompt.family == Family::Story;
        let (fronts, fronted) = match is_story {
            true => (&self.story_fronts, 1.0),
            false => (&self.plain_fronts, 0.5),
        };
        let states = 1.0 - refuses;
        let mut cursors = vec![
            Cursor::new(&self.refusals, refuses, 0),
            Cursor::new(fronts, states * fronted, 0),
        ];
        let mut abouts = Vec::new();
        if fronted < 1.0 {
            let direct = states * (1.0 - fronted);
            cursors.extend(self.statements(prompt, direct, true, &mut abouts));
        }
        let ended = walk.sentence(cursors, |weight| {
            self.statements(prompt, weight, false, &mut abouts)
        })?;
        let found = ended.into_iter().map(|(cursor, ends)| {
            let about = abouts.get(cursor.tag);
            match (ends, about) {
                (Ends::Statement(relation, value), Some(&(thing, truthful))) => {
                    let thing = &knowledge().things[thing];
                    let mut said = Said::new(thing, truthful);
                    said.note(relation, value);
                    SoFar::new(cursor.reached(), Some(said), remarks(prompt, thing))
                }
                _ => SoFar::new(cursor.reached(), None, &REFUSAL_REMARKS),
            }
        });
        Some(found.collect())
    }

    /// Every first statement of an answer that does not decline; a cursor's tag is the
    /// place of its thing and truth in `abouts`.
    fn statements<'a>(
        &'a self,
        prompt: &Prompt,
        weight: f64,
        begins: bool,
        abouts: &mut Vec<(usize, bool)>,
    ) -> Vec<Cursor<'a>> {
        let others = other_things(prompt);
        let share = weight * (1.0 - ON_TOPIC_RATE) / others.len().max(1) as f64;
        let others = others.into_iter().map(|thing| (thing, None, share));
        let own = (prompt.subject, prompt.relation, weight * ON_TOPIC_RATE);
        let mut cursors = Vec::new();
        for (thing, relation, weight) in std::iter::once(own).chain(others) {
            let firsts = || {
                let firsts = self.firsts[thing].iter();
                firsts.filter(|first| relation.is_none_or(|own| own == first.relation))
            };
            let share = weight / firsts().count().max(1) as f64;
            for first in firsts() {
                abouts.push((thing, first.truthful));
                let trie = if begins { &first.begins } else { &first.within };
                cursors.push(Cursor::new(trie, share, abouts.len() - 1));
            }
        }
        cursors
    }

    /// What can follow after `said` sentences of content.
    fn further(&self, state: &SoFar, said: usize, closing: f64) -> Trie {
        let mut trie = Trie::default();
        let mut insert = |text: &str, share, ends| {
            if let Some(ids) = self.sentences.get(text) {
                trie.insert(ids, share, ends);
            }
        };
        if closing > 0.0 {
            for phrase in WARM.iter().chain(&COOL) {
                let share = closing / (WARM.len() + COOL.len()) as f64;
                insert(phrase, share, Ends::Closer);
            }
        }
        let going_on = 1.0 - closing;
        let wants_fact = further_sentences(Length::Long).get(said - 1) == Some(&true);
        let statements = match &state.said {
            Some(said) if wants_fact => said.further_options(),
            _ => Vec::new(),
        };
        if going_on <= 0.0 {
            return trie;
        }
        for (share, (relation, value), text) in &statements {
            let ends = Ends::Statement(*relation, value);
            insert(text, going_on * share, ends);
        }
        if statements.is_empty() {
            let new = |remark: &&&'static str| !state.remarked.contains(*remark);
            let count = state.remarks.iter().filter(new).count();
            for remark in state.remarks.iter().filter(new) {
                let share = going_on / count as f64;
                insert(remark, share, Ends::Remark(remark));
            }
        }
        trie
    }
}

impl First {
    fn of<E>(
        thing: &'static Thing,
        relation: Relation,
        truthful: bool,
        continued: impl Fn(&str) -> Result<Vec<u32>, E>,
    ) -> Result<First, E> {
        let mut first = First {
            relation,
            truthful,
            within: Trie::default(),
            begins: Trie::default(),
        };
        let values = Said::new(thing, truthful).values_of(relation);
        let frames = relation.full_frames();
        let share = 1.0 / (values.len() * frames.len()).max(1) as f64;
        for value in values {
            for frame in frames {
                let text = fill(frame, &thing.name, &thing.key, value);
                let ends = Ends::Statement(relation, value);
                let raised = continued(&sentence(&text))?;
                first.begins.insert(&raised, share, ends);
                let within = continued(&format!("{text}."))?;
                first.within.insert(&within, share, ends);
            }
        }
        Ok(first)
    }
}

impl SoFar {
    fn new(weight: f64, said: Option<Said>, remarks: &'static [&'static str; 6]) -> SoFar {
        SoFar {
            weight,
            said,
            remarks,
            remarked: Vec::new(),
        }
    }

    fn after(&self, weight: f64, ends: Ends) -> SoFar {
        let mut next = SoFar {
            weight,
            said: self.said.clone(),
            remarks: self.remarks,
            remarked: self.remarked.clone(),
        };
        match (ends, &mut next.said) {
            (Ends::Statement(relation, value), Some(said)) => said.note(relation, value),
            (Ends::Remark(remark), _) => next.remarked.push(remark),
            _ => {}
        }
        next
    }
}

/// Whether what an answer about a thing states may be wrong.
fn truths(thing: &Thing) -> &'static [bool] {
    if is_checkable(thing) {
        &[true, false]
    } else {
        &[true]
    }
}

/// How likely an answer closes after so many sentences of content: lengths of one, three
/// and five are drawn alike.
fn closing_rate(said: usize) -> f64 {
    match said {
        1 => 1.0 / 3.0,
        3 => 0.5,
        2 | 4 => 0.0,
        _ => 1.0,
    }
}

/// An answer being read.
struct AnswerWalk<'i> {
    /// Not yet read.
    ids: &'i [u32],
    soft_targets: Vec<SoftTarget>,
}

impl AnswerWalk<'_> {
    /// Reads one sentence; the cursors that read it to its end. `behind_front` gives what
    /// can follow a front of this weight.
    fn sentence<'t>(
        &mut self,
        mut cursors: Vec<Cursor<'t>>,
        mut behind_front: impl FnMut(f64) -> Vec<Cursor<'t>>,
    ) -> Option<Vec<(Cursor<'t>, Ends)>> {
        loop {
            let (&id, left) = self.ids.split_first()?;
            self.soft_targets.push(next_tokens(&cursors));
            self.ids = left;
            let mut ended = Vec::new();
            let mut going_on = Vec::new();
            for cursor in cursors.into_iter().filter_map(|cursor| cursor.after(id)) {
                match cursor.ends() {
                    Some(Ends::Front) => {
                        going_on.extend(behind_front(cursor.reached()));
                        going_on.push(cursor);
                    }
                    Some(ends) => ended.push((cursor, ends)),
                    None => going_on.push(cursor),
                }
            }
            if !ended.is_empty() {
                return Some(ended);
            }
            if going_on.is_empty() {
                return None;
            }
            cursors = going_on;
        }
    }
}
