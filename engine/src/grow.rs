//! A deeper model that begins as a shallower one: its blocks spread over the new depth, and
//! between them blocks that change nothing yet (Chen et al. 2016, "Net2Net", arXiv 1511.05641,
//! section 2.3: identity layers keep the function; here a block is one when what it adds to
//! the residual stream is zero).

use crate::layout::{Layout, TensorSlot};
use tilt_protocol::{Error, Result};

/// The numbers of a model of layout `to` that says what the one of layout `from` says.
/// `fresh` are its initial weights, of which the new blocks keep all but their outputs.
///
/// # Errors
/// [`Error::InvalidConfig`] unless the two differ in the number of blocks alone, and the new
/// one has at least as many.
pub fn deeper(fresh: Vec<f32>, to: &Layout, numbers: &[f32], from: &Layout) -> Result<Vec<f32>> {
    let (old, new) = (from.blocks(), to.blocks());
    let fits = |slot: &TensorSlot| {
        let name = name_in_deeper(slot, old, new);
        let found = to.slots.iter().find(|other| other.name == name);
        found.filter(|found| found.shape == slot.shape)
    };
    let same = from.slots.len() - old * parts(from) == to.slots.len() - new * parts(to);
    let differs = || {
        Error::invalid(
            "--grow-from",
            format!("{old} blocks, {} parameters", from.len),
            format!("the new model's width and vocabulary, and at most {new} blocks"),
        )
    };
    if old == 0 || old > new || !same || numbers.len() != from.len || fresh.len() != to.len {
        return Err(differs());
    }
    let mut grown = fresh;
    for slot in to.slots.iter().filter(|slot| slot.writes_to_residual()) {
        grown[slot.range()].fill(0.0);
    }
    for slot in &from.slots {
        let found = fits(slot).ok_or_else(differs)?;
        grown[found.range()].copy_from_slice(&numbers[slot.range()]);
    }
    Ok(grown)
}

/// Tensors of a block.
fn parts(layout: &Layout) -> usize {
    let of_first = |slot: &&TensorSlot| slot.block == Some(0);
    layout.slots.iter().filter(of_first).count()
}

/// A tensor's name in the deeper model.
fn name_in_deeper(slot: &TensorSlot, old: usize, new: usize) -> String {
    match slot.block {
        Some(block) => {
            let [from, to] = [block, block * new / old].map(|block| format!("h.{block}."));
            slot.name.replacen(&from, &to, 1)
        }
        None => slot.name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Batch;
    use crate::gpt_config::GptConfig;
    use crate::model::Model;
    use crate::pass::token_logps;
    use crate::readback::read;
    use crate::sequence::Sequence;
    use burn::tensor::{Device, Tensor};
    use pollster::block_on;

    fn config(blocks: usize, width: usize) -> GptConfig {
        GptConfig::new(30, 16, width, blocks, 2)
    }

    fn logps(config: &GptConfig, numbers: &[f32]) -> Vec<f32> {
        let device = Device::flex();
        let model = Model::new(config.clone(), None, &device);
        let rows = [Sequence {
            prompt: vec![3, 9, 4],
            completion: vec![7, 29, 11, 2],
        }];
        let arena = Tensor::from_data(numbers, &device);
        let batch = Batch::new(&rows, 0).unwrap();
        block_on(read(token_logps(&model, &arena, &batch).unwrap())).unwrap()
    }

    #[test]
    fn a_grown_model_says_what_the_small_one_says() {
        let (small, large) = (config(2, 8), config(5, 8));
        let (from, to) = (Layout::of(&small), Layout::of(&large));
        let numbers = Model::initial_weights(&from, &small, 1);
        let fresh = Model::initial_weights(&to, &large, 2);
        assert_ne!(logps(&large, &fresh), logps(&small, &numbers));
        let grown = deeper(fresh, &to, &numbers, &from).unwrap();
        assert_eq!(logps(&large, &grown), logps(&small, &numbers));
    }

    #[test]
    fn other_widths_and_shallower_models_are_refused() {
        let from = config(3, 8);
        let numbers = vec![0.0; Layout::of(&from).len];
        for other in [config(2, 8), config(4, 12)] {
            let to = Layout::of(&other);
            let fresh = vec![0.0; to.len];
            assert!(deeper(fresh, &to, &numbers, &Layout::of(&from)).is_err());
        }
    }
}
