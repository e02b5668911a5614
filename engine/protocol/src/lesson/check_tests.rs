//! Single checks against made-up facts: a check, the facts, what is said.

use super::Standing::{self, DoesNotHold, Holds, NotYet};
use super::facts::{Facts, TokenFacts};
use super::fixtures::{
    of_labels, of_runs, run, standing, verdict, with_kl, with_margins, with_rate,
};
use super::label_facts::{AgreementFacts, LabellerFacts};
use crate::principle::{JudgeSettings, Principle};
use serde_json::json;

#[test]
fn labels_are_counted() {
    let by_hand = json!({"kind": "labels", "at_least": 12, "by": "hand"});
    let hand = |count| of_labels(LabellerFacts::Hand, count);
    for (facts, expected, seen) in [
        (
            Facts::default(),
            NotYet,
            "There are 0 labels by hand so far. 12 more are needed.",
        ),
        (
            hand(1),
            NotYet,
            "There is 1 label by hand so far. 11 more are needed.",
        ),
        (
            hand(11),
            NotYet,
            "There are 11 labels by hand so far. 1 more is needed.",
        ),
        (hand(12), Holds, "There are 12 labels by hand so far."),
        (
            of_labels(LabellerFacts::Set("polite".to_owned()), 64),
            NotYet,
            "There are 0 labels by hand so far. 12 more are needed.",
        ),
    ] {
        assert_eq!(verdict(&by_hand, &facts), (expected, seen.to_owned()));
    }
    let any = json!({"kind": "labels", "at_least": 1});
    assert_eq!(standing(any, &hand(1)), Holds);
}

#[test]
fn a_win_rate_holds_when_its_whole_interval_does() {
    let claim = json!({"kind": "win_rate", "run": -1, "principle": "polite", "at_least": 0.8});
    for (wins, of, expected) in [
        (198, 200, Holds),
        (172, 200, Holds),
        (170, 200, NotYet),
        (155, 200, NotYet),
        (140, 200, DoesNotHold),
        (3, 3, NotYet),
        (0, 200, DoesNotHold),
    ] {
        let facts = of_runs(&[with_rate(0.5, wins, of)]);
        assert_eq!(standing(claim.clone(), &facts), expected, "{wins} of {of}");
    }
    let facts = of_runs(&[with_rate(0.5, 170, 200)]);
    let (_, seen) = verdict(&claim, &facts);
    assert_eq!(
        seen,
        "The last run (DPO, beta 0.5) won 170 of 200 decisive comparisons under “polite”: 85% \
         (95% interval 79.4% to 89.3%). That interval holds 80%, so it is open yet. If the rate \
         stays what it is, about 250 decisive comparisons tell; more labels or more steps may \
         move it sooner."
    );
    let one = verdict(&claim, &of_runs(&[with_rate(0.5, 1, 1)])).1;
    assert!(
        one.contains("won 1 of 1 decisive comparison under"),
        "{one}"
    );
    let at_the_line = verdict(&claim, &of_runs(&[with_rate(0.5, 160, 200)])).1;
    let ending = "so it is open yet. More labels or more steps may move it.";
    assert!(at_the_line.ends_with(ending), "{at_the_line}");
}

#[test]
fn what_was_not_measured_is_not_yet() {
    let claim = json!({"kind": "win_rate", "run": -1, "principle": "polite", "at_least": 0.8});
    let mut live = with_rate(0.5, 200, 200);
    live.is_ended = false;
    live.steps = 30;
    let mut older = with_rate(0.5, 200, 200);
    older.win_rates[0].step = 99;
    for (runs, seen) in [
        (vec![], "No run has been trained yet."),
        (
            vec![run(0.5)],
            "No win rate under “polite” has been measured of the last run yet. Measure it.",
        ),
        (
            vec![live],
            "The last run is still going: 30 of 100 steps are done.",
        ),
        (
            vec![older],
            "The win rate of the last run was measured after 99 steps, and the run has taken 1 since. Measure it again.",
        ),
        (
            vec![with_rate(0.5, 0, 0)],
            "Of 7 comparisons with the reference none was decisive, so the last run has no win rate.",
        ),
    ] {
        assert_eq!(verdict(&claim, &of_runs(&runs)), (NotYet, seen.to_owned()));
    }
    let second = json!({"kind": "kl", "run": -2, "at_most": 15});
    for (runs, seen) in [
        (
            vec![run(0.5)],
            "There is only 1 run so far; the run before the last is missing.",
        ),
        (
            vec![run(0.5), run(0.5)],
            "The KL of the run before the last has not been measured yet.",
        ),
    ] {
        assert_eq!(verdict(&second, &of_runs(&runs)), (NotYet, seen.to_owned()));
    }
    for missing in [
        json!({"kind": "agreement", "at_least": 0.6}),
        json!({"kind": "token", "run": -1, "gained": " No"}),
        json!({"kind": "metric", "run": -1, "name": "loss", "at_most": 1}),
        json!({"kind": "run", "settings": {"beta": 0.05}}),
        json!({"kind": "compare", "metric": "kl", "runs": [-2, -1], "relation": "greater"}),
    ] {
        assert_eq!(
            standing(missing.clone(), &Facts::default()),
            NotYet,
            "{missing}"
        );
        assert_eq!(
            standing(missing.clone(), &of_runs(&[run(0.5)])),
            NotYet,
            "{missing}"
        );
    }
}

