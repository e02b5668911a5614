//! Pairs taken apart for objectives of single completions.

use super::{Content, Example};

/// Rows that `datasets.map` hands over at once.
const BLOCK: usize = 1000;

/// Two labelled completions a pair, in TRL's order (`unpair_preference_dataset`): of each
/// block of 1000 pairs all chosen completions, then all rejected ones. Other rows pass
/// through; a margin has no meaning for one completion and goes. Each row comes with the
/// index of the example that it is of.
pub fn unpair(examples: &[Example]) -> Vec<(usize, Example)> {
    let mut unpaired = Vec::with_capacity(2 * examples.len());
    let mut undesirable = Vec::new();
    for (index, example) in examples.iter().enumerate() {
        let Example::Pair {
            prompt,
            chosen,
            rejected,
            ..
        } = example
        else {
            unpaired.push((index, example.clone()));
            continue;
        };
        if undesirable.len() == BLOCK {
            unpaired.append(&mut undesirable);
        }
        let labelled = |completion: &Content, label| Example::Unpaired {
            prompt: prompt.clone(),
            completion: completion.clone(),
            label,
        };
        undesirable.push((index, labelled(rejected, false)));
        unpaired.push((index, labelled(chosen, true)));
    }
    unpaired.append(&mut undesirable);
    unpaired
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_is_all_chosen_then_all_rejected() {
        let ids = |id: usize| Content::Ids(vec![id as u32]);
        let pairs = (0..1002).map(|row| Example::Pair {
            prompt: ids(row),
            chosen: ids(row),
            rejected: ids(row),
            margin: None,
        });
        let expected = |row: usize, label: bool| {
            let completion = Example::Unpaired {
                prompt: ids(row),
                completion: ids(row),
                label,
            };
            (row, completion)
        };
        let order: Vec<(usize, Example)> = (0..1000)
            .map(|row| expected(row, true))
            .chain((0..1000).map(|row| expected(row, false)))
            .chain((1000..1002).map(|row| expected(row, true)))
            .chain((1000..1002).map(|row| expected(row, false)))
            .collect();
        assert_eq!(unpair(&pairs.collect::<Vec<_>>()), order);
    }

    #[test]
    fn other_rows_pass_through() {
        let row = Example::Text {
            text: Content::Plain("a".to_owned()),
        };
        assert_eq!(unpair(std::slice::from_ref(&row)), [(0, row)]);
    }
}
