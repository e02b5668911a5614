//! How labels that come in stand to those that are there: new, repeated or contrary.

use super::same_pair::SamePair;
use super::{Label, Verdict};
use std::collections::HashMap;

/// How labels that come in stand to those that are there. Places are those of the labels
/// that come in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// Labels of pairs that have none.
    pub new: Vec<usize>,
    /// Labels of pairs that have the same verdict.
    pub repeated: Vec<usize>,
    /// Labels of pairs that have another verdict.
    pub contrary: Vec<usize>,
    /// Labels that repeat or contradict an earlier one of those that come in.
    pub repeated_within: usize,
    pub contrary_within: usize,
    /// Labels that say which of two equal answers is better, or prefer one to none.
    pub same_answers: usize,
    pub empty_answers: usize,
}

impl Arrival {
    pub fn of<'a>(
        here: impl Iterator<Item = &'a Label>,
        coming: impl Iterator<Item = &'a Label>,
    ) -> Arrival {
        let mut verdicts: HashMap<SamePair<'_>, Vec<Verdict>> = HashMap::new();
        for label in here {
            let known = verdicts.entry(SamePair::of(&label.pair)).or_default();
            known.push(label.verdict_in_order());
        }
        let mut within: HashMap<SamePair<'_>, Vec<Verdict>> = HashMap::new();
        let mut arrival = Arrival::default();
        for (place, label) in coming.enumerate() {
            let pair = SamePair::of(&label.pair);
            let verdict = label.verdict_in_order();
            match verdicts.get(&pair) {
                None => arrival.new.push(place),
                Some(known) if known.contains(&verdict) => arrival.repeated.push(place),
                Some(_) => arrival.contrary.push(place),
            }
            let earlier = within.entry(pair).or_default();
            if earlier.contains(&verdict) {
                arrival.repeated_within += 1;
            } else if !earlier.is_empty() {
                arrival.contrary_within += 1;
            }
            earlier.push(verdict);
            if label.verdict.is_decisive() && !label.pair.is_single() {
                let [first, second] = pair.answers;
                arrival.empty_answers += usize::from(first.is_empty() && !second.is_empty());
                arrival.same_answers += usize::from(first == second);
            }
        }
        arrival
    }

    /// Some of the pairs have a label already.
    pub fn is_known_in_part(&self) -> bool {
        !self.repeated.is_empty() || !self.contrary.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Content, Example};
    use crate::label::{Labeller, Pair, PairSource};

    fn label(prompt: &str, a: &str, b: &str, verdict: Verdict) -> Label {
        let pair = Pair {
            id: String::new(),
            prompt: prompt.to_owned(),
            answer_a: a.to_owned(),
            answer_b: b.to_owned(),
            source: PairSource::Written,
            row: None,
        };
        Label::new(pair, verdict, Labeller::Person, 0.0)
    }

    fn arrival(here: &[Label], coming: &[Label]) -> Arrival {
        Arrival::of(here.iter(), coming.iter())
    }

    #[test]
    fn the_same_file_twice_brings_nothing_new_whichever_way_round() {
        let file = [
            label("p", "x", "y", Verdict::A),
            label("q", "x", "y", Verdict::Tie),
        ];
        let twice = arrival(&file, &file);
        assert_eq!((twice.repeated.len(), twice.new.len()), (2, 0));
        assert!(twice.is_known_in_part());
        let turned: Vec<Label> = file
            .iter()
            .map(|label| Label {
                pair: label.pair.swapped(),
                verdict: label.verdict.swapped(),
                ..label.clone()
            })
            .collect();
        assert_eq!(arrival(&file, &turned), twice);
        assert!(!arrival(&[], &file).is_known_in_part());
    }

    #[test]
    fn another_verdict_on_the_same_pair_is_contrary() {
        let here = [label("p", "x", "y", Verdict::A)];
        let coming = [
            label("p", "y", " x", Verdict::A),
            label("p", "x", "y", Verdict::Tie),
            label("p ", "x", "y", Verdict::A),
            label("p", "x", "z", Verdict::A),
        ];
        let seen = arrival(&here, &coming);
        assert_eq!(seen.contrary, [0, 1]);
        assert_eq!(seen.repeated, [2]);
        assert_eq!(seen.new, [3]);
        assert_eq!((seen.repeated_within, seen.contrary_within), (0, 2));
        // Where both verdicts stand already, either repeats.
        let both = [here[0].clone(), coming[0].clone()];
        assert_eq!(arrival(&both, &both).repeated, [0, 1]);
    }

    #[test]
    fn equal_and_empty_answers_are_counted() {
        let coming = [
            label("p", "x", " x", Verdict::A),
            label("p", "x", "", Verdict::A),
            label("q", "", "", Verdict::B),
            label("q", "x", "x", Verdict::Tie),
        ];
        let seen = arrival(&[], &coming);
        assert_eq!((seen.same_answers, seen.empty_answers), (2, 1));
    }

    #[test]
    fn a_single_answer_is_no_pair_and_good_or_bad() {
        let single = |label: bool| {
            let text = |text: &str| Content::Plain(text.to_owned());
            let row = Example::Unpaired {
                prompt: text("p"),
                completion: text("x"),
                label,
            };
            Label::from_row(&row, 1, PairSource::Written, String::new(), 0.0).unwrap()
        };
        let pair = label("p", "x", "", Verdict::BothGood);
        assert!(arrival(&[pair], &[single(true)]).new == [0]);
        let mut by_hand = single(true);
        by_hand.verdict = Verdict::A;
        assert_eq!(arrival(&[by_hand.clone()], &[single(true)]).repeated, [0]);
        assert_eq!(arrival(&[by_hand], &[single(false)]).contrary, [0]);
        assert_eq!(arrival(&[], &[single(true)]).empty_answers, 0);
    }
}
