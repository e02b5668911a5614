//! The one selected pair, token and step that all views show.

use super::labels::{LabelEntry, LabelStore};
use crate::model::selected::{AnswerSide, Selected, TokenAt};
use crate::model::step_history::StepHistory;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::{Inspection, RequestId, RunId, Verdict};

/// Inspections of the watched pair that are kept.
const MOST_INSPECTIONS: usize = 200;

#[derive(Clone, Copy)]
pub struct SelectionStore {
    /// A label's key; `None` follows the latest decisive label.
    chosen_key: RwSignal<Option<u64>>,
    selected: Memo<Option<Selected>>,
    history: RwSignal<StepHistory<Arc<Inspection>>>,
    /// The step that is looked at; `None` follows the latest.
    scrubbed: RwSignal<Option<usize>>,
    inspection: Memo<Option<Inspection>>,
    token: RwSignal<TokenAt>,
    /// Inspections of requests before this one are stale.
    watch_id: StoredValue<RequestId>,
    against: RwSignal<Option<RunId>>,
    /// The label that is watched, its verdict, and what its pair is seen against.
    watched: StoredValue<Option<(u64, Verdict, Option<RunId>)>>,
    /// The history is still that of the label before.
    is_of_another_pair: StoredValue<bool>,
}

impl SelectionStore {
    pub fn new(labels: LabelStore) -> SelectionStore {
        let chosen_key = RwSignal::new(None::<u64>);
        let selected = Memo::new(move |_| {
            let entries = labels.entries().get();
            let decisive: Vec<&LabelEntry> = entries
                .iter()
                .filter(|entry| entry.label.chosen_rejected().is_some())
                .collect();
            let last = decisive.len().checked_sub(1)?;
            let position = chosen_key
                .get()
                .and_then(|key| decisive.iter().position(|entry| entry.key == key))
                .unwrap_or(last);
            Some(Selected {
                entry: decisive[position].clone(),
                position,
                count: decisive.len(),
            })
        });
        let history = RwSignal::new(StepHistory::<Arc<Inspection>>::new(MOST_INSPECTIONS));
        let scrubbed = RwSignal::new(None::<usize>);
        let inspection = Memo::new(move |_| {
            history.with(|history| {
                let seen = match scrubbed.get() {
                    Some(step) => history.at(step),
                    None => history.latest(),
                };
                seen.map(|inspection| Inspection::clone(inspection))
            })
        });
        SelectionStore {
            chosen_key,
            selected,
            history,
            scrubbed,
            inspection,
            token: RwSignal::new(TokenAt {
                side: AnswerSide::Chosen,
                index: 0,
            }),
            watch_id: StoredValue::new(0),
            against: RwSignal::new(None),
            watched: StoredValue::new(None),
            is_of_another_pair: StoredValue::new(false),
        }
    }

    pub fn selected(&self) -> Memo<Option<Selected>> {
        self.selected
    }

    /// The selected pair at the step that is looked at.
    pub fn inspection(&self) -> Signal<Option<Inspection>> {
        self.inspection.into()
    }

    /// First and latest step at which the pair was seen.
    pub fn span(&self) -> Option<(usize, usize)> {
        self.history.with(StepHistory::span)
    }

    /// The step looked back at; `None` while the latest is followed.
    pub fn scrubbed(&self) -> Option<usize> {
        self.scrubbed.get()
    }

    /// Looks at `step`; at the end, the latest is followed.
    pub fn scrub(&self, step: usize) {
        let span = self.history.with_untracked(StepHistory::span);
        let is_past = span.is_some_and(|(_, latest)| step < latest);
        self.scrubbed.set(is_past.then_some(step));
    }

    /// The selected token, kept inside the sequence that is shown.
    pub fn token(&self) -> TokenAt {
        let token = self.token.get();
        let len = self.inspection.with(|inspection| {
            inspection
                .as_ref()
                .map_or(0, |inspection| match token.side {
                    AnswerSide::Chosen => inspection.chosen.completion.len(),
                    AnswerSide::Rejected => inspection.rejected.completion.len(),
                })
        });
        TokenAt {
            index: token.index.min(len.saturating_sub(1)),
            ..token
        }
    }

    pub fn select_token(&self, token: TokenAt) {
        if self.token.get_untracked() != token {
            self.token.set(token);
        }
    }

    /// Goes `by` pairs forward (or back) among the decisive ones.
    pub fn move_pair(&self, by: isize, labels: LabelStore) {
        let Some(selected) = self.selected.get_untracked() else {
            return;
        };
        let position = selected
            .position
            .saturating_add_signed(by)
            .min(selected.count - 1);
        let key = labels.entries().with_untracked(|entries| {
            entries
                .iter()
                .filter(|entry| entry.label.chosen_rejected().is_some())
                .nth(position)
                .map(|entry| entry.key)
        });
        // At the end the latest is followed again.
        self.chosen_key
            .set(key.filter(|_| position + 1 < selected.count));
    }

    pub fn select_pair(&self, key: u64) {
        self.chosen_key.set(Some(key));
    }

    /// The earlier run whose policy the pair is seen against; `None`: the reference.
    pub fn against(&self) -> Signal<Option<RunId>> {
        self.against.into()
    }

    pub fn set_against(&self, run: Option<RunId>) {
        if self.against.get_untracked() != run {
            self.against.set(run);
        }
    }

    /// The label's pair is watched from the request `id` on.
    pub fn watching(&self, id: RequestId, entry: &LabelEntry) {
        self.watch_id.set_value(id);
        let against = self.against.get_untracked();
        let watched = Some((entry.key, entry.label.verdict, against));
        if self.watched.get_value() != watched {
            self.watched.set_value(watched);
            self.scrubbed.set(None);
            self.is_of_another_pair.set_value(true);
        }
    }

    pub fn inspected(&self, id: Option<RequestId>, inspection: Inspection) {
        let is_wanted = self.selected.with_untracked(Option::is_some);
        if !is_wanted || id.is_some_and(|id| id < self.watch_id.get_value()) {
            return;
        }
        // The old pair stays in sight until the new one is there.
        let starts_anew = self.is_of_another_pair.get_value();
        self.is_of_another_pair.set_value(false);
        let step = inspection.step;
        let is_earlier = self
            .history
            .with_untracked(|history| history.span().is_some_and(|(_, latest)| step < latest));
        if is_earlier {
            self.scrubbed.set(None);
        }
        self.history.update(|history| {
            if starts_anew {
                history.clear();
            }
            history.push(step, Arc::new(inspection));
        });
    }

    pub fn clear(&self) {
        self.scrubbed.set(None);
        self.history.update(StepHistory::clear);
    }
}
