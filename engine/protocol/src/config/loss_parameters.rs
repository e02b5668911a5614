//! A loss of pairs by its name, with the parameter that is its own.

use super::fields::Fields;
use crate::error::Result;
use crate::objective::DpoTerm;

/// # Errors
/// [`crate::error::Error::InvalidConfig`] for a name that no loss has, or a parameter of another
/// kind.
pub(super) fn read_dpo_term(fields: &Fields, name: &str) -> Result<DpoTerm> {
    let mut term = fields.named("loss_type", name, &DpoTerm::ALL, DpoTerm::loss_type)?;
    if let Some(epsilon) = term.epsilon_mut() {
        *epsilon = fields.number("label_smoothing", *epsilon)?;
    }
    if let DpoTerm::Discopop { tau } = &mut term {
        *tau = fields.number("discopop_tau", *tau)?;
    }
    Ok(term)
}

/// The parameter that a loss has of its own.
pub(super) fn loss_parameter(term: &DpoTerm) -> Option<(&'static str, f64)> {
    match term {
        DpoTerm::Discopop { tau } => Some(("discopop_tau", *tau)),
        other => other.epsilon().map(|epsilon| ("label_smoothing", epsilon)),
    }
}
