//! The worker boundary: commands to the engine, events from it.
//!
//! Each message is one JSON text plus an array of transferable `ArrayBuffer`s
//! (weights only). Both sides deserialise; nothing is cast. The worker speaks
//! first: [`Event::Ready`] with its protocol version. Before that, the script
//! that loads the engine posts [`Event::Fetching`] and, if it fails,
//! [`Event::Failed`].
//!
//! # The last event of a request
//!
//! Every request is answered, and exactly one of its events is the last: the one for which
//! [`Event::is_last`] is true. Each command says below which one that is; whatever it is,
//! [`Event::Failed`] with the request's id stands in its place where the command could not
//! be carried out, and no further event follows it. The page can forget a request then.
//!
//! [`Event::Failed`] without an id is the engine's own end: the device is lost, or a defect
//! stopped it. It is said once, whatever was under way; nothing is heard of any request
//! after it, and a run is to be restored in a fresh engine.

mod command;
mod event;
mod terms;

use serde::{Deserialize, Serialize};

pub use command::Command;
pub use event::Event;
pub use terms::{
    DeviceKind, DevicePreference, EngineStatus, ExportKind, JudgedReward, ModelName, ModelSource,
    PolicyAt, RequestId, RunId, Sampling,
};

/// Raised whenever a message changes shape.
pub const PROTOCOL_VERSION: u32 = 13;

/// From the page: one command with the id that its events will carry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub id: RequestId,
    pub command: Command,
}

/// From the worker: one event, with the id of the request it answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// `None` for what nobody asked for: `Ready`, `Fetching`, `Status`.
    pub id: Option<RequestId>,
    pub event: Event,
}
