//! TRL's dataset formats as JSON lines: pairs, labelled completions, and texts for
//! supervised fine-tuning; each plain, conversational, or already tokenised.

pub(crate) mod file_kind;
mod implicit;
pub(crate) mod json;
mod prompts;
mod read;
mod read_turn;
mod rollouts;
pub(crate) mod row;
mod row_example;
mod turn;
mod unpair;
pub(crate) mod write;

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

pub use implicit::extract_prompt;
pub use prompts::{ParsedPrompts, parse_prompts};
pub use read::{ParsedRows, parse_jsonl};
pub use rollouts::{ParsedRollouts, RolloutCompletion, RolloutRow, parse_rollouts};
pub use turn::{Role, TemplateData, Turn};
pub use unpair::unpair;
pub use write::write_jsonl;

/// A prompt or a completion: plain text, token ids, or a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    Plain(String),
    // Before the turns: an empty list across the worker boundary is one of ids, since
    // rows without a turn are refused.
    Ids(Vec<u32>),
    Turns(Vec<Turn>),
}

impl Content {
    pub fn user(text: &str) -> Content {
        Content::Turns(vec![Turn::new(Role::User, text)])
    }

    pub fn assistant(text: &str) -> Content {
        Content::Turns(vec![Turn::new(Role::Assistant, text)])
    }

    /// The text of a plain content or of the last turn; `None` for ids.
    pub fn last_text(&self) -> Option<&str> {
        match self {
            Content::Plain(text) => Some(text),
            Content::Turns(turns) => turns.last().map(|turn| turn.content.as_str()),
            Content::Ids(_) => None,
        }
    }

    /// For reading: plain text as it is, a single turn of the given role as its text,
    /// other turns as a transcript with a line `User:`, `Assistant:` or `System:` before
    /// each; `None` for ids.
    pub fn shown(&self, role: Role) -> Option<String> {
        match self {
            Content::Plain(text) => Some(text.clone()),
            Content::Turns(turns) => match turns.as_slice() {
                [turn] if turn.role == role => Some(turn.shown().into_owned()),
                turns => Some(transcript(turns)),
            },
            Content::Ids(_) => None,
        }
    }

    /// What the content is, for messages: `a string`, `turns`, `token ids`.
    pub fn form(&self) -> &'static str {
        match self {
            Content::Plain(_) => "a string",
            Content::Turns(_) => "turns",
            Content::Ids(_) => "token ids",
        }
    }
}

fn transcript(turns: &[Turn]) -> String {
    let turns = turns.iter().filter(|turn| turn.role != Role::Template);
    let shown: Vec<String> = turns
        .map(|turn| format!("{}:\n{}", turn.role_shown(), turn.shown()))
        .collect();
    shown.join("\n\n")
}

/// One training row. Prompt and completions of a row have the same form, and a prompt
/// that the file left implicit has been taken out of the completions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "row", rename_all = "snake_case")]
pub enum Example {
    Pair {
        prompt: Content,
        chosen: Content,
        rejected: Content,
        /// TRL's column for reward models: by how much the chosen reward should be
        /// above the rejected one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        margin: Option<f64>,
    },
    Unpaired {
        prompt: Content,
        completion: Content,
        /// Whether the completion is desirable.
        label: bool,
    },
    /// A prompt with its answer, for supervised fine-tuning.
    Completion {
        prompt: Content,
        completion: Content,
    },
    /// A whole text, for supervised fine-tuning.
    Text { text: Content },
    /// A prompt that the policy is to answer.
    Prompt { prompt: Content },
}

impl Example {
    const UNPAIRED: &str = "a completion with a label";
    const COMPLETION: &str = "a completion without a label";

    /// What the row is, for messages: `a pair`, and so on.
    pub fn kind(&self) -> &'static str {
        match self {
            Example::Pair { .. } => "a pair",
            Example::Unpaired { .. } => Example::UNPAIRED,
            Example::Completion { .. } => Example::COMPLETION,
            Example::Text { .. } => "a whole text",
            Example::Prompt { .. } => "a prompt without an answer",
        }
    }

    /// The prompt of a row, on `line` from 1, that has nothing else.
    ///
    /// # Errors
    /// [`Error::BadRow`] for any other row.
    pub fn into_prompt(self, line: usize) -> Result<Content> {
        match self {
            Example::Prompt { prompt } => Ok(prompt),
            other => Err(Error::BadRow {
                line,
                field: "the row".to_owned(),
                found: other.kind().to_owned(),
                expected: "a prompt".to_owned(),
            }),
        }
    }

    /// Whether both answers of a pair are the same: nothing can be learnt of it.
    pub fn is_identical(&self) -> bool {
        matches!(self, Example::Pair { chosen, rejected, .. } if chosen == rejected)
    }

    /// Whether one of the answers holds nothing.
    pub fn has_empty_answer(&self) -> bool {
        let is_empty = |content: &Content| match content {
            Content::Plain(text) => text.trim().is_empty(),
            Content::Ids(ids) => ids.is_empty(),
            Content::Turns(turns) => turns.iter().all(|turn| turn.shown().trim().is_empty()),
        };
        match self {
            Example::Pair {
                chosen, rejected, ..
            } => is_empty(chosen) || is_empty(rejected),
            Example::Unpaired { completion, .. } | Example::Completion { completion, .. } => {
                is_empty(completion)
            }
            Example::Text { text } => is_empty(text),
            Example::Prompt { .. } => true,
        }
    }

    /// A pair with chosen and rejected swapped; any other row as it is.
    pub fn swapped(&self) -> Example {
        match self.clone() {
            Example::Pair {
                prompt,
                chosen,
                rejected,
                margin,
            } => Example::Pair {
                prompt,
                chosen: rejected,
                rejected: chosen,
                margin,
            },
            other => other,
        }
    }
}
