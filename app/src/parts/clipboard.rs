//! Copying for the person.

use wasm_bindgen_futures::JsFuture;

/// False where the browser does not let the page copy: without a secure connection there
/// is no clipboard.
pub async fn copied(text: &str) -> bool {
    let window = web_sys::window().filter(web_sys::Window::is_secure_context);
    match window {
        Some(window) => {
            let written = window.navigator().clipboard().write_text(text);
            JsFuture::from(written).await.is_ok()
        }
        None => false,
    }
}
