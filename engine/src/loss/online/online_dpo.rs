//! Direct alignment from online feedback, Guo et al. 2024 (arXiv 2402.04792): two fresh
//! answers, the better one is chosen, then DPO (or IPO). TRL: `OnlineDPOTrainer`; ties favour
//! the first answer, as there. Log-ratios are those of sums, for IPO too.

/// Whether the first of two rewards is the chosen answer's.
pub fn first_is_chosen([first, second]: [f64; 2]) -> bool {
    first >= second
}

/// A reward with TRL's `missing_eos_penalty` taken off an answer without an end of text.
pub fn with_eos_penalty(reward: f64, has_eos: bool, penalty: Option<f64>) -> f64 {
    match penalty {
        Some(penalty) if !has_eos => reward - penalty,
        _ => reward,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_favour_the_first() {
        assert!(first_is_chosen([1.0, 1.0]) && !first_is_chosen([1.0, 1.5]));
        assert_eq!(with_eos_penalty(1.0, false, Some(2.0)), -1.0);
        assert_eq!(with_eos_penalty(1.0, true, Some(2.0)), 1.0);
        assert_eq!(with_eos_penalty(1.0, false, None), 1.0);
    }
}
