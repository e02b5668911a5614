//! Dataset rows to token ids, as the trainers of TRL 1.16.0 prepare them.
//!
//! How depends on the trainer, see [`Preparation`]. Rows come out as TRL's dataset
//! preparation leaves them: what its collators cut later is still whole.
//!
//! Where Tilt departs from TRL: CPO's and ORPO's rows whose prompt fills `max_length` are
//! dropped, where TRL goes on with an empty completion and a loss that is no number.

mod encode;
mod rotate;

use crate::sequence::Sequence;
use crate::text::Text;
use encode::Encoder;
use std::borrow::Cow;
use tilt_protocol::dataset::unpair;
use tilt_protocol::{Content, Error, Example, Objective, Result};

pub use rotate::rotate_completions;

/// One training row as ids.
#[derive(Clone, Debug, PartialEq)]
pub enum TokenisedRow {
    Pair {
        chosen: Sequence,
        rejected: Sequence,
        /// For reward models: by how much the chosen reward should be above the other.
        margin: Option<f64>,
    },
    Unpaired {
        sequence: Sequence,
        desirable: bool,
    },
    /// For supervised fine-tuning: an empty prompt means that everything is scored.
    Text {
        sequence: Sequence,
    },
}

impl TokenisedRow {
    /// The row with its completions cut from the right, so that no sequence has more
    /// than `max_length` tokens.
    pub fn cut(mut self, max_length: usize) -> TokenisedRow {
        match &mut self {
            TokenisedRow::Pair {
                chosen, rejected, ..
            } => {
                chosen.cut(max_length);
                rejected.cut(max_length);
            }
            TokenisedRow::Unpaired { sequence, .. } | TokenisedRow::Text { sequence } => {
                sequence.cut(max_length);
            }
        }
        self
    }

    /// # Errors
    /// [`Error::InvalidConfig`] for a sequence without a token, by its field: nothing can be
    /// read of it.
    fn with_tokens(self) -> Result<TokenisedRow> {
        let fields: &[&str] = match self {
            TokenisedRow::Pair { .. } => &["chosen", "rejected"],
            TokenisedRow::Unpaired { .. } => &["completion"],
            TokenisedRow::Text { .. } => &["text"],
        };
        let mut named = self.sequences().into_iter().zip(fields);
        match named.find(|(sequence, _)| sequence.is_empty()) {
            Some((_, field)) => Err(Error::invalid(
                field,
                "no token, and none in its prompt",
                "at least one token",
            )),
            None => Ok(self),
        }
    }

    /// Chosen and rejected, or the one there is.
    fn sequences(&self) -> Vec<&Sequence> {
        match self {
            TokenisedRow::Pair {
                chosen, rejected, ..
            } => vec![chosen, rejected],
            TokenisedRow::Unpaired { sequence, .. } | TokenisedRow::Text { sequence } => {
                vec![sequence]
            }
        }
    }
}

/// How a trainer of TRL prepares its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preparation {
    /// `DPOTrainer`: pairs. Prompt and completion are tokenised as one text and split at
    /// the common token prefix of `prompt` and `prompt + completion`, the shorter of the
    /// pair's two; a tail of the prompt that merges with a completion belongs to it.
    Preference,
    /// `KTOTrainer`: the same for labelled completions. Pairs are taken apart first.
    Unpaired,
    /// `CPOTrainer` and `ORPOTrainer`: pairs, each side split on its own (the tokeniser of
    /// 2024). Ids of begin and end of text are added, special tokens of the tokenizer's
    /// own making are not.
    PerSide,
    /// `SFTTrainer`: texts, and completions with their prompts. Of pairs the chosen
    /// completion is taken; labels are ignored, as TRL ignores columns it does not know.
    Texts,
    /// The same without `completion_only_loss`: prompt and completion are one text, all of
    /// it scored.
    WholeTexts,
    /// `RewardTrainer`: pairs, prompt and completion as one text. There is no split: the
    /// whole sequence is the completion.
    Reward,
}

