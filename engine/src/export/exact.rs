//! What a model's weights say, free of the rounding of f32: GPT-2 once more, in f64 and plain
//! loops, a sequence at a time. For a few short sequences.
//!
//! Radford et al. 2019, as `gpt.rs` composes it of burn's operations, to which a test compares it
//! in f64; those would bring their matrix products for every device into each engine.
//!
//! Shapes: tokens `t`, width `d`, heads `h`.

use crate::gpt_config::GptConfig;
use crate::kernels::shape::{BlockSlots, LayerNormSlots, Linear, Shape};
use crate::model::Model;
use std::ops::Range;

/// A model in f64.
pub struct Exact {
    config: GptConfig,
    shape: Shape,
    /// `[parameters]`
    numbers: Vec<f64>,
}

impl Exact {
    /// `numbers` has the layout's length.
    pub fn new(model: &Model, numbers: &[f32]) -> Exact {
        Exact {
            config: model.config.clone(),
            shape: Shape::new(&model.config),
            numbers: numbers.iter().map(|&number| f64::from(number)).collect(),
        }
    }

    /// Logits at every position from `first` on, `[positions, vocab]`; of a reward model its
    /// rewards, `[positions, 1]`.
    pub fn outputs(&self, ids: &[u32], first: usize) -> Vec<Vec<f64>> {
        let head = match &self.shape.score {
            Some(score) => score,
            None => &self.shape.head,
        };
        let hidden = self.hidden(ids);
        let rows = hidden.chunks_exact(self.shape.width).skip(first);
        let of_row = |row: &[f64]| {
            let entries = self.at(head).chunks_exact(self.shape.width);
            entries.map(|entry| dot(row, entry)).collect()
        };
        rows.map(of_row).collect()
    }

    /// Hidden states after the last LayerNorm, `[t * d]`.
    fn hidden(&self, ids: &[u32]) -> Vec<f64> {
        let d = self.shape.width;
        let entry = |table: &Range<usize>, index: usize| {
            let start = table.start + index * d;
            &self.numbers[start..start + d]
        };
        let mut x: Vec<f64> = Vec::with_capacity(ids.len() * d);
        for (position, &id) in ids.iter().enumerate() {
            let token = entry(&self.shape.tokens, id as usize);
            let position = entry(&self.shape.positions, position);
            x.extend(
                token
                    .iter()
                    .zip(position)
                    .map(|(token, position)| token + position),
            );
        }
        for (index, block) in self.shape.blocks.iter().enumerate() {
            let normed = self.layer_norm(&block.before_attention, &x);
            let attended = self.attention(index, block, &normed);
            add(&mut x, &attended);
            let normed = self.layer_norm(&block.before_mlp, &x);
            let mut inner = self.linear(&block.inner, &normed);
            inner
                .iter_mut()
                .for_each(|value| *value = gelu_tanh(*value));
            add(&mut x, &self.linear(&block.outer, &inner));
        }
        self.layer_norm(&self.shape.last, &x)
    }

    fn attention(&self, index: usize, block: &BlockSlots, x: &[f64]) -> Vec<f64> {
        let (d, heads) = (self.shape.width, self.shape.heads);
        let size = d / heads;
        let scale = self.config.attention_scale_exact(index);
        let qkv = self.linear(&block.qkv, x);
        let part = |row: usize, part: usize, head: usize| {
            let start = row * 3 * d + part * d + head * size;
            &qkv[start..start + size]
        };
        let mut out = vec![0.0; x.len()];
        for (row, out) in out.chunks_exact_mut(d).enumerate() {
            for (head, out) in out.chunks_exact_mut(size).enumerate() {
                let query = part(row, 0, head);
                let scores = (0..=row).map(|seen| scale * dot(query, part(seen, 1, head)));
                let scores: Vec<f64> = scores.collect();
                let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let shares: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
                let total: f64 = shares.iter().sum();
                for (seen, share) in shares.iter().enumerate() {
                    let values = part(seen, 2, head).iter();
                    for (out, value) in out.iter_mut().zip(values) {
                        *out += share / total * value;
                    }
                }
            }
        }
        self.linear(&block.attended, &out)
    }

    fn layer_norm(&self, slots: &LayerNormSlots, x: &[f64]) -> Vec<f64> {
        let d = self.shape.width;
        let (gain, bias) = (self.at(&slots.gain), self.at(&slots.bias));
        let mut out = Vec::with_capacity(x.len());
        for row in x.chunks_exact(d) {
            let mean = row.iter().sum::<f64>() / d as f64;
            let squares = row.iter().map(|value| (value - mean).powi(2));
            let variance = squares.sum::<f64>() / d as f64;
            let scale = 1.0 / (variance + self.config.layer_norm_epsilon).sqrt();
            let normed = row.iter().map(|value| (value - mean) * scale);
            let both = gain.iter().zip(bias);
            out.extend(
                normed
                    .zip(both)
                    .map(|(value, (gain, bias))| value * gain + bias),
            );
        }
        out
    }

