//! Prompts that stand in both completions instead of a column of their own.
//!
//! As TRL's `extract_prompt`: the prompt is the longest common beginning, counted in
//! characters for strings and in turns for conversations; where a string's split stands
//! after a space, that space goes to the completions.
//!
//! TRL 1.16.0 misplaces the split of strings in three cases, and Tilt does not follow it:
//!
//! - One string begins with the other, or both are equal: TRL stops one character short
//!   of the common beginning. Here all of it is the prompt (but for that one space), and
//!   the shorter completion is empty.
//! - The first characters differ and `chosen` ends with a space: TRL takes all of
//!   `chosen` but its last character for the prompt. Here the prompt is empty.
//! - Two empty strings: TRL raises. Here all three parts are empty.
//!
//! Of conversations each side keeps at least its last turn, as in TRL: a prompt without a
//! completion trains nothing. The same goes for lists of ids, which TRL takes for reward
//! models only, and does not split.

use super::Content;

/// `[prompt, chosen, rejected]` of two completions that begin with their prompt; `None`
/// if they are not of the same form.
///
/// Nothing is lost: prompt and completion together are what came in, on either side.
pub fn extract_prompt(chosen: &Content, rejected: &Content) -> Option<[Content; 3]> {
    match (chosen, rejected) {
        (Content::Plain(chosen), Content::Plain(rejected)) => {
            let split = split_of_texts(chosen, rejected);
            Some([
                Content::Plain(chosen[..split].to_owned()),
                Content::Plain(chosen[split..].to_owned()),
                Content::Plain(rejected[split..].to_owned()),
            ])
        }
        (Content::Turns(chosen), Content::Turns(rejected)) => {
            let [prompt, chosen, rejected] = split_lists(chosen, rejected);
            Some([prompt, chosen, rejected].map(|turns| Content::Turns(turns.to_vec())))
        }
        (Content::Ids(chosen), Content::Ids(rejected)) => {
            let [prompt, chosen, rejected] = split_lists(chosen, rejected);
            Some([prompt, chosen, rejected].map(|ids| Content::Ids(ids.to_vec())))
        }
        _ => None,
    }
}

/// The byte at which the completions begin: always between two characters of both.
fn split_of_texts(chosen: &str, rejected: &str) -> usize {
    let common: usize = chosen
        .chars()
        .zip(rejected.chars())
        .take_while(|(a, b)| a == b)
        .map(|(character, _)| character.len_utf8())
        .sum();
    if chosen[..common].ends_with(' ') {
        common - 1
    } else {
        common
    }
}

