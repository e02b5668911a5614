use super::*;
use crate::gpt_config::GptConfig;
use serde_json::json;
use tilt_protocol::{Content, Role, Turn};

mod refused;

const EOS: u32 = 1;
const BOS: u32 = 0;
const VOCAB: usize = 16;

/// Letters and some merges of them, begin and end of text, and the marks of a chat.
fn text(template: Option<&str>) -> Text {
    let special = |id: u32, content: &str| {
        json!({
            "id": id, "content": content, "special": true, "normalized": false,
            "single_word": false, "lstrip": false, "rstrip": false,
        })
    };
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": null, "normalizer": null,
        "pre_tokenizer": null, "decoder": null,
        "added_tokens": [
            special(0, "<s>"), special(1, "</s>"), special(10, "<user>"), special(11, "<bot>"),
        ],
        // Begins every text that special tokens are asked for.
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}},
        },
        "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "fuse_unk": false,
            "continuing_subword_prefix": null, "end_of_word_suffix": null,
            "byte_fallback": false, "ignore_merges": false,
            "vocab": {"<s>": 0, "</s>": 1, "a": 2, "b": 3, "c": 4, "d": 5, " ": 6,
                      "ab": 7, "abc": 8, "cd": 9, "<user>": 10, "<bot>": 11,
                      "e": 12, "de": 13, "bde": 14, "cbde": 15},
            "merges": [["a", "b"], ["ab", "c"], ["c", "d"], ["d", "e"], ["b", "de"], ["c", "bde"]],
        },
    });
    let config = json!({
        "bos_token": "<s>", "eos_token": "</s>", "chat_template": template,
        "tokenizer_class": "PreTrainedTokenizerFast",
    });
    let shape = GptConfig::new(VOCAB, 64, 8, 1, 1);
    Text::from_json(&tokenizer.to_string(), Some(&config.to_string()), &shape).unwrap()
}

/// A template that ends each turn of the assistant with `</s>`.
const TEMPLATE: &str = "{% for m in messages %}{% if m.role == 'assistant' %}<bot>{{ m.content }}</s>{% else %}<user>{{ m.content }}{% endif %}{% endfor %}{% if add_generation_prompt %}<bot>{% endif %}";

fn plain(text: &str) -> Content {
    Content::Plain(text.to_owned())
}

fn ids(ids: &[u32]) -> Content {
    Content::Ids(ids.to_vec())
}

fn pair(prompt: Content, chosen: Content, rejected: Content) -> Example {
    Example::Pair {
        prompt,
        chosen,
        rejected,
        margin: Some(0.5),
    }
}

/// A row's sequences, each as prompt and completion.
fn sequences(row: &TokenisedRow) -> Vec<(&[u32], &[u32])> {
    row.sequences()
        .into_iter()
        .map(|sequence| (sequence.prompt.as_slice(), sequence.completion.as_slice()))
        .collect()
}

fn check(example: Example, preparation: Preparation, expected: &[(&[u32], &[u32])]) {
    let text = text(Some(TEMPLATE));
    let rows = tokenise(&[example], Some(&text), VOCAB, 64, preparation).unwrap();
    let found: Vec<_> = rows.rows.iter().flat_map(sequences).collect();
    assert_eq!(found, expected);
}

fn check_error(examples: &[Example], preparation: Preparation, message: &str) {
    let text = text(Some(TEMPLATE));
    let rows = tokenise(examples, Some(&text), VOCAB, 64, preparation).unwrap();
    let error = rows.all_good().unwrap_err();
    assert!(error.to_string().contains(message), "{error}");
}

