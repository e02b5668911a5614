//! Files of a model folder, older and newer ones.

use super::*;

const IDS: &str = r#"{"a": 0, "b": 1, "ab": 2, "<|endoftext|>": 3}"#;

fn read(config: Option<&str>) -> Value {
    let merges = "#version: 0.2\r\na b\r\n\r\n";
    let text = from_vocab_and_merges(IDS, merges, config).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_two_older_files_become_the_one() {
    let tokenizer = read(None);
    assert_eq!(tokenizer["model"]["merges"], json!(["a b"]));
    assert_eq!(tokenizer["model"]["vocab"]["ab"], 2);
    assert_eq!(tokenizer["pre_tokenizer"]["add_prefix_space"], false);
    assert_eq!(tokenizer["added_tokens"][0]["id"], 3);
    assert_eq!(tokenizer["added_tokens"][0]["content"], END);
    assert_eq!(tokenizer["added_tokens"][0]["special"], true);
}

#[test]
fn the_config_adds_tokens_and_a_space() {
    let tokenizer = read(Some(
        r#"{"add_prefix_space": true, "added_tokens_decoder": {
            "4": {"content": "<|user|>", "special": true, "lstrip": true},
            "3": {"content": "<|endoftext|>", "special": true, "normalized": true}}}"#,
    ));
    assert_eq!(tokenizer["pre_tokenizer"]["add_prefix_space"], true);
    let added = tokenizer["added_tokens"].as_array().unwrap();
    let ids: Vec<&Value> = added.iter().map(|token| &token["id"]).collect();
    assert_eq!(ids, [3, 4]);
    assert_eq!(added[0]["normalized"], true);
    assert_eq!(added[1]["lstrip"], true);
}

#[test]
fn defects_name_file_and_line() {
    let fails = |vocab: &str, merges: &str, config: Option<&str>| {
        from_vocab_and_merges(vocab, merges, config)
            .unwrap_err()
            .to_string()
    };
    assert!(fails("[]", "", None).starts_with("vocab.json: not a JSON object"));
    assert_eq!(
        fails(IDS, "#version: 0.2\na b c", None),
        "merges.txt: line 2: \"a b c\", expected two tokens with a space between them"
    );
    assert_eq!(
        fails(IDS, "a b\nb a\n", None),
        "merges.txt: line 2: \"ba\" is not in vocab.json"
    );
    let nameless = r#"{"added_tokens_decoder": {"7": {}}}"#;
    let error = fails(IDS, "", Some(nameless));
    assert!(error.starts_with("tokenizer_config.json: cannot be read: missing field `content`"));
}

fn texts(files: &FolderTexts) -> (Value, Value) {
    let texts = files.tokenizer_texts().unwrap();
    let tree = |text: Option<String>| match text {
        None => Value::Null,
        Some(text) => serde_json::from_str(&text).unwrap(),
    };
    (tree(texts.tokenizer), tree(texts.config))
}

#[test]
fn templates_beside_the_config_count() {
    let mut files = FolderTexts {
        tokenizer_config: Some(r#"{"eos_token": "x", "chat_template": "old"}"#.to_owned()),
        chat_template: Some("\u{feff}new".to_owned()),
        ..FolderTexts::default()
    };
    let expected = json!({ "eos_token": "x", "chat_template": "new" });
    assert_eq!(texts(&files).1, expected);
    files
        .more_templates
        .insert("tool_use".to_owned(), "t".to_owned());
    assert_eq!(
        texts(&files).1["chat_template"],
        json!([{"name": "default", "template": "new"}, {"name": "tool_use", "template": "t"}])
    );
    files.tokenizer_config = Some("[]".to_owned());
    assert!(files.tokenizer_texts().is_err());
    assert_eq!(texts(&FolderTexts::default()), (Value::Null, Value::Null));
}

#[test]
fn older_files_name_tokens_and_add_some() {
    let files = FolderTexts {
        vocab: Some(IDS.to_owned()),
        merges: Some("a b".to_owned()),
        tokenizer_config: Some(r#"{"eos_token": "old"}"#.to_owned()),
        added_tokens: Some(r#"{"<|user|>": 5, "<|end|>": 4}"#.to_owned()),
        special_tokens: Some(r#"{"eos_token": {"content": "<|end|>"}}"#.to_owned()),
        ..FolderTexts::default()
    };
    let (tokenizer, config) = texts(&files);
    assert_eq!(config["eos_token"]["content"], "<|end|>");
    let added = tokenizer["added_tokens"].as_array().unwrap();
    let told: Vec<_> = added
        .iter()
        .map(|token| (&token["id"], &token["content"], &token["special"]))
        .map(|(id, text, is)| (id.as_u64().unwrap(), text.as_str().unwrap(), is == true))
        .collect();
    assert_eq!(
        told,
        [(3, END, true), (4, "<|end|>", true), (5, "<|user|>", false)]
    );
    // A list in the config counts more than both.
    let newer = FolderTexts {
        tokenizer_config: Some(
            r#"{"eos_token": "new", "added_tokens_decoder": {"4": {"content": "new"}}}"#.to_owned(),
        ),
        ..files
    };
    let (tokenizer, config) = texts(&newer);
    assert_eq!(config["eos_token"], "new");
    assert_eq!(tokenizer["added_tokens"].as_array().unwrap().len(), 2);
}

#[test]
fn ids_that_end_an_answer_are_gathered() {
    let ids = |config: &str, generation: &str| -> Value {
        let text = with_generation_config(config, Some(generation)).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["eos_token_id"].clone()
    };
    assert_eq!(
        ids(r#"{"eos_token_id": 3}"#, r#"{"eos_token_id": [5, 3]}"#),
        json!([3, 5])
    );
    assert_eq!(ids("{}", r#"{"eos_token_id": 7}"#), json!([7]));
    assert_eq!(
        ids(r#"{"eos_token_id": [1]}"#, r#"{"eos_token_id": null}"#),
        json!([1])
    );
    assert!(with_generation_config("{}", Some("[]")).is_err());
}
