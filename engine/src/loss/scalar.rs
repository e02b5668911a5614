//! Functions of one number that losses are made of, in forms that do not overflow.

/// log(1 + e^x), without overflow: max(0, x) + log1p(e^-|x|).
pub(super) fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// (1 - epsilon) (-log sigma(x)) + epsilon (-log sigma(-x)), and its slope: the loss of
/// a label that is flipped with chance epsilon.
pub(super) fn smoothed(x: f64, epsilon: f64) -> (f64, f64) {
    let value = (1.0 - epsilon) * softplus(-x) + epsilon * softplus(x);
    let slope = epsilon * sigmoid(x) - (1.0 - epsilon) * sigmoid(-x);
    (value, slope)
}

/// The exponent up to which [`growing_exp`] is e^x.
const STRAIGHT_FROM: f64 = 80.0;

/// e^x - 1 and its slope; beyond [`STRAIGHT_FROM`] the tangent there. It rises on, as e^x
/// does, but stays finite for every log-prob that f32 knows.
pub(super) fn growing_exp(x: f64) -> (f64, f64) {
    if x <= STRAIGHT_FROM {
        return (x.exp_m1(), x.exp());
    }
    let slope = STRAIGHT_FROM.exp();
    (slope * (1.0 + (x - STRAIGHT_FROM)), slope)
}

/// The logistic function, without overflow.
pub(super) fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}
