use super::*;

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
