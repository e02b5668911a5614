//! One lesson's class as the board shows it.

use std::collections::BTreeSet;
use std::sync::Arc;
use tilt_protocol::ObjectiveKind;
use tilt_protocol::classroom::{
    Doubtful, LearnerReport, LessonReports, RunReport, SetAside, Way, called, recheck,
};
use tilt_protocol::hash;
use tilt_protocol::lesson::Lesson;

/// One learner with what the report comes to.
#[derive(Clone, Debug)]
pub struct Learner {
    /// Stands for the report, whatever stands beside it.
    pub id: u64,
    pub name: String,
    pub report: Arc<LearnerReport>,
    pub way: Way,
    /// Verdicts that do not follow from the report's own numbers; `None` without the lesson.
    pub doubtful: Option<Vec<Doubtful>>,
}

/// A class at one version of one lesson.
#[derive(Clone, Debug)]
pub struct ShownClass {
    pub lesson: String,
    pub hash: String,
    pub itself: Option<Lesson>,
    pub learners: Vec<Learner>,
    pub aside: Vec<SetAside>,
}

/// A run that every learner was to train: of a step, so many in the order of its acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AskedRun {
    pub step: usize,
    pub act: usize,
}

impl ShownClass {
    pub fn of(reports: &LessonReports, hides_names: bool) -> ShownClass {
        let names = called(&reports.reports, hides_names);
        let learners = reports
            .reports
            .iter()
            .zip(names)
            .map(|(one, name)| Learner {
                id: hash::of_text(0, &one.report.to_json()),
                name,
                way: Way::of(&one.report, reports.itself.as_ref()),
                doubtful: reports
                    .itself
                    .as_ref()
                    .map(|lesson| recheck(&one.report, lesson)),
                report: Arc::new(one.report.clone()),
            });
        ShownClass {
            lesson: reports.lesson.clone(),
            hash: reports.hash.clone(),
            itself: reports.itself.clone(),
            learners: learners.collect(),
            aside: reports.aside.clone(),
        }
    }

    pub fn title(&self) -> &str {
        self.itself
            .as_ref()
            .map_or(self.lesson.as_str(), |lesson| lesson.title.as_str())
    }

    pub fn reports(&self) -> Vec<&LearnerReport> {
        self.learners.iter().map(|one| &*one.report).collect()
    }

    /// Steps of the lesson, or as many as a report has.
    pub fn steps(&self) -> usize {
        let of_reports = self.learners.iter().map(|one| one.report.acts.len());
        self.itself
            .as_ref()
            .map_or(of_reports.max().unwrap_or(0), |lesson| lesson.steps.len())
    }

    /// The runs that steps asked for, in the order of the lesson.
    pub fn asked_runs(&self) -> Vec<AskedRun> {
        let mut found = BTreeSet::new();
        for one in &self.learners {
            for (step, acts) in one.report.acts.iter().enumerate() {
                found.extend((0..acts.runs.len()).map(|act| AskedRun { step, act }));
            }
        }
        found.into_iter().collect()
    }
}

impl Learner {
    /// The run by which this learner did what was asked.
    pub fn run(&self, asked: AskedRun) -> Option<&RunReport> {
        let id = self.report.acts.get(asked.step)?.runs.get(asked.act)?;
        self.report.runs.iter().find(|run| run.id == *id)
    }

    /// The objective of that run.
    pub fn objective(&self, asked: AskedRun) -> Option<ObjectiveKind> {
        Some(self.run(asked)?.objective)
    }
}
