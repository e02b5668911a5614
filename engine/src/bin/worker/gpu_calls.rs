//! What `public/gpu_calls.js` has counted.

use js_sys::Reflect;
use tilt_protocol::GpuCalls;
use wasm_bindgen::JsValue;

pub fn read() -> GpuCalls {
    let get = |object: &JsValue, name: &str| {
        Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
    };
    let calls = get(&js_sys::global(), "tiltGpuCalls");
    let count = |name: &str| get(&calls, name).as_f64().unwrap_or_default() as u64;
    GpuCalls {
        dispatches: count("dispatches"),
        submissions: count("submissions"),
        buffers: count("buffers"),
        bytes: count("bytes"),
    }
}
