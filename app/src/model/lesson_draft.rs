//! A lesson that is being written: JSON as it stands, with whatever it still lacks.
//!
//! It is no [`Lesson`] until the reader of lessons takes it, so that nothing that somebody has
//! written is lost on the way, a number with a slip in it as little as a step without a text.

use super::lesson_path::{field, get, is_within, item, set};
pub use super::lesson_spot::Spot;
pub use super::lesson_undo::Undo;
use crate::texts::write_lesson as texts;
use serde_json::{Map, Value, json};
use tilt_protocol::lesson::{Defect, LESSON_VERSION, Lesson, Setup, Step};

/// Changes that can be taken back.
const MOST_UNDO: usize = 20;
const MOST_ID: usize = 64;
/// Characters from which some mail programs and learning platforms cut an address.
pub const LONG_LINK: usize = 2_000;
/// Characters from which some servers and messengers refuse one.
pub const TOO_LONG_LINK: usize = 8_000;

/// What a new step begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewStep {
    Text,
    Run,
    Labels,
    Question,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LessonDraft {
    /// An object whose `steps` are a list.
    value: Value,
    /// One a step, in their order: a step is known by it wherever it goes.
    ids: Vec<u64>,
    next_id: u64,
    undo: Vec<Undo>,
    /// Nobody has changed anything yet.
    is_fresh: bool,
}

impl LessonDraft {
    /// A lesson that begins with this arrangement of the Lab, and one step to be written.
    pub fn new(setup: &Setup, lang: &str) -> LessonDraft {
        let value = json!({
            "tilt_lesson": LESSON_VERSION,
            "lang": lang,
            "minutes": 15,
            "setup": setup.to_value(),
            "steps": [{}],
        });
        LessonDraft::of(value)
    }

