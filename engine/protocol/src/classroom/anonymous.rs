//! Reports without what tells who wrote them.

use super::gathered::numbered;
use super::report::LearnerReport;
use std::collections::BTreeMap;

/// What becomes of what learners wrote in their own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreeTexts {
    Kept,
    Dropped,
}

impl LearnerReport {
    /// The report of "Learner `number`": no name, no date, and times from when the lesson
    /// was begun. Runs are numbered anew, since their numbers are times too.
    #[must_use]
    pub fn anonymous(&self, number: usize, texts: FreeTexts) -> LearnerReport {
        let mut report = self.clone();
        let started = self.started;
        report.name = numbered(number);
        report.started = 0.0;
        report.ended = (self.ended - started).max(0.0);
        let since = |time: &mut f64| *time -= started;
        for acts in &mut report.acts {
            let times = &mut acts.times;
            times.done.iter_mut().for_each(since);
            for time in [&mut times.began, &mut times.locked, &mut times.left] {
                time.iter_mut().for_each(since);
            }
        }
        let numbers: BTreeMap<u64, u64> =
            (1..).zip(&self.runs).map(|(n, run)| (run.id, n)).collect();
        for run in &mut report.runs {
            run.id = numbers.get(&run.id).copied().unwrap_or_default();
        }
        for acts in &mut report.acts {
            let known = acts.runs.iter().filter_map(|id| numbers.get(id).copied());
            acts.runs = known.collect();
        }
        if texts == FreeTexts::Dropped {
            for answer in &mut report.answers {
                answer.explanation.clear();
                answer.answer.clear();
            }
        }
        report
    }
}
