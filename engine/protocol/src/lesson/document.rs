//! A lesson: read from JSON with every defect by its path, and written in one form.

use super::check::Check;
use super::defect::Defect;
use super::label_source::LabelSource;
use super::node::{Defects, Fields, Node, Range, number_value, object};
use super::setup::Setup;
use super::step::Step;
use crate::hash;
use crate::principle::JudgeSettings;
use crate::tokenizer_files::without_mark;
use serde_json::Value;

/// The version of the format, under `tilt_lesson`.
pub const LESSON_VERSION: u64 = 1;
/// Larger files are no lesson.
pub(super) const MOST_BYTES: usize = 1 << 20;
/// Minutes that a lesson takes at most.
const MOST_MINUTES: f64 = 600.0;

/// Steps to read, do and check, with how the Lab is arranged when they begin.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// Small letters, digits and hyphens; also the name of a shipped lesson's file.
    pub id: String,
    /// A language tag: `en`.
    pub lang: String,
    pub title: String,
    pub minutes: f64,
    pub goals: Vec<String>,
    pub setup: Setup,
    /// At least one.
    pub steps: Vec<Step>,
    /// Who labels in the learner's place where the lesson is verified.
    pub verify: Option<Verify>,
}

/// What `tilt lesson verify` needs beside the lesson itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Verify {
    /// Gives the labels that the lesson leaves to the learner: a judge or a practice set.
    pub labels: LabelSource,
}

const FIELDS: [&str; 9] = [
    "tilt_lesson",
    "id",
    "lang",
    "title",
    "minutes",
    "goals",
    "setup",
    "steps",
    "verify",
];

impl Lesson {
    /// Reads a lesson's file.
    ///
    /// # Errors
    /// All that is wrong with it, in the order in which it is read.
    pub fn from_json(text: &str) -> Result<Lesson, Vec<Defect>> {
        let whole = |found: String, expected: &str| {
            vec![Defect {
                path: "the lesson".to_owned(),
                found,
                expected: expected.to_owned(),
            }]
        };
        if text.len() > MOST_BYTES {
            let found = format!("{} bytes", text.len());
            return Err(whole(found, "at most 1 MiB"));
        }
        let value: Value = serde_json::from_str(without_mark(text))
            .map_err(|error| whole(format!("not valid JSON: {error}"), "a JSON object"))?;
        let defects = Defects::default();
        let lesson = read(&Node::root(&value, &defects));
        match (lesson, defects.into_list()) {
            (Some(lesson), defects) if defects.is_empty() => Ok(lesson),
            (None, defects) if defects.is_empty() => Err(whole("no lesson".to_owned(), "a lesson")),
            (_, defects) => Err(defects),
        }
    }

    /// What the lesson lacks to be verified: who labels where the learner does.
    pub fn unverifiable(&self) -> Option<Defect> {
        let acts = self.steps.iter().flat_map(|step| &step.acts);
        let mut by_hand = acts.filter(|act| act.is_by_hand());
        let is_missing = self.verify.is_none() && by_hand.next().is_some();
        is_missing.then(|| Defect {
            path: "verify".to_owned(),
            found: "missing".to_owned(),
            expected: "who labels in the learner's place, such as {\"labels\": {\"judge\": \
                       {\"polite\": 1}}}"
                .to_owned(),
        })
    }

    /// The judges with whom some check compares labels by hand: its own, or the set-up's, each
    /// without noise.
    pub fn compared_judges(&self) -> Vec<JudgeSettings> {
        let of_setup = match &self.setup.labels {
            Some(LabelSource::Judge { judge, .. }) => Some(judge),
            Some(LabelSource::Set(_) | LabelSource::Rows(_) | LabelSource::Hand) | None => None,
        };
        let checks = self.steps.iter().filter_map(|step| step.check.as_ref());
        let mut found: Vec<JudgeSettings> = Vec::new();
        for check in checks.flat_map(Check::parts) {
            let Check::Agreement { judge, .. } = check else {
                continue;
            };
            let Some(judge) = judge.as_ref().or(of_setup) else {
                continue;
            };
            let judge = JudgeSettings {
                noise: 0.0,
                ..judge.clone()
            };
            if !found.contains(&judge) {
                found.push(judge);
            }
        }
        found
    }

