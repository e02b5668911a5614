//! Where the page stands, and what its URL asks for.

use crate::level::Level;
use crate::state::notices::Notice;
use crate::state::parameters::{Parameter, ParameterTexts};
use crate::texts::link as texts;
use tilt_protocol::{DevicePreference, ModelName, ObjectiveKind};
use web_sys::UrlSearchParams;

/// Parameters that are reserved, and that this version does not act on yet.
const NOT_YET: [&str; 2] = ["lesson", "bench"];

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
    if let Some(got) = query.get("objective") {
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
    if let Some(got) = query.get("steps") {
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
        params.is_embedded = matches!(got.as_str(), "" | "1" | "true");
        if !params.is_embedded && got != "0" && got != "false" {
            refuse("embed", &got, texts::EMBEDDED, texts::WHOLE_PAGE);
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
