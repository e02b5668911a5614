//! Several workers share the work of one on the CPU: a training step (here) and the answers of
//! a sampling (`sampling.rs`).
//!
//! Of a step each takes a share of the batch's rows forward and backward, and their gradients
//! are added up. The first worker holds parameters, optimiser and loss. In each step it hands
//! every helper the parameters and a share of the rows, takes a share itself, and puts the
//! log-probs together; with the loss's derivatives the gradients come back the same way. What a
//! helper does not answer, the first worker computes itself. The CPU's kernels only.

mod helper;
mod sampled;
mod sampling;
mod team;

pub use helper::{Helper, HelperAnswer};
pub use sampling::sample;
pub use team::{Crew, HelperOrder, HelperReply, Pause, SamplingStart, Team};

use crate::batch::Batch;
use crate::kernels::cpu::gpt::{self, Activations};
use crate::kernels::cpu::{CpuValues, ScoredToken, tensor_of};
use crate::kernels::shape::Shape;
use crate::kernels::{Packed, SubBatch, statistics_of};
use crate::model::Model;
use crate::pass;
use burn::tensor::Tensor;
use tilt_protocol::Result;

/// A forward pass, shared or not.
pub struct TeamForwardPass {
    /// Log-probs of the batch's scored tokens in nats, `[n]`; or rewards, one a sequence.
    pub values: Tensor<1>,
    /// `[STATISTICS * n]`, one quantity after the other.
    pub statistics: Option<Tensor<1>>,
    /// For the backward pass.
    pub tape: TeamTape,
}

/// What a forward pass keeps for its backward pass, here or with the helpers.
pub enum TeamTape {
    Alone(pass::Tape),
    Shared(Box<SharedPass>),
}

/// A pass of which helpers hold parts.
pub struct SharedPass {
    team: Team,
    shape: Box<Shape>,
    arena: CpuValues,
    shares: Vec<(SubBatch, ComputedBy)>,
}

/// Where a share was computed.
enum ComputedBy {
    Here(Box<Activations>),
    Helper(usize),
}

impl From<pass::ForwardPass> for TeamForwardPass {
    fn from(forward: pass::ForwardPass) -> TeamForwardPass {
        TeamForwardPass {
            values: forward.values,
            statistics: forward.statistics,
            tape: TeamTape::Alone(forward.tape),
        }
    }
}

/// [`pass::forward_logps`] by the team, where there is one and it pays.
///
/// # Errors
/// As there.
pub async fn forward_logps(
    model: &Model,
    arena: &Tensor<1>,
    batch: &Batch,
    statistics: bool,
    team: Option<&Team>,
) -> Result<TeamForwardPass> {
    let alone = || pass::forward_logps(model, arena, batch, statistics).map(TeamForwardPass::from);
    let Some((team, numbers)) = team.zip(CpuValues::of(arena)) else {
        return alone();
    };
    if !team.shares_pass(numbers.len(), batch.packed.rows()) {
        return alone();
    }
    batch.check(&model.config)?;
    let shape = Shape::new(&model.config);
    let (shared, scored) = SharedPass::forward(team, shape, numbers, &batch.packed).await;
    let logps: Vec<f32> = scored.iter().map(|scored| scored.logp).collect();
    Ok(TeamForwardPass {
        values: tensor_of(logps, &model.device),
        statistics: statistics.then(|| tensor_of(statistics_of(&scored), &model.device)),
        tape: TeamTape::Shared(Box::new(shared)),
    })
}

impl TeamTape {
    /// As [`pass::Tape::backward`].
    pub async fn backward(self, model: &Model, batch: &Batch, upstream: &[f32]) -> Tensor<1> {
        match self {
            TeamTape::Alone(tape) => tape.backward(model, batch, upstream),
            TeamTape::Shared(shared) => {
                let gradient = shared.backward(upstream).await;
                tensor_of(gradient, &model.device)
            }
        }
    }
}

