//! The whole GPT-2 model: embeddings, pre-LayerNorm blocks, tied head.
//!
//! Radford et al. 2019, as `transformers` computes it (`GPT2LMHeadModel`, dropout
//! off). One forward pass serves training (over leaves that require gradients),
//! scoring and, with a key-value cache, generation. Over an arena in f64 it says what the
//! weights say, free of f32's rounding. It knows nothing of losses, batches or sessions.
//!
//! Shapes: batch `b`, tokens `t`, width `d`, heads `h`, head size `e`, vocab `v`.

use crate::gpt_config::GptConfig;
use crate::parameter_table::{Block, Head, LayerNorm, Linear, Parameters};
use burn::tensor::{Bool, DType, Device, Gradients, Int, Tensor, TensorData, activation};

/// Parameters as tensors of their own shapes, cut from a flat arena.
pub struct Gpt {
    config: GptConfig,
    /// In the arena's order.
    params: Vec<Param>,
    /// Indices into them.
    places: Parameters<usize>,
}

/// A parameter of rank 1 or 2.
enum Param {
    Vector(Tensor<1>),
    Matrix(Tensor<2>),
}

/// Keys and values of all earlier positions, one entry a block, `[b, h, t, e]`.
pub struct KvCache {
    blocks: Vec<Option<(Tensor<4>, Tensor<4>)>>,
    /// Positions held, in tokens.
    pub len: usize,
}

impl KvCache {
    pub fn new(config: &GptConfig) -> KvCache {
        KvCache {
            blocks: (0..config.n_layer).map(|_| None).collect(),
            len: 0,
        }
    }

    /// Keeps the given rows of the batch, in that order.
    pub fn keep_rows(&mut self, rows: &[usize]) {
        for (keys, values) in self.blocks.iter_mut().flatten() {
            let rows: Vec<i32> = rows.iter().map(|&row| row as i32).collect();
            let rows = Tensor::<1, Int>::from_data(rows.as_slice(), &keys.device());
            *keys = keys.clone().select(0, rows.clone());
            *values = values.clone().select(0, rows);
        }
    }
}

impl Gpt {
    /// Cuts the arena `[parameters]` into tensors that record no gradient.
    pub fn from_arena(config: &GptConfig, arena: &Tensor<1>) -> Gpt {
        Self::cut(config, arena, |vector| vector, false)
    }

    /// Cuts the arena into leaves that gather gradients.
    pub fn leaves(config: &GptConfig, arena: &Tensor<1>) -> Gpt {
        Self::cut(config, arena, |vector| vector.autodiff(), true)
    }

    fn cut(
        config: &GptConfig,
        arena: &Tensor<1>,
        context: impl Fn(Tensor<1>) -> Tensor<1>,
        tracked: bool,
    ) -> Gpt {
        let mut params = Vec::new();
        let places = Parameters::placed(&config.sizes(), |entry, place| {
            let flat = context(arena.clone().slice([place]));
            params.push(match *entry.shape {
                [rows, columns] => {
                    let matrix = flat.reshape([rows, columns]);
                    Param::Matrix(if tracked {
                        matrix.require_grad()
                    } else {
                        matrix
                    })
                }
                _ => Param::Vector(if tracked { flat.require_grad() } else { flat }),
            });
            params.len() - 1
        });
        Gpt {
            config: config.clone(),
            params,
            places,
        }
    }

    pub fn device(&self) -> Device {
        self.matrix(self.places.tokens).device()
    }

    /// The gradients of all leaves in the arena's layout, `[parameters]`.
    pub fn flat_gradients(&self, gradients: &mut Gradients) -> Tensor<1> {
        let pieces = self
            .params
            .iter()
            .map(|param| match param {
                Param::Vector(leaf) => leaf
                    .grad_remove(gradients)
                    .unwrap_or_else(|| leaf.clone().inner().zeros_like()),
                Param::Matrix(leaf) => leaf
                    .grad_remove(gradients)
                    .unwrap_or_else(|| leaf.clone().inner().zeros_like())
                    .flatten(0, 1),
            })
            .collect();
        Tensor::cat(pieces, 0)
    }

    /// Hidden states after the last LayerNorm.
    ///
    /// # Shapes
    /// `tokens` `[b, t]`, right-padded; result `[b, t, d]`. Causality keeps padding
    /// out of every real position. With a cache, `tokens` continue the cached ones.
    pub fn hidden(&self, tokens: Tensor<2, Int>, cache: Option<&mut KvCache>) -> Tensor<3> {
        self.hidden_masked(tokens, None, cache)
    }

