//! One objective on one batch: loss, metrics, and the gradient through the model.

use crate::batch::Batch;
use crate::gpt::Gpt;
use crate::logps::{completion_logps, read, token_logps};
use crate::loss::{self, CompletionLogp, PairLogps};
use crate::model::Model;
use crate::session::data::Data;
use burn::tensor::Tensor;
use tilt_protocol::{FDivergence, Metrics, Objective, Result, metrics};

/// A batch under an objective.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluated {
    pub loss: f64,
    /// In batch order.
    pub per_example: Vec<f64>,
    /// d loss / d log pi(y|x), one a sequence in the order of [`Data::sequences`].
    pub d_logps: Vec<f64>,
    /// The policy's log-probs, in the same order.
    pub policy: Vec<CompletionLogp>,
    /// Everything TRL logs but `loss`, `grad_norm` and the counters.
    pub metrics: Metrics,
}

/// A batch's loss with its gradient in the arena's layout.
pub struct Gradient {
    pub evaluated: Evaluated,
    /// `[parameters]`; `None` when the batch has no completion token at all.
    pub gradient: Option<Tensor<1>>,
    /// Real tokens in the batch.
    pub tokens: usize,
    /// What `also_read` held.
    pub read_along: Vec<f32>,
}

/// The sum of gradients so far with one more, scaled by its share.
pub fn add_share(
    total: Option<Tensor<1>>,
    gradient: Option<Tensor<1>>,
    share: f64,
) -> Option<Tensor<1>> {
    let scaled = match gradient {
        Some(gradient) if share != 1.0 => Some(gradient.mul_scalar(share as f32)),
        whole => whole,
    };
    match (total, scaled) {
        (Some(total), Some(scaled)) => Some(total + scaled),
        (total, scaled) => total.or(scaled),
    }
}

/// Forward, one readback, loss on the CPU, backward.
///
/// `also_read` travels in the same readback.
///
/// # Errors
/// [`tilt_protocol::Error::Device`] when the device was lost.
pub async fn gradient(
    model: &Model,
    arena: &Tensor<1>,
    data: &Data,
    indices: &[usize],
    objective: &Objective,
    also_read: Option<Tensor<1>>,
) -> Result<Gradient> {
    let leaves = Gpt::leaves(&model.config, &model.layout, arena);
    let sequences = data.sequences(indices);
    let batch = Batch::new(sequences.iter().copied(), model.pad_id());
    let tracked = (batch.scored() > 0).then(|| token_logps(&leaves, &batch));
    let mismatched = data.mismatched(indices);
    let kl_batch = Batch::new(mismatched.iter().copied(), model.pad_id());

    let mut reads: Vec<Tensor<1>> = Vec::new();
    reads.extend(tracked.as_ref().map(|logps| logps.clone().inner()));
    if kl_batch.scored() > 0 {
        reads.push(token_logps(&model.gpt(arena), &kl_batch));
    }
    reads.extend(also_read);
    let mut numbers = if reads.is_empty() {
        Vec::new()
    } else {
        read(Tensor::cat(reads, 0)).await?
    };
    let mut rest = numbers.split_off(batch.scored());
    let read_along = rest.split_off(kl_batch.scored());

    let policy = completion_logps(&numbers, &batch, sequences.iter().copied());
    let policy_mismatched = completion_logps(&rest, &kl_batch, mismatched.iter().copied());
    let evaluated = evaluate(objective, data, indices, policy, &policy_mismatched);

    let gradient = tracked.map(|logps| {
        let mut upstream = vec![0.0_f32; batch.scored()];
        for (span, &derivative) in batch.spans.iter().zip(&evaluated.d_logps) {
            upstream[span.clone()].fill(derivative as f32);
        }
        let upstream = Tensor::<1>::from_data(upstream.as_slice(), &logps.device());
        let mut gradients = (logps * upstream).sum().backward();
        leaves.flat_gradients(&mut gradients)
    });
    Ok(Gradient {
        evaluated,
        gradient,
        tokens: batch.real_tokens,
        read_along,
    })
}

/// The objective's loss and metrics from the policy's log-probs.
pub fn evaluate(
    objective: &Objective,
    data: &Data,
    indices: &[usize],
    policy: Vec<CompletionLogp>,
    policy_mismatched: &[CompletionLogp],
) -> Evaluated {
    match data {
        Data::Pairs { reference, .. } => evaluate_pairs(objective, reference, indices, policy),
        Data::Unpaired {
            rows,
            reference,
            reference_mismatched,
            ..
        } => {
            let pick = |all: &[CompletionLogp]| -> Vec<CompletionLogp> {
                indices.iter().map(|&index| all[index]).collect()
            };
            let desirable: Vec<bool> = indices.iter().map(|&index| rows[index].1).collect();
            let kl = loss::kto_kl(policy_mismatched, &pick(reference_mismatched));
            evaluate_unpaired(objective, &pick(reference), &desirable, kl, policy)
        }
    }
}

