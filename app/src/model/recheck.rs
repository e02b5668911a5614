//! Does a person agree with themselves? Now and then an earlier pair comes again
//! with its sides swapped; which, and when, is decided here. Plain functions.

use super::label_history::LabelEntry;
use crate::model::random::mix;
use tilt_protocol::{Label, PairSource};

/// No pair comes again before so many decisive labels of the person.
pub const FROM: usize = 8;
/// A pair that was among the last ones is remembered, not judged again.
const RECENT: usize = 5;

/// What rechecks say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consistency {
    pub agreed: usize,
    pub checked: usize,
}

pub fn consistency(entries: &[LabelEntry]) -> Consistency {
    let mut seen = Consistency::default();
    for entry in entries {
        let label = &entry.label;
        seen.checked += label.rechecks.len();
        seen.agreed += label
            .rechecks
            .iter()
            .filter(|verdict| **verdict == label.verdict)
            .count();
    }
    seen
}

/// Decisive labels that the person gave on this page.
fn own_decisive(entries: &[LabelEntry]) -> Vec<&LabelEntry> {
    let is_own = |label: &Label| {
        label.is_own()
            && label.is_decisive()
            && !matches!(label.pair.source, PairSource::Imported { .. })
    };
    entries
        .iter()
        .filter(|entry| is_own(&entry.label))
        .collect()
}

pub fn own_decisive_count(entries: &[LabelEntry]) -> usize {
    own_decisive(entries).len()
}

/// The label whose pair should come again now, if it is time: after the first [`FROM`]
/// decisive labels, one for so many that they are the `share`. `since` counts the
/// decisive verdicts since the last time.
pub fn due(entries: &[LabelEntry], share: f64, since: usize) -> Option<u64> {
    if share <= 0.0 {
        return None;
    }
    let interval = (1.0 / share).round().max(1.0) as usize;
    let own = own_decisive(entries);
    if since < interval || own.len() < FROM + interval {
        return None;
    }
    let old = &own[..own.len().saturating_sub(RECENT)];
    // Those that came again least; among them chance decides.
    let fewest = old.iter().map(|entry| entry.label.rechecks.len()).min()?;
    let candidates: Vec<&&LabelEntry> = old
        .iter()
        .filter(|entry| entry.label.rechecks.len() == fewest)
        .collect();
    let count = candidates.len() as u64;
    let index = mix(own.len() as u64) % count;
    candidates.get(index as usize).map(|entry| entry.key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::label_history::tests::entries;
    use tilt_protocol::{Labeller, Principle, Verdict};

    #[test]
    fn a_tenth_of_what_follows_the_first_eight_comes_again() {
        assert_eq!(due(&entries(17), 0.1, 17), None);
        let key = due(&entries(18), 0.1, 18);
        assert!(key.is_some_and(|key| (1..=13).contains(&key)), "{key:?}");

        assert_eq!(due(&entries(200), 0.1, 9), None, "one came a moment ago");
        assert!(due(&entries(200), 0.1, 10).is_some());
        assert!(due(&entries(9), 1.0, 1).is_some());
        assert_eq!(due(&entries(500), 0.0, 500), None, "0 switches it off");
        assert_eq!(due(&[], 1.0, 1), None);
    }

    #[test]
    fn the_pairs_that_came_again_least_come_first() {
        let mut labels = entries(30);
        for entry in &mut labels {
            if entry.key != 7 {
                entry.label.rechecks.push(Verdict::A);
            }
        }
        assert_eq!(due(&labels, 0.1, 10), Some(7));
    }

    #[test]
    fn ties_the_judge_and_files_do_not_count() {
        let mut labels = entries(40);
        for entry in &mut labels[..10] {
            entry.label.verdict = Verdict::Tie;
        }
        for entry in &mut labels[10..20] {
            entry.label.labeller = Labeller::judge(Principle::Warm, 0.0);
        }
        for entry in &mut labels[20..30] {
            let file = "other.jsonl".to_owned();
            entry.label.pair.source = PairSource::Imported { file };
        }
        assert_eq!(own_decisive_count(&labels), 10);
        assert_eq!(due(&labels, 0.1, 40), None);
    }

    #[test]
    fn agreement_is_counted_over_all_rechecks() {
        let mut labels = entries(3);
        labels[0].label.rechecks = vec![Verdict::A, Verdict::B];
        labels[2].label.rechecks = vec![Verdict::Tie];
        let seen = consistency(&labels);
        assert_eq!((seen.agreed, seen.checked), (1, 3));
    }
}
