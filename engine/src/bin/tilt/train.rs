//! `tilt train`: a policy on preferences, metrics a line a step.

use crate::files;
use crate::inputs::{Inputs, ModelInputs, TrainingInputs};
use pollster::block_on;
use serde_json::Map;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::rc::Rc;
use tilt_engine::hf::Precision;
use tilt_engine::model::Model;
use tilt_engine::session::Session;
use tilt_engine::session::critic::Critic;
use tilt_engine::session::online::{PromptSource, RewardFunction, RewardModel, Sampler};
use tilt_protocol::{Error, Objective, OnlineObjective, Result, Reward, TrainSettings, metrics};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    inputs: Inputs,
    /// Folder for the trained model and metrics.jsonl.
    #[arg(long)]
    out: PathBuf,
    /// What scores the answers of a trainer that samples them, judge:polite=1,short=0.3; given
    /// several times, their sum (see reward_weights).
    #[arg(long)]
    reward: Vec<String>,
    /// Folder of a reward model that scores them; given several times, their sum, after those
    /// of --reward.
    #[arg(long)]
    reward_model: Vec<PathBuf>,
    /// Folder of the value model that PPO begins with, a reward model for instance; without it
    /// the policy with a fresh scalar head.
    #[arg(long)]
    value_model: Option<PathBuf>,
    /// Keep the file's order in every epoch.
    #[arg(long)]
    keep_order: bool,
    /// Decay every tensor, biases and LayerNorm gains too.
    #[arg(long)]
    decay_all: bool,
}

impl Arguments {
    /// The file that a bad row stands in, for messages.
    pub fn data_file(&self) -> String {
        self.inputs.data_file()
    }

    fn settings(&self, mut settings: TrainSettings) -> TrainSettings {
        settings.keep_order |= self.keep_order;
        settings.decay_all |= self.decay_all;
        settings
    }
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let models = arguments.inputs.load_models(&Map::new())?;
    let (model, mut session) = match models.config.settings.objective.clone() {
        Objective::Online(objective) => online_run(arguments, models, objective)?,
        _ => given_run(arguments, models)?,
    };
    let mut log = String::new();
    let result = loop {
        match block_on(one_step(&mut session, &model)) {
            Ok((line, done)) => {
                let _ = writeln!(log, "{line}");
                eprintln!("{line}");
                if done {
                    break Ok(line);
                }
            }
            Err(error) => break Err(error),
        }
    };
    files::write(&arguments.out.join("metrics.jsonl"), log)?;
    files::save_model(&arguments.out, &model, session.policy(), Precision::F32)?;
    if result.is_err() {
        eprintln!(
            "{}: the model as it was after step {}",
            arguments.out.display(),
            session.steps_taken()
        );
    }
    result.map(|last| println!("{last}"))
}

/// A run on the rows of `--data`.
fn given_run(arguments: &Arguments, models: ModelInputs) -> Result<(Model, Session)> {
    let models_of_reward = arguments.reward_model.iter();
    let given = arguments.reward.iter().cloned();
    let mut given = given.chain(models_of_reward.map(|folder| folder.display().to_string()));
    let expected = "nothing: this trainer learns from given rows";
    if let Some(reward) = given.next() {
        return Err(Error::invalid("--reward", reward, expected));
    }
    if let Some(folder) = &arguments.value_model {
        return Err(Error::invalid("--value-model", folder.display(), expected));
    }
    let TrainingInputs {
        model,
        policy,
        reference,
        config,
        rows,
    } = arguments.inputs.load_rows(models)?;
    // A language model becomes a reward model with a fresh head.
    let (model, policy) = match config.settings.objective {
        Objective::Reward { .. } => model.with_score_head(policy, config.settings.seed),
        _ => (model, policy),
    };
    let settings = config.settings_for(config.settings.steps_an_epoch(rows.len()));
    let settings = arguments.settings(settings);
    let session = Session::start(&model, policy, &reference, rows, settings)?;
    Ok((model, session))
}

/// A run on answers to the prompts of `--data`.
fn online_run(
    arguments: &Arguments,
    models: ModelInputs,
    mut objective: OnlineObjective,
) -> Result<(Model, Session)> {
    let given = arguments.reward.iter();
    let given = given.map(|spec| Reward::of_spec(spec));
    let given = given.collect::<Result<Vec<_>>>()?;
    if given.contains(&Reward::Learner) {
        let expected = "a judge or a reward model: it is the page that asks the learner";
        return Err(Error::invalid(Reward::FIELD, Reward::Learner, expected));
    }
    let value_model = arguments.value_model.as_ref();
    let value_model = value_model.map(|folder| {
        let (value, weights) = files::load_model(folder, &models.model.device)?;
        Critic::given(&files::name_of(folder), value, weights, &models.model)
    });
    let value_model = value_model.transpose()?;
    let mut rewards = RewardFunction::all(&given, None)?;
    for folder in &arguments.reward_model {
        let (reward, arena) = files::load_model(folder, &models.model.device)?;
        let name = files::name_of(folder);
        let reward = RewardModel::given(&name, reward, arena, &models.model)?;
        rewards.push(RewardFunction::of_model(&name, Rc::new(reward)));
    }
    let prompts = arguments.inputs.load_prompts(&models)?;
    let ModelInputs {
        model,
        policy,
        reference,
        mut config,
    } = models;
    let longest = prompts.iter().map(|prompt| prompt.ids.len()).max();
    let room = model.config.n_positions - longest.unwrap_or(0);
    fit_length(&mut objective, room, config.has_completion_length)?;
    config.settings.objective = Objective::Online(objective);
    config.settings.rewards = given;
    let source = PromptSource { prompts, rewards };
    let sampler = Sampler::new(source, &config.settings)?;
    let rows = sampler.rows_an_epoch(&config.settings)?;
    let settings = config.settings_for(config.settings.steps_an_epoch(rows));
    let settings = arguments.settings(settings);
    let session = match value_model {
        None => Session::start_online(&model, policy, &reference, sampler, settings)?,
        given => Session::start_online_with(&model, policy, &reference, sampler, given, settings)?,
    };
    Ok((model, session))
}

/// Keeps the length of answers within what the longest prompt leaves of the context.
fn fit_length(objective: &mut OnlineObjective, room: usize, is_written: bool) -> Result<()> {
    let field = match objective {
        OnlineObjective::Ppo(_) => "response_length",
        OnlineObjective::OnlineDpo(_) => "max_new_tokens",
        OnlineObjective::Rloo(_) | OnlineObjective::Grpo(_) => "max_completion_length",
    };
    let length = objective.generation().max_completion_length;
    if length <= room {
        return Ok(());
    }
    if is_written {
        let expected = format!("at most {room}, what the longest prompt leaves of the context");
        return Err(Error::invalid(field, length, expected));
    }
    eprintln!("{field}: {room}, what the longest prompt leaves of the context, and not {length}");
    objective.generation_mut().max_completion_length = room;
    Ok(())
}

/// One step's metrics as JSON, its own gradient norm among them, and whether it was the last.
async fn one_step(session: &mut Session, model: &Model) -> Result<(String, bool)> {
    let mut outcome = session.step(model).await?;
    if let Some(norm) = session.last_grad_norm().await? {
        outcome.metrics.set(metrics::GRAD_NORM, norm);
    }
    outcome.metrics.set("step", outcome.step as f64);
    let line = serde_json::to_string(&outcome.metrics).map_err(Error::internal)?;
    Ok((line, outcome.done))
}
