//! The engine's beginning.

use super::engine_gone::{connect_again, failed};
use crate::lab::Lab;
use crate::stores::engine::Purpose;
use js_sys::ArrayBuffer;
use std::rc::Rc;
use tilt_protocol::{Command, DevicePreference, Error, Message, PROTOCOL_VERSION};

/// Starts the engine; `on_message` hears what it says, and what one that follows it says.
pub fn connect(lab: Lab, on_message: fn(Lab, Message, &[ArrayBuffer])) {
    lab.engine.set_listener(Rc::new(move |message, buffers| {
        on_message(lab, message, buffers)
    }));
    connect_again(lab);
}

/// The engine has come: it is told what it runs on, if both speak alike.
pub fn greet(lab: Lab, protocol_version: u32) {
    if protocol_version != PROTOCOL_VERSION {
        failed(
            lab,
            &Error::ProtocolVersion {
                page: PROTOCOL_VERSION,
                engine: protocol_version,
            },
        );
        return;
    }
    lab.engine.request(
        Purpose::Start,
        Command::Start {
            protocol_version: PROTOCOL_VERSION,
            device: lab.engine.preference().unwrap_or(DevicePreference::Auto),
        },
    );
}
