use crate::dataset::{Content, Example, Role, Turn, parse_jsonl, write_jsonl};
use crate::error::Error;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// The rows of a file without a bad one.
fn good(rows: &[Value]) -> Vec<Example> {
    let lines: Vec<String> = rows.iter().map(Value::to_string).collect();
    let parsed = parse_jsonl(&lines.join("\n"));
    assert_eq!(parsed.errors, vec![], "{rows:?}");
    parsed.examples
}

/// Line and field of each refused row.
fn refused(text: &str) -> Vec<(usize, String)> {
    let place = |error: &Error| match error {
        Error::BadRow { line, field, .. } => (*line, field.clone()),
        other => panic!("{other}"),
    };
    parse_jsonl(text).errors.iter().map(place).collect()
}

/// Checks that a row alone in its file is refused for `field`.
fn check_refused(row: Value, field: &str) {
    let expected = vec![(1, field.to_owned())];
    assert_eq!(refused(&row.to_string()), expected, "{row}");
}

fn plain(text: &str) -> Content {
    Content::Plain(text.to_owned())
}

fn turns(turns: &[(Role, &str)]) -> Content {
    let turn = |&(role, content): &(Role, &str)| Turn::new(role, content);
    Content::Turns(turns.iter().map(turn).collect())
}

#[test]
fn every_format_round_trips() {
    let user = json!([{"role": "user", "content": "p"}]);
    let answer = |text: &str| json!([{"role": "assistant", "content": text}]);
    for rows in [
        vec![
            json!({"prompt": "p", "chosen": "c", "rejected": "r"}),
            json!({"prompt": user, "chosen": answer("c"), "rejected": answer("r")}),
            json!({"prompt_ids": [1, 2], "chosen_ids": [3], "rejected_ids": []}),
            json!({"prompt": "p", "chosen": "c", "rejected": "r", "margin": 1.5}),
        ],
        vec![
            json!({"prompt": "p", "completion": "c", "label": true}),
            json!({"prompt": user, "completion": answer("c"), "label": false}),
            json!({"prompt_ids": [], "completion_ids": [3], "label": true}),
        ],
        vec![
            json!({"prompt": "p", "completion": "c"}),
            json!({"prompt": user, "completion": answer("c")}),
            json!({"prompt_ids": [], "completion_ids": [3]}),
        ],
        vec![
            json!({"text": "t"}),
            json!({"messages": answer("c")}),
            json!({"input_ids": [3]}),
        ],
    ] {
        let examples = good(&rows);
        let written = write_jsonl(&examples);
        let again: Vec<Value> = written
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(again, rows);
        let across: Vec<Example> =
            serde_json::from_value(serde_json::to_value(&examples).unwrap()).unwrap();
        assert_eq!(across, examples, "across the worker boundary");
    }
}

#[test]
fn lines_are_counted_over_empty_ones() {
    let row = r#"{"text":"t"}"#;
    let parsed = parse_jsonl(&format!("{row}\n\n  \n{row}\n"));
    assert_eq!((parsed.lines, parsed.errors), (vec![1, 4], vec![]));
}

#[test]
fn a_bad_row_names_line_and_field_and_spoils_no_other() {
    let text = concat!(
        r#"{"prompt":"p","completion":"c","label":1}"#,
        "\n",
        r#"{"prompt":"p","completion":"c","label":"yes"}"#,
        "\nnot json\n",
        r#"{"prompt":5,"completion":"c","label":true}"#,
        "\n",
        r#"{"prompt":"p","chosen":"c","rejected":"r"}"#,
        "\n",
        r#"{"prompt":"p","completion":"c","label":false}"#,
    );
    assert_eq!(parse_jsonl(text).lines, vec![1, 6]);
    let places = [(2, "label"), (3, "row"), (4, "prompt"), (5, "chosen")];
    assert_eq!(
        refused(text),
        places.map(|(line, field)| (line, field.to_owned()))
    );
}

#[test]
fn rows_with_and_without_a_label_do_not_mix() {
    let with = r#"{"prompt":"p","completion":"c","label":1}"#;
    let without = r#"{"prompt":"p","completion":"c"}"#;
    for (first, second) in [(with, without), (without, with)] {
        let text = [first, second, first, second].join("\n");
        assert_eq!(
            refused(&text),
            vec![(2, "label".to_owned()), (4, "label".to_owned())]
        );
    }
}

