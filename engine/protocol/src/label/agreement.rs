//! How far two labellers agree on pairs that both have judged.

use super::Verdict;

/// The share of equal verdicts, and Cohen's kappa, which takes off what chance alone would
/// give.
///
/// J. Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and Psychological
/// Measurement 20 (1960).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VerdictAgreement {
    /// Pairs that both have judged.
    pub n: usize,
    /// Share of equal verdicts.
    pub share: f64,
    /// `None` where both always say the same one thing: chance explains it all.
    pub kappa: Option<f64>,
}

impl VerdictAgreement {
    /// `None` without pairs.
    pub fn of(verdicts: &[(Verdict, Verdict)]) -> Option<VerdictAgreement> {
        if verdicts.is_empty() {
            return None;
        }
        let n = verdicts.len() as f64;
        let share_where = |holds: &dyn Fn(&(Verdict, Verdict)) -> bool| {
            verdicts.iter().filter(|both| holds(both)).count() as f64 / n
        };
        let observed = share_where(&|(one, other)| one == other);
        let expected: f64 = Verdict::ALL
            .into_iter()
            .map(|verdict| {
                share_where(&|(one, _)| *one == verdict)
                    * share_where(&|(_, other)| *other == verdict)
            })
            .sum();
        let room = 1.0 - expected;
        Some(VerdictAgreement {
            n: verdicts.len(),
            share: observed,
            kappa: (room > 1e-12).then(|| (observed - expected) / room),
        })
    }

    /// As `data-value` carries it.
    pub fn json(self) -> String {
        serde_json::json!({ "n": self.n, "agreement": self.share, "kappa": self.kappa }).to_string()
    }
}
