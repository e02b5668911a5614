//! `config.json` of a Hugging Face GPT-2 folder.

use crate::parameter_table::{Parameters, Sizes};
use serde_json::{Map, Value, json};
use tilt_protocol::tokenizer_files::without_mark;
use tilt_protocol::{Error, Result};

/// More than a tab can hold; larger sizes are a slip or an attack.
const MOST_PARAMETERS: u64 = 400_000_000;
const MOST_LAYERS: usize = 1_000;

const LANGUAGE_ARCHITECTURE: &str = "GPT2LMHeadModel";
const SCORE_ARCHITECTURE: &str = "GPT2ForSequenceClassification";

/// The shape of a GPT-2 model and the ids it treats specially.
#[derive(Clone, Debug, PartialEq)]
pub struct GptConfig {
    pub vocab_size: usize,
    /// Context, in tokens.
    pub n_positions: usize,
    pub n_embd: usize,
    pub n_layer: usize,
    pub n_head: usize,
    /// Width inside the MLP; `4 n_embd` where the file does not say.
    pub n_inner: usize,
    /// Whether attention scores are divided by the root of the head size.
    pub scale_attn_weights: bool,
    /// Whether a block's attention scores are also divided by its number, from 1 (Mistral's
    /// GPT-2).
    pub scale_attn_by_inverse_layer_idx: bool,
    pub layer_norm_epsilon: f64,
    /// The id that ends a text: what training appends, and what a written config names.
    pub eos_token_id: Option<u32>,
    /// Further ids that end an answer.
    pub more_eos_ids: Vec<u32>,
    pub pad_token_id: Option<u32>,
    /// Whether the head is the token embedding (`tie_word_embeddings`).
    pub is_tied: bool,
    /// A reward model (`GPT2ForSequenceClassification` with one label): its scalar head
    /// is the last tensor of the layout.
    pub has_score_head: bool,
    /// The file as it was read, written back with unknown fields intact.
    fields: Map<String, Value>,
}

impl GptConfig {
    pub fn new(
        vocab_size: usize,
        n_positions: usize,
        n_embd: usize,
        n_layer: usize,
        n_head: usize,
    ) -> GptConfig {
        GptConfig {
            vocab_size,
            n_positions,
            n_embd,
            n_layer,
            n_head,
            n_inner: 4 * n_embd,
            scale_attn_weights: true,
            scale_attn_by_inverse_layer_idx: false,
            layer_norm_epsilon: 1e-5,
            eos_token_id: None,
            more_eos_ids: Vec::new(),
            pad_token_id: None,
            is_tied: true,
            has_score_head: false,
            fields: Map::new(),
        }
    }

    /// The ids that end an answer, the one that training appends first.
    pub fn end_of_text_ids(&self) -> Vec<u32> {
        let first = self.eos_token_id.into_iter();
        first.chain(self.more_eos_ids.iter().copied()).collect()
    }

    /// Whether an answer ends with this id.
    pub fn ends_text(&self, id: u32) -> bool {
        self.eos_token_id == Some(id) || self.more_eos_ids.contains(&id)
    }

    /// Makes the tokenizer's end of text the first: what texts are trained to end with is
    /// what answers end with, whatever else the config names.
    pub fn prefer_end_of_text(&mut self, id: u32) {
        let mut ids = self.end_of_text_ids();
        ids.retain(|other| *other != id);
        self.eos_token_id = Some(id);
        self.more_eos_ids = ids;
    }

    /// Numbers in all tensors, without overflow on any platform.
    fn parameters(&self) -> u64 {
        let mut all = 0_u64;
        Parameters::table(&self.sizes(), |entry| {
            all = all.saturating_add(entry.numbers())
        });
        all
    }

    /// What decides the parameters.
    pub fn sizes(&self) -> Sizes {
        Sizes {
            vocab: self.vocab_size,
            context: self.n_positions,
            width: self.n_embd,
            inner: self.n_inner,
            blocks: self.n_layer,
            is_tied: self.is_tied,
            has_score_head: self.has_score_head,
        }
    }

