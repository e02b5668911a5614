//! Weights in Hugging Face's layout: `model.safetensors` of a `GPT2LMHeadModel`.
//!
//! Tensor names are read with and without the `transformer.` prefix and those of what
//! people wrap models in, in f32, f16 or bf16, and written as `transformers` writes them:
//! with `transformer.`, the tied head left out.

use crate::layout::{Layout, TensorSlot};
use crate::parameter_table::{Head, TensorRole};
use half::{bf16, f16};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::BTreeMap;
use tilt_protocol::tensor_names::is_attention_mask;
use tilt_protocol::{Error, Result};

pub const WEIGHTS_FILE: &str = "model.safetensors";
const PREFIX: &str = "transformer.";

/// What stands before the names of a model that was saved within something else: Opacus,
/// data parallelism, `torch.compile`, TRL's value head, PEFT.
const WRAPPERS: [&str; 6] = [
    "_module.",
    "module.",
    "_orig_mod.",
    "pretrained_model.",
    "base_model.model.",
    "base_model.",
];
/// What PEFT puts behind the name of a layer that it has wrapped.
const PEFT_LAYER: &str = ".base_layer.";
/// TRL's value head, which judges and says nothing: no part of the language model.
const VALUE_HEAD: &str = "v_head.";

/// A tensor's name without what the model was wrapped in.
fn unwrapped(name: &str) -> String {
    let mut name = name;
    while let Some(inner) = WRAPPERS
        .iter()
        .find_map(|wrapper| name.strip_prefix(wrapper))
    {
        name = inner;
    }
    name.replace(PEFT_LAYER, ".")
}

/// What all the names of a file's tensors begin with, where the model was saved within
/// something else.
pub fn wrapper(bytes: &[u8]) -> Option<String> {
    let file = SafeTensors::deserialize(bytes).ok()?;
    let names = file.names();
    let mut wrappers = names.iter().filter_map(|name| {
        let inner = unwrapped(name).len();
        let outer = &name[..name.len().saturating_sub(inner)];
        (!outer.is_empty() && !name.contains(PEFT_LAYER)).then(|| outer.to_owned())
    });
    wrappers.next()
}

/// Number format of written weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    F32,
    F16,
}

impl Precision {
    /// The name in `config.json`.
    pub fn dtype(self) -> &'static str {
        match self {
            Precision::F32 => "float32",
            Precision::F16 => "float16",
        }
    }
}

/// Reads weights into the arena's layout, `[parameters]`.
///
/// # Errors
/// [`Error::MalformedFile`] for a file that is no safetensors file, holds a tensor
/// that GPT-2 does not have, another number type or a number that is not finite;
/// [`Error::TensorMissing`]; [`Error::CheckpointShape`].
pub fn read_weights(bytes: &[u8], layout: &Layout) -> Result<Vec<f32>> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| {
        Error::malformed(WEIGHTS_FILE, format!("not a safetensors file: {error}"))
    })?;
    let mut tensors: BTreeMap<String, TensorView<'_>> = BTreeMap::new();
    for (name, view) in file.tensors() {
        let inner = unwrapped(&name);
        if inner.starts_with(VALUE_HEAD) {
            continue;
        }
        if inner.contains(".lora_") {
            let reason = format!(
                "tensor \"{name}\" is part of an adapter (LoRA): merge it into the model first (merge_and_unload) and save that"
            );
            return Err(Error::malformed(WEIGHTS_FILE, reason));
        }
        let inner = inner.strip_prefix(PREFIX).unwrap_or(&inner);
        if tensors.insert(inner.to_owned(), view).is_some() {
            let reason = format!("tensor \"{name}\" stands there twice, under two prefixes");
            return Err(Error::malformed(WEIGHTS_FILE, reason));
        }
    }
    // Every shape is checked before the arena is allocated: what a config claims may
    // be far more than the file holds.
    let mut views = Vec::with_capacity(layout.slots.len());
    for slot in &layout.slots {
        let view = tensors
            .remove(&slot.name)
            .ok_or_else(|| Error::TensorMissing {
                file: WEIGHTS_FILE.to_owned(),
                tensor: slot.name.clone(),
                expected: slot.shape.clone(),
            })?;
        if view.shape() != slot.shape {
            return Err(Error::CheckpointShape {
                file: WEIGHTS_FILE.to_owned(),
                tensor: slot.name.clone(),
                found: view.shape().to_vec(),
                expected: slot.shape.clone(),
            });
        }
        views.push(view);
    }
    let mut arena = vec![0.0; layout.len];
    for (slot, view) in layout.slots.iter().zip(&views) {
        copy_numbers(&slot.name, view, &mut arena[slot.range()])?;
    }
    check_rest(tensors, &arena, layout)?;
    Ok(arena)
}

