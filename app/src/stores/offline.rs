//! Whether the page is kept for use without a network, and what is being done about it.

use crate::model::offline::OfflineState;
use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct OfflineStore {
    /// `None` until it is known.
    state: RwSignal<Option<OfflineState>>,
    /// Bytes that are kept, and those that are not.
    bytes: RwSignal<Option<[u64; 2]>>,
    /// While everything is being kept: how much of how much has come.
    coming: RwSignal<Option<[u64; 2]>>,
    /// What the last press came to, where it failed.
    failed: RwSignal<Option<String>>,
}

impl OfflineStore {
    pub fn new() -> OfflineStore {
        OfflineStore {
            state: RwSignal::new(None),
            bytes: RwSignal::new(None),
            coming: RwSignal::new(None),
            failed: RwSignal::new(None),
        }
    }

    pub fn state(&self) -> Signal<Option<OfflineState>> {
        self.state.into()
    }

    pub fn bytes(&self) -> Signal<Option<[u64; 2]>> {
        self.bytes.into()
    }

    pub fn coming(&self) -> Signal<Option<[u64; 2]>> {
        self.coming.into()
    }

    pub fn failed(&self) -> Signal<Option<String>> {
        self.failed.into()
    }

    pub fn set_state(&self, state: OfflineState) {
        self.state.set(Some(state));
    }

    pub fn set_bytes(&self, bytes: Option<[u64; 2]>) {
        self.bytes.set(bytes);
    }

    pub fn set_coming(&self, coming: Option<[u64; 2]>) {
        self.coming.set(coming);
    }

    pub fn set_failed(&self, failed: Option<String>) {
        self.failed.set(failed);
    }
}
