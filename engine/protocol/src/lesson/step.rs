//! One step of a lesson.

use super::act::Act;
use super::check::Check;
use super::check_reading::read_check;
use super::node::{Node, object};
use super::place::Place;
use super::predict::Predict;
use super::setup::{Setup, read_places, write_places};
use serde_json::Value;

/// What a learner reads, predicts, does, sees checked and explains.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// In a small Markdown.
    pub text: String,
    /// Where to look.
    pub show: Vec<Place>,
    pub predict: Option<Predict>,
    /// To be done in this order.
    pub acts: Vec<Act>,
    pub check: Option<Check>,
    pub explain: Option<Explain>,
    pub quiz: Option<Quiz>,
    pub hint: Option<String>,
}

/// A free answer, beside which a model answer stands afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Explain {
    pub model: String,
    /// To be ticked off.
    pub points: Vec<String>,
}

/// A practice question: the learner answers first.
#[derive(Clone, Debug, PartialEq)]
pub struct Quiz {
    pub question: String,
    /// To choose from; empty for an open answer.
    pub options: Vec<String>,
    /// The right one of the options.
    pub right: Option<usize>,
    /// The worked answer.
    pub answer: String,
    /// An arrangement of the Lab that shows the point.
    pub show: Option<Setup>,
}

const FIELDS: [&str; 8] = [
    "text", "show", "predict", "act", "check", "explain", "quiz", "hint",
];

impl Step {
    pub(super) fn read(node: &Node<'_>, setup: &Setup) -> Option<Step> {
        let fields = node.object(&FIELDS)?;
        let text = fields.required("text", "a text").and_then(|n| n.text());
        let step = Step {
            text: text.unwrap_or_default(),
            show: fields
                .optional("show")
                .map(|node| read_places(&node))
                .unwrap_or_default(),
            predict: fields.optional("predict").and_then(|n| Predict::read(&n)),
            acts: fields
                .optional("act")
                .map(|node| Act::read_all(&node, setup))
                .unwrap_or_default(),
            check: fields
                .optional("check")
                .and_then(|node| read_check(&node, setup)),
            explain: fields.optional("explain").and_then(|n| Explain::read(&n)),
            quiz: fields.optional("quiz").and_then(|n| Quiz::read(&n)),
            hint: fields.optional("hint").and_then(|n| n.text()),
        };
        Some(step)
    }

    pub(super) fn write(&self) -> Value {
        let show = (!self.show.is_empty()).then(|| write_places(&self.show));
        object([
            ("text", Some(self.text.as_str().into())),
            ("show", show),
            ("predict", self.predict.as_ref().map(Predict::write)),
            ("act", Act::write_all(&self.acts)),
            ("check", self.check.as_ref().map(Check::write)),
            ("explain", self.explain.as_ref().map(Explain::write)),
            ("quiz", self.quiz.as_ref().map(Quiz::write)),
            ("hint", self.hint.as_deref().map(Value::from)),
        ])
    }
}

impl Explain {
    fn read(node: &Node<'_>) -> Option<Explain> {
        let fields = node.object(&["model", "points"])?;
        let model = fields.required("model", "a model answer");
        let model = model.and_then(|node| node.text());
        let points = fields.required("points", "a list of points");
        let points = points.and_then(|node| node.texts(1, "points"));
        Some(Explain {
            model: model?,
            points: points?,
        })
    }

    fn write(&self) -> Value {
        object([
            ("model", Some(self.model.as_str().into())),
            ("points", Some(self.points.clone().into())),
        ])
    }
}

impl Quiz {
    fn read(node: &Node<'_>) -> Option<Quiz> {
        let fields = node.object(&["question", "options", "right", "answer", "show"])?;
        let text = |name: &str, what: &str| {
            let node = fields.required(name, what)?;
            node.text()
        };
        let (question, answer) = (text("question", "a question"), text("answer", "an answer"));
        let options = fields.optional("options");
        let options = options.map(|node| node.texts(2, "options"));
        let show = fields.optional("show").and_then(|node| Setup::read(&node));
        let right = match (fields.optional("right"), &options) {
            (None, Some(_)) => {
                fields.required("right", "the index of the right option");
                None
            }
            (Some(node), None) => node.fail("an index without options", "options"),
            (Some(node), Some(Some(options))) => node.index_below(options.len()),
            (None, None) | (Some(_), Some(None)) => None,
        };
        Some(Quiz {
            question: question?,
            options: options.flatten().unwrap_or_default(),
            right,
            answer: answer?,
            show,
        })
    }

    fn write(&self) -> Value {
        let options = (!self.options.is_empty()).then(|| self.options.clone().into());
        object([
            ("question", Some(self.question.as_str().into())),
            ("options", options),
            ("right", self.right.map(Value::from)),
            ("answer", Some(self.answer.as_str().into())),
            ("show", self.show.as_ref().map(Setup::write)),
        ])
    }
}
