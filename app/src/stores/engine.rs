//! The engine as the page sees it: worker, device, model, status, requests under
//! way.

use super::gathered::Gathered;
use super::notices::Notices;
pub use super::tickets::Purpose;
use super::tickets::{Answered, Tickets};
use crate::browser::worker::WorkerClient;
use crate::model::notice::NoticeKey;
use crate::texts::notices as texts;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use std::rc::Rc;
use tilt_protocol::{
    Command, DeviceKind, DevicePreference, EngineStatus, Event, Message, ModelIdentity, RequestId,
    SimdBuild,
};
use wasm_bindgen_futures::spawn_local;

#[derive(Clone, Debug, PartialEq)]
pub struct DeviceInfo {
    pub kind: DeviceKind,
    pub adapter: String,
    pub fallback: Option<String>,
    pub simd: SimdBuild,
    /// That share a training step.
    pub workers: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ModelInfo {
    pub name: String,
    pub identity: ModelIdentity,
    pub parameters: usize,
    pub vocab: usize,
    pub context: usize,
    pub training_prompts: Vec<String>,
    pub held_out_prompts: Vec<String>,
}

/// Bytes of one download.
#[derive(Clone, Debug, PartialEq)]
pub struct Fetching {
    pub what: String,
    pub received: u64,
    pub total: Option<u64>,
}

/// How a broken engine is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    SameDevice,
    Cpu,
    No,
}

/// Failures within [`FORGIVEN_MS`] after which no further engine is started.
const MOST_FAILURES: usize = 3;
const FORGIVEN_MS: f64 = 300_000.0;

/// Takes a message of the engine with its buffers.
pub type Listener = Rc<dyn Fn(Message, &[ArrayBuffer])>;

#[derive(Clone, Copy)]
pub struct EngineStore {
    client: StoredValue<Option<WorkerClient>, LocalStorage>,
    /// Hears what the engine says.
    listener: StoredValue<Option<Listener>, LocalStorage>,
    gathered: StoredValue<Gathered, LocalStorage>,
    tickets: StoredValue<Tickets, LocalStorage>,
    notices: Notices,
    preference: Option<DevicePreference>,
    simd: Option<SimdBuild>,
    /// WebGPU broke in this page: from then on the CPU.
    left_webgpu: StoredValue<bool>,
    /// When engines broke that had worked, in ms.
    failures: StoredValue<Vec<f64>>,
    /// As the engine last said.
    reported: RwSignal<EngineStatus>,
    /// What a request sent just now will make of it, until the engine has spoken.
    expected: RwSignal<Option<(RequestId, EngineStatus)>>,
    /// The model on its way.
    awaited: RwSignal<Option<RequestId>>,
    broken: RwSignal<bool>,
    device: RwSignal<Option<DeviceInfo>>,
    model: RwSignal<Option<ModelInfo>>,
    fetching: RwSignal<Option<Fetching>>,
    status: Memo<EngineStatus>,
}

impl EngineStore {
    pub fn new(
        preference: Option<DevicePreference>,
        simd: Option<SimdBuild>,
        notices: Notices,
    ) -> EngineStore {
        let reported = RwSignal::new(EngineStatus::Loading);
        let expected = RwSignal::new(None::<(RequestId, EngineStatus)>);
        let awaited = RwSignal::new(None::<RequestId>);
        let broken = RwSignal::new(false);
        let model = RwSignal::new(None::<ModelInfo>);
        let status = Memo::new(move |_| {
            if broken.get() {
                return EngineStatus::Failed;
            }
            if awaited.with(Option::is_some) {
                return EngineStatus::Loading;
            }
            let status = expected.get().map_or(reported.get(), |(_, status)| status);
            // "ready" promises a model.
            if status == EngineStatus::Ready && model.with(Option::is_none) {
                EngineStatus::Loading
            } else {
                status
            }
        });
        EngineStore {
            client: StoredValue::new_local(None),
            listener: StoredValue::new_local(None),
            gathered: StoredValue::new_local(Gathered::default()),
            tickets: StoredValue::new_local(Tickets::default()),
            notices,
            preference,
            simd,
            left_webgpu: StoredValue::new(false),
            failures: StoredValue::new(Vec::new()),
            reported,
            expected,
            awaited,
            broken,
            device: RwSignal::new(None),
            model,
            fetching: RwSignal::new(None),
            status,
        }
    }

