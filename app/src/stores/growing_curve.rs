//! The curve of the live run. While it grows it lies here, and in its run's record at any
//! other time: never in both.

use crate::model::curves::{Curve, CurvePoint};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::RunId;

/// Curves are drawn again at most this often.
const REDRAW_MS: u32 = 100;

#[derive(Clone, Copy)]
pub struct GrowingCurve {
    /// Of which run, and its points, steps ascending.
    points: StoredValue<Option<(RunId, Vec<Arc<CurvePoint>>)>>,
    drawn: RwSignal<Curve>,
    redraw: StoredValue<Option<Timeout>, LocalStorage>,
}

impl GrowingCurve {
    pub fn new() -> GrowingCurve {
        GrowingCurve {
            points: StoredValue::new(None),
            drawn: RwSignal::new(Arc::default()),
            redraw: StoredValue::new_local(None),
        }
    }

    /// As it is drawn.
    pub fn drawn(&self) -> Signal<Curve> {
        self.drawn.into()
    }

    pub fn draw(&self, curve: Curve) {
        self.drawn.set(curve);
    }

    /// From now on this run's curve grows.
    pub fn start(&self, id: RunId, curve: Curve) {
        self.drawn.set(curve.clone());
        let points = Arc::unwrap_or_clone(curve);
        self.points.set_value(Some((id, points)));
    }

    /// Takes the curve out, for its run's record.
    pub fn take(&self) -> Option<(RunId, Curve)> {
        let (id, points) = self.points.try_update_value(Option::take).flatten()?;
        Some((id, Arc::new(points)))
    }

    /// The points of this run's curve, while it grows.
    pub fn with<T>(&self, id: RunId, read: impl FnOnce(&[Arc<CurvePoint>]) -> T) -> Option<T> {
        self.points.with_value(|points| {
            let (_, points) = points.as_ref().filter(|(growing, _)| *growing == id)?;
            Some(read(points))
        })
    }

    pub fn push(&self, id: RunId, point: CurvePoint) {
        self.change(id, |points| points.push(Arc::new(point)));
        let store = *self;
        if self.redraw.with_value(Option::is_none) {
            let timeout = Timeout::new(REDRAW_MS, move || {
                store.redraw.set_value(None);
                if let Some(curve) = store.with(id, |points| Arc::new(points.to_vec())) {
                    store.drawn.set(curve);
                }
            });
            self.redraw.set_value(Some(timeout));
        }
    }

    /// The run stands at `step`: what was seen after it will come again.
    pub fn cut(&self, id: RunId, step: usize) {
        self.change(id, |points| points.retain(|point| point.step <= step));
        if let Some(curve) = self.with(id, |points| Arc::new(points.to_vec())) {
            self.drawn.set(curve);
        }
    }

    fn change(&self, id: RunId, change: impl FnOnce(&mut Vec<Arc<CurvePoint>>)) {
        self.points.update_value(|points| {
            if let Some((growing, points)) = points
                && *growing == id
            {
                change(points);
            }
        });
    }
}
