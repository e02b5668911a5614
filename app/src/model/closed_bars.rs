//! A prompt, a handful of answers with rewards, and the three distributions over them.

use super::selected::Selected;
use super::tilt;
use serde::Serialize;
use tilt_protocol::PolicyAt;

#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub id: usize,
    pub answer: String,
    pub reward: f64,
}

/// A prompt and the answers to compare.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClosedFormQuestion {
    pub prompt: String,
    pub candidates: Vec<Candidate>,
}

impl ClosedFormQuestion {
    pub fn of_pair(selected: &Selected) -> ClosedFormQuestion {
        let pair = &selected.entry.label.pair;
        let answers = selected.entry.label.chosen_rejected();
        ClosedFormQuestion {
            prompt: pair.prompt.clone(),
            candidates: answers
                .into_iter()
                .flat_map(|(chosen, rejected)| [(chosen, 1.0), (rejected, -1.0)])
                .enumerate()
                .map(|(id, (answer, reward))| Candidate {
                    id,
                    answer: answer.to_owned(),
                    reward,
                })
                .collect(),
        }
    }
}

/// Summed log-probs of answers, in nats.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredAnswers {
    pub prompt: String,
    pub answers: Vec<String>,
    pub policy: Vec<f64>,
    pub reference: Vec<f64>,
    pub of: PolicyAt,
}

/// One answer's probabilities; each column sums to 1 over the answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bar {
    pub answer: String,
    pub reward: f64,
    pub reference: f64,
    pub optimum: f64,
    pub policy: f64,
}

/// E[r], and KL against the reference in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RewardAndKl {
    pub reward: f64,
    pub kl: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    pub rows: Vec<Bar>,
    pub reference: RewardAndKl,
    pub optimum: RewardAndKl,
    pub policy: RewardAndKl,
    /// The policy that they are about.
    pub of: PolicyAt,
}

/// `None` while an answer has no finite log-probs yet.
pub fn bars_from(question: &ClosedFormQuestion, scored: &ScoredAnswers, beta: f64) -> Option<Bars> {
    if question.candidates.is_empty() || question.prompt != scored.prompt {
        return None;
    }
    let of = |logps: &[f64]| -> Option<Vec<f64>> {
        let found = question.candidates.iter().map(|candidate| {
            let at = scored
                .answers
                .iter()
                .position(|answer| *answer == candidate.answer)?;
            logps.get(at).copied().filter(|logp| logp.is_finite())
        });
        found.collect()
    };
    let reference = of(&scored.reference)?;
    let rewards: Vec<f64> = question
        .candidates
        .iter()
        .map(|candidate| candidate.reward)
        .collect();
    let optimum = tilt::optimum(&reference, &rewards, beta);
    let reference = tilt::renormalised(&reference);
    let policy = tilt::renormalised(&of(&scored.policy)?);
    let summary = |logps: &[f64]| RewardAndKl {
        reward: tilt::expected_reward(logps, &rewards),
        kl: tilt::kl(logps, &reference),
    };
    let rows = question
        .candidates
        .iter()
        .enumerate()
        .map(|(at, candidate)| Bar {
            answer: candidate.answer.clone(),
            reward: candidate.reward,
            reference: reference[at].exp(),
            optimum: optimum[at].exp(),
            policy: policy[at].exp(),
        })
        .collect();
    Some(Bars {
        rows,
        reference: summary(&reference),
        optimum: summary(&optimum),
        policy: summary(&policy),
        of: scored.of,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> ClosedFormQuestion {
        let candidate = |id: usize, answer: &str, reward| Candidate {
            id,
            answer: answer.to_owned(),
            reward,
        };
        ClosedFormQuestion {
            prompt: "Hello!".to_owned(),
            candidates: vec![
                candidate(0, "Good day.", 1.0),
                candidate(1, "Go away.", -1.0),
            ],
        }
    }

    fn scored() -> ScoredAnswers {
        ScoredAnswers {
            prompt: "Hello!".to_owned(),
            answers: vec!["Go away.".to_owned(), "Good day.".to_owned()],
            policy: vec![-9.0, -7.0],
            reference: vec![-8.0, -8.0],
            of: PolicyAt {
                run: Some(3),
                step: 12,
            },
        }
    }

    #[test]
    fn bars_find_their_answers_and_sum_to_one() {
        let bars = bars_from(&question(), &scored(), 1.0).expect("all is scored");
        assert_eq!(bars.rows[0].answer, "Good day.");
        for read in [
            (|bar: &Bar| bar.reference) as fn(&Bar) -> f64,
            |bar| bar.optimum,
            |bar| bar.policy,
        ] {
            let sum: f64 = bars.rows.iter().map(read).sum();
            assert!((sum - 1.0).abs() < 1e-12);
        }
        assert!((bars.rows[0].reference - 0.5).abs() < 1e-12);
        // exp(1) against exp(-1): both gaps are 2 nats.
        let expected = 1.0 / (1.0 + (-2f64).exp());
        assert!((bars.rows[0].optimum - expected).abs() < 1e-12);
        assert!((bars.rows[0].policy - expected).abs() < 1e-12);
        assert_eq!(bars.reference.kl, 0.0);
        assert!(bars.optimum.kl > 0.0 && bars.optimum.reward > 0.0);
    }

    #[test]
    fn no_bars_without_every_answer() {
        let mut missing = scored();
        missing.answers[0] = "Another.".to_owned();
        assert_eq!(bars_from(&question(), &missing, 1.0), None);
        let mut infinite = scored();
        infinite.policy[0] = f64::NEG_INFINITY;
        assert_eq!(bars_from(&question(), &infinite, 1.0), None);
    }
}
