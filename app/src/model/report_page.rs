//! A learner's report as a page that can be read, printed, and read by the board again.

use crate::texts::report as texts;
use std::fmt::Write;
use tilt_protocol::classroom::{LearnerReport, RunReport, embedded};
use tilt_protocol::lesson::{Lesson, Step};
use tilt_protocol::metrics::LOSS;

/// One file without anything from elsewhere: it opens from a mail and prints on paper.
const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1rem/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}\
h1{margin:0}h2{margin-top:2rem;border-bottom:1px solid}\
h3{margin:1.5rem 0 .25rem}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:.5rem 0}\
dt{opacity:.7}dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}\
section{break-inside:avoid}\
.run svg{width:100%;max-width:20rem;height:4rem}\
@media(max-width:30rem){dl{grid-template-columns:1fr}}\
@media print{body{margin:0;max-width:none}}";

/// The report as HTML. `dates` are those of its beginning and its writing, as people of the
/// place write them.
pub fn report_page(report: &LearnerReport, dates: &[String; 2]) -> String {
    let lesson = report.lesson_itself();
    let title = lesson
        .as_ref()
        .map_or(&report.lesson, |lesson| &lesson.title);
    let lang = lesson.as_ref().map_or("en", |lesson| &lesson.lang);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<p>{}</p>\n<h1 lang=\"{}\">{}</h1>\n",
        escaped(&texts::title(title, &report.name)),
        texts::HEADING,
        escaped(lang),
        escaped(title)
    );
    let (held, of) = report.checks_held();
    page += &format!("<p>{}</p>\n", texts::summary(held, of));
    page += &list(&about(report, dates));
    page += &format!("<h2>{}</h2>\n", texts::STEPS);
    for index in 0..report.verdicts.len() {
        page += &step(report, lesson.as_ref(), index);
    }
    page += &format!("<h2>{}</h2>\n", texts::RUNS);
    if report.runs.is_empty() {
        page += &format!("<p>{}</p>\n", texts::NO_RUNS);
    }
    for run in &report.runs {
        page += &of_run(run);
    }
    page += &format!(
        "<h2>{}</h2>\n<p>{}</p>\n<hr>\n<p>{}</p>\n</main>\n{}\n</body>\n</html>\n",
        texts::LABELS,
        texts::labels(report.labels.len()),
        texts::FOOT,
        embedded(report)
    );
    page
}

fn about(report: &LearnerReport, [begun, written]: &[String; 2]) -> Vec<(&'static str, String)> {
    let name = match report.name.as_str() {
        "" => texts::NO_NAME,
        name => name,
    };
    let unknown = || texts::NOTHING.to_owned();
    let device = report.device.clone().unwrap_or_else(unknown);
    let model = report.model.clone().unwrap_or_else(unknown);
    vec![
        (texts::NAME, name.to_owned()),
        (texts::BEGUN, begun.clone()),
        (texts::WRITTEN, written.clone()),
        (texts::TRAINED_WITH, texts::device(&device, &model)),
        (
            texts::VERSION,
            texts::versions(&report.tilt, &report.lesson_hash),
        ),
    ]
}

