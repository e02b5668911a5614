//! Statements against the rules of xAPI 1.0.3.

use super::tests::{lesson, report};
use super::xapi_statements;
use crate::classroom::LearnerReport;
use serde_json::Value;

/// An IRI has a scheme, and no blanks.
fn is_iri(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        let scheme = text.split(':').next().unwrap_or_default();
        text.contains(':')
            && scheme.chars().all(|letter| letter.is_ascii_alphanumeric())
            && !text
                .contains(|letter: char| letter.is_whitespace() || "<>\"{}|\\^`".contains(letter))
    })
}

fn is_language_map(value: &Value) -> bool {
    let is_text = |text: &Value| text.as_str().is_some_and(|text| !text.is_empty());
    value
        .as_object()
        .is_some_and(|map| !map.is_empty() && map.values().all(is_text))
}

fn has_only(value: &Value, names: &[&str]) {
    for name in value.as_object().expect("an object").keys() {
        assert!(names.contains(&name.as_str()), "{name} in {value}");
    }
}

/// The rules of part 2, sections 2.4 and 4, that a record store refuses statements by.
fn check_statement(statement: &Value) {
    // 2.4: nothing but the properties of a statement, and no null anywhere.
    has_only(
        statement,
        &[
            "id",
            "actor",
            "verb",
            "object",
            "result",
            "context",
            "timestamp",
        ],
    );
    assert!(!statement.to_string().contains(":null"), "{statement}");
    // 2.4.1: a UUID as RFC 4122 writes it, of its own variant.
    let id = statement["id"].as_str().expect("an id");
    let lengths: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
    assert!(
        id.chars()
            .all(|digit| digit == '-' || digit.is_ascii_hexdigit())
    );
    assert!("89ab".contains(&id[19..20]), "{id}");
    // 2.4.2: an agent with exactly one identifier.
    let actor = &statement["actor"];
    has_only(actor, &["objectType", "name", "account"]);
    has_only(&actor["account"], &["homePage", "name"]);
    assert!(
        actor["account"]["homePage"]
            .as_str()
            .is_some_and(|page| page.starts_with("https://"))
    );
    assert!(
        actor["account"]["name"]
            .as_str()
            .is_some_and(|name| !name.is_empty())
    );
    // 2.4.3 and 2.4.4.
    assert!(is_iri(&statement["verb"]["id"]) && is_language_map(&statement["verb"]["display"]));
    let object = &statement["object"];
    assert_eq!(object["objectType"], "Activity");
    assert!(is_iri(&object["id"]), "{}", object["id"]);
    let definition = &object["definition"];
    assert!(is_iri(&definition["type"]) && is_language_map(&definition["name"]));
    if let Some(kind) = definition.get("interactionType") {
        let kinds = [
            "true-false",
            "choice",
            "fill-in",
            "long-fill-in",
            "matching",
            "performance",
            "sequencing",
            "likert",
            "numeric",
            "other",
        ];
        assert!(kinds.contains(&kind.as_str().unwrap_or_default()));
    }
    if let Some(choices) = definition.get("choices") {
        // Only these kinds have choices, whose ids are unlike each other and without blanks.
        assert!(
            ["choice", "sequencing"]
                .contains(&definition["interactionType"].as_str().unwrap_or_default())
        );
        for choice in choices.as_array().expect("choices") {
            assert!(is_language_map(&choice["description"]));
            assert!(choice["id"].as_str().is_some_and(|id| !id.contains(' ')));
        }
    }
    // 2.4.5: scores within their bounds, a duration of ISO 8601, a response that is a text.
    let result = &statement["result"];
    has_only(
        result,
        &["score", "success", "completion", "response", "duration"],
    );
    if let Some(score) = result.get("score") {
        assert!((-1.0..=1.0).contains(&score["scaled"].as_f64().expect("a number")));
        let raw = score["raw"].as_f64().expect("a number");
        assert!(score["min"].as_f64() <= Some(raw) && Some(raw) <= score["max"].as_f64());
    }
    if let Some(duration) = result.get("duration") {
        assert!(
            duration
                .as_str()
                .is_some_and(|text| text.starts_with("PT") && text.ends_with('S'))
        );
    }
    for (name, is_sound) in [
        ("success", Value::is_boolean as fn(&Value) -> bool),
        ("completion", Value::is_boolean),
        ("response", Value::is_string),
    ] {
        assert!(result.get(name).is_none_or(is_sound), "{name} of {result}");
    }
    // 2.4.6: a platform where the object is an activity; parents are a list of activities.
    has_only(
        &statement["context"],
        &["platform", "language", "contextActivities"],
    );
    if let Some(parents) = statement["context"].get("contextActivities") {
        assert!(is_iri(&parents["parent"][0]["id"]));
    }
    // 2.4.7: ISO 8601 with a time zone.
    if let Some(at) = statement.get("timestamp") {
        assert!(
            at.as_str()
                .is_some_and(|at| at.len() == 20 && at.ends_with('Z'))
        );
    }
}

fn learner() -> LearnerReport {
    let mut report = report();
    report.started = 1_772_269_503_000.0;
    report.ended = report.started + 754_000.0;
    report.answers[0].explanation = "Because.".to_owned();
    report.answers[1].chosen = Some(0);
    report.answers[1].is_right = Some(true);
    report
}

#[test]
fn statements_keep_the_rules() {
    let report = learner();
    for lesson in [Some(&lesson()), None] {
        let statements = xapi_statements(
            [("Ann", &report), ("Learner 2", &report)].into_iter(),
            lesson,
            true,
        );
        let all = statements.as_array().expect("a list");
        assert_eq!(all.len(), 12);
        all.iter().for_each(check_statement);
    }
}

#[test]
fn the_lesson_is_completed_with_its_score_and_time() {
    let report = learner();
    let statements = xapi_statements([("Ann", &report)].into_iter(), Some(&lesson()), true);
    let whole = &statements[0];
    assert_eq!(
        whole["verb"]["id"],
        "http://adlnet.gov/expapi/verbs/completed"
    );
    let id = format!("urn:tilt:lesson:one-run:{}", lesson().hash());
    assert_eq!(whole["object"]["id"], id);
    assert_eq!(whole["object"]["definition"]["name"]["en"], "One run");
    let result = &whole["result"];
    assert_eq!(
        (&result["completion"], &result["success"]),
        (&true.into(), &true.into())
    );
    assert_eq!(result["score"]["scaled"], 1.0);
    assert_eq!(result["duration"], "PT12M34S");
    assert_eq!(whole["timestamp"], "2026-02-28T09:17:37Z");
    let verbs: Vec<&str> = statements
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["verb"]["display"]["en"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(
        verbs,
        [
            "completed",
            "answered",
            "passed",
            "answered",
            "passed",
            "answered"
        ]
    );
    assert_eq!(statements[1]["result"]["response"], "2.5");
    assert_eq!(statements[3]["result"]["response"], "Because.");
    // The lesson has no such question: nothing tells whether it was right.
    assert_eq!(statements[5]["result"]["success"], Value::Null);
    // The same report gives the same ids, and without dates it says no more than how long.
    let again = xapi_statements([("Ann", &report)].into_iter(), Some(&lesson()), true);
    assert_eq!(again, statements);
    let undated = xapi_statements([("Ann", &report)].into_iter(), Some(&lesson()), false);
    assert!(!undated.to_string().contains("timestamp"));
}
