//! Checks of checks, and what they claim in words.

use super::Standing::{DoesNotHold, Holds, NotYet};
use super::check;
use super::facts::Facts;
use super::fixtures::{of_labels, of_runs, read, standing, verdict, with_kl, with_rate};
use super::label_facts::LabellerFacts;
use crate::principle::{JudgeSettings, Principle};
use serde_json::json;

#[test]
fn claims_of_claims_are_joined() {
    let kl = |at_most: f64| json!({"kind": "kl", "run": -1, "at_most": at_most});
    let facts = of_runs(&[with_kl(0.5, 12.0, Some(1.0))]);
    let (yes, open, no) = (kl(15.0), kl(13.0), kl(5.0));
    for (kind, of, expected) in [
        ("all", json!([yes, yes]), Holds),
        ("all", json!([yes, open]), NotYet),
        ("all", json!([open, no]), DoesNotHold),
        ("any", json!([no, yes]), Holds),
        ("any", json!([no, open]), NotYet),
        ("any", json!([no, no]), DoesNotHold),
        ("not", yes.clone(), DoesNotHold),
        ("not", open, NotYet),
        ("not", no.clone(), Holds),
    ] {
        let claim = json!({"kind": kind, "of": of});
        assert_eq!(standing(claim.clone(), &facts), expected, "{claim}");
    }
    // What is seen twice is said once.
    let (_, seen) = verdict(&json!({"kind": "all", "of": [yes, no]}), &facts);
    assert_eq!(seen.matches("The KL of").count(), 1, "{seen}");
}

#[test]
fn claims_are_sentences() {
    for (value, claim) in [
        (
            json!({"kind": "labels", "at_least": 1}),
            "There is at least 1 label.",
        ),
        (
            json!({"kind": "labels", "at_least": 12, "by": "hand"}),
            "There are at least 12 labels by hand.",
        ),
        (
            json!({"kind": "run", "settings": {"beta": 0.05, "steps": 60}}),
            "A run with beta 0.05 and steps 60 was trained to its end.",
        ),
        (
            json!({"kind": "run", "run": -2, "settings": {"objective": "ipo"}}),
            "The run before the last was trained to its end with IPO.",
        ),
        (
            json!({"kind": "win_rate", "principle": "on_topic", "at_least": 0.8}),
            "The win rate under “on topic” of the last run is at least 80%.",
        ),
        (
            json!({"kind": "kl", "run": -3, "at_least": 1, "at_most": 15}),
            "The KL of the 3rd run from the end is between 1 nat an answer and 15 nats an answer.",
        ),
        (
            json!({"kind": "compare", "metric": "kl", "runs": [-2, -1], "relation": "greater", "by": 3}),
            "The KL of the run before the last is greater than that of the last run, by at least 3 nats an answer.",
        ),
        (
            json!({"kind": "compare", "metric": "win_rate", "principle": "polite", "runs": [-1, -2], "relation": "near", "by": 0.1}),
            "The win rate under “polite” of the last run is within 10 percentage points of that of the run before the last.",
        ),
        (
            json!({"kind": "metric", "name": "rewards/margins", "at_least": 1}),
            "In the last run, rewards/margins is at least 1 over the last steps.",
        ),
        (
            json!({"kind": "agreement", "at_least": 0.6, "judge": {"polite": 1, "short": 0.5}}),
            "Your labels agree with the judge (polite + 0.5 short) on at least 60% of the pairs.",
        ),
        (
            json!({"kind": "token", "gained": " No"}),
            "The last run made the token “ No” more likely.",
        ),
        (
            json!({"kind": "all", "of": [{"kind": "kl", "at_most": 15}, {"kind": "token", "lost": " No"}]}),
            "The KL of the last run is at most 15 nats an answer, and the last run made the token “ No” less likely.",
        ),
        (
            json!({"kind": "any", "of": [{"kind": "kl", "at_most": 15}, {"kind": "kl", "at_least": 20}]}),
            "Either the KL of the last run is at most 15 nats an answer, or the KL of the last run is at least 20 nats an answer.",
        ),
        (
            json!({"kind": "not", "of": {"kind": "kl", "at_most": 15}}),
            "It is not so that the KL of the last run is at most 15 nats an answer.",
        ),
    ] {
        assert_eq!(read(&value).claim(), claim);
    }
}

#[test]
fn facts_and_verdicts_are_plain_json() {
    let mut facts = of_labels(
        LabellerFacts::Judge(JudgeSettings::of(Principle::Polite, 0.1)),
        3,
    );
    facts.runs = vec![with_rate(0.5, 9, 10)];
    let json = serde_json::to_string(&facts).expect("plain data");
    let read_back: Facts = serde_json::from_str(&json).expect("what was just written");
    assert_eq!(read_back, facts);
    let claim = read(&json!({"kind": "kl", "at_most": 15}));
    let verdict = serde_json::to_value(check(&claim, &facts)).expect("plain data");
    assert_eq!(verdict["verdict"], "not yet");
    for standing in [Holds, NotYet, DoesNotHold] {
        let json = serde_json::to_value(standing).expect("plain data");
        assert_eq!(json, standing.name());
    }
}