    /// Takes a lesson's text, with defects too, as far as it is the JSON of one.
    ///
    /// # Errors
    /// In words, where it is not.
    pub fn read(text: &str) -> Result<LessonDraft, Defect> {
        let wrong = |path: &str, found: String, expected: &str| Defect {
            path: path.to_owned(),
            found,
            expected: expected.to_owned(),
        };
        let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| wrong(texts::THE_LESSON, texts::not_json(&error), texts::AN_OBJECT))?;
        if value.get("tilt_lesson").is_none() {
            let found = texts::NO_VERSION.to_owned();
            return Err(wrong(texts::THE_LESSON, found, texts::A_LESSON));
        }
        match value.get("steps") {
            None | Some(Value::Array(_)) => Ok(LessonDraft::of(value)),
            Some(_) => Err(wrong("steps", texts::NO_LIST.to_owned(), texts::STEPS_LIST)),
        }
    }

    fn of(value: Value) -> LessonDraft {
        let mut draft = LessonDraft {
            value,
            ids: Vec::new(),
            next_id: 0,
            undo: Vec::new(),
            is_fresh: true,
        };
        draft.settle();
        draft
    }

    /// Lists where the format allows one thing or a list of them: forms have one way then.
    fn settle(&mut self) {
        if !self.value["steps"].is_array() {
            set(&mut self.value, "steps", Some(json!([])));
        }
        for path in ["setup.show", "setup.hide"] {
            as_list(&mut self.value, path);
        }
        let count = self.steps().len();
        for index in 0..count {
            for name in ["show", "act"] {
                as_list(&mut self.value, &field(&item("steps", index), name));
            }
        }
        self.ids.truncate(count);
        while self.ids.len() < count {
            let id = self.new_id();
            self.ids.push(id);
        }
    }

    fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn steps(&self) -> &[Value] {
        self.value["steps"].as_array().map_or(&[], Vec::as_slice)
    }

    fn steps_mut(&mut self) -> Option<&mut Vec<Value>> {
        self.is_fresh = false;
        self.value["steps"].as_array_mut()
    }

    /// The steps, in their order, by what they are known by.
    pub fn ids(&self) -> &[u64] {
        &self.ids
    }

    pub fn index_of(&self, id: u64) -> Option<usize> {
        self.ids.iter().position(|other| *other == id)
    }

    pub fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    /// The path of a place, as the reader of lessons names it; `None` in a step that is gone.
    pub fn path_of(&self, spot: &Spot) -> Option<String> {
        match spot.step {
            None => Some(spot.rest.clone()),
            Some(id) => Some(field(&item("steps", self.index_of(id)?), &spot.rest)),
        }
    }

    pub fn get(&self, spot: &Spot) -> Option<&Value> {
        get(&self.value, &self.path_of(spot)?)
    }

    /// Puts something in a place, or takes it away. A title names the lesson's file too, as
    /// long as nobody has named that otherwise.
    pub fn set(&mut self, spot: &Spot, new: Option<Value>) {
        let Some(path) = self.path_of(spot) else {
            return;
        };
        self.is_fresh = false;
        if path == "title" {
            let named = |value: Option<&Value>| value.and_then(Value::as_str).map(id_of);
            let is_ours = match self.value.get("id").and_then(Value::as_str) {
                None => true,
                Some(id) => named(self.value.get("title")).is_some_and(|made| made == id),
            };
            if is_ours {
                let id = named(new.as_ref()).map(Value::from);
                set(&mut self.value, "id", id);
            }
        }
        set(&mut self.value, &path, new);
        // What a field writes is settled; a step as JSON or a whole set-up may not be.
        if matches!(spot.rest.as_str(), "" | "setup") {
            self.settle();
        }
    }

    /// Another arrangement of the Lab; the one before can be brought back.
    pub fn set_setup(&mut self, setup: &Setup) {
        self.note(Undo::Setup(self.value.get("setup").cloned()));
        self.set(&Spot::of_lesson("setup"), Some(setup.to_value()));
    }

    /// Adds a step behind another, or at the end.
    pub fn add_step(&mut self, behind: Option<u64>, new: NewStep, principle: &str) -> u64 {
        let value = match new {
            NewStep::Text => json!({}),
            NewStep::Run => json!({
                "predict": {"kind": "choice", "options": []},
                "act": [{"run": {}}, {"measure": {"principle": principle}}],
                "check": {"kind": "win_rate", "run": -1, "principle": principle, "at_least": 0.6},
            }),
            NewStep::Labels => json!({
                "show": ["label"],
                "act": [{"label": {"count": 12, "by": "hand"}}],
                "check": {"kind": "labels", "at_least": 12, "by": "hand"},
            }),
            NewStep::Question => json!({"quiz": {}}),
        };
        let at = behind.and_then(|id| self.index_of(id));
        self.insert(at.map_or(self.ids.len(), |at| at + 1), value)
    }

    fn insert(&mut self, at: usize, value: Value) -> u64 {
        let id = self.new_id();
        let at = at.min(self.ids.len());
        if let Some(steps) = self.steps_mut() {
            steps.insert(at, value);
            self.ids.insert(at, id);
        }
        id
    }

    pub fn copy_step(&mut self, id: u64) -> Option<u64> {
        let at = self.index_of(id)?;
        let value = self.steps().get(at)?.clone();
        Some(self.insert(at + 1, value))
    }

    /// One place up or down; false at the end of the list.
    pub fn move_step(&mut self, id: u64, is_up: bool) -> bool {
        let Some(at) = self.index_of(id) else {
            return false;
        };
        let to = if is_up {
            at.checked_sub(1)
        } else {
            Some(at + 1)
        };
        let Some(to) = to.filter(|to| *to < self.ids.len()) else {
            return false;
        };
        self.ids.swap(at, to);
        if let Some(steps) = self.steps_mut() {
            steps.swap(at, to);
        }
        true
    }

    /// Takes a step away; gives the one that is next to it then.
    pub fn remove_step(&mut self, id: u64) -> Option<u64> {
        let at = self.index_of(id)?;
        self.ids.remove(at);
        if let Some(value) = self.steps_mut().map(|steps| steps.remove(at)) {
            self.note(Undo::Step { at, value });
        }
        self.ids.get(at).or(self.ids.last()).copied()
    }

    /// Puts another draft in the place of this one, which can be brought back.
    pub fn replace(&mut self, other: LessonDraft) {
        let old = std::mem::replace(&mut self.value, other.value);
        if !self.is_fresh {
            self.note(Undo::Draft(old));
        }
        self.is_fresh = other.is_fresh;
        self.ids.clear();
        self.settle();
    }

    fn note(&mut self, undo: Undo) {
        self.undo.push(undo);
        let too_many = self.undo.len().saturating_sub(MOST_UNDO);
        self.undo.drain(..too_many);
    }

    /// What [`LessonDraft::undo`] brings back.
    pub fn undoable(&self) -> Option<&Undo> {
        self.undo.last()
    }

    /// Brings back what was taken away last; of a step, what it is known by.
    pub fn undo(&mut self) -> Option<u64> {
        match self.undo.pop()? {
            Undo::Step { at, value } => Some(self.insert(at, value)),
            Undo::Draft(value) => {
                // The one that stands there now is as dear as the other.
                let now = std::mem::replace(&mut self.value, value);
                self.undo.insert(0, Undo::Draft(now));
                self.is_fresh = false;
                self.ids.clear();
                self.settle();
                None
            }
            Undo::Setup(setup) => {
                self.set(&Spot::of_lesson("setup"), setup);
                None
            }
        }
    }

    /// The lesson, or all that keeps it from being one.
    ///
    /// # Errors
    /// What the reader of lessons finds.
    pub fn lesson(&self) -> Result<Lesson, Vec<Defect>> {
        Lesson::from_json(&self.value.to_string())
    }

    /// As it stands, for people to read.
    pub fn to_text(&self) -> String {
        match self.lesson() {
            Ok(lesson) => lesson.to_pretty_json(),
            Err(_) => format!("{:#}\n", self.value),
        }
    }

    /// The name of the file that it is saved as: a lesson's, or that of a draft.
    pub fn file_name(&self) -> String {
        let id = self.value.get("id").and_then(Value::as_str).map(id_of);
        let id = id.unwrap_or_else(|| id_of(""));
        match self.lesson() {
            Ok(_) => format!("{id}.json"),
            Err(_) => format!("{id}.draft.json"),
        }
    }

    /// A step as a learner would see it, as far as it can be read, with the names of the
    /// fields that cannot; `None` where there is not even a text.
    pub fn readable_step(&self, id: u64) -> Option<(Setup, Step, Vec<String>)> {
        let step = self.steps().get(self.index_of(id)?)?.as_object()?;
        let mut step = step.clone();
        let mut left_out = Vec::new();
        let usual = json!({});
        let mut setup = self.value.get("setup").unwrap_or(&usual);
        // Each turn takes away what has a defect, and there are few fields.
        for _ in 0..=step.len() + 1 {
            match alone(setup, &step) {
                Ok(mut lesson) => {
                    return Some((lesson.setup.clone(), lesson.steps.pop()?, left_out));
                }
                Err(defects) => {
                    if defects
                        .iter()
                        .any(|defect| is_within(&defect.path, "setup"))
                    {
                        setup = &usual;
                    }
                    let bad = defects.iter().filter_map(|defect| top_field(&defect.path));
                    for name in bad {
                        if step.remove(name).is_some() {
                            left_out.push(name.to_owned());
                        }
                    }
                    step.entry("text").or_insert_with(|| "\u{2026}".into());
                }
            }
        }
        None
    }

    /// The set-up, where it can be read.
    pub fn setup(&self) -> Option<Setup> {
        let step = Map::from_iter([("text".to_owned(), "\u{2026}".into())]);
        let lesson = alone(self.value.get("setup")?, &step).ok()?;
        Some(lesson.setup)
    }

    /// Whether the learner labels, so that somebody has to in their place.
    pub fn is_by_hand(&self) -> bool {
        let by_hand = |value: &Value| value.get("by").and_then(Value::as_str) == Some("hand");
        let in_act = |act: &Value| {
            let label = act.get("label");
            label.is_some_and(|label| {
                by_hand(label) || label.get("by").is_none() && label.get("count").is_some()
            })
        };
        let acts = self.steps().iter().filter_map(|step| step.get("act"));
        get(&self.value, "setup.labels").is_some_and(by_hand)
            || acts.filter_map(Value::as_array).flatten().any(in_act)
    }

    /// For the browser's storage.
    pub fn to_kept(&self) -> String {
        let undo: Vec<Value> = self.undo.iter().map(Undo::to_value).collect();
        json!({"draft": self.value, "undo": undo, "is_fresh": self.is_fresh}).to_string()
    }

    /// What [`LessonDraft::to_kept`] wrote; `None` where it is not that.
    pub fn from_kept(text: &str) -> Option<LessonDraft> {
        let mut kept: Value = serde_json::from_str(text).ok()?;
        let value = kept.get_mut("draft").map(Value::take)?;
        if !value.is_object() {
            return None;
        }
        let mut draft = LessonDraft::of(value);
        draft.is_fresh = kept.get("is_fresh").and_then(Value::as_bool) == Some(true);
        let undo = kept.get("undo").and_then(Value::as_array);
        draft.undo = undo
            .into_iter()
            .flatten()
            .filter_map(Undo::of_value)
            .collect();
        Some(draft)
    }
}

