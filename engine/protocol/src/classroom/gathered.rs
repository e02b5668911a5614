//! Reports as they are handed in: by lesson, and each learner once.

use super::report::LearnerReport;
use crate::lesson::Lesson;

/// A report with the file that it came in.
#[derive(Clone, Debug, PartialEq)]
pub struct HandedIn {
    pub file: String,
    pub report: LearnerReport,
}

/// A report that does not count, since another of the same learner does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    pub file: String,
    /// The file that counts in its place.
    pub counts: String,
    pub why: WhyAside,
}

/// Why a report gives way to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyAside {
    /// It says the same.
    Same,
    /// It was written earlier on the same way through the lesson.
    Earlier,
}

/// The reports of one version of one lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct LessonReports {
    /// The lesson's id and hash.
    pub lesson: String,
    pub hash: String,
    /// The lesson, where a report carries it.
    pub itself: Option<Lesson>,
    /// One a learner, in the order in which they were handed in.
    pub reports: Vec<HandedIn>,
    pub aside: Vec<SetAside>,
}

/// Reports by lesson, in the order of ids and hashes. Of several that one learner wrote on
/// one way through it (the same name, begun at the same moment) the latest counts.
pub fn gather(handed: impl IntoIterator<Item = HandedIn>) -> Vec<LessonReports> {
    let mut lessons: Vec<LessonReports> = Vec::new();
    for one in handed {
        let (lesson, hash) = (&one.report.lesson, &one.report.lesson_hash);
        let place = lessons
            .iter()
            .position(|known| known.lesson == *lesson && known.hash == *hash);
        let known = match place {
            Some(place) => &mut lessons[place],
            None => {
                lessons.push(LessonReports {
                    lesson: lesson.clone(),
                    hash: hash.clone(),
                    itself: None,
                    reports: Vec::new(),
                    aside: Vec::new(),
                });
                let last = lessons.len() - 1;
                &mut lessons[last]
            }
        };
        known.take(one);
    }
    lessons.sort_by(|one, other| (&one.lesson, &one.hash).cmp(&(&other.lesson, &other.hash)));
    lessons
}

impl LessonReports {
    fn take(&mut self, one: HandedIn) {
        if self.itself.is_none() {
            self.itself = one.report.lesson_itself();
        }
        let is_of_the_same = |known: &&mut HandedIn| is_same_way(&known.report, &one.report);
        let Some(known) = self.reports.iter_mut().find(is_of_the_same) else {
            self.reports.push(one);
            return;
        };
        let why = match known.report == one.report {
            true => WhyAside::Same,
            false => WhyAside::Earlier,
        };
        let mut earlier = one;
        if why == WhyAside::Earlier && earlier.report.ended >= known.report.ended {
            std::mem::swap(known, &mut earlier);
        }
        let counts = known.file.clone();
        for aside in &mut self.aside {
            if aside.counts == earlier.file {
                aside.counts.clone_from(&counts);
            }
        }
        self.aside.push(SetAside {
            file: earlier.file,
            counts,
            why,
        });
    }
}

fn is_same_way(one: &LearnerReport, other: &LearnerReport) -> bool {
    one.name.trim() == other.name.trim() && one.started == other.started
}

/// What learners are called beside each other: by the names that they wrote, a repeated one
/// with a number, and "Learner 3" who wrote none. `are_hidden` calls all by number.
pub fn called(reports: &[HandedIn], are_hidden: bool) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (index, one) in reports.iter().enumerate() {
        let name = one.report.name.trim();
        let wanted = match are_hidden || name.is_empty() {
            true => numbered(index + 1),
            false => name.to_owned(),
        };
        let mut free = wanted.clone();
        let mut count = 1;
        while names.contains(&free) {
            count += 1;
            free = format!("{wanted} ({count})");
        }
        names.push(free);
    }
    names
}

/// What a learner without a name is called.
pub(super) fn numbered(number: usize) -> String {
    format!("Learner {number}")
}
