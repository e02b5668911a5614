//! Web Locks: who holds what among the tabs and workers of this page. A lock goes with
//! whoever held it, however that ended.
//!
//! Where the browser has none (an insecure address), every lock is free, and nobody ever
//! gets one by waiting.

use crate::browser::navigator;
use js_sys::{Function, Object, Promise, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request(name: &str, options: &Object, granted: &Function) -> Result<Promise, JsValue>;
}

/// Whether this browser has locks.
pub fn are_there() -> bool {
    navigator::part("locks").is_some()
}

/// A lock, held until this is dropped.
pub struct HeldLock {
    /// `None` where the browser has no locks.
    release: Option<Function>,
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            // A promise's own resolver takes anything.
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// The lock, if nobody has it.
pub async fn take_if_free(name: &str) -> Option<HeldLock> {
    acquire(name, true).await
}

/// The lock, as soon as nobody has it.
pub async fn wait_for(name: &str) -> Option<HeldLock> {
    acquire(name, false).await
}

async fn acquire(name: &str, only_if_free: bool) -> Option<HeldLock> {
    let release = Rc::new(RefCell::new(None));
    let slot = release.clone();
    let options = Object::new();
    // A plain object takes any property.
    let _ = Reflect::set(&options, &"ifAvailable".into(), &only_if_free.into());
    let asked = Promise::new(&mut |answer, _| {
        let slot = slot.clone();
        let refuse = answer.clone();
        let granted = Closure::once_into_js(move |lock: JsValue| {
            let is_held = !lock.is_null();
            let held = Promise::new(&mut |resolve, _| *slot.borrow_mut() = Some(resolve));
            let _ = answer.call1(&JsValue::UNDEFINED, &is_held.into());
            if is_held {
                held.into()
            } else {
                JsValue::UNDEFINED
            }
        });
        match request(name, &options, granted.unchecked_ref()) {
            // Refused after all, as a page without storage is.
            Ok(ended) => spawn_local(async move {
                if JsFuture::from(ended).await.is_err() {
                    // A promise's own resolver takes anything, and only once.
                    let _ = refuse.call1(&JsValue::UNDEFINED, &only_if_free.into());
                }
            }),
            Err(_) => drop(refuse.call1(&JsValue::UNDEFINED, &only_if_free.into())),
        }
    });
    let is_held = JsFuture::from(asked)
        .await
        .is_ok_and(|held| held.is_truthy());
    let release = release.borrow_mut().take();
    is_held.then_some(HeldLock { release })
}
