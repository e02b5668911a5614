//! What is asked before labels come in beside others on the same pairs, and what follows
//! from the answer. Plain functions; the import asks.

use super::label_history::LabelEntry;
use crate::model::ordered::OrderedSet;
use std::collections::HashSet;
use tilt_protocol::label::{Arrival, SamePair};
use tilt_protocol::{CuratedSet, Label, Origin};

/// What the person says to labels that are here in part already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportChoice {
    /// Only those of pairs without a label.
    New,
    All,
    /// All of them, in the place of those that they would stand beside.
    Replace,
    Cancel,
}

/// How labels that come in stand to those that are here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    pub arrival: Arrival,
    /// Every one of them is here already, from a file or set of the same name.
    pub came_before: bool,
    /// Practice sets that are here, where another one comes in.
    pub sets: OrderedSet<String>,
    /// Keys of the labels in whose place they would come.
    pub replaced: Vec<u64>,
}

impl Standing {
    pub fn of(entries: &[LabelEntry], coming: &[Label], set: Option<CuratedSet>) -> Standing {
        let here = || entries.iter().map(|entry| &entry.label);
        let arrival = Arrival::of(here(), coming.iter());
        let mut standing = Standing {
            came_before: false,
            sets: OrderedSet::new(),
            replaced: Vec::new(),
            arrival,
        };
        let arrival = &standing.arrival;
        if arrival.new.is_empty() && arrival.contrary.is_empty() {
            let origin = coming.first().map(Label::origin);
            standing.came_before = here().any(|label| Some(label.origin()) == origin);
        }
        if set.is_some() {
            for label in here() {
                if let Origin::PracticeSet { name } = label.origin() {
                    standing.sets.insert(name);
                }
            }
        }
        // A practice set takes the place of those before it, anything else that of the
        // labels on its own pairs.
        let pairs: HashSet<SamePair<'_>> = coming
            .iter()
            .map(|label| SamePair::of(&label.pair))
            .collect();
        let is_replaced = |label: &Label| {
            if standing.sets.is_empty() {
                pairs.contains(&SamePair::of(&label.pair))
            } else {
                label.origin().is_practice_set()
            }
        };
        let replaced = entries.iter().filter(|entry| is_replaced(&entry.label));
        standing.replaced = replaced.map(|entry| entry.key).collect();
        standing
    }

    /// The labels do not just come in beside the others.
    pub fn needs_an_answer(&self) -> bool {
        !self.sets.is_empty() || self.arrival.is_known_in_part()
    }

    /// What an answer does: keys of labels that go, and labels that come.
    pub fn settle(&self, coming: Vec<Label>, answer: ImportChoice) -> (Vec<u64>, Vec<Label>) {
        match answer {
            ImportChoice::All => (Vec::new(), coming),
            ImportChoice::Replace => (self.replaced.clone(), coming),
            ImportChoice::Cancel => (Vec::new(), Vec::new()),
            ImportChoice::New => {
                let new: HashSet<usize> = self.arrival.new.iter().copied().collect();
                let places = coming.into_iter().enumerate();
                let kept = places.filter(|(place, _)| new.contains(place));
                (Vec::new(), kept.map(|(_, label)| label).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::label_history::tests::entries;
    use tilt_protocol::Verdict;

    fn from(labels: &[LabelEntry], origin: &Origin) -> Vec<LabelEntry> {
        let mut labels = labels.to_vec();
        for entry in &mut labels {
            entry.label.origin = Some(origin.clone());
        }
        labels
    }

    fn coming(labels: &[LabelEntry]) -> Vec<Label> {
        labels.iter().map(|entry| entry.label.clone()).collect()
    }

    fn file(name: &str) -> Origin {
        Origin::File {
            name: name.to_owned(),
            author: None,
        }
    }

    #[test]
    fn labels_of_other_pairs_just_come_in() {
        let all = entries(6);
        let standing = Standing::of(&all[..3], &coming(&all[3..]), None);
        assert!(!standing.needs_an_answer());
        assert!(standing.replaced.is_empty() && !standing.came_before);
        assert!(!Standing::of(&[], &coming(&all), None).needs_an_answer());
    }

    #[test]
    fn a_file_that_came_before_is_known_as_such() {
        let here = from(&entries(3), &file("a.jsonl"));
        let again = Standing::of(&here, &coming(&here), None);
        assert!(again.needs_an_answer() && again.came_before);
        assert_eq!(again.settle(coming(&here), ImportChoice::New).1, []);
        let other = from(&here, &file("b.jsonl"));
        assert!(!Standing::of(&here, &coming(&other), None).came_before);
    }

    #[test]
    fn an_answer_takes_the_new_ones_all_or_the_others_place() {
        let all = entries(4);
        let here = &all[..2];
        let mut new = coming(&all[1..]);
        new[0].verdict = Verdict::B;
        let standing = Standing::of(here, &new, None);
        assert_eq!(standing.arrival.contrary, [0]);
        assert_eq!(standing.replaced, [2]);
        let settled = |answer| {
            let (gone, come) = standing.settle(new.clone(), answer);
            (gone, come.len())
        };
        assert_eq!(settled(ImportChoice::New), (vec![], 2));
        assert_eq!(settled(ImportChoice::All), (vec![], 3));
        assert_eq!(settled(ImportChoice::Replace), (vec![2], 3));
        assert_eq!(settled(ImportChoice::Cancel), (vec![], 0));
    }

    #[test]
    fn another_practice_set_is_asked_about_and_takes_the_place_of_the_first() {
        let all = entries(5);
        let mut here = from(&all[..2], &Origin::of_set(CuratedSet::Noisy));
        here.push(all[2].clone());
        let set = CuratedSet::from_slug("short").expect("a set");
        let new = coming(&all[3..]);
        let standing = Standing::of(&here, &new, Some(set));
        assert!(standing.needs_an_answer());
        assert_eq!(standing.sets, OrderedSet::from(["polite-noisy".to_owned()]));
        assert_eq!(standing.replaced, [1, 2]);
        // The person's own labels stand beside a set without a question.
        assert!(!Standing::of(&all[2..3], &new, Some(set)).needs_an_answer());
    }
}
