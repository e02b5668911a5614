//! How fast a run goes.

use crate::texts::training as texts;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    #[default]
    Full,
    Ten,
    Two,
    One,
}

impl Pace {
    pub const ALL: [Pace; 4] = [Pace::Full, Pace::Ten, Pace::Two, Pace::One];

    pub fn slug(self) -> &'static str {
        match self {
            Pace::Full => "full",
            Pace::Ten => "10",
            Pace::Two => "2",
            Pace::One => "1",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Pace::Full => texts::FULL_SPEED,
            Pace::Ten => texts::TEN_STEPS_A_SECOND,
            Pace::Two => texts::TWO_STEPS_A_SECOND,
            Pace::One => texts::ONE_STEP_A_SECOND,
        }
    }

    pub fn from_slug(slug: &str) -> Option<Pace> {
        Pace::ALL.into_iter().find(|pace| pace.slug() == slug)
    }

    /// Milliseconds from step to step; `None` at full speed.
    pub fn step_ms(self) -> Option<u32> {
        match self {
            Pace::Full => None,
            Pace::Ten => Some(100),
            Pace::Two => Some(500),
            Pace::One => Some(1000),
        }
    }
}
