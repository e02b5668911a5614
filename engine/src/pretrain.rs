//! Pretraining a shipped model on the world's text, pulled a step at a time.
//!
//! The loss is the mean cross-entropy of the answers' tokens (end of text included);
//! prompts are read, not predicted, as in TRL's completion-only SFT. What a prediction is
//! compared with is not the token that was drawn but the world's own distribution over it
//! ([`NextTokens`]): in the mean the same loss, without the noise of the draw, as when a
//! student learns from a teacher's whole distribution (Hinton et al. 2015, arXiv
//! 1503.02531, section 2, at temperature 1).

use crate::batch::Batch;
use crate::checkpoint::{self, CheckpointKind, CheckpointTensors};
use crate::gpt_config::GptConfig;
use crate::grow::deeper;
use crate::model::Model;
use crate::muon::Muon;
use crate::pass::forward_logps;
use crate::random::Random;
use crate::readback::read;
use crate::sequence::Sequence;
use crate::session::diverged;
use crate::text::{Text, TokenisedRow, tokenizer_config, train_bpe};
use crate::world::{self, Exchange, NextTokens, SoftTarget};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use tilt_protocol::{
    Content, Error, Example, LrSchedule, ModelName, ObjectiveKind, Result, TrainSettings,
};

/// Exchanges that the tokenizer is trained on.
const TOKENIZER_EXCHANGES: usize = 20_000;
/// Batches drawn at once and sorted by length, so that a batch pads little. A checkpoint
/// is possible where they have run out, every so many steps.
pub const BATCHES_SORTED: usize = 8;

/// The shape of a shipped model: layers, width and heads.
pub fn shipped_shape(name: ModelName) -> (usize, usize, usize) {
    match name {
        ModelName::Nano => (3, 64, 4),
        ModelName::Small => (4, 128, 4),
        // As `small`, with more blocks: it is grown from it.
        ModelName::Base => (10, 128, 4),
    }
}

/// Everything that decides a pretraining.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PretrainSettings {
    pub name: ModelName,
    pub vocab: usize,
    /// In tokens.
    pub context: usize,
    pub steps: usize,
    /// Exchanges a step.
    pub batch_size: usize,
    pub learning_rate: f64,
    pub seed: u64,
}

/// What a checkpoint keeps beside the arenas.
#[derive(Serialize, Deserialize)]
struct SavedPretraining {
    settings: PretrainSettings,
    step: usize,
    random: Random,
}

const KIND: CheckpointKind = CheckpointKind {
    key: "tilt.pretraining",
    format: 2,
};
const PARAMETERS: &str = "parameters";
const FIRST: &str = "adam.first";
const SECOND: &str = "adam.second";
const MOMENTUM: &str = "muon.momentum";

impl PretrainSettings {
    pub fn shipped(name: ModelName) -> PretrainSettings {
        PretrainSettings {
            name,
            vocab: 1024,
            context: 128,
            steps: match name {
                ModelName::Nano => 8_000,
                ModelName::Small => 12_000,
                ModelName::Base => 1_200,
            },
            batch_size: 32,
            learning_rate: match name {
                ModelName::Nano => 4e-3,
                ModelName::Small => 3e-3,
                // It goes on from what `small` has learnt.
                ModelName::Base => 4e-4,
            },
            seed: 1,
        }
    }
}

/// A pretraining under way.
pub struct Pretraining {
    pub model: Model,
    /// `[parameters]`
    pub arena: Tensor<1>,
    pub step: usize,
    optimiser: Muon,
    settings: PretrainSettings,
    train: TrainSettings,
    random: Random,
    next_tokens: NextTokens,
    /// Sequences waiting in batches, with the distribution over each token of the answer.
    waiting: Vec<Vec<(Sequence, Vec<SoftTarget>)>>,
    /// Answer tokens of a batch, mean over the batches that were sorted together.
    tokens_a_batch: f64,
}

