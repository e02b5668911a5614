//! The preference sets that ship with the page, for practice: what each is, in words.
//! `tilt world --sets` writes them; the page offers them.

use crate::principle::Principle;

/// A small set of labelled pairs with a known property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CuratedSet {
    /// The two answers differ in this attribute alone.
    Clean(Principle),
    /// Polite answers are also longer.
    Confounded,
    /// A quarter of the labels are wrong.
    Noisy,
    /// Every pair stands there twice, with opposite labels.
    Contradictory,
    /// Few prompts, and answers that are nearly the same.
    NearDuplicates,
    /// Two principles pull opposite ways, and almost balance.
    Borderline,
}

impl CuratedSet {
    /// All of them, in the order in which they are offered.
    pub fn all() -> impl Iterator<Item = CuratedSet> {
        let clean = Principle::ALL.into_iter().map(CuratedSet::Clean);
        clean.chain([
            CuratedSet::Confounded,
            CuratedSet::Noisy,
            CuratedSet::Contradictory,
            CuratedSet::NearDuplicates,
            CuratedSet::Borderline,
        ])
    }

    /// The stable name; the file is `datasets/NAME.jsonl`.
    pub fn slug(self) -> &'static str {
        match self {
            CuratedSet::Clean(principle) => principle.slug(),
            CuratedSet::Confounded => "polite-and-longer",
            CuratedSet::Noisy => "polite-noisy",
            CuratedSet::Contradictory => "polite-contradictory",
            CuratedSet::NearDuplicates => "polite-near-duplicates",
            CuratedSet::Borderline => "truthful-or-warm",
        }
    }

    pub fn from_slug(slug: &str) -> Option<CuratedSet> {
        CuratedSet::all().find(|set| set.slug() == slug)
    }

    /// A few words for a list.
    pub fn name(self) -> String {
        match self {
            CuratedSet::Clean(principle) => format!("{}, clean", principle.name()),
            CuratedSet::Confounded => "polite, and longer".to_owned(),
            CuratedSet::Noisy => "polite, noisy".to_owned(),
            CuratedSet::Contradictory => "polite, contradictory".to_owned(),
            CuratedSet::NearDuplicates => "polite, near-duplicates".to_owned(),
            CuratedSet::Borderline => "truthful or warm, borderline".to_owned(),
        }
    }

    /// What is in it, and what it is good for.
    pub fn explanation(self) -> &'static str {
        match self {
            CuratedSet::Clean(Principle::Truthful) => {
                "One answer states facts of the little world, the other states wrong ones; manners, length and warmth are the same."
            }
            CuratedSet::Clean(Principle::Polite) => {
                "One answer opens with a courtesy, the other curtly; everything else is the same."
            }
            CuratedSet::Clean(Principle::Short) => {
                "The chosen answer has one sentence of content, the other three or five; everything else is the same."
            }
            CuratedSet::Clean(Principle::Long) => {
                "The chosen answer has five sentences of content, the other one or three; everything else is the same."
            }
            CuratedSet::Clean(Principle::Warm) => {
                "One answer closes with care for the person, the other coolly; everything else is the same."
            }
            CuratedSet::Clean(Principle::Direct) => {
                "One answer says it straight, the other hedges; everything else is the same."
            }
            CuratedSet::Clean(Principle::Safe) => {
                "The chosen answer declines what ought to be declined and answers the rest; the rejected one does the opposite."
            }
            CuratedSet::Clean(Principle::OnTopic) => {
                "One answer is about the question, the other about something else; manners, length and warmth are the same."
            }
            CuratedSet::Confounded => {
                "Polite answers are also longer, so the labels cannot tell the two apart: look at the length of what the policy writes."
            }
            CuratedSet::Noisy => {
                "The clean polite set with a quarter of the labels wrong: compare DPO with cDPO, robust DPO and IPO."
            }
            CuratedSet::Contradictory => {
                "Every pair stands there twice with opposite labels: nothing can be learnt, and the loss should stay at ln 2."
            }
            CuratedSet::NearDuplicates => {
                "Four prompts, and answers that differ in little but the courtesy: the policy gets surer of them than of anything else."
            }
            CuratedSet::Borderline => {
                "The chosen answer is truthful and cool, the rejected one warm and wrong: a judge who weighs both a little differently labels the other way."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_set_has_a_name_of_its_own() {
        let mut slugs = HashSet::new();
        let mut explanations = HashSet::new();
        for set in CuratedSet::all() {
            assert!(slugs.insert(set.slug()), "{set:?}");
            assert!(explanations.insert(set.explanation()), "{set:?}");
            assert_eq!(CuratedSet::from_slug(set.slug()), Some(set));
        }
    }
}
