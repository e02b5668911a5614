//! What training would see of the labels, and what it would pass over. Plain functions.

use crate::RowKind;
use crate::held_out::HeldOut;
use crate::label::{Label, Verdict};

/// Labels by what becomes of them in training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrainingView {
    pub labels: usize,
    /// Labels that give rows.
    pub seen: usize,
    pub held_out: usize,
    pub ties: usize,
    /// Both good or both bad, which a pair objective passes over.
    pub both: usize,
    /// One answer alone, which a pair objective passes over.
    pub single: usize,
    /// A preference between the same answers, or one for an empty answer's sake.
    pub undecidable: usize,
    /// Of the unpaired rows.
    pub desirable: usize,
    pub undesirable: usize,
}

impl TrainingView {
    pub fn of<'a>(
        labels: impl Iterator<Item = &'a Label>,
        held_out: &HeldOut,
        kind: RowKind,
    ) -> TrainingView {
        let mut view = TrainingView::default();
        for label in labels {
            view.labels += 1;
            if held_out.holds(&label.pair.prompt) {
                view.held_out += 1;
            } else {
                view.count(label, kind);
            }
        }
        view
    }

    fn count(&mut self, label: &Label, kind: RowKind) {
        let is_unpaired = kind == RowKind::Unpaired;
        let is_single = label.pair.is_single();
        let (good, bad) = match label.verdict {
            Verdict::Tie => {
                self.ties += 1;
                return;
            }
            Verdict::A | Verdict::B if is_single => {
                let is_good = label.verdict == Verdict::A;
                (usize::from(is_good), usize::from(!is_good))
            }
            Verdict::A | Verdict::B if !label.is_decisive() => {
                self.undecidable += 1;
                return;
            }
            Verdict::A | Verdict::B => (1, 1),
            Verdict::BothGood if is_single => (1, 0),
            Verdict::BothBad if is_single => (0, 1),
            Verdict::BothGood => (2, 0),
            Verdict::BothBad => (0, 2),
        };
        if is_unpaired {
            self.desirable += good;
            self.undesirable += bad;
        } else if is_single {
            self.single += 1;
            return;
        } else if good != bad {
            self.both += 1;
            return;
        }
        self.seen += 1;
    }

    /// An objective of unpaired rows has one kind of them alone: nothing to tell apart.
    pub fn has_one_class(&self) -> bool {
        (self.desirable == 0) != (self.undesirable == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::{Labeller, Pair, PairSource, rows_from_labels};

    fn labels(verdicts: &[Verdict]) -> Vec<Label> {
        let label = |(number, verdict): (usize, &Verdict)| {
            let pair = Pair {
                id: format!("pair-{number}"),
                prompt: format!("prompt of pair-{number}"),
                answer_a: format!("first of pair-{number}"),
                answer_b: format!("second of pair-{number}"),
                source: PairSource::Written,
                row: None,
            };
            Label::new(pair, *verdict, Labeller::Person, 0.0)
        };
        verdicts.iter().enumerate().map(label).collect()
    }

    fn view(labels: &[Label], kind: RowKind) -> TrainingView {
        TrainingView::of(labels.iter(), &HeldOut::default(), kind)
    }

    #[test]
    fn what_is_seen_gives_the_rows_of_training() {
        let mut all = labels(&[
            Verdict::A,
            Verdict::B,
            Verdict::Tie,
            Verdict::BothGood,
            Verdict::BothBad,
            Verdict::A,
            Verdict::B,
        ]);
        all[5].pair.answer_b = all[5].pair.answer_a.clone();
        all[6].pair.answer_a = " ".to_owned();
        let pairs = view(&all, RowKind::Pairs);
        assert_eq!(pairs.seen, rows_from_labels(&all, RowKind::Pairs).len());
        assert_eq!((pairs.seen, pairs.ties, pairs.both), (2, 1, 2));
        assert_eq!((pairs.undecidable, pairs.labels), (2, 7));
        let unpaired = view(&all, RowKind::Unpaired);
        let rows = rows_from_labels(&all, RowKind::Unpaired).len();
        assert_eq!(unpaired.desirable + unpaired.undesirable, rows);
        assert_eq!((unpaired.seen, unpaired.both), (4, 0));
        assert!(!unpaired.has_one_class() && !pairs.has_one_class());
    }

    #[test]
    fn one_class_and_nothing_decisive_are_known() {
        let good = labels(&[Verdict::BothGood, Verdict::BothGood, Verdict::Tie]);
        assert!(view(&good, RowKind::Unpaired).has_one_class());
        assert_eq!(view(&good, RowKind::Pairs).seen, 0);
        assert!(!view(&[], RowKind::Unpaired).has_one_class());
    }

    #[test]
    fn held_out_labels_are_counted_apart() {
        let all = labels(&[Verdict::A; 40]);
        let held_out = HeldOut {
            share: 0.5,
            seed: 1,
        };
        let view = TrainingView::of(all.iter(), &held_out, RowKind::Pairs);
        assert!(view.held_out > 0 && view.held_out < 40);
        assert_eq!(view.seen + view.held_out, 40);
    }
}
