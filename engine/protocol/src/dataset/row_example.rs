//! A row's columns to an example: what a row is follows from its columns.

use super::implicit::extract_prompt;
use super::json::kind_of;
use super::row::{NULL, Row, TURNS};
use super::{Content, Example, TemplateData};
use crate::error::Result;
use serde_json::Value;

const COLUMNS: &str = "the columns chosen and rejected (with prompt or without), or prompt, completion and label, or for supervised fine-tuning prompt and completion, messages, text, or input_ids";

/// Columns that a message about a row lists at most.
const LISTED: usize = 8;

impl Row {
    /// # Errors
    /// [`crate::Error::BadRow`], which names the column.
    pub fn example(&self) -> Result<Example> {
        let mut example = self.example_of_columns()?;
        if let Some(data) = self.template_data()?.into_turn() {
            let first = match &mut example {
                Example::Pair { prompt, .. }
                | Example::Unpaired { prompt, .. }
                | Example::Completion { prompt, .. }
                | Example::Prompt { prompt } => prompt,
                Example::Text { text } => text,
            };
            // Plain texts go through no template.
            if let Content::Turns(turns) = first {
                turns.insert(0, data);
            }
        }
        Ok(example)
    }

    /// TRL's columns for the template. Like there, the tools may be JSON within a string.
    fn template_data(&self) -> Result<TemplateData> {
        let column = |name: &str, expected: &str, is_right: fn(&Value) -> bool| {
            let Some(value) = self.columns.get(name).filter(|value| !value.is_null()) else {
                return Ok(None);
            };
            let text = match value {
                Value::String(text) => text.clone(),
                _ => self.texts.get(name).cloned().unwrap_or_default(),
            };
            match serde_json::from_str(&text) {
                Ok(inside) if is_right(&inside) => Ok(Some(text)),
                // As TRL does, no list is as good as an empty one.
                Ok(Value::Null) => Ok(None),
                _ => Err(self.bad(name, kind_of(value), expected)),
            }
        };
        Ok(TemplateData {
            tools: column(
                TemplateData::TOOLS,
                "a list of tools, or JSON of one",
                Value::is_array,
            )?,
            chat_template_kwargs: column(
                TemplateData::KWARGS,
                "an object of the template's variables",
                Value::is_object,
            )?,
        })
    }

    fn example_of_columns(&self) -> Result<Example> {
        if self.has_any(&["chosen", "rejected", "chosen_ids", "rejected_ids"]) {
            return self.pair();
        }
        let has_completion = self.has_any(&["completion", "completion_ids"]);
        // A label that is null is one that is missing: were the row taken for one without,
        // a first row of this kind would decide for the whole file.
        if has_completion && self.names_any(&["label"]) {
            return self.unpaired();
        }
        if self.has("input_ids") {
            return self.tokenised_text();
        }
        let has_text = self.has_any(&["messages", "text"]);
        // A completion without its prompt is one of the columns that do not matter.
        if has_completion && (self.has_any(&["prompt", "prompt_ids"]) || !has_text) {
            let (prompt, completion) = self.prompt_and_completion()?;
            return Ok(Example::Completion { prompt, completion });
        }
        if has_text {
            return self.whole_text();
        }
        // What is missing is then said by its name.
        if self.names_any(&["chosen", "rejected"]) {
            return self.pair();
        }
        if self.names_any(&["completion"]) {
            self.prompt_and_completion()?;
        }
        let names: Vec<&str> = self.columns.keys().map(String::as_str).collect();
        let found = match names.len() {
            0 => "no columns".to_owned(),
            count if count > LISTED => format!("the columns {}, ...", names[..LISTED].join(", ")),
            _ => format!("the columns {}", names.join(", ")),
        };
        Err(self.bad("row", found, COLUMNS))
    }

    fn pair(&self) -> Result<Example> {
        let [prompt, chosen, rejected] = if self.has_any(&["chosen_ids", "rejected_ids"]) {
            self.pair_of_ids()?
        } else {
            self.pair_of_texts()?
        };
        let margin = match self.columns.get("margin") {
            None | Some(Value::Null) => None,
            Some(value) => Some(
                value
                    .as_f64()
                    .ok_or_else(|| self.bad("margin", kind_of(value), "a number"))?,
            ),
        };
        Ok(Example::Pair {
            prompt,
            chosen,
            rejected,
            margin,
        })
    }

    fn pair_of_ids(&self) -> Result<[Content; 3]> {
        let chosen = Content::Ids(self.ids("chosen_ids")?);
        let rejected = Content::Ids(self.ids("rejected_ids")?);
        if self.has("prompt_ids") {
            let prompt = Content::Ids(self.ids("prompt_ids")?);
            Ok([prompt, chosen, rejected])
        } else {
            self.extracted(&chosen, &rejected)
        }
    }

    fn pair_of_texts(&self) -> Result<[Content; 3]> {
        let chosen = self.text_or_turns("chosen")?;
        let rejected = self.text_or_turns("rejected")?;
        if !self.has("prompt") {
            if self.has("prompt_ids") {
                return Err(self.bad("chosen_ids", "missing", "token ids, as the prompt has"));
            }
            // Conversations hold their prompt; strings, and rows of a table, lack one.
            let is_conversation = matches!(chosen, Content::Turns(_)) && self.empty == NULL;
            if self.names_any(&["prompt"]) && !is_conversation {
                self.text_or_turns("prompt")?;
            }
            return self.extracted(&chosen, &rejected);
        }
        let prompt = self.text_or_turns("prompt")?;
        self.check_form("rejected", &rejected, "chosen", &chosen)?;
        if matches!((&prompt, &chosen), (Content::Plain(_), Content::Turns(_))) {
            return self.extracted(&chosen, &rejected);
        }
        self.check_form("chosen", &chosen, "prompt", &prompt)?;
        Ok([prompt, chosen, rejected])
    }

