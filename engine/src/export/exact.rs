//! What a model's weights say, free of the rounding of f32: the plain composition once more, in
//! f64 on the CPU. For a few short sequences.

use crate::gpt::Gpt;
use crate::model::Model;
use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use tilt_protocol::{Error, Result};

/// A model in f64.
pub struct Exact {
    gpt: Gpt,
    device: Device,
    vocab: usize,
}

impl Exact {
    /// `numbers` has the layout's length.
    pub fn new(model: &Model, numbers: &[f32]) -> Exact {
        let device = Device::flex();
        let wide: Vec<f64> = numbers.iter().map(|&number| f64::from(number)).collect();
        let data = TensorData::new(wide, [numbers.len()]);
        let arena = Tensor::<1>::from_data(data, (&device, DType::F64));
        Exact {
            gpt: Gpt::from_arena(&model.config, &arena),
            device,
            vocab: model.config.vocab_size,
        }
    }

    /// Logits at every position from `first` on, `[positions, vocab]`; of a reward model its
    /// rewards, `[positions, 1]`.
    ///
    /// # Errors
    /// [`Error::Internal`] where the device has no f64.
    pub async fn outputs(&self, ids: &[u32], first: usize) -> Result<Vec<Vec<f64>>> {
        let (outputs, columns) = last_outputs(&self.gpt, ids, first, self.vocab, &self.device);
        let data = outputs.into_data_async().await.map_err(Error::internal)?;
        let numbers: Vec<f64> = data.try_into_vec().map_err(Error::internal)?;
        Ok(numbers.chunks(columns).map(<[f64]>::to_vec).collect())
    }
}

/// What a model's head gives at every position from `first` on, and how many numbers at each:
/// rewards where it has a scalar head, logits otherwise.
pub fn last_outputs(
    gpt: &Gpt,
    ids: &[u32],
    first: usize,
    vocab: usize,
    device: &Device,
) -> (Tensor<1>, usize) {
    let length = ids.len();
    let ids: Vec<i32> = ids.iter().map(|&id| id as i32).collect();
    let tokens = Tensor::<2, Int>::from_data(TensorData::new(ids, [1, length]), device);
    let hidden = gpt.hidden(tokens, None);
    let [_, _, width] = hidden.dims();
    let hidden = hidden
        .reshape([length, width])
        .slice([first..length, 0..width]);
    match gpt.rewards(hidden.clone()) {
        Some(rewards) => (rewards, 1),
        None => (gpt.logits(hidden).flatten(0, 1), vocab),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModelFiles;
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
                let found = block_on(exact.outputs(&all, all.len() - 1)).unwrap();
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
}
