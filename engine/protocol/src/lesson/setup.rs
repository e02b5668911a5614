//! How the Lab is arranged when a lesson, or a demonstration within it, begins.

use super::facts::RunFacts;
use super::label_source::LabelSource;
use super::names::{devices, levels, models, objectives, places};
use super::node::{Node, object};
use super::place::Place;
use super::run_settings::RunSettings;
use crate::config::trl_config;
use crate::error::Result;
use crate::level::Level;
use crate::message::{DeviceKind, ModelName};
use crate::objective_kind::ObjectiveKind;
use crate::settings::TrainSettings;
use serde_json::Value;

/// What the Lab starts with; what a lesson leaves out is as the page has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    pub model: ModelName,
    pub objective: ObjectiveKind,
    pub settings: RunSettings,
    /// `None`: whatever the learner does.
    pub labels: Option<LabelSource>,
    pub level: Option<Level>,
    pub show: Vec<Place>,
    pub hide: Vec<Place>,
    pub device: Option<DeviceKind>,
}

impl Default for Setup {
    fn default() -> Self {
        Setup {
            model: ModelName::Small,
            objective: ObjectiveKind::Dpo,
            settings: RunSettings::default(),
            labels: None,
            level: None,
            show: Vec::new(),
            hide: Vec::new(),
            device: None,
        }
    }
}

impl Setup {
    pub(super) fn read(node: &Node<'_>) -> Option<Setup> {
        let fields = node.object(&[
            "model",
            "objective",
            "settings",
            "labels",
            "level",
            "show",
            "hide",
            "device",
        ])?;
        let usual = Setup::default();
        let named = |name: &str| fields.optional(name);
        let objective = named("objective").and_then(|node| node.name(&objectives()));
        let objective = objective.unwrap_or(usual.objective);
        let settings = named("settings").and_then(|node| {
            RunSettings::read(&node, objective, false, TrainSettings::lab_defaults)
        });
        let setup = Setup {
            model: named("model")
                .and_then(|node| node.name(&models()))
                .unwrap_or(usual.model),
            objective,
            settings: settings.unwrap_or_default(),
            labels: named("labels").and_then(|node| LabelSource::read(&node)),
            level: named("level").and_then(|node| node.name(&levels())),
            show: named("show").map(|n| read_places(&n)).unwrap_or_default(),
            hide: named("hide").map(|n| read_places(&n)).unwrap_or_default(),
            device: named("device").and_then(|node| node.name(&devices())),
        };
        if let Some(both) = setup.show.iter().find(|place| setup.hide.contains(place)) {
            let found = format!("{:?}, which stands in show too", both.slug());
            fields.fail_at("hide", found, "other places than those in show");
        }
        Some(setup)
    }

    pub(super) fn write(&self) -> Value {
        let settings = (!self.settings.is_empty()).then(|| self.settings.write());
        let places = |places: &[Place]| (!places.is_empty()).then(|| write_places(places));
        object([
            ("model", Some(self.model.slug().into())),
            ("objective", Some(self.objective.slug().into())),
            ("settings", settings),
            ("labels", self.labels.as_ref().map(LabelSource::write)),
            ("level", self.level.map(|level| level.slug().into())),
            ("show", places(&self.show)),
            ("hide", places(&self.hide)),
            ("device", self.device.map(|device| device.slug().into())),
        ])
    }

    /// As a lesson's file has it.
    pub fn to_value(&self) -> Value {
        self.write()
    }

    /// What a run has that names no settings of its own.
    ///
    /// # Errors
    /// None for a set-up that was read from a lesson (see [`RunSettings::over`]).
    pub fn train_settings(&self) -> Result<TrainSettings> {
        self.settings
            .over(&TrainSettings::lab_defaults(self.objective))
    }

    /// The objective and the settings of a run: the set-up's with the run's own over them.
    /// A run of another objective begins with what the page proposes for that, and keeps
    /// the set-up's steps and seed.
    ///
    /// # Errors
    /// None for a run of the lesson that the set-up is of.
    pub fn run_settings(&self, run: &RunSettings) -> Result<(ObjectiveKind, TrainSettings)> {
        let kind = run.objective.unwrap_or(self.objective);
        Ok((kind, run.over(&self.base_of(kind)?)?))
    }

    /// What a run of this objective has before its own settings.
    fn base_of(&self, kind: ObjectiveKind) -> Result<TrainSettings> {
        let ours = self.train_settings()?;
        if kind == self.objective {
            return Ok(ours);
        }
        Ok(TrainSettings {
            steps: ours.steps,
            warmup_steps: TrainSettings::lab_warmup_steps(ours.steps),
            seed: ours.seed,
            ..TrainSettings::lab_defaults(kind)
        })
    }

    /// Settings of a run within the lesson, read.
    pub(super) fn read_run(&self, node: &Node<'_>) -> Option<RunSettings> {
        RunSettings::read(node, self.objective, true, |kind| {
            // A set-up with a defect is refused as a whole; what stands in its place here
            // only keeps the reading going.
            self.base_of(kind)
                .unwrap_or_else(|_| TrainSettings::lab_defaults(kind))
        })
    }

    /// Whether `run` was trained to its end as `asked`: with the same TRL config.
    pub(super) fn has_run(&self, asked: &RunSettings, run: &RunFacts) -> bool {
        let took_all = run.is_ended && run.took_all_steps();
        let is_model = run.model == self.model.slug();
        let asked = self.run_settings(asked);
        let is_asked = asked.is_ok_and(|(kind, asked)| {
            kind == run.objective
                && trl_config(&asked) == trl_config(&run.settings)
                && asked.rewards == run.settings.rewards
        });
        took_all && is_model && is_asked
    }
}

/// A place, or a list of them.
pub(super) fn read_places(node: &Node<'_>) -> Vec<Place> {
    let nodes = node.one_or_list("places").unwrap_or_default();
    let known = places();
    nodes.iter().filter_map(|node| node.name(&known)).collect()
}

/// One place as its name, several as a list.
pub(super) fn write_places(places: &[Place]) -> Value {
    match places {
        [one] => one.slug().into(),
        several => several.iter().map(|place| place.slug()).collect(),
    }
}
