//! What a template is given, and the language it is written in.

use crate::case;
use crate::folders::{inputs, json};
use std::collections::BTreeMap;
use tilt_engine::text::ChatTemplate;
use tilt_protocol::dataset::{TemplateData, parse_jsonl};
use tilt_protocol::{Content, Example, Turn};

#[test]
fn a_template_is_given_all_that_a_row_carries() {
    for data in [
        "kept-content.jsonl",
        "null-content.jsonl",
        "role-tool.jsonl",
    ] {
        let key = format!("09-tool-calls/model/{data}");
        case("09-tool-calls", "model", data).check(&key);
    }
    for folder in [
        "20-template-list",
        "21-generation-tag",
        "22-python-methods",
        "23-strftime-tojson-break",
        "24-tools-is-none",
        "29-template-kwargs",
    ] {
        let key = format!("{folder}/model/data.jsonl");
        case(folder, "model", "data.jsonl").check(&key);
    }
}

/// One construct a template, each before the same conversation.
#[test]
fn constructs_render_as_in_transformers() {
    let folder = inputs().join("2z-constructs");
    let tail =
        std::fs::read_to_string(folder.join("model/chat_template.jinja")).expect("a template");
    let tail = &tail[tail.find("{% for m in").expect("the conversation")..];
    let rows = std::fs::read_to_string(folder.join("data.jsonl")).expect("a row");
    let rows = parse_jsonl(&rows);
    let [Example::Pair { prompt, chosen, .. }] = &rows.examples[..] else {
        panic!("{rows:?}");
    };
    let turns: Vec<&Turn> = [prompt, chosen]
        .into_iter()
        .flat_map(|content| match content {
            Content::Turns(turns) => turns,
            other => panic!("{other:?}"),
        })
        .collect();
    let special = [("eos_token", "<|end|>"), ("pad_token", "<|pad|>")];
    let special = special.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let special = BTreeMap::from(special);
    let constructs = json(&folder.join("constructs.json"));
    let mut wrong = Vec::new();
    for (name, case) in constructs.as_object().expect("constructs") {
        let source = format!("{}{tail}", case["template"].as_str().expect("a template"));
        let sources = BTreeMap::from([("default".to_owned(), source)]);
        let rendered = ChatTemplate::new(sources, &special)
            .and_then(|template| template.render(&turns, &TemplateData::default(), false, ""));
        // What the reference refuses is refused here too.
        if rendered.as_deref().ok() != case["rendered"].as_str() {
            wrong.push(format!(
                "{name}: {rendered:?}, expected {}",
                case["rendered"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    case("2z-constructs", "model", "data.jsonl").score();
}
