//! Answers of servers.

use crate::scope::scope;
use tilt_protocol::Error;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// The answer of a server that says that all is well.
pub async fn fetch(url: &str) -> Result<Response, Error> {
    let failed = |reason: String| Error::Fetch {
        url: url.to_owned(),
        reason,
    };
    let response: Response = JsFuture::from(scope().fetch_with_str(url))
        .await
        .map_err(|error| {
            let reason = describe(&error);
            failed(format!(
                "{reason}; the host may be down, or it does not let other pages read its files (CORS)"
            ))
        })?
        .dyn_into()
        .map_err(|_| failed("the browser gave no response".to_owned()))?;
    if response.ok() {
        return Ok(response);
    }
    Err(failed(format!("the server answered {}", response.status())))
}

/// Bytes to come, where the server says so; a compressed answer's length is another.
pub fn length(response: &Response) -> Option<u64> {
    let headers = response.headers();
    let is_compressed = matches!(headers.get("content-encoding"), Ok(Some(_)));
    let length = headers.get("content-length").ok().flatten();
    length.filter(|_| !is_compressed)?.parse().ok()
}

/// A JavaScript error's own words.
pub fn describe(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(
        || format!("{error:?}"),
        |error| String::from(error.message()),
    )
}
