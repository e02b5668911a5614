//! KTO's mismatched rows.

use crate::sequence::Sequence;

/// Each row's prompt with the completion of the row before it in its block of `block`
/// consecutive rows, the first with the last's, as `KTOTrainer` builds
/// `KL_completion_ids`. The last block may be shorter. Sequences are not cut.
pub fn rotate_completions(rows: &[&Sequence], block: usize) -> Vec<Sequence> {
    let mut mismatched = Vec::with_capacity(rows.len());
    for block in rows.chunks(block.max(1)) {
        for (position, row) in block.iter().enumerate() {
            let before = (position + block.len() - 1) % block.len();
            mismatched.push(Sequence {
                prompt: row.prompt.clone(),
                completion: block[before].completion.clone(),
            });
        }
    }
    mismatched
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completions_rotate_inside_each_block() {
        let rows: Vec<Sequence> = (0..5)
            .map(|id| Sequence {
                prompt: vec![id],
                completion: vec![id + 10],
            })
            .collect();
        let refs: Vec<&Sequence> = rows.iter().collect();
        let mismatched = rotate_completions(&refs, 3);
        let partners: Vec<(u32, u32)> = mismatched
            .iter()
            .map(|row| (row.prompt[0], row.completion[0] - 10))
            .collect();
        assert_eq!(partners, vec![(0, 2), (1, 0), (2, 1), (3, 4), (4, 3)]);
    }
}