fn step(report: &LearnerReport, lesson: Option<&Lesson>, index: usize) -> String {
    let wanted: Option<&Step> = lesson.and_then(|lesson| lesson.steps.get(index));
    let mut told: Vec<(&'static str, String)> = Vec::new();
    if let Some(said) = report.predictions.get(index).and_then(Option::as_ref) {
        told.push((texts::EXPECTED, said.text.clone()));
        told.extend(said.came.clone().map(|came| (texts::CAME, came)));
    }
    if let Some(verdict) = report.verdicts.get(index).and_then(Option::as_ref) {
        told.push((texts::CLAIM, verdict.expected.clone()));
        let stands = texts::standing(verdict.verdict);
        told.push((texts::SEEN, format!("{stands}. {}", verdict.seen)));
    }
    if let Some(answer) = report.answers.get(index) {
        if !answer.explanation.is_empty() {
            told.push((texts::WRITTEN_ANSWER, answer.explanation.clone()));
        }
        let points = wanted.and_then(|step| step.explain.as_ref());
        let ticked = answer.ticked.iter();
        let ticked: Vec<&str> = ticked
            .filter_map(|point| Some(points?.points.get(*point)?.as_str()))
            .collect();
        if !ticked.is_empty() {
            told.push((texts::POINTS, ticked.join("\n")));
        }
        told.extend(quiz(wanted, answer));
    }
    let acts = report.acts.get(index).filter(|acts| acts.of > 0);
    let acts = acts.map(|acts| texts::acts(acts.done, acts.of));
    if told.is_empty() && acts.is_none() {
        return String::new();
    }
    let acts = acts.map(|acts| format!("<p>{acts}</p>\n"));
    format!(
        "<section>\n<h3>{}</h3>\n{}{}</section>\n",
        texts::step(index + 1),
        acts.unwrap_or_default(),
        list(&told)
    )
}

fn quiz(
    step: Option<&Step>,
    answer: &tilt_protocol::classroom::AnswerReport,
) -> Vec<(&'static str, String)> {
    let quiz = step.and_then(|step| step.quiz.as_ref());
    let chosen = answer.chosen.map(|chosen| {
        let option = quiz.and_then(|quiz| quiz.options.get(chosen));
        option.cloned().unwrap_or_else(|| (chosen + 1).to_string())
    });
    let written = Some(answer.answer.clone()).filter(|answer| !answer.is_empty());
    let Some(said) = chosen.or(written) else {
        return Vec::new();
    };
    let question = quiz.map(|quiz| (texts::QUESTION, quiz.question.clone()));
    question
        .into_iter()
        .chain([(texts::ANSWER, said)])
        .collect()
}

fn of_run(run: &RunReport) -> String {
    let unknown = || texts::NOTHING.to_owned();
    let settings = &run.settings;
    let rates = run
        .win_rates
        .iter()
        .map(|rate| texts::win_rate(&rate.principle.name(), rate.wins, rate.wins + rate.losses));
    let rates: Vec<String> = rates.collect();
    let beta = settings.objective.beta();
    let facts = [
        (texts::OBJECTIVE, run.objective.title().to_owned()),
        (
            texts::SETTINGS,
            texts::settings(beta, settings.learning_rate, settings.seed),
        ),
        (texts::TAKEN, texts::steps(run.steps, settings.steps)),
        (
            texts::KL,
            run.kl.map_or_else(unknown, |kl| format!("{:.2}", kl.mean)),
        ),
        (
            texts::WIN_RATES,
            match rates.is_empty() {
                true => unknown(),
                false => rates.join("\n"),
            },
        ),
    ];
    let losses = run.curve.iter();
    let losses: Vec<(usize, f64)> = losses
        .filter_map(|point| Some((point.step, point.metrics.get(LOSS)?)))
        .filter(|(_, loss)| loss.is_finite())
        .collect();
    format!(
        "<section class=\"run\">\n{}{}</section>\n",
        list(&facts),
        drawn(&losses)
    )
}

/// The loss as a line, from the first step to the last.
fn drawn(losses: &[(usize, f64)]) -> String {
    let (Some(first), Some(last)) = (losses.first(), losses.last()) else {
        return String::new();
    };
    if losses.len() < 2 {
        return String::new();
    }
    let least = losses
        .iter()
        .map(|(_, loss)| *loss)
        .fold(f64::MAX, f64::min);
    let most = losses
        .iter()
        .map(|(_, loss)| *loss)
        .fold(f64::MIN, f64::max);
    let span = (most - least).max(1e-9);
    let steps = (last.0 - first.0).max(1) as f64;
    let mut line = String::new();
    for (step, loss) in losses {
        let x = (step - first.0) as f64 / steps * 198.0 + 1.0;
        let y = 39.0 - (loss - least) / span * 38.0;
        // Writing into a string cannot fail.
        let _ = write!(line, "{x:.1},{y:.1} ");
    }
    let told = texts::curve(first.1, last.1);
    format!(
        "<p>{told}</p>\n<svg viewBox=\"0 0 200 40\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"{told}\"><polyline points=\"{}\" fill=\"none\" stroke=\"currentColor\" \
         stroke-width=\"1.5\" vector-effect=\"non-scaling-stroke\"/></svg>\n",
        line.trim_end()
    )
}

fn list(facts: &[(&'static str, String)]) -> String {
    if facts.is_empty() {
        return String::new();
    }
    let rows = facts
        .iter()
        .map(|(term, told)| format!("<dt>{term}</dt><dd>{}</dd>\n", escaped(told)));
    format!("<dl>\n{}</dl>\n", rows.collect::<String>())
}

/// For text and for attributes in double quotes.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
