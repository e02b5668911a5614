//! A run on the policy's own answers as a zip that repeats it with TRL: the prompts, and the
//! reward model that scored the answers.

use super::model::{model_files, tokenizer_files};
use super::rows::for_trl;
use crate::breath::rest;
use crate::model::Model;
use crate::readback::read;
use crate::session::online::RewardModel;
use burn::tensor::Tensor;
use tilt_protocol::dataset::write_jsonl;
use tilt_protocol::export::{
    ExportMeta, TrlReward, TrlRun, online_readme, requirements, train_script,
};
use tilt_protocol::zip::{File, zip_files};
use tilt_protocol::{Error, Example, Result, Reward, TrainSettings};

/// What a run on its own answers is made of.
pub struct OnlineParts<'a> {
    pub model: &'a Model,
    /// `[parameters]`: the frozen reference and the policy's start.
    pub reference: &'a Tensor<1>,
    pub reward_model: Option<&'a RewardModel>,
}

/// The zip: the model that the run starts from, its prompts in TRL's format, the reward model,
/// a script, its requirements and how to run it.
///
/// # Errors
/// [`Error::BadRows`] for rows that are no prompts of text, [`Error::InvalidConfig`] where a
/// reward model is wanted and there is none, [`Error::Device`] when the device was lost.
pub async fn online_zip(
    parts: &OnlineParts<'_>,
    examples: &[Example],
    run: &TrlRun,
    settings: &TrainSettings,
    meta: &ExportMeta,
) -> Result<Vec<u8>> {
    let model = parts.model;
    let text = model.text("continuing in TRL")?;
    let prompts = prompts(model, examples, settings)?;
    let mut files = vec![
        File::new(
            "README.md",
            online_readme(run, settings, meta, prompts.len()),
        ),
        File::new("train.py", train_script(run)),
        File::new("requirements.txt", requirements()),
        File::new("prompts.jsonl", write_jsonl(&prompts)),
    ];
    let of_reference = meta.of_base();
    let folder = model_files(model, parts.reference, &of_reference).await?;
    files.extend(folder.into_iter().map(|file| file.within("reference")));
    rest().await;
    if run.rewards.contains(&TrlReward::Model) {
        let reward = parts.reward_model.ok_or_else(|| {
            let expected = "a reward model that was trained before";
            Error::invalid(Reward::FIELD, Reward::Model, expected)
        })?;
        let mut folder = model_files(&reward.model, &scaled(reward).await?, &of_reference).await?;
        if reward.model.text.is_none() {
            // It reads the policy's own tokens.
            folder.extend(tokenizer_files(text));
        }
        files.extend(folder.into_iter().map(|file| file.within("reward_model")));
        rest().await;
    }
    zip_files(&files)
}

/// As TRL's trainers read them.
fn prompts(model: &Model, examples: &[Example], settings: &TrainSettings) -> Result<Vec<Example>> {
    let (mut prompts, mut refused) = (Vec::new(), Vec::new());
    for (index, example) in examples.iter().enumerate() {
        let prompt = for_trl(example.clone(), &settings.objective, model, index)
            .and_then(|example| example.into_prompt(index + 1));
        match prompt {
            Ok(prompt) => prompts.push(Example::Prompt { prompt }),
            Err(error) => refused.push(error),
        }
    }
    match refused.is_empty() {
        true => Ok(prompts),
        false => Err(Error::BadRows(refused)),
    }
}

/// The reward model with its deviation in its head: what it gives is then as large as in the
/// run. Where its zero lies makes no difference to answers that are compared with each other.
async fn scaled(reward: &RewardModel) -> Result<Tensor<1>> {
    let mut numbers = read(reward.arena.clone()).await?;
    let slots = &reward.model.layout.slots;
    if let Some(head) = slots
        .iter()
        .find(|slot| slot.name.ends_with("score.weight"))
    {
        let end = (head.offset + reward.model.config.n_embd).min(numbers.len());
        for number in &mut numbers[head.offset.min(end)..end] {
            *number = (f64::from(*number) / reward.scale.deviation) as f32;
        }
    }
    Ok(Tensor::from_data(numbers.as_slice(), &reward.model.device))
}
