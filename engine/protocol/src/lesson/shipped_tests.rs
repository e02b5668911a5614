//! The lessons that ship, as the page finds them.

use super::Lesson;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

pub(super) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../public/lessons")
}

/// By the names of their files.
pub(super) fn shipped() -> BTreeMap<String, Lesson> {
    let files = fs::read_dir(folder()).expect("the folder of lessons");
    let names = files.map(|file| {
        file.expect("a file")
            .file_name()
            .into_string()
            .expect("UTF-8")
    });
    let lessons = names.filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()));
    lessons
        .map(|name| {
            let text = fs::read_to_string(folder().join(format!("{name}.json"))).expect("a text");
            let lesson = Lesson::from_json(&text).unwrap_or_else(|defects| {
                panic!("{name}: {defects:?}");
            });
            (name, lesson)
        })
        .collect()
}

#[test]
fn each_has_its_file_s_name_and_can_be_verified() {
    for (name, lesson) in shipped() {
        assert_eq!(lesson.id, name);
        assert_eq!(lesson.unverifiable(), None, "{name}");
    }
}

#[test]
fn each_lesson_with_a_claim_has_a_card_of_what_was_measured() {
    for (name, lesson) in shipped() {
        let has_claim = lesson.steps.iter().any(|step| step.check.is_some());
        let card = fs::read_to_string(folder().join(format!("{name}.card.md")));
        assert_eq!(card.is_ok(), has_claim, "{name}");
    }
}

#[test]
fn the_list_says_of_each_what_its_file_does() {
    let text = fs::read_to_string(folder().join("../lessons.json")).expect("the list");
    let listed: Vec<Value> = serde_json::from_str(&text).expect("a JSON list");
    let mut lessons = shipped();
    for listed in listed {
        let id = listed["id"].as_str().expect("an id");
        let lesson = lessons.remove(id).expect("a lesson that is listed once");
        let value = lesson.to_value();
        for field in ["id", "title", "minutes", "goals"] {
            assert_eq!(listed[field], value[field], "{id}: {field}");
        }
    }
    assert_eq!(
        lessons.into_keys().collect::<Vec<_>>(),
        [""; 0],
        "not listed"
    );
}
