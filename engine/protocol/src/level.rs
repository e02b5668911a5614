//! How much of the Lab is on the screen.

use serde::{Deserialize, Serialize};

/// Three levels, least first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// What a first visit needs: label, train, compare.
    Start,
    #[default]
    Standard,
    Everything,
}

impl Level {
    pub const ALL: [Level; 3] = [Level::Start, Level::Standard, Level::Everything];

    /// As the URL, the page's root and lessons carry it.
    pub fn slug(self) -> &'static str {
        match self {
            Level::Start => "start",
            Level::Standard => "standard",
            Level::Everything => "everything",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.slug() == slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_come_back_and_levels_are_in_order() {
        for level in Level::ALL {
            assert_eq!(Level::from_slug(level.slug()), Some(level));
        }
        assert!(Level::Start < Level::Standard && Level::Standard < Level::Everything);
    }
}
