//! A lesson beside the Lab, and the list of lessons.

mod acts;
mod check;
mod elsewhere;
mod end;
mod fold;
mod list;
mod panel;
mod predict;
mod step;
mod styles;
mod told;
mod watch;
mod words;

pub use list::lesson_list;
pub use panel::lesson_panel;
