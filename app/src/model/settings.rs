//! The few settings that outlive a visit, field by field.

use super::address::UrlParams;
use super::json;
use super::level::Level;
use super::ordered::{OrderedMap, OrderedSet};
use super::parameters::ParameterTexts;
use serde::{Deserialize, Serialize};
use tilt_protocol::HeldOut;

/// Texts as typed; `None` where the person left the default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub objective: Option<String>,
    pub beta: Option<String>,
    pub lr: Option<String>,
    pub steps: Option<String>,
    pub seed: Option<String>,
    pub model: Option<String>,
    /// By objective: what is not as the objective proposes it.
    pub parameters: OrderedMap<String, ParameterTexts>,
    /// "light" or "dark"; `None` follows the system.
    pub theme: Option<String>,
    /// Share of labelled pairs that come again, to check the person's own agreement.
    pub recheck_share: Option<f64>,
    /// Prompts that training leaves out.
    pub held_out: HeldOut,
    /// A level's slug.
    pub level: Option<String>,
    /// By which this lab is told from others in the files that leave it.
    pub lab_code: Option<String>,
    /// The guide to the first minute was put away.
    pub is_guide_dismissed: bool,
    /// Single keys do nothing: they get in the way of speech input, or of a tremor.
    pub are_keys_off: bool,
}

/// The fields by name, each as JSON; a parameter is `parameters.OBJECTIVE.ID`.
macro_rules! by_name {
    ($($field:ident),*) => {
        impl Settings {
            /// The fields that are not as `old` has them.
            pub fn changes(&self, old: &Settings) -> Vec<(String, String)> {
                let mut changes = Vec::new();
                $(if self.$field != old.$field {
                    changes.push((stringify!($field).to_owned(), as_json(&self.$field)));
                })*
                let of = |all: &Settings| {
                    let all = all.parameters.clone().into_iter();
                    let all = all.flat_map(|(objective, texts)| {
                        texts.into_iter().map(move |(id, text)| {
                            (format!("{PARAMETERS}{objective}.{id}"), text)
                        })
                    });
                    all.collect::<OrderedMap<String, String>>()
                };
                let (before, now) = (of(old), of(self));
                for name in before.keys().chain(now.keys()).collect::<OrderedSet<_>>() {
                    if before.get(name) != now.get(name) {
                        changes.push((name.clone(), as_json(&now.get(name))));
                    }
                }
                changes
            }

            /// Takes one field in; what is no value of it leaves it as it is.
            pub fn take(&mut self, name: &str, text: &str) {
                if let Some(parameter) = name.strip_prefix(PARAMETERS) {
                    self.take_parameter(parameter, text);
                }
                $(if name == stringify!($field)
                    && let Ok(value) = json::from_str(text)
                {
                    self.$field = value;
                })*
            }
        }
    };
}

const PARAMETERS: &str = "parameters.";

by_name!(
    objective,
    beta,
    lr,
    steps,
    seed,
    model,
    theme,
    recheck_share,
    held_out,
    level,
    lab_code,
    is_guide_dismissed,
    are_keys_off
);

impl Settings {
    /// The form's own fields: objective, beta, learning rate, steps, seed, model.
    pub fn of_the_form(&self) -> [Option<&str>; 6] {
        [
            &self.objective,
            &self.beta,
            &self.lr,
            &self.steps,
            &self.seed,
            &self.model,
        ]
        .map(Option::as_deref)
    }

    fn take_parameter(&mut self, name: &str, text: &str) {
        let Some((objective, id)) = name.split_once('.') else {
            return;
        };
        let texts = self.parameters.at(objective.to_owned());
        match json::from_str(text) {
            Ok(Some(text)) => drop(texts.insert(id.to_owned(), text)),
            Ok(None) => drop(texts.remove(id)),
            Err(_) => {}
        }
        self.parameters.retain(|_, texts| !texts.is_empty());
    }

    /// Takes over what the address names and leaves the rest as it was.
    pub fn take_address(&mut self, params: &UrlParams) {
        fn set<T: ToString>(field: &mut Option<String>, given: Option<T>) {
            if let Some(given) = given {
                *field = Some(given.to_string());
            }
        }
        set(
            &mut self.objective,
            params.objective.map(|kind| kind.slug()),
        );
        set(&mut self.beta, params.beta);
        set(&mut self.lr, params.lr);
        set(&mut self.steps, params.steps);
        set(&mut self.seed, params.seed);
        set(&mut self.model, params.model.map(|name| name.slug()));
        set(&mut self.theme, params.theme.as_ref());
        set(&mut self.level, params.level.map(Level::slug));
        if let (Some(kind), Some(texts)) = (params.objective, &params.parameters) {
            self.parameters
                .insert(kind.slug().to_owned(), texts.clone());
        }
    }
}

/// Plain data as JSON, which cannot fail.
fn as_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::{ModelName, ObjectiveKind};

    fn settings() -> Settings {
        Settings {
            beta: Some("0.3".to_owned()),
            recheck_share: Some(0.25),
            parameters: [(
                "dpo".to_owned(),
                [("epsilon".to_owned(), "0.2".to_owned())].into(),
            )]
            .into(),
            is_guide_dismissed: true,
            ..Settings::default()
        }
    }

    #[test]
    fn changes_are_taken_in_again_by_name() {
        let (old, new) = (Settings::default(), settings());
        let mut taken = old.clone();
        for (name, text) in new.changes(&old) {
            taken.take(&name, &text);
        }
        assert_eq!(taken, new);
        for (name, text) in old.changes(&new) {
            taken.take(&name, &text);
        }
        assert_eq!(taken, old);
        taken.take("beta", "not JSON");
        taken.take("spell", "\"abracadabra\"");
        assert_eq!(taken, old);
    }

    #[test]
    fn two_tabs_change_what_they_change_and_no_more() {
        let old = settings();
        let mut stored = old.clone();
        let (mut one, mut other) = (old.clone(), old.clone());
        one.steps = Some("60".to_owned());
        one.parameters
            .at("dpo".to_owned())
            .insert("batch".to_owned(), "4".to_owned());
        other.beta = None;
        other.parameters.clear();
        for changes in [one.changes(&old), other.changes(&old)] {
            for (name, text) in changes {
                stored.take(&name, &text);
            }
        }
        assert_eq!((stored.steps, stored.beta), (one.steps, None));
        let dpo = stored.parameters.get("dpo").cloned().unwrap_or_default();
        assert_eq!(dpo, [("batch".to_owned(), "4".to_owned())].into());
    }

    #[test]
    fn what_a_link_sets_is_among_the_settings() {
        let mut saved = settings();
        saved.take_address(&UrlParams {
            model: Some(ModelName::Nano),
            objective: Some(ObjectiveKind::Ipo),
            beta: Some(0.7),
            ..UrlParams::default()
        });
        let expected = Settings {
            model: Some("nano".to_owned()),
            objective: Some("ipo".to_owned()),
            beta: Some("0.7".to_owned()),
            ..settings()
        };
        assert_eq!(saved, expected);
    }
}
