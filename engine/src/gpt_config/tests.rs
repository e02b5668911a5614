//! What a config says, out and in again, and what is refused.

use super::*;

#[test]
fn a_config_survives_writing_and_reading() {
    let mut config = GptConfig::new(97, 64, 48, 2, 4);
    config.eos_token_id = Some(96);
    let mut others = config.clone();
    others.n_inner = 52;
    others.scale_attn_weights = false;
    others.scale_attn_by_inverse_layer_idx = true;
    others.is_tied = false;
    for config in [config, others] {
        let read = GptConfig::from_json(&config.to_json("float32")).unwrap();
        let fields = Map::new();
        assert_eq!(GptConfig { fields, ..read }, config);
    }
}

#[test]
fn attention_is_scaled_by_head_size_and_block_each_where_the_config_says_so() {
    let mut config = GptConfig::new(97, 64, 48, 2, 12);
    let scales = |config: &GptConfig| [0, 1].map(|block| config.attention_scale(block));
    assert_eq!(scales(&config), [0.5, 0.5]);
    config.scale_attn_by_inverse_layer_idx = true;
    assert_eq!(scales(&config), [0.5, 0.25]);
    config.scale_attn_weights = false;
    assert_eq!(scales(&config), [1.0, 0.5]);
}

#[test]
fn a_field_of_another_type_or_value_is_named() {
    let config = GptConfig::new(97, 64, 48, 2, 4).to_json("float32");
    for (field, expected) in [
        ("\"scale_attn_by_inverse_layer_idx\": 1", "true or false"),
        ("\"n_inner\": 0", "a whole number from 1 to 1,000,000"),
        ("\"activation_function\": \"relu\"", "\"gelu_new\" or"),
    ] {
        let name = field.split('"').nth(1).unwrap();
        // Of two fields of one name the last one counts.
        let text = config.trim_end().trim_end_matches('}').to_owned() + "," + field + "}";
        let error = GptConfig::from_json(&text).unwrap_err().to_string();
        let is_named = error.starts_with(&format!("config.json: {name}: got"));
        assert!(is_named && error.contains(expected), "{error}");
    }
}

#[test]
fn sizes_beyond_a_tab_are_refused_before_anything_is_allocated() {
    let mut config = GptConfig::new(97, 64, 48, 2, 4);
    config.n_inner = 52;
    assert_eq!(
        config.parameters(),
        crate::layout::Layout::of(&config).len as u64
    );
    config.n_embd = 1_000_000;
    let error = GptConfig::from_json(&config.to_json("float32")).unwrap_err();
    assert!(error.to_string().contains("at most 400000000"), "{error}");
}

/// `config.json` of `openai-community/gpt2`, and what `distilgpt2` has besides.
#[test]
fn the_fields_of_gpt2_itself_are_read_and_kept() {
    let config = GptConfig::from_json(
        r#"{
            "_num_labels": 1,
            "activation_function": "gelu_new",
            "architectures": ["GPT2LMHeadModel"],
            "attn_pdrop": 0.1,
            "bos_token_id": 50256,
            "embd_pdrop": 0.1,
            "eos_token_id": 50256,
            "id2label": {"0": "LABEL_0"},
            "initializer_range": 0.02,
            "label2id": {"LABEL_0": 0},
            "layer_norm_epsilon": 1e-05,
            "model_type": "gpt2",
            "n_ctx": 1024,
            "n_embd": 768,
            "n_head": 12,
            "n_inner": null,
            "n_layer": 12,
            "n_positions": 1024,
            "resid_pdrop": 0.1,
            "summary_activation": null,
            "summary_first_dropout": 0.1,
            "summary_proj_to_labels": true,
            "summary_type": "cls_index",
            "summary_use_proj": true,
            "task_specific_params": {
                "text-generation": {"do_sample": true, "max_length": 50}
            },
            "vocab_size": 50257
        }"#,
    )
    .unwrap();
    let mut expected = GptConfig::new(50_257, 1024, 768, 12, 12);
    expected.eos_token_id = Some(50_256);
    let fields = config.fields.clone();
    assert_eq!(config, GptConfig { fields, ..expected });
    assert_eq!(config.parameters(), 124_439_808);
    let written: Value = serde_json::from_str(&config.to_json("float32")).unwrap();
    assert_eq!(written["summary_type"], "cls_index");
    assert_eq!(written["bos_token_id"], 50_256);
}

#[test]
fn ends_of_text_come_in_many_spellings() {
    for (field, expected) in [
        ("3", vec![3]),
        ("[3, 1, 3]", vec![3, 1]),
        ("null", vec![]),
        ("50256", vec![]),
        ("[97, 5]", vec![5]),
        ("-1", vec![]),
    ] {
        let config = GptConfig::new(97, 64, 48, 2, 4).to_json("float32");
        let text = config.replace(
            "\"eos_token_id\": null",
            &format!("\"eos_token_id\": {field}"),
        );
        let mut config = GptConfig::from_json(&text).unwrap();
        assert_eq!(config.end_of_text_ids(), expected, "{field}");
        config.prefer_end_of_text(1);
        assert_eq!(config.eos_token_id, Some(1));
        assert!(config.ends_text(1) && expected.iter().all(|id| config.ends_text(*id)));
        assert!(!config.more_eos_ids.contains(&1));
    }
}

#[test]
fn another_architecture_is_refused_by_name() {
    let error = GptConfig::from_json(r#"{"model_type": "llama"}"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "config.json: model_type: got \"llama\", expected \"gpt2\""
    );
}
