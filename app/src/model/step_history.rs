//! What was seen at each step, thinned evenly as it grows.

/// At most `most` items in the order of their steps. When there are too many, every
/// other one goes, and from then on new ones come twice as far apart. The first and the
/// latest are always there.
#[derive(Clone, Debug, PartialEq)]
pub struct StepHistory<T> {
    items: Vec<(usize, T)>,
    /// Steps that lie between two kept items at least, the latest apart.
    apart: usize,
    most: usize,
}

impl<T> StepHistory<T> {
    pub fn new(most: usize) -> StepHistory<T> {
        StepHistory {
            items: Vec::new(),
            apart: 0,
            most: most.max(2),
        }
    }

    pub fn clear(&mut self) {
        self.items.clear();
        self.apart = 0;
    }

    /// Adds what was seen at `step`. An earlier step than the last starts anew, the
    /// same step replaces it.
    pub fn push(&mut self, step: usize, item: T) {
        match self.items.last() {
            Some((last, _)) if *last > step => self.clear(),
            Some((last, _)) if *last == step => {
                self.items.pop();
            }
            // The latest gives way when it stands too close to the one before it.
            Some((last, _)) if self.items.len() >= 2 => {
                let before = self.items[self.items.len() - 2].0;
                if last - before < self.apart {
                    self.items.pop();
                }
            }
            Some(_) | None => {}
        }
        self.items.push((step, item));
        if self.items.len() > self.most {
            self.halve();
        }
    }

    fn halve(&mut self) {
        let last = self.items.len() - 1;
        let mut at = 0;
        self.items.retain(|_| {
            let is_kept = at % 2 == 0 || at == last;
            at += 1;
            is_kept
        });
        if let [(first, _), (second, _), ..] = self.items[..] {
            self.apart = second - first;
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.items.len()
    }

    /// First and latest step.
    pub fn span(&self) -> Option<(usize, usize)> {
        Some((self.items.first()?.0, self.items.last()?.0))
    }

    /// What was seen at `step`, or last before it.
    pub fn at(&self, step: usize) -> Option<&T> {
        let found = self.items.iter().rev().find(|(seen, _)| *seen <= step);
        found.or(self.items.first()).map(|(_, item)| item)
    }

    pub fn latest(&self) -> Option<&T> {
        self.items.last().map(|(_, item)| item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_is_thinned_evenly_and_keeps_both_ends() {
        let mut history = StepHistory::new(20);
        for step in 0..=1000 {
            history.push(step, step);
            assert!(history.len() <= 20);
            assert_eq!(history.latest(), Some(&step));
        }
        assert_eq!(history.span(), Some((0, 1000)));
        let gaps: Vec<usize> = history
            .items
            .windows(2)
            .map(|two| two[1].0 - two[0].0)
            .collect();
        let all_but_last = &gaps[..gaps.len() - 1];
        assert!(all_but_last.iter().all(|gap| *gap == gaps[0]), "{gaps:?}");
        assert!(history.len() >= 10);
    }

    #[test]
    fn an_earlier_step_starts_anew_and_the_same_one_replaces() {
        let mut history = StepHistory::new(10);
        history.push(0, 'a');
        history.push(5, 'b');
        history.push(5, 'c');
        assert_eq!((history.len(), history.at(5)), (2, Some(&'c')));
        assert_eq!(history.at(4), Some(&'a'));
        history.push(0, 'd');
        assert_eq!((history.len(), history.latest()), (1, Some(&'d')));
    }

    #[test]
    fn nothing_was_seen_yet() {
        let history = StepHistory::<char>::new(10);
        assert_eq!((history.span(), history.at(3)), (None, None));
    }
}
