//! `train.py` and `requirements.txt`: a run repeated with TRL.

use super::trainer::{ConfigField, TrlReward, TrlRun};
use serde_json::Value;

const TEMPLATE: &str = include_str!("train.py");

/// Of GPT-2 transformers does not see by its class's name that it is a causal model, and
/// divides the loss of whole texts by one token too many a row.
const COUNT_TOKENS: &str = "    # So that the loss is divided by the tokens that are predicted.\n    \
    model.loss_type = \"ForCausalLM\"\n";

/// The versions that the scripts were tested with (`tests/export/README.md`).
pub const VERSIONS: [(&str, &str); 5] = [
    ("accelerate", "1.15.0"),
    ("datasets", "5.2.0"),
    ("torch", "2.15.0"),
    ("transformers", "5.23.0"),
    ("trl", "1.16.0"),
];

/// What differs between a run on given rows and one on its own answers.
struct ScriptParts {
    how: &'static str,
    /// What the file of the rows holds, and its name.
    rows: [&'static str; 2],
    /// Behind the constants.
    definitions: String,
    /// Of the config.
    order: &'static str,
    /// The trainer's own arguments.
    judged_by: String,
    /// How the log is told at the end.
    told: &'static str,
}

const IN_ORDER: &str =
    "        # The rows stand in the order of the run's first epoch: \"random\" shuffles them.
        train_sampling_strategy=\"sequential\",
";
const TOLD_LOSSES: &str = "        expected = json.loads((HERE / \"expected.json\").read_text())[\"steps\"]
        for here, tilt in zip(log, expected):
            print(f\"step {tilt['step']}: loss {here['loss']:.7f} here, {tilt['loss']:.7f} in Tilt\")
";
const TOLD_REWARDS: &str = "        for entry in log:
            reward = entry.get(\"reward\", entry.get(\"objective/scores\", float(\"nan\")))
            print(f\"loss {entry['loss']:.5f}, reward {reward:.4f}\")
";

impl ScriptParts {
    fn of(run: &TrlRun, load_model: &str) -> ScriptParts {
        match run.rewards.is_empty() {
            true => ScriptParts {
                how: "",
                rows: ["rows", "labels.jsonl"],
                definitions: String::new(),
                order: IN_ORDER,
                judged_by: match run.has_reference {
                    true => format!("        ref_model={load_model},\n"),
                    false => String::new(),
                },
                told: TOLD_LOSSES,
            },
            false => ScriptParts {
                how: "on the policy's own answers ",
                rows: ["prompts", "prompts.jsonl"],
                definitions: reward_definitions(&run.rewards),
                order: "",
                judged_by: format!("        reward_funcs=[{}],\n", reward_names(&run.rewards)),
                told: TOLD_REWARDS,
            },
        }
    }
}

fn reward_names(rewards: &[TrlReward]) -> String {
    let names = rewards.iter().map(|reward| match reward {
        TrlReward::Model => "REWARD_MODEL",
        TrlReward::Length(_) => "length",
    });
    names.collect::<Vec<_>>().join(", ")
}

/// Constants first, then functions.
fn reward_definitions(rewards: &[TrlReward]) -> String {
    let (mut folders, mut functions) = (String::new(), String::new());
    for reward in rewards {
        match reward {
            TrlReward::Model => folders.push_str("REWARD_MODEL = str(HERE / \"reward_model\")\n"),
            TrlReward::Length(penalty) => functions.push_str(&format!(
                "\n\ndef length(completion_ids, **kwargs):\n    \
                 \"\"\"So much is taken off for each token.\"\"\"\n    \
                 return [-{penalty} * len(ids) for ids in completion_ids]\n"
            )),
        }
    }
    folders + &functions
}

/// The script that trains `reference/` as the run did: on `labels.jsonl`, or on its own answers
/// to `prompts.jsonl`.
pub fn train_script(run: &TrlRun) -> String {
    let class = run.model_class;
    let load_model = format!("{class}.from_pretrained(REFERENCE, dtype=\"float32\")");
    let parts = ScriptParts::of(run, &load_model);
    let prepare = if run.prefix == "SFT" {
        COUNT_TOKENS
    } else {
        ""
    };
    let mut objective = String::new();
    for note in &run.notes {
        push_comment(&mut objective, note);
    }
    if run.objective.is_empty() {
        objective.push_str("        # The objective has no fields.");
    } else {
        objective.push_str("        # The objective.\n");
        objective.push_str(&arguments(&run.objective));
    }
    let least_rows = if run.prefix == "KTO" { "2" } else { "1" };
    let [rows, file] = parts.rows;
    [
        ("how", parts.how),
        ("title", run.title.as_str()),
        ("rows", rows),
        ("file", file),
        ("module", run.module),
        ("prefix", run.prefix),
        ("model_class", run.model_class),
        ("batch_size", &run.batch_size.to_string()),
        ("definitions", &parts.definitions),
        ("least_rows", least_rows),
        ("objective", &objective),
        ("training", &arguments(&run.training)),
        ("order", parts.order),
        ("load_model", &load_model),
        ("prepare", prepare),
        ("judged_by", &parts.judged_by),
        ("told", parts.told),
    ]
    .into_iter()
    .fold(TEMPLATE.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{{{name}}}}}"), value)
    })
}

/// The packages that the script needs, pinned.
pub fn requirements() -> String {
    VERSIONS
        .iter()
        .map(|(package, version)| format!("{package}=={version}\n"))
        .collect()
}

/// Keyword arguments, one a line, without a line end after the last.
fn arguments(fields: &[ConfigField]) -> String {
    let lines: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("        {name}={},", python(value)))
        .collect();
    lines.join("\n")
}

