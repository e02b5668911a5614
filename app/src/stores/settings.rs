//! The few settings that outlive a visit.
//!
//! Each field is kept by itself, so that two tabs which change different ones do not write
//! over each other. A field stands in up to three places, and the first of them counts:
//!
//! 1. this tab's session, where the person changed it in this visit. It survives a reload,
//!    of a link's page too;
//! 2. the address, where a link sets it. That belongs to the visit and is not remembered;
//! 3. the browser's local storage, where it was changed last, in whichever tab.
//!
//! A tab follows what another one changes, but for the fields of the training form that it
//! has itself, by 1 or 2: so what a tab shows is what its reload would show.

use super::notices::{NoticeKey, Notices};
use crate::browser::json;
use crate::browser::storage::web::Area;
use crate::model::address::{UrlParams, search};
use crate::model::level::Level;
use crate::model::ordered::{OrderedMap, OrderedSet};
use crate::model::parameters::ParameterTexts;
use crate::texts::saving as texts;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tilt_protocol::HeldOut;

/// Before the name of a field; alone the key under which earlier versions kept them all.
const KEY: &str = "tilt.settings";
/// The address under which a session's fields were changed.
const VISIT: &str = "tilt.visit";

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
    /// See [`super::lab_code`].
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
            fn changes(&self, old: &Settings) -> Vec<(String, String)> {
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
            fn take(&mut self, name: &str, text: &str) {
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

    /// What the address sets.
    fn take_address(&mut self, params: &UrlParams) {
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

/// Whether a tab keeps its own value of the field: those of the training form.
fn is_of_the_form(name: &str) -> bool {
    const COMMON: [&str; 7] = [
        "theme",
        "recheck_share",
        "held_out",
        "level",
        "is_guide_dismissed",
        "are_keys_off",
        "lab_code",
    ];
    !COMMON.contains(&name)
}

#[derive(Clone, Copy)]
pub struct SettingsStore {
    /// As this tab has them.
    saved: RwSignal<Settings>,
    /// The fields that are this tab's own: changed here, or set by its address.
    own: StoredValue<OrderedSet<String>>,
    /// Those of them that only the address says: they are not remembered.
    of_link: StoredValue<OrderedSet<String>>,
    has_storage: bool,
    notices: Notices,
}

impl SettingsStore {
    pub fn load(params: &UrlParams, notices: Notices) -> SettingsStore {
        let mut saved: Settings = Area::Local
            .get(KEY)
            .and_then(|all| json::from_str(&all).ok())
            .unwrap_or_default();
        for (name, text) in Area::Local.all(&key("")) {
            saved.take(&name, &text);
        }
        let remembered = saved.clone();
        saved.take_address(params);
        let given = saved.changes(&remembered);
        let mut own: OrderedSet<String> = given.into_iter().map(|(name, _)| name).collect();
        let mut of_link = own.clone();
        if Area::Session.get(VISIT).as_ref() == Some(&search()) {
            for (name, text) in Area::Session.all(&key("")) {
                saved.take(&name, &text);
                of_link.remove(&name);
                own.insert(name);
            }
        } else {
            Area::Session.remove_all(&key(""));
        }
        SettingsStore {
            saved: RwSignal::new(saved),
            own: StoredValue::new(own),
            of_link: StoredValue::new(of_link),
            has_storage: Area::Local.is_there(),
            notices,
        }
    }

    /// The settings as this tab has them, what its address sets among them.
    pub fn saved(&self) -> Settings {
        self.saved.get_untracked()
    }

    pub fn theme(&self) -> Signal<Option<String>> {
        let saved = self.saved;
        Memo::new(move |_| saved.with(|saved| saved.theme.clone())).into()
    }

    pub fn level(&self) -> Signal<Level> {
        let saved = self.saved;
        Memo::new(move |_| {
            let level = saved.with(|saved| Level::from_slug(saved.level.as_deref()?));
            level.unwrap_or_default()
        })
        .into()
    }

    /// Changes what is remembered, here and for the other tabs.
    pub fn remember(&self, change: impl FnOnce(&mut Settings)) {
        let old = self.saved();
        let mut new = old.clone();
        change(&mut new);
        self.keep(new.changes(&old));
        self.saved.set(new);
    }

    /// These settings and no others, as from the file of a lab.
    pub fn replace(&self, new: Settings) {
        let shown = self.saved();
        self.forget();
        let mut changes = new.changes(&shown);
        changes.extend(new.changes(&Settings::default()));
        self.keep(changes);
        self.saved.set(new);
    }

    fn keep(&self, changes: Vec<(String, String)>) {
        let mut is_kept = true;
        for (name, text) in &changes {
            is_kept &= Area::Local.set(&key(name), text);
            Area::Session.set(&key(name), text);
        }
        self.of_link.update_value(|of_link| {
            of_link.retain(|name| changes.iter().all(|(changed, _)| changed != name));
        });
        if !changes.is_empty() {
            Area::Session.set(VISIT, &search());
            self.own
                .update_value(|own| own.extend(changes.into_iter().map(|(name, _)| name)));
        }
        // Where there is no such storage that is said already.
        if !is_kept && self.has_storage {
            self.notices
                .info(NoticeKey::Settings, texts::SETTINGS_NOT_KEPT);
        }
    }

    /// What the browser was cleared of is stored again, as this tab has it.
    pub fn store_again(&self) {
        let known = self.saved().changes(&Settings::default());
        let is_lost = |name: &str| {
            let of_link = self.of_link.with_value(|of_link| of_link.contains(name));
            !of_link && Area::Local.get(&key(name)).is_none()
        };
        for (name, text) in known.iter().filter(|(name, _)| is_lost(name)) {
            Area::Local.set(&key(name), text);
            if self.own.with_value(|own| own.contains(name)) {
                Area::Session.set(&key(name), text);
                Area::Session.set(VISIT, &search());
            }
        }
    }

    /// Another tab has changed the field of this key; true where this tab follows.
    pub fn follow(&self, key: &str, text: &str) -> bool {
        let Some(name) = key
            .strip_prefix(KEY)
            .and_then(|rest| rest.strip_prefix('.'))
        else {
            return false;
        };
        let is_own = self.own.with_value(|own| own.contains(name));
        if is_of_the_form(name) && is_own {
            return false;
        }
        // The latest change counts after a reload too.
        Area::Session.remove(key);
        self.own.update_value(|own| {
            own.remove(name);
        });
        self.saved.update(|saved| saved.take(name, text));
        true
    }

    pub fn set_theme(&self, theme: &str) {
        self.remember(|saved| saved.theme = Some(theme.to_owned()));
    }

    pub fn set_level(&self, level: Level) {
        self.remember(|saved| saved.level = Some(level.slug().to_owned()));
    }

    pub fn is_guide_dismissed(&self) -> bool {
        self.saved.with(|saved| saved.is_guide_dismissed)
    }

    /// Whether single keys do what they are said to do.
    pub fn are_keys_on(&self) -> bool {
        self.saved.with(|saved| !saved.are_keys_off)
    }

    pub fn set_keys(&self, are_on: bool) {
        self.remember(|saved| saved.are_keys_off = !are_on);
    }

    pub fn dismiss_guide(&self) {
        self.remember(|saved| saved.is_guide_dismissed = true);
    }

    /// Nothing is remembered any more; theme and level stay as they are on the screen.
    pub fn forget(&self) {
        Area::Local.remove(KEY);
        Area::Local.remove_all(&key(""));
        Area::Session.remove_all(&key(""));
        self.own.update_value(OrderedSet::clear);
        self.of_link.update_value(OrderedSet::clear);
        self.saved.update(|saved| {
            *saved = Settings {
                theme: saved.theme.take(),
                level: saved.level.take(),
                ..Settings::default()
            };
        });
    }
}

fn key(name: &str) -> String {
    format!("{KEY}.{name}")
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
