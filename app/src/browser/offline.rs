//! The page kept in the browser for use without a network: `public/offline.js`, which comes
//! after everything that is needed at first, does it and says how it stands.

use super::url::{link, resolve, version};
use gloo_events::EventListener;
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What the script leaves in the page, and the event of a change.
const OBJECT: &str = "tiltOffline";
const CHANGED: &str = "tilt-offline";

/// Marks the page of a package, which has no such script.
const PACKED: &str = "data-pack";

/// Has the browser begin; calls whenever the state is another.
pub fn begin(heard: impl Fn(&str) + 'static) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let Some(document) = window.document() else {
        return;
    };
    let root = document.document_element();
    if root.is_some_and(|root| root.has_attribute(PACKED)) {
        return;
    }
    // As long as the page lives.
    EventListener::new(&window, CHANGED, move |_| {
        if let Some(state) = state() {
            heard(&state);
        }
    })
    .forget();
    let script = document.create_element("script");
    if let (Ok(script), Some(head)) = (script, document.head()) {
        let address = link(&resolve("offline.js"), &[("v", version())]);
        // An element takes attributes of these names, and a page's head takes scripts.
        let _ = script.set_attribute("type", "module");
        let _ = script.set_attribute("src", &address);
        let _ = head.append_child(&script);
    }
}

fn object() -> Option<JsValue> {
    let object = Reflect::get(&js_sys::global(), &OBJECT.into()).ok()?;
    object.is_object().then_some(object)
}

fn state() -> Option<String> {
    Reflect::get(&object()?, &"state".into()).ok()?.as_string()
}

/// Whether this browser erases what a page keeps after some days without a visit.
pub fn keeps_shortly() -> bool {
    let told = object().and_then(|object| Reflect::get(&object, &"keepsShortly".into()).ok());
    told.is_some_and(|told| told.is_truthy())
}

/// Calls a function of the script's and waits for its promise.
async fn call(name: &str, arguments: &Array) -> Option<JsValue> {
    let object = object()?;
    let function: Function = Reflect::get(&object, &name.into()).ok()?.dyn_into().ok()?;
    let promise: Promise = function.apply(&object, arguments).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}

/// Bytes that are kept, and those that are not; `None` where nobody says.
pub async fn bytes() -> Option<[u64; 2]> {
    let told = call("told", &Array::new()).await?;
    let number = |name: &str| Reflect::get(&told, &name.into()).ok()?.as_f64();
    Some([number("kept")? as u64, number("left")? as u64])
}

/// Keeps everything; `on_bytes` hears how much of how much has come.
///
/// # Errors
/// The browser's or the server's own words.
pub async fn keep_all(on_bytes: impl Fn(u64, u64) + 'static) -> Result<(), String> {
    let on_bytes = Closure::<dyn Fn(f64, f64)>::new(move |bytes: f64, of: f64| {
        on_bytes(bytes as u64, of as u64);
    });
    let failed = call("keepAll", &Array::of1(on_bytes.as_ref())).await;
    match failed.map(|failed| failed.as_string()) {
        Some(None) => Ok(()),
        Some(Some(reason)) => Err(reason),
        None => Err(String::new()),
    }
}

/// The newer build takes over, and the page begins anew; otherwise how many other tabs are in
/// the way.
pub async fn take_over() -> usize {
    let others = call("takeOver", &Array::new()).await;
    others.and_then(|others| others.as_f64()).unwrap_or(0.0) as usize
}

/// Nothing is kept any more: asked of the page's start, which is there before the script.
pub async fn forget() {
    let forget = Reflect::get(&js_sys::global(), &"tiltForget".into()).ok();
    let forget = forget.and_then(|forget| forget.dyn_into::<Function>().ok());
    let promise = forget.and_then(|forget| forget.call0(&JsValue::UNDEFINED).ok());
    if let Some(Ok(promise)) = promise.map(JsCast::dyn_into::<Promise>) {
        // What is not there cannot be taken away.
        let _ = JsFuture::from(promise).await;
    }
}
