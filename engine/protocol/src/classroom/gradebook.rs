//! A class as a table that a gradebook imports.

use super::moment::day;
use super::report::LearnerReport;
use super::way::Way;
use crate::export::text_cell;
use crate::lesson::Lesson;

const HEAD: &str = "name,lesson,version,steps done,steps,checks held,checks,points,minutes,started";

/// One learner beside the name to write.
pub type Named<'a> = (&'a str, &'a LearnerReport);

/// One row a learner, as RFC 4180 has it. Points are in percent, the version is the hash of
/// the lesson's text, and without `dates` it is not told when the lesson was begun.
pub fn gradebook_csv<'a>(
    learners: impl Iterator<Item = Named<'a>>,
    lesson: Option<&Lesson>,
    dates: bool,
) -> String {
    let mut text = format!("{HEAD}\r\n");
    for (name, report) in learners {
        let way = Way::of(report, lesson);
        let started = dates.then(|| day(report.started)).flatten();
        let cells = [
            text_cell(name),
            text_cell(&report.lesson),
            text_cell(&report.lesson_hash),
            way.steps.count.to_string(),
            way.steps.of.to_string(),
            way.checks.count.to_string(),
            way.checks.of.to_string(),
            rounded(way.points() * 100.0),
            rounded(way.minutes),
            started.unwrap_or_default(),
        ];
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// To a tenth.
fn rounded(value: f64) -> String {
    ((value * 10.0).round() / 10.0).to_string()
}