impl Preparation {
    /// That of the objective's trainer.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for one that samples its rows.
    pub fn of(objective: &Objective) -> Result<Preparation> {
        Ok(match objective {
            Objective::Dpo(_) => Preparation::Preference,
            Objective::Kto(_) => Preparation::Unpaired,
            Objective::Cpo(_) | Objective::Orpo { .. } => Preparation::PerSide,
            Objective::Sft(sft) if sft.completion_only_loss => Preparation::Texts,
            Objective::Sft(_) => Preparation::WholeTexts,
            Objective::Reward { .. } => Preparation::Reward,
            Objective::Online(online) => {
                let expected = "a trainer of given rows; this one samples its own";
                return Err(Error::invalid("trainer", online.trainer(), expected));
            }
        })
    }
}

/// Rows ready for training, and how many had to be left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenisedRows {
    pub rows: Vec<TokenisedRow>,
    /// Rows that `max_length` leaves nothing of to train on; TRL drops them too.
    pub dropped: usize,
    /// One [`Error::BadRow`] a row that cannot be used; its `line` is the row's number
    /// among the examples, from 1.
    pub refused: Vec<Error>,
}

impl TokenisedRows {
    /// The rows, all of them good.
    ///
    /// # Errors
    /// [`Error::BadRows`] with every refused one.
    pub fn all_good(self) -> Result<TokenisedRows> {
        if self.refused.is_empty() {
            Ok(self)
        } else {
            Err(Error::BadRows(self.refused))
        }
    }
}

/// Tokenises rows for a trainer, each to the kind of row that it trains on.
///
/// Rows whose prompt has `max_length` tokens or more are dropped, for a reward model those
/// with a longer sequence, for supervised fine-tuning also those without a completion.
/// Rows of [`Preparation::Texts`] and [`Preparation::PerSide`] are cut to `max_length`
/// tokens. Those of [`Preparation::Preference`] and [`Preparation::Unpaired`] are still
/// whole: they are cut where they are used, since KTO's mismatched rows pair a prompt with
/// another row's whole completion.
///
/// A row of a kind that the trainer does not take, with no token at all, with ids beyond
/// `vocab`, whose prompt
/// merges with its completions (see [`Preparation::PerSide`]) or on which the chat template
/// fails is refused, and spoils no other.
///
/// # Errors
/// [`Error::NoTokenizer`] for text without a tokenizer, and [`Error::MalformedFile`] when
/// the tokenizer itself fails: no row is to blame.
pub fn tokenise(
    examples: &[Example],
    text: Option<&Text>,
    vocab: usize,
    max_length: usize,
    preparation: Preparation,
) -> Result<TokenisedRows> {
    let encoder = Encoder { text, vocab };
    let taken: Vec<(usize, Cow<'_, Example>)> = match preparation {
        Preparation::Unpaired => {
            let unpaired = unpair(examples).into_iter();
            unpaired
                .map(|(index, row)| (index, Cow::Owned(row)))
                .collect()
        }
        _ => examples.iter().map(Cow::Borrowed).enumerate().collect(),
    };
    let mut rows = TokenisedRows::default();
    for (index, example) in taken {
        match tokenise_row(&encoder, &example, preparation).and_then(TokenisedRow::with_tokens) {
            Ok(row) => match fitting(row, max_length, preparation) {
                Some(row) => rows.rows.push(row),
                None => rows.dropped += 1,
            },
            Err(error) => {
                rows.refused.push(in_row(error, index + 1, text)?);
            }
        }
    }
    rows.refused.dedup();
    Ok(rows)
}

/// A prompt alone as ids, as the policy is given it.
///
/// # Errors
/// [`Error::NoTokenizer`] for text without a tokenizer, [`Error::TokenOutOfRange`] for ids that
/// the model does not have, and those of the chat template.
pub fn prompt_ids(prompt: &Content, text: Option<&Text>, vocab: usize) -> Result<Vec<u32>> {
    Encoder { text, vocab }.prompt_ids(prompt)
}