    pub fn head_size(&self) -> usize {
        self.n_embd / self.n_head
    }

    /// What a block's attention scores are multiplied by; `block` counts from 0.
    pub fn attention_scale(&self, block: usize) -> f32 {
        // In f32 step by step: rounding once from f64 would change the last bit of some.
        let [by_size, by_block] = self.attention_divisors(block);
        1.0 / (by_size as f32).sqrt() / by_block as f32
    }

    /// The same without f32's rounding.
    pub fn attention_scale_exact(&self, block: usize) -> f64 {
        let [by_size, by_block] = self.attention_divisors(block);
        1.0 / (by_size as f64).sqrt() / by_block as f64
    }

    /// Scores are divided by the root of the first and by the second.
    fn attention_divisors(&self, block: usize) -> [usize; 2] {
        [
            match self.scale_attn_weights {
                true => self.head_size(),
                false => 1,
            },
            match self.scale_attn_by_inverse_layer_idx {
                true => block + 1,
                false => 1,
            },
        ]
    }

    /// # Errors
    /// [`Error::MalformedFile`] for text that is no JSON object or another kind of
    /// model, [`Error::InvalidConfig`] naming the field that cannot be used.
    pub fn from_json(text: &str) -> Result<GptConfig> {
        let file = "config.json";
        let value: Value = serde_json::from_str(without_mark(text))
            .map_err(|error| Error::malformed(file, format!("not valid JSON: {error}")))?;
        let Value::Object(fields) = value else {
            return Err(Error::malformed(file, "expected one JSON object"));
        };
        let size = |name: &str| -> Result<usize> {
            let field = format!("config.json: {name}");
            let expected = "a whole number from 1 to 1,000,000";
            match fields.get(name) {
                None => Err(Error::invalid(&field, "nothing", expected)),
                Some(value) => value
                    .as_u64()
                    .filter(|size| (1..=1_000_000).contains(size))
                    .map(|size| size as usize)
                    .ok_or_else(|| Error::invalid(&field, value, expected)),
            }
        };
        let must_be = |name: &str, default: Value, allowed: &[Value]| {
            let found = match fields.get(name) {
                None | Some(Value::Null) => &default,
                Some(value) => value,
            };
            if allowed.contains(found) {
                Ok(())
            } else {
                let allowed: Vec<String> = allowed.iter().map(Value::to_string).collect();
                Err(Error::invalid(
                    &format!("config.json: {name}"),
                    found,
                    allowed.join(" or "),
                ))
            }
        };
        must_be("model_type", "gpt2".into(), &["gpt2".into()])?;
        must_be(
            "activation_function",
            "gelu_new".into(),
            &["gelu_new".into(), "gelu_pytorch_tanh".into()],
        )?;
        must_be("add_cross_attention", false.into(), &[false.into()])?;
        let flag = |name: &str, default: bool| -> Result<bool> {
            must_be(name, default.into(), &[true.into(), false.into()])?;
            Ok(fields.get(name).and_then(Value::as_bool).unwrap_or(default))
        };
        let id = |name: &str| {
            let id = fields.get(name)?.as_u64()?;
            u32::try_from(id).ok()
        };
        let (vocab_size, n_embd) = (size("vocab_size")?, size("n_embd")?);
        let n_inner = match fields.get("n_inner") {
            None | Some(Value::Null) => 4 * n_embd,
            Some(_) => size("n_inner")?,
        };
        let mut eos_ids = ids_of(fields.get("eos_token_id"), vocab_size).into_iter();
        let epsilon = fields
            .get("layer_norm_epsilon")
            .and_then(Value::as_f64)
            .unwrap_or(1e-5);
        let config = GptConfig {
            vocab_size,
            n_positions: size("n_positions")?,
            n_embd,
            n_layer: size("n_layer")?,
            n_head: size("n_head")?,
            n_inner,
            scale_attn_weights: flag("scale_attn_weights", true)?,
            scale_attn_by_inverse_layer_idx: flag("scale_attn_by_inverse_layer_idx", false)?,
            layer_norm_epsilon: epsilon,
            eos_token_id: eos_ids.next(),
            more_eos_ids: eos_ids.collect(),
            pad_token_id: id("pad_token_id"),
            is_tied: flag("tie_word_embeddings", true)?,
            has_score_head: fields
                .get("architectures")
                .and_then(Value::as_array)
                .is_some_and(|names| names.iter().any(|name| name == SCORE_ARCHITECTURE)),
            fields: fields.clone(),
        };
        if config.n_layer > MOST_LAYERS {
            let expected = format!("at most {MOST_LAYERS}");
            return Err(Error::invalid(
                "config.json: n_layer",
                config.n_layer,
                expected,
            ));
        }
        let parameters = config.parameters();
        if parameters > MOST_PARAMETERS {
            let expected = format!("at most {MOST_PARAMETERS} in a browser tab");
            return Err(Error::invalid(
                "config.json: parameters",
                parameters,
                expected,
            ));
        }
        if !config.n_embd.is_multiple_of(config.n_head) {
            let expected = format!("a multiple of n_head ({})", config.n_head);
            return Err(Error::invalid(
                "config.json: n_embd",
                config.n_embd,
                expected,
            ));
        }
        Ok(config)
    }

