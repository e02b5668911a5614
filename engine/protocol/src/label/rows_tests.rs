use super::*;
use crate::dataset::{Turn, unpair};
use proptest::prelude::*;

fn label(example: &Example) -> Label {
    let source = PairSource::Imported {
        file: "file.jsonl".to_owned(),
    };
    Label::from_row(example, 1, source, "file.jsonl:1".to_owned(), 5.0).unwrap()
}

fn plain(text: &str) -> Content {
    Content::Plain(text.to_owned())
}

fn turns(turns: &[(Role, &str)]) -> Content {
    let turn = |&(role, content): &(Role, &str)| Turn::new(role, content);
    Content::Turns(turns.iter().map(turn).collect())
}

fn pair(prompt: Content, chosen: Content, rejected: Content) -> Example {
    Example::Pair {
        prompt,
        chosen,
        rejected,
        margin: None,
    }
}

#[test]
fn a_row_of_single_turns_needs_its_strings_alone() {
    let row = pair(
        Content::user("p"),
        Content::assistant("c"),
        Content::assistant("r"),
    );
    let label = label(&row);
    assert_eq!(label.pair.row, None);
    assert_eq!(label.pair.prompt, "p");
    assert_eq!(label.chosen_rejected(), Some(("c", "r")));
    assert_eq!(label.as_row(), Some(row));
}

#[test]
fn several_turns_are_shown_as_a_transcript_and_kept_as_they_came() {
    let prompt = turns(&[
        (Role::System, "Be brief."),
        (Role::User, "Hi"),
        (Role::Assistant, "Hello"),
        (Role::User, "Bye"),
    ]);
    let row = pair(prompt, Content::assistant("c"), Content::assistant("r"));
    let label = label(&row);
    assert_eq!(
        label.pair.prompt,
        "System:\nBe brief.\n\nUser:\nHi\n\nAssistant:\nHello\n\nUser:\nBye"
    );
    assert_eq!(label.pair.answer_a, "c");
    assert_eq!(label.as_row(), Some(row));
}

#[test]
fn another_verdict_gives_the_other_row() {
    let mut label = label(&Example::Pair {
        prompt: plain("p"),
        chosen: plain("c"),
        rejected: plain("r"),
        margin: Some(0.5),
    });
    label.verdict = Verdict::B;
    let swapped = Example::Pair {
        prompt: plain("p"),
        chosen: plain("r"),
        rejected: plain("c"),
        margin: Some(0.5),
    };
    assert_eq!(label.as_row(), Some(swapped.clone()));
    label.pair = label.pair.swapped();
    label.verdict = Verdict::A;
    assert_eq!(label.pair.answer_a, "r");
    assert_eq!(label.as_row(), Some(swapped));
    for verdict in [Verdict::Tie, Verdict::BothGood, Verdict::BothBad] {
        label.verdict = verdict;
        assert_eq!(label.as_row(), None);
    }
}

#[test]
fn a_plain_pair_gives_two_plain_completions() {
    let row = pair(plain("p"), plain("c"), plain("r"));
    let expected: Vec<Example> = unpair(std::slice::from_ref(&row))
        .into_iter()
        .map(|(_, row)| row)
        .collect();
    assert_eq!(unpaired_from_labels(&[label(&row)]), expected);
}

#[test]
fn a_single_answer_gives_one_row_and_no_pair() {
    let row = |label| Example::Unpaired {
        prompt: plain("p"),
        completion: plain("c"),
        label,
    };
    let mut single = label(&row(true));
    assert!(single.pair.is_single());
    assert_eq!(single.verdict, Verdict::BothGood);
    assert_eq!(single.pair.swapped(), single.pair);
    for (verdict, expected) in [
        (Verdict::A, Some(true)),
        (Verdict::B, Some(false)),
        (Verdict::BothGood, Some(true)),
        (Verdict::BothBad, Some(false)),
        (Verdict::Tie, None),
    ] {
        single.verdict = verdict;
        let labels = [single.clone()];
        let rows: Vec<Example> = expected.map(row).into_iter().collect();
        assert_eq!(unpaired_from_labels(&labels), rows, "{verdict:?}");
        assert_eq!(pairs_from_labels(&labels), vec![], "{verdict:?}");
        assert_eq!(single.chosen_rejected(), None);
    }
}

