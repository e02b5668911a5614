//! The one selected pair and token that all views show.

use super::labels::{Entry, LabelStore};
use leptos::prelude::*;
use tilt_protocol::{Inspection, RequestId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Chosen,
    Rejected,
}

/// A token of the selected pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenAt {
    pub side: Side,
    pub index: usize,
}

/// The selected pair among the decisive ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected {
    pub entry: Entry,
    /// From 0.
    pub position: usize,
    pub count: usize,
}

#[derive(Clone, Copy)]
pub struct SelectionStore {
    /// A label's key; `None` follows the latest decisive label.
    chosen_key: RwSignal<Option<u64>>,
    selected: Memo<Option<Selected>>,
    inspection: RwSignal<Option<Inspection>>,
    token: RwSignal<TokenAt>,
    /// Inspections of requests before this one are stale.
    watch_id: StoredValue<RequestId>,
}

impl SelectionStore {
    pub fn new(labels: LabelStore) -> SelectionStore {
        let chosen_key = RwSignal::new(None::<u64>);
        let selected = Memo::new(move |_| {
            let entries = labels.entries().get();
            let decisive: Vec<&Entry> = entries
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
        SelectionStore {
            chosen_key,
            selected,
            inspection: RwSignal::new(None),
            token: RwSignal::new(TokenAt {
                side: Side::Chosen,
                index: 0,
            }),
            watch_id: StoredValue::new(0),
        }
    }

    pub fn selected(&self) -> Memo<Option<Selected>> {
        self.selected
    }

    pub fn inspection(&self) -> Signal<Option<Inspection>> {
        self.inspection.into()
    }

    /// The selected token, kept inside the sequence that is shown.
    pub fn token(&self) -> TokenAt {
        let token = self.token.get();
        let len = self.inspection.with(|inspection| {
            inspection
                .as_ref()
                .map_or(0, |inspection| match token.side {
                    Side::Chosen => inspection.chosen.completion.len(),
                    Side::Rejected => inspection.rejected.completion.len(),
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

    pub fn watching(&self, id: RequestId) {
        self.watch_id.set_value(id);
    }

    pub fn inspected(&self, id: Option<RequestId>, inspection: Inspection) {
        let is_wanted = self.selected.with_untracked(Option::is_some);
        if is_wanted && id.is_none_or(|id| id >= self.watch_id.get_value()) {
            self.inspection.set(Some(inspection));
        }
    }

    pub fn clear(&self) {
        self.inspection.set(None);
    }
}