    /// As [`Gpt::hidden`], with padding hidden from padding too, as transformers'
    /// attention mask does: real positions are the same, padding sees real ones alone.
    ///
    /// # Shapes
    /// `lengths` `[b]`, the real tokens of each row.
    pub fn hidden_without_padding(&self, tokens: Tensor<2, Int>, lengths: &[usize]) -> Tensor<3> {
        self.hidden_masked(tokens, Some(lengths), None)
    }

    fn hidden_masked(
        &self,
        tokens: Tensor<2, Int>,
        lengths: Option<&[usize]>,
        cache: Option<&mut KvCache>,
    ) -> Tensor<3> {
        let [b, t] = tokens.dims();
        let d = self.config.n_embd;
        let past = cache.as_ref().map_or(0, |cache| cache.len);
        let token_rows = self
            .matrix(self.places.tokens)
            .select(0, tokens.reshape([b * t]))
            .reshape([b, t, d]);
        let positions = self
            .matrix(self.places.positions)
            .slice([past..past + t, 0..d])
            .reshape([1, t, d]);
        let mut x = token_rows + positions; // [b, t, d]
        // [1, 1, t, past + t], or [b, 1, t, t] with lengths
        let mask = (t > 1).then(|| match lengths {
            None => causal_mask(t, past, &x),
            Some(lengths) => causal_length_mask(t, lengths, &x),
        });
        let mut cache = cache;
        for (index, block) in self.places.blocks.iter().enumerate() {
            let kept = cache.as_mut().map(|cache| &mut cache.blocks[index]);
            x = self.block(index, block, x, mask.clone(), kept);
        }
        if let Some(cache) = cache {
            cache.len += t;
        }
        self.layer_norm(x, &self.places.last)
    }

    /// The head for logits, `[v, d]`.
    fn head(&self) -> Tensor<2> {
        self.matrix(*self.places.language_head())
    }

    /// Logits of hidden rows under the head: `[n, d]` to `[n, v]`.
    pub fn logits(&self, hidden: Tensor<2>) -> Tensor<2> {
        hidden.matmul(self.head().transpose())
    }

    /// The scalar head on hidden rows: `[n, d]` to `[n]`. `None` for a model without one.
    pub fn rewards(&self, hidden: Tensor<2>) -> Option<Tensor<1>> {
        let score = self.matrix(*self.places.head(Head::Score)?); // [1, d]
        Some(hidden.matmul(score.transpose()).flatten(0, 1))
    }

    /// The mean over the vocabulary of the logits at every position: `[b, t, d]` to
    /// `[b * t]`. A mean of dot products is one dot product with the mean embedding.
    pub fn mean_logits(&self, hidden: Tensor<3>) -> Tensor<1> {
        let [b, t, d] = hidden.dims();
        let mean = self.head().mean_dim(0); // [1, d]
        hidden
            .reshape([b * t, d])
            .matmul(mean.transpose())
            .flatten(0, 1)
    }

    fn block(
        &self,
        index: usize,
        block: &Block<usize>,
        x: Tensor<3>,
        mask: Option<Tensor<4, Bool>>,
        cache: Option<&mut Option<(Tensor<4>, Tensor<4>)>>,
    ) -> Tensor<3> {
        let normed = self.layer_norm(x.clone(), &block.before_attention);
        let attended = self.attention(index, block, normed, mask, cache);
        let x = x + attended;
        let [b, t, d] = x.dims();
        let normed = self.layer_norm(x.clone(), &block.before_mlp);
        let inner = gelu_tanh(self.linear(normed.reshape([b * t, d]), &block.inner)); // [b * t, inner]
        x + self.linear(inner, &block.outer).reshape([b, t, d])
    }

