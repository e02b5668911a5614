//! Where each parameter of a GPT lies in the one flat arena.
//!
//! All parameters of a model are one `[parameters]` tensor, in the order below.
//! Gradients and AdamW's moments have the same layout, so that the optimiser and
//! the global norm are a few operations each, a checkpoint is one readback, and
//! workers can exchange one buffer.

use crate::gpt_config::GptConfig;
use std::ops::Range;

/// The scalar head of a reward model.
pub const SCORE_HEAD: &str = "score.weight";
/// A head of its own, where it is not the token embedding.
pub const LM_HEAD: &str = "lm_head.weight";

/// One named tensor of the arena.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Hugging Face's name without the `transformer.` prefix: `h.0.attn.c_attn.weight`.
    pub name: String,
    pub shape: Vec<usize>,
    /// First element, in elements.
    pub offset: usize,
}

impl Slot {
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
        self.shape.len() > 1
    }
}

/// The named layout of all parameters of one model shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub slots: Vec<Slot>,
    /// Elements in the arena.
    pub len: usize,
}

impl Layout {
    pub fn of(config: &GptConfig) -> Layout {
        let (d, inner) = (config.n_embd, config.n_inner);
        let mut layout = Layout {
            slots: Vec::new(),
            len: 0,
        };
        layout.push("wte.weight", &[config.vocab_size, d]);
        layout.push("wpe.weight", &[config.n_positions, d]);
        for block in 0..config.n_layer {
            let mut push = |name: &str, shape: &[usize]| {
                layout.push(&format!("h.{block}.{name}"), shape);
            };
            push("ln_1.weight", &[d]);
            push("ln_1.bias", &[d]);
            // Conv1D stores [in, out].
            push("attn.c_attn.weight", &[d, 3 * d]);
            push("attn.c_attn.bias", &[3 * d]);
            push("attn.c_proj.weight", &[d, d]);
            push("attn.c_proj.bias", &[d]);
            push("ln_2.weight", &[d]);
            push("ln_2.bias", &[d]);
            push("mlp.c_fc.weight", &[d, inner]);
            push("mlp.c_fc.bias", &[inner]);
            push("mlp.c_proj.weight", &[inner, d]);
            push("mlp.c_proj.bias", &[d]);
        }
        layout.push("ln_f.weight", &[d]);
        layout.push("ln_f.bias", &[d]);
        if !config.is_tied {
            layout.push(LM_HEAD, &[config.vocab_size, d]);
        }
        if config.has_score_head {
            layout.push(SCORE_HEAD, &[1, d]);
        }
        layout
    }

    fn push(&mut self, name: &str, shape: &[usize]) {
        let slot = Slot {
            name: name.to_owned(),
            shape: shape.to_vec(),
            offset: self.len,
        };
        self.len += slot.len();
        self.slots.push(slot);
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
            .map(Slot::len)
            .sum();
        let decaying = layout.decaying(false);
        assert_eq!(decaying.iter().map(Range::len).sum::<usize>(), matrices);
        assert!(decaying.is_sorted_by(|a, b| a.end < b.start));
        assert_eq!(layout.decaying(true), vec![0..layout.len]);
    }
}
