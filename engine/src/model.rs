//! A loaded model: shape, weights on a device, tokenizer.

use crate::gpt::Gpt;
use crate::gpt_config::GptConfig;
use crate::hf::{self, Precision};
use crate::identity::identity_of;
use crate::kernels::cpu::tensor_of;
use crate::layout::Layout;
use crate::parameter_table::TensorRole;
use crate::random::Random;
use crate::readback::read;
use crate::text::{Preparation, Text, TokenisedRows, tokenise};
use burn::tensor::{Device, Tensor};
use tilt_protocol::{Error, Example, ModelIdentity, Objective, Result};

/// Shape, layout and tokenizer: what policy and reference share.
pub struct Model {
    pub config: GptConfig,
    pub layout: Layout,
    pub text: Option<Text>,
    pub device: Device,
    /// `None` for a model that comes from no files.
    pub identity: Option<ModelIdentity>,
}

/// transformers' `initializer_range`.
const INITIAL_DEVIATION: f64 = 0.02;

/// The files of a model folder.
pub struct ModelFiles<'a> {
    /// `config.json`, with what `generation_config.json` adds to it (see
    /// [`tilt_protocol::tokenizer_files::with_generation_config`]).
    pub config: &'a str,
    pub weights: &'a [u8],
    pub tokenizer: Option<&'a str>,
    pub tokenizer_config: Option<&'a str>,
}

/// The id that a reward model skips at the end of a row, and names in its config: the
/// config's, or as TRL chooses it the tokenizer's pad token, or else its end of text.
fn reward_pad_id(config: &GptConfig, text: Option<&Text>) -> Option<u32> {
    config
        .pad_token_id
        .or_else(|| text?.pad_id())
        .or(config.eos_token_id)
}

impl Model {
    /// Reads a folder's files; the arena is `[parameters]` on `device`.
    ///
    /// # Errors
    /// Those of [`GptConfig::from_json`], [`hf::read_weights`], [`Text::from_json`].
    pub fn load(files: &ModelFiles<'_>, device: &Device) -> Result<(Model, Tensor<1>)> {
        let mut config = GptConfig::from_json(files.config)?;
        config.has_score_head |= hf::holds_score_head(files.weights);
        let layout = Layout::of(&config);
        let text = files
            .tokenizer
            .map(|tokenizer| Text::from_json(tokenizer, files.tokenizer_config, &config))
            .transpose()?;
        if let Some(id) = text.as_ref().and_then(Text::eos_id) {
            config.prefer_end_of_text(id);
        }
        if config.has_score_head {
            config.pad_token_id = reward_pad_id(&config, text.as_ref());
        }
        let numbers = hf::read_weights(files.weights, &layout)?;
        let texts = [Some(files.config), files.tokenizer, files.tokenizer_config];
        let mut model = Model::new(config, text, device);
        model.identity = Some(identity_of(&numbers, texts));
        Ok((model, tensor_of(numbers, device)))
    }

    /// A model that comes from no files.
    pub fn new(config: GptConfig, text: Option<Text>, device: &Device) -> Model {
        Model {
            layout: Layout::of(&config),
            config,
            text,
            device: device.clone(),
            identity: None,
        }
    }

    /// GPT-2's initial weights: normal with deviation 0.02 (residual projections
    /// 0.02 / sqrt(2 n_layer)), gains 1, biases 0. Radford et al. 2019, section 2.3.
    pub fn initial_weights(layout: &Layout, config: &GptConfig, seed: u64) -> Vec<f32> {
        let mut random = Random::from_seed_for(seed, "initial weights");
        let mut arena = vec![0.0; layout.len];
        let residual = INITIAL_DEVIATION / (2.0 * config.n_layer as f64).sqrt();
        for slot in &layout.slots {
            let numbers = &mut arena[slot.range()];
            let deviation = match slot.role {
                TensorRole::Weight { to_residual: true } => residual,
                TensorRole::Embedding | TensorRole::Weight { .. } | TensorRole::Head(_) => {
                    INITIAL_DEVIATION
                }
                TensorRole::Gain => {
                    numbers.fill(1.0);
                    continue;
                }
                TensorRole::Bias { .. } => continue,
            };
            numbers.fill_with(|| (random.normal() * deviation) as f32);
        }
        arena
    }

