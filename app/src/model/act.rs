//! What a person does, as data. Keys, buttons and the guide all send acts, and so can
//! whatever replays what somebody did: nothing of an act is read from a form when it is
//! performed.

use super::blind::BlindSide;
use super::level::Level;
use super::pace::Pace;
use super::rule::Rule;
use super::train_form::TrainField;
use serde::{Deserialize, Serialize};
use tilt_protocol::{JudgeSettings, ObjectiveKind, Principle, TrainSettings, Verdict};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A verdict on the pair that is there.
    Judge(Verdict),
    /// A verdict on the fresh pair that a run waits with.
    Prefer(Verdict),
    /// Leaves the pair that is there for later.
    Skip,
    /// Takes back the last change of the labels.
    Undo,
    Redo,
    /// Pairs of answers to a prompt of the person's own.
    Sample {
        prompt: String,
    },
    /// The rule by which the person means to label; the judge takes it over if it can.
    ChooseRule(Rule),
    /// The judge labels so many decisive pairs.
    Autolabel {
        judge: JudgeSettings,
        count: usize,
        seed: u64,
    },
    /// A run from the reference, on the labels that there are.
    Train(Box<NewTraining>),
    Pause,
    Resume,
    /// So many steps of a run that waits, then a pause.
    Steps {
        count: usize,
    },
    Stop,
    /// The policy is the reference again.
    Reset,
    SetPace(Pace),
    ChooseObjective(ObjectiveKind),
    /// A field of the training form, as typed to its end; a run under way takes over what it
    /// can.
    SetField {
        field: TrainField,
        text: String,
    },
    /// A model at hand, by its name.
    ChooseModel {
        name: String,
    },
    /// What is measured by; `None` leaves it to the labels.
    ChoosePrinciple(Option<Principle>),
    MeasureWinRate {
        principle: Principle,
        seed: u64,
    },
    /// Answers of policy and reference to one prompt.
    Compare {
        prompt: String,
        seed: u64,
    },
    /// A round of the blind test.
    Test,
    Guess(BlindSide),
    SetLevel(Level),
}

/// A run as it is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewTraining {
    pub objective: ObjectiveKind,
    pub settings: TrainSettings,
    /// It takes no step by itself.
    pub is_paused: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn training() -> NewTraining {
        NewTraining {
            objective: ObjectiveKind::Simpo,
            settings: TrainSettings::lab_defaults(ObjectiveKind::Simpo),
            is_paused: true,
        }
    }

    #[test]
    fn every_act_comes_back_from_its_json() {
        let acts = [
            Act::Judge(Verdict::BothBad),
            Act::Prefer(Verdict::A),
            Act::Skip,
            Act::Undo,
            Act::Redo,
            Act::Sample {
                prompt: "Why \"so\"?\n".to_owned(),
            },
            Act::ChooseRule(Rule::Principle(Principle::Short)),
            Act::ChooseRule(Rule::Own),
            Act::Autolabel {
                judge: JudgeSettings {
                    length_bias: -0.25,
                    ..JudgeSettings::of(Principle::Polite, 0.1)
                },
                count: 64,
                seed: u64::MAX,
            },
            Act::Train(Box::new(training())),
            Act::Pause,
            Act::Resume,
            Act::Steps { count: 10 },
            Act::Stop,
            Act::Reset,
            Act::SetPace(Pace::Two),
            Act::ChooseObjective(ObjectiveKind::Kto),
            Act::SetField {
                field: TrainField::LearningRate,
                text: "3e-4".to_owned(),
            },
            Act::ChooseModel {
                name: "imported 2".to_owned(),
            },
            Act::ChoosePrinciple(Some(Principle::Short)),
            Act::ChoosePrinciple(None),
            Act::MeasureWinRate {
                principle: Principle::OnTopic,
                seed: 42,
            },
            Act::Compare {
                prompt: "Hello".to_owned(),
                seed: 7,
            },
            Act::Test,
            Act::Guess(BlindSide::Right),
            Act::SetLevel(Level::Everything),
        ];
        for act in acts {
            let json = serde_json::to_string(&act).unwrap();
            assert_eq!(serde_json::from_str::<Act>(&json).unwrap(), act, "{json}");
        }
    }

    #[test]
    fn an_act_reads_like_what_was_done() {
        let json = |act: &Act| serde_json::to_string(act).unwrap();
        assert_eq!(json(&Act::Judge(Verdict::A)), r#"{"judge":"a"}"#);
        assert_eq!(json(&Act::Undo), r#""undo""#);
        assert_eq!(json(&Act::Steps { count: 3 }), r#"{"steps":{"count":3}}"#);
        assert_eq!(
            json(&Act::SetLevel(Level::Start)),
            r#"{"set_level":"start"}"#
        );
    }
}