/// What may stand in the file beside the parameters: attention's constant masks,
/// and a head that equals the token embedding.
fn check_rest(
    tensors: BTreeMap<String, TensorView<'_>>,
    arena: &[f32],
    layout: &Layout,
) -> Result<()> {
    for (name, view) in tensors {
        if is_attention_mask(&name) {
            continue;
        }
        let embedding = &arena[layout.slots[0].range()];
        let mut head = vec![0.0; view.shape().iter().product()];
        if name == Head::Language.tensor() && head.len() == embedding.len() {
            copy_numbers(&name, &view, &mut head)?;
            if head == embedding {
                continue;
            }
            let reason =
                "lm_head.weight differs from wte.weight, where config.json says that they are tied";
            return Err(Error::malformed(WEIGHTS_FILE, reason));
        }
        let reason = format!(
            "tensor \"{name}\" does not belong to a GPT-2 of this config.json (n_layer {})",
            layout.blocks()
        );
        return Err(Error::malformed(WEIGHTS_FILE, reason));
    }
    Ok(())
}

fn copy_numbers(name: &str, view: &TensorView<'_>, into: &mut [f32]) -> Result<()> {
    let data = view.data();
    match view.dtype() {
        Dtype::F32 => {
            for (number, bytes) in into.iter_mut().zip(data.chunks_exact(4)) {
                *number = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            }
        }
        Dtype::F16 => {
            for (number, bytes) in into.iter_mut().zip(data.chunks_exact(2)) {
                *number = f16::from_le_bytes([bytes[0], bytes[1]]).to_f32();
            }
        }
        Dtype::BF16 => {
            for (number, bytes) in into.iter_mut().zip(data.chunks_exact(2)) {
                *number = bf16::from_le_bytes([bytes[0], bytes[1]]).to_f32();
            }
        }
        other => {
            let reason = format!("tensor \"{name}\" is {other:?}, expected F32, F16 or BF16");
            return Err(Error::malformed(WEIGHTS_FILE, reason));
        }
    }
    if into.iter().all(|number| number.is_finite()) {
        Ok(())
    } else {
        let reason = format!("tensor \"{name}\" holds a number that is not finite");
        Err(Error::malformed(WEIGHTS_FILE, reason))
    }
}

/// Writes an arena as `model.safetensors`. Gradients are written the same way.
///
/// # Errors
/// [`Error::Internal`] if the arena does not fit the layout.
pub fn write_weights(arena: &[f32], layout: &Layout, precision: Precision) -> Result<Vec<u8>> {
    if arena.len() != layout.len {
        let reason = format!(
            "arena of {} numbers for a layout of {}",
            arena.len(),
            layout.len
        );
        return Err(Error::internal(reason));
    }
    let buffers: Vec<(&TensorSlot, Vec<u8>)> = layout
        .slots
        .iter()
        .map(|slot| (slot, bytes_of(&arena[slot.range()], precision)))
        .collect();
    let dtype = match precision {
        Precision::F32 => Dtype::F32,
        Precision::F16 => Dtype::F16,
    };
    let mut views = Vec::with_capacity(buffers.len());
    for (slot, bytes) in &buffers {
        let view = TensorView::new(dtype, slot.shape.clone(), bytes).map_err(Error::internal)?;
        views.push((hub_name(slot), view));
    }
    let metadata = Some(
        [("format".to_owned(), "pt".to_owned())]
            .into_iter()
            .collect(),
    );
    safetensors::serialize(views, metadata).map_err(Error::internal)
}

/// transformers' name of a tensor: all but the heads stand under the transformer.
pub fn hub_name(slot: &TensorSlot) -> String {
    match slot.role {
        TensorRole::Head(_) => slot.name.clone(),
        _ => format!("{PREFIX}{}", slot.name),
    }
}

