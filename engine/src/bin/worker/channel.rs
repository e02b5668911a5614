//! Messages to and from the page: `{json, buffers}`.

use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use tilt_engine::lab::Outgoing;
use tilt_protocol::{Error, Event, Message, Request, RequestId, Result};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

/// The worker's global scope.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Posts an event; buffers are transferred, not copied.
pub fn post(outgoing: Outgoing) {
    let Ok(json) = serde_json::to_string(&outgoing.message) else {
        return;
    };
    let buffers = Array::new();
    for bytes in outgoing.buffers {
        buffers.push(&Uint8Array::from(bytes.as_slice()).buffer());
    }
    let message = Object::new();
    // Setting a property of a fresh object cannot fail.
    let _ = Reflect::set(&message, &"json".into(), &json.into());
    let _ = Reflect::set(&message, &"buffers".into(), &buffers);
    // It fails only while the worker is being torn down.
    let _ = scope().post_message_with_transfer(&message, &buffers);
}

pub fn post_event(id: Option<RequestId>, event: Event) {
    post(Outgoing {
        message: Message { id, event },
        buffers: Vec::new(),
    });
}

/// A request with the buffers that came beside it.
///
/// # Errors
/// [`Error::Protocol`] for anything that is not one.
pub fn read(data: &JsValue) -> Result<(Request, Vec<Vec<u8>>)> {
    let broken = |reason: &str| Error::Protocol {
        reason: reason.to_owned(),
    };
    let json = Reflect::get(data, &"json".into())
        .ok()
        .and_then(|json| json.as_string())
        .ok_or_else(|| broken("it has no text \"json\""))?;
    let request = serde_json::from_str(&json).map_err(|error| broken(&error.to_string()))?;
    let buffers = Reflect::get(data, &"buffers".into())
        .ok()
        .and_then(|buffers| buffers.dyn_into::<Array>().ok())
        .map(|buffers| {
            buffers
                .iter()
                .filter_map(|buffer| buffer.dyn_into::<ArrayBuffer>().ok())
                .map(|buffer| Uint8Array::new(&buffer).to_vec())
                .collect()
        })
        .unwrap_or_default();
    Ok((request, buffers))
}
