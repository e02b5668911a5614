//! The formulas of objectives on the policy's own answers.

use super::dpo_terms::weighted_terms;
use super::math::*;
use super::terms::Formula;
use crate::texts::formula as texts;
use FormulaAnswer::{Any, Chosen, Rejected};
use tilt_protocol::{DpoObjective, DpoTerm, KlEstimator, OnlineObjective, PpoObjective};

const PI_OLD: &str = "<msub><mi>π</mi><mtext>old</mtext></msub>";

/// The loss of an online objective, and what its letters stand for.
pub fn of_rollouts(objective: &OnlineObjective) -> Formula {
    match objective {
        OnlineObjective::OnlineDpo(online_dpo) => {
            let (loss, mut letters) = match online_dpo.loss {
                DpoTerm::Ipo => (ipo_of_sums(), Vec::new()),
                term => weighted_terms(&DpoObjective::of(term, online_dpo.beta)),
            };
            letters.push(equation(y(Chosen), words(texts::BETTER_OF_TWO)));
            (loss, letters)
        }
        OnlineObjective::Rloo(rloo) => {
            let ratio = policy(Any) / conditional(PI_OLD, &y(Any), X);
            let reward = match rloo.beta {
                0.0 => words(texts::REWARD),
                _ => words(texts::REWARD) - beta() * log_ratio(Any),
            };
            let others = words(texts::MEAN_OF_OTHERS);
            let letters = vec![
                equation(name("w"), ratio),
                equation(name("A"), name("r") - others),
                equation(name("r"), reward),
            ];
            (-clipped(), letters)
        }
        OnlineObjective::Grpo(grpo) => {
            let mut of_token = -clipped();
            let group = call(texts::MEAN, name("r"));
            let mut letters = vec![
                equation(name("w"), ratio_of_token()),
                equation(
                    name("A"),
                    (name("r") - group) / call(texts::DEVIATION, name("r")),
                ),
                equation(name("r"), words(texts::REWARD)),
            ];
            if grpo.beta != 0.0 {
                of_token = of_token + beta() * brackets(exp(name("k")) - name("k") - number(1.0));
                let reference = reference_of_token(token());
                let k = log(reference / policy_of_token(token()));
                letters.push(equation(name("k"), k));
            }
            let mean = number(1.0) / length(Any) * sum(name("t"), brackets(of_token));
            (mean, letters)
        }
        OnlineObjective::Ppo(ppo) => of_ppo(ppo),
    }
}

/// Schulman et al. 2017, eq. 9 without the entropy, with the generalised advantage estimate.
fn of_ppo(ppo: &PpoObjective) -> Formula {
    let at = |letter: &str, place: Math| sub(letter, place);
    let t = || name("t");
    let next = || t() + number(1.0);
    let value_loss = at("V", t()) - at("R", t());
    let weight = number(ppo.vf_coef / 2.0);
    let loss = -clipped() + weight * squared(brackets(value_loss));
    let surprise = at("r", t()) + name("γ") * at("V", next()) - at("V", t());
    let mut reward = words(texts::REWARD_AT_THE_END);
    if ppo.kl_coef != 0.0 {
        let k = match ppo.kl_estimator {
            KlEstimator::K1 => name("k"),
            KlEstimator::K3 => brackets(exp(-name("k")) - number(1.0) + name("k")),
        };
        reward = reward - beta() * k;
    }
    let mut letters = vec![
        equation(name("w"), ratio_of_token()),
        equation(
            name("A"),
            name("δ") + name("γ") * name("λ") * at("A", next()),
        ),
        equation(name("δ"), surprise),
        equation(at("R", t()), name("A") + at("V", t())),
        equation(at("r", t()), reward),
    ];
    if ppo.kl_coef != 0.0 {
        let k = log(policy_of_token(token()) / reference_of_token(token()));
        letters.push(equation(name("k"), k));
    }
    letters.push(equation(at("V", t()), words(texts::VALUE)));
    (loss, letters)
}

/// As TRL's Online DPO has it: no log-ratio is divided by a length.
fn ipo_of_sums() -> Math {
    let target = number(1.0) / (number(2.0) * beta());
    squared(log_ratio(Chosen) - log_ratio(Rejected) - target)
}

fn token() -> Math {
    sub("y", name("t"))
}

fn ratio_of_token() -> Math {
    policy_of_token(token()) / conditional(PI_OLD, &token(), X_AND_BEFORE)
}

/// The smaller of the weighed advantage and the same with a clipped weight.
fn clipped() -> Math {
    let clip = call("clip", name("w"));
    call("min", list([name("w") * name("A"), clip * name("A")]))
}