    /// x W + b.
    fn linear(&self, linear: &Linear, x: &[f64]) -> Vec<f64> {
        let (weight, bias) = (self.at(&linear.weight), self.at(&linear.bias));
        let mut out = Vec::with_capacity(x.len() / linear.inputs * linear.outputs);
        for row in x.chunks_exact(linear.inputs) {
            let start = out.len();
            out.extend_from_slice(bias);
            let entries = weight.chunks_exact(linear.outputs);
            for (value, entries) in row.iter().zip(entries) {
                for (out, entry) in out[start..].iter_mut().zip(entries) {
                    *out += value * entry;
                }
            }
        }
        out
    }

    fn at(&self, range: &Range<usize>) -> &[f64] {
        &self.numbers[range.clone()]
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], other: &[f64]) {
    to.iter_mut()
        .zip(other)
        .for_each(|(to, other)| *to += other);
}

/// GELU in its tanh approximation (`gelu_new`).
fn gelu_tanh(x: f64) -> f64 {
    let z = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3));
    0.5 * x * (1.0 + z.tanh())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModelFiles;
    use burn::tensor::Device;
    use pollster::block_on;
    use serde_json::Value;

    /// Logits that were computed in f64 elsewhere (transformers 5.23), of models with options
    /// of GPT-2 that each change them.
    #[test]
    fn f64_goes_all_the_way() {
        let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/open");
        let text = |file: &str| std::fs::read_to_string(format!("{golden}/{file}")).unwrap();
        let json = |file: &str| -> Value { serde_json::from_str(&text(file)).unwrap() };
        let ids = |value: &Value| -> Vec<u32> { serde_json::from_value(value.clone()).unwrap() };
        let (variants, rows) = (json("gpt2_variants.json"), json("dataset.json"));
        for name in ["inverse_layer_idx", "no_attn_scale", "n_inner", "untied"] {
            let folder = format!("gpt2_variants/{name}");
            let weights = std::fs::read(format!("{golden}/{folder}/model.safetensors")).unwrap();
            let files = ModelFiles {
                config: &text(&format!("{folder}/config.json")),
                weights: &weights,
                tokenizer: None,
                tokenizer_config: None,
            };
            let (model, arena) = Model::load(&files, &Device::flex()).unwrap();
            let numbers = block_on(crate::readback::read(arena)).unwrap();
            let exact = Exact::new(&model, &numbers);
            for row in variants[name]["rows"].as_array().unwrap() {
                let example = &rows["examples"][row["row"].as_u64().unwrap() as usize];
                let completion = format!("{}_ids", row["side"].as_str().unwrap());
                let mut all = ids(&example["prompt_ids"]);
                all.extend(ids(&example[completion.as_str()]));
                all.pop();
                let found = exact.outputs(&all, all.len() - 1);
                let expected = &row["logits_predicting_last_token"];
                let expected: Vec<f64> = serde_json::from_value(expected.clone()).unwrap();
                assert_eq!((found.len(), found[0].len()), (1, expected.len()));
                for (found, expected) in found[0].iter().zip(&expected) {
                    // The golden numbers have thirteen digits.
                    assert!(
                        (found - expected).abs() < 1e-10,
                        "{name}: {found} {expected}"
                    );
                }
            }
        }
    }

    /// The same as burn's operations say in f64, at every position, and of a scalar head too.
    #[test]
    fn it_is_burns_composition_in_f64() {
        use crate::gpt::Gpt;
        use crate::layout::Layout;
        use burn::tensor::{DType, Int, Tensor, TensorData};
        for has_score_head in [false, true] {
            let mut config = GptConfig::new(37, 24, 21, 2, 3);
            config.has_score_head = has_score_head;
            let layout = Layout::of(&config);
            let numbers = Model::initial_weights(&layout, &config, 3);
            let device = Device::flex();
            let model = Model::new(config.clone(), None, &device);
            let ids: Vec<u32> = (0..17).map(|at| (at * 7) % 37).collect();
            let found = Exact::new(&model, &numbers).outputs(&ids, 3);

            let wide: Vec<f64> = numbers.iter().map(|&number| f64::from(number)).collect();
            let data = TensorData::new(wide, [numbers.len()]);
            let arena = Tensor::<1>::from_data(data, (&device, DType::F64));
            let gpt = Gpt::from_arena(&config, &arena);
            let tokens: Vec<i32> = ids.iter().map(|&id| id as i32).collect();
            let data = TensorData::new(tokens, [1, ids.len()]);
            let hidden = gpt.hidden(Tensor::<2, Int>::from_data(data, &device), None);
            let hidden = hidden.reshape([ids.len(), 21]).slice([3..ids.len(), 0..21]);
            let (outputs, columns) = match gpt.rewards(hidden.clone()) {
                Some(rewards) => (rewards, 1),
                None => (gpt.logits(hidden).flatten(0, 1), 37),
            };
            let data = block_on(outputs.into_data_async()).unwrap();
            let expected: Vec<f64> = data.try_into_vec().unwrap();
            assert_eq!(found.len(), ids.len() - 3);
            for (found, expected) in found.iter().zip(expected.chunks(columns)) {
                assert_eq!(found.len(), columns);
                for (found, expected) in found.iter().zip(expected) {
                    assert!((found - expected).abs() < 1e-12, "{found} {expected}");
                }
            }
        }
    }
}