    /// The model with a fresh scalar head, see [`Model::with_fresh_score_head`]. One that has one
    /// stays as it is.
    pub fn with_score_head(self, arena: Tensor<1>, seed: u64) -> (Model, Tensor<1>) {
        if self.config.has_score_head {
            return (self, arena);
        }
        let with_head = self.with_fresh_score_head(&arena, seed);
        let twin = self.twin_with_score_head();
        let text = self.text;
        (Model { text, ..twin }, with_head)
    }

    /// Checks that this model can score what `policy` writes; `field` and `name` are what it was
    /// given as.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for one without a scalar head or of another vocabulary: it reads
    /// the policy's tokens.
    pub fn check_scores(&self, field: &str, name: &str, policy: &Model) -> Result<()> {
        let wrong = |found: &str, expected: &str| {
            Err(Error::invalid(field, format!("{name}, {found}"), expected))
        };
        if !self.config.has_score_head {
            let expected = "one with a scalar head (GPT2ForSequenceClassification)";
            return wrong("a language model", expected);
        }
        let (found, wanted) = (self.config.vocab_size, policy.config.vocab_size);
        match found == wanted {
            true => Ok(()),
            false => wrong(
                &format!("a vocabulary of {found}"),
                &format!("the policy's {wanted}: it reads the policy's tokens"),
            ),
        }
    }

    /// The shape of a value model or a reward model made of this one: a scalar head after its
    /// parameters, no tokenizer.
    pub fn twin_with_score_head(&self) -> Model {
        let mut config = self.config.clone();
        config.has_score_head = true;
        config.pad_token_id = reward_pad_id(&config, self.text.as_ref());
        Model::new(config, None, &self.device)
    }

    /// These parameters with a fresh scalar head behind them, as transformers starts one:
    /// normal with deviation 0.02.
    pub fn with_fresh_score_head(&self, arena: &Tensor<1>, seed: u64) -> Tensor<1> {
        if self.config.has_score_head {
            return arena.clone();
        }
        let mut random = Random::from_seed_for(seed, "score head");
        let head: Vec<f32> = (0..self.config.n_embd)
            .map(|_| (random.normal() * INITIAL_DEVIATION) as f32)
            .collect();
        let head = Tensor::from_data(head.as_slice(), &self.device);
        Tensor::cat(vec![arena.clone(), head], 0)
    }

    /// A model over `arena` that records no gradient.
    pub fn gpt(&self, arena: &Tensor<1>) -> Gpt {
        Gpt::from_arena(&self.config, arena)
    }

    /// # Errors
    /// [`Error::NoTokenizer`].
    pub fn text(&self, what: &str) -> Result<&Text> {
        self.text.as_ref().ok_or_else(|| Error::NoTokenizer {
            what: what.to_owned(),
        })
    }

    /// The id that fills the right of a batch; masks never look at it.
    pub fn pad_id(&self) -> u32 {
        // Fine-tuned models often name a pad id that their vocabulary lacks.
        self.config
            .pad_token_id
            .filter(|&id| (id as usize) < self.config.vocab_size)
            .or(self.config.eos_token_id)
            .unwrap_or(0)
    }

    /// Dataset rows as ids, as TRL's trainer of the objective prepares them; `max_length`,
    /// in tokens, is bounded by the context.
    ///
    /// # Errors
    /// Those of [`tokenise`]; a bad row is in [`TokenisedRows::refused`].
    pub fn rows(
        &self,
        examples: &[Example],
        objective: &Objective,
        max_length: usize,
    ) -> Result<TokenisedRows> {
        let max_length = max_length.min(self.config.n_positions);
        self.prepare(examples, Preparation::of(objective)?, max_length)
    }

    /// As [`Model::rows`], for a preparation, and with no bound but `max_length`.
    ///
    /// # Errors
    /// Those of [`tokenise`].
    pub fn prepare(
        &self,
        examples: &[Example],
        preparation: Preparation,
        max_length: usize,
    ) -> Result<TokenisedRows> {
        let (text, vocab) = (self.text.as_ref(), self.config.vocab_size);
        tokenise(examples, text, vocab, max_length, preparation)
    }

    /// The bytes of `model.safetensors`, read from the device.
    ///
    /// # Errors
    /// [`Error::Device`] when the device was lost.
    pub async fn weights_file(&self, arena: &Tensor<1>, precision: Precision) -> Result<Vec<u8>> {
        let numbers = read(arena.clone()).await?;
        hf::write_weights(&numbers, &self.layout, precision)
    }
}
