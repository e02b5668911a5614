//! Terms that several objectives share.

use super::math::*;
use FormulaAnswer::Any;

/// A loss and the letters it leaves open.
pub type Formula = (Math, Vec<Math>);

/// The logistic loss of labels that are flipped with chance ε.
pub fn smoothed(value: impl Fn() -> Math, epsilon: f64) -> Math {
    if epsilon == 0.0 {
        return -log_sigma(value());
    }
    let epsilon = || name("ε");
    -(number(1.0) - epsilon()) * log_sigma(value()) - epsilon() * log_sigma(-value())
}

/// max(0, 1 − value).
pub fn hinge(value: Math) -> Math {
    call("max", list([number(0.0), number(1.0) - value]))
}

/// m, the mean log-prob of an answer's tokens.
pub fn mean_is() -> Math {
    equation(name("m"), mean_log_prob(Any))
}

/// The value of ε, where there is one.
pub fn epsilon_is(epsilon: f64) -> Vec<Math> {
    if epsilon == 0.0 {
        Vec::new()
    } else {
        vec![equation(name("ε"), number(epsilon))]
    }
}
