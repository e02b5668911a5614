//! The rule by which a person labels.

use serde::{Deserialize, Serialize};
use tilt_protocol::Principle;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// One that the judge knows too.
    Principle(Principle),
    /// One of the person's own.
    Own,
}

impl Rule {
    /// Rules that a first visit may try.
    pub const OFFERED: [Rule; 3] = [
        Rule::Principle(Principle::Short),
        Rule::Principle(Principle::Polite),
        Rule::Own,
    ];

    /// The stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Rule::Principle(principle) => principle.slug(),
            Rule::Own => "own",
        }
    }
}
