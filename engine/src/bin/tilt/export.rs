//! `tilt export`: a model as a zip for `transformers`, or a run as one for TRL.

use crate::files;
use burn::tensor::{Device, Tensor};
use pollster::block_on;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tilt_engine::export::{model_zip, trl_rows, trl_zip};
use tilt_engine::model::Model;
use tilt_engine::session::online::RewardModel;
use tilt_protocol::config::TrlConfig;
use tilt_protocol::dataset::parse_prompts;
use tilt_protocol::{
    Error, Example, ExportMeta, LabelCount, Metrics, Objective, Result, Reward, TrainSettings,
};

#[derive(clap::Args)]
pub struct Arguments {
    /// Folder of the model: with --trl the one that the run starts from, unless --reference
    /// names it.
    #[arg(long)]
    model: PathBuf,
    /// Folder of the model that training started from.
    #[arg(long)]
    reference: Option<PathBuf>,
    /// The run's rows as JSON lines, in TRL's formats.
    #[arg(long, required_if_eq("trl", "true"))]
    data: Option<PathBuf>,
    /// The run's settings, under TRL's field names.
    #[arg(long, required_if_eq("trl", "true"))]
    config: Option<PathBuf>,
    /// A run to be continued with TRL: labels or prompts, reference, script.
    #[arg(long)]
    trl: bool,
    /// What scored the answers of a run that sampled its own: length:PENALTY.
    #[arg(long, requires = "trl")]
    reward: Vec<String>,
    /// Folder of the reward model that scored them; it goes along.
    #[arg(long, requires = "trl")]
    reward_model: Option<PathBuf>,
    /// The file to write.
    #[arg(long)]
    out: PathBuf,
    /// The run kept the file's order in every epoch.
    #[arg(long)]
    keep_order: bool,
    /// The run decayed every tensor, biases and LayerNorm gains too.
    #[arg(long)]
    decay_all: bool,
    /// Go on with the good rows of a file that has bad ones.
    #[arg(long)]
    skip_bad_rows: bool,
    /// What `tilt judge win-rate` printed, for the model card.
    #[arg(long)]
    win_rate: Option<PathBuf>,
    /// The base model's name for the card; a folder's own name when left out.
    #[arg(long)]
    base_model: Option<String>,
    /// The licence for the card, as Hugging Face writes it: mit.
    #[arg(long)]
    license: Option<String>,
}

impl Arguments {
    /// The file that a bad row stands in, for messages.
    pub fn data_file(&self) -> Option<String> {
        self.data.as_ref().map(|path| path.display().to_string())
    }
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let config = match &arguments.config {
        Some(path) => Some(TrlConfig::from_json(&files::read_text(path)?)?),
        None => None,
    };
    // Of a run the model that it starts from leaves, otherwise the one that came of it.
    let folder = match &arguments.reference {
        Some(reference) if arguments.trl => reference,
        _ => &arguments.model,
    };
    let (model, arena) = files::load_model(folder, &Device::flex())?;
    let (model, arena) = with_head(model, arena, arguments.trl, config.as_ref());
    let examples = match &config {
        Some(config) if is_online(config) => prompts(arguments)?,
        _ => examples(arguments)?,
    };
    let (settings, rows) = match &config {
        Some(config) => {
            let (mut settings, rows) = settings(arguments, config, &model, &examples)?;
            settings.rewards = rewards(arguments)?;
            (Some(settings), rows)
        }
        None => (None, examples.len()),
    };
    let meta = ExportMeta {
        rows,
        settings: settings.clone(),
        ..meta(arguments, &examples)?
    };
    let scorer = match &arguments.reward_model {
        Some(folder) => {
            let (reward, weights) = files::load_model(folder, &Device::flex())?;
            let name = files::name_of(folder);
            Some(RewardModel::given(&name, reward, weights, &model)?)
        }
        None => None,
    };
    let bytes = match settings {
        Some(settings) if arguments.trl => {
            let scorer = scorer.as_ref();
            block_on(trl_zip(&model, &arena, &examples, &settings, &meta, scorer))?
        }
        _ => block_on(model_zip(&model, &arena, &meta))?,
    };
    files::write(&arguments.out, &bytes)?;
    eprintln!("{}: {} bytes", arguments.out.display(), bytes.len());
    Ok(())
}

fn is_online(config: &TrlConfig) -> bool {
    matches!(config.settings.objective, Objective::Online(_))
}