impl Pretraining {
    /// # Errors
    /// [`Error::Internal`] when the tokenizer cannot be trained.
    pub fn start(settings: PretrainSettings, device: &Device) -> Result<Pretraining> {
        let texts: Vec<String> = world::corpus(settings.seed)
            .take(TOKENIZER_EXCHANGES)
            .flat_map(|exchange| [exchange.prompt.text, exchange.answer])
            .collect();
        let tokenizer = train_bpe(&texts, settings.vocab)?;
        let (layers, width, heads) = shipped_shape(settings.name);
        let mut config = GptConfig::new(settings.vocab, settings.context, width, layers, heads);
        config.pad_token_id = Some(0);
        config.eos_token_id = Some(3);
        let layout = crate::layout::Layout::of(&config);
        let text = Text::from_json(
            &tokenizer,
            Some(&tokenizer_config(settings.context)),
            &config,
        )?;
        let next_tokens = NextTokens::new(|part| text.encode(part, false))?;
        let numbers = Model::initial_weights(&layout, &config, settings.seed);
        let optimiser = Muon::new(&layout, device);
        let arena = Tensor::from_data(numbers.as_slice(), device);
        let model = Model::new(config, Some(text), device);
        let train = TrainSettings {
            learning_rate: settings.learning_rate,
            lr_schedule: LrSchedule::Cosine,
            warmup_steps: settings.steps / 25,
            // As language models are usually pretrained (Brown et al. 2020, appendix B).
            adam_beta2: 0.95,
            weight_decay: 0.01,
            steps: settings.steps,
            ..TrainSettings::trl_defaults(ObjectiveKind::Sft.with_beta(0.1))
        };
        let random = Random::from_seed_for(settings.seed, "pretraining exchanges");
        Ok(Pretraining {
            model,
            arena,
            step: 0,
            optimiser,
            settings,
            train,
            random,
            next_tokens,
            waiting: Vec::new(),
            tokens_a_batch: 0.0,
        })
    }

    /// Begins with what a shallower model has learnt: see [`deeper`].
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for a model whose blocks know their numbers, those of
    /// [`deeper`], [`Error::Device`].
    pub async fn grow_from(&mut self, model: &Model, arena: &Tensor<1>) -> Result<()> {
        // A block's scale would be that of its new place.
        if model.config.scale_attn_by_inverse_layer_idx {
            let field = "--grow-from: scale_attn_by_inverse_layer_idx";
            return Err(Error::invalid(field, true, false));
        }
        let fresh = read(self.arena.clone()).await?;
        let grown = deeper(
            fresh,
            &self.model.layout,
            &read(arena.clone()).await?,
            &model.layout,
        )?;
        self.arena = Tensor::from_data(grown.as_slice(), &self.model.device);
        Ok(())
    }

    /// The whole state, for [`Pretraining::restore`]; after a number of steps that
    /// [`BATCHES_SORTED`] divides.
    ///
    /// # Errors
    /// [`Error::Internal`] in between, [`Error::Device`].
    pub async fn save(&self) -> Result<Vec<u8>> {
        if !self.waiting.is_empty() {
            return Err(Error::internal("batches are waiting"));
        }
        let state = SavedPretraining {
            settings: self.settings.clone(),
            step: self.step,
            random: self.random.clone(),
        };
        let arenas = vec![
            (PARAMETERS, self.arena.clone()),
            (FIRST, self.optimiser.adamw.first.clone()),
            (SECOND, self.optimiser.adamw.second.clone()),
            (MOMENTUM, self.optimiser.momentum.clone()),
        ];
        checkpoint::write(KIND, &state, arenas, &[]).await
    }

    /// Goes on from a checkpoint as if it had never stopped.
    ///
    /// # Errors
    /// [`Error::MalformedFile`], [`Error::CheckpointShape`], and those of
    /// [`Pretraining::start`].
    pub fn restore(bytes: &[u8], device: &Device) -> Result<Pretraining> {
        let state: SavedPretraining = checkpoint::read_state(KIND, bytes)?;
        let mut run = Pretraining::start(state.settings, device)?;
        let file = CheckpointTensors::of(bytes)?;
        run.arena = file.arena(PARAMETERS, &run.model)?;
        run.optimiser.adamw.first = file.arena(FIRST, &run.model)?;
        run.optimiser.adamw.second = file.arena(SECOND, &run.model)?;
        run.optimiser.adamw.step = state.step;
        run.optimiser.momentum = file.arena(MOMENTUM, &run.model)?;
        run.step = state.step;
        run.random = state.random;
        Ok(run)
    }

