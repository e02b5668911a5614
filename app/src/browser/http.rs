//! Texts and files that are fetched.

use super::pause::pause;
use crate::model::remote::host_of;
use crate::texts::notices as texts;
use js_sys::{Promise, Reflect, Set};
use tilt_protocol::Error;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// How long after a failed request the browser has said that a policy forbade it.
const CLOSED_TOLD_MS: u32 = 100;

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

/// A text of at most so many bytes, of the host that was asked and no other: a person may
/// have been told its name.
///
/// # Errors
/// [`Error::Fetch`] with the reason.
pub async fn fetch_small_text(url: &str, most_bytes: u64) -> Result<String, Error> {
    let response = fetch(url).await?;
    let (asked, answered) = (host_of(url), host_of(&response.url()));
    if asked.is_some() && asked != answered {
        let other = answered.unwrap_or_default();
        return Err(fetch_failed(url, texts::led_elsewhere(&other)));
    }
    let blob = body(url, response.blob()).await?;
    let size = blob.dyn_ref::<Blob>().map_or(0.0, Blob::size);
    if size > most_bytes as f64 {
        return Err(fetch_failed(
            url,
            texts::too_many_bytes(size as u64, most_bytes),
        ));
    }
    let text = blob.dyn_ref::<Blob>().map(Blob::text);
    let text = body(url, text.ok_or(JsValue::UNDEFINED)).await?;
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
        .and_then(|response| response.dyn_into::<web_sys::Response>());
    let response = match response {
        Ok(response) => response,
        Err(cause) => {
            let reason = match is_closed(url).await {
                true => texts::CLOSED_BY_POLICY.to_owned(),
                false => crate::browser::worker::js_text(&cause),
            };
            return Err(fetch_failed(url, reason));
        }
    };
    if response.ok() {
        return Ok(response);
    }
    Err(fetch_failed(url, texts::server_answered(response.status())))
}

/// Whether a Content-Security-Policy closes the address: the page's start notes the hosts.
async fn is_closed(url: &str) -> bool {
    // The browser tells of it in a turn of its own.
    pause(CLOSED_TOLD_MS).await;
    let hosts = Reflect::get(&js_sys::global(), &"tiltClosedHosts".into());
    let hosts = hosts.ok().and_then(|hosts| hosts.dyn_into::<Set>().ok());
    hosts
        .zip(host_of(url))
        .is_some_and(|(hosts, host)| hosts.has(&host.into()))
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