#[test]
fn a_pair_is_split_where_both_sides_still_hold_the_prompt() {
    let example = || pair(plain("da"), plain("bd"), plain("d"));
    check(
        example(),
        Preparation::Preference,
        &[(&[BOS, 5], &[7, 5, EOS]), (&[BOS, 5], &[2, 5, EOS])],
    );
    check(
        example(),
        Preparation::PerSide,
        &[(&[BOS, 5], &[7, 5, EOS]), (&[BOS, 5, 2], &[5, EOS])],
    );
    check(
        example(),
        Preparation::Unpaired,
        &[(&[BOS, 5], &[7, 5, EOS]), (&[BOS, 5, 2], &[5, EOS])],
    );
    check(
        example(),
        Preparation::Reward,
        &[(&[], &[BOS, 5, 7, 5, EOS]), (&[], &[BOS, 5, 2, 5, EOS])],
    );
    check(example(), Preparation::Texts, &[(&[BOS, 5], &[7, 5, EOS])]);
}

#[test]
fn begin_and_end_of_text_are_not_added_twice() {
    for preparation in [Preparation::Preference, Preparation::PerSide] {
        check(
            pair(plain(""), plain("d</s>"), plain("")),
            preparation,
            &[(&[BOS], &[5, EOS]), (&[BOS], &[EOS])],
        );
    }
    check(
        pair(plain("<s>d"), plain("d"), plain("d</s>")),
        Preparation::PerSide,
        &[(&[BOS, 5], &[5, EOS]), (&[BOS, 5], &[5, EOS])],
    );
}

#[test]
fn a_conversation_has_the_templates_tokens_alone() {
    let example = || {
        pair(
            Content::user("d"),
            Content::assistant("a"),
            Content::assistant("b"),
        )
    };
    let split: &[(&[u32], &[u32])] = &[(&[10, 5, 11], &[2, EOS]), (&[10, 5, 11], &[3, EOS])];
    check(example(), Preparation::Preference, split);
    check(
        example(),
        Preparation::PerSide,
        &[
            (&[BOS, 10, 5, 11], &[2, EOS]),
            (&[BOS, 10, 5, 11], &[3, EOS]),
        ],
    );
    check(
        example(),
        Preparation::Reward,
        &[(&[], &[10, 5, 11, 2, EOS]), (&[], &[10, 5, 11, 3, EOS])],
    );
}

#[test]
fn an_assistants_last_turn_is_continued_by_the_older_tokeniser() {
    let turn = |role, content: &str| Turn::new(role, content);
    let prompt = Content::Turns(vec![turn(Role::User, "d"), turn(Role::Assistant, "a")]);
    check(
        pair(prompt, Content::assistant("b"), Content::assistant("c")),
        Preparation::PerSide,
        &[
            (&[BOS, 10, 5, 11, 2], &[EOS, 11, 3, EOS]),
            (&[BOS, 10, 5, 11, 2], &[EOS, 11, 4, EOS]),
        ],
    );
    let prompt = Content::Turns(vec![turn(Role::System, "d")]);
    check_error(
        &[pair(
            prompt,
            Content::assistant("b"),
            Content::assistant("c"),
        )],
        Preparation::PerSide,
        "line 1, field \"prompt\"",
    );
}

#[test]
fn texts_are_scored_whole_and_completions_after_their_prompt() {
    for (example, expected) in [
        (
            Example::Text { text: plain("d") },
            (&[][..], &[BOS, 5, EOS][..]),
        ),
        (
            Example::Text {
                text: plain("d</s>"),
            },
            (&[], &[BOS, 5, EOS]),
        ),
        (
            Example::Text {
                text: Content::assistant("d"),
            },
            (&[], &[11, 5, EOS]),
        ),
        (Example::Text { text: ids(&[5, 2]) }, (&[], &[5, 2])),
        (
            Example::Completion {
                prompt: plain("a"),
                completion: plain("d"),
            },
            (&[BOS, 2], &[5, EOS]),
        ),
        (
            Example::Unpaired {
                prompt: ids(&[2]),
                completion: ids(&[5]),
                label: false,
            },
            (&[2], &[5]),
        ),
    ] {
        check(example, Preparation::Texts, &[expected]);
    }
}

