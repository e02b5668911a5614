//! What can be chosen in a lesson's form, by the names that the format has for it.

use super::fields::Named;
use crate::texts::write_lesson as texts;
use serde_json::Value;
use tilt_protocol::lesson::Place;
use tilt_protocol::{CuratedSet, DeviceKind, Level, ModelName, ObjectiveKind, Principle, metrics};

/// Runs that a check can name, the last one first.
const RUNS: i64 = 6;

pub fn models() -> Vec<Named> {
    let all = ModelName::ALL.into_iter();
    all.map(|model| (model.slug().into(), model.slug().to_owned()))
        .collect()
}

/// Those that train a policy.
pub fn objectives() -> Vec<Named> {
    let all = ObjectiveKind::ALL
        .into_iter()
        .filter(|kind| kind.trains_policy());
    all.map(|kind| (kind.slug().into(), kind.title().to_owned()))
        .collect()
}

pub fn principles() -> Vec<Named> {
    let all = Principle::ALL.into_iter();
    all.map(|principle| (principle.slug().into(), principle.name()))
        .collect()
}

pub fn sets() -> Vec<Named> {
    CuratedSet::all()
        .map(|set| (set.slug().into(), set.name()))
        .collect()
}

pub fn levels() -> Vec<Named> {
    let all = Level::ALL.into_iter();
    all.map(|level| (level.slug().into(), texts::level(level).to_owned()))
        .collect()
}

pub fn devices() -> Vec<Named> {
    let all = [DeviceKind::Webgpu, DeviceKind::Cpu].into_iter();
    all.map(|device| (device.slug().into(), texts::device(device).to_owned()))
        .collect()
}

/// The places that the page has so far.
pub fn places() -> Vec<Named> {
    let all = Place::ALL
        .into_iter()
        .filter(|place| texts::place(*place).is_some());
    all.filter_map(|place| Some((place.slug().into(), texts::place(place)?.to_owned())))
        .collect()
}

/// Runs by how far back they are.
pub fn runs() -> Vec<Named> {
    (1..=RUNS)
        .map(|back| (Value::from(-back), texts::run_back(back)))
        .collect()
}

/// What a curve has.
pub fn curve_metrics() -> Vec<Named> {
    metrics::OF_CURVES
        .into_iter()
        .map(|name| (name.into(), name.to_owned()))
        .collect()
}

/// What of a run can be measured or compared.
pub fn quantities() -> Vec<Named> {
    let own = [("kl", texts::KL), ("win_rate", texts::WIN_RATE)];
    let own = own.map(|(slug, name)| (slug.into(), name.to_owned()));
    own.into_iter().chain(curve_metrics()).collect()
}

pub fn labellers() -> Vec<Named> {
    let all = ["hand", "judge", "set", "file"].into_iter();
    all.zip(texts::LABELLERS)
        .map(|(slug, name)| (slug.into(), name.to_owned()))
        .collect()
}
