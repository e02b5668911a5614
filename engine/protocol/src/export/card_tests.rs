//! What a model card says.

use super::*;
use crate::export::LabelCount;
use crate::metrics::Metrics;
use crate::principle::Principle;

fn facts() -> ModelFacts {
    ModelFacts {
        parameters: 223_808,
        layers: 3,
        width: 64,
        heads: 4,
        context: 128,
        vocab: 1024,
        is_reward_model: false,
        has_chat_template: true,
    }
}

fn meta() -> ExportMeta {
    let mut metrics = Metrics::default();
    metrics.set("loss", 0.123_456_789);
    metrics.set("num_tokens", 12_345.0);
    ExportMeta {
        base_model: "nano".to_owned(),
        license: Some("mit".to_owned()),
        settings: Some(TrainSettings::lab_defaults(ObjectiveKind::Ipo)),
        changes: vec!["after step 40: beta 0.1 to 0.3".to_owned()],
        steps_taken: 60,
        labels: vec![LabelCount {
            kind: "a".to_owned(),
            labeller: "a | person\n".to_owned(),
            count: 1200,
        }],
        rows: 1200,
        metrics,
        win_rate: Some(WinRateReport {
            principle: Principle::Polite,
            win_rate: Some(0.75),
            low: 0.7,
            high: 0.8,
            wins: 150,
            losses: 50,
            ties: 7,
            policy_rate: 0.9,
            reference_rate: 0.5,
            policy_rated: 207,
            reference_rated: 207,
            kl: 3.0,
            kl_standard_error: Some(0.2),
            answers: 207,
            policy_words: 20.0,
            reference_words: 21.0,
        }),
        device: Some("cpu".to_owned()),
    }
}

#[test]
fn it_states_base_data_objective_settings_and_numbers() {
    let text = model_card(&meta(), &facts());
    for part in [
        "license: \"mit\"",
        "pipeline_tag: text-generation",
        "- ipo",
        "# nano, tilted by IPO",
        "223,808 parameters",
        "| a / person | a | 1,200 |",
        "https://arxiv.org/abs/2310.12036), equation 17",
        "| `beta` | 1.0 |",
        "| `adam_epsilon` | 0.001 |",
        "| `steps taken` | 60 |",
        "| `loss` | 0.12346 |",
        "| `num_tokens` | 12,345 |",
        "75.0%",
        "not to be relied upon",
        "apply_chat_template",
    ] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    // A name without an organisation is no model of the hub.
    assert!(!text.contains("base_model:"));
}

#[test]
fn what_is_not_known_is_not_spoken_of() {
    let text = model_card(&ExportMeta::default(), &facts());
    for part in [
        "## Data",
        "## Objective",
        "## Settings",
        "## Measured",
        "license",
    ] {
        assert!(!text.contains(part), "{part}:\n{text}");
    }
    assert!(text.contains("exported from Tilt as it was loaded"));
}

#[test]
fn an_objective_beyond_trls_fields_has_a_card_too() {
    let mut meta = meta();
    if let Some(settings) = &mut meta.settings {
        settings.objective = ObjectiveKind::Cdpo.with_beta(0.1);
        if let crate::objective::Objective::Dpo(dpo) = &mut settings.objective {
            dpo.terms[0].term = crate::objective::DpoTerm::Cdpo { epsilon: 0.7 };
        }
    }
    let text = model_card(&meta, &facts());
    assert!(text.contains("| `label_smoothing` | 0.7 |"), "{text}");
}

#[test]
fn numbers_are_short() {
    assert_eq!(thousands(1_234_567), "1,234,567");
    assert_eq!(significant(0.000_123_456_7), "0.00012346");
    assert_eq!(significant(-2.0), "-2");
}

#[test]
fn a_setting_that_was_changed_in_mid_run_has_all_its_values() {
    let text = model_card(&meta(), &facts());
    assert!(
        text.contains("- after step 40: beta 0.1 to 0.3\n"),
        "{text}"
    );
    let text = model_card(&ExportMeta::default(), &facts());
    assert!(!text.contains("were changed"));
}
