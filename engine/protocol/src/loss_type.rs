//! TRL's `loss_type`s: each name stands here alone, beside the loss that it names.

use crate::objective::online::GrpoLoss;
use crate::objective::{CpoLoss, DpoTerm, KtoLoss, SftLoss};

/// Names every variant of a loss, with the parameters that TRL gives it by default. A variant
/// without a line does not compile.
macro_rules! loss_types {
    ($loss:ident: $($variant:ident $({ $($field:ident: $value:expr),+ })? = $name:literal,)+) => {
        impl $loss {
            /// Every loss, with TRL's default parameters.
            pub const ALL: [$loss; [$($name),+].len()] =
                [$($loss::$variant $({ $($field: $value),+ })?),+];

            /// TRL's `loss_type`.
            pub fn loss_type(&self) -> &'static str {
                match self {
                    $($loss::$variant { .. } => $name,)+
                }
            }
        }
    };
}

// `cdpo` is ours: TRL dropped it in 0.29.
loss_types! { DpoTerm:
    Sigmoid = "sigmoid",
    Cdpo { epsilon: 0.0 } = "cdpo",
    Hinge = "hinge",
    Ipo = "ipo",
    Robust { epsilon: 0.0 } = "robust",
    ExoPair { epsilon: 0.0 } = "exo_pair",
    NcaPair = "nca_pair",
    BcoPair = "bco_pair",
    SppoHard = "sppo_hard",
    ApoZero = "apo_zero",
    ApoDown = "apo_down",
    Aot { epsilon: 0.0 } = "aot",
    AotUnpaired { epsilon: 0.0 } = "aot_unpaired",
    Discopop { tau: 0.05 } = "discopop",
    SigmoidNorm = "sigmoid_norm",
    Sft = "sft",
}

loss_types! { KtoLoss:
    Kto = "kto",
    ApoZeroUnpaired = "apo_zero_unpaired",
}

loss_types! { CpoLoss:
    Sigmoid { epsilon: 0.0 } = "sigmoid",
    Hinge = "hinge",
    Ipo = "ipo",
    Simpo { gamma: 0.5, epsilon: 0.0 } = "simpo",
}

loss_types! { SftLoss:
    Nll = "nll",
    Dft = "dft",
}

loss_types! { GrpoLoss:
    Grpo = "grpo",
    Bnpo = "bnpo",
    DrGrpo = "dr_grpo",
    Dapo = "dapo",
    Cispo = "cispo",
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// What is stored names losses as TRL does, by names that serde makes.
    #[test]
    fn a_name_is_one_loss_and_its_stored_name_too() {
        let mut names = BTreeSet::new();
        for term in DpoTerm::ALL {
            let name = term.loss_type();
            assert!(names.insert(name), "{name}");
            let stored = serde_json::to_value(term).unwrap();
            let key = stored.as_object().and_then(|fields| fields.keys().next());
            assert_eq!(stored.as_str().or(key.map(String::as_str)), Some(name));
        }
    }
}
