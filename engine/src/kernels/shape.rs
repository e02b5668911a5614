//! What the kernels know of a model: sizes, and where its parameters lie in the arena.

use crate::gpt_config::GptConfig;
use crate::parameter_table::{self, Head, Parameters};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Sizes and places of all parameters.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shape {
    pub vocab: usize,
    pub width: usize,
    /// Numbers of a row that LayerNorm sees: the width, or less where the rest is filled up.
    pub normed: usize,
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
pub type LayerNormSlots = parameter_table::LayerNorm<Range<usize>>;

/// Side by side: weight, then bias.
pub type Linear = parameter_table::Linear<Range<usize>>;

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
    pub fn new(config: &GptConfig) -> Shape {
        let places = Parameters::placed(&config.sizes(), |_, place| place);
        debug_assert_eq!(places.check_neighbours(), Ok(()));
        let (head, score) = (
            places.language_head().clone(),
            places.head(Head::Score).cloned(),
        );
        let blocks = places.blocks.into_iter().enumerate();
        let blocks = blocks.map(|(index, block)| BlockSlots {
            attention_scale: config.attention_scale(index),
            before_attention: block.before_attention,
            qkv: block.qkv,
            attended: block.attended,
            before_mlp: block.before_mlp,
            inner: block.inner,
            outer: block.outer,
        });
        Shape {
            vocab: config.vocab_size,
            width: config.n_embd,
            normed: config.n_embd,
            heads: config.n_head,
            epsilon: config.layer_norm_epsilon as f32,
            head,
            tokens: places.tokens,
            positions: places.positions,
            blocks: blocks.collect(),
            last: places.last,
            score,
        }
    }
}
