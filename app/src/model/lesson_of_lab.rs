//! The Lab as it stands, as what a lesson begins with.

use tilt_protocol::lesson::{
    LabelFacts, LabelRows, LabelSource, LabellerFacts, RunSettings, Setup,
};
use tilt_protocol::{
    CuratedSet, DeviceKind, JudgeSettings, Level, ModelName, ObjectiveKind, TrainSettings,
};

/// Pairs that a lesson's judge labels at most.
const MOST_PAIRS: usize = 5_000;

/// What of the Lab a lesson can have.
#[derive(Clone, Debug, PartialEq)]
pub struct LabNow {
    /// `None` of a model of the person's own.
    pub model: Option<ModelName>,
    pub objective: ObjectiveKind,
    pub settings: TrainSettings,
    pub level: Level,
    /// One that the person has asked for.
    pub device: Option<DeviceKind>,
    pub labels: Vec<LabelFacts>,
    /// The same labels with their texts, where a lesson can carry so many.
    pub rows: Option<LabelRows>,
    /// As the judge's form has it, and how many pairs it would label.
    pub judge: Option<(JudgeSettings, usize)>,
}

/// What of the Lab does not go into a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftBehind {
    OwnModel,
    /// Labels of a file, or of another lab, that are too many.
    LabelsOfFiles,
    /// All labels but those of whoever gave most.
    OtherLabels,
}

/// The set-up, and what does not go into it.
pub fn setup_of(lab: &LabNow) -> (Setup, Vec<LeftBehind>) {
    let mut left = Vec::new();
    if lab.model.is_none() {
        left.push(LeftBehind::OwnModel);
    }
    let most = lab.labels.iter().max_by_key(|labels| labels.count);
    if lab.labels.len() > 1 {
        left.push(LeftBehind::OtherLabels);
    }
    let labels = match most.map(|labels| (&labels.by, labels.decisive)) {
        // Nobody has labelled yet: the judge would.
        None => lab
            .judge
            .as_ref()
            .map(|(judge, pairs)| of_judge(judge, *pairs)),
        Some((LabellerFacts::Judge(judge), decisive)) => Some(of_judge(judge, decisive)),
        Some((LabellerFacts::Hand, _)) => Some(LabelSource::Hand),
        Some((LabellerFacts::Set(name), _)) => CuratedSet::from_slug(name).map(LabelSource::Set),
        // Nobody can give these again: the lesson brings them with it, and all others too.
        Some((LabellerFacts::File(_), _)) => match &lab.rows {
            Some(rows) => {
                left.retain(|one| *one != LeftBehind::OtherLabels);
                Some(LabelSource::Rows(rows.clone()))
            }
            None => {
                left.push(LeftBehind::LabelsOfFiles);
                Some(LabelSource::Hand)
            }
        },
    };
    let base = TrainSettings::lab_defaults(lab.objective);
    let setup = Setup {
        model: lab.model.unwrap_or(ModelName::Small),
        objective: lab.objective,
        settings: RunSettings::between(&base, &lab.settings),
        labels,
        level: Some(lab.level),
        device: lab.device,
        ..Setup::default()
    };
    (setup, left)
}

fn of_judge(judge: &JudgeSettings, pairs: usize) -> LabelSource {
    LabelSource::Judge {
        judge: judge.clone(),
        pairs: pairs.clamp(1, MOST_PAIRS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tilt_protocol::{Label, Labeller, Pair, PairSource, Principle, Verdict};

    fn lab() -> LabNow {
        LabNow {
            model: Some(ModelName::Nano),
            objective: ObjectiveKind::Ipo,
            settings: TrainSettings {
                steps: 6,
                warmup_steps: 0,
                seed: 3,
                ..TrainSettings::lab_defaults(ObjectiveKind::Ipo)
            },
            level: Level::Start,
            device: None,
            labels: Vec::new(),
            rows: None,
            judge: Some((JudgeSettings::of(Principle::Short, 0.1), 40)),
        }
    }

    fn labels(by: LabellerFacts, count: usize) -> LabelFacts {
        LabelFacts {
            by,
            count,
            decisive: count,
        }
    }

    #[test]
    fn settings_that_the_page_proposes_are_left_out() {
        let (setup, left) = setup_of(&lab());
        let expected = json!({
            "model": "nano", "objective": "ipo", "settings": {"steps": 6, "seed": 3},
            "labels": {"judge": {"short": 1}, "noise": 0.1, "pairs": 40}, "level": "start",
        });
        assert_eq!(setup.to_value(), expected);
        assert_eq!(left, []);
    }

    #[test]
    fn who_gave_most_labels_gives_those_of_the_lesson() {
        let judge = JudgeSettings::of(Principle::Polite, 0.0);
        let all = [
            (LabellerFacts::Hand, json!({"by": "hand"})),
            (
                LabellerFacts::Judge(judge),
                json!({"judge": {"polite": 1}, "pairs": 64}),
            ),
            (
                LabellerFacts::Set("polite-noisy".to_owned()),
                json!({"set": "polite-noisy"}),
            ),
        ];
        for (by, expected) in all {
            let lab = LabNow {
                labels: vec![
                    labels(LabellerFacts::File("a.jsonl".to_owned()), 2),
                    labels(by, 64),
                ],
                ..lab()
            };
            let (setup, left) = setup_of(&lab);
            assert_eq!(setup.to_value()["labels"], expected);
            assert_eq!(left, [LeftBehind::OtherLabels]);
        }
    }

    #[test]
    fn labels_of_a_file_travel_with_their_texts() {
        let own = |answer: &str| {
            let pair = Pair {
                id: "1".to_owned(),
                prompt: "Hi.".to_owned(),
                answer_a: answer.to_owned(),
                answer_b: "No.".to_owned(),
                source: PairSource::Imported {
                    file: "a.jsonl".to_owned(),
                },
                row: None,
            };
            Label::new(pair, Verdict::A, Labeller::Person, 0.0)
        };
        let all = [own("Yes."), own("Perhaps.")];
        let lab = LabNow {
            labels: vec![
                labels(LabellerFacts::File("a.jsonl".to_owned()), 2),
                labels(LabellerFacts::Hand, 1),
            ],
            rows: LabelRows::of_labels(&all),
            ..lab()
        };
        let (setup, left) = setup_of(&lab);
        assert_eq!(left, []);
        let Some(LabelSource::Rows(rows)) = setup.labels else {
            panic!("{:?}", setup.labels);
        };
        assert_eq!(rows.count(), 2);
    }

    #[test]
    fn what_cannot_travel_is_told() {
        let lab = LabNow {
            model: None,
            labels: vec![labels(LabellerFacts::File("a.jsonl".to_owned()), 2)],
            device: Some(DeviceKind::Cpu),
            ..lab()
        };
        let (setup, left) = setup_of(&lab);
        assert_eq!(left, [LeftBehind::OwnModel, LeftBehind::LabelsOfFiles]);
        assert_eq!(setup.labels, Some(LabelSource::Hand));
        assert_eq!(setup.device, Some(DeviceKind::Cpu));
    }
}
