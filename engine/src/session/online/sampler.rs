//! Sampling: the answers of the policy as it is, scored, as rows of the next steps.

use super::drawn::{Drawn, preferred};
use super::fresh::{FreshRollout, Told, fresh_rollouts, mean_kl};
use super::pace::{Pace, generation_of, pace};
use super::{FreshAnswer, Prompt, RewardFunction, RewardModel, reward_weights};
use crate::crew::{self, Team};
use crate::generate::{Pick, SampledAnswer, SamplingRequest};
use crate::model::Model;
use crate::random::Random;
use crate::session::critic::Critic;
use crate::session::problem::Problem;
use crate::session::rollouts::{Keep, Sampled, prepare};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::rc::Rc;
use tilt_protocol::dataset::{RolloutCompletion, RolloutRow};
use tilt_protocol::{
    Error, Generation, Metrics, Objective, OnlineObjective, Result, Reward, TrainSettings, Verdict,
    metrics,
};

/// Prompts, and what scores the answers.
pub struct PromptSource {
    /// At least one.
    pub prompts: Vec<Prompt>,
    /// At least one.
    pub rewards: Vec<RewardFunction>,
}

/// Where a run's rows come from, and where it stands in them.
pub struct Sampler {
    source: PromptSource,
    /// What each reward function counts.
    weights: Vec<f64>,
    pub progress: SamplingProgress,
}

/// How far a run has come in what it samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SamplingProgress {
    /// Micro-batches of the last sampling that are still to come, as indices into its rows.
    left: VecDeque<Vec<usize>>,
    /// Answers so far: each draws from a stream of its own.
    answers: usize,
    /// Of the last sampling, under TRL's names.
    pub metrics: Metrics,
}

impl SamplingProgress {
    /// The micro-batches of one optimiser step.
    pub fn take_step(&mut self, settings: &TrainSettings) -> Vec<Vec<usize>> {
        let count = settings.gradient_accumulation_steps.min(self.left.len());
        self.left.drain(..count).collect()
    }

    /// The micro-batches of a new sampling, in an order of their own as TRL shuffles them; PPO's
    /// in another one a pass.
    fn fill(&mut self, rows: usize, pace: &Pace, settings: &TrainSettings) {
        let mut order: Vec<usize> = (0..rows).collect();
        let purpose = format!("answers up to {}", self.answers);
        let mut random = Random::from_seed_for(settings.seed, &purpose);
        for pass in 0..pace.iterations {
            if !settings.keep_order && (pass == 0 || pace.shuffles_each_pass) {
                random.shuffle(&mut order);
            }
            let batches = order.chunks(settings.batch_size.max(1));
            self.left.extend(batches.map(<[usize]>::to_vec));
        }
    }

    /// True when what is left is of so many rows: a file may say anything.
    pub fn fits(&self, rows: usize) -> bool {
        let mut left = self.left.iter().flatten();
        left.all(|&row| row < rows)
    }
}

/// Who answers, and who reads the answers.
#[derive(Clone, Copy)]
pub struct SampledBy<'a> {
    pub model: &'a Model,
    /// `[parameters]`
    pub policy: &'a Tensor<1>,
    /// `[parameters]`
    pub reference: &'a Tensor<1>,
    /// PPO's value model.
    pub critic: Option<&'a Critic>,
    /// Who shares the sampling.
    pub team: Option<&'a Team>,
}

/// What a sampling brings.
pub struct Sampling {
    /// The settings' objective over the answers.
    pub problem: Problem,
    pub progress: SamplingProgress,
    /// Every answer, in the order of the prompts.
    pub rollouts: Vec<FreshRollout>,
    /// Sequences that were sampled, or read by any model.
    pub passes: usize,
}

