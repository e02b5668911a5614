//! Where the page stands, and what its URL asks for.

use crate::level::Level;
use crate::state::bench_form::{BenchField, BenchForm};
use crate::state::notices::Notice;
use crate::state::parameters::{Parameter, ParameterTexts};
use crate::texts::link as texts;
use tilt_protocol::{BenchObjective, DevicePreference, Error, ModelName, ObjectiveKind, Simd};
use web_sys::UrlSearchParams;

/// Parameters that are reserved, and that this version does not act on yet.
const NOT_YET: [&str; 1] = ["lesson"];

/// What the URL asks for, each value already checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UrlParams {
    pub device: Option<DevicePreference>,
    pub model: Option<ModelName>,
    pub objective: Option<ObjectiveKind>,
    pub seed: Option<u64>,
    pub beta: Option<f64>,
    pub lr: Option<f64>,
    pub steps: Option<usize>,
    /// What is not as the objective proposes it; nothing, where all is.
    pub parameters: Option<ParameterTexts>,
    pub theme: Option<String>,
    pub level: Option<Level>,
    /// The build of the engine for the CPU.
    pub simd: Option<Simd>,
    /// A benchmark to run at once.
    pub bench: Option<BenchForm>,
    /// Part of another page: nothing but the lab is shown.
    pub is_embedded: bool,
}

/// Reads the URL; what cannot be honoured comes back as notices.
pub fn read_params() -> (UrlParams, Vec<Notice>) {
    let search = web_sys::window()
        .and_then(|window| window.location().search().ok())
        .unwrap_or_default();
    let mut notices = Vec::new();
    let Ok(query) = UrlSearchParams::new_with_str(&search) else {
        return (UrlParams::default(), notices);
    };
    let mut refuse = |name: &str, got: &str, expected: &str, instead: &str| {
        notices.push(Notice::info(
            &format!("url-{name}"),
            &texts::refused(name, got, expected, instead),
        ));
    };
    let mut params = UrlParams::default();
    if let Some(got) = query.get("device") {
        params.device = match got.as_str() {
            "webgpu" => Some(DevicePreference::Webgpu),
            "cpu" => Some(DevicePreference::Cpu),
            _ => None,
        };
        if params.device.is_none() {
            refuse("device", &got, texts::DEVICES, texts::TILT_CHOOSES);
        }
    }
    if let Some(got) = query.get("model") {
        params.model = ModelName::from_slug(&got);
        if params.model.is_none() {
            refuse("model", &got, texts::MODELS, texts::DEFAULT_MODEL);
        }
    }
    let is_bench = query
        .get("bench")
        .is_some_and(|got| is_on(&got) == Some(true));
    // A benchmark has an objective and steps of its own.
    let of_the_lab = |name: &str| query.get(name).filter(|_| !is_bench);
    if let Some(got) = of_the_lab("objective") {
        params.objective = ObjectiveKind::from_slug(&got).filter(|kind| kind.trains_policy());
        if params.objective.is_none() {
            refuse("objective", &got, texts::OBJECTIVES, texts::YOURS_KEPT);
        }
    }
    if let Some(got) = query.get("seed") {
        params.seed = got.parse().ok();
        if params.seed.is_none() {
            refuse("seed", &got, texts::WHOLE_FROM_0, texts::DEFAULT_USED);
        }
    }
    if let Some(got) = of_the_lab("steps") {
        params.steps = got.parse().ok().filter(|steps| *steps >= 1);
        if params.steps.is_none() {
            refuse("steps", &got, texts::WHOLE_FROM_1, texts::DEFAULT_USED);
        }
    }
    let positive = |got: &str| {
        got.parse::<f64>()
            .ok()
            .filter(|value| value.is_finite() && *value > 0.0)
    };
    if let Some(got) = query.get("beta") {
        params.beta = positive(&got);
        if params.beta.is_none() {
            refuse("beta", &got, texts::ABOVE_0, texts::DEFAULT_USED);
        }
    }
    if let Some(got) = query.get("lr") {
        params.lr = positive(&got);
        if params.lr.is_none() {
            refuse("lr", &got, texts::ABOVE_0, texts::DEFAULT_USED);
        }
    }
    if let Some(got) = query.get("parameters") {
        params.parameters = parameters_from(&got);
        if params.parameters.is_none() {
            refuse("parameters", &got, texts::PARAMETERS, texts::DEFAULT_USED);
        }
    }
    if let Some(got) = query.get("theme") {
        if got == "light" || got == "dark" {
            params.theme = Some(got);
        } else {
            refuse("theme", &got, texts::THEMES, texts::SYSTEMS_THEME);
        }
    }
    if let Some(got) = query.get("level") {
        params.level = Level::from_slug(&got);
        if params.level.is_none() {
            refuse("level", &got, texts::LEVELS, texts::YOURS_KEPT);
        }
    }
    if let Some(got) = query.get("embed") {
        params.is_embedded = is_on(&got) == Some(true);
        if is_on(&got).is_none() {
            refuse("embed", &got, texts::ON_OR_OFF, texts::WHOLE_PAGE);
        }
    }
    if let Some(got) = query.get("simd") {
        params.simd = Simd::from_slug(&got);
        if params.simd.is_none() {
            refuse("simd", &got, texts::SIMDS, texts::FASTEST_USED);
        }
    }
    if let Some(got) = query.get("bench") {
        if is_bench {
            let form = bench_form(&params, |name| query.get(name), &mut refuse);
            params.bench = Some(form);
        } else if is_on(&got).is_none() {
            refuse("bench", &got, texts::ON_OR_OFF, texts::NO_BENCHMARK);
        }
    }
    for name in NOT_YET {
        if query.get(name).is_some() {
            notices.push(Notice::info(
                &format!("url-{name}"),
                &texts::does_nothing(name),
            ));
        }
    }
    (params, notices)
}

