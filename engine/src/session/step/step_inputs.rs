//! What a step's gradients are taken of.

use crate::crew::Team;
use crate::model::Model;
use crate::session::critic::Critic;
use crate::session::problem::Problem;
use burn::tensor::Tensor;

/// What one gradient is taken of.
#[derive(Clone, Copy)]
pub struct StepInputs<'a> {
    pub model: &'a Model,
    /// The policy, `[parameters]`.
    pub policy: &'a Tensor<1>,
    pub problem: &'a Problem,
    /// Compute what TRL logs and no loss needs: entropy, token accuracy, logits.
    pub statistics: bool,
    /// PPO's value model.
    pub critic: Option<&'a Critic>,
    /// Who shares the policy's pass.
    pub team: Option<&'a Team>,
}
