//! Each objective's formula, composed from its terms, in the notation of
//! `engine/src/loss/`: y_c is the chosen answer, y_r the rejected one.

use super::dpo_terms::weighted_terms;
use super::math::*;
use super::rollout_terms::of_rollouts;
use super::terms::{Formula, epsilon_is, hinge, mean_is, smoothed};
use crate::texts::formula as texts;
use FormulaAnswer::{Any, Chosen, Mismatched, Rejected};
use tilt_protocol::{CpoLoss, CpoObjective, KtoLoss, Objective, SftLoss};

/// MathML, each entry the inside of one `<math>`: first the loss, then what its letters
/// stand for.
pub fn formula(objective: &Objective) -> Vec<String> {
    let (loss, letters) = match objective {
        Objective::Dpo(dpo) => weighted_terms(dpo),
        Objective::Kto(kto) => thumbs(kto.loss),
        Objective::Cpo(cpo) => without_reference(cpo),
        Objective::Orpo { .. } => odds_ratio(),
        Objective::Sft(sft) => supervised(sft.loss),
        Objective::Reward { .. } => (
            -log_sigma(of(Chosen, "r") - of(Rejected, "r")),
            vec![equation(name("r"), words(texts::SCORE))],
        ),
        Objective::Online(online) => of_rollouts(online),
    };
    let loss = equation(name("ℒ"), loss);
    let mut lines = vec![loss.markup()];
    for letter in letters.iter().map(Math::markup) {
        if !lines.contains(&letter) {
            lines.push(letter);
        }
    }
    lines
}

fn thumbs(loss: KtoLoss) -> Formula {
    // One formula for both thumbs: the sign is the label's.
    let signed = |value: Math| number(1.0) - sigma(words("±") * beta() * value);
    let label = words(texts::SIGN_OF_THUMB);
    match loss {
        KtoLoss::Kto => {
            let drift = call(texts::MEAN, log_ratio(Mismatched));
            let z = call("max", list([number(0.0), drift]));
            let letters = vec![
                label,
                equation(name("z"), z),
                equation(y(Mismatched), words(texts::ANOTHER_ROWS_ANSWER)),
            ];
            (signed(brackets(log_ratio(Any) - name("z"))), letters)
        }
        KtoLoss::ApoZeroUnpaired => (signed(log_ratio(Any)), vec![label]),
    }
}

fn without_reference(cpo: &CpoObjective) -> Formula {
    let gap = || beta() * brackets(log_prob(Chosen) - log_prob(Rejected));
    let (mut loss, mut letters) = match cpo.loss {
        CpoLoss::Sigmoid { epsilon } => (smoothed(gap, epsilon), epsilon_is(epsilon)),
        CpoLoss::Hinge => (hinge(gap()), Vec::new()),
        CpoLoss::Ipo => {
            let target = number(1.0) / (number(2.0) * beta());
            let loss = squared(of(Chosen, "m") - of(Rejected, "m") - target);
            (loss, vec![mean_is()])
        }
        CpoLoss::Simpo { gamma, epsilon } => {
            let (reward, mut letters) = reward_of_mean(cpo.alpha);
            letters.push(equation(name("γ"), number(gamma)));
            letters.extend(epsilon_is(epsilon));
            let lead = || beta() * brackets(reward(Chosen) - reward(Rejected)) - name("γ");
            (smoothed(lead, epsilon), letters)
        }
    };
    if cpo.cpo_alpha != 0.0 {
        let supervised = of(Chosen, "m");
        loss = match cpo.cpo_alpha {
            1.0 => loss - supervised,
            weight => loss - number(weight) * supervised,
        };
        letters.push(mean_is());
    }
    (loss, letters)
}

/// SimPO's reward is the mean log-prob; AlphaPO bends it.
fn reward_of_mean(alpha: f64) -> (fn(FormulaAnswer) -> Math, Vec<Math>) {
    if alpha == 0.0 {
        return (mean_log_prob, Vec::new());
    }
    let bent = (number(1.0) - exp(-(name("α") * name("m")))) / name("α");
    let letters = vec![
        equation(name("r"), bent),
        mean_is(),
        equation(name("α"), number(alpha)),
    ];
    (|answer| of(answer, "r"), letters)
}

fn odds_ratio() -> Formula {
    let odds = || log(of(Chosen, "o") / of(Rejected, "o"));
    let m = || name("m");
    let letters = vec![
        equation(name("o"), exp(m()) / (number(1.0) - exp(m()))),
        mean_is(),
        equation(name("N"), words(texts::MEAN_LOSS_OF_ALL)),
    ];
    (name("N") - beta() * log_sigma(odds()), letters)
}

fn supervised(loss: SftLoss) -> Formula {
    let chance = || policy_of_token(sub("y", name("t")));
    let token_loss = match loss {
        SftLoss::Nll => log(chance()),
        SftLoss::Dft => call("sg", chance()) * log(chance()),
    };
    let mean = coloured(
        Chosen,
        number(1.0) / length(Any) * sum(name("t"), token_loss),
    );
    let letters = match loss {
        SftLoss::Nll => Vec::new(),
        SftLoss::Dft => vec![equation(name("sg"), words(texts::WITHOUT_GRADIENT))],
    };
    (-mean, letters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::ObjectiveKind;

    /// Elements that open and close in order.
    fn is_balanced(xml: &str) -> bool {
        let mut open: Vec<&str> = Vec::new();
        for piece in xml.split('<').skip(1) {
            let Some((tag, _)) = piece.split_once('>') else {
                return false;
            };
            if let Some(closed) = tag.strip_prefix('/') {
                if open.pop() != Some(closed) {
                    return false;
                }
            } else if !tag.ends_with('/') {
                open.extend(tag.split(' ').next());
            }
        }
        open.is_empty()
    }

    #[test]
    fn every_formula_is_sound_markup_of_its_own() {
        let mut losses: Vec<String> = Vec::new();
        for kind in ObjectiveKind::ALL {
            let lines = formula(&kind.with_beta(kind.default_beta()));
            assert!(
                lines.iter().all(|line| is_balanced(line)),
                "{kind:?}: {lines:?}"
            );
            let whole = lines.concat();
            assert!(!losses.contains(&whole), "{kind:?} reads like another");
            losses.push(whole);
        }
    }
}
