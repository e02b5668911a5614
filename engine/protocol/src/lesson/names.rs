//! The names of the lab that a lesson may use, each table made from the type that has it.

use super::place::Place;
use crate::curated::CuratedSet;
use crate::level::Level;
use crate::message::{DeviceKind, ModelName};
use crate::objective_kind::ObjectiveKind;
use crate::principle::Principle;

type Names<T> = Vec<(&'static str, T)>;

/// Those that train a policy.
pub(super) fn objectives() -> Names<ObjectiveKind> {
    let all = ObjectiveKind::ALL.into_iter();
    all.filter(|kind| kind.trains_policy())
        .map(|kind| (kind.slug(), kind))
        .collect()
}

pub(super) fn models() -> Names<ModelName> {
    let all = ModelName::ALL.into_iter();
    all.map(|model| (model.slug(), model)).collect()
}

pub(super) fn principles() -> Names<Principle> {
    let all = Principle::ALL.into_iter();
    all.map(|principle| (principle.slug(), principle)).collect()
}

pub(super) fn sets() -> Names<CuratedSet> {
    CuratedSet::all().map(|set| (set.slug(), set)).collect()
}

pub(super) fn levels() -> Names<Level> {
    let all = Level::ALL.into_iter();
    all.map(|level| (level.slug(), level)).collect()
}

pub(super) fn devices() -> Names<DeviceKind> {
    [DeviceKind::Webgpu, DeviceKind::Cpu]
        .map(|device| (device.slug(), device))
        .to_vec()
}

pub(super) fn places() -> Names<Place> {
    let all = Place::ALL.into_iter();
    all.map(|place| (place.slug(), place)).collect()
}
