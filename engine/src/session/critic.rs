//! PPO's value model: what is still to be had from here on, read at the tokens of an answer.
//!
//! A model of its own with a scalar head, as in TRL 1.12, which shares nothing with the policy
//! but the optimiser; or a scalar head on the policy itself.

use crate::batch::Batch;
use crate::model::Model;
use crate::pass::{ForwardPass, forward_scalars};
use crate::readback::read;
use crate::sequence::Sequence;
use burn::tensor::Tensor;
use tilt_protocol::{Error, Result};

/// A value model with its weights.
pub struct Critic {
    /// With a scalar head.
    pub model: Box<Model>,
    /// `[parameters]` of that model: where it shares the policy's trunk, the policy's with the
    /// head behind them.
    pub weights: Tensor<1>,
    /// Whether all but the head is the policy.
    pub shares_trunk: bool,
}

/// A forward pass over answers, of which values are wanted.
pub struct CriticPass {
    /// For the backward pass.
    pub batch: Batch,
    /// The values of one answer after another.
    pub forward: ForwardPass,
}

impl Critic {
    /// The policy with a fresh scalar head: a copy of it, or the policy itself.
    pub fn of_policy(policy: &Model, weights: &Tensor<1>, seed: u64, shares_trunk: bool) -> Critic {
        Critic {
            model: Box::new(policy.twin_with_score_head()),
            weights: policy.with_fresh_score_head(weights, seed),
            shares_trunk,
        }
    }

    /// The policy's gradient `[policy parameters]` and that of the values `[parameters]` as one,
    /// of all that is trained: side by side, or the trunk's added up.
    pub fn joined(&self, policy: Tensor<1>, values: Tensor<1>) -> Tensor<1> {
        if !self.shares_trunk {
            return Tensor::cat(vec![policy, values], 0);
        }
        let ([trunk], [all]) = (policy.dims(), values.dims());
        let (of_trunk, of_head) = (0..trunk, trunk..all);
        let of_trunk = policy + values.clone().slice([of_trunk]);
        Tensor::cat(vec![of_trunk, values.slice([of_head])], 0)
    }

    /// A model from elsewhere, a reward model for instance, that was given as `name`.
    ///
    /// # Errors
    /// Those of [`Model::check_scores`] under `--value-model`, and for one with less context
    /// than the policy.
    pub fn given(name: &str, model: Model, weights: Tensor<1>, policy: &Model) -> Result<Critic> {
        const FIELD: &str = "--value-model";
        model.check_scores(FIELD, name, policy)?;
        let (found, wanted) = (model.config.n_positions, policy.config.n_positions);
        if found < wanted {
            let found = format!("{name}, a context of {found}");
            let expected = format!("the policy's {wanted} at least: it reads the policy's tokens");
            return Err(Error::invalid(FIELD, found, expected));
        }
        Ok(Critic {
            model: Box::new(model),
            weights,
            shares_trunk: false,
        })
    }

    /// The values of answers, `counts[i]` of answer i: before its first token, and after each
    /// of the next.
    ///
    /// # Errors
    /// Those of [`forward_scalars`].
    pub fn forward(&self, answers: &[&Sequence], counts: &[usize]) -> Result<CriticPass> {
        let batch = Batch::whole(answers.iter().copied(), self.model.pad_id())?;
        let of_answers = answers.iter().zip(counts).enumerate();
        let places: Vec<(usize, usize)> = of_answers
            .flat_map(|(row, (answer, &count))| {
                let first = answer.prompt.len().saturating_sub(1);
                (first..first + count).map(move |t| (row, t))
            })
            .collect();
        let forward = forward_scalars(&self.model, &self.weights, &batch, &places)?;
        Ok(CriticPass { batch, forward })
    }

    /// The same values as numbers, a list an answer, `batch_size` answers at a time.
    ///
    /// # Errors
    /// [`Error::Device`] when the device was lost, and those of [`Critic::forward`].
    pub async fn values(
        &self,
        answers: &[&Sequence],
        counts: &[usize],
        batch_size: usize,
    ) -> Result<Vec<Vec<f64>>> {
        let size = batch_size.max(1);
        let mut values = Vec::with_capacity(answers.len());
        for (answers, counts) in answers.chunks(size).zip(counts.chunks(size)) {
            let pass = self.forward(answers, counts)?;
            let numbers = read(pass.forward.values).await?;
            let mut numbers = numbers.into_iter().map(f64::from);
            let of_answer = |&count: &usize| numbers.by_ref().take(count).collect();
            values.extend(counts.iter().map(of_answer));
        }
        Ok(values)
    }
}
