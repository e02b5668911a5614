//! Supervised fine-tuning: the mean over the scored tokens of -log p, or, as dynamic
//! fine-tuning (Wu et al. 2025, arXiv 2508.05629), of -p log p with the factor p
//! taken as constant.
//!
//! TRL: `SFTTrainer`, `loss_type = "nll"` and `"dft"`. Deviation: tokens are counted as
//! they are; for whole texts transformers' loop counts one more a row in `GPT2LMHeadModel`'s
//! denominator.

/// A loss over single tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenLoss {
    /// Mean over tokens; 0 without any.
    pub loss: f64,
    /// `[tokens]`
    pub per_token: Vec<f64>,
    /// d loss / d log p, `[tokens]`
    pub d_tokens: Vec<f64>,
}

/// Mean negative log-likelihood of `[tokens]` log-probs, in nats.
pub fn nll(logps: &[f64]) -> TokenLoss {
    weighted(logps, |_| 1.0)
}

/// Dynamic fine-tuning on `[tokens]` log-probs.
pub fn dft(logps: &[f64]) -> TokenLoss {
    weighted(logps, f64::exp)
}

fn weighted(logps: &[f64], weight: impl Fn(f64) -> f64) -> TokenLoss {
    let share = 1.0 / logps.len().max(1) as f64;
    let weights: Vec<f64> = logps.iter().map(|&logp| weight(logp)).collect();
    let per_token: Vec<f64> = logps.iter().zip(&weights).map(|(l, w)| -w * l).collect();
    TokenLoss {
        loss: per_token.iter().sum::<f64>() * share,
        per_token,
        d_tokens: weights.iter().map(|weight| -weight * share).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_agree_with_differences_at_constant_weights() {
        let logps = [-1.5, -0.2, -4.0];
        for (loss, weights) in [
            (nll as fn(&[f64]) -> TokenLoss, [1.0; 3]),
            (dft, logps.map(f64::exp)),
        ] {
            let here = loss(&logps);
            let at = |nudge: f64| -> f64 {
                let moved = [logps[0], logps[1] + nudge, logps[2]];
                moved.iter().zip(weights).map(|(l, w)| -w * l).sum::<f64>() / 3.0
            };
            assert!((here.loss - at(0.0)).abs() < 1e-12);
            let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((slope - here.d_tokens[1]).abs() < 1e-9, "{slope} {here:?}");
        }
    }

    #[test]
    fn no_tokens_no_loss() {
        assert_eq!(nll(&[]).loss, 0.0);
    }
}
