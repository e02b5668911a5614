//! A report's verdicts once more, from the report's own numbers.

use super::report::{LearnerReport, RunReport};
use crate::lesson::{Facts, Lesson, RunFacts, Standing, Verdict, check};

impl RunReport {
    /// As checks look at it: without what reports do not hold, tokens and answers.
    fn facts(&self) -> RunFacts {
        RunFacts {
            id: self.id,
            objective: self.objective,
            settings: self.settings.clone(),
            model: self.model.clone(),
            steps: self.steps,
            is_ended: self.is_ended,
            curve: self.curve.clone(),
            kl: self.kl,
            win_rates: self.win_rates.clone(),
            tokens: Vec::new(),
            samples: Vec::new(),
        }
    }
}

/// A verdict that does not follow from the numbers beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubtful {
    /// The step's index.
    pub step: usize,
    pub told: Verdict,
    pub found: Verdict,
}

/// Verdicts of a report that its own numbers contradict. One that they do not settle, since a
/// report does not hold all that a check may look at, is let be.
pub fn recheck(report: &LearnerReport, lesson: &Lesson) -> Vec<Doubtful> {
    let mut doubtful = Vec::new();
    for (step, wanted) in lesson.steps.iter().enumerate() {
        let told = report.verdicts.get(step).and_then(Option::as_ref);
        let (Some(claim), Some(told)) = (&wanted.check, told) else {
            continue;
        };
        let found = check(claim, &facts_at(report, step));
        let is_settled = found.verdict != Standing::NotYet;
        if is_settled && found.verdict != told.verdict {
            doubtful.push(Doubtful {
                step,
                told: told.clone(),
                found,
            });
        }
    }
    doubtful
}

/// What a report's checks and predictions see at a step: where acts up to it asked for runs,
/// these alone.
pub(super) fn facts_at(report: &LearnerReport, step: usize) -> Facts {
    let facts = Facts {
        labels: report.facts.labels.clone(),
        runs: report.runs.iter().map(RunReport::facts).collect(),
        agreement: report.facts.agreement.clone(),
    };
    let steps = report.acts.iter().take(step + 1);
    let asked: Vec<u64> = steps.flat_map(|acts| acts.runs.iter().copied()).collect();
    match asked.as_slice() {
        [] => facts,
        asked => facts.with_runs(asked),
    }
}
