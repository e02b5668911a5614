//! What a learner expected, and what came of it, in words.

use crate::texts::lesson as texts;
use tilt_protocol::lesson::{Facts, Measure, Predict, Prediction, Standing, outcome};

/// A number as the learner wrote it, or set it with a slider.
pub fn in_digits(number: f64) -> String {
    // A slider's steps leave tails of digits.
    ((number * 1e4).round() / 1e4).to_string()
}

/// What was expected, as it stands in a sentence.
pub fn in_words(predict: &Predict, prediction: &Prediction) -> String {
    match (predict, prediction) {
        (Predict::Choice { options, .. }, Prediction::Choice(index)) => {
            texts::quoted(options.get(*index).map_or("", String::as_str))
        }
        (Predict::Order { items }, Prediction::Order(places)) => {
            let items: Vec<String> = places
                .iter()
                .filter_map(|place| items.get(*place).cloned())
                .collect();
            texts::in_order(&items)
        }
        (
            Predict::Number { unit, .. } | Predict::Slider { unit, .. },
            Prediction::Number(number),
        ) => texts::with_unit(&in_digits(*number), unit.as_deref()),
        _ => texts::NO_PREDICTION.to_owned(),
    }
}

/// Whether the option came about that was chosen: `None` where nothing tells. One came about
/// only where the step's claim holds.
pub fn is_right(
    predict: &Predict,
    prediction: &Prediction,
    stands: Option<Standing>,
) -> Option<bool> {
    let answer = option_that_came(predict, stands)?;
    Some(*prediction == Prediction::Choice(answer))
}

fn option_that_came(predict: &Predict, stands: Option<Standing>) -> Option<usize> {
    let Predict::Choice { answer, .. } = predict else {
        return None;
    };
    (*answer).filter(|_| stands.is_none_or(|one| one == Standing::Holds))
}

/// What came of it, for people.
pub fn came_about(
    predict: &Predict,
    prediction: &Prediction,
    stands: Option<Standing>,
    facts: &Facts,
) -> Option<String> {
    match predict {
        Predict::Choice { options, .. } => {
            let answer = option_that_came(predict, stands)?;
            let is_right = *prediction == Prediction::Choice(answer);
            Some(texts::came_about(options.get(answer)?, is_right))
        }
        Predict::Number { measure, .. } | Predict::Slider { measure, .. } => {
            Some(measured(measure.as_ref()?, facts))
        }
        Predict::Order { .. } => None,
    }
}

fn measured(measure: &Measure, facts: &Facts) -> String {
    match outcome(measure, facts) {
        Ok(outcome) => texts::measured(&outcome.text),
        Err(missing) => missing,
    }
}