impl Sampler {
    /// # Errors
    /// [`Error::InvalidConfig`] where batches do not hold whole groups, without a reward, or
    /// for an objective that does not sample; [`Error::NothingToUse`] without a prompt.
    pub fn new(source: PromptSource, settings: &TrainSettings) -> Result<Sampler> {
        pace(settings)?;
        if !source.rewards.iter().any(|function| function.counts) {
            let expected = "a reward function, for instance judge:polite=1";
            return Err(Error::invalid(Reward::FIELD, "nothing", expected));
        }
        if source.prompts.is_empty() {
            return Err(Error::NothingToUse {
                what: "prompts".to_owned(),
                purpose: "answer".to_owned(),
                advice: "give a file with a row {\"prompt\"} at least".to_owned(),
            });
        }
        let is_in_pairs = matches!(
            settings.objective,
            Objective::Online(OnlineObjective::OnlineDpo(_))
        );
        if !is_in_pairs && source.rewards.iter().any(RewardFunction::is_learner) {
            let expected = "online_dpo beside it, which asks for the better of two answers; or a judge or a reward model";
            return Err(Error::invalid(Reward::FIELD, Reward::Learner, expected));
        }
        let weights = match &settings.objective {
            Objective::Online(online) => online.reward_weights(),
            _ => None,
        };
        Ok(Sampler {
            weights: reward_weights(&source.rewards, weights)?,
            source,
            progress: SamplingProgress::default(),
        })
    }

    pub fn source(&self) -> &PromptSource {
        &self.source
    }

    /// The reward model that scores the answers, where one does.
    pub fn reward_model(&self) -> Option<&Rc<RewardModel>> {
        self.source.rewards.iter().find_map(RewardFunction::model)
    }

    pub fn prompts(&self) -> usize {
        self.source.prompts.len()
    }

    /// What `settings.steps_an_epoch` counts: pairs, or completions as often as they are used.
    ///
    /// # Errors
    /// Those of [`Sampler::new`].
    pub fn rows_an_epoch(&self, settings: &TrainSettings) -> Result<usize> {
        let Pace {
            rows, iterations, ..
        } = pace(settings)?;
        let rows = self.prompts().saturating_mul(rows);
        Ok(rows.saturating_mul(iterations))
    }

    /// Prompts that the next sampling takes; `None` while there is something left of the last.
    ///
    /// # Errors
    /// Those of [`Sampler::new`].
    pub fn wanted(&self, settings: &TrainSettings) -> Result<Option<usize>> {
        let pace = pace(settings)?;
        let is_used_up = self.progress.left.is_empty();
        Ok(is_used_up.then_some(pace.prompts))
    }

    /// Whether the learner scores answers.
    pub fn asks_learner(&self) -> bool {
        self.source.rewards.iter().any(RewardFunction::is_learner)
    }

    /// Answers of the policy to these prompts.
    ///
    /// # Errors
    /// Those of [`crew::sample`]; [`Error::NoTokenizer`] where a reward function reads text.
    pub async fn draw(
        &self,
        by: SampledBy<'_>,
        prompts: Vec<usize>,
        settings: &TrainSettings,
    ) -> Result<Drawn> {
        let SampledBy { model, policy, .. } = by;
        let pace = pace(settings)?;
        let generation = generation_of(settings)?;
        let each = self
            .asked(&prompts)
            .into_iter()
            .flat_map(|prompt| std::iter::repeat_n(&prompt.ids, pace.answers).cloned());
        let each: Vec<Vec<u32>> = each.collect();
        let request = SamplingRequest {
            prompts: &each,
            pick: Pick::Sample(sampling(generation, settings.seed)),
            max_new_tokens: generation.max_completion_length,
            seed: settings.seed,
            first_stream: self.progress.answers,
        };
        let answers = crew::sample(model, policy, &request, by.team).await?;
        let texts = self.texts(model, &answers)?;
        Ok(Drawn {
            prompts,
            answers,
            texts,
        })
    }

    /// The prompts of these numbers.
    fn asked(&self, prompts: &[usize]) -> Vec<&Prompt> {
        prompts.iter().map(|&p| &self.source.prompts[p]).collect()
    }