#[test]
fn ids_are_taken_as_they_are() {
    let example = || pair(ids(&[2]), ids(&[5]), ids(&[]));
    for preparation in [Preparation::Preference, Preparation::PerSide] {
        check(example(), preparation, &[(&[2], &[5]), (&[2], &[])]);
    }
    check(
        example(),
        Preparation::Reward,
        &[(&[], &[2, 5]), (&[], &[2])],
    );
}

#[test]
fn margins_go_along() {
    let rows = tokenise(
        &[pair(ids(&[1]), ids(&[2]), ids(&[3]))],
        None,
        VOCAB,
        8,
        Preparation::Reward,
    );
    assert!(matches!(
        rows.unwrap().rows[..],
        [TokenisedRow::Pair {
            margin: Some(0.5),
            ..
        }]
    ));
}

/// Lengths of prompt and completion of what is left at `max_length` 4.
fn lengths(example: Example, preparation: Preparation) -> Vec<(usize, usize)> {
    let rows = tokenise(&[example], None, VOCAB, 4, preparation).unwrap();
    assert_eq!(rows.rows.len() + rows.dropped, 1);
    let found = rows.rows.iter().flat_map(sequences);
    found.map(|(p, c)| (p.len(), c.len())).collect()
}

#[test]
fn what_max_length_leaves_depends_on_the_trainer() {
    let of = |prompt: usize, chosen: usize, rejected: usize| {
        let list = |length: usize| Content::Ids(vec![2; length]);
        pair(list(prompt), list(chosen), list(rejected))
    };
    for (preparation, example, expected) in [
        (Preparation::Preference, of(2, 3, 1), vec![(2, 3), (2, 1)]),
        (Preparation::Preference, of(4, 1, 1), vec![]),
        (Preparation::PerSide, of(2, 3, 1), vec![(2, 2), (2, 1)]),
        (Preparation::PerSide, of(4, 1, 1), vec![]),
        (Preparation::Texts, of(2, 3, 1), vec![(2, 2)]),
        (Preparation::Texts, of(4, 1, 1), vec![]),
        (Preparation::Texts, of(2, 0, 1), vec![]),
        (Preparation::Reward, of(2, 2, 1), vec![(0, 4), (0, 3)]),
        (Preparation::Reward, of(2, 3, 1), vec![]),
        (Preparation::Reward, of(2, 1, 3), vec![]),
    ] {
        assert_eq!(
            lengths(example.clone(), preparation),
            expected,
            "{preparation:?} {example:?}"
        );
    }
}

#[test]
fn rows_that_stay_whole_can_be_cut_later() {
    let example = pair(ids(&[1, 2]), ids(&[3, 4, 5]), ids(&[6]));
    let rows = tokenise(&[example], None, VOCAB, 4, Preparation::Preference).unwrap();
    let cut = rows.rows[0].clone().cut(4);
    assert_eq!(
        sequences(&cut),
        vec![(&[1, 2][..], &[3, 4][..]), (&[1, 2], &[6])]
    );
}

#[test]
fn a_prompt_may_merge_in_its_last_token_alone() {
    check(
        pair(plain("dab"), plain("c"), plain("d")),
        Preparation::PerSide,
        &[(&[BOS, 5], &[8, EOS]), (&[BOS, 5, 7], &[5, EOS])],
    );
    let good = || pair(plain("a"), plain("b"), plain("c"));
    for bad in [
        // "bd" is two tokens, "bde" is one.
        pair(plain("bd"), plain("e"), plain("a")),
        // "cbd" is three tokens, "cbdeaa" too, of which the first holds all of "cbd".
        pair(plain("cbd"), plain("a"), plain("eaa")),
    ] {
        check_error(
            &[good(), bad],
            Preparation::PerSide,
            "line 2, field \"prompt\": a prompt",
        );
    }
}