    fn attention(
        &self,
        index: usize,
        block: &Block<usize>,
        x: Tensor<3>,
        mask: Option<Tensor<4, Bool>>,
        cache: Option<&mut Option<(Tensor<4>, Tensor<4>)>>,
    ) -> Tensor<3> {
        let [b, t, d] = x.dims();
        let (h, e) = (self.config.n_head, self.config.head_size());
        let x_type = x.dtype();
        let qkv = self
            .linear(x.reshape([b * t, d]), &block.qkv)
            .reshape([b, t, 3, h, e]);
        let part = |index: usize| -> Tensor<4> {
            qkv.clone()
                .slice([0..b, 0..t, index..index + 1, 0..h, 0..e])
                .reshape([b, t, h, e])
                .swap_dims(1, 2) // [b, h, t, e]
        };
        let (query, mut keys, mut values) = (part(0), part(1), part(2));
        if let Some(slot) = cache {
            if let Some((past_keys, past_values)) = slot.take() {
                keys = Tensor::cat(vec![past_keys, keys], 2);
                values = Tensor::cat(vec![past_values, values], 2);
            }
            *slot = Some((keys.clone(), values.clone()));
        }
        let scale = match x_type {
            DType::F64 => self.config.attention_scale_exact(index),
            _ => f64::from(self.config.attention_scale(index)),
        };
        let mut scores = query.mul_scalar(scale).matmul(keys.swap_dims(2, 3)); // [b, h, t, past + t]
        if let Some(mask) = mask {
            let [b, h, t, s] = scores.dims();
            scores = scores.mask_fill(mask.expand([b, h, t, s]), f32::MIN);
        }
        let attended = activation::softmax(scores, 3).matmul(values); // [b, h, t, e]
        let attended = attended.swap_dims(1, 2).reshape([b * t, d]);
        self.linear(attended, &block.attended).reshape([b, t, d])
    }

    /// LayerNorm over the last dimension.
    fn layer_norm(&self, x: Tensor<3>, at: &LayerNorm<usize>) -> Tensor<3> {
        let [_, _, d] = x.dims();
        let centred = x.clone() - x.mean_dim(2);
        let variance = centred.clone().square().mean_dim(2);
        let scaled = centred / variance.add_scalar(self.config.layer_norm_epsilon).sqrt();
        scaled * self.vector(at.gain).reshape([1, 1, d]) + self.vector(at.bias).reshape([1, 1, d])
    }

    /// x W + b.
    fn linear(&self, x: Tensor<2>, at: &Linear<usize>) -> Tensor<2> {
        let bias = self.vector(at.bias).reshape([1, at.outputs]);
        x.matmul(self.matrix(at.weight)) + bias
    }

    fn matrix(&self, index: usize) -> Tensor<2> {
        match &self.params[index] {
            Param::Matrix(matrix) => matrix.clone(),
            Param::Vector(vector) => vector.clone().reshape([1, -1]),
        }
    }

    fn vector(&self, index: usize) -> Tensor<1> {
        match &self.params[index] {
            Param::Vector(vector) => vector.clone(),
            Param::Matrix(matrix) => matrix.clone().flatten(0, 1),
        }
    }
}

/// True where position `past + i` must not see position `j`: j > past + i.
fn causal_mask(t: usize, past: usize, like: &Tensor<3>) -> Tensor<4, Bool> {
    let s = past + t;
    let hidden: Vec<bool> = (0..t)
        .flat_map(|i| (0..s).map(move |j| j > past + i))
        .collect();
    Tensor::from_data(TensorData::new(hidden, [1, 1, t, s]), &like.device())
}

/// True where row b's position i must not see position j: j > i, or j is padding.
fn causal_length_mask(t: usize, lengths: &[usize], like: &Tensor<3>) -> Tensor<4, Bool> {
    let mut hidden = Vec::with_capacity(lengths.len() * t * t);
    for &length in lengths {
        hidden.extend((0..t).flat_map(|i| (0..t).map(move |j| j > i || j >= length)));
    }
    let data = TensorData::new(hidden, [lengths.len(), 1, t, t]);
    Tensor::from_data(data, &like.device())
}

/// GELU in its tanh approximation (`gelu_new`), written with a sigmoid:
/// 0.5 x (1 + tanh(z)) = x sigma(2 z), z = sqrt(2 / pi) (x + 0.044715 x^3).
fn gelu_tanh(x: Tensor<2>) -> Tensor<2> {
    let [cubic, scale] = match x.dtype() {
        DType::F64 => {
            let scale = 2.0 * (2.0 / std::f64::consts::PI).sqrt();
            [0.044_715 * scale, scale]
        }
        _ => {
            let scale = 2.0 * (2.0 / std::f32::consts::PI).sqrt();
            [0.044_715 * scale, scale].map(f64::from)
        }
    };
    let inner = x.clone().square().mul_scalar(cubic).add_scalar(scale);
    x.clone() * activation::sigmoid(x * inner)
}
