use super::*;

/// Names that links in the world have: they do not change.
const STABLE: [&str; 23] = [
    "device",
    "model",
    "seed",
    "objective",
    "beta",
    "lr",
    "steps",
    "level",
    "theme",
    "lesson",
    "lang",
    "embed",
    "bench",
    "layers",
    "d_model",
    "heads",
    "vocab",
    "context",
    "batch",
    "tied",
    "workers",
    "simd",
    "parameters",
];

fn read_query(query: &[(&str, &str)]) -> (UrlParams, Vec<String>) {
    let query: Vec<(String, String)> = query
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    read(&query)
}

/// The parameters that remarks are about, in order.
fn remarked(query: &[(&str, &str)]) -> Vec<String> {
    let (_, remarks) = read_query(query);
    let about = |remark: &String| {
        let mut names: Vec<&str> = query.iter().map(|(name, _)| *name).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let name = names.into_iter().find(|name| {
            let of_word = |c: char| !c.is_alphanumeric() && c != '_';
            remark.split(of_word).any(|word| word == *name)
        });
        name.unwrap_or("?").to_owned()
    };
    remarks.iter().map(about).collect()
}

#[test]
fn every_stable_name_is_read_and_no_other() {
    for name in STABLE {
        assert!(PARAMETERS.iter().any(|one| one.name == name), "{name}");
    }
    for one in &PARAMETERS {
        assert!(STABLE.contains(&one.name), "{}", one.name);
    }
}

#[test]
fn the_readme_lists_every_parameter_with_what_it_takes() {
    let readme = include_str!("../../../../README.md");
    let (_, rest) = readme.split_once("<!-- address -->").expect("the list");
    let (list, _) = rest.split_once("<!-- /address -->").expect("its end");
    let listed: Vec<&str> = list
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    assert_eq!(listed.len(), PARAMETERS.len(), "{list}");
    for (line, one) in listed.iter().zip(&PARAMETERS) {
        let begin = format!("| `{}` | {} |", one.name, one.takes);
        assert!(
            line.starts_with(&begin),
            "{line}\nis to begin with\n{begin}"
        );
    }
}

#[test]
fn what_nobody_knows_is_said() {
    assert_eq!(
        remarked(&[("foo", "1"), ("data", "short")]),
        ["foo", "data"]
    );
    assert_eq!(remarked(&[("Beta", "1")]), ["Beta"]);
    assert_eq!(
        remarked(&[("lesson", "First steps"), ("lang", "de")]),
        ["lesson", "lang"]
    );
    assert_eq!(remarked(&[("seed", "1"), ("seed", "2")]), ["seed"]);
    let (params, _) = read_query(&[("seed", "1"), ("seed", "2")]);
    assert_eq!(params.seed, Some(1));
}

#[test]
fn what_cannot_be_honoured_is_said_and_not_taken() {
    for (name, got) in [
        ("device", "tpu"),
        ("model", "giant"),
        ("objective", "reward"),
        ("beta", "0"),
        ("beta", "1e400"),
        ("lr", "fast"),
        ("steps", "100001"),
        ("seed", "-1"),
        ("parameters", "nonsense:1"),
        ("level", "most"),
        ("theme", "sepia"),
        ("embed", "maybe"),
        ("simd", "avx"),
        ("bench", "maybe"),
        ("layers", "2"),
        ("tied", "1"),
    ] {
        let (params, remarks) = read_query(&[(name, got)]);
        assert_eq!(params, UrlParams::default(), "{name}={got}");
        assert_eq!(remarks.len(), 1, "{name}={got}: {remarks:?}");
        assert!(remarks[0].contains(name), "{}", remarks[0]);
    }
}

/// Where beta is the price of the KL, and nowhere else.
#[test]
fn a_beta_of_zero_goes_with_objectives_that_take_it() {
    for objective in ["ppo", "rloo", "grpo"] {
        let (params, remarks) = read_query(&[("objective", objective), ("beta", "0")]);
        assert_eq!((params.beta, remarks.len()), (Some(0.0), 0), "{objective}");
    }
    for objective in ["dpo", "online_dpo", "simpo"] {
        let (params, remarks) = read_query(&[("objective", objective), ("beta", "0")]);
        assert_eq!((params.beta, remarks.len()), (None, 1), "{objective}");
    }
}

