//! The formulas of DPO's family: losses of the log-ratios of a pair.

use super::math::*;
use super::terms::{Formula, epsilon_is, hinge, mean_is, smoothed};
use crate::texts::formula as texts;
use FormulaAnswer::{Any, Chosen, Rejected};
use tilt_protocol::{DpoObjective, DpoTerm, FDivergence, WeightedTerm};

/// The weighted sum of the terms, and the letters in it.
pub fn weighted_terms(dpo: &DpoObjective) -> Formula {
    let ratios = Ratios::of(dpo);
    let mut letters = Vec::new();
    let mut total: Option<Math> = None;
    for WeightedTerm { term, weight } in &dpo.terms {
        let (loss, of_term) = ratios.term(*term);
        let loss = if *weight == 1.0 {
            loss
        } else {
            number(*weight) * loss
        };
        letters.extend(of_term);
        total = Some(match total {
            Some(sum) => sum + loss,
            None => loss,
        });
    }
    let mut total = total.unwrap_or_else(|| number(0.0));
    if dpo.use_weighting {
        total = of(Chosen, "w") * of(Rejected, "w") * total;
        let likelihood = policy_of_token(sub("y", name("t")));
        let chance_of_same = sum(name("v"), squared(policy_of_token(name("v"))));
        let mean = number(1.0) / length(Any) * sum(name("t"), log(likelihood / chance_of_same));
        letters.push(equation(name("w"), call("exp", mean)));
    }
    (total, letters)
}

/// How the log-ratios of a DPO objective are written: in full where they stand once.
struct Ratios {
    in_full: bool,
    divergence: FDivergence,
    ld_alpha: Option<f64>,
}

impl Ratios {
    fn of(dpo: &DpoObjective) -> Ratios {
        let mut with_ratios = dpo.terms.iter().filter(|term| term.term != DpoTerm::Sft);
        let only = with_ratios.next().filter(|_| with_ratios.next().is_none());
        Ratios {
            in_full: only.is_some_and(|only| has_ratios_once(only.term))
                && dpo.f_divergence == FDivergence::ReverseKl
                && dpo.ld_alpha.is_none(),
            divergence: dpo.f_divergence,
            ld_alpha: dpo.ld_alpha,
        }
    }

    /// The log-ratio of an answer, or its short name.
    fn u(&self, answer: FormulaAnswer) -> Math {
        if self.in_full {
            log_ratio(answer)
        } else if self.divergence == FDivergence::ReverseKl {
            of(answer, "u")
        } else {
            call("φ", of(answer, "u"))
        }
    }

    /// beta times the gap of the log-ratios.
    fn beta_gap(&self) -> Math {
        if self.in_full {
            beta() * brackets(self.u(Chosen) - self.u(Rejected))
        } else {
            beta() * name("h")
        }
    }

    fn mean_gap(&self) -> Math {
        let mean = |answer| coloured(answer, number(1.0) / length(answer) * self.u(answer));
        mean(Chosen) - mean(Rejected)
    }

    /// h and u, where they are not written in full.
    fn letters(&self, has_gap: bool) -> Vec<Math> {
        let mut letters = Vec::new();
        if self.in_full {
            return letters;
        }
        if has_gap {
            letters.push(equation(name("h"), self.u(Chosen) - self.u(Rejected)));
        }
        letters.extend(phi(self.divergence));
        match self.ld_alpha {
            None => letters.push(equation(name("u"), log_ratio(Any))),
            Some(alpha) => {
                let token = || sub("u", name("t"));
                let within = sum(relation(name("t"), "≤", name("L")), token());
                let beyond = sum(relation(name("t"), "&gt;", name("L")), token());
                letters.push(equation(name("u"), within + number(alpha) * beyond));
                let ratio =
                    policy_of_token(sub("y", name("t"))) / reference_of_token(sub("y", name("t")));
                letters.push(equation(token(), log(ratio)));
                let shorter = call("min", list([length(Chosen), length(Rejected)]));
                letters.push(equation(name("L"), shorter));
            }
        }
        letters
    }