impl SharedPass {
    async fn forward(
        team: &Team,
        shape: Shape,
        arena: CpuValues,
        packed: &Packed,
    ) -> (SharedPass, Vec<ScoredToken>) {
        let mut shares = packed.split(team.workers).into_iter();
        let own = shares.next().unwrap_or_default();
        let shape = Box::new(shape);
        let asked: Vec<(SubBatch, HelperReply)> = shares
            .enumerate()
            .map(|(helper, share)| {
                let order = HelperOrder::Forward {
                    shape: shape.clone(),
                    packed: share.packed.clone(),
                };
                let answer = team.crew.ask(helper, &order, &arena);
                (share, answer)
            })
            .collect();
        let mut scored = vec![ScoredToken::default(); packed.scored.len()];
        let mut note = |share: &SubBatch, of_share: &[ScoredToken]| {
            for (&place, &one) in share.places.iter().zip(of_share) {
                scored[place] = one;
            }
        };
        let (activations, of_own) = read_rows(&shape, &arena, &own.packed);
        note(&own, &of_own);
        let mut computed = vec![(own, ComputedBy::Here(activations))];
        for (helper, (share, answer)) in asked.into_iter().enumerate() {
            let answer = answer.await.and_then(|numbers| from_numbers(&numbers));
            let computed_by = match answer.filter(|answer| answer.len() == share.places.len()) {
                Some(of_share) => {
                    note(&share, &of_share);
                    ComputedBy::Helper(helper)
                }
                None => {
                    let (activations, of_share) = read_rows(&shape, &arena, &share.packed);
                    note(&share, &of_share);
                    ComputedBy::Here(activations)
                }
            };
            computed.push((share, computed_by));
        }
        let shared = SharedPass {
            team: team.clone(),
            shape,
            arena,
            shares: computed,
        };
        (shared, scored)
    }

    async fn backward(self, upstream: &[f32]) -> Vec<f32> {
        let SharedPass {
            team,
            shape,
            arena,
            shares,
        } = self;
        let mut here = Vec::new();
        let mut asked = Vec::new();
        for (share, computed_by) in shares {
            let of_share: Vec<f32> = share.places.iter().map(|&place| upstream[place]).collect();
            match computed_by {
                ComputedBy::Here(activations) => here.push((share, activations, of_share)),
                ComputedBy::Helper(helper) => {
                    let answer = team.crew.ask(helper, &HelperOrder::Backward, &of_share);
                    asked.push((share, of_share, answer));
                }
            }
        }
        let mut total = Vec::new();
        for (share, activations, upstream) in here {
            add_gradient(
                &mut total,
                activations.backward(&shape, &arena, &share.packed, &upstream),
            );
        }
        for (share, upstream, answer) in asked {
            let gradient = answer
                .await
                .filter(|gradient| gradient.len() == arena.len());
            let gradient = gradient.unwrap_or_else(|| {
                let (activations, _) = read_rows(&shape, &arena, &share.packed);
                activations.backward(&shape, &arena, &share.packed, &upstream)
            });
            add_gradient(&mut total, gradient);
        }
        total
    }
}

fn read_rows(
    shape: &Shape,
    arena: &[f32],
    packed: &Packed,
) -> (Box<Activations>, Vec<ScoredToken>) {
    let mut activations = gpt::forward(shape, arena, packed);
    let scored = activations.logps(shape, arena, packed);
    (Box::new(activations), scored)
}

fn add_gradient(total: &mut Vec<f32>, more: Vec<f32>) {
    if total.is_empty() {
        *total = more;
        return;
    }
    for (sum, more) in total.iter_mut().zip(more) {
        *sum += more;
    }
}

/// Five numbers a token: log-prob, and the statistics.
fn to_numbers(scored: &[ScoredToken]) -> Vec<f32> {
    let logps = scored.iter().map(|scored| scored.logp);
    logps.chain(statistics_of(scored)).collect()
}

fn from_numbers(numbers: &[f32]) -> Option<Vec<ScoredToken>> {
    let count = numbers.len() / 5;
    let part = |index: usize| numbers.get(index * count..(index + 1) * count);
    let parts = [part(0)?, part(1)?, part(2)?, part(3)?, part(4)?];
    let scored = |token: usize| ScoredToken {
        logp: parts[0][token],
        entropy: parts[1][token],
        is_top1: parts[2][token],
        mean_logit: parts[3][token],
        log_sum_squares: parts[4][token],
        ..ScoredToken::default()
    };
    Some((0..count).map(scored).collect())
}

#[cfg(test)]
mod tests;
