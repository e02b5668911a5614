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
mod teacher;
mod told;
mod watch;
mod words;

pub use acts::in_words as act_in_words;
pub use list::lesson_list;
pub use panel::lesson_panel;
pub use styles::LessonStyles;
