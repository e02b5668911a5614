//! Digests of whole arenas, tensor by tensor.

use crate::checks::Checks;
use crate::set::numbers;
use serde_json::Value;
use tilt_engine::hf::hub_name;
use tilt_engine::model::Model;

/// What an arena's digests are compared as.
pub enum Kind<'a> {
    Gradient,
    /// Parameters after three steps of this learning rate, from a gradient with these
    /// digests.
    Parameters {
        lr: f64,
        gradient: &'a Value,
    },
}

/// Digest: norm, sum, and the elements at 0, n/2 and n-1. Gradients are compared to 1e-4
/// of the tensor's norm, parameters to 1e-4 absolute, their sums to what so many such
/// errors add up to.
///
/// Where the true gradient is 0 (a reward model's `ln_f.bias`, the key third of
/// `c_attn.bias`) Adam turns rounding into steps of up to lr.
pub fn check_digests(
    checks: &mut Checks,
    what: &str,
    model: &Model,
    arena: &[f32],
    digests: &Value,
    kind: &Kind<'_>,
) {
    let total = norm(arena.iter().map(|&x| f64::from(x)));
    for slot in &model.layout.slots {
        let expected = numbers(&digests[hub_name(slot)]);
        let found: Vec<f64> = arena[slot.range()].iter().map(|&x| f64::from(x)).collect();
        let (norm, root) = (norm(found.iter().copied()), (found.len() as f64).sqrt());
        let middle = found.len() / 2;
        let is_zero = expected[0] < ZERO;
        for (place, found, expected) in [
            ("norm", norm, expected[0]),
            ("sum", found.iter().sum(), expected[1]),
            ("first", found[0], expected[2]),
            ("middle", found[middle], expected[3]),
            ("last", found[found.len() - 1], expected[4]),
        ] {
            let what = format!("{what} {} {place}", slot.name);
            match kind {
                Kind::Gradient => {
                    let scale = if is_zero { 1e-4 * total } else { norm };
                    checks.compare(&what, found, expected, 1e-4, scale);
                }
                Kind::Parameters { lr, gradient } => {
                    let is_still = numbers(&gradient[hub_name(slot)])[0] < ZERO;
                    let of_keys = slot.name.ends_with("c_attn.bias");
                    let free = is_still || of_keys && (place == "middle" || place == "norm");
                    let tolerance = match place {
                        "sum" if is_still || of_keys => 3.0 * lr * root,
                        "sum" => 1e-4 * root,
                        _ if free => 3.0 * lr,
                        "norm" => 1e-4 * norm.max(1.0),
                        _ => 1e-4,
                    };
                    checks.absolute(&what, found, expected, tolerance);
                }
            }
        }
    }
}

/// Below this a golden gradient is rounding around 0.
const ZERO: f64 = 1e-12;

fn norm(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.map(|x| x * x).sum::<f64>().sqrt()
}
