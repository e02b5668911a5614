//! The browser's two small storages of texts. Where the browser refuses one (it may throw at
//! the mere mention), nothing is found in it and nothing is kept; the page goes on.

use web_sys::Storage;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// For every tab, and the next visit.
    Local,
    /// For this tab, over its reloads.
    Session,
}

impl Area {
    fn storage(self) -> Option<Storage> {
        let window = web_sys::window()?;
        match self {
            Area::Local => window.local_storage(),
            Area::Session => window.session_storage(),
        }
        .ok()
        .flatten()
    }

    /// What is kept under this key; `None` where nothing is, or it cannot be read.
    pub fn get(self, key: &str) -> Option<String> {
        self.storage()?.get_item(key).ok().flatten()
    }

    /// Keeps a text; false where the browser refuses.
    pub fn set(self, key: &str, text: &str) -> bool {
        self.storage()
            .is_some_and(|storage| storage.set_item(key, text).is_ok())
    }

    /// Forgets what is kept under this key; false where the browser refuses.
    pub fn remove(self, key: &str) -> bool {
        self.storage()
            .is_some_and(|storage| storage.remove_item(key).is_ok())
    }

    /// All that is kept under keys with this beginning, without it.
    pub fn all(self, beginning: &str) -> Vec<(String, String)> {
        let Some(storage) = self.storage() else {
            return Vec::new();
        };
        let count = storage.length().unwrap_or_default();
        let keys = (0..count).filter_map(|index| storage.key(index).ok().flatten());
        keys.filter_map(|key| {
            let text = storage.get_item(&key).ok().flatten()?;
            Some((key.strip_prefix(beginning)?.to_owned(), text))
        })
        .collect()
    }

    /// Forgets all that is kept under keys with this beginning.
    pub fn remove_all(self, beginning: &str) {
        for (rest, _) in self.all(beginning) {
            self.remove(&format!("{beginning}{rest}"));
        }
    }

    /// Whether the browser lets the page keep something here.
    pub fn is_there(self) -> bool {
        const PROBE: &str = "tilt.probe";
        self.set(PROBE, "") && self.remove(PROBE)
    }
}
