//! `tilt sweep`: a run for each value and each seed, and what the seeds say together.

use crate::files;
use crate::inputs::{Inputs, TrainingInputs};
use pollster::block_on;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;
use tilt_engine::session::Session;
use tilt_protocol::metrics::LAST_STEPS;
use tilt_protocol::statistics::OverSeeds;
use tilt_protocol::{Error, Metrics, Objective, Result, metrics};

/// Runs of one sweep at most.
const MOST_RUNS: usize = 1_000;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    inputs: Inputs,
    /// A field of TRL's with its values, such as beta=0.05,0.5; several fields meet each other.
    #[arg(long, value_name = "FIELD=VALUES")]
    vary: Vec<String>,
    /// Seeds, each of which meets each value.
    #[arg(long, value_delimiter = ',', required = true)]
    seeds: Vec<u64>,
}

impl Arguments {
    /// The file that a bad row stands in, for messages.
    pub fn data_file(&self) -> String {
        self.inputs.data_file()
    }
}

#[derive(Serialize)]
struct Report {
    steps_of_means: usize,
    rows: Vec<Row>,
}

/// One setting over its seeds.
#[derive(Serialize)]
struct Row {
    settings: Map<String, Value>,
    seeds: Vec<Run>,
    /// Of each metric, over the seeds.
    over_seeds: BTreeMap<String, OverSeeds>,
}

#[derive(Serialize)]
struct Run {
    seed: u64,
    steps: usize,
    seconds: f64,
    /// Means of the last steps.
    metrics: BTreeMap<String, f64>,
    /// What broke it off; then it counts for nothing over the seeds.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Status 1: a run broke off; the others are told all the same.
///
/// # Errors
/// What is wrong with a file, a field or a value.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let all = combinations(&arguments.vary)?;
    let count = all.len() * each_once(&arguments.seeds).len();
    if count > MOST_RUNS {
        let expected = format!("at most {MOST_RUNS} runs");
        return Err(Error::invalid("--vary", count, expected));
    }
    let seeds = each_once(&arguments.seeds);
    // Whatever is wrong with one of them is told before the first has taken its hours.
    for settings in &all {
        arguments.inputs.load_with(settings)?;
    }
    let mut rows = Vec::new();
    let mut is_whole = true;
    for settings in all {
        let mut runs = Vec::new();
        for &seed in &seeds {
            let run = train(&arguments.inputs, &settings, seed)?;
            let told = match &run.error {
                Some(error) => error.clone(),
                None => format!(
                    "loss {}",
                    run.metrics.get(metrics::LOSS).copied().unwrap_or(f64::NAN)
                ),
            };
            is_whole &= run.error.is_none();
            eprintln!(
                "{}seed {seed}: {told} after {} steps, {:.1} s",
                in_words(&settings),
                run.steps,
                run.seconds
            );
            runs.push(run);
        }
        rows.push(Row {
            over_seeds: over_seeds(&runs),
            settings,
            seeds: runs,
        });
    }
    files::print_json(&Report {
        steps_of_means: LAST_STEPS,
        rows,
    })?;
    Ok(if is_whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn each_once<T: PartialEq + Clone>(all: &[T]) -> Vec<T> {
    let mut found: Vec<T> = Vec::new();
    for one in all {
        if !found.contains(one) {
            found.push(one.clone());
        }
    }
    found
}

/// Every value of each field with every value of the others, the first field slowest.
fn combinations(vary: &[String]) -> Result<Vec<Map<String, Value>>> {
    let mut all = vec![Map::new()];
    for text in vary {
        let expected = "a field and its values, such as beta=0.05,0.5";
        let (field, values) = text
            .split_once('=')
            .ok_or_else(|| Error::invalid("--vary", text, expected))?;
        let (field, values) = (field.trim(), values.split(','));
        let values: Vec<Value> = values.map(|value| value_of(value.trim())).collect();
        let values = each_once(&values);
        let is_empty = |value: &Value| value.as_str().is_some_and(str::is_empty);
        if field.is_empty() || values.iter().any(is_empty) {
            return Err(Error::invalid("--vary", text, expected));
        }
        if field == "seed" {
            return Err(Error::invalid(
                "--vary",
                text,
                "another field: seeds stand in --seeds",
            ));
        }
        if all.iter().any(|settings| settings.contains_key(field)) {
            return Err(Error::invalid("--vary", text, "each field once"));
        }
        let with = |settings: &Map<String, Value>, value: &Value| {
            let mut settings = settings.clone();
            settings.insert(field.to_owned(), value.clone());
            settings
        };
        all = all
            .iter()
            .flat_map(|settings| values.iter().map(move |value| with(settings, value)))
            .collect();
    }
    Ok(all)
}

/// A number, true, false or null as JSON has them; anything else is a text.
fn value_of(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_) | Value::Null)) => value,
        _ => Value::from(text),
    }
}

