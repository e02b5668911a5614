//! Fetching a model's folder, with progress.

use crate::channel::{post_event, scope};
use js_sys::{Reflect, Uint8Array};
use tilt_protocol::{Error, Event, RequestId, Result};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response};

/// Whose files are fetched, and how far that has come.
pub struct FetchProgress<'a> {
    pub id: RequestId,
    /// What the page calls it.
    pub what: &'static str,
    /// False once nobody waits for the files any more.
    pub is_wanted: &'a dyn Fn() -> bool,
}

impl FetchProgress<'_> {
    /// One file's bytes; each chunk is told to the page.
    ///
    /// # Errors
    /// [`Error::Fetch`] naming the address; [`Error::Cancelled`] when they are no longer
    /// wanted.
    pub async fn bytes(&self, url: &str) -> Result<Vec<u8>> {
        let failed = |reason: String| Error::Fetch {
            url: url.to_owned(),
            reason,
        };
        let thrown = |error: JsValue| failed(describe(&error));
        let response: Response = JsFuture::from(scope().fetch_with_str(url))
            .await
            .map_err(thrown)?
            .dyn_into()
            .map_err(|_| failed("the browser gave no response".to_owned()))?;
        if !response.ok() {
            return Err(failed(format!("the server answered {}", response.status())));
        }
        let total = response
            .headers()
            .get("content-length")
            .ok()
            .flatten()
            // A compressed answer's length is not that of what arrives.
            .filter(|_| !matches!(response.headers().get("content-encoding"), Ok(Some(_))))
            .and_then(|length| length.parse::<u64>().ok());
        let Some(body) = response.body() else {
            return Ok(Vec::new());
        };
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        let mut received = Vec::new();
        loop {
            let chunk = JsFuture::from(reader.read()).await.map_err(thrown)?;
            if !(self.is_wanted)() {
                // The browser ends the download; how that went concerns nobody.
                let _ = reader.cancel();
                return Err(Error::Cancelled);
            }
            let get = |name: &str| Reflect::get(&chunk, &name.into()).unwrap_or(JsValue::UNDEFINED);
            if get("done").is_truthy() {
                return Ok(received);
            }
            if let Ok(part) = get("value").dyn_into::<Uint8Array>() {
                received.extend(part.to_vec());
            }
            let count = received.len() as u64;
            post_event(
                Some(self.id),
                Event::Fetching {
                    what: self.what.to_owned(),
                    received: count,
                    total,
                },
            );
        }
    }

    /// # Errors
    /// [`Error::Fetch`], also for bytes that are not UTF-8; [`Error::Cancelled`].
    pub async fn text(&self, url: &str) -> Result<String> {
        String::from_utf8(self.bytes(url).await?).map_err(|_| Error::Fetch {
            url: url.to_owned(),
            reason: "it is not UTF-8 text".to_owned(),
        })
    }
}

fn describe(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(
        || format!("{error:?}"),
        |error| String::from(error.message()),
    )
}
