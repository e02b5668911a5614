//! Objectives under TRL's field names.

use super::fields::{Fields, listed};
use super::loss_parameters::{loss_parameter, read_dpo_term};
use super::online;
use crate::error::{Error, Result};
use crate::f_divergence::FDivergence;
use crate::objective::{
    CpoLoss, CpoObjective, DpoObjective, DpoTerm, KtoLoss, KtoObjective, Objective, SftLoss,
    SftObjective, WeightedTerm,
};
use serde_json::{Map, Value, json};

/// What TRL reads as SimPO without the supervised term, with `alpha`.
const ALPHAPO: &str = "alphapo";

const TRAINERS: &str = "dpo, kto, cpo, orpo, sft, reward, online_dpo, rloo, grpo or ppo";

/// The objective that `trainer`, `loss_type` and their parameters name.
///
/// # Errors
/// [`Error::InvalidConfig`] naming the field.
pub fn read(fields: &Fields) -> Result<Objective> {
    let beta = || fields.number("beta", 0.1);
    Ok(match fields.name("trainer", "dpo")?.as_str() {
        "dpo" => Objective::Dpo(read_dpo(fields)?),
        "kto" => Objective::Kto(KtoObjective {
            loss: fields.named(
                "loss_type",
                &fields.name("loss_type", KtoLoss::Kto.loss_type())?,
                &KtoLoss::ALL,
                KtoLoss::loss_type,
            )?,
            beta: beta()?,
            desirable_weight: fields.number("desirable_weight", 1.0)?,
            undesirable_weight: fields.number("undesirable_weight", 1.0)?,
        }),
        "cpo" => Objective::Cpo(read_cpo(fields)?),
        "orpo" => Objective::Orpo { beta: beta()? },
        "sft" => Objective::Sft(SftObjective {
            loss: fields.named(
                "loss_type",
                &fields.name("loss_type", SftLoss::Nll.loss_type())?,
                &SftLoss::ALL,
                SftLoss::loss_type,
            )?,
            // TRL's default: completions alone where rows have prompts.
            completion_only_loss: fields
                .optional_flag("completion_only_loss")?
                .unwrap_or(true),
        }),
        "reward" => Objective::Reward {
            center_rewards_coefficient: fields.optional_number("center_rewards_coefficient")?,
        },
        other => match online::read(fields, other)? {
            Some(online) => Objective::Online(online),
            None => return Err(Error::invalid("trainer", other, TRAINERS)),
        },
    })
}

fn read_dpo(fields: &Fields) -> Result<DpoObjective> {
    let names = fields.names("loss_type", DpoTerm::Sigmoid.loss_type())?;
    let weights = match fields.numbers("loss_weights")? {
        None => vec![1.0; names.len()],
        Some(weights) if weights.len() == names.len() => weights,
        Some(weights) => {
            let expected = format!("{} numbers, one a loss_type", names.len());
            return Err(Error::invalid("loss_weights", weights.len(), expected));
        }
    };
    let terms = names
        .iter()
        .zip(weights)
        .map(|(name, weight)| {
            let term = read_dpo_term(fields, name)?;
            Ok(WeightedTerm { term, weight })
        })
        .collect::<Result<_>>()?;
    let divergence = fields.name("f_divergence_type", FDivergence::ReverseKl.name())?;
    let mut f_divergence = FDivergence::from_name(&divergence, 0.5).ok_or_else(|| {
        let expected = "reverse_kl, forward_kl, js_divergence or alpha_divergence";
        Error::invalid("f_divergence_type", divergence, expected)
    })?;
    if let FDivergence::AlphaDivergence { alpha } = &mut f_divergence {
        *alpha = fields.number("f_alpha_divergence_coef", *alpha)?;
    }
    Ok(DpoObjective {
        beta: fields.number("beta", 0.1)?,
        terms,
        f_divergence,
        ld_alpha: fields.optional_number("ld_alpha")?,
        use_weighting: fields.flag("use_weighting")?,
    })
}