fn in_words(settings: &Map<String, Value>) -> String {
    let fields = settings.iter().map(|(field, value)| match value {
        Value::String(text) => format!("{field} {text}, "),
        other => format!("{field} {other}, "),
    });
    fields.collect()
}

fn train(inputs: &Inputs, settings: &Map<String, Value>, seed: u64) -> Result<Run> {
    let mut fields = settings.clone();
    fields.insert("seed".to_owned(), seed.into());
    let TrainingInputs {
        model,
        policy,
        reference,
        config,
        rows,
    } = inputs.load_with(&fields)?;
    let (model, policy) = match config.settings.objective {
        Objective::Reward { .. } => model.with_score_head(policy, config.settings.seed),
        _ => (model, policy),
    };
    let settings = config.settings_for(config.settings.steps_an_epoch(rows.len()));
    let mut session = Session::start(&model, policy, &reference, rows, settings)?;
    let begun = Instant::now();
    let mut steps: Vec<Metrics> = Vec::new();
    let error = loop {
        match block_on(session.step(&model)) {
            Ok(outcome) => {
                steps.push(outcome.metrics);
                if outcome.done {
                    break None;
                }
            }
            Err(error @ (Error::Diverged { .. } | Error::NonFinite { .. })) => {
                break Some(error.to_string());
            }
            Err(error) => return Err(error),
        }
    };
    let last = &steps[steps.len().saturating_sub(LAST_STEPS)..];
    let means = Metrics::mean(last);
    Ok(Run {
        seed,
        steps: steps.len(),
        seconds: begun.elapsed().as_secs_f64(),
        metrics: means
            .iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        error,
    })
}

fn over_seeds(runs: &[Run]) -> BTreeMap<String, OverSeeds> {
    let whole = runs.iter().filter(|run| run.error.is_none());
    let mut values: BTreeMap<&String, Vec<f64>> = BTreeMap::new();
    for (name, value) in whole.flat_map(|run| &run.metrics) {
        values.entry(name).or_default().push(*value);
    }
    let over = values.into_iter();
    over.filter_map(|(name, values)| Some((name.clone(), OverSeeds::of(&values)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn vary(texts: &[&str]) -> Result<Vec<Value>> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let all = combinations(&texts)?;
        Ok(all.into_iter().map(Value::Object).collect())
    }

    #[test]
    fn fields_meet_each_other() {
        let all = vary(&["beta=0.05, 0.5,0.5", "loss_type=ipo"]).expect("two fields");
        assert_eq!(
            all,
            [
                json!({"beta": 0.05, "loss_type": "ipo"}),
                json!({"beta": 0.5, "loss_type": "ipo"})
            ]
        );
        assert_eq!(vary(&[]).expect("seeds alone"), [json!({})]);
    }

    #[test]
    fn what_is_wrong_is_refused() {
        for wrong in [
            &["beta"][..],
            &["=1"],
            &["beta=1,,2"],
            &["seed=1"],
            &["beta=1", "beta=2"],
        ] {
            assert!(vary(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn one_seed_has_no_interval() {
        let run = |seed: u64, loss: f64| Run {
            seed,
            steps: 1,
            seconds: 0.0,
            metrics: BTreeMap::from([("loss".to_owned(), loss)]),
            error: loss.is_nan().then(|| "diverged".to_owned()),
        };
        let one = over_seeds(&[run(1, 0.5)]);
        assert_eq!((one["loss"].mean, one["loss"].interval), (0.5, None));
        let two = over_seeds(&[run(1, 0.5), run(2, 0.7)]);
        assert!((two["loss"].mean - 0.6).abs() < 1e-12);
        assert!(two["loss"].interval.is_some());
        let broken = over_seeds(&[run(1, 0.5), run(2, f64::NAN)]);
        assert_eq!((broken["loss"].mean, broken["loss"].seeds), (0.5, 1));
    }
}