fn tokenise_row(
    encoder: &Encoder,
    example: &Example,
    preparation: Preparation,
) -> Result<TokenisedRow> {
    match (preparation, example) {
        (
            Preparation::Preference | Preparation::PerSide | Preparation::Reward,
            Example::Pair {
                prompt,
                chosen,
                rejected,
                margin,
            },
        ) => {
            let [chosen, rejected] = match preparation {
                Preparation::PerSide => encoder.per_side(prompt, [chosen, rejected])?,
                Preparation::Reward => [
                    encoder.whole(prompt, chosen)?,
                    encoder.whole(prompt, rejected)?,
                ],
                _ => encoder.pair(prompt, [chosen, rejected])?,
            };
            Ok(TokenisedRow::Pair {
                chosen,
                rejected,
                margin: *margin,
            })
        }
        (
            Preparation::Unpaired,
            Example::Unpaired {
                prompt,
                completion,
                label,
            },
        ) => Ok(TokenisedRow::Unpaired {
            sequence: encoder.completion(prompt, completion)?,
            desirable: *label,
        }),
        (Preparation::Texts | Preparation::WholeTexts, example) => {
            let mut sequence = match example {
                Example::Text { text } => encoder.text(text)?,
                Example::Prompt { .. } => {
                    let expected = "an answer to the prompt, or a whole text";
                    return Err(Error::invalid("completion", "missing", expected));
                }
                Example::Pair {
                    prompt,
                    chosen: completion,
                    ..
                }
                | Example::Unpaired {
                    prompt, completion, ..
                }
                | Example::Completion { prompt, completion } => {
                    encoder.completion(prompt, completion)?
                }
            };
            if preparation == Preparation::WholeTexts {
                let completion = std::mem::take(&mut sequence.completion);
                sequence.prompt.extend(completion);
                std::mem::swap(&mut sequence.prompt, &mut sequence.completion);
            }
            Ok(TokenisedRow::Text { sequence })
        }
        (Preparation::Unpaired, Example::Completion { .. }) => {
            Err(Error::invalid("label", "missing", "true or false"))
        }
        (Preparation::Unpaired, other) => Err(Error::invalid(
            "the row",
            other.kind(),
            "a completion with a label, or a pair",
        )),
        (_, other) => Err(Error::invalid(
            "the row",
            other.kind(),
            "a pair (chosen, rejected)",
        )),
    }
}

/// The row as far as the trainer keeps it; `None` where it drops it.
fn fitting(row: TokenisedRow, max_length: usize, preparation: Preparation) -> Option<TokenisedRow> {
    let fits = row.sequences().iter().all(|sequence| match preparation {
        Preparation::Reward => sequence.len() <= max_length,
        Preparation::Texts | Preparation::WholeTexts => {
            sequence.prompt.len() < max_length && !sequence.completion.is_empty()
        }
        Preparation::Preference | Preparation::Unpaired | Preparation::PerSide => {
            sequence.prompt.len() < max_length
        }
    });
    let row = match preparation {
        Preparation::PerSide | Preparation::Texts | Preparation::WholeTexts => row.cut(max_length),
        Preparation::Preference | Preparation::Unpaired | Preparation::Reward => row,
    };
    fits.then_some(row)
}

/// A row's defect with its number; what is no row's fault comes back as the error it is.
fn in_row(error: Error, number: usize, text: Option<&Text>) -> Result<Error> {
    let (field, found, expected) = match error {
        Error::InvalidConfig {
            field,
            value,
            expected,
        } => (field, value, expected),
        Error::TokenOutOfRange { id, vocab } => (
            "token ids".to_owned(),
            match text {
                Some(text) => format!("id {id} (\"{}\")", text.token_text(id)),
                None => format!("id {id}"),
            },
            format!("ids below {vocab}, the model's vocabulary"),
        ),
        Error::ChatTemplate { reason } => (
            "turns".to_owned(),
            reason,
            "a conversation that the chat template renders".to_owned(),
        ),
        other => return Err(other),
    };
    Ok(Error::BadRow {
        line: number,
        field,
        found,
        expected,
    })
}

#[cfg(test)]
mod tests;
