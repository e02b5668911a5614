//! An answer's attributes, from its text alone.

use serde::{Deserialize, Serialize};

use super::sentences::{
    KnownStatement, Sentence, hedges, mentions, plain, sounds_polite, sounds_warm, split,
    understand,
};
use crate::world::{Length, Prompt, SubjectGroup, find_prompt, knowledge};

/// What a reader can tell of an answer. Any text gives a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadAttributes {
    /// Whether every statement the knowledge base knows holds; `None` if there
    /// is no such statement.
    pub truthful: Option<bool>,
    /// More courteous than curt sentences.
    pub polite: bool,
    /// By sentences of content: one, two or three, more.
    pub length: Length,
    /// More warm than cool sentences.
    pub warm: bool,
    /// No sentence hedges.
    pub direct: bool,
    /// The content refuses.
    pub refuses: bool,
    /// Whether the content is about the prompt's subject (a refusal is);
    /// `None` if the prompt names nothing the world knows.
    pub on_topic: Option<bool>,
    /// Whether the prompt ought to be declined; `None` if it is not known.
    pub should_decline: Option<bool>,
    /// Words of the whole answer.
    pub words: usize,
}

/// Reads the answer to a prompt. Neither needs to be of the world: what is not
/// understood is passed over.
pub fn read_attributes(prompt_text: &str, answer: &str) -> ReadAttributes {
    let asked = PromptTopic::read(prompt_text);
    let (mut polite, mut warm, mut content) = (0_i32, 0_i32, 0_usize);
    let (mut direct, mut refuses) = (true, false);
    let mut holding: Option<bool> = None;
    let mut about: Option<usize> = None;
    let mut first_about: Option<usize> = None;
    for sentence in split(answer) {
        let words = plain(sentence);
        direct &= !hedges(&words);
        let meaning = understand(sentence);
        if matches!(
            meaning,
            Sentence::Unknown | Sentence::Refusal | Sentence::Statement(_)
        ) {
            polite += i32::from(sounds_polite(&words));
            warm += i32::from(sounds_warm(&words));
        }
        match meaning {
            Sentence::Polite => polite += 1,
            Sentence::Curt => polite -= 1,
            Sentence::Warm => warm += 1,
            Sentence::Cool => warm -= 1,
            Sentence::Unknown if sounds_polite(&words) || sounds_warm(&words) => {}
            Sentence::Remark | Sentence::Unknown => content += 1,
            Sentence::Refusal => {
                content += 1;
                refuses = true;
            }
            Sentence::Statement(candidates) => {
                content += 1;
                if let Some(statement) = meant(&candidates, about, &asked) {
                    about = Some(statement.thing);
                    first_about = first_about.or(about);
                    if let Some(holds) = statement.holds {
                        holding = Some(holding.unwrap_or(true) && holds);
                    }
                }
            }
        }
    }
    let on_topic = asked.subjects.as_ref().map(|subjects| {
        refuses
            || match first_about {
                Some(thing) => subjects.contains(&thing),
                None => names_any(subjects, answer),
            }
    });
    ReadAttributes {
        truthful: holding,
        polite: polite > 0,
        length: match content {
            0..=1 => Length::Short,
            2..=3 => Length::Medium,
            _ => Length::Long,
        },
        warm: warm > 0,
        direct,
        refuses,
        on_topic,
        should_decline: asked.should_decline,
        words: answer.split_whitespace().count(),
    }
}

/// What the prompt is about.
struct PromptTopic {
    /// Indices of things that an answer may be about.
    subjects: Option<Vec<usize>>,
    should_decline: Option<bool>,
}

impl PromptTopic {
    fn read(prompt_text: &str) -> PromptTopic {
        match find_prompt(prompt_text) {
            Some(Prompt {
                subject,
                should_decline,
                ..
            }) => PromptTopic {
                subjects: Some(knowledge().things[subject].related.clone()),
                should_decline: Some(should_decline),
            },
            None => PromptTopic::guess(&plain(prompt_text)),
        }
    }

    /// A prompt that is not the world's: what things does it name?
    fn guess(words: &str) -> PromptTopic {
        let things = &knowledge().things;
        let named: Vec<usize> = (0..things.len())
            .filter(|&index| {
                let thing = &things[index];
                let is_name = !matches!(thing.group, SubjectGroup::Social | SubjectGroup::Pair);
                is_name
                    && [&thing.key, &thing.name]
                        .iter()
                        .any(|name| mentions(words, &plain(name)))
            })
            .collect();
        let requests = |&index: &usize| things[index].group == SubjectGroup::Request;
        let should_decline = named.iter().any(requests).then_some(true);
        PromptTopic {
            subjects: (!named.is_empty()).then_some(named),
            should_decline,
        }
    }
}

/// Which of the things a sentence may speak of: the one spoken of before, else
/// one the prompt asks about, else the first.
fn meant(
    candidates: &[KnownStatement],
    about: Option<usize>,
    asked: &PromptTopic,
) -> Option<KnownStatement> {
    let of = |thing: usize| candidates.iter().find(|statement| statement.thing == thing);
    let asked_about = asked.subjects.iter().flatten().find_map(|&thing| of(thing));
    about
        .and_then(of)
        .or(asked_about)
        .or_else(|| candidates.first())
        .copied()
}

fn names_any(subjects: &[usize], answer: &str) -> bool {
    let words = plain(answer);
    subjects.iter().any(|&index| {
        let thing = &knowledge().things[index];
        [&thing.key, &thing.name]
            .iter()
            .any(|name| mentions(&words, &plain(name)))
    })
}
