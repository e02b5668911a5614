//! What the browser offers beside the page itself, where it does: on an insecure address,
//! or by its settings, any of it may be missing, or throw at the mere mention.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// The part of this name; `None` where there is none.
pub fn part(name: &str) -> Option<JsValue> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let part = Reflect::get(&navigator, &name.into()).ok()?;
    part.is_object().then_some(part)
}