    /// Answers scored and ready to be trained on. Whoever takes them takes their `progress` with
    /// them; until then nothing has changed. `verdicts` are the learner's, one a pair; pairs of
    /// which they say nothing are left out.
    ///
    /// # Errors
    /// Those of [`prepare`], and of reward models.
    pub async fn score(
        &self,
        by: SampledBy<'_>,
        drawn: Drawn,
        verdicts: Option<&[Verdict]>,
        settings: &TrainSettings,
    ) -> Result<Sampling> {
        let SampledBy { model, policy, .. } = by;
        let pace = pace(settings)?;
        let asked = self.asked(&drawn.prompts);
        let rewards = self.rewards(&asked, &drawn, verdicts, pace.answers, settings);
        let mut rewards = rewards.await?.into_iter();
        let Drawn {
            prompts,
            answers,
            texts,
        } = drawn;
        let groups = answers.chunks(pace.answers).zip(&asked);
        let rows: Vec<RolloutRow> = groups
            .enumerate()
            .map(|(index, (answers, prompt))| RolloutRow {
                prompt: prompt.ids.clone(),
                completions: answers
                    .iter()
                    .map(|answer| RolloutCompletion {
                        ids: answer.ids.clone(),
                        rewards: rewards.next().unwrap_or_default(),
                        advantage: None,
                        old_logps: None,
                    })
                    .collect(),
                line: index + 1,
            })
            .collect();
        let names = self.source.rewards.iter();
        let names: Vec<String> = names.map(|function| function.name.clone()).collect();
        let steps = pace.steps(settings);
        let judged: Vec<RolloutRow>;
        let trained_on = match verdicts {
            None => &rows,
            Some(verdicts) => {
                let rows = rows.iter().zip(verdicts);
                let judged_rows = rows.filter(|(_, verdict)| verdict.is_decisive());
                judged = judged_rows.map(|(row, _)| row.clone()).collect();
                &judged
            }
        };
        let sampled = Sampled {
            rows: trained_on,
            names: &names,
            weights: Some(&self.weights),
            keep: if steps > 1 {
                Keep::OldLogps
            } else {
                Keep::Nothing
            },
            critic: by.critic,
        };
        let prepared = prepare(model, policy, by.reference, &sampled, settings).await?;
        let told = Told {
            prompts: &prompts,
            rows: &rows,
            weights: &self.weights,
            prepared: &prepared,
            settings,
        };
        let rollouts = fresh_rollouts(answers, texts, &told);
        let functions = self.source.rewards.iter();
        let reading = functions.filter(|function| !function.reads_text()).count();
        let passes = rollouts.len() * (1 + reading) + prepared.passes;
        let mut logged = prepared.metrics;
        logged.set_some(metrics::SAMPLED_KL, mean_kl(&rollouts));
        let mut progress = SamplingProgress {
            left: VecDeque::new(),
            answers: self.progress.answers + rollouts.len(),
            metrics: logged,
        };
        progress.fill(prepared.problem.len(), &pace, settings);
        Ok(Sampling {
            problem: prepared.problem,
            progress,
            rollouts,
            passes,
        })
    }

    /// The answers' texts; empty ones without a tokenizer.
    ///
    /// # Errors
    /// [`Error::NoTokenizer`] where a reward function reads them.
    fn texts(&self, model: &Model, answers: &[SampledAnswer]) -> Result<Vec<String>> {
        let mut functions = self.source.rewards.iter();
        let text = match functions.any(RewardFunction::reads_text) {
            true => Some(model.text("a reward function that reads answers")?),
            false => model.text.as_ref(),
        };
        let texts = answers
            .iter()
            .map(|answer| text.map_or_else(String::new, |text| text.answer(&answer.ids)));
        Ok(texts.collect())
    }

    /// What each reward function says of each answer, `[answers]` of `[functions]`.
    async fn rewards(
        &self,
        asked: &[&Prompt],
        drawn: &Drawn,
        verdicts: Option<&[Verdict]>,
        each: usize,
        settings: &TrainSettings,
    ) -> Result<Vec<Vec<Option<f64>>>> {
        let of_learner = verdicts.into_iter().flatten().map(|&one| preferred(one));
        let mut of_learner = of_learner.flatten();
        let fresh: Vec<FreshAnswer<'_>> = drawn
            .answers
            .iter()
            .zip(&drawn.texts)
            .enumerate()
            .map(|(index, (answer, text))| FreshAnswer {
                prompt: asked[index / each],
                preferred: of_learner.next().flatten(),
                ids: &answer.ids,
                text,
            })
            .collect();
        let mut rewards = vec![Vec::new(); fresh.len()];
        for function in &self.source.rewards {
            let scores = function.score(&fresh, settings.batch_size).await?;
            for (rewards, score) in rewards.iter_mut().zip(scores) {
                rewards.push(score.is_finite().then_some(score));
            }
        }
        Ok(rewards)
    }
}

fn sampling(generation: &Generation, seed: u64) -> tilt_protocol::Sampling {
    tilt_protocol::Sampling {
        temperature: generation.temperature,
        top_k: (generation.top_k > 0).then_some(generation.top_k),
        top_p: generation.top_p,
        min_p: generation.min_p.unwrap_or(0.0),
        repetition_penalty: generation.repetition_penalty,
        max_new_tokens: generation.max_completion_length,
        seed,
    }
}
