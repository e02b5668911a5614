//! `tilt lesson replay`: a report's runs trained again from their rows, settings and seeds.

use crate::files;
use burn::tensor::{Device, Tensor};
use pollster::block_on;
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;
use tilt_engine::evaluate::WinRateRun;
use tilt_engine::model::Model;
use tilt_engine::session::Session;
use tilt_protocol::classroom::{
    Agreement, CurveReport, ELSEWHERE, LearnerReport, NotReplayable, RunReport, compare_curves,
    recheck, replayable, unfounded,
};
use tilt_protocol::lesson::WinRateFacts;
use tilt_protocol::statistics::{Proportion, difference_interval};
use tilt_protocol::{Error, Example, ModelName, Principle, Result};

#[derive(clap::Args)]
pub struct Arguments {
    /// A report that the page saved: HTML or JSON.
    report: PathBuf,
    /// The folder with the shipped models' folders.
    #[arg(long, default_value = "public/models")]
    models: PathBuf,
    /// How far a number may lie from the report's, relative to the larger of both, or to 1.
    #[arg(long, default_value_t = ELSEWHERE)]
    tolerance: f64,
}

/// What comes out.
#[derive(Serialize)]
struct Replayed {
    lesson: String,
    name: String,
    device: Option<String>,
    tolerance: f64,
    agrees: bool,
    runs: Vec<ReplayedRun>,
    /// What does not follow from the report's own numbers, as sentences.
    verdicts: Vec<String>,
}

#[derive(Serialize)]
struct ReplayedRun {
    id: u64,
    objective: &'static str,
    steps: usize,
    agrees: bool,
    /// Relative, over all numbers that were compared.
    largest_difference: Option<f64>,
    /// What differs, or why it could not be trained again.
    told: Vec<String>,
}

