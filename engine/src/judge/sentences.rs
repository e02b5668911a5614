//! What a single sentence says: a mark of courtesy or care, a statement that
//! the knowledge base can check, a remark, a refusal.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::world::phrases::*;
use crate::world::{Relation, SubjectGroup, knowledge};

/// A statement the world knows, and whether it holds (`None` where nothing can
/// be wrong).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KnownStatement {
    /// Index of the thing it is about.
    pub thing: usize,
    pub holds: Option<bool>,
}

/// One sentence, understood as far as it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sentence {
    Polite,
    Curt,
    Warm,
    Cool,
    Remark,
    Refusal,
    /// What the sentence may be about: several where `it` stands for the thing.
    Statement(Vec<KnownStatement>),
    Unknown,
}

/// Lower case, words separated by one space, no punctuation but apostrophes.
pub(super) fn plain(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_alphanumeric() || letter == '\'' {
            words.extend(letter.to_lowercase());
        } else if letter == '\u{2019}' {
            words.push('\'');
        } else if !words.ends_with(' ') && !words.is_empty() && letter != '-' {
            words.push(' ');
        }
    }
    words.truncate(words.trim_end().len());
    words
}

/// The sentences of a text, without their final marks.
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(['.', '!', '?', '\n'])
        .map(str::trim)
        .filter(|sentence| !sentence.is_empty())
}

/// Whether `words` occurs in `text` as whole words. Both are plain.
pub(super) fn mentions(text: &str, words: &str) -> bool {
    !words.is_empty()
        && text.match_indices(words).any(|(start, found)| {
            let before = text[..start].chars().next_back();
            let after = text[start + found.len()..].chars().next();
            before.is_none_or(|letter| letter == ' ') && after.is_none_or(|letter| letter == ' ')
        })
}

/// Words that hedge, the grammar's own and those that people write.
const HEDGE_WORDS: [&str; 11] = [
    "i think",
    "i guess",
    "maybe",
    "perhaps",
    "i suppose",
    "probably",
    "possibly",
    "might",
    "may be",
    "not sure",
    "it seems",
];

/// Words that refuse, at the start of a sentence or after a hedge.
const REFUSAL_WORDS: [&str; 10] = [
    "i can not help",
    "i cannot help",
    "i can't help",
    "i will not help",
    "i won't help",
    "i can not do",
    "i cannot do",
    "i must say no",
    "i should stay out",
    "i must decline",
];

/// Whether a sentence, in plain words, hedges.
pub(super) fn hedges(words: &str) -> bool {
    HEDGE_WORDS.iter().any(|hedge| mentions(words, hedge))
}

/// Reads one sentence.
pub(super) fn understand(sentence: &str) -> Sentence {
    let table = table();
    let words = plain(sentence);
    if let Some(found) = table.phrases.get(&words) {
        return found.clone();
    }
    let bare = without_openings(&words);
    if REFUSAL_WORDS.iter().any(|refusal| mentions(bare, refusal)) {
        return Sentence::Refusal;
    }
    if let Some(statements) = table.statements.get(bare) {
        return Sentence::Statement(statements.clone());
    }
    let statement = read_list(bare).or_else(|| longest_within(bare));
    statement.map_or(Sentence::Unknown, |statement| {
        Sentence::Statement(vec![statement])
    })
}

/// The longest statement that a sentence of other words contains.
fn longest_within(words: &str) -> Option<KnownStatement> {
    let table = table();
    let found = table.whole.iter().find(|text| mentions(words, text))?;
    table.statements.get(found).map(|statements| statements[0])
}

/// Whether a sentence that is no phrase of the grammar has courteous words.
pub(super) fn sounds_polite(words: &str) -> bool {
    let marks = [
        "thank you",
        "thanks",
        "please",
        "pardon",
        "kindly",
        "sorry",
        "welcome",
    ];
    marks.iter().any(|mark| mentions(words, mark))
}

/// Whether a sentence that is no phrase of the grammar has warm words.
pub(super) fn sounds_warm(words: &str) -> bool {
    let marks = [
        "dear",
        "my friend",
        "take care",
        "believe in you",
        "care about you",
        "wonderful",
    ];
    marks.iter().any(|mark| mentions(words, mark))
}

