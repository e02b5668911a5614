//! A class as xAPI statements, for a learning record store.
//!
//! ADL, "Experience API", version 1.0.3, part 2.

use super::gradebook::Named;
use super::moment::{duration, moment};
use super::report::{AnswerReport, LearnerReport, PredictionReport};
use super::way::{Way, quiz_right};
use crate::hash;
use crate::lesson::{Lesson, Predict, Prediction, Quiz, Standing, Verdict};
use serde_json::{Map, Value, json};

/// Whose accounts the names are: a host that can never be one (RFC 2606).
const HOME_PAGE: &str = "https://tilt.invalid/learners";
const ADL: &str = "http://adlnet.gov/expapi";

/// What a learner did, in ADL's words.
#[derive(Clone, Copy)]
enum Verb {
    Attempted,
    Completed,
    Answered,
    Passed,
    Failed,
}

impl Verb {
    fn name(self) -> &'static str {
        match self {
            Verb::Attempted => "attempted",
            Verb::Completed => "completed",
            Verb::Answered => "answered",
            Verb::Passed => "passed",
            Verb::Failed => "failed",
        }
    }
}

/// The statements of a class, as one JSON array: of each learner the lesson itself, then
/// step by step what was predicted, checked and answered. The same report gives the same
/// statements with the same ids, so none counts twice. Without `dates` no statement says
/// when.
pub fn xapi_statements<'a>(
    learners: impl Iterator<Item = Named<'a>>,
    lesson: Option<&Lesson>,
    dates: bool,
) -> Value {
    let all = learners.flat_map(|(name, report)| {
        let about = About {
            name,
            report,
            lesson,
            dates,
            seed: hash::of_text(1, &report.to_json()),
        };
        about.statements()
    });
    Value::Array(all.collect())
}

/// The lesson's own activity: an address that leads nowhere, and is the same everywhere.
pub fn activity_id(report: &LearnerReport) -> String {
    format!(
        "urn:tilt:lesson:{}:{}",
        in_urn(&report.lesson),
        in_urn(&report.lesson_hash)
    )
}

/// What may not stand in a URN is written as RFC 3986 has it.
fn in_urn(text: &str) -> String {
    let written = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    });
    written.collect()
}

struct About<'a> {
    name: &'a str,
    report: &'a LearnerReport,
    lesson: Option<&'a Lesson>,
    dates: bool,
    /// Stands for the report in the ids of its statements.
    seed: u64,
}

