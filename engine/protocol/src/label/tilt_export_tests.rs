use super::*;
use crate::dataset::{Content, Role, Turn, parse_jsonl};
use crate::import::{ImportOptions, Imported, Importer, RowFormat, RowOutcome};
use crate::principle::Principle;
use proptest::prelude::*;

/// The labels of a text without a refused row, and its format.
fn read(text: &str) -> (Vec<Label>, Option<RowFormat>) {
    let mut importer = Importer::new("labels.tilt.jsonl", ImportOptions::default());
    let mut labels = Vec::new();
    let mut keep = |outcome| match outcome {
        RowOutcome::Good { examples, .. } => {
            for imported in examples {
                match imported {
                    Imported::Label(label) => labels.push(*label),
                    other => panic!("{other:?}"),
                }
            }
        }
        RowOutcome::Refused { error, raw, .. } => panic!("{error}\n{raw}"),
    };
    importer.push(text.as_bytes(), &mut keep);
    importer.finish(&mut keep);
    (labels, importer.format())
}

fn sampled(verdict: Verdict) -> Label {
    let pair = Pair {
        id: "nano-1-2-3".to_owned(),
        prompt: "Hello!".to_owned(),
        answer_a: "Hi.".to_owned(),
        answer_b: "Go away.".to_owned(),
        source: PairSource::Sampled {
            model: "nano".to_owned(),
            seed: u64::MAX,
        },
        row: None,
    };
    let mut label = Label::new(pair, verdict, Labeller::Person, 1.5);
    label.rechecks = vec![Verdict::B];
    label
}

#[test]
fn a_decisive_line_is_a_row_of_trl() {
    let text = write_tilt_jsonl(&[sampled(Verdict::B)]);
    let parsed = parse_jsonl(&text);
    assert_eq!(parsed.examples, [sampled(Verdict::B).as_row().unwrap()]);
    let row: Value = serde_json::from_str(&text).unwrap();
    let expected = concat!(
        r#"{"id":"nano-1-2-3","source":{"source":"sampled","model":"nano","#,
        r#""seed":18446744073709551615},"verdict":"b","labeller":{"by":"person"},"#,
        r#""at_ms":1.5,"rechecks":["b"]}"#
    );
    assert_eq!(row["tilt"], expected);
    assert!(row["tilt"].is_string(), "one type for datasets");
}

#[test]
fn an_answer_against_itself_or_against_none_gives_trl_no_row() {
    for other in ["Hi. ", " "] {
        let mut label = sampled(Verdict::A);
        label.pair.answer_b = other.to_owned();
        let text = write_tilt_jsonl(std::slice::from_ref(&label));
        let row: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(row["chosen"], Value::Null);
        assert_eq!(read(&text).0, [label]);
    }
}

#[test]
fn a_line_says_whose_label_it_is() {
    let mine = sampled(Verdict::A).leaving("7f3a");
    let text = write_tilt_jsonl(std::slice::from_ref(&mine));
    assert!(text.contains(r#"\"origin\":{\"author\":{\"code\":\"7f3a\"}}"#));
    let (labels, _) = read(&text);
    assert_eq!(labels, [mine]);
}

#[test]
fn a_tie_gives_trl_no_row() {
    let text = write_tilt_jsonl(&[sampled(Verdict::Tie)]);
    let row: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&row["chosen"], &row["rejected"]),
        (&Value::Null, &Value::Null)
    );
    assert!(row["prompt"].is_array());
    assert_eq!(parse_jsonl(&text).examples, []);
}

#[test]
fn defects_are_refused() {
    let good = write_tilt_jsonl(&[sampled(Verdict::A)]);
    let text = [
        good.as_str(),
        "{\"prompt\":\"p\",\"chosen\":\"c\",\"rejected\":\"r\"}\n",
        "{\"prompt\":\"p\",\"chosen\":\"c\",\"rejected\":\"r\",\"tilt\":\"{}\"}\n",
        &good.replace("\"chosen\"", "\"other\""),
        &good,
    ]
    .concat();
    let mut importer = Importer::new("a.jsonl", ImportOptions::default());
    let mut found = Vec::new();
    let mut keep = |outcome| {
        found.push(match outcome {
            RowOutcome::Good { .. } => "good".to_owned(),
            RowOutcome::Refused {
                error: crate::Error::BadRow { field, .. },
                ..
            } => field,
            other => panic!("{other:?}"),
        });
    };
    importer.push(text.as_bytes(), &mut keep);
    importer.finish(&mut keep);
    assert_eq!(found, ["good", "tilt", "tilt", "chosen", "good"]);
    assert_eq!(importer.format(), Some(RowFormat::Tilt));
}