/// Status 0: the numbers agree; 1: they do not, or cannot be had again; 2: no report.
///
/// # Errors
/// Those of a run that breaks off, and of models that cannot be read.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let shown = arguments.report.display();
    let text = files::read_text(&arguments.report)?;
    let report = match LearnerReport::from_file(&text) {
        Ok(report) => report,
        Err(refused) => {
            eprintln!("{shown}: {refused}");
            return Ok(ExitCode::from(2));
        }
    };
    let mut verdicts = Vec::new();
    match report.lesson_itself() {
        None => verdicts.push("The lesson in the report is not the one of its hash.".to_owned()),
        Some(lesson) => {
            verdicts.extend(recheck(&report, &lesson).into_iter().map(|doubtful| {
                format!(
                    "Step {}: the report says \"{}\", its own numbers say \"{}\". {}",
                    doubtful.step + 1,
                    doubtful.told.verdict.name(),
                    doubtful.found.verdict.name(),
                    doubtful.found.seen
                )
            }));
            verdicts.extend(unfounded(&report, &lesson).into_iter().map(|step| {
                format!(
                    "Step {}: nothing in the report shows what its verdict says.",
                    step + 1
                )
            }));
        }
    }
    let runs = replay_all(arguments, &report)?;
    let agrees = verdicts.is_empty() && runs.iter().all(|run| run.agrees);
    files::print_json(&Replayed {
        lesson: report.lesson,
        name: report.name,
        device: report.device,
        tolerance: arguments.tolerance,
        agrees,
        runs,
        verdicts,
    })?;
    Ok(match agrees {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn replay_all(arguments: &Arguments, report: &LearnerReport) -> Result<Vec<ReplayedRun>> {
    let mut loaded: Option<(ModelName, Model, Tensor<1>)> = None;
    let mut replayed = Vec::new();
    for run in &report.runs {
        eprintln!("run {}: {} steps", run.id, run.steps);
        let mut told = ReplayedRun {
            id: run.id,
            objective: run.objective.slug(),
            steps: run.steps,
            agrees: false,
            largest_difference: None,
            told: Vec::new(),
        };
        let (name, examples) = match replayable(report, run) {
            Ok(found) => found,
            Err(why) => {
                told.told.push(in_words(&why));
                replayed.push(told);
                continue;
            }
        };
        if loaded.as_ref().is_none_or(|(known, ..)| *known != name) {
            let folder = arguments.models.join(name.slug());
            let (model, reference) = files::load_model(&folder, &Device::flex())?;
            loaded = Some((name, model, reference));
        }
        let Some((_, model, reference)) = &loaded else {
            return Err(Error::internal("a model that was just loaded"));
        };
        let is_it = model.identity.as_ref();
        if is_it.is_none_or(|identity| report.has_model(name, identity)) {
            let found = (model, reference);
            replay(arguments.tolerance, run, &examples, found, &mut told)?;
        } else {
            let why = NotReplayable::OtherModel(run.model.clone());
            told.told.push(in_words(&why));
        }
        replayed.push(told);
    }
    Ok(replayed)
}

/// Why a run cannot be trained again, as a sentence.
fn in_words(why: &NotReplayable) -> String {
    match why {
        NotReplayable::OwnModel(name) => format!("Its model {name:?} is none of the shipped ones."),
        NotReplayable::OtherModel(name) => {
            format!("Its model is called {name:?} here too, and has other weights.")
        }
        NotReplayable::Changed => "Its settings were changed while it was under way.".to_owned(),
        NotReplayable::RowsUnknown => "Its training rows are not in the report.".to_owned(),
        NotReplayable::RowsMissing => {
            "The report names training rows that are not in it.".to_owned()
        }
        NotReplayable::NoSteps => "The report tells of none of its steps.".to_owned(),
    }
}

fn replay(
    tolerance: f64,
    run: &RunReport,
    examples: &[Example],
    (model, reference): (&Model, &Tensor<1>),
    told: &mut ReplayedRun,
) -> Result<()> {
    let settings = run.settings.clone();
    settings.check()?;
    let rows = model
        .rows(examples, &settings.objective, settings.max_length)?
        .all_good()?
        .rows;
    let mut session = Session::start(model, reference.clone(), reference, rows, settings)?;
    session.leave_out_statistics();
    let mut curve = Vec::new();
    while session.steps_taken() < run.steps {
        let outcome = block_on(session.step(model))?;
        curve.push(CurveReport {
            step: outcome.step,
            metrics: outcome.metrics,
        });
        if outcome.done {
            break;
        }
    }
    match compare_curves(run, &curve, Agreement::Within(tolerance)) {
        Ok(largest) => told.largest_difference = Some(largest),
        Err(differs) => {
            let shown = |number: Option<f64>| {
                number.map_or_else(|| "nothing".to_owned(), |number| number.to_string())
            };
            told.told.push(format!(
                "Step {}, {}: the report says {}, this run gives {}.",
                differs.step,
                differs.metric,
                shown(differs.told),
                shown(differs.found)
            ));
        }
    }
    let policy = session.into_policy();
    for rate in run.win_rates.iter().filter(|rate| rate.step == run.steps) {
        let again = measure(model, &policy, reference, rate.principle, run.settings.seed)?;
        told.told.extend(rate_differs(rate, &again));
    }
    told.agrees = told.told.is_empty();
    Ok(())
}

fn measure(
    model: &Model,
    policy: &Tensor<1>,
    reference: &Tensor<1>,
    principle: Principle,
    seed: u64,
) -> Result<WinRateFacts> {
    let measured = WinRateRun::new(principle, seed);
    let report = block_on(measured.to_end(model, policy, reference))?;
    Ok(WinRateFacts::of_report(&report, 0))
}

/// A win rate that chance does not explain beside the one measured again, as a sentence.
fn rate_differs(told: &WinRateFacts, found: &WinRateFacts) -> Option<String> {
    let share = |facts: &WinRateFacts| Proportion::new(facts.wins, facts.wins + facts.losses);
    let (low, high) = difference_interval(&share(told), &share(found));
    (low > 0.0 || high < 0.0).then(|| {
        format!(
            "The report says it won {} of {} under {:?}, this run won {} of {}.",
            told.wins,
            told.wins + told.losses,
            told.principle.slug(),
            found.wins,
            found.wins + found.losses
        )
    })
}