#[test]
fn an_implicit_prompt_is_taken_out() {
    let (user, yes, no) = (
        (Role::User, "Is it?"),
        (Role::Assistant, "Yes."),
        (Role::Assistant, "No."),
    );
    let conversation = |answer: &str| json!([{"role": "user", "content": "Is it?"}, {"role": "assistant", "content": answer}]);
    let pair = |prompt, chosen, rejected| Example::Pair {
        prompt,
        chosen,
        rejected,
        margin: None,
    };
    let of_turns = pair(turns(&[user]), turns(&[yes]), turns(&[no]));
    assert_eq!(
        good(&[
            json!({"chosen": "Is it? Yes.", "rejected": "Is it? No."}),
            json!({"chosen": conversation("Yes."), "rejected": conversation("No.")}),
            // The prompt as a string beside conversations that hold it.
            json!({"prompt": "Is it?", "chosen": conversation("Yes."), "rejected": conversation("No.")}),
            json!({"chosen_ids": [1, 2], "rejected_ids": [1, 3]}),
        ]),
        vec![
            pair(plain("Is it?"), plain(" Yes."), plain(" No.")),
            of_turns.clone(),
            of_turns,
            pair(
                Content::Ids(vec![1]),
                Content::Ids(vec![2]),
                Content::Ids(vec![3])
            ),
        ]
    );
}

#[test]
fn masks_split_ids_into_prompt_and_completion() {
    let of = |prompt: &[u32], completion: &[u32]| Example::Completion {
        prompt: Content::Ids(prompt.to_vec()),
        completion: Content::Ids(completion.to_vec()),
    };
    assert_eq!(
        good(&[
            json!({"input_ids": [5, 6, 7], "completion_mask": [0, 1, 1]}),
            json!({"input_ids": [5, 6], "completion_mask": [true, true]}),
            json!({"input_ids": [5, 6], "completion_mask": [0, 0]}),
            json!({"input_ids": [5, 6, 7], "labels": [-100, -100, 7]}),
            // `labels` have precedence, as in TRL.
            json!({"input_ids": [5, 6], "labels": [-100, 6], "completion_mask": [1, 1]}),
        ]),
        vec![
            of(&[5], &[6, 7]),
            of(&[], &[5, 6]),
            of(&[5, 6], &[]),
            of(&[5, 6], &[7]),
            of(&[5], &[6])
        ]
    );
    for (column, mask) in [
        ("completion_mask", json!([1, 0, 1])),
        ("completion_mask", json!([0, 1])),
        ("completion_mask", json!([0, 1, 1, 1])),
        ("completion_mask", json!([0, 2, 1])),
        ("completion_mask", json!("011")),
        ("labels", json!([-100, 6, 8])),
        ("labels", json!([5, -100, 7])),
        ("labels", json!([-100, 6])),
        ("labels", json!([-100, 6, 7, null])),
    ] {
        check_refused(json!({"input_ids": [5, 6, 7], column: mask}), column);
    }
}

#[test]
fn further_columns_do_not_matter() {
    let answer = json!([{"role": "assistant", "content": "c"}]);
    let rows = [
        json!({"text": "t", "label": 3, "source": "web"}),
        json!({"text": "t", "completion": "c"}),
        json!({"prompt": "p", "messages": answer, "prompt_id": "x"}),
    ];
    let is_text = |example: &Example| matches!(example, Example::Text { .. });
    assert!(good(&rows).iter().all(is_text));
    let pair = json!({"prompt": "p", "chosen": "c", "rejected": "r", "label": 1, "completion": 4});
    assert!(matches!(good(&[pair])[..], [Example::Pair { .. }]));
}

