//! Training reports' runs again, on an engine of their own: the Lab's run and policy stay
//! what they are.

use super::shipped_models::shipped;
use crate::browser::url::{engine_address, version};
use crate::browser::worker::{FromWorker, WorkerClient};
use crate::lab::Lab;
use crate::model::replaying::{Job, Next, Replaying};
use crate::stores::replay::{ReplayEngine, ReplayStore};
use std::cell::RefCell;
use std::rc::Rc;
use tilt_protocol::Command;
use wasm_bindgen_futures::spawn_local;

/// Trains these reports' runs again, one after the other.
pub fn replay(lab: Lab, store: ReplayStore, jobs: Vec<Job>) {
    store.close();
    store.begin(jobs.iter().map(|job| job.id).collect());
    let replaying = Replaying::new(version().unwrap_or_default(), jobs);
    let replaying = Rc::new(RefCell::new(replaying));
    let heard = replaying.clone();
    let on_incoming = move |incoming: FromWorker| {
        let next = match incoming {
            FromWorker::Message { message, .. } => match (&message.id, &message.event) {
                // Without a request it is the engine's own end.
                (None, tilt_protocol::Event::Failed { error }) => {
                    heard.borrow_mut().give_up(&error.to_string())
                }
                (_, event) => heard.borrow_mut().hear(event),
            },
            FromWorker::Unreadable(error) | FromWorker::Broken(error) => {
                heard.borrow_mut().give_up(&error.to_string())
            }
        };
        carry_out(store, next);
    };
    match WorkerClient::start(&engine_address(lab.engine.simd()), on_incoming) {
        Ok(client) => store.connect(ReplayEngine { client, replaying }),
        Err(error) => {
            let next = replaying.borrow_mut().give_up(&error.to_string());
            carry_out(store, next);
        }
    }
}

/// Ends what is under way; what came so far stays.
pub fn stop(store: ReplayStore) {
    store.close();
}

fn carry_out(store: ReplayStore, next: Vec<Next>) {
    for next in next {
        match next {
            Next::Send(command) => send(store, *command),
            Next::Load(model) => {
                let source = shipped(model.slug());
                send(store, Command::LoadModel { source });
            }
            Next::Tell(at) => store.tell(at),
            Next::Came { id, runs } => store.note(id, runs),
            // Not inside the engine's own event: its listeners end with it.
            Next::Done => spawn_local(async move { store.close() }),
        }
    }
}

fn send(store: ReplayStore, command: Command) {
    let sent = store.with_engine(|engine| engine.client.post(command, &[]));
    if let Some(Err(error)) = sent {
        let left = store.with_engine(|engine| engine.replaying.clone());
        if let Some(left) = left {
            // After the message that is heard just now.
            spawn_local(async move {
                let next = left.borrow_mut().give_up(&error.to_string());
                carry_out(store, next);
            });
        }
    }
}
