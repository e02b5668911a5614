//! Where each parameter of a GPT lies in the one flat arena.
//!
//! All parameters of a model are one `[parameters]` tensor, in the order of the table in
//! [`crate::parameter_table`]. Gradients and AdamW's moments have the same layout, so that the
//! optimiser and the global norm are a few operations each, a checkpoint is one readback, and
//! workers can exchange one buffer.

use crate::gpt_config::GptConfig;
use crate::parameter_table::{Parameters, TensorRole};
use std::ops::Range;

/// One named tensor of the arena.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorSlot {
    /// Hugging Face's name without the `transformer.` prefix: `h.0.attn.c_attn.weight`.
    pub name: String,
    pub shape: Vec<usize>,
    /// First element, in elements.
    pub offset: usize,
    /// The block that it belongs to.
    pub block: Option<usize>,
    pub role: TensorRole,
}

impl TensorSlot {
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn range(&self) -> Range<usize> {
        self.offset..self.offset + self.len()
    }

    /// transformers' rule: everything decays but biases and LayerNorm gains.
    pub fn decays(&self) -> bool {
        !matches!(self.role, TensorRole::Gain | TensorRole::Bias { .. })
    }

    /// Whether it is part of a linear map that writes to the residual stream.
    pub fn writes_to_residual(&self) -> bool {
        matches!(
            self.role,
            TensorRole::Weight { to_residual: true } | TensorRole::Bias { to_residual: true }
        )
    }
}

/// The named layout of all parameters of one model shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub slots: Vec<TensorSlot>,
    /// Elements in the arena.
    pub len: usize,
}

impl Layout {
    pub fn of(config: &GptConfig) -> Layout {
        let mut slots = Vec::new();
        Parameters::placed(&config.sizes(), |entry, place| {
            slots.push(TensorSlot {
                name: entry.name(),
                shape: entry.shape.to_vec(),
                offset: place.start,
                block: entry.block,
                role: entry.role,
            });
        });
        let len = slots.last().map_or(0, |slot| slot.range().end);
        Layout { slots, len }
    }

    /// Blocks of the model.
    pub fn blocks(&self) -> usize {
        let blocks = self.slots.iter().filter_map(|slot| slot.block);
        blocks.max().map_or(0, |last| last + 1)
    }

    /// The elements that weight decay applies to: ranges in ascending order that do not
    /// touch.
    pub fn decaying(&self, decay_all: bool) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for slot in self.slots.iter().filter(|slot| decay_all || slot.decays()) {
            match ranges.last_mut() {
                Some(last) if last.end == slot.offset => last.end = slot.range().end,
                _ => ranges.push(slot.range()),
            }
        }
        ranges
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_tile_the_arena() {
        let layout = Layout::of(&GptConfig::new(97, 64, 48, 2, 4));
        let mut next = 0;
        for slot in &layout.slots {
            assert_eq!(slot.offset, next, "{}", slot.name);
            next += slot.len();
        }
        assert_eq!(layout.len, next);
        let matrices: usize = layout
            .slots
            .iter()
            .filter(|slot| slot.shape.len() == 2)
            .map(TensorSlot::len)
            .sum();
        let decaying = layout.decaying(false);
        assert_eq!(decaying.iter().map(Range::len).sum::<usize>(), matrices);
        assert!(decaying.is_sorted_by(|a, b| a.end < b.start));
        assert_eq!(layout.decaying(true), vec![0..layout.len]);
        assert_eq!(layout.blocks(), 2);
    }
}
