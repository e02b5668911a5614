//! `tilt lesson verify`: each lesson from each seed, step by step.

use super::card;
use super::lab::Lab;
use super::report::{Claim, LessonReport, Report, RunReport, SeedVerdict};
use crate::files;
use burn::tensor::{Device, Tensor};
use pollster::block_on;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tilt_engine::model::Model;
use tilt_protocol::lesson::{Lesson, Standing, Verdict, acts_done, check};
use tilt_protocol::{Error, Result};

#[derive(clap::Args)]
pub struct Arguments {
    /// Lessons as JSON files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Each claim has to hold from each of these seeds: of labels, runs and measurements.
    #[arg(long, value_delimiter = ',', default_value = "1,2,3")]
    seeds: Vec<u64>,
    /// The folder with the shipped models' folders.
    #[arg(long, default_value = "public/models")]
    models: PathBuf,
    /// Write the table of what was measured beside each lesson, as NAME.card.md.
    #[arg(long)]
    card: bool,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Some(lessons) = read(&arguments.files) else {
        return Ok(ExitCode::from(2));
    };
    let mut models: BTreeMap<&str, (Model, Tensor<1>)> = BTreeMap::new();
    let mut reports = Vec::new();
    for (file, lesson) in &lessons {
        let name = lesson.setup.model.slug();
        if !models.contains_key(name) {
            let folder = arguments.models.join(name);
            models.insert(name, files::load_model(&folder, &Device::flex())?);
        }
        let Some((model, reference)) = models.get(name) else {
            return Err(Error::internal("a model that was just loaded"));
        };
        let report = verify(file, lesson, model, reference, &arguments.seeds)?;
        if arguments.card {
            let card = file.with_extension("card.md");
            files::write(&card, card::markdown(&report, &arguments.seeds))?;
        }
        reports.push(report);
    }
    let holds = reports.iter().all(|report| report.holds);
    files::print_json(&Report {
        seeds: arguments.seeds.clone(),
        holds,
        lessons: reports,
    })?;
    Ok(match holds {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// All lessons, or `None` where a file is none: every defect of every file is told.
fn read(paths: &[PathBuf]) -> Option<Vec<(PathBuf, Lesson)>> {
    let read_one = |path: &PathBuf| {
        let shown = path.display();
        let text = files::read_text(path).map_err(|error| vec![error.to_string()])?;
        let lesson = Lesson::from_json(&text);
        let lesson = lesson.and_then(|lesson| match lesson.unverifiable() {
            None => Ok(lesson),
            Some(defect) => Err(vec![defect]),
        });
        lesson.map_err(|defects| {
            let told = defects.iter().map(|defect| format!("{shown}: {defect}"));
            told.collect::<Vec<String>>()
        })
    };
    let mut lessons = Some(Vec::new());
    for path in paths {
        match read_one(path) {
            Ok(lesson) => {
                if let Some(lessons) = &mut lessons {
                    lessons.push((path.clone(), lesson));
                }
            }
            Err(defects) => {
                defects.iter().for_each(|defect| eprintln!("{defect}"));
                lessons = None;
            }
        }
    }
    lessons
}

fn verify(
    file: &Path,
    lesson: &Lesson,
    model: &Model,
    reference: &Tensor<1>,
    seeds: &[u64],
) -> Result<LessonReport> {
    let mut claims: Vec<Claim> = Vec::new();
    for (step, wanted) in lesson.steps.iter().enumerate() {
        if let Some(check) = &wanted.check {
            claims.push(Claim {
                step,
                claim: check.claim(),
                holds: true,
                seeds: Vec::new(),
            });
        }
    }
    let mut runs = Vec::new();
    for &seed in seeds {
        eprintln!("{}: seed {seed}", file.display());
        let seeded = lesson.with_seed(seed)?;
        let told = block_on(play(&seeded, model, reference, seed))?;
        for (claim, verdict) in claims.iter_mut().zip(told.verdicts) {
            claim.holds &= verdict.verdict == Standing::Holds;
            claim.seeds.push(SeedVerdict {
                seed,
                verdict: verdict.verdict,
                seen: verdict.seen,
            });
        }
        runs.extend(told.runs);
    }
    Ok(LessonReport {
        file: file.display().to_string(),
        id: lesson.id.clone(),
        title: lesson.title.clone(),
        hash: lesson.hash(),
        model: lesson.setup.model.slug().to_owned(),
        model_hash: model.identity.as_ref().map(ToString::to_string),
        holds: claims.iter().all(|claim| claim.holds),
        claims,
        runs,
    })
}

/// What came of a lesson from one seed.
struct Played {
    /// Of each step that has a check.
    verdicts: Vec<Verdict>,
    runs: Vec<RunReport>,
}

async fn play(lesson: &Lesson, model: &Model, reference: &Tensor<1>, seed: u64) -> Result<Played> {
    let mut lab = Lab::arranged(model, reference, lesson, seed).await?;
    let (mut verdicts, mut runs) = (Vec::new(), Vec::new());
    for (index, step) in lesson.steps.iter().enumerate() {
        let before = lab.facts.clone();
        for act in &step.acts {
            lab.act(act).await?;
        }
        // The page tells acts from facts: so it has to tell these.
        let done = acts_done(&step.acts, &lesson.setup, &before, &lab.facts);
        if done < step.acts.len() {
            let reason = format!("act {done} of step {index} was done, and is not recognised");
            return Err(Error::internal(reason));
        }
        for number in before.runs.len()..lab.facts.runs.len() {
            runs.push(of_run(&lab, index, number));
        }
        let Some(claim) = &step.check else {
            continue;
        };
        lab.measure_for(claim).await?;
        let verdict = check(claim, &lab.facts);
        eprintln!("step {index}: {}. {}", verdict.verdict.name(), verdict.seen);
        verdicts.push(verdict);
    }
    Ok(Played { verdicts, runs })
}

fn of_run(lab: &Lab<'_>, step: usize, number: usize) -> RunReport {
    let run = &lab.facts.runs[number];
    let (seconds, labels) = lab.trained[number];
    let report = RunReport {
        seed: lab.seed,
        step,
        objective: run.objective.slug(),
        beta: run.settings.objective.beta(),
        steps: run.steps,
        labels,
        seconds,
    };
    eprintln!(
        "step {step}: {} on {labels} labels, {} steps, {seconds:.1} s",
        report.objective, report.steps
    );
    report
}
