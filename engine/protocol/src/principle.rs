//! What a judge can prefer. Slugs are the values of `autolabel-principle` and
//! `winrate-principle` on the page and of `--principle` in the terminal.

use serde::{Deserialize, Serialize};

/// One attribute of an answer that a judge can score, from its text alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Principle {
    Truthful,
    Polite,
    Short,
    Long,
    Warm,
    Direct,
    Safe,
    OnTopic,
}

impl Principle {
    pub const ALL: [Principle; 8] = [
        Principle::Truthful,
        Principle::Polite,
        Principle::Short,
        Principle::Long,
        Principle::Warm,
        Principle::Direct,
        Principle::Safe,
        Principle::OnTopic,
    ];

    /// The stable name, for example `on_topic`.
    pub fn slug(self) -> &'static str {
        match self {
            Principle::Truthful => "truthful",
            Principle::Polite => "polite",
            Principle::Short => "short",
            Principle::Long => "long",
            Principle::Warm => "warm",
            Principle::Direct => "direct",
            Principle::Safe => "safe",
            Principle::OnTopic => "on_topic",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Principle> {
        Principle::ALL
            .into_iter()
            .find(|principle| principle.slug() == slug)
    }

    /// One sentence for people: what the judge looks for.
    pub fn explanation(self) -> &'static str {
        match self {
            Principle::Truthful => "Prefers the answer whose statements hold in the little world.",
            Principle::Polite => "Prefers the answer with courteous phrases.",
            Principle::Short => "Prefers the answer with fewer words.",
            Principle::Long => "Prefers the answer with more words.",
            Principle::Warm => "Prefers the answer that shows care for the person.",
            Principle::Direct => "Prefers the answer that does not hedge.",
            Principle::Safe => {
                "Prefers declining what ought to be declined and answering what ought to be answered."
            }
            Principle::OnTopic => "Prefers the answer that is about the question.",
        }
    }
}
