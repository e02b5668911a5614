//! Loss, log-probs, metrics and gradient of rows, without training.

use super::problem::{Problem, ProblemRows};
use super::reference::Reference;
use super::rollouts::{Keep, Sampled, prepare};
use super::start::check_head;
use super::step::{StepInputs, add_share};
use crate::breath::rest;
use crate::loss::CompletionLogp;
use crate::model::Model;
use crate::readback::read;
use crate::text::TokenisedRow;
use burn::tensor::Tensor;
use tilt_protocol::dataset::RolloutRow;
use tilt_protocol::{BothModels, Error, Metrics, Result, ScoreReport, Sides, TrainSettings};

/// What is printed, and the gradient.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreResult {
    pub report: ScoreReport,
    /// In the arena's layout, before clipping.
    pub gradient: Vec<f32>,
}

/// Scores rows in their order, in batches of `settings.batch_size`.
///
/// # Errors
/// Those of [`super::Session::start`], [`tilt_protocol::Error::NonFinite`] for a loss or
/// a gradient that is not finite, and [`tilt_protocol::Error::Device`] when the device was
/// lost.
pub async fn score_rows(
    model: &Model,
    policy: &Tensor<1>,
    reference: &Tensor<1>,
    rows: Vec<TokenisedRow>,
    settings: &TrainSettings,
) -> Result<ScoreResult> {
    let settings = of_one_pass(settings)?;
    check_head(model, &settings.objective)?;
    let problem = Problem::new(rows, &settings, model)?;
    score_problem(model, policy, reference, &problem, settings.batch_size).await
}

/// Scores rollouts in their order, in batches of `settings.batch_size` completions (Online DPO:
/// of pairs).
///
/// # Errors
/// Those of [`prepare`] and [`score_rows`].
pub async fn score_rollouts(
    model: &Model,
    policy: &Tensor<1>,
    reference: &Tensor<1>,
    rows: &[RolloutRow],
    settings: &TrainSettings,
) -> Result<ScoreResult> {
    let settings = of_one_pass(settings)?;
    let sampled = Sampled {
        rows,
        names: &[],
        weights: None,
        critic: None,
        keep: Keep::Nothing,
    };
    let prepared = prepare(model, policy, reference, &sampled, &settings).await?;
    prepared.problem.check_room(model)?;
    let batch_size = settings.batch_size;
    let scored = score_problem(model, policy, reference, &prepared.problem, batch_size);
    let mut scored = scored.await?;
    scored.report.advantages = prepared.advantages;
    scored.report.metrics.set_all(&prepared.metrics);
    Ok(scored)
}

/// All rows once, in their order.
fn of_one_pass(settings: &TrainSettings) -> Result<TrainSettings> {
    let settings = TrainSettings {
        keep_order: true,
        steps: 1,
        ..settings.clone()
    };
    settings.check()?;
    Ok(settings)
}

async fn score_problem(
    model: &Model,
    policy: &Tensor<1>,
    reference: &Tensor<1>,
    problem: &Problem,
    batch_size: usize,
) -> Result<ScoreResult> {
    let mut reference = Reference::new(reference.clone(), problem.len());
    let indices: Vec<usize> = (0..problem.len()).collect();
    let batches: Vec<Vec<usize>> = indices
        .chunks(batch_size.max(1))
        .map(<[usize]>::to_vec)
        .collect();
    let shares = problem.shares(&batches);
    let inputs = StepInputs {
        model,
        policy,
        problem,
        statistics: true,
        critic: None,
        team: None,
    };
    let (mut loss, mut per_example, mut metrics) = (0.0, Vec::new(), Vec::new());
    let (mut of_policy, mut of_reference) = (SideLogps::default(), SideLogps::default());
    let mut total: Option<Tensor<1>> = None;
    for (batch, share) in batches.iter().zip(shares) {
        rest().await;
        let out = inputs.gradient(&mut reference, batch, None).await?;
        finite("the loss", out.evaluated.loss)?;
        loss += share * out.evaluated.loss;
        per_example.extend(out.evaluated.per_example);
        of_policy.extend(&out.evaluated.policy, batch.len());
        of_reference.extend(&out.evaluated.reference, batch.len());
        metrics.push(out.evaluated.metrics);
        total = add_share(total, out.gradient, share);
    }
    let gradient = match total {
        Some(total) => read(total).await?,
        None => vec![0.0; model.layout.len],
    };
    let squares = gradient.iter().map(|&g| f64::from(g).powi(2));
    let grad_norm = squares.sum::<f64>().sqrt();
    finite("the norm of the gradient", grad_norm)?;
    let report = ScoreReport {
        loss,
        per_example,
        advantages: None,
        logps: BothModels {
            policy: of_policy.sides(problem),
            reference: of_reference.sides(problem),
        },
        metrics: Metrics::mean(&metrics),
        grad_norm,
    };
    Ok(ScoreResult { report, gradient })
}

fn finite(quantity: &str, value: f64) -> Result<()> {
    if value.is_finite() {
        return Ok(());
    }
    Err(Error::NonFinite {
        quantity: quantity.to_owned(),
        value: value.to_string(),
    })
}

/// Log-probs of batches, each all first sides and then all second ones.
#[derive(Default)]
struct SideLogps {
    first: Vec<f64>,
    second: Vec<f64>,
}

impl SideLogps {
    fn extend(&mut self, logps: &[CompletionLogp], rows: usize) {
        let (first, second) = logps.split_at(rows.min(logps.len()));
        self.first.extend(first.iter().map(|row| row.sum.0));
        self.second.extend(second.iter().map(|row| row.sum.0));
    }

    fn sides(self, problem: &Problem) -> Option<Sides> {
        if self.first.is_empty() {
            return None;
        }
        Some(match problem.rows() {
            ProblemRows::Pairs(_) => Sides::Pairs {
                chosen: self.first,
                rejected: self.second,
            },
            ProblemRows::Unpaired(_)
            | ProblemRows::Texts(_)
            | ProblemRows::Rollouts(_)
            | ProblemRows::Ppo(_) => Sides::Single {
                completion: self.first,
            },
        })
    }
}
