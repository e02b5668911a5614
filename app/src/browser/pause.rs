//! Waiting, so that others get their turn.

use gloo_timers::callback::Timeout;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Comes back after so many milliseconds; after 0 when the page has done what was waiting.
pub async fn pause(ms: u32) {
    let promise = Promise::new(&mut |resolve, _| {
        Timeout::new(ms, move || {
            // A promise's own resolver takes anything.
            let _ = resolve.call0(&JsValue::UNDEFINED);
        })
        .forget();
    });
    // It never rejects.
    let _ = JsFuture::from(promise).await;
}
