//! A worker that helps another one: it carries out orders of `tilt_engine::crew`.

use crate::channel::scope;
use js_sys::{Array, Float32Array, Object, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use tilt_engine::crew::{Helper, HelperAnswer, HelperOrder};
use tilt_engine::memory::take_peak;
use tilt_protocol::{Error, Result};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageChannel, MessageEvent, MessagePort};

/// The name that its worker gives it.
pub const NAME: &str = "helper";

pub fn is_helper() -> bool {
    scope().name() == NAME
}

/// The helper, and how it comes back to what is under way.
struct Helping {
    helper: Helper,
    /// The parameters come in the memory that their gradient goes back in.
    spare: Option<Float32Array>,
    /// A message to it is heard by this worker, after those that came before.
    again: MessagePort,
    /// Such a message is under way.
    is_called: bool,
}

/// Listens. What cannot be carried out is answered without numbers; what breaks this worker is
/// an error of it, which the other one hears: so everything happens inside events.
pub fn start() {
    let Ok(channel) = MessageChannel::new() else {
        // The other worker hears that there is no helper.
        wasm_bindgen::throw_str("a worker without message channels");
    };
    let helping = Rc::new(RefCell::new(Helping {
        helper: Helper::default(),
        spare: None,
        again: channel.port2(),
        is_called: false,
    }));
    let called = helping.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        // Without a number there is nobody to answer.
        if let Ok(incoming) = read(&event.data()) {
            helping.borrow_mut().take(incoming);
        }
    });
    let on_again = Closure::<dyn FnMut(MessageEvent)>::new(move |_: MessageEvent| {
        called.borrow_mut().go_on();
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    channel
        .port1()
        .set_onmessage(Some(on_again.as_ref().unchecked_ref()));
    // The handlers live as long as the worker.
    on_message.forget();
    on_again.forget();
}

impl Helping {
    fn take(&mut self, incoming: IncomingOrder) {
        let IncomingOrder {
            number,
            order,
            numbers,
        } = incoming;
        let Some(order) = order else {
            return post(number, None);
        };
        let are_derivatives = matches!(order, HelperOrder::Backward);
        self.helper.take(number, order, numbers.to_vec());
        if !are_derivatives && numbers.length() > 0 {
            self.spare = Some(numbers);
        }
        self.answer();
    }

    /// One short piece of what is under way.
    fn go_on(&mut self) {
        self.is_called = false;
        self.helper.advance();
        self.answer();
    }

    /// Says what there is to say, and comes back where there is more to do.
    fn answer(&mut self) {
        for HelperAnswer { order, numbers } in self.helper.take_answers() {
            let numbers = numbers.map(|numbers| written(&mut self.spare, &numbers));
            post(order, numbers);
        }
        if !self.helper.is_idle() && !self.is_called {
            // It fails only while the worker is being torn down.
            self.is_called = self.again.post_message(&JsValue::UNDEFINED).is_ok();
        }
    }
}

fn post(order: u32, numbers: Option<Float32Array>) {
    let moved = Array::new();
    if let Some(numbers) = &numbers {
        moved.push(&numbers.buffer());
    }
    let numbers: JsValue = numbers.map_or(JsValue::NULL, Into::into);
    let message = Array::of3(&order.into(), &numbers, &(take_peak() as f64).into());
    // It fails only while the worker is being torn down.
    let _ = scope().post_message_with_transfer(&message, &moved);
}

/// What a helper says.
pub struct IncomingAnswer {
    /// Its order's.
    pub number: u32,
    pub numbers: Option<Float32Array>,
    /// Bytes that it held at most since its last answer.
    pub peak_bytes: usize,
}

/// # Errors
/// [`Error::Protocol`] for anything that is no answer.
pub fn read_answer(data: &JsValue) -> Result<IncomingAnswer> {
    let broken = || Error::Protocol {
        reason: "a helper's answer has no number".to_owned(),
    };
    let answer: &Array = data.dyn_ref().ok_or_else(broken)?;
    let number = answer.get(0).as_f64().ok_or_else(broken)?;
    Ok(IncomingAnswer {
        number: number as u32,
        numbers: answer.get(1).dyn_into().ok(),
        peak_bytes: answer.get(2).as_f64().unwrap_or(0.0) as usize,
    })
}

/// Numbers to be sent, in the old memory where they fit it.
pub fn written(old: &mut Option<Float32Array>, numbers: &[f32]) -> Float32Array {
    match old.take_if(|old| old.length() as usize == numbers.len()) {
        Some(old) => {
            old.copy_from(numbers);
            old
        }
        None => Float32Array::from(numbers),
    }
}

/// Order `number` as a message; its numbers move.
pub fn write(number: u32, order: &HelperOrder, numbers: &Float32Array) -> (Object, Array) {
    let moved = Array::of1(&numbers.buffer());
    let message = Object::new();
    // An order is plain data, and setting a property of a fresh object cannot fail.
    let json = serde_json::to_string(order).unwrap_or_default();
    let _ = Reflect::set(&message, &"number".into(), &number.into());
    let _ = Reflect::set(&message, &"json".into(), &json.into());
    let _ = Reflect::set(&message, &"numbers".into(), numbers);
    (message, moved)
}

/// What has come from the other worker.
struct IncomingOrder {
    number: u32,
    /// `None` for one that cannot be read.
    order: Option<HelperOrder>,
    numbers: Float32Array,
}

/// # Errors
/// [`Error::Protocol`] for an order without a number.
fn read(data: &JsValue) -> Result<IncomingOrder> {
    let get = |name: &str| Reflect::get(data, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let number = get("number").as_f64().ok_or_else(|| Error::Protocol {
        reason: "an order has no number".to_owned(),
    })?;
    let json = get("json").as_string().unwrap_or_default();
    let numbers = get("numbers").dyn_into::<Float32Array>();
    Ok(IncomingOrder {
        number: number as u32,
        order: serde_json::from_str(&json).ok().filter(|_| numbers.is_ok()),
        numbers: numbers.unwrap_or_else(|_| Float32Array::new_with_length(0)),
    })
}