/// A switch: nothing after its name, or a word, or neither of both.
fn is_on(text: &str) -> Option<bool> {
    match text {
        "" | "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

/// The benchmark that the URL describes, without what cannot be honoured.
fn bench_form(
    params: &UrlParams,
    get: impl Fn(&str) -> Option<String>,
    refuse: &mut impl FnMut(&str, &str, &str, &str),
) -> BenchForm {
    let mut form = BenchForm::default();
    form.device = params.device;
    form.simd = params.simd;
    if let Some(got) = get("objective") {
        match BenchObjective::from_slug(&got) {
            Some(objective) => form.objective = objective,
            None => refuse(
                "objective",
                &got,
                texts::BENCH_OBJECTIVES,
                texts::BENCH_DEFAULT,
            ),
        }
    }
    if let Some(got) = get("tied") {
        match is_on(&got) {
            Some(is_tied) => form.is_tied = is_tied,
            None => refuse("tied", &got, texts::ON_OR_OFF, texts::BENCH_DEFAULT),
        }
    }
    for field in BenchField::ALL {
        let Some(got) = get(field.slug()) else {
            continue;
        };
        let proposed = form.number(field).to_owned();
        form.set_number(field, got.clone());
        // What two numbers say of each other is looked at when all are there.
        if let Some(expected) = form.refused_alone(field) {
            refuse(field.slug(), &got, &expected, texts::BENCH_DEFAULT);
            form.set_number(field, proposed);
        }
    }
    if let Some((
        field,
        Error::InvalidConfig {
            value, expected, ..
        },
    )) = form.defect()
    {
        refuse(field.slug(), &value, &expected, texts::BENCH_DEFAULTS);
        form.reset_numbers();
    }
    form
}

/// The version of the files beside the page, where the build has written one.
pub fn version() -> Option<String> {
    let document = web_sys::window()?.document()?;
    // A constant, valid selector does not fail.
    let meta = document.query_selector("meta[name=version]").ok()??;
    meta.get_attribute("content")
        .filter(|version| !version.is_empty())
}

/// As [`parameters_from`] reads them.
pub fn parameters_in_link(texts: &ParameterTexts) -> String {
    let all: Vec<String> = texts
        .iter()
        .map(|(id, text)| format!("{id}:{text}"))
        .collect();
    all.join(",")
}

/// `None` for what names no parameter.
fn parameters_from(text: &str) -> Option<ParameterTexts> {
    text.split(',')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (id, value) = part.split_once(':')?;
            let is_known = Parameter::ALL.iter().any(|known| known.id() == id);
            is_known.then(|| (id.to_owned(), value.to_owned()))
        })
        .collect()
}

/// The page's address without its parameters.
pub fn here() -> String {
    web_sys::window().map_or_else(String::new, |window| {
        let location = window.location();
        format!(
            "{}{}",
            location.origin().unwrap_or_default(),
            location.pathname().unwrap_or_default()
        )
    })
}

/// `base` with the parameters that hold a value.
pub fn link(base: &str, parameters: &[(&str, Option<String>)]) -> String {
    let query: Vec<String> = parameters
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", encoded(value.as_ref()?))))
        .collect();
    if query.is_empty() {
        base.to_owned()
    } else {
        format!("{base}?{}", query.join("&"))
    }
}

fn encoded(value: &str) -> String {
    js_sys::encode_uri_component(value).into()
}

/// `relative` against the document's base, so that any sub-path works.
pub fn resolve(relative: &str) -> String {
    web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.base_uri().ok().flatten())
        .and_then(|base| web_sys::Url::new_with_base(relative, &base).ok())
        .map_or_else(|| relative.to_owned(), |url| url.href())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_benchmark_keeps_what_it_can_honour() {
        let read = |query: &[(&str, &str)]| {
            let get = |name: &str| {
                let found = query.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            let mut refused = Vec::new();
            let mut refuse = |name: &str, _: &str, _: &str, _: &str| refused.push(name.to_owned());
            let form = bench_form(&UrlParams::default(), get, &mut refuse);
            (form, refused)
        };
        let (form, refused) = read(&[("d_model", "96"), ("heads", "3"), ("tied", "1")]);
        let settings = form.settings().unwrap();
        assert_eq!((settings.d_model, settings.heads), (96, 3));
        assert!(settings.tied && refused.is_empty());
        let (form, refused) = read(&[("layers", "0"), ("batch", "4"), ("objective", "ppo")]);
        assert_eq!(refused, ["objective", "layers"]);
        assert_eq!(form.settings().unwrap().batch, 4);
        let (form, refused) = read(&[("heads", "3")]);
        assert_eq!(refused, ["d_model"]);
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
}
