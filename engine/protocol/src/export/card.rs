//! The model card: `README.md` of an exported model, as Hugging Face reads it.

use super::meta::ExportMeta;
use super::papers::sources;
use super::trainer::{objective_name, trl_run};
use crate::metrics;
use crate::objective::RowKind;
use crate::objective_kind::ObjectiveKind;
use crate::settings::TrainSettings;
use crate::view::WinRateReport;
use serde_json::Value;
use std::fmt::Write as _;

/// What the card says of the weights themselves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelFacts {
    pub parameters: usize,
    pub layers: usize,
    pub width: usize,
    pub heads: usize,
    /// In tokens.
    pub context: usize,
    pub vocab: usize,
    /// A scalar head in place of a language model's: a reward model.
    pub is_reward_model: bool,
    pub has_chat_template: bool,
}

/// The card: front matter, then data, objective, settings, numbers, use and limits.
pub fn model_card(meta: &ExportMeta, facts: &ModelFacts) -> String {
    let mut text = front_matter(meta, facts);
    let _ = writeln!(text, "# {}\n\n{}\n", title(meta), summary(meta, facts));
    push_data(&mut text, meta);
    if let Some(settings) = &meta.settings {
        push_objective(&mut text, settings);
        push_settings(&mut text, settings, meta);
    }
    push_numbers(&mut text, meta);
    push_use(&mut text, facts);
    push_limits(&mut text, meta, facts);
    text
}

fn front_matter(meta: &ExportMeta, facts: &ModelFacts) -> String {
    let mut text = "---\n".to_owned();
    if let Some(license) = &meta.license {
        let _ = writeln!(text, "license: {}", quoted(license));
    }
    // The hub knows a base model by `organisation/name` alone.
    if meta.base_model.matches('/').count() == 1 {
        let _ = writeln!(text, "base_model: {}", quoted(&meta.base_model));
    }
    let task = if facts.is_reward_model {
        "text-classification"
    } else {
        "text-generation"
    };
    let _ = writeln!(text, "library_name: transformers\npipeline_tag: {task}");
    text.push_str("tags:\n- tilt\n");
    if let Some(settings) = &meta.settings {
        text.push_str("- preference-optimization\n");
        let beta = settings.objective.beta().unwrap_or(1.0);
        let same = |kind: &ObjectiveKind| kind.with_beta(beta) == settings.objective;
        if let Some(kind) = ObjectiveKind::ALL.into_iter().find(same) {
            let _ = writeln!(text, "- {}", kind.slug().replace('_', "-"));
        }
    }
    text.push_str("---\n\n");
    text
}

/// A YAML string: JSON's are YAML's too.
fn quoted(value: &str) -> String {
    Value::from(value).to_string()
}

/// A text from outside inside one line of the card: no breaks, no table borders.
fn plain(value: &str) -> String {
    let words: Vec<&str> = value.split_whitespace().collect();
    words.join(" ").replace('|', "/")
}

fn base_name(meta: &ExportMeta) -> String {
    match meta.base_model.trim() {
        "" => "a GPT-2".to_owned(),
        name => plain(name),
    }
}

fn title(meta: &ExportMeta) -> String {
    match &meta.settings {
        Some(settings) => format!(
            "{}, tilted by {}",
            base_name(meta),
            objective_name(&settings.objective)
        ),
        None => base_name(meta),
    }
}

fn summary(meta: &ExportMeta, facts: &ModelFacts) -> String {
    let shape = format!(
        "A GPT-2 of {} parameters ({} layers, width {}, {} heads, context {} tokens, vocabulary {})",
        thousands(facts.parameters),
        facts.layers,
        facts.width,
        facts.heads,
        thousands(facts.context),
        thousands(facts.vocab)
    );
    let what = if facts.is_reward_model {
        " with a scalar head: a reward model"
    } else {
        ""
    };
    match &meta.settings {
        Some(settings) => format!(
            "{shape}{what}, trained from **{}** with **{}** in Tilt, a preference-optimisation lab \
             that runs in a browser tab. Weights in f32.",
            base_name(meta),
            objective_name(&settings.objective)
        ),
        None => format!("{shape}{what}, exported from Tilt as it was loaded. Weights in f32."),
    }
}