/// True for a file that holds a reward model's scalar head.
pub fn holds_score_head(bytes: &[u8]) -> bool {
    let score = Head::Score.tensor();
    SafeTensors::deserialize(bytes)
        .is_ok_and(|file| file.names().iter().any(|name| unwrapped(name) == score))
}

fn bytes_of(numbers: &[f32], precision: Precision) -> Vec<u8> {
    match precision {
        Precision::F32 => numbers
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect(),
        Precision::F16 => numbers
            .iter()
            .flat_map(|&number| f16::from_f32(number).to_le_bytes())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpt_config::GptConfig;

    fn layout() -> Layout {
        Layout::of(&GptConfig::new(11, 8, 4, 1, 2))
    }

    fn numbers() -> Vec<f32> {
        (0..layout().len).map(|index| index as f32 / 64.0).collect()
    }

    #[test]
    fn weights_survive_writing_and_reading() {
        let bytes = write_weights(&numbers(), &layout(), Precision::F32).unwrap();
        assert_eq!(read_weights(&bytes, &layout()).unwrap(), numbers());
        let halves = write_weights(&numbers(), &layout(), Precision::F16).unwrap();
        assert!(halves.len() < bytes.len());
        // Sixty-fourths of small integers are exact in f16 up to 2048 / 64.
        assert_eq!(read_weights(&halves, &layout()).unwrap(), numbers());
    }

    #[test]
    fn a_head_of_its_own_survives_too_under_transformers_name() {
        let mut config = GptConfig::new(11, 8, 4, 1, 2);
        config.is_tied = false;
        let layout = Layout::of(&config);
        let numbers: Vec<f32> = (0..layout.len).map(|index| index as f32).collect();
        let bytes = write_weights(&numbers, &layout, Precision::F32).unwrap();
        assert_eq!(read_weights(&bytes, &layout).unwrap(), numbers);
        let file = SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(file.tensor("lm_head.weight").unwrap().shape(), [11, 4]);
        let read = GptConfig::from_json(&config.to_json("float32")).unwrap();
        assert_eq!(Layout::of(&read), layout);
        // A config that ties the head does not take this file.
        assert!(read_weights(&bytes, &self::layout()).is_err());
    }

    #[test]
    fn a_wrong_shape_names_tensor_and_both_shapes() {
        let bytes = write_weights(&numbers(), &layout(), Precision::F32).unwrap();
        let other = Layout::of(&GptConfig::new(12, 8, 4, 1, 2));
        let error = read_weights(&bytes, &other).unwrap_err();
        assert_eq!(
            error.to_string(),
            "model.safetensors: tensor \"wte.weight\" has shape [11, 4], expected [12, 4]"
        );
    }

    #[test]
    fn a_missing_and_a_surplus_tensor_are_named() {
        let bytes = write_weights(&numbers(), &layout(), Precision::F32).unwrap();
        let deeper = Layout::of(&GptConfig::new(11, 8, 4, 2, 2));
        let error = read_weights(&bytes, &deeper).unwrap_err();
        assert_eq!(
            error.to_string(),
            "model.safetensors: tensor \"h.1.ln_1.weight\" is missing, expected shape [4]"
        );
        let mut more = numbers();
        more.resize(deeper.len, 0.0);
        let bytes = write_weights(&more, &deeper, Precision::F32).unwrap();
        let error = read_weights(&bytes, &layout()).unwrap_err();
        assert!(error.to_string().contains("does not belong"), "{error}");
    }

    /// A file of the layout's parameters under other names and in another format, with
    /// `more` beside them.
    fn written(
        name: impl Fn(&str) -> String,
        (dtype, bytes): (Dtype, impl Fn(f32) -> Vec<u8>),
        more: &[(&str, TensorView<'_>)],
    ) -> Vec<u8> {
        let (layout, numbers) = (layout(), numbers());
        let data: Vec<Vec<u8>> = layout
            .slots
            .iter()
            .map(|slot| {
                numbers[slot.range()]
                    .iter()
                    .flat_map(|&n| bytes(n))
                    .collect()
            })
            .collect();
        let views = layout.slots.iter().zip(&data).map(|(slot, data)| {
            let view = TensorView::new(dtype, slot.shape.clone(), data).unwrap();
            (name(&slot.name), view)
        });
        let more = more
            .iter()
            .map(|(name, view)| (name.to_string(), view.clone()));
        safetensors::serialize(views.chain(more), None).unwrap()
    }

    #[test]
    fn a_file_as_openai_named_it_is_read_with_its_masks_and_head() {
        let mask = [1_u8; 64];
        let minus = (-1e4_f32).to_le_bytes();
        let head: Vec<u8> = numbers()[layout().slots[0].range()]
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect();
        let view =
            |dtype, shape: &[usize], data| TensorView::new(dtype, shape.to_vec(), data).unwrap();
        for prefix in ["", PREFIX] {
            let bias = format!("{prefix}h.0.attn.bias");
            let masked_bias = format!("{prefix}h.0.attn.masked_bias");
            let more = [
                (bias.as_str(), view(Dtype::BOOL, &[1, 1, 8, 8], &mask)),
                (masked_bias.as_str(), view(Dtype::F32, &[], &minus)),
                ("lm_head.weight", view(Dtype::F32, &[11, 4], &head)),
            ];
            let f32s = (Dtype::F32, |number: f32| number.to_le_bytes().to_vec());
            let bytes = written(|name| format!("{prefix}{name}"), f32s, &more);
            assert_eq!(read_weights(&bytes, &layout()).unwrap(), numbers());
        }
    }

    #[test]
    fn a_model_saved_within_something_else_is_read_without_it() {
        let f32s = || (Dtype::F32, |number: f32| number.to_le_bytes().to_vec());
        let head = [0_u8; 16];
        let head = TensorView::new(Dtype::F32, vec![1, 4], &head).unwrap();
        for outer in [
            "_module.",
            "module._orig_mod.",
            "pretrained_model.transformer.",
            "base_model.model.transformer.",
        ] {
            let name = |name: &str| format!("{outer}{name}");
            let more = [("v_head.summary.weight", head.clone())];
            let bytes = written(name, f32s(), &more);
            assert_eq!(read_weights(&bytes, &layout()).unwrap(), numbers());
            let told = wrapper(&bytes).expect("a wrapper");
            assert_eq!(outer.trim_end_matches(PREFIX), told);
        }
        assert_eq!(wrapper(&written(str::to_owned, f32s(), &[])), None);
        let peft = |name: &str| {
            let name = name.replace("c_attn.", "c_attn.base_layer.");
            format!("base_model.model.transformer.{name}")
        };
        let bytes = written(peft, f32s(), &[]);
        assert_eq!(read_weights(&bytes, &layout()).unwrap(), numbers());
        for (more, expected) in [
            (
                "base_model.model.transformer.h.0.attn.c_attn.lora_A.weight",
                "merge",
            ),
            ("wte.weight", "twice"),
        ] {
            let bytes = written(peft, f32s(), &[(more, head.clone())]);
            let error = read_weights(&bytes, &layout()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn bf16_is_read_and_other_formats_are_named() {
        let bf16s = (Dtype::BF16, |number: f32| {
            bf16::from_f32(number).to_le_bytes().to_vec()
        });
        let bytes = written(str::to_owned, bf16s, &[]);
        let expected: Vec<f32> = numbers()
            .iter()
            .map(|&n| bf16::from_f32(n).to_f32())
            .collect();
        assert_eq!(read_weights(&bytes, &layout()).unwrap(), expected);
        let f64s = (Dtype::F64, |number: f32| {
            f64::from(number).to_le_bytes().to_vec()
        });
        let error = read_weights(&written(str::to_owned, f64s, &[]), &layout()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "model.safetensors: tensor \"wte.weight\" is F64, expected F32, F16 or BF16"
        );
    }

    #[test]
    fn any_cut_of_a_file_is_an_error_and_no_panic() {
        let bytes = write_weights(&numbers(), &layout(), Precision::F32).unwrap();
        for end in [0, 1, 7, 8, 9, 100, bytes.len() / 2, bytes.len() - 1] {
            assert!(read_weights(&bytes[..end], &layout()).is_err(), "{end}");
        }
    }
}
