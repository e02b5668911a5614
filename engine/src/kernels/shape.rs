//! Where a GPT's parameters lie in the arena, by what they do.

use crate::gpt_config::GptConfig;
use crate::layout::{LM_HEAD, Layout, SCORE_HEAD, Slot};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Sizes and places of all parameters.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shape {
    pub vocab: usize,
    pub width: usize,
    pub heads: usize,
    pub epsilon: f32,
    /// Token embeddings, `[vocab, width]`.
    pub tokens: Range<usize>,
    /// The head, `[vocab, width]`: the token embeddings, where it is tied to them.
    pub head: Range<usize>,
    /// `[context, width]`
    pub positions: Range<usize>,
    pub blocks: Vec<BlockSlots>,
    pub last: LayerNormSlots,
    /// The scalar head of a reward model.
    pub score: Option<Range<usize>>,
}

/// Side by side: gain, then bias.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LayerNormSlots {
    pub gain: Range<usize>,
    pub bias: Range<usize>,
}

/// `x W + b`, W `[inputs, outputs]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Linear {
    pub inputs: usize,
    pub outputs: usize,
    pub weight: Range<usize>,
    pub bias: Range<usize>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BlockSlots {
    /// What attention scores are multiplied by.
    pub attention_scale: f32,
    pub before_attention: LayerNormSlots,
    pub qkv: Linear,
    pub attended: Linear,
    pub before_mlp: LayerNormSlots,
    pub inner: Linear,
    pub outer: Linear,
}

impl Shape {
    /// `layout` is that of `config`.
    pub fn new(config: &GptConfig, layout: &Layout) -> Shape {
        let d = config.n_embd;
        let mut slots = layout.slots.iter().map(|slot| slot.range());
        let mut next = || slots.next().unwrap_or_default();
        let (tokens, positions) = (next(), next());
        let blocks = (0..config.n_layer)
            .map(|block| BlockSlots {
                attention_scale: config.attention_scale(block),
                before_attention: LayerNormSlots::of(&mut next),
                qkv: Linear::of(d, 3 * d, &mut next),
                attended: Linear::of(d, d, &mut next),
                before_mlp: LayerNormSlots::of(&mut next),
                inner: Linear::of(d, config.n_inner, &mut next),
                outer: Linear::of(config.n_inner, d, &mut next),
            })
            .collect();
        let last = LayerNormSlots::of(&mut next);
        let of_name = |name| layout.slots.iter().find(|slot| slot.name == name);
        Shape {
            vocab: config.vocab_size,
            width: d,
            heads: config.n_head,
            epsilon: config.layer_norm_epsilon as f32,
            head: of_name(LM_HEAD).map_or_else(|| tokens.clone(), Slot::range),
            tokens,
            positions,
            blocks,
            last,
            score: of_name(SCORE_HEAD).map(Slot::range),
        }
    }
}

impl LayerNormSlots {
    fn of(next: &mut impl FnMut() -> Range<usize>) -> LayerNormSlots {
        LayerNormSlots {
            gain: next(),
            bias: next(),
        }
    }
}

impl Linear {
    fn of(inputs: usize, outputs: usize, next: &mut impl FnMut() -> Range<usize>) -> Linear {
        Linear {
            inputs,
            outputs,
            weight: next(),
            bias: next(),
        }
    }
}
