//! What the labels are like, as the engine reports it; the filters that follow; and which
//! prompts training leaves out.

use super::labels::{LabelEntry, LabelStore};
use super::settings::SettingsStore;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::report::{DataReport, HeldOut};
use tilt_protocol::{Label, Principle, RequestId};

/// A report under way.
#[derive(Clone, PartialEq)]
pub struct PendingReport {
    id: RequestId,
    entries: Arc<Vec<LabelEntry>>,
    principle: Option<Principle>,
    /// Labels looked at so far.
    done: usize,
}

/// A report with the labels that it is about, in its order.
#[derive(Clone, PartialEq)]
pub struct ShownReport {
    id: RequestId,
    pub entries: Arc<Vec<LabelEntry>>,
    pub report: Arc<DataReport>,
    /// What the judge judged by.
    pub principle: Option<Principle>,
}

#[derive(Clone, Copy)]
pub struct DataReportStore {
    asked: RwSignal<Option<PendingReport>>,
    shown: RwSignal<Option<ShownReport>>,
    is_current: Memo<bool>,
    held_out: RwSignal<HeldOut>,
    settings: SettingsStore,
}

impl DataReportStore {
    pub fn new(labels: LabelStore, settings: SettingsStore) -> DataReportStore {
        let shown = RwSignal::new(None::<ShownReport>);
        let is_current =
            labels.are_still(move || shown.with(|shown| Some(shown.as_ref()?.entries.clone())));
        DataReportStore {
            asked: RwSignal::new(None),
            shown,
            is_current,
            held_out: RwSignal::new(settings.saved().held_out),
            settings,
        }
    }

    pub fn shown(&self) -> Signal<Option<ShownReport>> {
        self.shown.into()
    }

    /// The labels are those of the report.
    pub fn is_current(&self) -> Memo<bool> {
        self.is_current
    }

    /// Labels looked at so far, and all of them, while a report is under way.
    pub fn progress(&self) -> Option<(usize, usize)> {
        self.asked.with(|asked| {
            let asked = asked.as_ref()?;
            Some((asked.done, asked.entries.len()))
        })
    }

    pub fn held_out(&self) -> Signal<HeldOut> {
        self.held_out.into()
    }

    /// Another tab has changed what is remembered.
    pub fn follow(&self) {
        let held_out = self.settings.saved().held_out;
        if self.held_out.get_untracked() != held_out {
            self.held_out.set(held_out);
        }
    }

    pub fn set_held_out(&self, held_out: HeldOut) {
        self.held_out.set(held_out);
        self.settings.remember(|saved| saved.held_out = held_out);
    }

    /// A report is asked for, on these labels.
    pub fn begin(
        &self,
        id: RequestId,
        entries: Arc<Vec<LabelEntry>>,
        principle: Option<Principle>,
    ) {
        self.asked.set(Some(PendingReport {
            id,
            entries,
            principle,
            done: 0,
        }));
    }

    /// Nobody waits for the report under way any more; returns which one that was.
    pub fn give_up(&self) -> Option<RequestId> {
        let id = self.asked.with_untracked(|asked| Some(asked.as_ref()?.id));
        if id.is_some() {
            self.asked.set(None);
        }
        id
    }

    /// The request whose report is shown, where the labels are still those of it.
    pub fn current(&self) -> Option<RequestId> {
        let id = self
            .shown
            .with_untracked(|shown| Some(shown.as_ref()?.id))?;
        self.is_current.get_untracked().then_some(id)
    }

    /// The labels to train on.
    pub fn training_side(&self, mut labels: Vec<Label>) -> Vec<Label> {
        let held_out = self.held_out.get_untracked();
        labels.retain(|label| !held_out.holds(&label.pair.prompt));
        labels
    }

    fn is_asked(&self, id: Option<RequestId>) -> bool {
        self.asked
            .with_untracked(|asked| asked.as_ref().is_some_and(|asked| Some(asked.id) == id))
    }

    pub fn progressed(&self, id: Option<RequestId>, done: usize) {
        if self.is_asked(id) {
            self.asked.update(|asked| {
                if let Some(asked) = asked {
                    asked.done = done;
                }
            });
        }
    }

    pub fn answered(&self, id: Option<RequestId>, report: DataReport) {
        if !self.is_asked(id) {
            return;
        }
        if let Some(asked) = self.asked.try_update(Option::take).flatten() {
            self.shown.set(Some(ShownReport {
                id: asked.id,
                entries: asked.entries,
                report: Arc::new(report),
                principle: asked.principle,
            }));
        }
    }

    /// The report of this request will not come.
    pub fn failed(&self, id: RequestId) {
        if self.is_asked(Some(id)) {
            self.asked.set(None);
        }
    }

    /// Another model: its report was of the old one.
    pub fn clear(&self) {
        self.asked.set(None);
        self.shown.set(None);
    }

    /// As at a first visit.
    pub fn reset(&self) {
        self.clear();
        self.held_out.set(HeldOut::default());
    }
}
