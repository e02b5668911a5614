//! One row's contents to sequences.

use crate::sequence::Sequence;
use crate::text::Text;
use tilt_protocol::{Content, Error, Result};

/// A model's tokenizer, if it has one, and the size of its vocabulary.
pub struct Encoder<'a> {
    pub text: Option<&'a Text>,
    pub vocab: usize,
}

impl Encoder<'_> {
    /// A prompt with its completion, split at the common token prefix of `prompt` and
    /// `prompt + completion`.
    ///
    /// # Errors
    /// [`Error::NoTokenizer`] for text without one, [`Error::TokenOutOfRange`] for ids that the
    /// model does not have, [`Error::InvalidConfig`] for a completion of another form than the
    /// prompt.
    pub fn completion(&self, prompt: &Content, completion: &Content) -> Result<Sequence> {
        let prompt_ids = self.prompt_ids(prompt)?;
        let ids = self.full_ids(prompt, completion)?;
        Ok(split_at(common_prefix(&prompt_ids, &ids), &ids))
    }

    /// A pair, both sides split at the shorter of their common token prefixes, so that
    /// both have the same prompt.
    ///
    /// # Errors
    /// As [`Encoder::completion`].
    pub fn pair(&self, prompt: &Content, completions: [&Content; 2]) -> Result<[Sequence; 2]> {
        let prompt_ids = self.prompt_ids(prompt)?;
        let chosen = self.full_ids(prompt, completions[0])?;
        let rejected = self.full_ids(prompt, completions[1])?;
        let boundary =
            common_prefix(&prompt_ids, &chosen).min(common_prefix(&prompt_ids, &rejected));
        Ok([chosen, rejected].map(|ids| split_at(boundary, &ids)))
    }

    /// Prompt and completion without a split: all of it is the completion.
    ///
    /// # Errors
    /// As [`Encoder::completion`].
    pub fn whole(&self, prompt: &Content, completion: &Content) -> Result<Sequence> {
        Ok(split_at(0, &self.full_ids(prompt, completion)?))
    }

    /// A whole text: plain with its end of text, messages as the template ends them.
    ///
    /// # Errors
    /// As [`Encoder::completion`].
    pub fn text(&self, text: &Content) -> Result<Sequence> {
        let no_prompt = match text {
            Content::Plain(_) => Content::Plain(String::new()),
            Content::Turns(_) => Content::Turns(Vec::new()),
            Content::Ids(_) => Content::Ids(Vec::new()),
        };
        self.whole(&no_prompt, text)
    }

    /// A pair as `CPOTrainer.tokenize_row` splits it: each side loses the prompt's last
    /// token on its own where that merges with the completion. Ids are taken as they are.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] where TRL raises: the sides' prompts differ in more than
    /// one token, or a merge leaves fewer tokens than the prompt alone has.
    pub fn per_side(&self, prompt: &Content, completions: [&Content; 2]) -> Result<[Sequence; 2]> {
        if matches!(prompt, Content::Ids(_)) {
            return self.pair(prompt, completions);
        }
        for completion in completions {
            check_form(prompt, completion)?;
        }
        let text = self.tokenizer()?;
        let (prompt, completions) = text.sides(prompt, completions)?;
        let prompt_ids = self.checked(text.encode(&prompt, false)?)?;
        let mut chosen = self.side(text, &prompt, &prompt_ids, &completions[0])?;
        let mut rejected = self.side(text, &prompt, &prompt_ids, &completions[1])?;
        let differing = chosen
            .prompt
            .iter()
            .zip(&rejected.prompt)
            .filter(|(a, b)| a != b)
            .count();
        if differing > 1 || chosen.prompt.len().abs_diff(rejected.prompt.len()) > 1 {
            return Err(merged("a prompt of which two tokens or more merge"));
        }
        for side in [&mut chosen, &mut rejected] {
            if let Some(bos) = text.bos_id().filter(|bos| side.prompt.first() != Some(bos)) {
                side.prompt.insert(0, bos);
            }
            if let Some(eos) = text
                .eos_id()
                .filter(|eos| side.completion.last() != Some(eos))
            {
                side.completion.push(eos);
            }
        }
        Ok([chosen, rejected])
    }

    fn side(
        &self,
        text: &Text,
        prompt: &str,
        prompt_ids: &[u32],
        completion: &str,
    ) -> Result<Sequence> {
        let ids = self.checked(text.encode(&format!("{prompt}{completion}"), false)?)?;
        if ids.len() < prompt_ids.len() {
            return Err(merged("a prompt that merges to fewer tokens"));
        }
        // TRL looks no further back than one token.
        let is_merged = !ids.starts_with(prompt_ids);
        Ok(split_at(prompt_ids.len() - usize::from(is_merged), &ids))
    }

    /// A prompt without a completion.
    ///
    /// # Errors
    /// As [`Encoder::completion`].
    pub fn prompt_ids(&self, prompt: &Content) -> Result<Vec<u32>> {
        if let Content::Ids(ids) = prompt {
            return self.checked(ids.clone());
        }
        let text = self.tokenizer()?;
        let rendered = text.prompt_text(prompt)?;
        self.checked(text.encode(&rendered, text.adds_special_to(prompt))?)
    }

    /// Prompt and completion tokenised as one text, its end of text included. Of ids, one
    /// list after the other.
    fn full_ids(&self, prompt: &Content, completion: &Content) -> Result<Vec<u32>> {
        check_form(prompt, completion)?;
        if let (Content::Ids(prompt), Content::Ids(completion)) = (prompt, completion) {
            return self.checked([prompt.as_slice(), completion].concat());
        }
        let text = self.tokenizer()?;
        let rendered = text.full_text(prompt, completion)?;
        self.checked(text.encode(&rendered, text.adds_special_to(prompt))?)
    }

    fn tokenizer(&self) -> Result<&Text> {
        self.text.ok_or_else(|| Error::NoTokenizer {
            what: "text in a dataset".to_owned(),
        })
    }

    fn checked(&self, ids: Vec<u32>) -> Result<Vec<u32>> {
        match ids.iter().find(|&&id| id as usize >= self.vocab) {
            Some(&id) => Err(Error::TokenOutOfRange {
                id,
                vocab: self.vocab,
            }),
            None => Ok(ids),
        }
    }
}

fn check_form(prompt: &Content, completion: &Content) -> Result<()> {
    if prompt.form() == completion.form() {
        return Ok(());
    }
    let expected = format!("{}, as the prompt is", prompt.form());
    Err(Error::invalid("completion", completion.form(), expected))
}

fn merged(found: &str) -> Error {
    Error::invalid(
        "prompt",
        format!("{found} with a completion"),
        "at most its last token to merge with a completion; move the boundary, for instance to a space",
    )
}

fn split_at(boundary: usize, ids: &[u32]) -> Sequence {
    Sequence {
        prompt: ids[..boundary].to_vec(),
        completion: ids[boundary..].to_vec(),
    }
}

fn common_prefix(a: &[u32], b: &[u32]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
