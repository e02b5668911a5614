//! Prompts of a file, for trainers that sample the answers themselves: TRL's prompt-only
//! format.

use super::Content;
use super::row::Row;
use crate::error::Error;

/// The rows of a file, good ones apart from refused ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParsedPrompts {
    pub prompts: Vec<Content>,
    /// The line (from 1) that each prompt stands on.
    pub lines: Vec<usize>,
    /// [`Error::BadRow`], one a refused row.
    pub errors: Vec<Error>,
}

/// Reads JSON lines with the column `prompt` (a string, or turns) or `prompt_ids`. Further
/// columns do not matter.
pub fn parse_prompts(text: &str) -> ParsedPrompts {
    let mut parsed = ParsedPrompts::default();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let prompt = Row::parse(line, index + 1).and_then(|row| {
            if row.has("prompt_ids") && !row.has("prompt") {
                return row.ids("prompt_ids").map(Content::Ids);
            }
            row.text_or_turns("prompt")
        });
        match prompt {
            Ok(prompt) => {
                parsed.prompts.push(prompt);
                parsed.lines.push(index + 1);
            }
            Err(error) => parsed.errors.push(error),
        }
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_is_text_turns_or_ids() {
        let text = concat!(
            "{\"prompt\": \"Hello\", \"chosen\": 1}\n\n",
            "{\"prompt\": [{\"role\": \"user\", \"content\": \"Hi\"}]}\n",
            "{\"prompt_ids\": [4, 5]}\n",
            "{\"text\": \"no prompt\"}\n",
            "{\"prompt\": 5}\n",
        );
        let parsed = parse_prompts(text);
        let expected = [
            Content::Plain("Hello".to_owned()),
            Content::user("Hi"),
            Content::Ids(vec![4, 5]),
        ];
        assert_eq!(parsed.prompts, expected);
        assert_eq!(parsed.lines, [1, 3, 4]);
        let lines: Vec<usize> = parsed.errors.iter().map(Error::line).collect();
        assert_eq!(lines, [5, 6]);
    }
}
