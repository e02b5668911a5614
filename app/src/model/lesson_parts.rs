//! The parts of a step by their kinds: what each is told by, and what a new one begins with.

use serde_json::{Map, Value, json};
use tilt_protocol::lesson::{LabelRows, LabelSource};

pub const PREDICTIONS: [&str; 4] = ["choice", "number", "order", "slider"];
/// `label` are labels of whoever it may be; the two after it name who gives them.
pub const ACTS: [&str; 6] = ["label", "judge", "set", "run", "measure", "sample"];
pub const SOURCES: [&str; 4] = ["judge", "set", "rows", "hand"];
/// Settings with a field of their own.
pub const MAIN_SETTINGS: [&str; 4] = ["beta", "lr", "steps", "seed"];

/// Whose labels these are.
pub fn source_kind(source: &Value) -> &'static str {
    let has = |name: &str| source.get(name).is_some();
    let fields = ["judge", "set", "rows", "by"];
    let kind = fields
        .into_iter()
        .zip(SOURCES)
        .find(|(field, _)| has(field));
    kind.map_or("", |(_, kind)| kind)
}

/// Labels of a new source; `rows` are those that the lesson would bring with it.
pub fn source_of(
    kind: &str,
    principle: &str,
    rows: impl FnOnce() -> Option<LabelRows>,
) -> Option<Value> {
    match kind {
        "judge" => Some(json!({"judge": {principle: 1}, "pairs": 64})),
        "set" => Some(json!({"set": "polite"})),
        "rows" => Some(rows_value(rows())),
        "hand" => Some(json!({"by": "hand"})),
        _ => None,
    }
}

/// Rows as a source of labels. None make a defect that is shown where they belong.
pub fn rows_value(rows: Option<LabelRows>) -> Value {
    rows.map_or_else(
        || json!({"rows": []}),
        |rows| LabelSource::Rows(rows).to_value(),
    )
}

pub fn act_kind(act: &Value) -> &'static str {
    match act.get("label") {
        Some(label) if label.get("judge").is_some() => "judge",
        Some(label) if label.get("set").is_some() => "set",
        Some(_) => "label",
        None => ["run", "measure", "sample"]
            .into_iter()
            .find(|kind| act.get(kind).is_some())
            .unwrap_or_default(),
    }
}

/// A new act.
pub fn act_of(kind: &str, principle: &str) -> Value {
    match kind {
        "judge" => json!({"label": {"judge": {principle: 1}, "pairs": 40}}),
        "set" => json!({"label": {"set": "polite-noisy"}}),
        "run" => json!({"run": {}}),
        "measure" => json!({"measure": {"principle": principle}}),
        "sample" => json!({"sample": {"count": 2}}),
        _ => json!({"label": {"count": 12, "by": "hand"}}),
    }
}

/// A new check; nothing of a kind that there is not.
pub fn check_of(kind: &str, principle: &str) -> Option<Value> {
    Some(match kind {
        "labels" => json!({"kind": kind, "at_least": 12}),
        "run" => json!({"kind": kind, "settings": {}, "run": -1}),
        "win_rate" => json!({"kind": kind, "run": -1, "principle": principle, "at_least": 0.6}),
        "kl" => json!({"kind": kind, "run": -1, "at_most": 15}),
        "compare" => json!({"kind": kind, "metric": "kl", "runs": [-1, -2], "relation": "greater"}),
        "metric" => json!({"kind": kind, "run": -1, "name": "rewards/margins", "at_least": 0.5}),
        "agreement" => json!({"kind": kind, "at_least": 0.6}),
        "token" => json!({"kind": kind, "run": -1}),
        "all" | "any" => json!({"kind": kind, "of": [check_of("kl", principle)?]}),
        "not" => json!({"kind": kind, "of": check_of("kl", principle)?}),
        _ => return None,
    })
}

/// A new prediction, with what the one before it has too.
pub fn predict_of(kind: &str, old: Option<&Value>) -> Option<Value> {
    let old = |name: &str| old.and_then(|old| old.get(name)).cloned();
    let mut new = Map::from_iter([("kind".to_owned(), Value::from(kind))]);
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            new.insert(name.to_owned(), value);
        }
    };
    let list = || old("options").or_else(|| old("items")).or(Some(json!([])));
    match kind {
        "choice" => put("options", list()),
        "order" => put("items", list()),
        "number" | "slider" => {
            put("unit", old("unit"));
            put("measure", old("measure"));
            if kind == "slider" {
                put("from", Some(json!(0)));
                put("to", Some(json!(1)));
            }
        }
        _ => return None,
    }
    Some(Value::Object(new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::lesson::{CHECK_KINDS, Lesson};

    fn paths(step: &Value) -> Vec<String> {
        let lesson = json!({
            "tilt_lesson": 1, "id": "a", "lang": "en", "title": "A", "minutes": 5,
            "goals": ["a"], "setup": {}, "steps": [step],
        });
        let defects = Lesson::from_json(&lesson.to_string())
            .err()
            .unwrap_or_default();
        defects.into_iter().map(|defect| defect.path).collect()
    }

    #[test]
    fn new_acts_are_sound_and_told_by_what_stands_in_them() {
        for kind in ACTS {
            let act = act_of(kind, "warm");
            assert_eq!(act_kind(&act), kind);
            assert_eq!(
                paths(&json!({"text": "a", "act": [act]})),
                [""; 0],
                "{kind}"
            );
        }
        assert_eq!(act_kind(&json!({})), "");
    }

    #[test]
    fn new_checks_are_sound_as_far_as_they_can_be() {
        for kind in CHECK_KINDS {
            let check = check_of(kind, "warm").expect("a check");
            let lacking = match kind {
                // Which token only its writer knows.
                "token" => vec!["steps[0].check"],
                _ => vec![],
            };
            assert_eq!(
                paths(&json!({"text": "a", "check": check})),
                lacking,
                "{kind}"
            );
        }
        assert_eq!(check_of("", "warm"), None);
    }

    #[test]
    fn a_prediction_of_another_kind_keeps_what_both_have() {
        let choice = json!({"kind": "choice", "options": ["a", "b"], "answer": 1});
        let order = predict_of("order", Some(&choice)).expect("an order");
        assert_eq!(order, json!({"kind": "order", "items": ["a", "b"]}));
        assert_eq!(paths(&json!({"text": "a", "predict": order})), [""; 0]);
        let number = json!({"kind": "number", "unit": "nats", "measure": {"metric": "kl"}});
        let slider = predict_of("slider", Some(&number)).expect("a slider");
        assert_eq!(slider["unit"], "nats");
        assert_eq!(paths(&json!({"text": "a", "predict": slider})), [""; 0]);
        assert_eq!(predict_of("", None), None);
    }

    #[test]
    fn sources_are_told_apart() {
        for kind in SOURCES {
            let source = source_of(kind, "short", || None).expect("a source");
            assert_eq!(source_kind(&source), kind);
        }
        assert_eq!(source_kind(&json!({})), "");
    }
}
