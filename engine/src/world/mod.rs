//! The tiny world: short exchanges in plain English whose rules are known.
//!
//! A prompt belongs to one of thirteen families and is about one thing of a
//! closed knowledge base. Its answer is drawn from a grammar with independent
//! latent attributes; every attribute is carried by closed sets of phrases or
//! by statements that the knowledge base can check, so that `crate::judge` can
//! read it back from the text alone.
//!
//! An answer is `opener content closer`:
//! - the opener is courteous or curt (*polite*), always one sentence;
//! - the content has 1, 3 or 5 sentences (*length*), the first of which may
//!   hedge (*direct*), and is a refusal, or statements and remarks about the
//!   prompt's subject (*on topic*) or another thing, all of whose statements
//!   hold or all of which are wrong (*truthful*);
//! - the closer is warm or cool (*warm*), always one sentence.
//!
//! Courteous and curt phrases have the same numbers of words, and so do warm
//! and cool ones: neither attribute moves the length of an answer.

mod animals;
mod answer;
mod choices;
mod corpus;
mod entry;
mod everyday;
mod knowledge;
mod next_token;
mod parse;
mod people;
pub mod phrases;
mod prompts;
mod relation;
mod said;
mod sets;
mod things;
mod trie;

pub use answer::{
    Attributes, Length, ON_TOPIC_RATE, OVER_REFUSAL_RATE, REFUSAL_RATE, draw_attributes,
    write_answer,
};
pub use choices::Choices;
pub use corpus::{Corpus, Entropy, Exchange, answer_entropy, corpus, draw_exchange};
pub use entry::SubjectGroup;
pub use knowledge::{FactGroup, Knowledge, Thing, knowledge};
pub use next_token::{NextTokens, SoftTarget};
pub use parse::parse_answer;
pub use prompts::{Family, Prompt, find_prompt, held_out_prompts, training_prompts};
pub use relation::Relation;
pub(crate) use relation::fill;
pub use sets::{SET_ROWS, curated_set};

/// The sentence that `body` makes: first letter raised, full stop added.
pub(crate) fn sentence(body: &str) -> String {
    let mut letters = body.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_ascii_uppercase(), letters.as_str()),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests;