    fn term(&self, term: DpoTerm) -> Formula {
        let (u_c, u_r) = (|| self.u(Chosen), || self.u(Rejected));
        let gap = || self.beta_gap();
        let one = || number(1.0);
        let half = || number(0.5);
        let target = || one() / (number(2.0) * beta());
        let epsilon = || name("ε");
        let with = |mut letters: Vec<Math>, more: Vec<Math>| {
            letters.extend(more);
            letters
        };
        match term {
            DpoTerm::Sigmoid => (-log_sigma(gap()), self.letters(true)),
            DpoTerm::Cdpo { epsilon: value } => (
                smoothed(gap, value),
                with(self.letters(true), epsilon_is(value)),
            ),
            DpoTerm::Hinge => (hinge(gap()), self.letters(true)),
            DpoTerm::Ipo => (squared(self.mean_gap() - target()), self.letters(false)),
            DpoTerm::Robust { epsilon: value } => (
                (epsilon() * log_sigma(-gap()) - (one() - epsilon()) * log_sigma(gap()))
                    / (one() - number(2.0) * epsilon()),
                with(self.letters(true), epsilon_is(value)),
            ),
            DpoTerm::ExoPair { epsilon: value } => {
                let q = || name("q");
                let loss = q() * log(q() / (one() - epsilon()))
                    + (one() - q()) * log((one() - q()) / epsilon());
                let mut letters = vec![equation(q(), sigma(gap()))];
                letters.extend(self.letters(true));
                (loss, with(letters, epsilon_is(value)))
            }
            DpoTerm::NcaPair => (
                -log_sigma(beta() * u_c())
                    - half() * log_sigma(-(beta() * u_c()))
                    - half() * log_sigma(-(beta() * u_r())),
                self.letters(false),
            ),
            DpoTerm::BcoPair => (
                -log_sigma(beta() * u_c()) - log_sigma(-(beta() * u_r())),
                self.letters(false),
            ),
            DpoTerm::SppoHard => (
                squared(u_c() - target()) + squared(u_r() + target()),
                self.letters(false),
            ),
            DpoTerm::ApoZero => (
                one() - sigma(beta() * u_c()) + sigma(beta() * u_r()),
                self.letters(false),
            ),
            DpoTerm::ApoDown => (
                sigma(beta() * u_c()) + one() - sigma(beta() * brackets(u_c() - u_r())),
                self.letters(false),
            ),
            DpoTerm::Aot { epsilon: value } => {
                let sorted = |model: fn(FormulaAnswer) -> Math| {
                    call(texts::SORT, log(model(Chosen) / model(Rejected)))
                };
                let d = equation(name("d"), sorted(policy) - sorted(reference));
                let letters = with(vec![d], epsilon_is(value));
                (smoothed(|| beta() * name("d"), value), letters)
            }
            DpoTerm::AotUnpaired { epsilon: value } => {
                let d = equation(
                    name("d"),
                    call(texts::SORT, u_c()) - call(texts::SORT, u_r()),
                );
                let letters = with(with(vec![d], self.letters(false)), epsilon_is(value));
                (smoothed(|| beta() * name("d"), value), letters)
            }
            DpoTerm::Discopop { tau } => {
                let g = || name("g");
                let loss = -(one() - g()) * log_sigma(gap()) + g() * exp(-gap());
                let mut letters = vec![equation(g(), sigma(gap() / name("τ")))];
                letters.extend(self.letters(true));
                letters.push(equation(name("τ"), number(tau)));
                (loss, letters)
            }
            DpoTerm::SigmoidNorm => (
                -log_sigma(beta() * brackets(self.mean_gap())),
                self.letters(false),
            ),
            DpoTerm::Sft => (-of(Chosen, "m"), vec![mean_is()]),
        }
    }
}

/// Whether each answer's log-ratio stands once in the loss, and nothing of it is sorted.
fn has_ratios_once(term: DpoTerm) -> bool {
    match term {
        DpoTerm::Sigmoid | DpoTerm::Hinge | DpoTerm::Ipo | DpoTerm::SigmoidNorm => true,
        DpoTerm::Cdpo { .. }
        | DpoTerm::Robust { .. }
        | DpoTerm::ExoPair { .. }
        | DpoTerm::NcaPair
        | DpoTerm::BcoPair
        | DpoTerm::SppoHard
        | DpoTerm::ApoZero
        | DpoTerm::ApoDown
        | DpoTerm::Aot { .. }
        | DpoTerm::AotUnpaired { .. }
        | DpoTerm::Discopop { .. }
        | DpoTerm::Sft => false,
    }
}

/// What an f-divergence makes of a log-ratio; the reverse KL leaves it.
fn phi(divergence: FDivergence) -> Option<Math> {
    let u = || name("u");
    let value = match divergence {
        FDivergence::ReverseKl => return None,
        FDivergence::ForwardKl => number(1.0) - exp(-u()),
        FDivergence::JsDivergence => log(number(2.0)) + log_sigma(u()),
        FDivergence::AlphaDivergence { alpha } if (alpha - 1.0).abs() < 1e-6 => u(),
        FDivergence::AlphaDivergence { alpha } => {
            (exp(number(alpha - 1.0) * u()) - number(1.0)) / number(alpha - 1.0)
        }
    };
    Some(equation(call("φ", u()), value))
}