fn any_content() -> impl Strategy<Value = Content> {
    let role = prop::sample::select(vec![Role::System, Role::User, Role::Assistant]);
    let turn = (role, "[a\\n é🙂:]{0,4}").prop_map(|(role, content)| Turn::new(role, content));
    prop_oneof![
        "[a\\n é🙂:]{0,6}".prop_map(Content::Plain),
        prop::collection::vec(turn, 1..3).prop_map(Content::Turns),
    ]
}

/// Also rows that no file gives, as an older version may have stored them.
fn any_row() -> impl Strategy<Value = Option<Box<Example>>> {
    let content = || any_content();
    let margin = prop::option::of(any::<f64>().prop_filter("finite", |value| value.is_finite()));
    let pair =
        (content(), content(), content(), margin).prop_map(|(prompt, chosen, rejected, margin)| {
            Example::Pair {
                prompt,
                chosen,
                rejected,
                margin,
            }
        });
    let single = (content(), content(), any::<bool>()).prop_map(|(prompt, completion, label)| {
        Example::Unpaired {
            prompt,
            completion,
            label,
        }
    });
    prop_oneof![
        Just(None),
        pair.prop_map(Box::new).prop_map(Some),
        single.prop_map(Box::new).prop_map(Some),
    ]
}

fn any_label() -> impl Strategy<Value = Label> {
    let source = prop_oneof![
        Just(PairSource::Written),
        "[a-z]{0,3}".prop_map(|model| PairSource::Shipped { model }),
        ("[a-z]{0,3}", any::<u64>()).prop_map(|(model, seed)| PairSource::Sampled { model, seed }),
        ".{0,3}".prop_map(|file| PairSource::Imported { file }),
    ];
    let labeller = prop_oneof![
        Just(Labeller::Person),
        (0.0..1.0f64, -4.0..4.0f64).prop_map(|(noise, weight)| Labeller::Judge {
            principle: Principle::Polite,
            noise,
            others: vec![(Principle::Short, weight)],
            length_bias: weight / 3.0,
        }),
    ];
    let text = || ".{0,5}";
    let pair = (text(), text(), text(), text(), source, any_row()).prop_map(
        |(id, prompt, answer_a, answer_b, source, row)| {
            let shown = Pair {
                id,
                prompt,
                answer_a,
                answer_b,
                source,
                row: None,
            };
            // Mostly as import makes it, now and then with strings of its own.
            match row {
                Some(row) if shown.id.len() != 1 => {
                    let (source, id) = (shown.source, shown.id);
                    Label::from_row(&row, 1, source, id, 0.0).unwrap().pair
                }
                row => Pair { row, ..shown },
            }
        },
    );
    let verdict = || prop::sample::select(Verdict::ALL.to_vec());
    let rechecks = prop::collection::vec(verdict(), 0..3);
    let at_ms = prop_oneof![0.0..2e12f64, Just(1.7e12)];
    let origin = prop_oneof![
        Just(None),
        Just(Some(Origin::Here)),
        ("[a-z]{0,3}", prop::option::of("[0-9a-f]{3}"))
            .prop_map(|(name, author)| Some(Origin::File { name, author })),
        "[a-z]{0,3}".prop_map(|name| Some(Origin::Lab { name })),
        "[a-z]{0,3}".prop_map(|name| Some(Origin::PracticeSet { name })),
        "[0-9a-f]{3}".prop_map(|code| Some(Origin::Author { code })),
    ];
    (pair, verdict(), labeller, at_ms, rechecks, origin).prop_map(
        |(pair, verdict, labeller, at_ms, rechecks, origin)| Label {
            rechecks,
            origin,
            ..Label::new(pair, verdict, labeller, at_ms)
        },
    )
}

proptest! {
    #[test]
    fn labels_come_back_as_they_were(labels in prop::collection::vec(any_label(), 0..6)) {
        let text = write_tilt_jsonl(&labels);
        let (again, _) = read(&text);
        prop_assert_eq!(write_tilt_jsonl(&again), text);
        prop_assert_eq!(again, labels);
    }
}
