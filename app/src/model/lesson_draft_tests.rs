//! A lesson as it is written: nothing lost, everything in its place, and what it lacks told
//! by path.

use super::*;
use tilt_protocol::lesson::unpack;

/// A lesson with three steps, the texts of which are a, b and c.
fn draft() -> LessonDraft {
    let mut draft = LessonDraft::new(&Setup::default(), "en");
    let first = draft.ids()[0];
    let texts = [first, draft.add_step(None, NewStep::Text, "polite"), {
        draft.add_step(None, NewStep::Text, "polite")
    }];
    for (id, text) in texts.into_iter().zip(["a", "b", "c"]) {
        draft.set(&Spot::of_step(id).field("text"), Some(text.into()));
    }
    draft
}

fn texts(draft: &LessonDraft) -> Vec<&str> {
    let text = |id: &u64| draft.get(&Spot::of_step(*id).field("text"))?.as_str();
    draft.ids().iter().filter_map(text).collect()
}

fn paths(draft: &LessonDraft) -> Vec<String> {
    let defects = draft.lesson().err().unwrap_or_default();
    defects.into_iter().map(|defect| defect.path).collect()
}

fn put(draft: &mut LessonDraft, path: &str, value: Value) {
    draft.set(&Spot::of_lesson(path), Some(value));
}

#[test]
fn a_new_draft_lacks_what_only_its_writer_knows() {
    let mut draft = LessonDraft::new(&Setup::default(), "en");
    assert!(draft.is_fresh());
    assert_eq!(paths(&draft), ["id", "title", "goals", "steps[0].text"]);
    put(
        &mut draft,
        "title",
        "Short answers: what's the price?".into(),
    );
    put(&mut draft, "goals", json!(["See it."]));
    put(&mut draft, "steps[0].text", "Read.".into());
    assert!(!draft.is_fresh());
    let lesson = draft.lesson().expect("a lesson");
    assert_eq!(lesson.id, "short-answers-whats-the-price");
    assert_eq!(draft.file_name(), "short-answers-whats-the-price.json");
    let packed = tilt_protocol::lesson::pack(&lesson.to_json());
    assert_eq!(unpack(&packed), Some(lesson.to_json()));
}

#[test]
fn the_title_names_the_lesson_until_somebody_does() {
    let mut draft = draft();
    let id = |draft: &LessonDraft| draft.get(&Spot::of_lesson("id")).cloned();
    put(&mut draft, "title", "One".into());
    put(&mut draft, "title", "One two".into());
    assert_eq!(id(&draft), Some("one-two".into()));
    put(&mut draft, "id", "mine".into());
    put(&mut draft, "title", "Three".into());
    assert_eq!(id(&draft), Some("mine".into()));
}

#[test]
fn ids_are_what_the_format_takes() {
    for (title, id) in [
        ("", "lesson"),
        ("Über β?", "ber"),
        ("  A -- b  ", "a-b"),
        ("学ぶ", "lesson"),
    ] {
        assert_eq!(id_of(title), id);
    }
    assert!(id_of(&"long ".repeat(40)).len() <= MOST_ID);
}

#[test]
fn steps_are_moved_copied_and_removed_and_a_removed_one_comes_back() {
    let mut draft = draft();
    let [a, b, c] = [draft.ids()[0], draft.ids()[1], draft.ids()[2]];
    assert!(draft.move_step(c, true));
    assert_eq!(texts(&draft), ["a", "c", "b"]);
    assert!(!draft.move_step(b, false));
    assert!(!draft.move_step(a, true));
    let copy = draft.copy_step(a).expect("a copy");
    draft.set(&Spot::of_step(copy).field("text"), Some("a2".into()));
    assert_eq!(texts(&draft), ["a", "a2", "c", "b"]);
    assert_eq!(draft.remove_step(c), Some(b));
    assert_eq!(draft.remove_step(b), Some(copy));
    // What is written in between stays.
    draft.set(&Spot::of_step(a).field("text"), Some("A".into()));
    draft.undo();
    draft.undo();
    assert_eq!(texts(&draft), ["A", "a2", "c", "b"]);
    assert_eq!(draft.undo(), None);
}

#[test]
fn a_place_in_a_step_goes_with_the_step() {
    let mut draft = draft();
    let last = draft.ids()[2];
    let spot = Spot::of_step(last).field("act").item(0).field("run");
    draft.set(&spot, Some(json!({"beta": 5})));
    draft.move_step(last, true);
    assert_eq!(draft.path_of(&spot).as_deref(), Some("steps[1].act[0].run"));
    assert_eq!(draft.get(&spot), Some(&json!({"beta": 5})));
    draft.remove_step(last);
    assert_eq!(draft.path_of(&spot), None);
    assert_eq!(draft.get(&spot), None);
}

