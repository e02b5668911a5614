//! Messages to and from the page.

use js_sys::{Object, Reflect};
use std::future::Future;
use tilt_protocol::{Error, ImportEvent, ImportRequest};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageEvent};

/// The worker's global scope.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Carries out each request, with the file beside it.
pub fn listen<F>(carry_out: fn(ImportRequest, Option<Blob>) -> F)
where
    F: Future<Output = Result<(), Error>> + 'static,
{
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let data = event.data();
        let get = |name: &str| Reflect::get(&data, &name.into()).unwrap_or(JsValue::UNDEFINED);
        let json = get("json").as_string().unwrap_or_default();
        let file = get("file").dyn_into::<Blob>().ok();
        match serde_json::from_str(&json) {
            Ok(request) => spawn_local(async move {
                if let Err(error) = carry_out(request, file).await {
                    post(&ImportEvent::Failed { error }, None);
                }
            }),
            Err(error) => {
                let reason = error.to_string();
                let error = Error::Protocol { reason };
                post(&ImportEvent::Failed { error }, None);
            }
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The handler lives as long as the worker.
    on_message.forget();
}

/// Posts an event with the file of refused rows.
pub fn post(event: &ImportEvent, refused: Option<&Blob>) {
    // Events are plain data.
    let json = serde_json::to_string(event).unwrap_or_default();
    let message = Object::new();
    // Setting a property of a fresh object cannot fail.
    let _ = Reflect::set(&message, &"json".into(), &json.into());
    if let Some(refused) = refused {
        let _ = Reflect::set(&message, &"refused".into(), refused);
    }
    // It fails only while the worker is being torn down.
    let _ = scope().post_message(&message);
}
