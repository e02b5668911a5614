//! What a lesson can take of the Lab as it stands.

use crate::lab::Lab;
use crate::model::lesson_of_lab::{LabNow, LeftBehind, setup_of};
use leptos::prelude::*;
use tilt_protocol::lesson::{LabelFacts, LabelRows, Setup};
use tilt_protocol::{DeviceKind, DevicePreference, ModelName};

/// All decisive labels of the Lab, to go with a lesson; `None` where there are none, or too
/// many.
pub fn rows_of_lab(lab: Lab) -> Option<LabelRows> {
    LabelRows::of_labels(&untrack(|| lab.labels.all()))
}

/// The set-up, and what of the Lab does not go into it.
pub fn setup_of_lab(lab: Lab) -> (Setup, Vec<LeftBehind>) {
    untrack(|| {
        let form = lab.evaluate.autolabel_form().get();
        let labels = lab.labels.entries();
        setup_of(&LabNow {
            model: ModelName::from_slug(&lab.form.model().get()),
            objective: lab.form.objective().get(),
            settings: lab.form.settings(),
            level: lab.settings.level().get(),
            device: lab.engine.asked_for().and_then(|asked| match asked {
                DevicePreference::Auto => None,
                DevicePreference::Webgpu => Some(DeviceKind::Webgpu),
                DevicePreference::Cpu => Some(DeviceKind::Cpu),
            }),
            labels: labels
                .with(|entries| LabelFacts::of_labels(entries.iter().map(|entry| &entry.label))),
            rows: rows_of_lab(lab),
            judge: form.judge().ok().zip(form.count().ok()),
        })
    })
}