fn push_data(text: &mut String, meta: &ExportMeta) {
    if meta.labels.is_empty() && meta.rows == 0 {
        return;
    }
    text.push_str("## Data\n\n");
    if !meta.labels.is_empty() {
        text.push_str("| labelled by | verdict or row | labels |\n|---|---|---|\n");
        for row in &meta.labels {
            let (labeller, kind) = (plain(&row.labeller), plain(&row.kind));
            let _ = writeln!(text, "| {labeller} | {kind} | {} |", thousands(row.count));
        }
        text.push('\n');
    }
    if meta.rows > 0 {
        let kind = match meta.settings.as_ref().map(|s| s.objective.row_kind()) {
            Some(RowKind::Pairs) => "pairs (chosen, rejected)",
            Some(RowKind::Unpaired) => "single answers with a thumb",
            Some(RowKind::Texts) => "answers alone",
            Some(RowKind::Prompts) => "prompts",
            None => "rows",
        };
        let _ = writeln!(text, "Trained on {} {kind}.\n", thousands(meta.rows));
    }
}

fn push_objective(text: &mut String, settings: &TrainSettings) {
    text.push_str("## Objective\n\n");
    for source in sources(&settings.objective) {
        let equation = match source.equation {
            Some(equation) => format!(", equation {equation}"),
            None => String::new(),
        };
        let _ = writeln!(
            text,
            "- **{}**: [{}]({}){equation}",
            source.part, source.paper, source.url
        );
    }
    text.push_str(
        "\nComputed as Hugging Face TRL 1.16.0 computes it, in f64 from log-probs in f32.\n\n",
    );
}

fn push_settings(text: &mut String, settings: &TrainSettings, meta: &ExportMeta) {
    text.push_str("## Settings\n\nUnder TRL's names.\n\n| field | value |\n|---|---|\n");
    let mut put = |name: &str, value: &str| {
        let _ = writeln!(text, "| `{name}` | {value} |");
    };
    match trl_run(settings) {
        Ok(run) => {
            put("trainer", &format!("`{}Trainer`", run.prefix));
            let batch = (
                "per_device_train_batch_size".to_owned(),
                run.batch_size.into(),
            );
            for (name, value) in run.objective.iter().chain([&batch]).chain(&run.training) {
                put(name, &value.to_string());
            }
        }
        // What TRL's fields cannot say is still said.
        Err(_) => {
            for (name, value) in &crate::config::trl_config(settings) {
                put(name, &value.to_string());
            }
        }
    }
    let order = if settings.keep_order {
        "the file's, in every epoch"
    } else {
        "shuffled by the seed"
    };
    put("order of the rows", order);
    if settings.decay_all {
        put("weight decay", "of every tensor, biases and gains too");
    }
    put("steps taken", &meta.steps_taken.to_string());
    if let Some(device) = &meta.device {
        put("device", &plain(device));
    }
    text.push('\n');
    if !meta.changes.is_empty() {
        text.push_str("These are the last values. While it trained, they were changed:\n\n");
        push_changes(text, meta);
    }
}

/// What was changed in mid-run, as a list.
pub(super) fn push_changes(text: &mut String, meta: &ExportMeta) {
    for change in &meta.changes {
        let _ = writeln!(text, "- {}", plain(change));
    }
    text.push('\n');
}

fn push_numbers(text: &mut String, meta: &ExportMeta) {
    if meta.metrics.is_empty() && meta.win_rate.is_none() {
        return;
    }
    text.push_str("## Measured\n\n");
    if !meta.metrics.is_empty() {
        text.push_str("The last step's metrics, on its own batch of training rows:\n\n| metric | value |\n|---|---|\n");
        for (name, value) in meta.metrics.iter() {
            // The terminal's logs count steps among the metrics.
            if name == "step" {
                continue;
            }
            let value = if name == metrics::NUM_TOKENS {
                thousands(value as usize)
            } else {
                significant(value)
            };
            let _ = writeln!(text, "| `{}` | {value} |", plain(name));
        }
        text.push('\n');
    }
    match &meta.win_rate {
        Some(report) => push_win_rate(text, report),
        None => text.push_str("No win rate was measured.\n\n"),
    }
}