    /// As a value whose fields stand in the order of their names.
    pub fn to_value(&self) -> Value {
        let steps: Vec<Value> = self.steps.iter().map(Step::write).collect();
        let verify = self
            .verify
            .as_ref()
            .map(|verify| object([("labels", Some(verify.labels.write()))]));
        let mut value = object([
            ("tilt_lesson", Some(LESSON_VERSION.into())),
            ("id", Some(self.id.as_str().into())),
            ("lang", Some(self.lang.as_str().into())),
            ("title", Some(self.title.as_str().into())),
            ("minutes", Some(number_value(self.minutes))),
            ("goals", Some(self.goals.clone().into())),
            ("setup", Some(self.setup.write())),
            ("steps", Some(steps.into())),
            ("verify", verify),
        ]);
        value.sort_all_objects();
        value
    }

    /// The canonical form: of lessons that mean the same, the same text.
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    /// For people to read and change.
    pub fn to_pretty_json(&self) -> String {
        format!("{:#}\n", self.to_value())
    }

    /// 16 hexadecimal digits that stand for the canonical form. They tell versions of a
    /// lesson apart; they guard against nobody who means to forge one.
    pub fn hash(&self) -> String {
        format!("{:016x}", hash::of_text(LESSON_VERSION, &self.to_json()))
    }
}

fn read(node: &Node<'_>) -> Option<Lesson> {
    let fields = node.object(&FIELDS)?;
    check_version(&fields);
    let text = |name: &str, what: &str| {
        let node = fields.required(name, what)?;
        node.text()
    };
    let id = read_named(&fields, "id", "small letters, digits and hyphens", is_id);
    let lang = read_named(&fields, "lang", "a language tag such as en", is_language);
    let title = text("title", "a title");
    let minutes = fields.required("minutes", "a number of minutes");
    let minutes = minutes.and_then(|node| node.number(Range::to(1.0, MOST_MINUTES)));
    let goals = fields.required("goals", "a list of goals");
    let goals = goals.and_then(|node| node.texts(1, "goals"));
    let setup = fields.required("setup", "how the Lab is arranged, if only {}");
    let setup = setup.and_then(|node| Setup::read(&node));
    let verify = fields
        .optional("verify")
        .and_then(|node| read_verify(&node));
    // Steps are read beside a usual set-up where their own has a defect.
    let usual = Setup::default();
    let beside = setup.as_ref().unwrap_or(&usual);
    let steps = fields.required("steps", "a list of steps");
    let steps = steps.and_then(|node| node.list(1, "steps"));
    let steps: Option<Vec<Step>> = steps.and_then(|nodes| {
        let read: Vec<Option<Step>> = nodes.iter().map(|n| Step::read(n, beside)).collect();
        read.into_iter().collect()
    });
    Some(Lesson {
        id: id?,
        lang: lang?,
        title: title?,
        minutes: minutes?,
        goals: goals?,
        setup: setup?,
        steps: steps?,
        verify,
    })
}

fn check_version(fields: &Fields<'_>) {
    let expected = LESSON_VERSION.to_string();
    let Some(node) = fields.required("tilt_lesson", &expected) else {
        return;
    };
    if node.value.as_f64() != Some(LESSON_VERSION as f64) {
        let expected = format!("{expected}, the version of the format that is read here");
        match node.value {
            Value::Number(number) => node.fail::<()>(number.to_string(), expected),
            _ => node.wrong(expected),
        };
    }
}

fn read_verify(node: &Node<'_>) -> Option<Verify> {
    let fields = node.object(&["labels"])?;
    let labels = fields.required("labels", "a judge, a practice set or rows")?;
    match LabelSource::read(&labels)? {
        LabelSource::Hand => labels.fail("labels by hand", "a judge, a practice set or rows"),
        labels => Some(Verify { labels }),
    }
}

fn read_named(
    fields: &Fields<'_>,
    name: &str,
    expected: &str,
    is_sound: fn(&str) -> bool,
) -> Option<String> {
    let node = fields.required(name, expected)?;
    let text = node.text()?;
    match is_sound(&text) {
        true => Some(text),
        false => node.fail(format!("{text:?}"), expected),
    }
}

fn is_id(text: &str) -> bool {
    let is_letter = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '-');
    text.len() <= 64 && text.chars().all(is_letter) && !text.starts_with('-')
}

/// The shape of a tag of RFC 5646: letters, then subtags.
fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.chars().all(|letter| letter.is_ascii_alphanumeric())
    };
    (2..=8).contains(&first.len())
        && first.chars().all(|letter| letter.is_ascii_alphabetic())
        && parts.all(is_subtag)
}
