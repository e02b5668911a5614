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

use super::notices::Notices;
use crate::browser::storage::web::Area;
use crate::browser::url::search;
use crate::model::address::UrlParams;
use crate::model::json;
use crate::model::level::Level;
use crate::model::notice::NoticeKey;
use crate::model::ordered::OrderedSet;
use crate::model::settings::Settings;
use crate::model::space::Space;
use crate::texts::saving as texts;
use leptos::prelude::*;

/// Settings that are about the person, whichever lab it is.
const OF_THE_PERSON: [&str; 2] = ["theme", "are_keys_off"];

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
    space: Space,
    notices: Notices,
}

impl SettingsStore {
    pub fn load(params: &UrlParams, space: Space, notices: Notices) -> SettingsStore {
        let mut saved: Settings = Area::Local
            .get(&space.settings())
            .and_then(|all| json::from_str(&all).ok())
            .unwrap_or_default();
        if space != Space::OWN {
            // How the person likes the page counts in a lesson's lab too.
            for name in OF_THE_PERSON {
                if let Some(text) = Area::Local.get(&Space::OWN.setting(name)) {
                    saved.take(name, &text);
                }
            }
        }
        for (name, text) in Area::Local.all(&space.setting("")) {
            saved.take(&name, &text);
        }
        let remembered = saved.clone();
        saved.take_address(params);
        let given = saved.changes(&remembered);
        let mut own: OrderedSet<String> = given.into_iter().map(|(name, _)| name).collect();
        let mut of_link = own.clone();
        if Area::Session.get(&space.visit()).as_ref() == Some(&search()) {
            for (name, text) in Area::Session.all(&space.setting("")) {
                saved.take(&name, &text);
                of_link.remove(&name);
                own.insert(name);
            }
        } else {
            Area::Session.remove_all(&space.setting(""));
        }
        SettingsStore {
            saved: RwSignal::new(saved),
            own: StoredValue::new(own),
            of_link: StoredValue::new(of_link),
            has_storage: Area::Local.is_there(),
            space,
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
            is_kept &= Area::Local.set(&self.space.setting(name), text);
            Area::Session.set(&self.space.setting(name), text);
        }
        self.of_link.update_value(|of_link| {
            of_link.retain(|name| changes.iter().all(|(changed, _)| changed != name));
        });
        if !changes.is_empty() {
            Area::Session.set(&self.space.visit(), &search());
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
            !of_link && Area::Local.get(&self.space.setting(name)).is_none()
        };
        for (name, text) in known.iter().filter(|(name, _)| is_lost(name)) {
            Area::Local.set(&self.space.setting(name), text);
            if self.own.with_value(|own| own.contains(name)) {
                Area::Session.set(&self.space.setting(name), text);
                Area::Session.set(&self.space.visit(), &search());
            }
        }
    }

    /// Another tab has changed the field of this key; true where this tab follows.
    pub fn follow(&self, key: &str, text: &str) -> bool {
        let Some(name) = key.strip_prefix(self.space.setting("").as_str()) else {
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
        Area::Local.remove(&self.space.settings());
        Area::Local.remove_all(&self.space.setting(""));
        Area::Session.remove_all(&self.space.setting(""));
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