#[test]
fn another_draft_and_another_set_up_can_be_taken_back() {
    let mut draft = draft();
    let other = LessonDraft::read(r#"{"tilt_lesson": 1, "steps": [{"text": "other"}]}"#);
    draft.replace(other.expect("a draft"));
    assert_eq!(texts(&draft), ["other"]);
    draft.undo();
    assert_eq!(texts(&draft), ["a", "b", "c"]);
    draft.undo();
    assert_eq!(texts(&draft), ["other"]);

    let ipo = Setup {
        objective: tilt_protocol::ObjectiveKind::Ipo,
        ..Setup::default()
    };
    draft.set_setup(&ipo);
    assert_eq!(draft.setup(), Some(ipo));
    draft.undo();
    assert_eq!(draft.setup(), None);
}

#[test]
fn what_the_browser_kept_is_the_same_draft() {
    let mut draft = draft();
    draft.remove_step(draft.ids()[1]);
    draft.set_setup(&Setup::default());
    let mut kept = LessonDraft::from_kept(&draft.to_kept()).expect("a draft");
    assert_eq!(kept.value, draft.value);
    assert_eq!(kept.undo, draft.undo);
    kept.undo();
    kept.undo();
    assert_eq!(texts(&kept), ["a", "b", "c"]);
    for text in ["", "{}", "[1]", r#"{"draft": 3}"#] {
        assert_eq!(LessonDraft::from_kept(text), None, "{text}");
    }
}

#[test]
fn a_lesson_with_defects_can_be_opened_and_what_is_none_cannot() {
    let draft = LessonDraft::read(r#"{"tilt_lesson": 1, "minutes": "long"}"#);
    let draft = draft.expect("a draft");
    assert!(paths(&draft).contains(&"minutes".to_owned()));
    assert_eq!(draft.file_name(), "lesson.draft.json");
    let said = |text: &str| LessonDraft::read(text).unwrap_err().to_string();
    assert!(said("{").starts_with("the lesson: not valid JSON"));
    assert!(said(r#"{"prompt": "a"}"#).contains("tilt_lesson"));
    assert!(said(r#"{"tilt_lesson": 1, "steps": 2}"#).starts_with("steps: no list"));
}

#[test]
fn one_act_is_a_list_of_one() {
    let text = r#"{"tilt_lesson": 1, "setup": {"hide": "data"},
                   "steps": [{"text": "a", "act": {"run": {}}, "show": "train"}]}"#;
    let mut draft = LessonDraft::read(text).expect("a draft");
    let id = draft.ids()[0];
    let found =
        |draft: &LessonDraft, name: &str| draft.get(&Spot::of_step(id).field(name)).cloned();
    assert_eq!(found(&draft, "act"), Some(json!([{"run": {}}])));
    assert_eq!(found(&draft, "show"), Some(json!(["train"])));
    draft.set(
        &Spot::of_step(id),
        Some(json!({"act": {"measure": {"principle": "warm"}}})),
    );
    assert_eq!(
        found(&draft, "act"),
        Some(json!([{"measure": {"principle": "warm"}}]))
    );
    let setup = Setup {
        show: vec![tilt_protocol::lesson::Place::Runs],
        ..Setup::default()
    };
    draft.set_setup(&setup);
    let shown = draft.get(&Spot::of_lesson("setup.show"));
    assert_eq!(shown, Some(&json!(["runs"])));
}

#[test]
fn a_step_is_shown_as_far_as_it_can_be_read() {
    let mut draft = draft();
    let id = draft.ids()[0];
    let spot = Spot::of_step(id);
    draft.set(&spot.field("act"), Some(json!([{"run": {"beta": 0.1}}])));
    draft.set(
        &spot.field("check"),
        Some(json!({"kind": "kl", "at_most": "far"})),
    );
    let (_, step, left_out) = draft.readable_step(id).expect("a step");
    assert_eq!(step.text, "a");
    assert_eq!(step.acts.len(), 1);
    assert_eq!(step.check, None);
    assert_eq!(left_out, ["check"]);
    // A set-up that cannot be read keeps no step from being shown.
    put(&mut draft, "setup.model", "huge".into());
    draft.set(&spot.field("text"), None);
    let (_, step, _) = draft.readable_step(id).expect("a step");
    assert_eq!(step.text, "\u{2026}");
}

#[test]
fn new_steps_lack_words_alone() {
    for (new, lacking) in [
        (NewStep::Text, vec!["steps[0].text"]),
        (
            NewStep::Run,
            vec!["steps[0].text", "steps[0].predict.options"],
        ),
        (NewStep::Labels, vec!["steps[0].text"]),
        (
            NewStep::Question,
            vec![
                "steps[0].text",
                "steps[0].quiz.question",
                "steps[0].quiz.answer",
            ],
        ),
    ] {
        let mut draft = LessonDraft::new(&Setup::default(), "en");
        put(&mut draft, "title", "A".into());
        put(&mut draft, "goals", json!(["a"]));
        let first = draft.ids()[0];
        let id = draft.add_step(Some(first), new, "warm");
        draft.remove_step(first);
        assert_eq!(draft.ids(), [id]);
        assert_eq!(paths(&draft), lacking, "{new:?}");
        assert_eq!(draft.is_by_hand(), new == NewStep::Labels);
    }
}
