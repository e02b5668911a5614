//! Formats that are not TRL's own.

use super::tests::{check, outcomes_with};
use super::*;
use crate::dataset::{Content, Example, Role, Turn};
use crate::label::{PairSource, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The examples of rows that are all good, and the same where they come as CSV.
fn good(rows: &[Value], options: ImportOptions) -> Vec<Imported> {
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let examples = |name, text: &str| -> Vec<Imported> {
        let (_, outcomes) = outcomes_with(name, text.as_bytes(), options);
        outcomes
            .into_iter()
            .flat_map(|outcome| match outcome {
                RowOutcome::Good { examples, .. } => examples,
                RowOutcome::Refused { error, .. } => panic!("{name}: {error}"),
            })
            .collect()
    };
    let from_json = examples("file.jsonl", &text);
    assert_eq!(examples("file.csv", &csv(rows)), from_json, "as CSV");
    from_json
}

/// The rows under the names of all their columns: strings as they are, the rest as JSON.
fn csv(rows: &[Value]) -> String {
    let columns = rows.iter().filter_map(Value::as_object);
    let names: BTreeSet<&String> = columns.clone().flat_map(|row| row.keys()).collect();
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let cells = columns.map(|row| -> Vec<String> {
        let cell = |name: &&String| match row.get(*name) {
            None => String::new(),
            Some(Value::String(text)) => quoted(text),
            Some(other) => quoted(&other.to_string()),
        };
        names.iter().map(cell).collect()
    });
    let header: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    let lines = std::iter::once(header).chain(cells);
    lines.map(|cells| cells.join(",") + "\n").collect()
}

fn turns(turns: &[(Role, &str)]) -> Content {
    let turn = |&(role, content): &(Role, &str)| Turn::new(role, content);
    Content::Turns(turns.iter().map(turn).collect())
}

fn pair(prompt: Content, chosen: &str, rejected: &str) -> Imported {
    Imported::Row(Example::Pair {
        prompt,
        chosen: Content::assistant(chosen),
        rejected: Content::assistant(rejected),
        margin: None,
    })
}

#[test]
fn hh_rlhf_is_split_where_the_conversations_part() {
    let rows = [
        json!({
            "chosen": "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: Bye\n\nAssistant: Goodbye\n\nsoon",
            "rejected": "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: Bye\n\nAssistant: ",
        }),
        json!({
            "chosen": "\n\nHuman: Hi\n\nAssistant: One",
            "rejected": "\n\nHuman: Hi\n\nAssistant: Two\n\nHuman: So\n\nAssistant: Three",
        }),
    ];
    let prompt = turns(&[
        (Role::User, "Hi"),
        (Role::Assistant, "Hello"),
        (Role::User, "Bye"),
    ]);
    let parting = Imported::Row(Example::Pair {
        prompt: Content::user("Hi"),
        chosen: Content::assistant("One"),
        rejected: turns(&[
            (Role::Assistant, "Two"),
            (Role::User, "So"),
            (Role::Assistant, "Three"),
        ]),
        margin: None,
    });
    let expected = [pair(prompt, "Goodbye\n\nsoon", ""), parting];
    assert_eq!(good(&rows, ImportOptions::default()), expected);

    let text = [
        rows[0].clone(),
        json!({"chosen": "a b", "rejected": "a c"}),
        json!({"chosen": "\n\nHuman: a", "rejected": "\n\nHuman: a\n\nAssistant: b"}),
        json!({"chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: x\n\nAssistant: b"}),
        json!({"chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: a\n\nHuman: c\n\nAssistant: b"}),
        json!({"chosen": "\n\nHuman: a\n\nAssistant: b"}),
    ];
    let found = [
        (1, "1"),
        (2, "chosen"),
        (3, "chosen"),
        (4, "chosen"),
        (5, "rejected"),
        (6, "rejected"),
    ];
    let text = text.map(|row| format!("{row}\n")).concat();
    check("hh.jsonl", &text, "JSON lines", "HH-RLHF", &found);
}

#[test]
fn ultrafeedback_has_ties_and_no_margin() {
    let row = |chosen: Value, rejected: Value| {
        let turns = |answer: &str| json!([{"role": "user", "content": "p"}, {"role": "assistant", "content": answer}]);
        json!({
            "prompt": "p", "prompt_id": "x", "messages": turns("c"),
            "chosen": turns("c"), "rejected": turns("r"),
            "score_chosen": chosen, "score_rejected": rejected,
        })
    };
    let Imported::Row(example) = pair(Content::user("p"), "c", "r") else {
        panic!("a pair");
    };
    let rows = [row(json!(8.5), json!(8)), row(json!(7), json!(7.0))];
    let found = good(&rows, ImportOptions::default());
    assert_eq!(
        found,
        [Imported::Row(example.clone()), Imported::Tie(example)]
    );
    let tie = found[1]
        .clone()
        .into_label(1, PairSource::Written, String::new(), 0.0);
    assert_eq!(tie.unwrap().verdict, Verdict::Tie);

    let text = [
        row(json!(6), json!(6)),
        row(json!(6), json!(6.5)),
        row(json!(null), json!(6)),
        json!({"chosen": "c", "rejected": "r"}),
    ];
    let text = text.map(|row| format!("{row}\n")).concat();
    let found = [
        (1, "1"),
        (2, "score_rejected"),
        (3, "score_chosen"),
        (4, "score_chosen"),
    ];
    check(
        "uf.jsonl",
        &text,
        "JSON lines",
        "UltraFeedback, binarized",
        &found,
    );
}

#[test]
fn nectar_gives_the_pairs_that_are_asked_for() {
    let answers = |ranks: &[f64]| -> Value {
        let answer =
            |rank: &f64| json!({"answer": format!("rank {rank}"), "model": "m", "rank": rank});
        ranks.iter().map(answer).collect()
    };
    let prompt = "\n\nHuman: p\n\nAssistant: ";
    let row = json!({"prompt": prompt, "answers": answers(&[2.0, 1.0, 3.0, 3.0]), "turns": 1});
    for (nectar, expected) in [
        (NectarPairs::BestWorst, vec![(1, 3)]),
        (NectarPairs::BestEach, vec![(1, 2), (1, 3), (1, 3)]),
        (NectarPairs::Neighbours, vec![(1, 2), (2, 3)]),
        (
            NectarPairs::All,
            vec![(1, 2), (1, 3), (1, 3), (2, 3), (2, 3)],
        ),
    ] {
        let options = ImportOptions {
            nectar,
            ..ImportOptions::default()
        };
        let expected: Vec<Imported> = expected
            .iter()
            .map(|(chosen, rejected)| {
                let text = |rank: &i32| format!("rank {rank}");
                pair(Content::user("p"), &text(chosen), &text(rejected))
            })
            .collect();
        assert_eq!(good(std::slice::from_ref(&row), options), expected);
    }
    let text = [
        row,
        json!({"prompt": prompt, "answers": answers(&[1.0, 1.0])}),
        json!({"prompt": prompt, "answers": answers(&[1.0])}),
        json!({"prompt": prompt, "answers": answers(&[1.0; 17])}),
        json!({"prompt": prompt, "answers": [{"answer": "a", "rank": null}, {"answer": "b"}]}),
        json!({"prompt": "p", "answers": answers(&[1.0, 2.0])}),
        json!({"prompt": "\n\nHuman: p\n\nAssistant: x", "answers": answers(&[1.0, 2.0])}),
    ];
    let text = text.map(|row| format!("{row}\n")).concat();
    let found = [
        (1, "1"),
        (2, "answers"),
        (3, "answers"),
        (4, "answers"),
        (5, "answers"),
        (6, "prompt"),
        (7, "prompt"),
    ];
    check("nectar.jsonl", &text, "JSON lines", "Nectar", &found);
}