#[test]
fn each_defect_is_named() {
    let user = json!([{"role": "user", "content": "p"}]);
    let other = json!([{"role": "user", "content": "q"}]);
    for (row, field) in [
        (json!([1]), "row"),
        (json!(null), "row"),
        (json!({}), "row"),
        (json!({"prompt": "p"}), "row"),
        (json!({"prompt": "p", "label": true}), "row"),
        // Pairs
        (json!({"prompt": "p", "chosen": "c"}), "rejected"),
        (json!({"prompt": "p", "rejected": "c"}), "chosen"),
        (
            json!({"prompt": null, "chosen": "c", "rejected": "r"}),
            "prompt",
        ),
        (
            json!({"prompt": [], "chosen": user, "rejected": user}),
            "prompt",
        ),
        (
            json!({"prompt": "p", "chosen": [], "rejected": []}),
            "chosen",
        ),
        (json!({"prompt": "p", "chosen": 1, "rejected": 2}), "chosen"),
        (
            json!({"prompt": "p", "chosen": "c", "rejected": user}),
            "rejected",
        ),
        (json!({"chosen": "c", "rejected": user}), "rejected"),
        (
            json!({"prompt": user, "chosen": "c", "rejected": "r"}),
            "chosen",
        ),
        (json!({"chosen": user, "rejected": other}), "chosen"),
        (json!({"chosen": user, "rejected": user}), "chosen"),
        (
            json!({"prompt": "p", "chosen": user, "rejected": other}),
            "chosen",
        ),
        (json!({"chosen_ids": [1], "rejected": "r"}), "rejected_ids"),
        (
            json!({"prompt_ids": [1], "chosen": "c", "rejected": "r"}),
            "chosen_ids",
        ),
        (
            json!({"prompt_ids": "1", "chosen_ids": [1], "rejected_ids": [2]}),
            "prompt_ids",
        ),
        (
            json!({"chosen_ids": [1], "rejected_ids": [-1]}),
            "rejected_ids",
        ),
        (
            json!({"chosen_ids": [1.5], "rejected_ids": [1]}),
            "chosen_ids",
        ),
        (
            json!({"chosen_ids": [u64::from(u32::MAX) + 1], "rejected_ids": [1]}),
            "chosen_ids",
        ),
        (
            json!({"prompt": "p", "chosen": "c", "rejected": "r", "margin": "1"}),
            "margin",
        ),
        (
            json!({"prompt": "p", "chosen": "c", "rejected": "r", "margin": [1]}),
            "margin",
        ),
        // Completions
        (json!({"completion": "c"}), "prompt"),
        (json!({"completion": "c", "label": true}), "prompt"),
        (
            json!({"prompt": "p", "completion": null, "label": true}),
            "completion",
        ),
        (json!({"prompt": "p", "completion": user}), "completion"),
        (
            json!({"prompt_ids": [1], "completion": "c"}),
            "completion_ids",
        ),
        (
            json!({"prompt": "p", "completion_ids": [1], "label": true}),
            "prompt_ids",
        ),
        (
            json!({"prompt": "p", "completion": "c", "label": 2}),
            "label",
        ),
        (
            json!({"prompt": "p", "completion": "c", "label": null}),
            "label",
        ),
        // Texts
        (json!({"text": 1}), "text"),
        (json!({"text": user}), "text"),
        (json!({"messages": "t"}), "messages"),
        (json!({"messages": []}), "messages"),
        (
            json!({"messages": [{"role": 5, "content": "c"}]}),
            "messages",
        ),
        (json!({"messages": [{"role": "user"}]}), "messages"),
        (json!({"input_ids": "1"}), "input_ids"),
        (json!({"input_ids": [null]}), "input_ids"),
    ] {
        check_refused(row, field);
    }
}

#[test]
fn a_message_says_what_was_found_and_expected() {
    let text = concat!(
        r#"{"prompt":"p","completion":"c","label":1}"#,
        "\n",
        r#"{"text":"t"}"#,
    );
    assert_eq!(
        parse_jsonl(text).errors[0].to_string(),
        "line 2, field \"text\": a whole text, expected a completion with a label, as line 1 is"
    );
}

const COLUMNS: [&str; 14] = [
    "prompt",
    "chosen",
    "rejected",
    "completion",
    "label",
    "margin",
    "text",
    "messages",
    "prompt_ids",
    "chosen_ids",
    "rejected_ids",
    "completion_ids",
    "input_ids",
    "completion_mask",
];

