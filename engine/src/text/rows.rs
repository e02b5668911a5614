//! Dataset rows to token ids, as TRL prepares them.
//!
//! Prompt and completion are tokenised together and split at the common token
//! prefix of `prompt` and `prompt + completion` (for a pair the shorter of the
//! two), so a tail of the prompt that merges with the completion belongs to it.

use crate::batch::Sequence;
use crate::text::Text;
use tilt_protocol::{Content, Error, Example, Result};

/// One training row as ids.
#[derive(Clone, Debug, PartialEq)]
pub enum TokenisedRow {
    Pair {
        chosen: Sequence,
        rejected: Sequence,
    },
    Unpaired {
        sequence: Sequence,
        desirable: bool,
    },
}

/// Rows ready for training, and how many had to be left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    pub rows: Vec<TokenisedRow>,
    /// Rows whose prompt alone fills `max_length`; TRL drops them too.
    pub dropped: usize,
}

/// Tokenises rows and drops those whose prompt has `max_length` tokens or more. Rows
/// that are longer are still whole: they are cut where they are used, since KTO's
/// mismatched rows pair a prompt with another row's whole completion.
///
/// # Errors
/// [`Error::NoTokenizer`] for text without a tokenizer, [`Error::TokenOutOfRange`]
/// for ids beyond `vocab`, [`Error::ChatTemplate`].
pub fn tokenise(
    examples: &[Example],
    text: Option<&Text>,
    vocab: usize,
    max_length: usize,
) -> Result<Rows> {
    let mut rows = Rows::default();
    for example in examples {
        let row = match example {
            Example::Pair {
                prompt,
                chosen,
                rejected,
            } => {
                let [chosen, rejected] = split(prompt, [chosen, rejected], text, vocab)?;
                TokenisedRow::Pair { chosen, rejected }
            }
            Example::Unpaired {
                prompt,
                completion,
                label,
            } => {
                let [sequence] = split(prompt, [completion], text, vocab)?;
                TokenisedRow::Unpaired {
                    sequence,
                    desirable: *label,
                }
            }
        };
        if row.prompt_len() < max_length {
            rows.rows.push(row);
        } else {
            rows.dropped += 1;
        }
    }
    Ok(rows)
}

/// One sequence a completion, all with the same prompt ids.
fn split<const N: usize>(
    prompt: &Content,
    completions: [&Content; N],
    text: Option<&Text>,
    vocab: usize,
) -> Result<[Sequence; N]> {
    let ids = |content: &Content| match content {
        Content::Ids(ids) => Some(ids.clone()),
        Content::Plain(_) | Content::Turns(_) => None,
    };
    if let Some(prompt) = ids(prompt) {
        let mut sequences = Vec::with_capacity(N);
        for completion in completions {
            let completion = ids(completion).ok_or_else(|| {
                Error::invalid("completion", "text", "token ids, as the prompt has them")
            })?;
            if let Some(&id) = prompt
                .iter()
                .chain(&completion)
                .find(|&&id| id as usize >= vocab)
            {
                return Err(Error::TokenOutOfRange { id, vocab });
            }
            sequences.push(Sequence {
                prompt: prompt.clone(),
                completion,
            });
        }
        return exactly(sequences);
    }
    let text = text.ok_or_else(|| Error::NoTokenizer {
        what: "text in a dataset".to_owned(),
    })?;
    // A chat template writes its own special tokens.
    let with_special = !(matches!(prompt, Content::Turns(_)) && text.has_chat_template());
    let prompt_ids = text.encode(&text.prompt_text(prompt)?, with_special)?;
    let mut full = Vec::with_capacity(N);
    for completion in completions {
        full.push(text.encode(&text.full_text(prompt, completion)?, with_special)?);
    }
    let boundary = full
        .iter()
        .map(|ids| common_prefix(&prompt_ids, ids))
        .min()
        .unwrap_or(prompt_ids.len());
    let sequences = full
        .into_iter()
        .map(|ids| Sequence {
            prompt: ids[..boundary].to_vec(),
            completion: ids[boundary..].to_vec(),
        })
        .collect();
    exactly(sequences)
}

fn exactly<const N: usize>(sequences: Vec<Sequence>) -> Result<[Sequence; N]> {
    sequences
        .try_into()
        .map_err(|_| Error::internal("a completion was lost while tokenising"))
}

impl TokenisedRow {
    /// The row with its completions cut from the right, so that no sequence has more
    /// than `max_length` tokens.
    pub fn cut(mut self, max_length: usize) -> TokenisedRow {
        match &mut self {
            TokenisedRow::Pair { chosen, rejected } => {
                chosen.cut(max_length);
                rejected.cut(max_length);
            }
            TokenisedRow::Unpaired { sequence, .. } => sequence.cut(max_length),
        }
        self
    }

    fn prompt_len(&self) -> usize {
        match self {
            TokenisedRow::Pair { chosen, .. } => chosen.prompt.len(),
            TokenisedRow::Unpaired { sequence, .. } => sequence.prompt.len(),
        }
    }
}

fn common_prefix(a: &[u32], b: &[u32]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(prompt: &[u32], chosen: &[u32], rejected: &[u32]) -> Example {
        Example::Pair {
            prompt: Content::Ids(prompt.to_vec()),
            chosen: Content::Ids(chosen.to_vec()),
            rejected: Content::Ids(rejected.to_vec()),
        }
    }

    #[test]
    fn rows_are_cut_from_the_right_and_full_prompts_dropped() {
        let examples = [
            pair(&[1, 2], &[3, 4, 5], &[6]),
            pair(&[1, 2, 3, 4], &[5], &[6]),
        ];
        let rows = tokenise(&examples, None, 10, 4).unwrap();
        assert_eq!(rows.dropped, 1);
        let TokenisedRow::Pair { chosen, rejected } = rows.rows[0].clone().cut(4) else {
            panic!()
        };
        assert_eq!(
            (chosen.completion.as_slice(), rejected.completion.as_slice()),
            (&[3, 4][..], &[6][..])
        );
    }

    #[test]
    fn an_id_beyond_the_vocabulary_is_named() {
        let error = tokenise(&[pair(&[1], &[10], &[2])], None, 10, 8).unwrap_err();
        assert_eq!(error, Error::TokenOutOfRange { id: 10, vocab: 10 });
    }

    #[test]
    fn text_without_a_tokenizer_is_an_error() {
        let example = Example::Pair {
            prompt: Content::user("a"),
            chosen: Content::assistant("b"),
            rejected: Content::assistant("c"),
        };
        assert!(matches!(
            tokenise(&[example], None, 10, 8),
            Err(Error::NoTokenizer { .. })
        ));
    }
}
