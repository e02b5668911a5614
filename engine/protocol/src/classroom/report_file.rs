//! A report as it lies in a file: JSON alone, or within the page that people read.

use super::report::{LearnerReport, REPORT_VERSION};
use crate::tokenizer_files::without_mark;
use serde_json::Value;
use std::fmt;

/// Opens the data within a readable report.
const OPENS: &str = "<script type=\"application/json\" id=\"tilt-report\">";
const CLOSES: &str = "</script>";
/// Larger files are no report.
const MOST_BYTES: usize = 16 << 20;

/// Why a file is no report that this version reads, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAReport(pub String);

impl fmt::Display for NotAReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The report's data as it stands within HTML.
pub fn embedded(report: &LearnerReport) -> String {
    // Nothing within can close the element: `<` stands in JSON within strings alone.
    let json = report.to_json().replace('<', "\\u003c");
    format!("{OPENS}{json}{CLOSES}")
}

impl LearnerReport {
    /// Reads a file of one report, or of several as JSON lines, as the board saves them.
    ///
    /// # Errors
    /// As [`LearnerReport::from_file`], with the line where there are several.
    pub fn all_from_file(text: &str) -> Result<Vec<LearnerReport>, NotAReport> {
        let lines: Vec<&str> = without_mark(text)
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        let is_whole = |line: &str| line.starts_with('{') && line.trim_end().ends_with('}');
        if lines.len() < 2 || !lines.iter().all(|line| is_whole(line)) {
            return LearnerReport::from_file(text).map(|report| vec![report]);
        }
        let reports = lines.iter().zip(1..).map(|(line, number)| {
            LearnerReport::from_file(line)
                .map_err(|not| NotAReport(format!("report {number}: {not}")))
        });
        reports.collect()
    }

    /// Reads a report's file, JSON or HTML.
    ///
    /// # Errors
    /// What the file is instead, or where its data are not a report's.
    pub fn from_file(text: &str) -> Result<LearnerReport, NotAReport> {
        let not = |why: String| Err(NotAReport(why));
        if text.len() > MOST_BYTES {
            return not(format!("{} bytes, expected at most 16 MiB", text.len()));
        }
        let text = without_mark(text);
        let json = match text.trim_start().starts_with('<') {
            false => text,
            true => match data_within(text) {
                Some(data) => data,
                None => return not("a page without a report in it".to_owned()),
            },
        };
        let value: Value = match serde_json::from_str(json) {
            Ok(value) => value,
            Err(error) => return not(format!("not valid JSON: {error}")),
        };
        match value.get("tilt_report") {
            None => return not("no tilt_report in it, expected a learner's report".to_owned()),
            Some(version) if version.as_u64() == Some(REPORT_VERSION) => {}
            Some(version) => {
                return not(format!(
                    "tilt_report: {version}, expected {REPORT_VERSION}, the version that is read here"
                ));
            }
        }
        // Once more from the text, so that a defect is told by its line and column.
        serde_json::from_str(json).map_err(|error| NotAReport(error.to_string()))
    }
}

fn data_within(html: &str) -> Option<&str> {
    let begin = html.find(OPENS)? + OPENS.len();
    let length = html[begin..].find(CLOSES)?;
    Some(&html[begin..begin + length])
}
