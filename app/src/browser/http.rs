//! Texts and files that are fetched.

use crate::texts::notices as texts;
use js_sys::Promise;
use tilt_protocol::Error;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A text that comes with the page.
///
/// # Errors
/// [`Error::Fetch`] with the reason.
pub async fn fetch_text(url: &str) -> Result<String, Error> {
    let response = fetch(url).await?;
    let text = body(url, response.text()).await?;
    text.as_string()
        .ok_or_else(|| fetch_failed(url, texts::NO_TEXT.to_owned()))
}

/// The answer of a server that says that all is well.
///
/// # Errors
/// [`Error::Fetch`] with the reason.
pub async fn fetch(url: &str) -> Result<web_sys::Response, Error> {
    let window = web_sys::window().ok_or_else(|| fetch_failed(url, texts::NO_WINDOW.to_owned()))?;
    let response = JsFuture::from(window.fetch_with_str(url))
        .await
        .and_then(|response| response.dyn_into::<web_sys::Response>())
        .map_err(|cause| fetch_failed(url, crate::browser::worker::js_text(&cause)))?;
    if response.ok() {
        return Ok(response);
    }
    Err(fetch_failed(url, texts::server_answered(response.status())))
}

/// What an answer carries, once it is all there.
///
/// # Errors
/// [`Error::Fetch`] with the reason.
pub async fn body(url: &str, coming: Result<Promise, JsValue>) -> Result<JsValue, Error> {
    let to_reason = |cause: JsValue| fetch_failed(url, crate::browser::worker::js_text(&cause));
    JsFuture::from(coming.map_err(to_reason)?)
        .await
        .map_err(to_reason)
}

fn fetch_failed(url: &str, reason: String) -> Error {
    Error::Fetch {
        url: url.to_owned(),
        reason,
    }
}
