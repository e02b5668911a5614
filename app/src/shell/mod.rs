//! The page's frame: what stands where, the keys, and files dropped on it.

pub mod app;
pub mod door;
pub mod drop;
pub mod keys;
pub mod lab_page;
