//! What the page's address asks for.

mod bench;
mod parameters;
mod params;

pub use parameters::{read, written};
pub use params::{LessonStart, UrlParams};
