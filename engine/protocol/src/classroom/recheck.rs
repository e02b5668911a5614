//! A report's verdicts once more, from the report's own numbers.

use super::report::{KEPT, LearnerReport, RunReport};
use crate::lesson::{Check, Facts, Lesson, Quantity, RunFacts, Standing, Verdict, check};

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
/// report does not hold all that a check may look at, is let be: see [`unfounded`].
pub fn recheck(report: &LearnerReport, lesson: &Lesson) -> Vec<Doubtful> {
    let again = verdicts_again(report, lesson).into_iter();
    let contradicted = again.filter(|(doubtful, _)| {
        let is_settled = doubtful.found.verdict != Standing::NotYet;
        is_settled && doubtful.found.verdict != doubtful.told.verdict
    });
    contradicted.map(|(doubtful, _)| doubtful).collect()
}

/// The steps whose verdict says that something is known which reports do hold, and which this
/// one does not show: a run that was removed, by the learner or by whoever wrote the file.
pub fn unfounded(report: &LearnerReport, lesson: &Lesson) -> Vec<usize> {
    let again = verdicts_again(report, lesson).into_iter();
    let unfounded = again.filter(|(doubtful, claim)| {
        let is_open = doubtful.found.verdict == Standing::NotYet;
        is_open && doubtful.told.verdict != Standing::NotYet && is_in_reports(claim)
    });
    unfounded.map(|(doubtful, _)| doubtful.step).collect()
}

/// Whether reports hold all that this check looks at.
fn is_in_reports(claim: &Check) -> bool {
    let is_kept = |name: &str| KEPT.contains(&name);
    claim.parts().into_iter().all(|part| match part {
        Check::Token { .. } => false,
        Check::Metric { name, .. } => is_kept(name),
        Check::Compare { quantity, .. } => match quantity {
            Quantity::Metric(name) => is_kept(name),
            Quantity::Kl | Quantity::WinRate(_) => true,
        },
        _ => true,
    })
}

/// Each verdict beside what its check finds in the report's numbers.
fn verdicts_again<'a>(report: &LearnerReport, lesson: &'a Lesson) -> Vec<(Doubtful, &'a Check)> {
    let mut again = Vec::new();
    for (step, wanted) in lesson.steps.iter().enumerate() {
        let told = report.verdicts.get(step).and_then(Option::as_ref);
        let (Some(claim), Some(told)) = (&wanted.check, told) else {
            continue;
        };
        let found = check(claim, &facts_at(report, step));
        let told = told.clone();
        again.push((Doubtful { step, told, found }, claim));
    }
    again
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