fn any_value() -> impl Strategy<Value = Value> {
    let turn = ("user|assistant|robot", "[a é🙂]{0,3}")
        .prop_map(|(role, content)| json!({"role": role, "content": content}));
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-8i8..8).prop_map(|halves| Value::from(f64::from(halves) / 2.0)),
        "[a é🙂]{0,4}".prop_map(Value::from),
        prop::collection::vec(0u8..3, 0..4).prop_map(Value::from),
        prop::collection::vec(turn, 0..4).prop_map(Value::from),
        Just(json!({"a": [1]})),
    ]
}

fn any_row() -> impl Strategy<Value = String> {
    let column = (prop::sample::select(&COLUMNS[..]), any_value());
    prop::collection::vec(column, 0..6).prop_map(|columns| {
        let row: Map<String, Value> = columns
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        Value::Object(row).to_string()
    })
}

proptest! {
    #[test]
    fn every_row_is_good_or_refused(rows in prop::collection::vec(prop_oneof![any_row(), ".{0,20}"], 0..8)) {
        let text = rows.join("\n");
        let parsed = parse_jsonl(&text);
        let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
        prop_assert_eq!(parsed.examples.len() + parsed.errors.len(), lines);
        prop_assert_eq!(parsed.examples.len(), parsed.lines.len());
        let all_bad_rows = parsed.errors.iter().all(|error| matches!(error, Error::BadRow { .. }));
        prop_assert!(all_bad_rows);
    }

    #[test]
    fn good_rows_round_trip(row in any_row()) {
        let examples = parse_jsonl(&row).examples;
        prop_assert_eq!(parse_jsonl(&write_jsonl(&examples)).examples, examples);
    }
}

#[test]
fn null_is_nothing() {
    let turns = |answer: &str| {
        json!([
            {"role": "user", "content": "p", "name": null, "tool_calls": null},
            {"role": "assistant", "content": answer, "tool_calls": null},
        ])
    };
    let with = json!({
        "prompt": null, "chosen": turns("c"), "rejected": turns("r"), "margin": null,
        "label": null, "messages": null, "tools": null, "chat_template_kwargs": null,
    });
    let without = json!({"chosen": turns("c"), "rejected": turns("r")});
    let parsed = parse_jsonl(&format!("{with}\n{without}"));
    assert_eq!(parsed.errors, []);
    assert_eq!(parsed.examples[0], parsed.examples[1]);
    // Strings do not hold their prompt.
    let plain = r#"{"prompt": null, "chosen": "c", "rejected": "r"}"#;
    check_refused(serde_json::from_str(plain).unwrap(), "prompt");
}

#[test]
fn what_a_row_carries_for_the_template_stays_and_is_written_again() {
    let row = r#"{"prompt":[{"role":"user","content":"p"}],"chosen":[{"role":"assistant","content":null,"tool_calls":[{"function":{"name":"f","arguments":{"b":1,"a":2}}}]}],"rejected":[{"role":"critic","content":"r","name":"x"}],"tools":[{"name":"f","b":1,"a":2}],"chat_template_kwargs":{"z":false,"y":1}}"#;
    let parsed = parse_jsonl(row);
    assert_eq!(parsed.errors, []);
    let written = write_jsonl(&parsed.examples);
    for part in [
        r#""arguments":{"b":1,"a":2}"#,
        r#""tools":[{"name":"f","b":1,"a":2}]"#,
        r#""chat_template_kwargs":{"z":false,"y":1}"#,
        r#"{"role":"critic","content":"r","name":"x"}"#,
    ] {
        assert!(written.contains(part), "{written}");
    }
    assert_eq!(parse_jsonl(&written).examples, parsed.examples);
    // TRL reads tools from a string too.
    let text = row.replace(
        r#"[{"name":"f","b":1,"a":2}]"#,
        r#""[{\"name\":\"f\",\"b\":1,\"a\":2}]""#,
    );
    assert_eq!(parse_jsonl(&text).examples, parsed.examples);
    for (column, value) in [
        ("tools", json!("f")),
        ("tools", json!({})),
        ("chat_template_kwargs", json!([1])),
    ] {
        let mut row: serde_json::Value = serde_json::from_str(row).unwrap();
        row[column] = value;
        check_refused(row, column);
    }
}