#[test]
fn ids_and_rows_that_judge_nothing_are_refused() {
    let ids = Content::Ids(vec![1]);
    let text = plain("t");
    for (row, refused) in [
        (pair(ids.clone(), ids.clone(), ids.clone()), "prompt_ids"),
        (
            Example::Unpaired {
                prompt: text.clone(),
                completion: ids,
                label: true,
            },
            "completion_ids",
        ),
        (
            Example::Completion {
                prompt: text.clone(),
                completion: text.clone(),
            },
            "chosen",
        ),
        (Example::Text { text }, "chosen"),
    ] {
        let made = Label::from_row(&row, 7, PairSource::Written, String::new(), 0.0);
        match made {
            Err(Error::BadRow { line: 7, field, .. }) => assert_eq!(field, refused),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn answers_that_cannot_be_told_apart_prefer_nothing() {
    let turn = Content::assistant;
    for (chosen, rejected) in [
        (turn("c"), turn("c")),
        (plain("c"), plain(" c\n")),
        (turn("c"), turn("")),
        (plain(" "), plain("r")),
    ] {
        let prompt = match chosen {
            Content::Plain(_) => plain("p"),
            _ => Content::user("p"),
        };
        let label = label(&pair(prompt, chosen, rejected));
        assert_eq!(label.verdict, Verdict::A);
        assert!(!label.is_decisive());
        let labels = [label];
        assert_eq!(pairs_from_labels(&labels), vec![]);
        assert_eq!(unpaired_from_labels(&labels), vec![]);
    }
}

fn any_content() -> impl Strategy<Value = Content> {
    let role = prop::sample::select(vec![Role::System, Role::User, Role::Assistant]);
    let turn = (role, "[a\n é🙂:]{0,4}").prop_map(|(role, content)| Turn::new(role, content));
    prop_oneof![
        "[a\n é🙂:]{0,6}".prop_map(Content::Plain),
        prop::collection::vec(turn, 1..4).prop_map(Content::Turns),
    ]
}

fn any_row() -> impl Strategy<Value = Example> {
    let content = || any_content();
    let margin = prop::option::of(-4.0..4.0f64);
    prop_oneof![
        (content(), content(), content(), margin).prop_map(|(prompt, chosen, rejected, margin)| {
            Example::Pair {
                prompt,
                chosen,
                rejected,
                margin,
            }
        }),
        (content(), content(), any::<bool>()).prop_map(|(prompt, completion, label)| {
            Example::Unpaired {
                prompt,
                completion,
                label,
            }
        }),
    ]
}

proptest! {
    #[test]
    fn rows_come_back_from_labels_as_they_were(rows in prop::collection::vec(any_row(), 0..6)) {
        let labels: Vec<Label> = rows.iter().map(label).collect();
        let is_pair = |row: &&Example| matches!(row, Example::Pair { .. });
        // But for those that prefer an answer to itself or to none.
        let pairs: Vec<Example> = rows
            .iter()
            .zip(&labels)
            .filter(|(row, label)| is_pair(row) && label.pair.tells_apart())
            .map(|(row, _)| row.clone())
            .collect();
        prop_assert_eq!(pairs_from_labels(&labels), pairs);
        let singles: Vec<Label> =
            labels.iter().filter(|label| label.pair.is_single()).cloned().collect();
        let unpaired: Vec<Example> =
            rows.iter().filter(|row| !is_pair(row)).cloned().collect();
        prop_assert_eq!(unpaired_from_labels(&singles), unpaired);
    }

    #[test]
    fn labels_of_rows_survive_storage(row in any_row()) {
        let label = label(&row);
        let stored = serde_json::to_string(&label).unwrap();
        prop_assert_eq!(serde_json::from_str::<Label>(&stored).unwrap(), label);
    }
}