fn split_lists<'a, T: PartialEq>(chosen: &'a [T], rejected: &'a [T]) -> [&'a [T]; 3] {
    let common = chosen
        .iter()
        .zip(rejected)
        .take_while(|(a, b)| a == b)
        .count();
    let shorter = chosen.len().min(rejected.len());
    let split = common.min(shorter.saturating_sub(1));
    [&chosen[..split], &chosen[split..], &rejected[split..]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Role, Turn};
    use proptest::prelude::*;

    fn check_texts(chosen: &str, rejected: &str, expected: [&str; 3]) {
        let plain = |text: &str| Content::Plain(text.to_owned());
        assert_eq!(
            extract_prompt(&plain(chosen), &plain(rejected)),
            Some(expected.map(plain)),
            "{chosen:?}, {rejected:?}"
        );
    }

    /// Turns of alternating roles, one a letter.
    fn turns(letters: &str) -> Content {
        let roles = [Role::User, Role::Assistant].into_iter().cycle();
        Content::Turns(
            letters
                .chars()
                .zip(roles)
                .map(|(letter, role)| Turn::new(role, letter.to_string()))
                .collect(),
        )
    }

    fn turn_count(content: &Content) -> usize {
        match content {
            Content::Turns(turns) => turns.len(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_common_beginning_is_the_prompt_but_for_one_space() {
        check_texts("It is blue.", "It is red.", ["It is", " blue.", " red."]);
        check_texts("a  b", "a  c", ["a ", " b", " c"]);
        check_texts("abc", "xyz", ["", "abc", "xyz"]);
        check_texts("a\nb", "a\nc", ["a\n", "b", "c"]);
    }

    #[test]
    fn where_trl_misplaces_the_split() {
        check_texts("same text", "same text", ["same text", "", ""]);
        check_texts("It is", "It is red", ["It is", "", " red"]);
        check_texts("It is red", "It is ", ["It is", " red", " "]);
        check_texts("x", "x", ["x", "", ""]);
        check_texts("ends so ", "xends", ["", "ends so ", "xends"]);
        check_texts("", "", ["", "", ""]);
        check_texts("", "abc", ["", "", "abc"]);
    }

    #[test]
    fn the_split_never_stands_inside_a_character() {
        // Both begin with the same two bytes.
        check_texts("é", "è", ["", "é", "è"]);
        check_texts("🙂😀!", "🙂😊!", ["🙂", "😀!", "😊!"]);
    }

    #[test]
    fn a_conversation_keeps_its_last_turn() {
        for (chosen, rejected, prompt) in [
            ("abcd", "abcx", 3),
            ("ab", "ab", 1),
            ("ab", "abcd", 1),
            ("abcd", "ab", 1),
            ("a", "a", 0),
            ("ab", "xy", 0),
        ] {
            let [extracted, ..] = extract_prompt(&turns(chosen), &turns(rejected)).unwrap();
            assert_eq!(turn_count(&extracted), prompt, "{chosen}, {rejected}");
        }
    }

    #[test]
    fn ids_split_at_their_common_beginning() {
        let ids = |ids: &[u32]| Content::Ids(ids.to_vec());
        assert_eq!(
            extract_prompt(&ids(&[1, 2, 3]), &ids(&[1, 2, 4, 5])),
            Some([ids(&[1, 2]), ids(&[3]), ids(&[4, 5])])
        );
        assert_eq!(
            extract_prompt(&ids(&[]), &ids(&[1])),
            Some([ids(&[]), ids(&[]), ids(&[1])])
        );
    }

    #[test]
    fn forms_do_not_mix() {
        assert_eq!(
            extract_prompt(&Content::Plain("a".to_owned()), &turns("a")),
            None
        );
    }

    proptest! {
        #[test]
        fn no_character_is_lost(chosen in "[ aé🙂\n]{0,6}.{0,4}", rejected in "[ aé🙂\n]{0,6}.{0,4}") {
            let plain = |text: &String| Content::Plain(text.clone());
            let parts = extract_prompt(&plain(&chosen), &plain(&rejected));
            let Some([Content::Plain(prompt), Content::Plain(c), Content::Plain(r)]) = parts else {
                panic!("{parts:?}");
            };
            prop_assert_eq!(format!("{prompt}{c}"), chosen);
            prop_assert_eq!(format!("{prompt}{r}"), rejected);
            // And no more of it is common, but for the space that was given back.
            let common: String = c
                .chars()
                .zip(r.chars())
                .take_while(|(a, b)| a == b)
                .map(|(a, _)| a)
                .collect();
            prop_assert!(common.is_empty() || common == " ");
        }

        #[test]
        fn no_turn_is_lost(chosen in "[ab]{1,5}", rejected in "[ab]{1,5}") {
            let parts = extract_prompt(&turns(&chosen), &turns(&rejected));
            let Some([prompt, c, r]) = parts else { panic!("{parts:?}") };
            prop_assert!(turn_count(&c) > 0 && turn_count(&r) > 0);
            prop_assert_eq!(turn_count(&prompt) + turn_count(&c), chosen.len());
            prop_assert_eq!(turn_count(&prompt) + turn_count(&r), rejected.len());
        }
    }
}
