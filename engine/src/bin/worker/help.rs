//! A worker that helps another one: it carries out orders of `tilt_engine::crew`.

use crate::channel::scope;
use js_sys::{Array, Float32Array, Object, Reflect};
use std::cell::RefCell;
use tilt_engine::crew::{Helper, HelperOrder};
use tilt_protocol::{Error, Result};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessageEvent;

/// The name that its worker gives it.
pub const NAME: &str = "helper";

pub fn is_helper() -> bool {
    scope().name() == NAME
}

/// Listens. Whatever goes wrong is an answer without numbers: then it is no longer asked.
pub fn start() {
    let helper = RefCell::new(Helper::default());
    // The parameters come in the memory that their gradient goes back in.
    let spare = RefCell::new(None);
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let answer = read(&event.data()).and_then(|(order, numbers)| {
            let is_backward = matches!(order, HelperOrder::Backward);
            let answer = helper.borrow_mut().obey(order, numbers.to_vec())?;
            if is_backward {
                return Ok(written(spare.borrow_mut().take(), &answer));
            }
            *spare.borrow_mut() = Some(numbers);
            Ok(written(None, &answer))
        });
        let numbers: JsValue = answer.map_or(JsValue::NULL, Into::into);
        let moved = Array::new();
        if let Some(numbers) = numbers.dyn_ref::<Float32Array>() {
            moved.push(&numbers.buffer());
        }
        // It fails only while the worker is being torn down.
        let _ = scope().post_message_with_transfer(&numbers, &moved);
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The handler lives as long as the worker.
    on_message.forget();
}

/// Numbers to be sent, in the old memory where they fit it.
pub fn written(old: Option<Float32Array>, numbers: &[f32]) -> Float32Array {
    match old.filter(|old| old.length() as usize == numbers.len()) {
        Some(old) => {
            old.copy_from(numbers);
            old
        }
        None => Float32Array::from(numbers),
    }
}

/// An order as a message; its numbers move.
pub fn write(order: &HelperOrder, numbers: &Float32Array) -> (Object, Array) {
    let moved = Array::of1(&numbers.buffer());
    let message = Object::new();
    // An order is plain data, and setting a property of a fresh object cannot fail.
    let json = serde_json::to_string(order).unwrap_or_default();
    let _ = Reflect::set(&message, &"json".into(), &json.into());
    let _ = Reflect::set(&message, &"numbers".into(), numbers);
    (message, moved)
}

fn read(data: &JsValue) -> Result<(HelperOrder, Float32Array)> {
    let broken = |reason: String| Error::Protocol { reason };
    let get = |name: &str| Reflect::get(data, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let json = get("json").as_string().unwrap_or_default();
    let order = serde_json::from_str(&json).map_err(|error| broken(error.to_string()))?;
    let numbers = get("numbers")
        .dyn_into::<Float32Array>()
        .map_err(|_| broken("an order has no numbers".to_owned()))?;
    Ok((order, numbers))
}
