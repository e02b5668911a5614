//! The importer: a worker that reads files of people's judgements, chunk by chunk.
//! `public/importer_start.js` loads it; one request, and then the page ends it.

#[cfg(target_arch = "wasm32")]
mod fetch;
#[cfg(target_arch = "wasm32")]
mod hugging_face;
#[cfg(target_arch = "wasm32")]
mod read;
#[cfg(target_arch = "wasm32")]
mod reading;
#[cfg(target_arch = "wasm32")]
mod scope;

#[cfg(target_arch = "wasm32")]
fn main() {
    scope::listen(read::carry_out);
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This is a worker of the browser's page.");
}
