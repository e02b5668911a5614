use super::*;
use crate::PpoObjective;

fn message(objective: DpoObjective) -> String {
    Objective::Dpo(objective).check().unwrap_err().to_string()
}

#[test]
fn options_that_exclude_each_other_are_named() {
    let weighted = DpoObjective {
        use_weighting: true,
        ..DpoObjective::of(DpoTerm::Aot { epsilon: 0.0 }, 0.1)
    };
    assert!(message(weighted).starts_with("use_weighting: got aot"));
    let diverging = DpoObjective {
        f_divergence: FDivergence::ForwardKl,
        ..DpoObjective::of(DpoTerm::NcaPair, 0.1)
    };
    assert!(message(diverging).starts_with("f_divergence_type: got nca_pair"));
}

#[test]
fn label_smoothing_has_the_range_of_its_loss() {
    for term in [
        DpoTerm::Robust { epsilon: 0.5 },
        DpoTerm::ExoPair { epsilon: 0.0 },
        DpoTerm::Cdpo { epsilon: -0.1 },
    ] {
        let text = message(DpoObjective::of(term, 0.1));
        assert!(text.starts_with("label_smoothing"), "{text}");
    }
}

#[test]
fn a_kl_that_is_steered_pulls_its_price_along() {
    let mut ppo = PpoObjective {
        kl_coef: 0.1,
        ..PpoObjective::default()
    };
    ppo.steer(100.0);
    assert_eq!(ppo.kl_coef, 0.1, "without a target");
    ppo.kl_target = 6.0;
    // However far, by a fiftieth; near by, by a tenth of the error.
    for (kl, expected) in [
        (60.0, 0.102),
        (0.0, 0.1 * 0.98),
        (6.0, 0.1),
        (6.6, 0.101),
        (f64::NAN, 0.1),
    ] {
        let mut steered = ppo.clone();
        steered.steer(kl);
        assert!(
            (steered.kl_coef - expected).abs() < 1e-12,
            "{kl}: {}",
            steered.kl_coef
        );
    }
}
