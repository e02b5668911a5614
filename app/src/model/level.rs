//! How much of the Lab is on the screen, in words.

use crate::texts::page as texts;

pub use tilt_protocol::Level;

/// A level for people.
pub fn level_name(level: Level) -> &'static str {
    match level {
        Level::Start => texts::LEVEL_START,
        Level::Standard => texts::LEVEL_STANDARD,
        Level::Everything => texts::LEVEL_EVERYTHING,
    }
}