/// A JSON value as Python writes it.
fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(python).collect();
            format!("[{}]", items.join(", "))
        }
        // Numbers, and names of plain letters, are written alike.
        other => other.to_string(),
    }
}

/// A comment inside the config's arguments, broken at the width of a line.
fn push_comment(text: &mut String, note: &str) {
    const WIDTH: usize = 92;
    let mut line = String::new();
    for word in note.split_whitespace() {
        if !line.is_empty() && line.len() + 1 + word.len() > WIDTH - 10 {
            text.push_str(&format!("        # {line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        text.push_str(&format!("        # {line}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::trainer::trl_run;
    use super::*;
    use crate::objective_kind::ObjectiveKind;
    use crate::reward::Reward;
    use crate::settings::TrainSettings;

    fn script(kind: ObjectiveKind) -> String {
        train_script(&trl_run(&TrainSettings::lab_defaults(kind)).unwrap())
    }

    #[test]
    fn nothing_of_the_template_is_left_over() {
        for kind in ObjectiveKind::of_given_rows() {
            let text = script(kind);
            assert!(!text.contains("{{") && !text.contains("}}"), "{text}");
            assert!(!text.contains("null") && !text.contains("true"), "{text}");
            assert!(text.lines().all(|line| line.len() <= 100), "{text}");
        }
    }

    #[test]
    fn a_run_on_its_own_answers_has_its_reward_functions() {
        for kind in [
            ObjectiveKind::OnlineDpo,
            ObjectiveKind::Rloo,
            ObjectiveKind::Grpo,
        ] {
            let settings = TrainSettings {
                rewards: Reward::all_of_specs("model length:0.02").unwrap(),
                ..TrainSettings::lab_defaults(kind)
            };
            let text = train_script(&trl_run(&settings).unwrap());
            assert!(!text.contains("{{") && !text.contains("}}"), "{text}");
            assert!(!text.contains("null") && !text.contains("true"), "{text}");
            assert!(
                text.contains("reward_funcs=[REWARD_MODEL, length],"),
                "{text}"
            );
            assert!(text.contains("return [-0.02 * len(ids)"), "{text}");
            assert!(text.lines().all(|line| line.len() <= 100), "{text}");
        }
    }

    #[test]
    fn dpo_takes_a_reference_and_simpo_none() {
        let dpo = script(ObjectiveKind::Dpo);
        assert!(dpo.contains("from trl import DPOConfig, DPOTrainer"));
        assert!(dpo.contains("ref_model=") && dpo.contains("loss_type=\"sigmoid\","));
        assert!(dpo.contains("beta=0.5,") && dpo.contains("max_steps=120,"));
        let simpo = script(ObjectiveKind::Simpo);
        assert!(simpo.contains("from trl.experimental.cpo import CPOConfig, CPOTrainer"));
        assert!(!simpo.contains("ref_model") && simpo.contains("simpo_gamma=5.0,"));
    }
}