impl About<'_> {
    fn statements(&self) -> Vec<Value> {
        let mut all = vec![self.whole()];
        for step in 0..self.report.acts.len() {
            let predicted = self.report.predictions.get(step).and_then(Option::as_ref);
            let predict = self.step(step).and_then(|step| step.predict.as_ref());
            all.extend(predicted.map(|said| self.predicted(step, said, predict)));
            let verdict = self.report.verdicts.get(step).and_then(Option::as_ref);
            all.extend(verdict.and_then(|told| self.checked(step, told)));
            if let Some(answer) = self.report.answers.get(step) {
                all.extend(self.answered(step, answer));
            }
        }
        for (index, statement) in all.iter_mut().enumerate() {
            if let Value::Object(fields) = statement {
                fields.insert("id".to_owned(), self.uuid(index).into());
            }
        }
        all
    }

    fn step(&self, step: usize) -> Option<&crate::lesson::Step> {
        self.lesson?.steps.get(step)
    }

    fn language(&self) -> &str {
        self.lesson.map_or("en", |lesson| &lesson.lang)
    }

    /// A text under the lesson's language.
    fn in_language(&self, text: &str) -> Value {
        let mut map = Map::new();
        map.insert(self.language().to_owned(), text.into());
        Value::Object(map)
    }

    fn whole(&self) -> Value {
        let way = Way::of(self.report, self.lesson);
        let (verb, is_complete) = match way.is_complete() {
            true => (Verb::Completed, true),
            false => (Verb::Attempted, false),
        };
        let points = way.points();
        let result = json!({
            "score": {"scaled": points, "raw": points * 100.0, "min": 0, "max": 100},
            "completion": is_complete,
            "success": way.checks.count == way.checks.of,
            "duration": duration(way.minutes),
        });
        let title = self
            .lesson
            .map_or(self.report.lesson.as_str(), |lesson| lesson.title.as_str());
        let definition = json!({
            "type": format!("{ADL}/activities/lesson"),
            "name": self.in_language(title),
        });
        self.statement(verb, "", definition, result)
    }

    fn predicted(&self, step: usize, said: &PredictionReport, predict: Option<&Predict>) -> Value {
        let (kind, choices) = match predict {
            Some(Predict::Choice { options, .. }) => ("choice", Some(options)),
            Some(Predict::Order { items }) => ("sequencing", Some(items)),
            Some(Predict::Number { .. } | Predict::Slider { .. }) => ("numeric", None),
            None => ("other", None),
        };
        let response = match &said.said {
            Prediction::Choice(option) => option.to_string(),
            Prediction::Number(number) => number.to_string(),
            Prediction::Order(places) => {
                let places: Vec<String> = places.iter().map(usize::to_string).collect();
                places.join("[,]")
            }
        };
        let mut definition = self.question("Prediction", step, kind);
        if let Some(choices) = choices {
            definition["choices"] = self.choices(choices);
        }
        let mut result = json!({"response": response});
        if let Some(is_right) = said.is_right {
            result["success"] = is_right.into();
        }
        self.statement(
            Verb::Answered,
            &place(step, "prediction"),
            definition,
            result,
        )
    }

    /// A check that is not known yet says nothing.
    fn checked(&self, step: usize, told: &Verdict) -> Option<Value> {
        let (verb, success) = match told.verdict {
            Standing::Holds => (Verb::Passed, true),
            Standing::DoesNotHold => (Verb::Failed, false),
            Standing::NotYet => return None,
        };
        let definition = json!({
            "type": format!("{ADL}/activities/assessment"),
            "name": self.in_language(&format!("Check of step {}", step + 1)),
            "description": self.in_language(&told.expected),
        });
        let result = json!({"success": success, "response": told.seen});
        Some(self.statement(verb, &place(step, "check"), definition, result))
    }

    fn answered(&self, step: usize, answer: &AnswerReport) -> Vec<Value> {
        let quiz = self.step(step).and_then(|step| step.quiz.as_ref());
        let mut all = Vec::new();
        if let Some(chosen) = answer.chosen {
            let mut definition = self.question("Question", step, "choice");
            if let Some(Quiz { options, right, .. }) = quiz {
                definition["choices"] = self.choices(options);
                if let Some(right) = right {
                    definition["correctResponsesPattern"] = json!([right.to_string()]);
                }
            }
            let mut result = json!({"response": chosen.to_string()});
            if let Some(is_right) = quiz_right(self.report, self.lesson, step) {
                result["success"] = is_right.into();
            }
            all.push(self.statement(Verb::Answered, &place(step, "quiz"), definition, result));
        }
        for (own, name, at) in [
            (&answer.answer, "Question", "answer"),
            (&answer.explanation, "Explanation", "explanation"),
        ] {
            if !own.trim().is_empty() {
                let definition = self.question(name, step, "long-fill-in");
                let result = json!({"response": own});
                all.push(self.statement(Verb::Answered, &place(step, at), definition, result));
            }
        }
        all
    }

    fn question(&self, name: &str, step: usize, kind: &str) -> Value {
        json!({
            "type": format!("{ADL}/activities/cmi.interaction"),
            "interactionType": kind,
            "name": self.in_language(&format!("{name} of step {}", step + 1)),
        })
    }

    fn choices(&self, texts: &[String]) -> Value {
        let choices = texts.iter().enumerate().map(
            |(index, text)| json!({"id": index.to_string(), "description": self.in_language(text)}),
        );
        Value::Array(choices.collect())
    }

    fn statement(&self, verb: Verb, place: &str, definition: Value, result: Value) -> Value {
        let whole = activity_id(self.report);
        let mut context = json!({
            "platform": format!("Tilt {}", self.report.tilt).trim_end(),
            "language": self.language(),
        });
        if !place.is_empty() {
            context["contextActivities"] = json!({"parent": [{"id": whole}]});
        }
        let mut statement = json!({
            "actor": {
                "objectType": "Agent",
                "name": self.name,
                "account": {"homePage": HOME_PAGE, "name": self.name},
            },
            "verb": {
                "id": format!("{ADL}/verbs/{}", verb.name()),
                "display": {"en": verb.name()},
            },
            "object": {
                "objectType": "Activity",
                "id": format!("{whole}{place}"),
                "definition": definition,
            },
            "result": result,
            "context": context,
        });
        let at = match self.report.ended > 0.0 {
            true => self.report.ended,
            false => self.report.started,
        };
        if let Some(at) = moment(at).filter(|_| self.dates) {
            statement["timestamp"] = at.into();
        }
        statement
    }

    /// Version 8 of RFC 9562: what stands in it is ours.
    fn uuid(&self, index: usize) -> String {
        let high = hash::mix(self.seed ^ index as u64);
        let low = hash::mix(high);
        let number = (u128::from(high) << 64) | u128::from(low);
        let number = number & !(0xF << 76) | (0x8 << 76);
        let number = number & !(0b11 << 62) | (0b10 << 62);
        let digits = format!("{number:032x}");
        let (a, rest) = digits.split_at(8);
        let (b, rest) = rest.split_at(4);
        let (c, rest) = rest.split_at(4);
        let (d, e) = rest.split_at(4);
        format!("{a}-{b}-{c}-{d}-{e}")
    }
}

fn place(step: usize, what: &str) -> String {
    format!(":step:{}:{what}", step + 1)
}
