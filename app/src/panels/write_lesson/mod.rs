//! Writing a lesson in the page, without programming.

mod about;
mod acts;
mod as_json;
mod begin;
mod check;
mod fields;
mod labels;
mod lists;
mod out;
mod panel;
mod places;
mod predict;
mod preview;
mod rail;
mod settings;
mod setup;
mod step;
mod taken;
mod words;

pub use panel::write_lesson;
