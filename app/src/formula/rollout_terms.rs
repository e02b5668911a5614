//! The formulas of objectives on the policy's own answers.

use super::dpo_terms::weighted_terms;
use super::math::*;
use super::terms::Formula;
use crate::texts::formula as texts;
use FormulaAnswer::{Any, Chosen};
use tilt_protocol::{DpoObjective, DpoTerm, OnlineDpoLoss, OnlineObjective};

const PI_OLD: &str = "<msub><mi>π</mi><mtext>old</mtext></msub>";

/// `None` for PPO, which the page does not train.
pub fn of_rollouts(objective: &OnlineObjective) -> Option<Formula> {
    match objective {
        OnlineObjective::OnlineDpo(online_dpo) => {
            let term = match online_dpo.loss {
                OnlineDpoLoss::Sigmoid => DpoTerm::Sigmoid,
                OnlineDpoLoss::Ipo => DpoTerm::Ipo,
            };
            let (loss, mut letters) = weighted_terms(&DpoObjective::of(term, online_dpo.beta));
            letters.push(equation(y(Chosen), words(texts::BETTER_OF_TWO)));
            Some((loss, letters))
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
            Some((-clipped(), letters))
        }
        OnlineObjective::Grpo(grpo) => {
            let token = || sub("y", name("t"));
            let ratio = policy_of_token(token()) / conditional(PI_OLD, &token(), X_AND_BEFORE);
            let mut of_token = -clipped();
            let group = call(texts::MEAN, name("r"));
            let mut letters = vec![
                equation(name("w"), ratio),
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
            Some((mean, letters))
        }
        OnlineObjective::Ppo(_) => None,
    }
}

/// The smaller of the weighed advantage and the same with a clipped weight.
fn clipped() -> Math {
    let clip = call("clip", name("w"));
    call("min", list([name("w") * name("A"), clip * name("A")]))
}