    pub fn settings(&self) -> &PretrainSettings {
        &self.settings
    }

    /// One optimiser step; the mean nats a token before it. Where loss or gradient are not
    /// finite, nothing of it is applied.
    ///
    /// # Errors
    /// [`Error::Diverged`], [`Error::Device`].
    pub async fn step(&mut self) -> Result<f64> {
        let (sequences, soft_targets): (Vec<Sequence>, Vec<Vec<SoftTarget>>) =
            self.next_batch()?.into_iter().unzip();
        let soft_targets: Vec<SoftTarget> = soft_targets.into_iter().flatten().collect();
        let batch = Batch::towards(&sequences, soft_targets, self.model.pad_id())?;
        let forward = forward_logps(&self.model, &self.arena, &batch, false)?;
        // Not the batch's own mean: batches are of like lengths, so tokens of short answers
        // would count more, and the model would learn that answers are short.
        let upstream = vec![-1.0 / self.tokens_a_batch as f32; batch.scored()];
        let gradient = forward.tape.backward(&self.model, &batch, &upstream);
        let logps = read(forward.values).await?.into_iter().map(f64::from);
        let loss = -logps.sum::<f64>() / batch.scored().max(1) as f64;
        diverged::check_loss(loss, self.step + 1)?;
        let lr = self.train.lr_at(self.step);
        let (updated, norm) = self
            .optimiser
            .update(&self.model.layout, &self.arena, &gradient, lr, &self.train)
            .await?;
        diverged::check_norm(norm, self.step + 1)?;
        self.arena = updated;
        self.step += 1;
        Ok(loss)
    }

    fn next_batch(&mut self) -> Result<Vec<(Sequence, Vec<SoftTarget>)>> {
        if let Some(batch) = self.waiting.pop() {
            return Ok(batch);
        }
        let count = BATCHES_SORTED * self.settings.batch_size;
        let exchanges: Vec<Exchange> = (0..count)
            .map(|_| world::draw_exchange(&mut self.random))
            .collect();
        let mut sequences = Vec::with_capacity(count);
        let mut tokens = 0;
        for (sequence, exchange) in sequences_of(&self.model, &exchanges)?
            .into_iter()
            .zip(&exchanges)
        {
            tokens += sequence.completion.len();
            let soft_targets = self
                .next_tokens
                .of_answer(&exchange.prompt, &sequence.completion)
                .ok_or_else(|| Error::internal("the world cannot write its own answer"))?;
            sequences.push((sequence, soft_targets));
        }
        self.tokens_a_batch = tokens.max(1) as f64 / BATCHES_SORTED as f64;
        sequences.sort_by_key(|(sequence, _)| sequence.len());
        self.waiting = sequences
            .chunks(self.settings.batch_size)
            .map(<[_]>::to_vec)
            .collect();
        self.random.shuffle(&mut self.waiting);
        self.waiting
            .pop()
            .ok_or_else(|| Error::internal("no exchange was drawn"))
    }
}

/// Exchanges as token ids, through the same code that prepares datasets.
///
/// # Errors
/// [`Error::NoTokenizer`], [`Error::BadRows`].
pub fn sequences_of(model: &Model, exchanges: &[Exchange]) -> Result<Vec<Sequence>> {
    let examples: Vec<Example> = exchanges
        .iter()
        .map(|exchange| Example::Completion {
            prompt: Content::user(&exchange.prompt.text),
            completion: Content::assistant(&exchange.answer),
        })
        .collect();
    let limit = model.config.n_positions;
    let objective = ObjectiveKind::Sft.with_beta(1.0);
    let rows = model.rows(&examples, &objective, limit)?.all_good()?;
    Ok(rows
        .rows
        .into_iter()
        .filter_map(|row| match row.cut(limit) {
            TokenisedRow::Text { sequence } => Some(sequence),
            TokenisedRow::Pair { .. } | TokenisedRow::Unpaired { .. } => None,
        })
        .collect())
}
