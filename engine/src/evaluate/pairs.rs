//! Pairs of sampled answers, judged or not.

use crate::crew::Team;
use crate::evaluate::answers::answer_prompts;
use crate::generate::GENERATION_BATCH;
use crate::judge::{self, Weighted};
use crate::model::Model;
use crate::random::Random;
use crate::world::{self, Prompt};
use burn::tensor::Tensor;
use tilt_protocol::{Content, Error, Example, JudgeSettings, Principle, Result, RowKind, Sampling};

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
            // The policy writes the answers that it learns from.
            RowKind::Prompts => Vec::new(),
        }
    }
}

/// Where the prompts come from.
enum PromptSource {
    /// In turn.
    Given(Vec<String>),
    /// At random, each group as often as another.
    Drawn(Vec<Vec<String>>),
}

impl PromptSource {
    /// The world's training prompts. For *safe* alone, those that ought to be declined and
    /// all others are drawn alike: among decisive pairs at the world's own frequencies five
    /// in six say "do not decline", and a policy learns just that.
    fn of_world(judge: Option<&JudgeSettings>) -> PromptSource {
        let prompts = world::training_prompts();
        let is_about_declining = judge.is_some_and(|judge| {
            let mut principles = judge.principles.iter();
            principles.all(|(principle, _)| *principle == Principle::Safe)
        });
        let texts = |prompts: Vec<Prompt>| prompts.into_iter().map(|prompt| prompt.text).collect();
        if !is_about_declining {
            return PromptSource::Drawn(vec![texts(prompts)]);
        }
        let (ought, ought_not) = prompts
            .into_iter()
            .partition(|prompt| prompt.should_decline);
        PromptSource::Drawn(vec![texts(ought), texts(ought_not)])
    }

    /// The prompt of draw number `index`.
    fn prompt(&self, index: usize, random: &mut Random) -> String {
        let found = match self {
            PromptSource::Given(prompts) => prompts.get(index % prompts.len().max(1)),
            PromptSource::Drawn(groups) => {
                let group = match &groups[..] {
                    [all] => Some(all),
                    several => random.choose(several),
                };
                group.and_then(|group| random.choose(group))
            }
        };
        found.cloned().unwrap_or_default()
    }
}

/// Draws pairs in chunks until the wanted number is there.
pub struct PairDrawer {
    source: PromptSource,
    /// With a judge only decisive pairs count.
    judge: Option<JudgeSettings>,
    wanted: usize,
    sampling: Sampling,
    random: Random,
    found: usize,
    drawn: usize,
    /// Pairs that were not decisive.
    pub ties: usize,
    /// Who shares the sampling.
    team: Option<Team>,
}

/// Draws a wanted pair before a principle is given up as never decisive.
const DRAWS_A_PAIR: usize = 60;

impl PairDrawer {
    /// Draws from `prompts` in turn, or at random from the world's training prompts
    /// when there are none (for *safe* alone, half of them ought to be declined).
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
        let source = match prompts.is_empty() {
            true => PromptSource::of_world(judge.as_ref()),
            false => PromptSource::Given(prompts),
        };
        Ok(PairDrawer {
            source,
            judge,
            wanted,
            sampling,
            random,
            found: 0,
            drawn: 0,
            ties: 0,
            team: None,
        })
    }

    /// Shares the sampling with a team.
    pub fn with_team(self, team: Option<Team>) -> PairDrawer {
        PairDrawer { team, ..self }
    }

    pub fn is_done(&self) -> bool {
        self.found >= self.wanted
    }

    /// The rows that all wanted pairs give for an objective.
    ///
    /// # Errors
    /// Those of [`PairDrawer::advance`].
    pub async fn all_examples(
        &mut self,
        model: &Model,
        arena: &Tensor<1>,
        kind: RowKind,
    ) -> Result<Vec<Example>> {
        let mut examples = Vec::new();
        while !self.is_done() {
            for pair in self.advance(model, arena).await? {
                examples.extend(pair.examples(kind));
            }
        }
        Ok(examples)
    }

    /// The next pairs, at most those still wanted.
    ///
    /// # Errors
    /// [`Error::NothingToUse`] when no pair turns out decisive, and those of
    /// [`crate::generate::generate`].
    pub async fn advance(&mut self, model: &Model, arena: &Tensor<1>) -> Result<Vec<DrawnPair>> {
        let count = (GENERATION_BATCH / 2).min(2 * (self.wanted - self.found).max(2));
        let prompts: Vec<String> = (0..count)
            .map(|offset| self.source.prompt(self.drawn + offset, &mut self.random))
            .collect();
        let doubled: Vec<&str> = prompts
            .iter()
            .flat_map(|prompt| [prompt.as_str(), prompt.as_str()])
            .collect();
        let stream = 2 * self.drawn;
        let (sampling, team) = (&self.sampling, self.team.as_ref());
        let answers = answer_prompts(model, arena, &doubled, sampling, stream, team).await?;
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
            judge::JudgeVerdict::First => Some(0),
            judge::JudgeVerdict::Second => Some(1),
            judge::JudgeVerdict::Tie => None,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn declined(principle: Principle) -> usize {
        let judge = JudgeSettings::of(principle, 0.0);
        let source = PromptSource::of_world(Some(&judge));
        let mut random = Random::from_seed_for(1, "pairs");
        let ought = |index| {
            let text = source.prompt(index, &mut random);
            world::find_prompt(&text).is_some_and(|prompt| prompt.should_decline)
        };
        (0..1_000).map(ought).filter(|&ought| ought).count()
    }

    #[test]
    fn for_safe_half_of_the_prompts_ought_to_be_declined() {
        let (safe, polite) = (declined(Principle::Safe), declined(Principle::Polite));
        assert!((450..550).contains(&safe), "{safe}");
        assert!((110..210).contains(&polite), "{polite}");
    }
}
