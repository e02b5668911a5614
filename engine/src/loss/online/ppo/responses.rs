//! Answers of one length: where each ends, and which of its places count.

/// Answers cut behind their stop token, and filled up with the pad token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responses {
    /// `[rows][tokens]`
    pub ids: Vec<Vec<u32>>,
    /// The last real token of each row; 0 for a row of padding alone. TRL says -1 there and
    /// goes on to index by it.
    pub last: Vec<usize>,
    /// Whether an end of text stands in the row.
    pub has_eos: Vec<bool>,
}

impl Responses {
    /// Cuts `[rows][tokens]` ids behind the first `stop` token, where there is one; what
    /// follows becomes `pad`.
    pub fn cut(sampled: &[Vec<u32>], stop: Option<u32>, eos: Option<u32>, pad: u32) -> Responses {
        let cut = |row: &Vec<u32>| -> Vec<u32> {
            let end = stop.and_then(|stop| row.iter().position(|&id| id == stop));
            let kept = end.map_or(row.len(), |end| end + 1);
            let filled = row.iter().take(kept).copied().chain(std::iter::repeat(pad));
            filled.take(row.len()).collect()
        };
        let ids: Vec<Vec<u32>> = sampled.iter().map(cut).collect();
        let end = |row: &Vec<u32>| row.iter().position(|&id| id == pad).unwrap_or(row.len());
        Responses {
            last: ids.iter().map(|row| end(row).saturating_sub(1)).collect(),
            has_eos: ids
                .iter()
                .map(|row| eos.is_some_and(|eos| row.contains(&eos)))
                .collect(),
            ids,
        }
    }

    /// Answers that end where their ids end, filled up with `pad` to `width` tokens; no id of
    /// theirs is taken for padding. None is empty or longer.
    pub fn padded(
        answers: &[&[u32]],
        width: usize,
        is_eos: impl Fn(u32) -> bool,
        pad: u32,
    ) -> Responses {
        let filled = |ids: &&[u32]| -> Vec<u32> {
            let filled = ids.iter().copied().chain(std::iter::repeat(pad));
            filled.take(width).collect()
        };
        Responses {
            ids: answers.iter().map(filled).collect(),
            last: answers
                .iter()
                .map(|ids| ids.len().saturating_sub(1))
                .collect(),
            has_eos: answers
                .iter()
                .map(|ids| ids.iter().any(|&id| is_eos(id)))
                .collect(),
        }
    }

    pub fn width(&self) -> usize {
        self.ids.first().map_or(0, Vec::len)
    }

    /// Where log-probs count: up to the last real token, `[rows][tokens]`.
    pub fn counts(&self) -> Vec<Vec<bool>> {
        self.up_to(0)
    }

    /// Where values count: one place further, `[rows][tokens]`.
    pub fn value_counts(&self) -> Vec<Vec<bool>> {
        self.up_to(1)
    }

    fn up_to(&self, further: usize) -> Vec<Vec<bool>> {
        let row = |&last: &usize| (0..self.width()).map(|t| t <= last + further).collect();
        self.last.iter().map(row).collect()
    }

    /// Where the score of each row is put: behind the last real token where there is room,
    /// else on it. `[rows]`
    pub fn score_places(&self) -> Vec<usize> {
        let most = self.width().saturating_sub(1);
        self.last.iter().map(|&last| (last + 1).min(most)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_behind_its_stop_token() {
        let sampled = [vec![5, 9, 6, 9], vec![5, 6, 7, 8], vec![9, 1, 1, 1]];
        let found = Responses::cut(&sampled, Some(9), Some(9), 0);
        assert_eq!(
            found.ids,
            [vec![5, 9, 0, 0], vec![5, 6, 7, 8], vec![9, 0, 0, 0]]
        );
        assert_eq!(found.last, [1, 3, 0]);
        assert_eq!(found.has_eos, [true, false, true]);
        assert_eq!(found.score_places(), [2, 3, 1]);
        assert_eq!(found.counts()[0], [true, true, false, false]);
        assert_eq!(found.value_counts()[0], [true, true, true, false]);
        // Answers that are known to end where they end are the same.
        let known = [&[5, 9][..], &[5, 6, 7, 8], &[9]];
        let padded = Responses::padded(&known, 4, |id| id == 9, 0);
        assert_eq!(padded, found);
        // Without a stop token the answer goes on behind it.
        assert_eq!(Responses::cut(&sampled, None, Some(9), 0).ids, sampled);
    }
}
