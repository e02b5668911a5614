//! The configs of golden entries, through the same reader as config files.

use serde_json::{Value, json};
use tilt_protocol::config::TrlConfig;

/// Notes of the golden files that are no fields of TRL's.
const NOTES: [&str; 3] = ["note", "loss_type_effective", "old_logps"];

/// A golden entry's config under a trainer; `cdpo` is DPO's trainer with the loss that
/// TRL dropped.
pub fn trl_config(config: &Value, trainer: &str) -> TrlConfig {
    let mut fields = config.as_object().cloned().unwrap_or_default();
    fields.retain(|name, _| !NOTES.contains(&name.as_str()));
    fields.insert("trainer".to_owned(), json!(trainer));
    if trainer == "cdpo" {
        fields.insert("trainer".to_owned(), json!("dpo"));
        fields.insert("loss_type".to_owned(), json!("cdpo"));
    }
    // The runs' short names.
    for (short, full) in [
        ("lr", "learning_rate"),
        ("clip", "max_grad_norm"),
        ("eps", "adam_epsilon"),
    ] {
        if let Some(value) = fields.remove(short) {
            fields.insert(full.to_owned(), value);
        }
    }
    if let Some(betas) = fields.remove("betas") {
        fields.insert("adam_beta1".to_owned(), betas[0].clone());
        fields.insert("adam_beta2".to_owned(), betas[1].clone());
    }
    let text = Value::Object(fields).to_string();
    let config = TrlConfig::from_json(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(config.unused, Vec::<String>::new(), "{text}");
    config
}
