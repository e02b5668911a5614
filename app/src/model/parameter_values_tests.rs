use super::*;
use tilt_protocol::config::trl_config;
use tilt_protocol::{FDivergence, Objective, ObjectiveKind, ReferenceSync};

/// Fields that the page sets otherwise: by the objective's name or by a field of the form.
const OTHERWISE: [&str; 11] = [
    "trainer",
    "loss_type",
    "beta",
    "use_weighting",
    "learning_rate",
    "max_steps",
    "seed",
    // Online DPO's name for `max_completion_length`.
    "max_new_tokens",
    // PPO's.
    "response_length",
    // PPO's name for beta.
    "kl_coef",
    // The page's answers end with the end of text.
    "stop_token",
];

/// Another sound value of the same parameter.
fn another(parameter: Parameter, value: &str) -> String {
    if let Some(choices) = parameter.choices() {
        let other = choices.iter().find(|(choice, _)| *choice != value);
        return other.map_or("", |(choice, _)| choice).to_owned();
    }
    match parameter {
        Parameter::Epsilon => "0.25",
        Parameter::Reward => "judge:short=1",
        Parameter::Generations
        | Parameter::NewTokens
        | Parameter::Iterations
        | Parameter::BatchesSampled
        | Parameter::TopK => "4",
        Parameter::Epochs | Parameter::MiniBatches => "3",
        Parameter::BatchSize | Parameter::Accumulation => "4",
        Parameter::SyncSteps | Parameter::Warmup => "7",
        _ => "0.75",
    }
    .to_owned()
}

#[test]
fn every_parameter_goes_into_the_settings_and_comes_back() {
    for kind in ObjectiveKind::ALL {
        let usual = TrainSettings::lab_defaults(kind);
        for parameter in Parameter::of(&usual) {
            let default = parameter.read(&usual).unwrap();
            let other = another(parameter, &default);
            assert_ne!(default, other);
            let mut settings = usual.clone();
            assert_eq!(parameter.write(&mut settings, &other), Ok(()), "{kind:?}");
            assert_eq!(parameter.read(&settings).as_ref(), Some(&other), "{kind:?}");
            assert_ne!(settings, usual, "{kind:?} {parameter:?}");

            let found = differences(usual.clone(), &settings);
            assert_eq!(found, [(parameter, other)], "{kind:?}");
            let texts = found.into_iter().map(|(p, text)| (p.id(), text)).collect();
            assert_eq!(apply(usual.clone(), &texts), (settings.clone(), Vec::new()));

            assert_eq!(parameter.write(&mut settings, &default), Ok(()));
            assert_eq!(settings, usual, "{kind:?} {parameter:?}");
        }
        assert_eq!(differences(usual.clone(), &usual), []);
    }
}

#[test]
fn every_field_of_trl_has_a_parameter() {
    for kind in ObjectiveKind::ALL {
        let settings = TrainSettings::lab_defaults(kind);
        let parameters = Parameter::of(&settings);
        for name in trl_config(&settings).keys() {
            let is_there = OTHERWISE.contains(&name.as_str())
                || parameters.iter().any(|p| p.trl_name() == name);
            assert!(is_there, "{kind:?}: {name}");
        }
    }
}

#[test]
fn a_parameter_that_another_brings_along_is_read_after_it() {
    let texts = [
        ("sync", "on"),
        ("sync-alpha", "0.5"),
        ("sync-steps", "5"),
        ("divergence", "alpha_divergence"),
        ("divergence-alpha", "0.3"),
    ]
    .map(|(id, text)| (id.to_owned(), text.to_owned()))
    .into();
    let (settings, defects) = apply(TrainSettings::lab_defaults(ObjectiveKind::Dpo), &texts);
    assert_eq!(defects, []);
    let sync = ReferenceSync {
        mixup_alpha: 0.5,
        sync_steps: 5,
    };
    assert_eq!(settings.reference_sync, Some(sync));
    let Objective::Dpo(dpo) = settings.objective else {
        unreachable!("DPO is DPO");
    };
    let divergence = FDivergence::AlphaDivergence { alpha: 0.3 };
    assert_eq!(dpo.f_divergence, divergence);
}

#[test]
fn a_wrong_value_is_named_and_changes_nothing() {
    for (kind, id, text, said) in [
        (
            ObjectiveKind::Robust,
            "epsilon",
            "0.5",
            "label_smoothing: got 0.5",
        ),
        (ObjectiveKind::Exo, "epsilon", "0", "label_smoothing: got 0"),
        (
            ObjectiveKind::Cdpo,
            "epsilon",
            "much",
            "label_smoothing: got “much”",
        ),
        (
            ObjectiveKind::Kto,
            "lambda-d",
            "-1",
            "desirable_weight: got -1",
        ),
        (
            ObjectiveKind::Kto,
            "batch-size",
            "1",
            "per_device_train_batch_size",
        ),
        (
            ObjectiveKind::Dpo,
            "batch-size",
            "1000",
            "per_device_train_batch_size",
        ),
        (
            ObjectiveKind::Mpo,
            "weight-1",
            "inf",
            "loss_weights: got inf",
        ),
        (ObjectiveKind::LdDpo, "ld-alpha", "NaN", "ld_alpha: got NaN"),
    ] {
        let usual = TrainSettings::lab_defaults(kind);
        let texts = [(id.to_owned(), text.to_owned())].into();
        let (settings, defects) = apply(usual.clone(), &texts);
        assert_eq!(settings, usual);
        let told: Vec<String> = defects.iter().map(|(_, error)| error.to_string()).collect();
        assert!(told.len() == 1 && told[0].starts_with(said), "{told:?}");
    }
}

#[test]
fn ids_and_trl_names_are_known() {
    let mut ids = std::collections::HashSet::new();
    for parameter in Parameter::all() {
        assert!(ids.insert(parameter.id()), "{parameter:?}");
        let name = parameter.trl_name();
        // An argument of TRL's trainers, beside their configs.
        assert!(
            parameter == Parameter::Reward || tilt_protocol::config::FIELDS.contains(&name),
            "{name}"
        );
    }
}