/// A lesson of this one step.
fn alone(setup: &Value, step: &Map<String, Value>) -> Result<Lesson, Vec<Defect>> {
    let lesson = json!({
        "tilt_lesson": LESSON_VERSION, "id": "x", "lang": "en", "title": "x", "minutes": 1,
        "goals": ["x"], "setup": setup, "steps": [step],
    });
    Lesson::from_json(&lesson.to_string())
}

/// The field of the step in which a defect lies.
fn top_field(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("steps[0].")?;
    rest.split(['.', '[']).next()
}

fn as_list(value: &mut Value, path: &str) {
    let one = get(value, path).filter(|found| !found.is_array()).cloned();
    if let Some(one) = one {
        set(value, path, Some(Value::Array(vec![one])));
    }
}

/// What a lesson of this title is called in files and links.
pub fn id_of(title: &str) -> String {
    let mut id = String::new();
    for letter in title.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => id.push(letter),
            // It's is its.
            '\'' | '\u{2019}' => {}
            _ if id.is_empty() || id.ends_with('-') => {}
            _ => id.push('-'),
        }
        if id.len() >= MOST_ID {
            break;
        }
    }
    let id = id.trim_end_matches('-');
    if id.is_empty() {
        "lesson".to_owned()
    } else {
        id.to_owned()
    }
}

#[cfg(test)]
#[path = "lesson_draft_tests.rs"]
mod tests;
