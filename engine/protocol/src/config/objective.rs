//! Objectives under TRL's field names.

use super::fields::Fields;
use crate::error::{Error, Result};
use crate::objective::{
    CpoLoss, CpoObjective, DpoObjective, DpoTerm, FDivergence, KtoLoss, KtoObjective, Objective,
    SftLoss, SftObjective, WeightedTerm,
};
use serde_json::{Map, Value, json};

const DPO_LOSSES: &str = "sigmoid, cdpo, hinge, ipo, robust, exo_pair, nca_pair, bco_pair, \
    sppo_hard, apo_zero, apo_down, aot, aot_unpaired, discopop, sigmoid_norm or sft";

/// The objective that `trainer`, `loss_type` and their parameters name.
///
/// # Errors
/// [`Error::InvalidConfig`] naming the field.
pub fn read(fields: &Fields) -> Result<Objective> {
    let beta = || fields.number("beta", 0.1);
    Ok(match fields.name("trainer", "dpo")?.as_str() {
        "dpo" => Objective::Dpo(read_dpo(fields)?),
        "kto" => Objective::Kto(KtoObjective {
            loss: match fields.name("loss_type", "kto")?.as_str() {
                "kto" => KtoLoss::Kto,
                "apo_zero_unpaired" => KtoLoss::ApoZeroUnpaired,
                other => return Err(unknown_loss(other, "kto or apo_zero_unpaired")),
            },
            beta: beta()?,
            desirable_weight: fields.number("desirable_weight", 1.0)?,
            undesirable_weight: fields.number("undesirable_weight", 1.0)?,
        }),
        "cpo" => Objective::Cpo(read_cpo(fields)?),
        "orpo" => Objective::Orpo { beta: beta()? },
        "sft" => Objective::Sft(SftObjective {
            loss: match fields.name("loss_type", "nll")?.as_str() {
                "nll" => SftLoss::Nll,
                "dft" => SftLoss::Dft,
                other => return Err(unknown_loss(other, "nll or dft")),
            },
            // TRL's default: completions alone where rows have prompts.
            completion_only_loss: fields
                .optional_flag("completion_only_loss")?
                .unwrap_or(true),
        }),
        "reward" => Objective::Reward {
            center_rewards_coefficient: fields.optional_number("center_rewards_coefficient")?,
        },
        other => {
            let expected = "dpo, kto, cpo, orpo, sft or reward";
            return Err(Error::invalid("trainer", other, expected));
        }
    })
}

fn unknown_loss(found: &str, expected: &str) -> Error {
    Error::invalid("loss_type", found, expected)
}

fn read_dpo(fields: &Fields) -> Result<DpoObjective> {
    let names = fields.names("loss_type", "sigmoid")?;
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

fn read_dpo_term(fields: &Fields, name: &str) -> Result<DpoTerm> {
    let epsilon = || fields.number("label_smoothing", 0.0);
    Ok(match name {
        "sigmoid" => DpoTerm::Sigmoid,
        "cdpo" => DpoTerm::Cdpo {
            epsilon: epsilon()?,
        },
        "hinge" => DpoTerm::Hinge,
        "ipo" => DpoTerm::Ipo,
        "robust" => DpoTerm::Robust {
            epsilon: epsilon()?,
        },
        "exo_pair" => DpoTerm::ExoPair {
            epsilon: epsilon()?,
        },
        "nca_pair" => DpoTerm::NcaPair,
        "bco_pair" => DpoTerm::BcoPair,
        "sppo_hard" => DpoTerm::SppoHard,
        "apo_zero" => DpoTerm::ApoZero,
        "apo_down" => DpoTerm::ApoDown,
        "aot" => DpoTerm::Aot {
            epsilon: epsilon()?,
        },
        "aot_unpaired" => DpoTerm::AotUnpaired {
            epsilon: epsilon()?,
        },
        "discopop" => DpoTerm::Discopop {
            tau: fields.number("discopop_tau", 0.05)?,
        },
        "sigmoid_norm" => DpoTerm::SigmoidNorm,
        "sft" => DpoTerm::Sft,
        other => return Err(unknown_loss(other, DPO_LOSSES)),
    })
}

fn read_cpo(fields: &Fields) -> Result<CpoObjective> {
    let epsilon = || fields.number("label_smoothing", 0.0);
    let simpo = || -> Result<CpoLoss> {
        Ok(CpoLoss::Simpo {
            gamma: fields.number("simpo_gamma", 0.5)?,
            epsilon: epsilon()?,
        })
    };
    let mut objective = CpoObjective {
        loss: CpoLoss::Hinge,
        beta: fields.number("beta", 0.1)?,
        cpo_alpha: fields.number("cpo_alpha", 1.0)?,
        alpha: fields.number("alpha", 0.0)?,
    };
    objective.loss = match fields.name("loss_type", "sigmoid")?.as_str() {
        "sigmoid" => CpoLoss::Sigmoid {
            epsilon: epsilon()?,
        },
        "hinge" => CpoLoss::Hinge,
        "ipo" => CpoLoss::Ipo,
        "simpo" => simpo()?,
        // As TRL reads it: SimPO without the supervised term.
        "alphapo" => {
            objective.cpo_alpha = 0.0;
            simpo()?
        }
        other => return Err(unknown_loss(other, "sigmoid, hinge, ipo, simpo or alphapo")),
    };
    Ok(objective)
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
                if let Some(epsilon) = term.epsilon() {
                    put("label_smoothing", epsilon.into());
                }
                if let DpoTerm::Discopop { tau } = term {
                    put("discopop_tau", (*tau).into());
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
            let loss_type = match kto.loss {
                KtoLoss::Kto => "kto",
                KtoLoss::ApoZeroUnpaired => "apo_zero_unpaired",
            };
            put("loss_type", loss_type.into());
            put("desirable_weight", kto.desirable_weight.into());
            put("undesirable_weight", kto.undesirable_weight.into());
        }
        Objective::Cpo(cpo) => {
            put("trainer", "cpo".into());
            put("beta", cpo.beta.into());
            put("cpo_alpha", cpo.cpo_alpha.into());
            let (loss_type, epsilon) = match cpo.loss {
                CpoLoss::Sigmoid { epsilon } => ("sigmoid", epsilon),
                CpoLoss::Hinge => ("hinge", 0.0),
                CpoLoss::Ipo => ("ipo", 0.0),
                CpoLoss::Simpo { gamma, epsilon } => {
                    put("simpo_gamma", gamma.into());
                    ("simpo", epsilon)
                }
            };
            put("loss_type", loss_type.into());
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
            let loss_type = match sft.loss {
                SftLoss::Nll => "nll",
                SftLoss::Dft => "dft",
            };
            put("loss_type", loss_type.into());
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
    }
    fields
}
