//! What a run on its own answers is given, and what the page sees of the answers.

use crate::model::Model;
use crate::session::Session;
use crate::session::online::{
    AskedPair, FreshRollout, PromptSource, RewardFunction, RewardModel, prompts_of,
};
use std::rc::Rc;
use tilt_protocol::dataset::ParsedPrompts;
use tilt_protocol::rollouts::{RolloutBatch, RolloutView, TokenView};
use tilt_protocol::{Error, Example, Pair, PairSource, Result, TrainSettings};

/// The prompts of these examples, and the reward functions that the settings name; `trained` is
/// the reward model of these labels.
///
/// # Errors
/// [`Error::InvalidConfig`] where a reward model is wanted and there is none,
/// [`Error::BadRows`] for examples that are no prompts or leave no room for an answer,
/// [`Error::NoTokenizer`].
pub fn prompt_source(
    model: &Model,
    settings: &TrainSettings,
    examples: Vec<Example>,
    trained: Option<&Rc<RewardModel>>,
) -> Result<PromptSource> {
    let mut parsed = ParsedPrompts::default();
    for (index, example) in examples.into_iter().enumerate() {
        let line = index + 1;
        match example.into_prompt(line) {
            Ok(prompt) => {
                parsed.prompts.push(prompt);
                parsed.lines.push(line);
            }
            Err(error) => parsed.errors.push(error),
        }
    }
    let (prompts, errors) = prompts_of(parsed, model)?;
    if !errors.is_empty() {
        return Err(Error::BadRows(errors));
    }
    Ok(PromptSource {
        prompts,
        rewards: RewardFunction::all(&settings.rewards, trained)?,
    })
}

/// Pairs that the learner is asked about, with what sampled them.
pub fn fresh_pairs(model: &str, session: &Session, pairs: Vec<AskedPair>) -> Vec<Pair> {
    let (step, seed) = (session.steps_taken(), session.settings().seed);
    let source = PairSource::Sampled {
        model: format!("{model}, {step} steps into a run"),
        seed,
    };
    let pair = |(place, asked): (usize, AskedPair)| {
        let [answer_a, answer_b] = asked.answers;
        Pair {
            id: format!("fresh-{seed}-{step}-{place}"),
            prompt: prompt_text(session, asked.prompt),
            answer_a,
            answer_b,
            source: source.clone(),
            row: None,
        }
    };
    pairs.into_iter().enumerate().map(pair).collect()
}

/// A prompt of the run as people read it.
fn prompt_text(session: &Session, index: usize) -> String {
    let source = session.prompt_source();
    let prompt = source.and_then(|source| source.prompts.get(index));
    prompt.map(|prompt| prompt.text.clone()).unwrap_or_default()
}

/// Answers of this run as the page shows them.
pub fn rollout_batch(
    model: &Model,
    session: &Session,
    rollouts: Vec<FreshRollout>,
) -> RolloutBatch {
    let of_tokens = |rollout: &FreshRollout| -> Vec<TokenView> {
        let tokens = rollout.answer.ids.iter().zip(&rollout.of_tokens);
        let text = |id: u32| model.text.as_ref().map(|text| text.token_text(id));
        tokens
            .map(|(&id, target)| TokenView {
                text: text(id).unwrap_or_default(),
                advantage: target.advantage,
                value: target.value,
            })
            .collect()
    };
    let functions = session.prompt_source().map(|source| source.rewards.iter());
    RolloutBatch {
        functions: functions
            .into_iter()
            .flatten()
            .filter(|function| function.counts)
            .map(|function| function.name.clone())
            .collect(),
        rollouts: rollouts
            .into_iter()
            .map(|rollout| RolloutView {
                prompt: prompt_text(session, rollout.prompt),
                of_tokens: of_tokens(&rollout),
                answer: rollout.text,
                tokens: rollout.answer.ids.len(),
                is_finished: rollout.answer.finished,
                rewards: rollout.rewards,
                reward: rollout.reward,
                advantage: rollout.advantage,
                kl: rollout.kl,
            })
            .collect(),
    }
}