    pub fn status(&self) -> Memo<EngineStatus> {
        self.status
    }

    pub fn device(&self) -> Signal<Option<DeviceInfo>> {
        self.device.into()
    }

    pub fn model(&self) -> Signal<Option<ModelInfo>> {
        self.model.into()
    }

    pub fn fetching(&self) -> Signal<Option<Fetching>> {
        self.fetching.into()
    }

    /// The device that the page's address asks for.
    pub fn asked_for(&self) -> Option<DevicePreference> {
        self.preference
    }

    pub fn preference(&self) -> Option<DevicePreference> {
        if self.left_webgpu.get_value() {
            return Some(DevicePreference::Cpu);
        }
        self.preference
    }

    /// The build of the engine that the person asked for.
    pub fn simd(&self) -> Option<SimdBuild> {
        self.simd
    }

    /// Forgets the engine, so that a new one can start: on the same device if it had
    /// worked there, on the CPU if it fails on WebGPU again, and not at all if it fails
    /// again and again.
    pub fn start_again(&self, now_ms: f64) -> Again {
        let had_worked = self.model.with_untracked(Option::is_some);
        let device = self.device.get_untracked();
        let is_on_cpu = device.is_some_and(|device| device.kind == DeviceKind::Cpu)
            || self.preference() == Some(DevicePreference::Cpu);
        self.failures
            .update_value(|failures| failures.retain(|at| now_ms - at < FORGIVEN_MS));
        let earlier = self.failures.with_value(Vec::len);
        let again = match (is_on_cpu, had_worked, earlier) {
            (true, true, 0..MOST_FAILURES) | (false, true, 0) => Again::SameDevice,
            (true, ..) => Again::No,
            (false, ..) => Again::Cpu,
        };
        if again == Again::No {
            return again;
        }
        self.failures.update_value(|failures| failures.push(now_ms));
        self.ignore_client();
        if again == Again::Cpu {
            self.left_webgpu.set_value(true);
        }
        self.tickets.update_value(Tickets::clear);
        self.fetching.set(None);
        self.expected.set(None);
        self.awaited.set(None);
        self.device.set(None);
        self.model.set(None);
        self.reported.set(EngineStatus::Loading);
        again
    }

    /// Its listeners may be those that call this: it is not dropped here.
    fn ignore_client(&self) {
        self.client.with_value(|client| {
            if let Some(client) = client {
                client.ignore();
            }
        });
    }

    /// A model is loaded and the engine lives: commands make sense.
    pub fn is_up(&self) -> bool {
        !self.broken.get() && self.model.with(Option::is_some)
    }

    pub fn set_listener(&self, listener: Listener) {
        self.listener.set_value(Some(listener));
    }

    /// The engine has said something. What it says many times a second is handed on together.
    pub fn hear(&self, message: Message, buffers: Vec<ArrayBuffer>) {
        let now = js_sys::Date::now();
        let event = &message.event;
        let comes_often = Gathered::comes_often(event);
        let is_early = comes_often && self.gathered.with_value(|all| all.is_early(now));
        let store = *self;
        if is_early {
            let heard = (message, buffers);
            let hand_on = move || store.hear_the_rest();
            self.gathered
                .update_value(|all| all.keep(heard, now, hand_on));
            return;
        }
        self.hear_the_rest();
        if let Some(listener) = self.listener.get_value() {
            listener(message, &buffers);
        }
        if comes_often {
            self.note_drawn();
        }
    }

    /// Hands on what the engine has said so far.
    pub fn hear_the_rest(&self) {
        let waiting = self.gathered.try_update_value(Gathered::take);
        let Some(listener) = self.listener.get_value() else {
            return;
        };
        let waiting = waiting.unwrap_or_default();
        if !waiting.is_empty() {
            waiting
                .into_iter()
                .for_each(|(message, buffers)| listener(message, &buffers));
            self.note_drawn();
        }
    }

