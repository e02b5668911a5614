//! Estimates of KL(pi || pi_ref) from one sampled token: Schulman 2020, *Approximating KL
//! divergence* (joschu.net/blog/kl-approx.html); k3 is eq. 4 of DeepSeekMath (arXiv
//! 2402.03300).

/// log pi - log pi_ref, nats: of either sign, without bias.
pub fn k1(logp: f64, reference: f64) -> f64 {
    logp - reference
}

/// e^d - d - 1 with d = log pi_ref - log pi, and its slope in log pi: never negative,
/// without bias, and of less variance than [`k1`].
pub fn k3(logp: f64, reference: f64) -> (f64, f64) {
    let d = reference - logp;
    (d.exp_m1() - d, -d.exp_m1())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_agrees_with_differences() {
        for logp in [-3.0, -1.0, -0.9] {
            let slope = (k3(logp + 1e-6, -1.0).0 - k3(logp - 1e-6, -1.0).0) / 2e-6;
            assert!((slope - k3(logp, -1.0).1).abs() < 1e-8);
        }
        assert_eq!(k3(-1.0, -1.0), (0.0, 0.0));
        assert_eq!(k1(-1.0, -1.5), 0.5);
    }
}