    /// The file as `transformers` reads it, with every field it came with; `dtype` is
    /// that of the weights beside it: `float32` or `float16`.
    pub fn to_json(&self, dtype: &str) -> String {
        let mut fields = self.fields.clone();
        // The older name of `dtype`, which would speak of other weights.
        fields.remove("torch_dtype");
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        put("dtype", dtype.into());
        put("model_type", "gpt2".into());
        put("activation_function", "gelu_new".into());
        put("vocab_size", self.vocab_size.into());
        put("n_positions", self.n_positions.into());
        put("n_embd", self.n_embd.into());
        put("n_layer", self.n_layer.into());
        put("n_head", self.n_head.into());
        put("layer_norm_epsilon", self.layer_norm_epsilon.into());
        put("eos_token_id", self.eos_token_id.into());
        put("pad_token_id", self.pad_token_id.into());
        put("tie_word_embeddings", self.is_tied.into());
        // What is at its default stays as the file had it, said or not.
        if self.n_inner != 4 * self.n_embd {
            put("n_inner", self.n_inner.into());
        }
        if !self.scale_attn_weights {
            put("scale_attn_weights", false.into());
        }
        if self.scale_attn_by_inverse_layer_idx {
            put("scale_attn_by_inverse_layer_idx", true.into());
        }
        for dropout in ["attn_pdrop", "embd_pdrop", "resid_pdrop"] {
            fields.insert(dropout.to_owned(), 0.0.into());
        }
        if self.has_score_head {
            fields.insert("architectures".to_owned(), vec![SCORE_ARCHITECTURE].into());
            // transformers counts labels by these.
            fields.insert("id2label".to_owned(), json!({ "0": "LABEL_0" }));
            fields.insert("label2id".to_owned(), json!({ "LABEL_0": 0 }));
        } else {
            fields
                .entry("architectures")
                .or_insert_with(|| vec![LANGUAGE_ARCHITECTURE].into());
        }
        serde_json::to_string_pretty(&Value::Object(fields)).unwrap_or_default()
    }
}

/// A field that holds an id or a list of them. Ids that the vocabulary lacks are left out:
/// small models keep GPT-2's 50256 from its defaults, and nothing ever says it.
fn ids_of(field: Option<&Value>, vocab_size: usize) -> Vec<u32> {
    let values = match field {
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    let mut ids = Vec::new();
    for id in values.iter().filter_map(Value::as_u64) {
        match u32::try_from(id) {
            Ok(id) if (id as usize) < vocab_size && !ids.contains(&id) => ids.push(id),
            _ => {}
        }
    }
    ids
}

#[cfg(test)]
mod tests;
