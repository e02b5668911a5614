//! Answers of servers.

use crate::scope::scope;
use tilt_protocol::Error;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// How long after a failed request the browser has said that a policy forbade it.
const TOLD_MS: i32 = 100;

/// The answer of a server that says that all is well.
pub async fn fetch(url: &str) -> Result<Response, Error> {
    let failed = |reason: String| Error::Fetch {
        url: url.to_owned(),
        reason,
    };
    let response = match JsFuture::from(scope().fetch_with_str(url)).await {
        Ok(response) => response,
        Err(error) => {
            let reason = match is_closed(url).await {
                true => "this site's Content-Security-Policy closes the addresses of other hosts: save the file on your machine, and choose it there".to_owned(),
                false => format!(
                    "{}; the host may be down, or it does not let other pages read its files (CORS)",
                    describe(&error)
                ),
            };
            return Err(failed(reason));
        }
    };
    let response: Response = response
        .dyn_into()
        .map_err(|_| failed("the browser gave no response".to_owned()))?;
    if response.ok() {
        return Ok(response);
    }
    Err(failed(format!("the server answered {}", response.status())))
}

/// Whether a Content-Security-Policy closes the address: the importer's start notes the hosts.
async fn is_closed(url: &str) -> bool {
    // The browser tells of it in a turn of its own.
    let turn = js_sys::Promise::new(&mut |resolve, _| {
        let _ = scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, TOLD_MS);
    });
    let _ = JsFuture::from(turn).await;
    let hosts = js_sys::Reflect::get(&js_sys::global(), &"tiltClosedHosts".into());
    let hosts = hosts
        .ok()
        .and_then(|hosts| hosts.dyn_into::<js_sys::Set>().ok());
    let host = web_sys::Url::new(url).ok().map(|url| url.host());
    hosts
        .zip(host)
        .is_some_and(|(hosts, host)| hosts.has(&host.into()))
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