fn evaluate_pairs(
    objective: &Objective,
    reference: &PairLogps,
    indices: &[usize],
    policy: Vec<CompletionLogp>,
) -> Evaluated {
    let reference = PairLogps {
        chosen: indices
            .iter()
            .map(|&index| reference.chosen[index])
            .collect(),
        rejected: indices
            .iter()
            .map(|&index| reference.rejected[index])
            .collect(),
    };
    let (chosen, rejected) = policy.split_at(indices.len());
    let pairs = PairLogps {
        chosen: chosen.to_vec(),
        rejected: rejected.to_vec(),
    };
    let out = match *objective {
        Objective::Ipo { beta } => loss::ipo(&pairs, &reference, beta, FDivergence::ReverseKl),
        // KTO's rows are unpaired: `Data::prepare` keeps them apart.
        Objective::Dpo { beta } | Objective::Kto { beta, .. } => {
            loss::dpo(&pairs, &reference, beta, FDivergence::ReverseKl)
        }
    };
    let beta = objective.beta();
    let reward = |policy: &[CompletionLogp], reference: &[CompletionLogp]| -> Vec<f64> {
        policy
            .iter()
            .zip(reference)
            .map(|(p, r)| beta * (p.sum.0 - r.sum.0))
            .collect()
    };
    let chosen_rewards = reward(&pairs.chosen, &reference.chosen);
    let rejected_rewards = reward(&pairs.rejected, &reference.rejected);
    let hits = chosen_rewards
        .iter()
        .zip(&rejected_rewards)
        .filter(|(chosen, rejected)| chosen > rejected);
    let accuracy = hits.count() as f64 / indices.len().max(1) as f64;
    let mut logged = Metrics::default();
    logged.set_some(metrics::REWARDS_CHOSEN, mean(&chosen_rewards));
    logged.set_some(metrics::REWARDS_REJECTED, mean(&rejected_rewards));
    logged.set(metrics::REWARDS_ACCURACIES, accuracy);
    let margins: Vec<f64> = chosen_rewards
        .iter()
        .zip(&rejected_rewards)
        .map(|(c, r)| c - r)
        .collect();
    logged.set_some(metrics::REWARDS_MARGINS, mean(&margins));
    logged.set_some(metrics::LOGPS_CHOSEN, mean_sum(&pairs.chosen));
    logged.set_some(metrics::LOGPS_REJECTED, mean_sum(&pairs.rejected));
    logged.set_some(metrics::REF_LOGPS_CHOSEN, mean_sum(&reference.chosen));
    logged.set_some(metrics::REF_LOGPS_REJECTED, mean_sum(&reference.rejected));
    let d_logps = out.d_chosen.into_iter().chain(out.d_rejected).collect();
    Evaluated {
        loss: out.loss,
        per_example: out.per_example,
        d_logps,
        policy,
        metrics: logged,
    }
}

fn evaluate_unpaired(
    objective: &Objective,
    reference: &[CompletionLogp],
    desirable: &[bool],
    kl: f64,
    policy: Vec<CompletionLogp>,
) -> Evaluated {
    let beta = objective.beta();
    let (desirable_weight, undesirable_weight) = match *objective {
        Objective::Kto {
            desirable_weight,
            undesirable_weight,
            ..
        } => (desirable_weight, undesirable_weight),
        Objective::Dpo { .. } | Objective::Ipo { .. } => (1.0, 1.0),
    };
    let out = loss::kto(
        &policy,
        reference,
        desirable,
        kl,
        beta,
        desirable_weight,
        undesirable_weight,
    );
    let of = |rows: &[CompletionLogp], wanted: bool| -> Vec<CompletionLogp> {
        rows.iter()
            .zip(desirable)
            .filter(|(_, d)| **d == wanted)
            .map(|(row, _)| *row)
            .collect()
    };
    let reward = |wanted: bool| -> Option<f64> {
        let (policy, reference) = (of(&policy, wanted), of(reference, wanted));
        let rewards: Vec<f64> = policy
            .iter()
            .zip(&reference)
            .map(|(p, r)| beta * (p.sum.0 - r.sum.0))
            .collect();
        mean(&rewards)
    };
    let mut logged = Metrics::default();
    let (chosen, rejected) = (reward(true), reward(false));
    logged.set_some(metrics::REWARDS_CHOSEN, chosen);
    logged.set_some(metrics::REWARDS_REJECTED, rejected);
    logged.set_some(
        metrics::REWARDS_MARGINS,
        chosen.zip(rejected).map(|(c, r)| c - r),
    );
    logged.set_some(metrics::LOGPS_CHOSEN, mean_sum(&of(&policy, true)));
    logged.set_some(metrics::LOGPS_REJECTED, mean_sum(&of(&policy, false)));
    logged.set_some(metrics::REF_LOGPS_CHOSEN, mean_sum(&of(reference, true)));
    logged.set_some(metrics::REF_LOGPS_REJECTED, mean_sum(&of(reference, false)));
    logged.set(metrics::KL, kl);
    Evaluated {
        loss: out.loss,
        per_example: out.per_example,
        d_logps: out.d_completion,
        policy,
        metrics: logged,
    }
}

fn mean(numbers: &[f64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
}

fn mean_sum(rows: &[CompletionLogp]) -> Option<f64> {
    mean(&rows.iter().map(|row| row.sum.0).collect::<Vec<_>>())
}
