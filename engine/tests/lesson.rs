//! `tilt lesson verify` as a teacher runs it, on the smallest model and few steps; and `tilt compare`.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/models")
}

fn verify(name: &str, lesson: &str, more: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lesson");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join(name);
    std::fs::write(&file, lesson).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tilt"));
    command.args(["lesson", "verify"]).arg(&file);
    command.arg("--models").arg(models()).args(more);
    command.output().expect("the program runs")
}

/// Labels by hand, two runs, and what is asked of them.
fn lesson(steps: &Value) -> String {
    json!({
        "tilt_lesson": 1, "id": "tried", "lang": "en", "title": "Tried", "minutes": 1,
        "goals": ["Try."],
        "setup": {"model": "nano", "settings": {"steps": 4, "seed": 1}, "labels": {"by": "hand"}},
        "steps": steps,
        "verify": {"labels": {"judge": {"polite": 1}, "noise": 0.2}}
    })
    .to_string()
}

#[test]
fn claims_are_measured_from_every_seed() {
    let steps = json!([
        {"text": "Read."},
        {"text": "Label.", "act": {"label": {"count": 16, "by": "hand"}},
         "check": {"kind": "all", "of": [
            {"kind": "labels", "at_least": 16, "by": "hand"},
            {"kind": "agreement", "at_least": 0.2, "judge": {"polite": 1}}]}},
        {"text": "Train.", "act": [{"run": {}}, {"label": {"set": "polite"}},
                                   {"run": {"objective": "kto", "seed": 2}}],
         "check": {"kind": "all", "of": [
            {"kind": "run", "run": -1, "settings": {"objective": "kto", "seed": 2}},
            {"kind": "metric", "run": -2, "name": "loss", "at": "start",
             "at_least": 0.69, "at_most": 0.7}]}}
    ]);
    let found = verify("good.json", &lesson(&steps), &["--seeds", "1,7", "--card"]);
    let told = String::from_utf8_lossy(&found.stderr).into_owned();
    assert_eq!(found.status.code(), Some(0), "{told}");
    let report: Value = serde_json::from_slice(&found.stdout).expect("JSON alone");
    assert_eq!(report["holds"], true);
    let lesson = &report["lessons"][0];
    assert_eq!(lesson["id"], "tried");
    assert_eq!(lesson["claims"][0]["step"], 1);
    assert_eq!(lesson["claims"][1]["seeds"][1]["seed"], 7);
    assert_eq!(lesson["claims"][1]["seeds"][1]["verdict"], "holds");
    let runs = lesson["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 4);
    assert_eq!(
        (&runs[0]["labels"], &runs[1]["labels"]),
        (&json!(16), &json!(80))
    );
    let card = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lesson/good.card.md");
    let card = std::fs::read_to_string(card).expect("the card");
    assert!(card.contains("Every claim holds."), "{card}");
    assert!(
        card.contains("| 2 | There are at least 16 labels by hand"),
        "{card}"
    );
}

#[test]
fn a_claim_that_fails_has_its_own_status() {
    let steps = json!([
        {"text": "Train.", "act": [{"label": {"count": 8}}, {"run": {}}],
         "check": {"kind": "metric", "run": -1, "name": "loss", "at": "start", "at_most": 0.1}}
    ]);
    let found = verify("bad.json", &lesson(&steps), &["--seeds", "1"]);
    assert_eq!(found.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&found.stdout).expect("JSON alone");
    assert_eq!(report["holds"], false);
    let seed = &report["lessons"][0]["claims"][0]["seeds"][0];
    assert_eq!(seed["verdict"], "does not hold");
}

#[test]
fn a_file_that_is_no_lesson_is_told_by_path() {
    let steps = json!([{"text": "", "check": {"kind": "kl", "at_most": "low"}}]);
    let found = verify("broken.json", &lesson(&steps), &[]);
    assert_eq!(found.status.code(), Some(2));
    assert!(found.stdout.is_empty());
    let told = String::from_utf8_lossy(&found.stderr).into_owned();
    assert!(
        told.contains("broken.json: steps[0].text: an empty text"),
        "{told}"
    );
    assert!(
        told.contains("steps[0].check.at_most: a word, expected a number"),
        "{told}"
    );
}

#[test]
fn labels_that_nobody_gives_are_told() {
    let steps = json!([{"text": "Label.", "act": {"label": {"count": 3, "by": "hand"}}}]);
    let mut lesson: Value = serde_json::from_str(&lesson(&steps)).expect("JSON");
    lesson.as_object_mut().expect("an object").remove("verify");
    let found = verify("nobody.json", &lesson.to_string(), &["--seeds", "1"]);
    assert_eq!(found.status.code(), Some(2));
    let told = String::from_utf8_lossy(&found.stderr).into_owned();
    assert!(
        told.contains("nobody.json: verify: missing, expected who labels"),
        "{told}"
    );
}

/// `tilt compare`: what a road is said to hold does not depend on what came before it.
#[test]
fn a_road_holds_the_same_whatever_was_walked_before() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tilt"));
    command.arg("compare");
    command.arg("--model").arg(models().join("nano"));
    command.args([
        "--principle",
        "polite",
        "--seeds",
        "1",
        "--roads",
        "dpo,grpo,dpo",
    ]);
    command.args(["--labels", "8", "--steps", "2", "--decisive", "4"]);
    let output = command.output().expect("the program runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let table: Value = serde_json::from_slice(&output.stdout).expect("a table");
    let rows = table["rows"].as_array().expect("rows");
    let held = rows
        .iter()
        .map(|row| row["peak_bytes"].as_f64().expect("a peak"));
    let held: Vec<f64> = held.collect();
    let [first, _, again] = held[..] else {
        panic!("{held:?}");
    };
    // The first meets tables of the world that are made once.
    assert!((first - again).abs() <= 0.1 * first, "{held:?}");
    // Two models and what training one of them takes.
    assert!(first > 1e6, "{held:?}");
}