#[test]
fn a_kl_is_as_sure_as_its_answers() {
    let at_most = json!({"kind": "kl", "run": -1, "at_most": 15});
    for (mean, error, expected) in [
        (12.0, Some(1.0), Holds),
        (14.0, Some(1.0), NotYet),
        (20.0, Some(1.0), DoesNotHold),
        (1.0, None, NotYet),
    ] {
        let facts = of_runs(&[with_kl(0.5, mean, error)]);
        assert_eq!(standing(at_most.clone(), &facts), expected, "{mean}");
    }
    let facts = of_runs(&[with_kl(0.5, 12.0, Some(1.0))]);
    assert_eq!(
        verdict(&at_most, &facts).1,
        "The KL of the last run (DPO, beta 0.5) is 12 nats an answer (95% interval 10 to 14)."
    );
}

#[test]
fn two_runs_are_compared_by_the_interval_of_their_difference() {
    let compare = |relation: &str, by: f64| json!({"kind": "compare", "metric": "kl", "runs": [-2, -1], "relation": relation, "by": by});
    // 30 +- 2 against 5 +- 1: 25, interval 20.6 to 29.4.
    let facts = of_runs(&[with_kl(0.05, 30.0, Some(2.0)), with_kl(0.5, 5.0, Some(1.0))]);
    for (relation, by, expected) in [
        ("greater", 0.0, Holds),
        ("greater", 20.0, Holds),
        ("greater", 25.0, NotYet),
        ("greater", 30.0, DoesNotHold),
        ("less", 0.0, DoesNotHold),
        ("near", 30.0, Holds),
        ("near", 25.0, NotYet),
        ("near", 5.0, DoesNotHold),
    ] {
        assert_eq!(
            standing(compare(relation, by), &facts),
            expected,
            "{relation} {by}"
        );
    }
    assert_eq!(
        verdict(&compare("greater", 0.0), &facts).1,
        "The KL is 30 nats an answer in the run before the last (DPO, beta 0.05) and 5 nats an \
         answer in the last run (DPO, beta 0.5): a difference of 25 nats an answer (95% interval \
         20.6 to 29.4)."
    );
    let rates = json!({"kind": "compare", "metric": "win_rate", "principle": "polite",
        "runs": [-1, -2], "relation": "greater"});
    for (one, other, expected) in [
        (190, 120, Holds),
        (150, 145, NotYet),
        (100, 190, DoesNotHold),
    ] {
        let facts = of_runs(&[with_rate(0.5, other, 200), with_rate(0.5, one, 200)]);
        assert_eq!(standing(rates.clone(), &facts), expected, "{one} {other}");
    }
    // Two runs that saturate are not far apart.
    let full = of_runs(&[with_rate(0.5, 200, 200), with_rate(0.5, 200, 200)]);
    assert_eq!(standing(rates, &full), NotYet);
}

#[test]
fn a_metric_is_the_mean_of_the_last_steps() {
    let margins = |at_least: f64| json!({"kind": "metric", "run": -1, "name": "rewards/margins", "at_least": at_least});
    let mut values = vec![0.0; 50];
    values.extend([1.4, 1.6, 1.4, 1.6, 1.4, 1.6, 1.4, 1.6, 1.4, 1.6]);
    let facts = of_runs(&[with_margins(&values)]);
    for (bound, expected) in [(1.4, Holds), (1.5, NotYet), (1.6, DoesNotHold)] {
        assert_eq!(standing(margins(bound), &facts), expected, "{bound}");
    }
    assert_eq!(
        verdict(&margins(1.4), &facts).1,
        "In the last run (DPO, beta 0.5), rewards/margins is 1.5 over the last steps (95% \
         interval 1.42 to 1.58)."
    );
    let start = json!({"kind": "metric", "run": -1, "name": "rewards/margins", "at": "start",
        "at_least": 0, "at_most": 0});
    assert_eq!(
        verdict(&start, &facts),
        (
            Holds,
            "In the last run (DPO, beta 0.5), rewards/margins is 0 at the first step.".to_owned()
        )
    );
    let other = json!({"kind": "metric", "run": -1, "name": "nll_loss", "at_least": 0});
    assert_eq!(
        verdict(&other, &facts),
        (
            NotYet,
            "The last run (DPO) has no nll_loss: its objective does not measure it.".to_owned()
        )
    );
}

