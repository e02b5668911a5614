//! The order in which rows are visited: epochs of batches, never across an epoch's end.

use crate::random::Random;
use serde::{Deserialize, Serialize};
use std::rc::Rc;
use tilt_protocol::{RowKind, TrainSettings};

/// The generator's purpose for pairs and texts, which each epoch shuffles anew.
const EPOCHS: &str = "row order";
/// The same for unpaired rows, which are shuffled once, before their partners are fixed.
pub const UNPAIRED: &str = "unpaired rows";

/// The order in which a run's first epoch visits its rows: indices into the rows that
/// [`super::Session::start`] is given. A run with `keep_order` over rows in this order
/// takes the same first steps.
pub fn first_epoch(rows: usize, settings: &TrainSettings) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    if !settings.keep_order {
        let purpose = match settings.objective.row_kind() {
            RowKind::Unpaired => UNPAIRED,
            RowKind::Pairs | RowKind::Texts | RowKind::Prompts => EPOCHS,
        };
        Random::from_seed_for(settings.seed, purpose).shuffle(&mut order);
    }
    order
}

/// Where a run stands in its rows. A clone costs nothing: each step keeps one, to go back to
/// where the device finds that there was nothing to apply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowOrder {
    /// This epoch's order of row indices.
    #[serde(with = "shared")]
    rows: Rc<Vec<usize>>,
    /// Rows of this epoch already taken.
    taken: usize,
    shuffles: bool,
    random: Random,
}

impl RowOrder {
    pub fn new(rows: usize, shuffles: bool, seed: u64) -> RowOrder {
        let mut order = RowOrder {
            rows: Rc::new((0..rows).collect()),
            taken: 0,
            shuffles,
            random: Random::from_seed_for(seed, EPOCHS),
        };
        order.begin_epoch();
        order
    }

    /// True when this is an order of so many rows: a file may say anything.
    pub fn fits(&self, rows: usize) -> bool {
        let mut sorted = self.rows.to_vec();
        sorted.sort_unstable();
        self.taken <= rows && sorted.into_iter().eq(0..rows)
    }

    fn begin_epoch(&mut self) {
        self.taken = 0;
        if self.shuffles {
            let rows: &mut Vec<usize> = Rc::make_mut(&mut self.rows);
            self.random.shuffle(rows);
        }
    }

    /// The batches of one optimiser step: up to `accumulation` batches of up to
    /// `batch_size` rows from the same epoch. As in transformers, an epoch's last
    /// batch and last step may be smaller.
    pub fn next_step(&mut self, batch_size: usize, accumulation: usize) -> Vec<Vec<usize>> {
        if self.taken >= self.rows.len() {
            self.begin_epoch();
        }
        let step = batch_size.saturating_mul(accumulation);
        let end = self.taken.saturating_add(step).min(self.rows.len());
        let batches = self.rows[self.taken..end]
            .chunks(batch_size)
            .map(<[usize]>::to_vec)
            .collect();
        self.taken = end;
        batches
    }
}

/// A list with several owners is written as a list.
mod shared {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::rc::Rc;

    pub fn serialize<S: Serializer>(
        rows: &Rc<Vec<usize>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        rows.as_slice().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Rc<Vec<usize>>, D::Error> {
        Vec::deserialize(deserializer).map(Rc::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_never_crosses_an_epoch() {
        let mut order = RowOrder::new(5, false, 0);
        assert_eq!(order.next_step(2, 2), vec![vec![0, 1], vec![2, 3]]);
        assert_eq!(order.next_step(2, 2), vec![vec![4]]);
        assert_eq!(order.next_step(2, 2), vec![vec![0, 1], vec![2, 3]]);
    }

    #[test]
    fn each_epoch_visits_every_row_once() {
        let mut order = RowOrder::new(10, true, 1);
        for _ in 0..3 {
            let mut seen: Vec<usize> = (0..4)
                .flat_map(|_| order.next_step(3, 1))
                .flatten()
                .collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..10).collect::<Vec<_>>());
        }
    }
}
