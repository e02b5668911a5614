//! Rows set aside from training, by their prompt.

use super::row::ReportRow;
use crate::held_out::HeldOut;

/// The places of the rows to train on, and of those held out, each in order.
pub fn split_by_prompt(rows: &[ReportRow<'_>], held_out: HeldOut) -> (Vec<usize>, Vec<usize>) {
    (0..rows.len()).partition(|&index| !held_out.holds(rows[index].prompt))
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::*;
    use crate::label::Verdict;
    use proptest::prelude::*;

    #[test]
    fn the_share_is_about_that_of_the_prompts() {
        let held_out = HeldOut {
            share: 0.2,
            seed: 7,
        };
        let held = (0..5000).filter(|number| held_out.holds(&format!("prompt {number}")));
        let held = held.count();
        assert!((900..1100).contains(&held), "{held}");
        assert!(!HeldOut::default().holds("anything"));
        let all = HeldOut {
            share: 1.0,
            seed: 0,
        };
        assert!(all.holds("anything"));
    }

    proptest! {
        #[test]
        fn sides_are_disjoint_complete_and_stable(
            prompts in prop::collection::vec("[a-e]{1,2}", 0..40),
            share in 0.0..1.0_f64,
            seed in any::<u64>(),
        ) {
            let held_out = HeldOut { share, seed };
            let rows: Vec<ReportRow<'_>> =
                prompts.iter().map(|prompt| row(prompt, "a", "b", Verdict::A)).collect();
            let (train, held) = split_by_prompt(&rows, held_out);
            let mut all = [train.clone(), held.clone()].concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..rows.len()).collect::<Vec<_>>());
            for &index in &held {
                prop_assert!(train.iter().all(|&other| prompts[other] != prompts[index]));
            }
            // Fewer rows: the same sides.
            let half = rows.len() / 2;
            let (some, _) = split_by_prompt(&rows[..half], held_out);
            let before: Vec<usize> = train.into_iter().filter(|index| *index < half).collect();
            prop_assert_eq!(some, before);
        }
    }
}
