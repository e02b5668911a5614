//! Files that the page offers.

use crate::texts::files as texts;
use gloo_file::{Blob, ObjectUrl};
use gloo_timers::callback::Timeout;
use tilt_protocol::Error;
use wasm_bindgen::JsCast;
use web_sys::HtmlAnchorElement;

/// Long enough for a browser to have taken the file.
const URL_LIFETIME_MS: u32 = 60_000;

/// Offers `blob` as a file of this name.
///
/// # Errors
/// [`Error::Io`] when the browser refuses.
pub fn download(name: &str, blob: &Blob) -> Result<(), Error> {
    let failed = || Error::Io {
        path: name.to_owned(),
        reason: texts::DOWNLOAD_REFUSED.to_owned(),
    };
    let document = web_sys::window().and_then(|window| window.document());
    let anchor = document
        .and_then(|document| document.create_element("a").ok())
        .and_then(|element| element.dyn_into::<HtmlAnchorElement>().ok())
        .ok_or_else(failed)?;
    let url = ObjectUrl::from(blob.clone());
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    Timeout::new(URL_LIFETIME_MS, move || drop(url)).forget();
    Ok(())
}
