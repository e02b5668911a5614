//! Giving the browser its turn: until then no message comes in.

use crate::channel::scope;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// Lets waiting messages in. A message to ourselves, since timers are held back to
/// 4 ms when they nest.
pub async fn next() {
    let promise = Promise::new(&mut |resolve, _| {
        let Ok(channel) = MessageChannel::new() else {
            let _ = resolve.call0(&JsValue::UNDEFINED);
            return;
        };
        channel.port1().set_onmessage(Some(&resolve));
        let _ = channel.port2().post_message(&JsValue::UNDEFINED);
    });
    // The promise is never rejected.
    let _ = JsFuture::from(promise).await;
}

/// Lets messages in for so many milliseconds.
pub async fn pause(ms: u32) {
    let ms = i32::try_from(ms).unwrap_or(i32::MAX);
    let promise = Promise::new(&mut |resolve, _| {
        let timer = scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
        if timer.is_err() {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    });
    // The promise is never rejected.
    let _ = JsFuture::from(promise).await;
}
