//! The rows of a run as its trainer of TRL reads them, in the order of the first epoch.

use crate::model::Model;
use crate::session::first_epoch;
use crate::text::{Text, TokenisedRow};
use tilt_protocol::dataset::unpair;
use tilt_protocol::{Content, Error, Example, Objective, Result, RowKind, TrainSettings};

/// Rows for TRL.
#[derive(Clone, Debug, PartialEq)]
pub struct TrlRows {
    /// In the order in which the run's first epoch visits them.
    pub examples: Vec<Example>,
    /// The same rows as ids.
    pub rows: Vec<TokenisedRow>,
    /// Rows too long for the run, which are left out.
    pub dropped: usize,
}

/// Takes the examples of a run to what its trainer of TRL reads: thumbs in place of pairs
/// for KTO, chosen answers alone for supervised fine-tuning, plain text where the model has
/// no chat template.
///
/// # Errors
/// [`Error::BadRows`] with every row that cannot be used (token ids among them, which most
/// trainers of TRL do not take), and those of [`Model::rows`].
pub fn trl_rows(model: &Model, examples: &[Example], settings: &TrainSettings) -> Result<TrlRows> {
    let objective = &settings.objective;
    let numbered: Vec<(usize, Example)> = match objective.row_kind() {
        RowKind::Unpaired => unpair(examples),
        RowKind::Pairs | RowKind::Texts | RowKind::Prompts => {
            examples.iter().cloned().enumerate().collect()
        }
    };
    let (mut kept, mut dropped, mut refused) = (Vec::new(), 0, Vec::new());
    for (index, example) in numbered {
        let example = match for_trl(example, objective, model, index) {
            Ok(example) => example,
            Err(error) => {
                refused.push(error);
                continue;
            }
        };
        // One at a time, so that each row of ids is known by its example.
        let one = std::slice::from_ref(&example);
        let prepared = model.rows(one, objective, settings.max_length)?;
        refused.extend(
            prepared
                .refused
                .into_iter()
                .map(|error| at_row(error, index)),
        );
        dropped += prepared.dropped;
        if let Some(row) = prepared.rows.into_iter().next() {
            kept.push((example, row));
        }
    }
    if !refused.is_empty() {
        return Err(Error::BadRows(refused));
    }
    let order = first_epoch(kept.len(), settings);
    let in_order = order
        .into_iter()
        .filter_map(|index| kept.get(index).cloned());
    let (examples, rows) = in_order.unzip();
    Ok(TrlRows {
        examples,
        rows,
        dropped,
    })
}

fn at_row(mut error: Error, index: usize) -> Error {
    if let Error::BadRow { line, .. } = &mut error {
        *line = index + 1;
    }
    error
}

/// The row of this place, counted from 0, as the objective's trainer reads it.
///
/// # Errors
/// [`Error::BadRow`] for one of token ids.
pub(super) fn for_trl(
    example: Example,
    objective: &Objective,
    model: &Model,
    index: usize,
) -> Result<Example> {
    let example = for_trainer(example, objective, model.text.as_ref());
    match holds_ids(&example) {
        false => Ok(example),
        true => Err(Error::BadRow {
            line: index + 1,
            field: "row".to_owned(),
            found: "token ids".to_owned(),
            expected: "text, as TRL's trainers read it".to_owned(),
        }),
    }
}

/// The row in the columns of the objective's trainer.
fn for_trainer(example: Example, objective: &Objective, text: Option<&Text>) -> Example {
    let form = |content| without_template(content, text);
    match (objective, example) {
        (
            Objective::Sft(_),
            Example::Pair {
                prompt,
                chosen: completion,
                ..
            }
            | Example::Unpaired {
                prompt, completion, ..
            }
            | Example::Completion { prompt, completion },
        ) => Example::Completion {
            prompt: form(prompt),
            completion: form(completion),
        },
        (
            _,
            Example::Pair {
                prompt,
                chosen,
                rejected,
                margin,
            },
        ) => Example::Pair {
            prompt: form(prompt),
            chosen: form(chosen),
            rejected: form(rejected),
            // A column of reward models alone.
            margin: margin.filter(|_| matches!(objective, Objective::Reward { .. })),
        },
        (
            _,
            Example::Unpaired {
                prompt,
                completion,
                label,
            },
        ) => Example::Unpaired {
            prompt: form(prompt),
            completion: form(completion),
            label,
        },
        (_, Example::Completion { prompt, completion }) => Example::Completion {
            prompt: form(prompt),
            completion: form(completion),
        },
        (_, Example::Text { text: content }) => Example::Text {
            text: form(content),
        },
        (_, Example::Prompt { prompt }) => Example::Prompt {
            prompt: form(prompt),
        },
    }
}

/// Turns as plain text where the model has no template for them: TRL would refuse them,
/// Tilt puts each on a line of its own.
fn without_template(content: Content, text: Option<&Text>) -> Content {
    let Some(text) = text.filter(|text| !text.has_chat_template()) else {
        return content;
    };
    let Content::Turns(turns) = &content else {
        return content;
    };
    let is_answer =
        matches!(turns.as_slice(), [turn] if turn.role == tilt_protocol::Role::Assistant);
    match text.prompt_text(&content) {
        // Its end of text is TRL's to append.
        Ok(_) if is_answer => Content::Plain(content.last_text().unwrap_or_default().to_owned()),
        Ok(rendered) => Content::Plain(rendered),
        Err(_) => content,
    }
}

fn holds_ids(example: &Example) -> bool {
    let contents: Vec<&Content> = match example {
        Example::Pair {
            prompt,
            chosen,
            rejected,
            ..
        } => vec![prompt, chosen, rejected],
        Example::Unpaired {
            prompt, completion, ..
        }
        | Example::Completion { prompt, completion } => vec![prompt, completion],
        Example::Text { text } | Example::Prompt { prompt: text } => vec![text],
    };
    contents
        .into_iter()
        .any(|content| matches!(content, Content::Ids(_)))
}
