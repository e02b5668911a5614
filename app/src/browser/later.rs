//! What comes when it is wanted: its code is a file of its own beside the page's, which the
//! browser fetches then.
//!
//! A function under `wasm_split` marks where such a file begins. What only functions of the
//! same name need lies in the same file; what others need too stays where all find it.

use leptos::prelude::AnyView;
pub use leptos::wasm_split::SplitLoaderError as NotLoaded;
pub use leptos::wasm_split::wasm_split;
use std::future::Future;
use std::pin::Pin;

/// What comes, or does not.
pub type Coming<T> = Pin<Box<dyn Future<Output = Result<T, NotLoaded>>>>;
/// Builds a view with code that was fetched.
pub type Build = fn() -> AnyView;
/// What is done with code that was fetched.
pub type Doing = Pin<Box<dyn Future<Output = ()>>>;