/// What scored the answers, the reward model last, as in `tilt train`.
fn rewards(arguments: &Arguments) -> Result<Vec<Reward>> {
    let given = arguments.reward.iter().map(|spec| Reward::of_spec(spec));
    let model = arguments.reward_model.iter().map(|_| Ok(Reward::Model));
    given.chain(model).collect()
}

/// The prompts of `--data`.
fn prompts(arguments: &Arguments) -> Result<Vec<Example>> {
    let Some(path) = &arguments.data else {
        return Ok(Vec::new());
    };
    let parsed = parse_prompts(&files::read_text(path)?);
    if !parsed.errors.is_empty() && !arguments.skip_bad_rows {
        return Err(Error::BadRows(parsed.errors));
    }
    files::tell_skipped(path, &parsed.errors);
    let prompts = parsed.prompts.into_iter();
    Ok(prompts.map(|prompt| Example::Prompt { prompt }).collect())
}

/// A run of a reward model starts with a fresh head, as in `tilt train`.
fn with_head(
    model: Model,
    arena: Tensor<1>,
    is_run: bool,
    config: Option<&TrlConfig>,
) -> (Model, Tensor<1>) {
    match config {
        Some(config) if is_run && matches!(config.settings.objective, Objective::Reward { .. }) => {
            model.with_score_head(arena, config.settings.seed)
        }
        _ => (model, arena),
    }
}

/// The rows of `--data`; none without it.
fn examples(arguments: &Arguments) -> Result<Vec<Example>> {
    let Some(path) = &arguments.data else {
        return Ok(Vec::new());
    };
    let parsed = files::read_rows(path)?;
    if !parsed.errors.is_empty() && !arguments.skip_bad_rows {
        return Err(Error::BadRows(parsed.errors));
    }
    files::tell_skipped(path, &parsed.errors);
    Ok(parsed.examples)
}

/// The config's settings, where what follows from the rows has been worked out, and how
/// many rows fit.
fn settings(
    arguments: &Arguments,
    config: &TrlConfig,
    model: &Model,
    examples: &[Example],
) -> Result<(TrainSettings, usize)> {
    for field in &config.unused {
        eprintln!("{field}: this objective does not use it");
    }
    let mut config = config.clone();
    config.settings.max_length = config.settings.max_length.min(model.config.n_positions);
    config.settings.keep_order |= arguments.keep_order;
    config.settings.decay_all |= arguments.decay_all;
    // Only rows that fit make steps.
    let rows = match examples {
        [] => 0,
        examples if is_online(&config) => examples.len(),
        examples => trl_rows(model, examples, &config.settings)?.rows.len(),
    };
    let steps_an_epoch = config.settings.steps_an_epoch(rows);
    Ok((config.settings_for(steps_an_epoch), rows))
}

/// What the folders say, without settings and rows.
fn meta(arguments: &Arguments, examples: &[Example]) -> Result<ExportMeta> {
    let folder = arguments.reference.as_ref().unwrap_or(&arguments.model);
    let own_name = || name_of(folder);
    let metrics = last_metrics(&arguments.model)?;
    let win_rate = match &arguments.win_rate {
        Some(path) => Some(json(path, &files::read_text(path)?)?),
        None => None,
    };
    Ok(ExportMeta {
        base_model: arguments.base_model.clone().unwrap_or_else(own_name),
        license: arguments.license.clone(),
        steps_taken: metrics.get("step").unwrap_or_default() as usize,
        labels: counts(arguments, examples),
        metrics,
        win_rate,
        ..ExportMeta::default()
    })
}

/// A folder's or file's own name, without those above it.
fn name_of(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = whole.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn counts(arguments: &Arguments, examples: &[Example]) -> Vec<LabelCount> {
    let Some(path) = &arguments.data else {
        return Vec::new();
    };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for example in examples {
        *counts.entry(example.kind()).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|(kind, count)| LabelCount {
            kind: kind.trim_start_matches("a ").to_owned(),
            labeller: name_of(path),
            count,
        })
        .collect()
}

/// The last line of the `metrics.jsonl` that `tilt train` writes beside a model.
fn last_metrics(folder: &Path) -> Result<Metrics> {
    let path = folder.join("metrics.jsonl");
    if !path.exists() {
        return Ok(Metrics::default());
    }
    let text = files::read_text(&path)?;
    match text.lines().rfind(|line| !line.trim().is_empty()) {
        Some(line) => json(&path, line),
        None => Ok(Metrics::default()),
    }
}

fn json<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::malformed(path.display(), error))
}