fn read_cpo(fields: &Fields) -> Result<CpoObjective> {
    let (beta, alpha) = (fields.number("beta", 0.1)?, fields.number("alpha", 0.0)?);
    let cpo_alpha = fields.number("cpo_alpha", 1.0)?;
    let default = CpoLoss::Sigmoid { epsilon: 0.0 }.loss_type();
    let name = fields.name("loss_type", default)?;
    let is_named = |loss: &CpoLoss| match name == ALPHAPO {
        true => matches!(loss, CpoLoss::Simpo { .. }),
        false => loss.loss_type() == name,
    };
    let loss = CpoLoss::ALL.into_iter().find(is_named);
    let names = CpoLoss::ALL.iter().map(CpoLoss::loss_type);
    let unknown = || Error::invalid("loss_type", &name, listed(names.chain([ALPHAPO])));
    let mut loss = loss.ok_or_else(unknown)?;
    if let CpoLoss::Simpo { gamma, .. } = &mut loss {
        *gamma = fields.number("simpo_gamma", *gamma)?;
    }
    if let CpoLoss::Simpo { epsilon, .. } | CpoLoss::Sigmoid { epsilon } = &mut loss {
        *epsilon = fields.number("label_smoothing", *epsilon)?;
    }
    Ok(CpoObjective {
        loss,
        beta,
        cpo_alpha: if name == ALPHAPO { 0.0 } else { cpo_alpha },
        alpha,
    })
}

/// The TRL fields that an objective equals; options that are off are left out.
pub fn write(objective: &Objective) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    match objective {
        Objective::Dpo(dpo) => {
            put("trainer", "dpo".into());
            put("beta", dpo.beta.into());
            if let [only] = dpo.terms[..] {
                put("loss_type", only.term.loss_type().into());
            } else {
                let names: Vec<&str> = dpo.terms.iter().map(|t| t.term.loss_type()).collect();
                put("loss_type", json!(names));
            }
            if dpo.terms.iter().any(|term| term.weight != 1.0) {
                let weights: Vec<f64> = dpo.terms.iter().map(|term| term.weight).collect();
                put("loss_weights", json!(weights));
            }
            for WeightedTerm { term, .. } in &dpo.terms {
                if let Some((name, value)) = loss_parameter(term) {
                    put(name, value.into());
                }
            }
            if dpo.f_divergence != FDivergence::ReverseKl {
                put("f_divergence_type", dpo.f_divergence.name().into());
            }
            if let FDivergence::AlphaDivergence { alpha } = dpo.f_divergence {
                put("f_alpha_divergence_coef", alpha.into());
            }
            if let Some(alpha) = dpo.ld_alpha {
                put("ld_alpha", alpha.into());
            }
            if dpo.use_weighting {
                put("use_weighting", true.into());
            }
        }
        Objective::Kto(kto) => {
            put("trainer", "kto".into());
            put("beta", kto.beta.into());
            put("loss_type", kto.loss.loss_type().into());
            put("desirable_weight", kto.desirable_weight.into());
            put("undesirable_weight", kto.undesirable_weight.into());
        }
        Objective::Cpo(cpo) => {
            put("trainer", "cpo".into());
            put("beta", cpo.beta.into());
            put("cpo_alpha", cpo.cpo_alpha.into());
            let epsilon = match cpo.loss {
                CpoLoss::Sigmoid { epsilon } => epsilon,
                CpoLoss::Hinge | CpoLoss::Ipo => 0.0,
                CpoLoss::Simpo { gamma, epsilon } => {
                    put("simpo_gamma", gamma.into());
                    epsilon
                }
            };
            put("loss_type", cpo.loss.loss_type().into());
            if epsilon != 0.0 {
                put("label_smoothing", epsilon.into());
            }
            if cpo.alpha != 0.0 {
                put("alpha", cpo.alpha.into());
            }
        }
        Objective::Orpo { beta } => {
            put("trainer", "orpo".into());
            put("beta", (*beta).into());
        }
        Objective::Sft(sft) => {
            put("trainer", "sft".into());
            put("loss_type", sft.loss.loss_type().into());
            put("completion_only_loss", sft.completion_only_loss.into());
        }
        Objective::Reward {
            center_rewards_coefficient,
        } => {
            put("trainer", "reward".into());
            if let Some(coefficient) = center_rewards_coefficient {
                put("center_rewards_coefficient", (*coefficient).into());
            }
        }
        Objective::Online(objective) => return online::write(objective),
    }
    fields
}
