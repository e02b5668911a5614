//! Copying for the person.

use crate::browser::navigator;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// False where the browser does not let the page copy: without a secure connection there
/// is no clipboard.
pub async fn copied(text: &str) -> bool {
    match writing(text) {
        Some(writing) => JsFuture::from(writing).await.is_ok(),
        None => false,
    }
}

fn writing(text: &str) -> Option<Promise> {
    let clipboard = navigator::part("clipboard")?;
    let write = Reflect::get(&clipboard, &"writeText".into()).ok()?;
    let write: Function = write.dyn_into().ok()?;
    let writing = write.call1(&clipboard, &text.into()).ok()?;
    writing.dyn_into().ok()
}
