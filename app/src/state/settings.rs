//! The few settings that outlive a visit, in localStorage.

use super::parameters::ParameterTexts;
use crate::json;
use crate::level::Level;
use crate::url::UrlParams;
use gloo_storage::{LocalStorage, Storage};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tilt_protocol::HeldOut;

const KEY: &str = "tilt.settings";

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
    pub parameters: BTreeMap<String, ParameterTexts>,
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
}

#[derive(Clone, Copy)]
pub struct SettingsStore {
    saved: RwSignal<Settings>,
    theme: RwSignal<Option<String>>,
    level: RwSignal<Level>,
}

impl SettingsStore {
    pub fn load(params: &UrlParams) -> SettingsStore {
        let saved = LocalStorage::raw().get_item(KEY).ok().flatten();
        let saved = saved.and_then(|saved| json::from_str(&saved).ok());
        let saved: Settings = saved.unwrap_or_default();
        let theme = params.theme.clone().or_else(|| saved.theme.clone());
        let remembered = || Level::from_slug(saved.level.as_deref()?);
        let level = params.level.or_else(remembered).unwrap_or_default();
        SettingsStore {
            saved: RwSignal::new(saved),
            level: RwSignal::new(level),
            theme: RwSignal::new(theme),
        }
    }

    pub fn saved(&self) -> Settings {
        self.saved.get_untracked()
    }

    pub fn theme(&self) -> Signal<Option<String>> {
        self.theme.into()
    }

    /// Changes what is remembered. A browser that refuses storage forgets, no more.
    pub fn remember(&self, change: impl FnOnce(&mut Settings)) {
        self.saved.update(change);
        let _ = self
            .saved
            .with_untracked(|saved| LocalStorage::set(KEY, saved));
    }

    pub fn set_theme(&self, theme: &str) {
        self.theme.set(Some(theme.to_owned()));
        self.remember(|saved| saved.theme = Some(theme.to_owned()));
    }

    pub fn level(&self) -> Signal<Level> {
        self.level.into()
    }

    pub fn set_level(&self, level: Level) {
        self.level.set(level);
        self.remember(|saved| saved.level = Some(level.slug().to_owned()));
    }

    pub fn is_guide_dismissed(&self) -> bool {
        self.saved.with(|saved| saved.is_guide_dismissed)
    }

    pub fn dismiss_guide(&self) {
        self.remember(|saved| saved.is_guide_dismissed = true);
    }

    pub fn forget(&self) {
        self.saved.set(Settings::default());
        LocalStorage::delete(KEY);
    }
}