#[test]
fn a_run_is_asked_for_by_its_settings() {
    let any = json!({"kind": "run", "settings": {"beta": 0.05}});
    let last = json!({"kind": "run", "run": -1, "settings": {"beta": 0.05}});
    let mut stopped = run(0.05);
    stopped.steps = 40;
    let whole = [run(0.05), run(0.5)];
    for (claim, facts, expected, seen) in [
        (
            &any,
            of_runs(&whole),
            Holds,
            "A run with beta 0.05 took all its steps.",
        ),
        (
            &last,
            of_runs(&whole),
            DoesNotHold,
            "The last run (DPO, beta 0.5) had other settings than beta 0.05.",
        ),
        (
            &last,
            of_runs(&[run(0.05)]),
            Holds,
            "The last run (DPO, beta 0.05) had beta 0.05 and took all its steps.",
        ),
        (
            &last,
            of_runs(&[stopped.clone()]),
            NotYet,
            "The last run (DPO, beta 0.05) was stopped after 40 of 100 steps.",
        ),
        (
            &any,
            of_runs(&[stopped]),
            NotYet,
            "A run with beta 0.05 has not taken all its steps.",
        ),
        (
            &any,
            of_runs(&[run(0.5)]),
            NotYet,
            "No run with beta 0.05 has been trained yet.",
        ),
    ] {
        assert_eq!(verdict(claim, &facts), (expected, seen.to_owned()));
    }
    let objective = json!({"kind": "run", "settings": {"objective": "ipo"}});
    assert_eq!(standing(objective, &of_runs(&[run(0.5)])), NotYet);
}

#[test]
fn agreement_is_a_share_with_its_interval() {
    let judge = JudgeSettings::of(Principle::Polite, 0.0);
    let facts = |same, of| Facts {
        agreement: vec![AgreementFacts {
            between: [LabellerFacts::Hand, LabellerFacts::Judge(judge.clone())],
            same,
            of,
            kappa: Some(0.4),
        }],
        ..Facts::default()
    };
    let claim = json!({"kind": "agreement", "at_least": 0.6, "judge": {"polite": 1}});
    for (same, of, expected) in [
        (24, 24, Holds),
        (15, 24, NotYet),
        (4, 24, DoesNotHold),
        (0, 0, NotYet),
    ] {
        assert_eq!(
            standing(claim.clone(), &facts(same, of)),
            expected,
            "{same} of {of}"
        );
    }
    assert_eq!(
        verdict(&claim, &facts(1, 1)).1,
        "The two agree on 1 of 1 pair: 100% (95% interval 20.7% to 100%); kappa is 0.4. More pairs \
         that both have labelled would tell."
    );
    let other = json!({"kind": "agreement", "at_least": 0.6, "judge": {"warm": 1}});
    assert_eq!(
        verdict(&other, &facts(24, 24)),
        (
            NotYet,
            "No pair has been labelled both by hand and by the judge (warm) yet.".to_owned()
        )
    );
}

#[test]
fn a_token_gains_where_the_places_agree() {
    let facts = |mean, standard_error, places| {
        let mut run = run(0.5);
        run.tokens.push(TokenFacts {
            token: " No".to_owned(),
            places,
            mean,
            standard_error,
        });
        of_runs(&[run])
    };
    let gained = json!({"kind": "token", "run": -1, "gained": " No"});
    let lost = json!({"kind": "token", "run": -1, "lost": " No"});
    let opposite = |standing: Standing| match standing {
        Holds => DoesNotHold,
        NotYet => NotYet,
        DoesNotHold => Holds,
    };
    for (mean, error, places, expected) in [
        (1.0, Some(0.1), 30, Holds),
        (0.1, Some(0.1), 30, NotYet),
        (-1.0, Some(0.1), 30, DoesNotHold),
        (5.0, None, 1, NotYet),
    ] {
        let facts = facts(mean, error, places);
        assert_eq!(standing(gained.clone(), &facts), expected, "{mean}");
        assert_eq!(standing(lost.clone(), &facts), opposite(expected), "{mean}");
    }
    assert_eq!(
        verdict(&gained, &facts(1.0, Some(0.1), 30)).1,
        "In the 30 places where it stands, “ No” became more likely: log π − log π_ref is 1 nat \
         on average (95% interval 0.7955 to 1.2)."
    );
    assert_eq!(
        verdict(&gained, &facts(-5.0, None, 1)).1,
        "In the 1 place where it stands, “ No” became less likely: log π − log π_ref is -5 nats \
         on average. More answers with this token would tell."
    );
    let elsewhere = json!({"kind": "token", "run": -1, "gained": " Yes"});
    assert_eq!(standing(elsewhere, &facts(1.0, Some(0.1), 30)), NotYet);
}
