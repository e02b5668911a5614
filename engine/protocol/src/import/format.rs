//! What the rows of a file are, and how they become examples.

use super::imported::Imported;
use super::nectar::{self, NectarPairs};
use super::options::ImportOptions;
use super::transcript::is_transcript;
use super::{hh_rlhf, ultrafeedback};
use crate::dataset::file_kind::FileKind;
use crate::dataset::row::Row;
use crate::dataset::{Content, Example};
use crate::error::Result;
use crate::label::{check_row, tilt_export};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a file's first good row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowFormat {
    /// TRL's preference rows with a column `prompt`.
    Preference(Form),
    /// TRL's preference rows whose prompt stands in both completions.
    ImplicitPreference(Form),
    /// TRL's labelled completions.
    Unpaired(Form),
    /// A prompt with its completion, for supervised fine-tuning.
    PromptCompletion(Form),
    /// A whole text, for supervised fine-tuning.
    LanguageModelling(Form),
    HhRlhf,
    UltraFeedback,
    Nectar,
    /// Tilt's own export.
    Tilt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    Plain,
    Conversational,
    Tokenised,
}

impl RowFormat {
    /// The name to show.
    pub fn name(self) -> String {
        let (kind, form) = match self {
            RowFormat::Preference(form) => ("TRL preference, explicit prompt", form),
            RowFormat::ImplicitPreference(form) => ("TRL preference, implicit prompt", form),
            RowFormat::Unpaired(form) => ("TRL unpaired preference", form),
            RowFormat::PromptCompletion(form) => ("TRL prompt-completion", form),
            RowFormat::LanguageModelling(form) => ("TRL language modelling", form),
            RowFormat::HhRlhf => return "HH-RLHF".to_owned(),
            RowFormat::UltraFeedback => return "UltraFeedback, binarized".to_owned(),
            RowFormat::Nectar => return "Nectar".to_owned(),
            RowFormat::Tilt => return "Tilt labels".to_owned(),
        };
        let form = match form {
            Form::Plain => "plain",
            Form::Conversational => "conversational",
            Form::Tokenised => "tokenised",
        };
        format!("{kind}, {form}")
    }
}

/// Which reader a file's rows go through.
#[derive(Clone, Copy, PartialEq)]
enum Reader {
    Trl,
    HhRlhf,
    UltraFeedback,
    Nectar,
    Tilt,
}

impl Reader {
    /// The one that a row's columns ask for. `as_trl` is [`ImportOptions::as_trl`].
    fn of(row: &Row, as_trl: bool) -> Reader {
        let is_transcript = |name: &str| matches!(row.columns.get(name), Some(Value::String(text)) if is_transcript(text));
        if row.has("answers") && row.has("prompt") && !row.has("chosen") {
            Reader::Nectar
        } else if as_trl {
            Reader::Trl
        } else if tilt_export::is_tilt(row) {
            Reader::Tilt
        } else if row.names_any(&["score_chosen"]) && row.names_any(&["score_rejected"]) {
            Reader::UltraFeedback
        } else if !row.has("prompt") && is_transcript("chosen") && is_transcript("rejected") {
            Reader::HhRlhf
        } else {
            Reader::Trl
        }
    }
}

/// Reads a file's rows, all as its first good one.
pub struct RowReader {
    nectar: NectarPairs,
    labels_only: bool,
    as_trl: bool,
    first: Option<(Reader, RowFormat)>,
    kind: FileKind,
}

impl RowReader {
    pub fn new(options: &ImportOptions) -> RowReader {
        RowReader {
            nectar: options.nectar,
            labels_only: options.labels_only,
            as_trl: options.as_trl,
            first: None,
            kind: FileKind::default(),
        }
    }

    /// What the first good row was.
    pub fn format(&self) -> Option<RowFormat> {
        self.first.map(|(_, format)| format)
    }

    /// The examples of a row: one, or of a ranking several; never none.
    ///
    /// # Errors
    /// [`crate::Error::BadRow`].
    pub fn read(&mut self, row: &Row) -> Result<Vec<Imported>> {
        let reader = match self.first {
            Some((reader, _)) => reader,
            None => Reader::of(row, self.as_trl),
        };
        if self.first.is_none() && self.labels_only {
            check_telling(row)?;
        }
        let imported = match reader {
            Reader::Trl => vec![Imported::Row(row.example()?)],
            Reader::HhRlhf => vec![Imported::Row(hh_rlhf::example(row)?)],
            Reader::UltraFeedback => vec![ultrafeedback::imported(row)?],
            Reader::Nectar => nectar::examples(row, self.nectar)?
                .into_iter()
                .map(Imported::Row)
                .collect(),
            Reader::Tilt => vec![Imported::Label(Box::new(tilt_export::label(row)?))],
        };
        for imported in &imported {
            if let Imported::Row(example) | Imported::Tie(example) = imported {
                if self.labels_only {
                    check_row(example, row.line)?;
                }
                self.kind.check(row, example)?;
            }
        }
        if self.first.is_none() {
            self.first = Some((reader, format_of(reader, row, &imported)));
        }
        Ok(imported)
    }
}

/// Refuses a first row of two empty answers without a prompt: transcripts or not, it cannot
/// be told, and the rows behind it would be read accordingly.
fn check_telling(row: &Row) -> Result<()> {
    let is_empty = |name: &str| matches!(row.columns.get(name), Some(Value::String(text)) if text.trim().is_empty());
    if !row.has("prompt") && is_empty("chosen") && is_empty("rejected") {
        let found = "empty, and rejected too";
        return Err(row.bad("chosen", found, "two answers to compare"));
    }
    Ok(())
}

fn format_of(reader: Reader, row: &Row, imported: &[Imported]) -> RowFormat {
    match (reader, imported.first()) {
        (Reader::Trl, Some(Imported::Row(example))) => format_of_trl(row, example),
        (Reader::HhRlhf, _) => RowFormat::HhRlhf,
        (Reader::UltraFeedback, _) => RowFormat::UltraFeedback,
        (Reader::Nectar, _) => RowFormat::Nectar,
        (Reader::Tilt | Reader::Trl, _) => RowFormat::Tilt,
    }
}

fn format_of_trl(row: &Row, example: &Example) -> RowFormat {
    let form = |content: &Content| match content {
        Content::Plain(_) => Form::Plain,
        Content::Turns(_) => Form::Conversational,
        Content::Ids(_) => Form::Tokenised,
    };
    match example {
        Example::Pair { chosen, .. } if row.has_any(&["prompt", "prompt_ids"]) => {
            RowFormat::Preference(form(chosen))
        }
        Example::Pair { chosen, .. } => RowFormat::ImplicitPreference(form(chosen)),
        Example::Unpaired { completion, .. } => RowFormat::Unpaired(form(completion)),
        Example::Completion { completion, .. } => RowFormat::PromptCompletion(form(completion)),
        // The reader of training rows makes no prompt without an answer.
        Example::Text { text } | Example::Prompt { prompt: text } => {
            RowFormat::LanguageModelling(form(text))
        }
    }
}
