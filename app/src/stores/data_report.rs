//! What the labels are like, as the engine reports it; the filters that follow; and which
//! prompts training leaves out.

use super::engine::Purpose;
use super::labels::{Entry, LabelStore};
use super::notices::NoticeKey;
use super::settings::SettingsStore;
use crate::lab::Lab;
use crate::texts::data_report as texts;
use leptos::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;
use tilt_protocol::report::{DataReport, Filter, HeldOut};
use tilt_protocol::{Command, EngineStatus, Label, Principle, RequestId};

/// A report under way.
#[derive(Clone, PartialEq)]
struct Asked {
    id: RequestId,
    entries: Arc<Vec<Entry>>,
    principle: Option<Principle>,
    /// Labels looked at so far.
    done: usize,
}

/// A report with the labels that it is about, in its order.
#[derive(Clone, PartialEq)]
pub struct Shown {
    id: RequestId,
    pub entries: Arc<Vec<Entry>>,
    pub report: Arc<DataReport>,
    /// What the judge judged by.
    pub principle: Option<Principle>,
}

#[derive(Clone, Copy)]
pub struct DataReportStore {
    asked: RwSignal<Option<Asked>>,
    shown: RwSignal<Option<Shown>>,
    is_current: Memo<bool>,
    held_out: RwSignal<HeldOut>,
    settings: SettingsStore,
}

impl DataReportStore {
    pub fn new(labels: LabelStore, settings: SettingsStore) -> DataReportStore {
        let shown = RwSignal::new(None::<Shown>);
        let entries = labels.entries();
        let is_current = Memo::new(move |_| {
            entries.with(|entries| {
                shown.with(|shown| {
                    shown
                        .as_ref()
                        .is_some_and(|shown| Arc::ptr_eq(&shown.entries, entries))
                })
            })
        });
        DataReportStore {
            asked: RwSignal::new(None),
            shown,
            is_current,
            held_out: RwSignal::new(settings.saved().held_out),
            settings,
        }
    }

    pub fn shown(&self) -> Signal<Option<Shown>> {
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
            self.shown.set(Some(Shown {
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

/// Asks for a report on all labels, scored under the reference, and by the judge where a
/// principle is chosen.
pub fn ask(lab: Lab) {
    let store = lab.data_report;
    lab.notices.dismiss(NoticeKey::DataReport);
    give_up(lab);
    let principle = lab.evaluate.principle().get_untracked();
    let entries = lab.labels.entries().get_untracked();
    let id = lab.engine.send(
        Purpose::Report,
        Command::Report {
            labels: lab.labels.all(),
            principle,
            max_length: untrack(|| lab.form.settings()).max_length,
            held_out: store.held_out.get_untracked(),
        },
    );
    if let Some(id) = id {
        store.asked.set(Some(Asked {
            id,
            entries,
            principle,
            done: 0,
        }));
        lab.engine.expect(Some(id), EngineStatus::Evaluating);
    }
}

/// Stops the report under way, if there is one.
pub fn give_up(lab: Lab) {
    let asked = lab.data_report.asked.get_untracked();
    if let Some(Asked { id: request, .. }) = asked {
        lab.data_report.asked.set(None);
        lab.engine
            .send(Purpose::Control, Command::Cancel { request });
    }
}

/// Asks which labels of the report a filter leaves.
pub fn filter(lab: Lab, filter: Filter) {
    let report = lab
        .data_report
        .shown
        .with_untracked(|shown| shown.as_ref().map(|shown| shown.id));
    if let Some(report) = report.filter(|_| lab.data_report.is_current.get_untracked()) {
        lab.notices.dismiss(NoticeKey::DataReport);
        lab.engine.send(
            Purpose::Report,
            Command::Filter {
                report,
                filters: vec![filter],
                seed: lab.form.seed(),
            },
        );
    }
}

/// Removes the labels that a filter left out, as one change, and looks again.
pub fn filtered(lab: Lab, kept: &[usize]) {
    let Some(shown) = lab.data_report.shown.get_untracked() else {
        return;
    };
    if !lab.data_report.is_current.get_untracked() {
        // Labelled on in the meantime: what the filter saw is no longer there.
        return;
    }
    let mut dropped: HashSet<u64> = shown.entries.iter().map(|entry| entry.key).collect();
    for entry in kept.iter().filter_map(|&index| shown.entries.get(index)) {
        dropped.remove(&entry.key);
    }
    lab.notices.say(&texts::removed(dropped.len()));
    if !dropped.is_empty() {
        lab.labels.remove(|entry| dropped.contains(&entry.key));
        ask(lab);
    }
}