    /// Prompt, chosen and rejected, the prompt being what both completions begin with: as
    /// TRL's `extract_prompt` does it.
    ///
    /// # Errors
    /// [`crate::Error::BadRow`] where they begin with no turn in common, or differ in form.
    pub fn extracted(&self, chosen: &Content, rejected: &Content) -> Result<[Content; 3]> {
        match extract_prompt(chosen, rejected) {
            Some([Content::Turns(prompt), ..]) if prompt.is_empty() => Err(self.bad(
                "chosen",
                "no first turn in common with rejected and followed by an answer in both",
                "chosen and rejected that begin with the prompt's turns, or turns in the column prompt",
            )),
            Some(parts) => Ok(parts),
            None => {
                let expected = format!("{}, as chosen is", chosen.form());
                Err(self.bad("rejected", rejected.form(), &expected))
            }
        }
    }

    fn unpaired(&self) -> Result<Example> {
        let (prompt, completion) = self.prompt_and_completion()?;
        let expected = "true or false (1 or 0)";
        let label = match self.columns.get("label") {
            Some(Value::Null) => return Err(self.bad("label", self.empty, expected)),
            Some(value) => flag(value).ok_or_else(|| self.bad("label", value, expected))?,
            None => return Err(self.bad("label", "missing", expected)),
        };
        Ok(Example::Unpaired {
            prompt,
            completion,
            label,
        })
    }

    fn prompt_and_completion(&self) -> Result<(Content, Content)> {
        if self.has("completion_ids") {
            return Ok((
                Content::Ids(self.ids("prompt_ids")?),
                Content::Ids(self.ids("completion_ids")?),
            ));
        }
        let completion = self.text_or_turns("completion")?;
        if self.has("prompt_ids") && !self.has("prompt") {
            return Err(self.bad("completion_ids", "missing", "token ids, as the prompt has"));
        }
        let prompt = self.text_or_turns("prompt")?;
        self.check_form("completion", &completion, "prompt", &prompt)?;
        Ok((prompt, completion))
    }

    fn whole_text(&self) -> Result<Example> {
        let name = if self.has("messages") {
            "messages"
        } else {
            "text"
        };
        let text = self.text_or_turns(name)?;
        match (name, &text) {
            ("messages", Content::Plain(_)) => Err(self.bad(name, "a string", TURNS)),
            ("text", Content::Turns(_)) => {
                Err(self.bad(name, "turns", "a string; turns go into the column messages"))
            }
            _ => Ok(Example::Text { text }),
        }
    }

    /// `input_ids`, split where a mask begins to score them.
    fn tokenised_text(&self) -> Result<Example> {
        let ids = self.ids("input_ids")?;
        let Some((name, scored)) = self.scored(&ids)? else {
            return Ok(Example::Text {
                text: Content::Ids(ids),
            });
        };
        if scored.len() != ids.len() {
            let expected = format!("{}, one a token of input_ids", ids.len());
            return Err(self.bad(name, format!("{} items", scored.len()), &expected));
        }
        let prompt_len = scored.iter().take_while(|scored| !**scored).count();
        if scored[prompt_len..].contains(&false) {
            return Err(self.bad(
                name,
                "a token after the completion's first that is not scored",
                "the prompt's tokens not scored, and all after them scored",
            ));
        }
        Ok(Example::Completion {
            prompt: Content::Ids(ids[..prompt_len].to_vec()),
            completion: Content::Ids(ids[prompt_len..].to_vec()),
        })
    }

    /// Which of `ids` are scored, and the column that says so. `labels` has precedence,
    /// as in TRL: -100 for tokens that are not scored, otherwise the token itself.
    fn scored(&self, ids: &[u32]) -> Result<Option<(&'static str, Vec<bool>)>> {
        let (name, expected) = if self.has("labels") {
            (
                "labels",
                "a list of -100 (not scored) and the tokens' own ids",
            )
        } else if self.has("completion_mask") {
            (
                "completion_mask",
                "a list of 0 (prompt) and 1 (completion), one a token",
            )
        } else {
            return Ok(None);
        };
        let items = self.list(name, expected)?;
        let scored = |(index, item): (usize, &Value)| match name {
            "labels" if item.as_i64() == Some(-100) => Some(false),
            "labels" => (item.as_u64() == ids.get(index).map(|&id| u64::from(id))).then_some(true),
            _ => flag(item),
        };
        items
            .iter()
            .enumerate()
            .map(scored)
            .collect::<Option<Vec<bool>>>()
            .map(|scored| Some((name, scored)))
            .ok_or_else(|| self.bad(name, "another item", expected))
    }

    /// The column that makes the row what it is.
    pub(super) fn telling_column(&self) -> &'static str {
        let columns = [
            "chosen",
            "chosen_ids",
            "label",
            "completion",
            "completion_ids",
        ];
        let texts = ["input_ids", "messages", "text"];
        let mut told = columns.into_iter().chain(texts);
        told.find(|name| self.has(name)).unwrap_or("row")
    }

    /// Refuses a content of another form than the column beside it.
    fn check_form(&self, name: &str, found: &Content, other: &str, model: &Content) -> Result<()> {
        if found.form() == model.form() {
            return Ok(());
        }
        let expected = format!("{}, as {other} is", model.form());
        Err(self.bad(name, found.form(), &expected))
    }
}

/// A truth value, also as 1 or 0.
fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) if number.as_f64() == Some(1.0) => Some(true),
        Value::Number(number) if number.as_f64() == Some(0.0) => Some(false),
        _ => None,
    }
}
