//! Conversations written as one text: `\n\nHuman: ...\n\nAssistant: ...`.

use crate::dataset::{Role, Turn};

const MARKS: [(&str, Role); 2] = [
    ("\n\nHuman:", Role::User),
    ("\n\nAssistant:", Role::Assistant),
];

/// Whether a text begins as a transcript does.
pub fn is_transcript(text: &str) -> bool {
    text.trim_start().starts_with("Human:")
}

/// The turns of a transcript; `None` for another text. A turn begins wherever a mark
/// stands, and its content is all up to the next mark, but for the one space after the
/// colon: as TRL's `examples/datasets/hh-rlhf-helpful-base.py` splits it. A mark inside
/// an answer cannot be told from a turn.
pub fn turns_of_transcript(text: &str) -> Option<Vec<Turn>> {
    if !is_transcript(text) {
        return None;
    }
    let text = text.trim_start().strip_prefix("Human:")?;
    let mark_at = |at: usize| {
        let rest = &text[at..];
        MARKS.iter().find(|(mark, _)| rest.starts_with(mark))
    };
    let mut turns = Vec::new();
    let (mut role, mut start) = (Role::User, 0);
    for (at, _) in text.match_indices('\n') {
        if let Some((mark, next)) = mark_at(at) {
            turns.push(turn(role, &text[start..at]));
            (role, start) = (*next, at + mark.len());
        }
    }
    turns.push(turn(role, &text[start..]));
    Some(turns)
}

fn turn(role: Role, content: &str) -> Turn {
    Turn::new(role, content.strip_prefix(' ').unwrap_or(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_begin_turns() {
        let turns = turns_of_transcript(
            "\n\nHuman: Hi\n\nto you \n\nAssistant:Yes:\n\nHuman: \n\nAssistant: ",
        );
        let expected = [
            (Role::User, "Hi\n\nto you "),
            (Role::Assistant, "Yes:"),
            (Role::User, ""),
            (Role::Assistant, ""),
        ];
        let expected = expected.map(|(role, content)| Turn::new(role, content));
        assert_eq!(turns, Some(expected.to_vec()));
        for other in ["", "Hi", "\n\nAssistant: Hi", "human: x"] {
            assert_eq!(turns_of_transcript(other), None, "{other:?}");
        }
    }
}
