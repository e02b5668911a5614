//! Pairs of sampled answers, judged or not.

use crate::evaluate::answers::answer_prompts;
use crate::generate::GENERATION_BATCH;
use crate::judge::{self, Weighted};
use crate::model::Model;
use crate::random::Random;
use crate::world;
use burn::tensor::Tensor;
use tilt_protocol::{Content, Error, Example, JudgeSettings, Result, RowKind, Sampling};

/// Two different answers to one prompt, with the judge's verdict where one was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnPair {
    pub prompt: String,
    pub answers: [String; 2],
    /// Which answer the judge prefers, 0 or 1.
    pub preferred: Option<usize>,
}

impl DrawnPair {
    /// The rows that the verdict gives for an objective: one pair, or a thumb for each
    /// answer; none without a verdict.
    pub fn examples(&self, kind: RowKind) -> Vec<Example> {
        let Some(chosen) = self.preferred else {
            return Vec::new();
        };
        let prompt = Content::user(&self.prompt);
        let answer = |index: usize| Content::assistant(&self.answers[index]);
        match kind {
            RowKind::Unpaired => [0, 1]
                .map(|index| Example::Unpaired {
                    prompt: prompt.clone(),
                    completion: answer(index),
                    label: index == chosen,
                })
                .to_vec(),
            RowKind::Pairs | RowKind::Texts => vec![Example::Pair {
                prompt,
                chosen: answer(chosen),
                rejected: answer(1 - chosen),
                margin: None,
            }],
        }
    }
}

/// Draws pairs in chunks until the wanted number is there.
pub struct PairDrawer {
    prompts: Vec<String>,
    /// At random, not in turn.
    draws_prompts: bool,
    /// With a judge only decisive pairs count.
    judge: Option<JudgeSettings>,
    wanted: usize,
    sampling: Sampling,
    random: Random,
    found: usize,
    drawn: usize,
    /// Pairs that were not decisive.
    pub ties: usize,
}

/// Draws a wanted pair before a principle is given up as never decisive.
const DRAWS_A_PAIR: usize = 60;

impl PairDrawer {
    /// Draws from `prompts` in turn, or at random from the world's training prompts
    /// when there are none.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for a judge or a sampling out of range.
    pub fn new(
        prompts: Vec<String>,
        judge: Option<JudgeSettings>,
        wanted: usize,
        sampling: Sampling,
    ) -> Result<PairDrawer> {
        if let Some(judge) = &judge {
            judge.check()?;
        }
        check_sampling(&sampling)?;
        let random = Random::from_seed_for(sampling.seed, "pairs");
        let draws_prompts = prompts.is_empty();
        let prompts = match draws_prompts {
            true => world::training_prompts()
                .into_iter()
                .map(|prompt| prompt.text)
                .collect(),
            false => prompts,
        };
        Ok(PairDrawer {
            prompts,
            draws_prompts,
            judge,
            wanted,
            sampling,
            random,
            found: 0,
            drawn: 0,
            ties: 0,
        })
    }

    pub fn is_done(&self) -> bool {
        self.found >= self.wanted
    }

    /// The next pairs, at most those still wanted.
    ///
    /// # Errors
    /// [`Error::NothingToUse`] when no pair turns out decisive, and those of
    /// [`crate::generate::generate`].
    pub async fn advance(&mut self, model: &Model, arena: &Tensor<1>) -> Result<Vec<DrawnPair>> {
        let count = (GENERATION_BATCH / 2).min(2 * (self.wanted - self.found).max(2));
        let prompts: Vec<String> = (0..count)
            .map(|offset| match self.draws_prompts {
                false => self.prompts[(self.drawn + offset) % self.prompts.len()].clone(),
                true => self
                    .random
                    .choose(&self.prompts)
                    .cloned()
                    .unwrap_or_default(),
            })
            .collect();
        let doubled: Vec<&str> = prompts
            .iter()
            .flat_map(|prompt| [prompt.as_str(), prompt.as_str()])
            .collect();
        let stream = 2 * self.drawn;
        let answers = answer_prompts(model, arena, &doubled, &self.sampling, stream).await?;
        self.drawn += count;
        let mut pairs = Vec::new();
        for (prompt, two) in prompts.into_iter().zip(answers.chunks_exact(2)) {
            let answers = [two[0].text.clone(), two[1].text.clone()];
            if self.is_done() || answers[0] == answers[1] || answers.iter().any(String::is_empty) {
                continue;
            }
            let preferred = self.judge(&prompt, &answers);
            if self.judge.is_some() && preferred.is_none() {
                self.ties += 1;
                continue;
            }
            self.found += 1;
            pairs.push(DrawnPair {
                prompt,
                answers,
                preferred,
            });
        }
        if !self.is_done() && self.drawn > DRAWS_A_PAIR * self.wanted.max(4) {
            let what = match &self.judge {
                Some(judge) => {
                    let name = Weighted(judge.principles.clone()).name();
                    format!("more decisive pairs for \"{name}\"")
                }
                None => "different answers".to_owned(),
            };
            return Err(Error::NothingToUse {
                what,
                purpose: "label".to_owned(),
                advice: format!(
                    "{} of {} were found in {} draws; ask for fewer or choose another principle",
                    self.found, self.wanted, self.drawn
                ),
            });
        }
        Ok(pairs)
    }

    fn judge(&mut self, prompt: &str, answers: &[String; 2]) -> Option<usize> {
        let settings = self.judge.as_ref()?;
        let weighted = Weighted(settings.principles.clone());
        let bias = settings.length_bias;
        let verdict =
            judge::compare_biased(&weighted, bias, prompt, &answers[0], &answers[1]).verdict;
        if !verdict.is_decisive() {
            return None;
        }
        match judge::with_noise(verdict, settings.noise, &mut self.random) {
            judge::Verdict::First => Some(0),
            judge::Verdict::Second => Some(1),
            judge::Verdict::Tie => None,
        }
    }
}

/// # Errors
/// [`Error::InvalidConfig`] naming the field.
pub fn check_sampling(sampling: &Sampling) -> Result<()> {
    if !(sampling.temperature.is_finite() && sampling.temperature > 0.0) {
        return Err(Error::invalid(
            "temperature",
            sampling.temperature,
            "a number above 0",
        ));
    }
    if !(sampling.top_p > 0.0 && sampling.top_p <= 1.0) {
        return Err(Error::invalid(
            "top_p",
            sampling.top_p,
            "a number above 0, at most 1",
        ));
    }
    if !(0.0..1.0).contains(&sampling.min_p) {
        return Err(Error::invalid(
            "min_p",
            sampling.min_p,
            "a share from 0 up to, not including, 1",
        ));
    }
    if !(sampling.repetition_penalty.is_finite() && sampling.repetition_penalty > 0.0) {
        let (value, expected) = (sampling.repetition_penalty, "a number above 0");
        return Err(Error::invalid("repetition_penalty", value, expected));
    }
    if sampling.max_new_tokens == 0 {
        return Err(Error::invalid("max_new_tokens", 0, "a whole number from 1"));
    }
    Ok(())
}