fn push_win_rate(text: &mut String, report: &WinRateReport) {
    let Some(rate) = report.win_rate else {
        text.push_str("A win rate was asked for, and no comparison was decisive.\n\n");
        return;
    };
    let percent = |share: f64| format!("{:.1}%", 100.0 * share);
    let _ = writeln!(
        text,
        "**Win rate against the reference: {}** (95% Wilson interval {} to {}; {} wins, {} losses, \
         {} ties) under the rule-based judge's principle *{}*, on prompts that nobody trained on, \
         at temperature 1. The attribute itself: {} of the policy's answers, {} of the reference's. \
         KL to the reference: {} nats an answer. Words an answer: {:.1}, of the reference {:.1}.\n",
        percent(rate),
        percent(report.low),
        percent(report.high),
        report.wins,
        report.losses,
        report.ties,
        report.principle.name(),
        percent(report.policy_rate),
        percent(report.reference_rate),
        significant(report.kl),
        report.policy_words,
        report.reference_words
    );
}

fn push_use(text: &mut String, facts: &ModelFacts) {
    text.push_str("## Use\n\n```python\n");
    if facts.is_reward_model {
        text.push_str(
            "from transformers import AutoModelForSequenceClassification, AutoTokenizer\n\n\
             folder = \".\"  # where the zip was unpacked\n\
             model = AutoModelForSequenceClassification.from_pretrained(folder)\n\
             tokenizer = AutoTokenizer.from_pretrained(folder)\n",
        );
    } else {
        text.push_str(
            "from transformers import AutoModelForCausalLM, AutoTokenizer\n\n\
             folder = \".\"  # where the zip was unpacked\n\
             model = AutoModelForCausalLM.from_pretrained(folder)\n\
             tokenizer = AutoTokenizer.from_pretrained(folder)\n",
        );
        text.push_str(if facts.has_chat_template {
            "inputs = tokenizer.apply_chat_template(\n    \
             [{\"role\": \"user\", \"content\": \"What colour is a lemon?\"}],\n    \
             add_generation_prompt=True, return_tensors=\"pt\", return_dict=True,\n)\n"
        } else {
            "inputs = tokenizer(\"What colour is a lemon?\", return_tensors=\"pt\")\n"
        });
        text.push_str(
            "answer = model.generate(**inputs, max_new_tokens=64)\n\
             print(tokenizer.decode(answer[0], skip_special_tokens=True))\n",
        );
    }
    text.push_str(
        "```\n\n`check.json` holds token sequences with the numbers that Tilt computed for them from \
         these weights.\n\n",
    );
}

fn push_limits(text: &mut String, meta: &ExportMeta, facts: &ModelFacts) {
    text.push_str("## Limits\n\n");
    if facts.parameters < 20_000_000 {
        text.push_str(
            "- A very small model, made to learn about preference optimisation with. It knows next \
             to nothing, says wrong things fluently, and is not to be relied upon for anything.\n",
        );
    }
    if meta.settings.is_some() {
        text.push_str(
            "- It was pulled by few labels, of one person or of a rule-based judge: it has their \
             errors and tastes, and it may have learnt whatever goes along with them (length, a \
             phrase) instead of what was meant.\n\
             - The metrics are of training rows; a loss near zero says that these rows are fitted, \
             not that answers are better.\n\
             - Nobody has examined it for safety.\n",
        );
    } else {
        text.push_str(
            "- Nothing was trained here: what holds of the model it was loaded from holds of it.\n",
        );
    }
}

/// A whole number with commas.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Five significant digits, without an exponent where one is not needed.
fn significant(value: f64) -> String {
    let rounded: f64 = format!("{value:.4e}").parse().unwrap_or(value);
    rounded.to_string()
}

#[cfg(test)]
#[path = "card_tests.rs"]
mod tests;
