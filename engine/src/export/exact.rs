//! The model once more, in f64 and one number after the other: what its weights say, free
//! of the rounding of f32. Slow, for a few short sequences; `gpt.rs` is the model to read.

use crate::gpt_config::GptConfig;
use crate::layout::Layout;

/// A model's parameters by name.
pub struct Exact<'a> {
    config: &'a GptConfig,
    layout: &'a Layout,
    arena: &'a [f32],
}

impl<'a> Exact<'a> {
    /// `arena` has the layout's length.
    pub fn new(config: &'a GptConfig, layout: &'a Layout, arena: &'a [f32]) -> Exact<'a> {
        Exact {
            config,
            layout,
            arena,
        }
    }

    /// Logits at every position from `first` on, `[positions, vocab]`; of a reward model its
    /// rewards, `[positions, 1]`. `None` where a parameter is missing or an id is too large.
    pub fn outputs(&self, ids: &[u32], first: usize) -> Option<Vec<Vec<f64>>> {
        let hidden = self.hidden(ids)?;
        let head = if self.config.has_score_head {
            self.slot(crate::layout::SCORE_HEAD)?
        } else if self.config.is_tied {
            self.slot("wte.weight")?
        } else {
            self.slot(crate::layout::LM_HEAD)?
        };
        let rows = hidden.get(first..)?.iter();
        Some(rows.map(|row| by_rows(head, row)).collect())
    }

    fn slot(&self, name: &str) -> Option<&'a [f32]> {
        let slot = self.layout.slots.iter().find(|slot| slot.name == name)?;
        self.arena.get(slot.range())
    }

    /// After the last LayerNorm, `[t, d]`.
    fn hidden(&self, ids: &[u32]) -> Option<Vec<Vec<f64>>> {
        let width = self.config.n_embd;
        let (tokens, positions) = (self.slot("wte.weight")?, self.slot("wpe.weight")?);
        let row = |table: &[f32], index: usize| -> Option<Vec<f64>> {
            let row = table.get(index * width..(index + 1) * width)?;
            Some(row.iter().map(|&number| f64::from(number)).collect())
        };
        let mut x = Vec::with_capacity(ids.len());
        for (t, &id) in ids.iter().enumerate() {
            x.push(sum(&row(tokens, id as usize)?, &row(positions, t)?));
        }
        for block in 0..self.config.n_layer {
            let name = |part: &str| format!("h.{block}.{part}");
            let normed = self.each(&x, |row| self.layer_norm(row, &name("ln_1")))?;
            let scale = self.config.attention_scale_exact(block);
            let attended = self.attention(&normed, &name("attn"), scale)?;
            x = x.iter().zip(&attended).map(|(x, a)| sum(x, a)).collect();
            let inner = self.each(&x, |row| {
                let normed = self.layer_norm(row, &name("ln_2"))?;
                let wide = self.linear(&normed, &name("mlp.c_fc"))?;
                let active: Vec<f64> = wide.into_iter().map(gelu_new).collect();
                self.linear(&active, &name("mlp.c_proj"))
            })?;
            x = x.iter().zip(&inner).map(|(x, i)| sum(x, i)).collect();
        }
        self.each(&x, |row| self.layer_norm(row, "ln_f"))
    }

    fn each(
        &self,
        rows: &[Vec<f64>],
        function: impl Fn(&[f64]) -> Option<Vec<f64>>,
    ) -> Option<Vec<Vec<f64>>> {
        rows.iter().map(|row| function(row)).collect()
    }

    /// Causal attention with all heads, and its output projection.
    fn attention(&self, x: &[Vec<f64>], name: &str, scale: f64) -> Option<Vec<Vec<f64>>> {
        let (width, size) = (self.config.n_embd, self.config.head_size());
        let qkv = self.each(x, |row| self.linear(row, &format!("{name}.c_attn")))?;
        let mut out = Vec::with_capacity(x.len());
        for t in 0..x.len() {
            let mut row = vec![0.0; width];
            for head in (0..width).step_by(size) {
                let query = &qkv[t][head..head + size];
                let scores: Vec<f64> = qkv[..=t]
                    .iter()
                    .map(|other| scale * dot(query, &other[width + head..width + head + size]))
                    .collect();
                let largest = scores.iter().copied().fold(f64::MIN, f64::max);
                let weights: Vec<f64> = scores.iter().map(|s| (s - largest).exp()).collect();
                let total: f64 = weights.iter().sum();
                for (weight, other) in weights.iter().zip(&qkv) {
                    let values = &other[2 * width + head..2 * width + head + size];
                    for (to, value) in row[head..head + size].iter_mut().zip(values) {
                        *to += weight / total * value;
                    }
                }
            }
            out.push(row);
        }
        self.each(&out, |row| self.linear(row, &format!("{name}.c_proj")))
    }

    fn layer_norm(&self, x: &[f64], name: &str) -> Option<Vec<f64>> {
        let gain = self.slot(&format!("{name}.weight"))?;
        let bias = self.slot(&format!("{name}.bias"))?;
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64;
        let deviation = (variance + self.config.layer_norm_epsilon).sqrt();
        let scaled = x.iter().map(|x| (x - mean) / deviation);
        let affine = scaled.zip(gain.iter().zip(bias));
        Some(
            affine
                .map(|(x, (&gain, &bias))| x * f64::from(gain) + f64::from(bias))
                .collect(),
        )
    }

    /// x W + b, with W `[in, out]`.
    fn linear(&self, x: &[f64], name: &str) -> Option<Vec<f64>> {
        let weight = self.slot(&format!("{name}.weight"))?;
        let bias = self.slot(&format!("{name}.bias"))?;
        let mut out: Vec<f64> = bias.iter().map(|&number| f64::from(number)).collect();
        for (x, row) in x.iter().zip(weight.chunks_exact(out.len().max(1))) {
            for (to, &weight) in out.iter_mut().zip(row) {
                *to += x * f64::from(weight);
            }
        }
        Some(out)
    }
}

/// Each row of a `[n, d]` matrix times x.
fn by_rows(matrix: &[f32], x: &[f64]) -> Vec<f64> {
    matrix
        .chunks_exact(x.len().max(1))
        .map(|row| row.iter().zip(x).map(|(&a, b)| f64::from(a) * b).sum())
        .collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn sum(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

fn gelu_new(x: f64) -> f64 {
    let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3));
    0.5 * x * (1.0 + inner.tanh())
}