#[test]
fn what_the_objective_has_no_use_for_is_said() {
    let (params, remarks) = read_query(&[("objective", "sft"), ("beta", "0.5")]);
    assert!(params.beta.is_none() && params.objective.is_some());
    assert!(
        remarks.len() == 1 && remarks[0].contains("beta=0.5"),
        "{remarks:?}"
    );
    let batch = format!("{}:4", Parameter::BatchSize.id());
    assert_eq!(remarked(&[("parameters", &batch)]), ["parameters"]);
    let epsilon = Parameter::Epsilon.id();
    let (params, remarks) = read_query(&[
        ("objective", "cdpo"),
        ("parameters", &format!("{epsilon}:0.2")),
    ]);
    assert!(remarks.is_empty(), "{remarks:?}");
    assert_eq!(
        params.parameters,
        Some([(epsilon.clone(), "0.2".to_owned())].into())
    );
    for (objective, value) in [("cdpo", "7"), ("ipo", "0.2")] {
        let (params, remarks) = read_query(&[
            ("objective", objective),
            ("parameters", &format!("{epsilon}:{value}")),
        ]);
        assert_eq!(remarks.len(), 1, "{objective}: {remarks:?}");
        assert_eq!(params.parameters, Some(ParameterTexts::new()));
    }
}

#[test]
fn a_link_is_read_as_it_was_written() {
    let params = UrlParams {
        model: Some(ModelName::Nano),
        objective: ObjectiveKind::from_slug("cdpo"),
        seed: Some(7),
        beta: Some(0.05),
        lr: Some(1e-7),
        steps: Some(120),
        parameters: Some([(Parameter::Epsilon.id(), "0.2".to_owned())].into()),
        theme: Some("dark".to_owned()),
        level: Some(Level::Everything),
        ..UrlParams::default()
    };
    let query: Vec<(String, String)> = written(&params)
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect();
    assert_eq!(query.len(), 9, "{query:?}");
    assert_eq!(read(&query), (params, Vec::new()));
}

#[test]
fn a_benchmark_keeps_what_it_can_honour() {
    let bench = |query: &[(&str, &str)]| {
        // Wherever it stands, it is what the others belong to.
        let query: Vec<_> = query.iter().copied().chain([("bench", "")]).collect();
        let (params, _) = read_query(&query);
        (params.bench.expect("a benchmark"), remarked(&query))
    };
    let (form, refused) = bench(&[
        ("d_model", "96"),
        ("heads", "3"),
        ("tied", "1"),
        ("device", "cpu"),
    ]);
    let settings = form.settings().unwrap();
    assert_eq!((settings.d_model, settings.heads), (96, 3));
    assert_eq!(form.device, Some(DevicePreference::Cpu));
    assert!(settings.tied && refused.is_empty());
    let (form, refused) = bench(&[
        ("layers", "0"),
        ("batch", "4"),
        ("objective", "ppo"),
        ("steps", "20"),
    ]);
    assert_eq!(refused, ["layers", "objective"]);
    let settings = form.settings().unwrap();
    assert_eq!((settings.batch, settings.steps), (4, 20));
    // It is the width that three heads do not divide.
    let (form, refused) = bench(&[("heads", "3")]);
    assert_eq!(refused.len(), 1);
    assert_eq!(form, BenchForm::default());
}

#[test]
fn parameters_come_back_from_a_link() {
    let texts: ParameterTexts = [
        (Parameter::Epsilon.id(), "0.2".to_owned()),
        (Parameter::BatchSize.id(), "4".to_owned()),
    ]
    .into();
    assert_eq!(parameters_from(&parameters_in_link(&texts)), Some(texts));
    assert_eq!(parameters_from(""), Some(ParameterTexts::new()));
    assert_eq!(parameters_from("nonsense:1"), None);
    assert_eq!(parameters_from("batch"), None);
}

#[test]
fn a_reward_of_several_principles_goes_through_a_link() {
    let texts: ParameterTexts = [
        ("reward".to_owned(), "judge:polite=1,short=0.3".to_owned()),
        ("iterations".to_owned(), "2".to_owned()),
    ]
    .into();
    let link = parameters_in_link(&texts);
    assert_eq!(link, "iterations:2,reward:judge:polite=1;short=0.3");
    assert_eq!(parameters_from(&link), Some(texts));
}
