//! The page's end of the worker boundary: one JSON text and a list of
//! transferable buffers a message, read and written through `tilt_protocol`.

use crate::browser::locks;
use crate::model::json;
use crate::texts::notices as texts;
use gloo_events::EventListener;
use js_sys::{Array, ArrayBuffer, Object, Reflect};
use std::cell::Cell;
use std::rc::Rc;
use tilt_protocol::{Command, Error, Message, Request, RequestId};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

/// What reaches the page from the worker.
pub enum FromWorker {
    Message {
        message: Box<Message>,
        buffers: Vec<ArrayBuffer>,
    },
    /// A message that could not be read; the engine itself goes on.
    Unreadable(Error),
    /// The worker itself failed: nothing more will come from it.
    Broken(Error),
}

/// The engine's worker. Dropping it ends the worker.
pub struct WorkerClient {
    worker: Worker,
    last_id: Cell<RequestId>,
    /// False once it is no longer wanted.
    is_alive: Rc<Cell<bool>>,
    _listeners: [EventListener; 3],
}

impl WorkerClient {
    /// Starts the module worker at `url` and hands each message to `on_incoming`.
    ///
    /// # Errors
    /// [`Error::Fetch`] when the browser refuses to start a module worker.
    pub fn start(
        url: &str,
        on_incoming: impl Fn(FromWorker) + 'static,
    ) -> Result<WorkerClient, Error> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        // The worker holds a lock of its name as long as it lives.
        let name = format!("tilt-engine-{}", js_sys::Math::random());
        options.set_name(&name);
        let worker = Worker::new_with_options(url, &options).map_err(|cause| Error::Fetch {
            url: url.to_owned(),
            reason: js_text(&cause),
        })?;

        let on_incoming = Rc::new(on_incoming);
        let is_alive = Rc::new(Cell::new(true));
        let deliver = on_incoming.clone();
        let is_wanted = is_alive.clone();
        let has_spoken = Rc::new(Cell::new(false));
        let is_running = has_spoken.clone();
        let on_message = EventListener::new(&worker, "message", move |event| {
            if !is_wanted.get() {
                // What a broken engine still says is about a run that goes on elsewhere.
                return;
            }
            // Its first word comes after it has taken the lock.
            if !has_spoken.replace(true) {
                spawn_local(report_end(name.clone(), is_wanted.clone(), deliver.clone()));
            }
            let data = event
                .dyn_ref::<MessageEvent>()
                .map_or(JsValue::UNDEFINED, MessageEvent::data);
            deliver(match read(&data) {
                Ok((message, buffers)) => FromWorker::Message {
                    message: Box::new(message),
                    buffers,
                },
                Err(error) => FromWorker::Unreadable(error),
            });
        });
        let deliver = on_incoming.clone();
        let script_url = url.to_owned();
        let is_expected = is_alive.clone();
        let on_error = EventListener::new(&worker, "error", move |event| {
            is_expected.set(false);
            // A script that could not be fetched or parsed gives a plain Event.
            let reason = event
                .dyn_ref::<ErrorEvent>()
                .map(ErrorEvent::message)
                .filter(|message| !message.is_empty())
                .unwrap_or_else(|| texts::SCRIPT_NOT_LOADED.to_owned());
            deliver(FromWorker::Broken(if is_running.get() {
                Error::internal(reason)
            } else {
                Error::Fetch {
                    url: script_url.clone(),
                    reason,
                }
            }));
        });
        let deliver = on_incoming;
        let on_message_error = EventListener::new(&worker, "messageerror", move |_| {
            deliver(FromWorker::Broken(Error::Protocol {
                reason: texts::NOT_DECODED.to_owned(),
            }));
        });

        Ok(WorkerClient {
            worker,
            last_id: Cell::new(0),
            is_alive,
            _listeners: [on_message, on_error, on_message_error],
        })
    }

    /// Sends a command; `buffers` are transferred, not copied. Returns the id that
    /// the answering events carry.
    ///
    /// # Errors
    /// [`Error::Protocol`] when the message cannot be written or posted.
    pub fn post(&self, command: Command, buffers: &[ArrayBuffer]) -> Result<RequestId, Error> {
        let id = self.last_id.get() + 1;
        self.last_id.set(id);
        let json = serde_json::to_string(&Request { id, command })
            .map_err(|error| protocol_error(error.to_string()))?;
        let transfer: Array = buffers.iter().collect();
        let data = Object::new();
        let to_error = |cause: JsValue| protocol_error(js_text(&cause));
        Reflect::set(&data, &"json".into(), &json.into()).map_err(to_error)?;
        Reflect::set(&data, &"buffers".into(), &transfer).map_err(to_error)?;
        self.worker
            .post_message_with_transfer(&data, &transfer)
            .map_err(to_error)?;
        Ok(id)
    }
}

impl WorkerClient {
    /// Hears nothing more of it.
    pub fn ignore(&self) {
        self.is_alive.set(false);
    }
}

impl Drop for WorkerClient {
    fn drop(&mut self) {
        self.is_alive.set(false);
        self.worker.terminate();
    }
}

/// Waits for the worker's end, and reports it if nobody wanted that.
async fn report_end(name: String, is_alive: Rc<Cell<bool>>, deliver: Rc<impl Fn(FromWorker)>) {
    let ended = locks::wait_for(&name).await;
    if ended.is_some() && is_alive.replace(false) {
        deliver(FromWorker::Broken(Error::internal(texts::WORKER_ENDED)));
    }
}

fn read(data: &JsValue) -> Result<(Message, Vec<ArrayBuffer>), Error> {
    let json = Reflect::get(data, &"json".into())
        .ok()
        .and_then(|json| json.as_string())
        .ok_or_else(|| protocol_error(texts::NO_JSON.to_owned()))?;
    let message = json::from_str(&json).map_err(|error| protocol_error(error.to_string()))?;
    let buffers = Reflect::get(data, &"buffers".into())
        .ok()
        .and_then(|buffers| buffers.dyn_into::<Array>().ok())
        .map(|buffers| {
            buffers
                .iter()
                .filter_map(|buffer| buffer.dyn_into().ok())
                .collect()
        })
        .unwrap_or_default();
    Ok((message, buffers))
}

fn protocol_error(reason: String) -> Error {
    Error::Protocol { reason }
}

/// A JavaScript error's own words.
pub fn js_text(value: &JsValue) -> String {
    value
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| value.as_string())
        .unwrap_or_else(|| format!("{value:?}"))
}
