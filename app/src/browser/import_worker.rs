//! The page's end of the importer, the worker that reads data files.

use super::url::{link, resolve, version};
use super::worker::js_text;
use crate::model::json;
use crate::texts::import as texts;
use gloo_events::EventListener;
use js_sys::{Object, Reflect};
use tilt_protocol::{Error, ImportEvent, ImportRequest};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

/// An import under way. Dropping it gives the import up.
pub struct ImportWorker {
    worker: Worker,
    _listeners: [EventListener; 2],
}

impl ImportWorker {
    /// Starts a worker on the request; `on_event` gets what it says, the last time with
    /// the refused rows as a file, where there are any.
    ///
    /// # Errors
    /// [`Error::Fetch`] when the browser refuses to start a module worker.
    pub fn start(
        request: &ImportRequest,
        file: Option<&Blob>,
        on_event: impl Fn(ImportEvent, Option<Blob>) + Clone + 'static,
    ) -> Result<ImportWorker, Error> {
        let url = link(&resolve("importer_start.js"), &[("v", version())]);
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&url, &options).map_err(|cause| Error::Fetch {
            url: url.clone(),
            reason: js_text(&cause),
        })?;
        let deliver = on_event.clone();
        let on_message = EventListener::new(&worker, "message", move |event| {
            let data = event
                .dyn_ref::<MessageEvent>()
                .map_or(JsValue::UNDEFINED, MessageEvent::data);
            let get = |name: &str| Reflect::get(&data, &name.into()).unwrap_or(JsValue::UNDEFINED);
            let json = get("json").as_string().unwrap_or_default();
            let event = json::from_str(&json).unwrap_or_else(|error| ImportEvent::Failed {
                error: Error::Protocol {
                    reason: error.to_string(),
                },
            });
            deliver(event, get("refused").dyn_into().ok());
        });
        let on_error = EventListener::new(&worker, "error", move |event| {
            let reason = event
                .dyn_ref::<ErrorEvent>()
                .map_or_else(|| texts::IMPORTER_ENDED.to_owned(), ErrorEvent::message);
            let error = Error::Fetch {
                url: url.clone(),
                reason,
            };
            on_event(ImportEvent::Failed { error }, None);
        });
        let message = Object::new();
        // A request is plain data, and setting a property of a fresh object cannot fail.
        let json = serde_json::to_string(request).unwrap_or_default();
        let _ = Reflect::set(&message, &"json".into(), &json.into());
        if let Some(file) = file {
            let _ = Reflect::set(&message, &"file".into(), file);
        }
        worker
            .post_message(&message)
            .map_err(|cause| Error::Protocol {
                reason: js_text(&cause),
            })?;
        Ok(ImportWorker {
            worker,
            _listeners: [on_message, on_error],
        })
    }
}

impl Drop for ImportWorker {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}
