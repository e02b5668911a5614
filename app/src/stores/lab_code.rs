//! The code by which this lab is told from others in the files that leave it: it says
//! whose labels are whose, and nothing else about anybody.

use super::settings::SettingsStore;
use std::cell::RefCell;

/// Codes that there are: enough for a class, few enough to be read out.
const CODES: f64 = 16_777_216.0;

thread_local! {
    /// Outlives an erasure, until the tab closes: what it exported before is its own still.
    static CODE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Before the settings are erased: what this tab exported stays known as its own.
pub fn outlive(settings: SettingsStore) {
    if let Some(code) = settings.saved().lab_code {
        CODE.set(Some(code));
    }
}

/// This lab's code, drawn when it is first asked for.
pub fn lab_code(settings: SettingsStore) -> String {
    let saved = settings.saved().lab_code;
    let is_saved = saved.is_some();
    let code = saved
        .or_else(|| CODE.with_borrow(Clone::clone))
        .unwrap_or_else(|| format!("{:06x}", (js_sys::Math::random() * CODES) as u32));
    CODE.set(Some(code.clone()));
    if !is_saved {
        settings.remember(|saved| saved.lab_code = Some(code.clone()));
    }
    code
}