/// Takes story openings and hedges off the front, in any order.
fn without_openings(words: &str) -> &str {
    let mut rest = words;
    while let Some(shorter) = STORY_OPENINGS
        .iter()
        .chain(&["i think", "i guess", "maybe", "perhaps"])
        .find_map(|opening| rest.strip_prefix(opening)?.strip_prefix(' '))
    {
        rest = shorter;
    }
    rest
}

/// Any list of a category's members, also one that the grammar cannot write.
fn read_list(words: &str) -> Option<KnownStatement> {
    let knowledge = knowledge();
    knowledge
        .of_group(SubjectGroup::Category)
        .find_map(|index| {
            let thing = &knowledge.things[index];
            let named = words
                .strip_suffix(&format!(" are {}", thing.name))
                .or_else(|| words.strip_prefix(&format!("some {} are ", thing.name)))?;
            let members = &thing
                .facts
                .iter()
                .find(|fact| fact.relation == Relation::Another)?
                .values;
            // Commas are gone: take members away until a stranger stands in front.
            let mut rest = named.trim();
            while !rest.is_empty() {
                let after = members
                    .iter()
                    .find_map(|member| rest.strip_prefix(member.as_str()));
                let Some(after) = after.filter(|after| after.is_empty() || after.starts_with(' '))
                else {
                    break;
                };
                rest = after.trim_start();
                rest = rest.strip_prefix("and ").unwrap_or(rest);
            }
            Some(KnownStatement {
                thing: index,
                holds: Some(rest.is_empty()),
            })
        })
}

struct SentenceTable {
    phrases: BTreeMap<String, Sentence>,
    /// Every sentence that a frame makes of a true or a wrong value.
    statements: BTreeMap<String, Vec<KnownStatement>>,
    /// Those that can stand among other words (not about `it`), longest first.
    whole: Vec<String>,
}

fn table() -> &'static SentenceTable {
    static TABLE: OnceLock<SentenceTable> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut phrases = BTreeMap::new();
        let sets: [(&[&str], Sentence); 9] = [
            (&POLITE, Sentence::Polite),
            (&CURT, Sentence::Curt),
            (&WARM, Sentence::Warm),
            (&COOL, Sentence::Cool),
            (&FACT_REMARKS, Sentence::Remark),
            (&STORY_REMARKS, Sentence::Remark),
            (&HELP_REMARKS, Sentence::Remark),
            (&SOCIAL_REMARKS, Sentence::Remark),
            (&REFUSAL_REMARKS, Sentence::Remark),
        ];
        for (set, meaning) in sets {
            phrases.extend(set.iter().map(|phrase| (plain(phrase), meaning.clone())));
        }
        let statements = statements();
        let stands = |text: &&String| !mentions(text, "it") && text.split(' ').count() > 2;
        let mut whole: Vec<String> = statements.keys().filter(stands).cloned().collect();
        whole.sort_by_key(|text| std::cmp::Reverse(text.len()));
        SentenceTable {
            phrases,
            statements,
            whole,
        }
    })
}

fn statements() -> BTreeMap<String, Vec<KnownStatement>> {
    let mut statements: BTreeMap<String, Vec<KnownStatement>> = BTreeMap::new();
    for (index, thing) in knowledge().things.iter().enumerate() {
        for fact in &thing.facts {
            let checkable = fact.relation.is_checkable();
            let values = fact
                .values
                .iter()
                .map(|value| (value, checkable.then_some(true)));
            let wrong = fact.wrong.iter().map(|value| (value, Some(false)));
            for (value, holds) in values.chain(wrong) {
                let frames = fact.relation.full_frames().iter();
                for frame in frames.chain([&fact.relation.it_frame()]) {
                    let text = crate::world::fill(frame, &thing.name, &thing.key, value);
                    let known = statements.entry(plain(&text)).or_default();
                    let statement = KnownStatement {
                        thing: index,
                        holds,
                    };
                    if !known.contains(&statement) {
                        known.push(statement);
                    }
                }
            }
        }
    }
    statements
}
