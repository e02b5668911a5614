//! Policy against reference on held-out prompts, judged under one principle.
//!
//! One answer each for every held-out prompt at temperature 1, repeated with further
//! seeds until at least 200 comparisons are decisive or 2,000 were drawn.

use crate::crew::Team;
use crate::evaluate::answers::{WorldAnswer, both_answer};
use crate::evaluate::kl::{Kl, log_ratios};
use crate::generate::GENERATION_BATCH;
use crate::judge::{self, Weighted};
use crate::model::Model;
use crate::world;
use burn::tensor::Tensor;
use tilt_protocol::statistics::wilson_interval;
use tilt_protocol::{Principle, Result, Sampling, WinRateReport};

pub const DECISIVE_WANTED: usize = 200;
const DRAWN_AT_MOST: usize = 2_000;

/// A win rate being counted, a chunk of prompts at a time.
pub struct WinRateRun {
    principle: Principle,
    sampling: Sampling,
    prompts: Vec<String>,
    /// Decisive comparisons wanted.
    wanted: usize,
    /// Comparisons drawn so far: the next prompt is this modulo their number.
    drawn: usize,
    wins: usize,
    losses: usize,
    ties: usize,
    policy: AnswerSums,
    reference: AnswerSums,
    /// Of each of the policy's answers, in nats.
    log_ratios: Vec<f64>,
    /// Who shares the sampling.
    team: Option<Team>,
}

/// Sums over one model's answers.
#[derive(Default)]
struct AnswerSums {
    /// Answers with the attribute, of those to which the principle applies.
    having: usize,
    applies: usize,
    words: usize,
}

impl AnswerSums {
    fn add(&mut self, principle: Principle, answer: &WorldAnswer) {
        let read = judge::read_attributes(&answer.prompt, &answer.text);
        self.words += read.words;
        if let Some(has) = judge::attribute(principle, &read) {
            self.having += usize::from(has);
            self.applies += 1;
        }
    }

    fn rate(&self) -> f64 {
        self.having as f64 / self.applies.max(1) as f64
    }
}

impl WinRateRun {
    pub fn new(principle: Principle, seed: u64) -> WinRateRun {
        WinRateRun {
            principle,
            sampling: Sampling {
                seed,
                ..Sampling::default()
            },
            prompts: world::held_out_prompts()
                .into_iter()
                .map(|prompt| prompt.text)
                .collect(),
            wanted: DECISIVE_WANTED,
            drawn: 0,
            wins: 0,
            losses: 0,
            ties: 0,
            policy: AnswerSums::default(),
            reference: AnswerSums::default(),
            log_ratios: Vec::new(),
            team: None,
        }
    }

    /// Shares the sampling with a team.
    pub fn with_team(self, team: Option<Team>) -> WinRateRun {
        WinRateRun { team, ..self }
    }

    /// Another number of decisive comparisons.
    pub fn until(self, wanted: usize) -> WinRateRun {
        WinRateRun { wanted, ..self }
    }

    /// True at the end of a round over all prompts with enough decisive comparisons.
    pub fn is_done(&self) -> bool {
        let round_ended = self.drawn > 0 && self.drawn.is_multiple_of(self.prompts.len().max(1));
        round_ended && (self.wins + self.losses >= self.wanted || self.drawn >= DRAWN_AT_MOST)
    }

    /// Compares until enough has been counted.
    ///
    /// # Errors
    /// Those of [`WinRateRun::advance`].
    pub async fn to_end(
        mut self,
        model: &Model,
        policy: &Tensor<1>,
        reference: &Tensor<1>,
    ) -> Result<WinRateReport> {
        while !self.is_done() {
            self.advance(model, policy, reference).await?;
        }
        Ok(self.report())
    }

    /// Compares the next prompts of this round.
    ///
    /// # Errors
    /// Those of [`crate::generate::generate`].
    pub async fn advance(
        &mut self,
        model: &Model,
        policy: &Tensor<1>,
        reference: &Tensor<1>,
    ) -> Result<()> {
        let place = self.drawn % self.prompts.len().max(1);
        let end = (place + GENERATION_BATCH).min(self.prompts.len());
        let prompts: Vec<&str> = self.prompts[place..end]
            .iter()
            .map(String::as_str)
            .collect();
        let models = [policy, reference];
        let (sampling, first, team) = (&self.sampling, self.drawn, self.team.as_ref());
        let [ours, theirs] = both_answer(model, models, &prompts, sampling, first, team).await?;
        self.log_ratios
            .extend(log_ratios(model, reference, &ours).await?);
        let weighted = Weighted::single(self.principle);
        for (our, their) in ours.iter().zip(&theirs) {
            match judge::compare(&weighted, &our.prompt, &our.text, &their.text).verdict {
                judge::JudgeVerdict::First => self.wins += 1,
                judge::JudgeVerdict::Second => self.losses += 1,
                judge::JudgeVerdict::Tie => self.ties += 1,
            }
            self.policy.add(self.principle, our);
            self.reference.add(self.principle, their);
        }
        self.drawn += prompts.len();
        Ok(())
    }

    /// What has been counted so far.
    pub fn report(&self) -> WinRateReport {
        let decisive = self.wins + self.losses;
        let (low, high) = wilson_interval(self.wins as u64, decisive as u64);
        let answers = self.drawn.max(1) as f64;
        let kl = Kl::of(&self.log_ratios);
        WinRateReport {
            principle: self.principle,
            win_rate: (decisive > 0).then(|| self.wins as f64 / decisive as f64),
            low,
            high,
            wins: self.wins,
            losses: self.losses,
            ties: self.ties,
            policy_rate: self.policy.rate(),
            reference_rate: self.reference.rate(),
            policy_rated: self.policy.applies,
            reference_rated: self.reference.applies,
            kl: kl.mean,
            kl_standard_error: kl.standard_error,
            answers: self.log_ratios.len(),
            policy_words: self.policy.words as f64 / answers,
            reference_words: self.reference.words as f64 / answers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(wins: usize, losses: usize, ties: usize) -> WinRateReport {
        let run = WinRateRun {
            wins,
            losses,
            ties,
            ..WinRateRun::new(Principle::Polite, 1)
        };
        run.report()
    }

    #[test]
    fn ties_stand_beside_the_rate() {
        let report = counted(2, 1, 1);
        assert_eq!((report.wins, report.losses, report.ties), (2, 1, 1));
        assert_eq!(report.decisive(), 3);
        assert_eq!(report.win_rate, Some(2.0 / 3.0));
    }

    #[test]
    fn no_decisive_comparison_has_no_rate() {
        let report = counted(0, 0, 5);
        assert_eq!(report.win_rate, None);
        assert_eq!((report.low, report.high), (0.0, 1.0));
    }
}