    /// Behind what draws it, which has waited its turn since the listener was called.
    fn note_drawn(&self) {
        let store = *self;
        spawn_local(async move {
            let now = js_sys::Date::now();
            store.gathered.try_update_value(|all| all.drawn(now));
        });
    }

    pub fn connect(&self, client: WorkerClient) {
        self.client.set_value(Some(client));
    }

    /// Sends a command. `None` when there is no engine to send it to, or the message could
    /// not be posted, which is said.
    pub fn request(&self, purpose: Purpose, command: Command) -> Option<RequestId> {
        self.request_with(purpose, command, &[])
    }

    /// Like [`EngineStore::request`], with buffers that are transferred.
    pub fn request_with(
        &self,
        purpose: Purpose,
        command: Command,
        buffers: &[ArrayBuffer],
    ) -> Option<RequestId> {
        let sent = self.client.with_value(|client| {
            let client = client.as_ref()?;
            Some(client.post(command, buffers))
        })?;
        match sent {
            Ok(id) => {
                self.tickets
                    .update_value(|tickets| tickets.open(id, purpose));
                Some(id)
            }
            Err(error) => {
                self.notices.error(
                    NoticeKey::EngineMessage,
                    &texts::failed(&purpose.failed(), &error),
                );
                None
            }
        }
    }

    /// Gives up what was asked for such purposes: nothing that is still said of it counts.
    pub fn give_up_on(&self, is_meant: impl Fn(&Purpose) -> bool) {
        let closed = self
            .tickets
            .try_update_value(|tickets| tickets.close(is_meant));
        for request in closed.unwrap_or_default() {
            self.settle(request);
            self.request(Purpose::Control, Command::Cancel { request });
        }
    }

    /// Whom an answer is for; `None` where nobody waits for it any more.
    pub fn answered(&self, id: RequestId, event: &Event) -> Option<Answered> {
        self.tickets
            .try_update_value(|tickets| tickets.answered(id, event))
            .flatten()
    }

    /// Shows `status` from the moment of asking until the engine has answered.
    pub fn expect(&self, id: Option<RequestId>, status: EngineStatus) {
        if let Some(id) = id {
            self.expected.set(Some((id, status)));
        }
    }

    /// A model is on its way; the last one asked for is the one that counts.
    pub fn await_model(&self, id: Option<RequestId>) {
        self.awaited.set(id);
    }

    pub fn is_model_awaited(&self) -> bool {
        self.awaited.with_untracked(Option::is_some)
    }

    /// The request is answered; from here on the engine's own word counts.
    pub fn settle(&self, id: RequestId) {
        if self.awaited.get_untracked() == Some(id) {
            self.awaited.set(None);
        }
        let is_settled = self
            .expected
            .with_untracked(|expected| expected.is_some_and(|(waiting, _)| waiting == id));
        if is_settled {
            self.expected.set(None);
        }
    }

    pub fn report(&self, status: EngineStatus) {
        if self.reported.get_untracked() != status {
            self.reported.set(status);
        }
        let is_expected = self
            .expected
            .with_untracked(|expected| expected.is_some_and(|(_, waited)| waited == status));
        if is_expected {
            self.expected.set(None);
        }
        if status == EngineStatus::Ready && self.awaited.get_untracked().is_none() {
            self.fetching.set(None);
        }
    }

    /// So many bytes have come of what is fetched, and how many there are where it is known.
    pub fn set_fetching(&self, what: String, received: u64, total: Option<u64>) {
        self.fetching.set(Some(Fetching {
            what,
            received,
            total,
        }));
    }

    pub fn stop_fetching(&self) {
        self.fetching.set(None);
    }

    pub fn set_device(&self, device: DeviceInfo) {
        self.device.set(Some(device));
    }

    pub fn set_model(&self, model: ModelInfo) {
        self.fetching.set(None);
        self.broken.set(false);
        self.model.set(Some(model));
    }

    /// Nothing more can be expected of the engine in this page, whatever it still says.
    pub fn give_up(&self) {
        self.ignore_client();
        self.tickets.update_value(Tickets::clear);
        self.fetching.set(None);
        self.expected.set(None);
        self.awaited.set(None);
        self.broken.set(true);
    }
}
