//! What a lesson can know of this lab: its labels, its runs and what was measured of them.

use crate::lab::Lab;
use crate::model::run_record::{RunRecord, WinRatePoint};
use leptos::prelude::*;
use tilt_protocol::RunId;
use tilt_protocol::lesson::{
    AgreementFacts, CurveFacts, Facts, KlFacts, LabelFacts, RunFacts, SampleFacts, TokenFacts,
    WinRateFacts,
};

/// All facts as they are now, with the `tokens` that were looked at of a run's policy at a
/// step, and the `samples` of a run's uid. Follows labels and records; a curve that grows is taken as it
/// is at the moment.
pub fn facts_of(
    lab: Lab,
    tokens: impl Fn(RunId, usize) -> Vec<TokenFacts>,
    samples: impl Fn(u64) -> Vec<SampleFacts>,
    agreement: Vec<AgreementFacts>,
) -> Facts {
    let labels = lab.labels.entries().with(|entries| {
        let labels = entries.iter().map(|entry| &entry.label);
        LabelFacts::of_labels(labels)
    });
    // A run that another has followed has ended, whatever its record says yet.
    let live = lab.run.phase().get().is_active();
    let live = live.then(|| lab.run.run().with_untracked(|run| run.id));
    let runs = lab.runs.records().with(|records| {
        let facts = records.iter().map(|record| {
            let is_ended = record.is_ended && live != Some(record.id);
            let mut facts = facts_of_run(lab, record, is_ended);
            facts.tokens = tokens(record.id, facts.steps);
            facts.samples = samples(record.uid);
            facts
        });
        facts.collect()
    });
    Facts {
        labels,
        runs,
        agreement,
    }
}

fn facts_of_run(lab: Lab, record: &RunRecord, is_ended: bool) -> RunFacts {
    let points = lab.runs.points(record.id, 0, usize::MAX);
    let curve: Vec<CurveFacts> = points
        .iter()
        .map(|point| CurveFacts {
            step: point.step,
            metrics: point.metrics.clone(),
        })
        .collect();
    let kl = record.latest_kl().map(|(step, kl)| KlFacts {
        step,
        mean: kl.mean,
        standard_error: kl.standard_error,
        answers: kl.answers,
    });
    RunFacts {
        id: record.uid,
        objective: record.kind,
        settings: record.settings.clone(),
        model: record.model.clone(),
        steps: curve.last().map_or(0, |point| point.step),
        is_ended,
        curve,
        kl,
        win_rates: record.win_rates.iter().map(win_rate).collect(),
        tokens: Vec::new(),
        samples: Vec::new(),
    }
}

fn win_rate(point: &WinRatePoint) -> WinRateFacts {
    let decisive = point.decisive.unwrap_or_default();
    let wins = (point.rate * decisive as f64).round() as usize;
    WinRateFacts {
        step: point.step,
        principle: point.principle,
        wins: wins.min(decisive),
        losses: decisive - wins.min(decisive),
        ties: point.ties.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::Principle;

    #[test]
    fn wins_come_back_from_a_rate() {
        for decisive in [1, 3, 7, 97, 361] {
            for wins in 0..=decisive {
                let facts = win_rate(&WinRatePoint {
                    step: 1,
                    principle: Principle::Polite,
                    rate: wins as f64 / decisive as f64,
                    low: 0.0,
                    high: 1.0,
                    decisive: Some(decisive),
                    ties: Some(4),
                    kl: None,
                });
                assert_eq!(
                    (facts.wins, facts.losses, facts.ties),
                    (wins, decisive - wins, 4)
                );
            }
        }
    }
}
