//! What a run came to, in the order in which it is told.

use super::curves::{Curve, CurvePoint};
use tilt_protocol::metrics;
use tilt_protocol::run_result::{AttributeChange, Direction, Language};
use tilt_protocol::statistics::mean;
use tilt_protocol::{PolicyAt, RunResult};

/// Leanings that are told, the strongest ones.
const MOST_LEANINGS: usize = 3;
/// Log-probs of chosen answers that fell by so many nats have fallen...
const DISPLACED_NATS: f64 = 1.0;
/// ...in the mean over so many batches.
const DISPLACED_STEPS: usize = 8;
/// Nats an answer below which the policy has hardly moved...
pub const NEAR_NATS: f64 = 1.0;
/// ...and above which it has gone further than runs of the shipped models do whose text holds.
pub const FAR_NATS: f64 = 15.0;

/// The first thing to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Headline {
    /// Most answers do not hold together any more.
    Broken,
    /// The labels prefer nothing that the judge knows.
    NoLeaning,
    /// The policy does what the labels prefer most.
    Does,
    /// It does so in part: not what they prefer most.
    DoesSome,
    /// It has not changed in what the labels prefer, as far as these answers tell.
    NotYet,
    /// It does the contrary.
    Contrary,
}

/// How far the policy has gone from its reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    Near,
    Usual,
    Far,
}

/// What the labels prefer, and whether the policy follows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leaning {
    pub change: AttributeChange,
    pub wanted: Direction,
}

impl Leaning {
    /// What the policy does about it; `None` where that may be chance.
    pub fn follows(&self) -> Option<bool> {
        Some(self.change.direction()? == self.wanted)
    }
}

pub fn leanings(result: &RunResult) -> Vec<Leaning> {
    let all = result.leanings().into_iter().take(MOST_LEANINGS);
    all.map(|(change, wanted)| Leaning {
        change: *change,
        wanted,
    })
    .collect()
}

pub fn headline(result: &RunResult) -> Headline {
    if result.language() == Some(Language::Broken) {
        return Headline::Broken;
    }
    let follows: Vec<Option<bool>> = leanings(result).iter().map(Leaning::follows).collect();
    match follows.first() {
        None => Headline::NoLeaning,
        Some(Some(true)) => Headline::Does,
        Some(_) if follows.contains(&Some(true)) => Headline::DoesSome,
        Some(Some(false)) => Headline::Contrary,
        Some(None) => Headline::NotYet,
    }
}

pub fn distance(result: &RunResult) -> Distance {
    if result.kl < NEAR_NATS {
        Distance::Near
    } else if result.kl > FAR_NATS {
        Distance::Far
    } else {
        Distance::Usual
    }
}

/// By how many nats chosen answers have become less likely than under the reference, and
/// rejected ones, over the last steps up to the policy's: where the chosen ones have at all,
/// and the loss is content since the rejected ones have more. Both are above zero.
pub fn displacement(curve: &Curve, of: PolicyAt) -> Option<[f64; 2]> {
    let points = curve.iter().filter(|point| point.step <= of.step);
    let last: Vec<_> = points.rev().take(DISPLACED_STEPS).collect();
    let fallen = |policy: &str, reference: &str| {
        let gap =
            |point: &CurvePoint| Some(point.metrics.get(reference)? - point.metrics.get(policy)?);
        let gaps: Vec<f64> = last.iter().filter_map(|point| gap(point)).collect();
        mean(&gaps)
    };
    let chosen = fallen(metrics::LOGPS_CHOSEN, metrics::REF_LOGPS_CHOSEN)?;
    let rejected = fallen(metrics::LOGPS_REJECTED, metrics::REF_LOGPS_REJECTED)?;
    (chosen > DISPLACED_NATS && rejected > chosen).then_some([chosen, rejected])
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::Principle;
    use tilt_protocol::run_result::LabelLean;
    use tilt_protocol::statistics::Proportion;

    fn change(principle: Principle, labels: usize, models: [usize; 2]) -> AttributeChange {
        AttributeChange {
            principle,
            labels: LabelLean {
                pairs: Proportion::new(labels, 40),
                ..LabelLean::default()
            },
            policy: Proportion::new(models[0], 64),
            reference: Proportion::new(models[1], 64),
        }
    }

    fn result(changes: Vec<AttributeChange>, sound: usize, kl: f64) -> RunResult {
        RunResult {
            examples: Vec::new(),
            changes,
            kl,
            kl_standard_error: None,
            answers: 64,
            policy_sound: Proportion::new(sound, 64),
            reference_sound: Proportion::new(62, 64),
            policy_repeats: Proportion::new(0, 64),
            reference_repeats: Proportion::new(0, 64),
        }
    }

    #[test]
    fn the_strongest_leaning_makes_the_headline_unless_the_text_broke() {
        let polite = |models| change(Principle::Polite, 39, models);
        let warm = |models| change(Principle::Warm, 34, models);
        let told = |changes, sound| headline(&result(changes, sound, 5.0));
        assert_eq!(told(vec![polite([60, 30])], 62), Headline::Does);
        assert_eq!(told(vec![polite([60, 30])], 8), Headline::Broken);
        assert_eq!(told(vec![polite([33, 30])], 62), Headline::NotYet);
        assert_eq!(told(vec![polite([5, 30])], 62), Headline::Contrary);
        let some = vec![polite([33, 30]), warm([60, 30])];
        assert_eq!(told(some, 62), Headline::DoesSome);
        let none = vec![change(Principle::Polite, 21, [60, 30])];
        assert_eq!(told(none, 62), Headline::NoLeaning);
    }

    #[test]
    fn distances_have_names() {
        let far = |kl| distance(&result(Vec::new(), 62, kl));
        assert_eq!(far(0.4), Distance::Near);
        assert_eq!(far(6.0), Distance::Usual);
        assert_eq!(far(198.0), Distance::Far);
    }

    #[test]
    fn chosen_answers_may_fall_while_the_gap_grows() {
        let point = |step: usize, chosen: f64, rejected: f64| {
            let mut metrics = tilt_protocol::Metrics::default();
            metrics.set(super::metrics::LOGPS_CHOSEN, -30.0 - chosen);
            metrics.set(super::metrics::REF_LOGPS_CHOSEN, -30.0);
            metrics.set(super::metrics::LOGPS_REJECTED, -25.0 - rejected);
            metrics.set(super::metrics::REF_LOGPS_REJECTED, -25.0);
            std::sync::Arc::new(CurvePoint {
                step,
                metrics,
                margins: Vec::new(),
            })
        };
        let at = |step| PolicyAt { run: Some(1), step };
        let both: Curve = vec![point(1, 0.0, 0.0), point(2, 6.0, 20.0)].into();
        assert_eq!(displacement(&both, at(2)), Some([3.0, 10.0]));
        assert_eq!(displacement(&both, at(1)), None, "before it fell");
        let rises: Curve = vec![point(1, -4.0, 20.0)].into();
        assert_eq!(displacement(&rises, at(1)), None);
        assert_eq!(displacement(&Curve::default(), at(1)), None);
    }
}
