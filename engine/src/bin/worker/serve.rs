//! The worker's loop: take what has come, do one short piece of work, send, yield.

use crate::channel::{post, post_event, read, scope};
use crate::fetch;
use crate::{gpu_calls, helpers, turn};
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt;
use std::cell::Cell;
use std::rc::Rc;
use tilt_engine::lab::EngineLab;
use tilt_protocol::{
    Command, Error, Event, ModelSource, PROTOCOL_VERSION, Request, RequestId, Result,
};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::MessageEvent;

type Incoming = (Request, Vec<Vec<u8>>);

/// The request whose model is being fetched.
type Fetched = Rc<Cell<Option<RequestId>>>;

/// What has come from the page, and a way to put more into it.
struct Inbox {
    sender: UnboundedSender<Incoming>,
    receiver: UnboundedReceiver<Incoming>,
}

unsafe extern "C" {
    /// Runs the module's constructors, with which WGSL operations register.
    fn __wasm_call_ctors();
}

pub fn start() {
    // SAFETY: called once, before anything that the constructors set up is used.
    unsafe { __wasm_call_ctors() };
    std::panic::set_hook(Box::new(|panic| {
        // The module is dead after a panic: this is its last word.
        post_event(
            None,
            Event::Failed {
                error: Error::internal(panic),
            },
        );
    }));
    let (sender, receiver) = unbounded::<Incoming>();
    let inbox = Inbox {
        sender: sender.clone(),
        receiver,
    };
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        match read(&event.data()) {
            // Sending fails only after the loop has ended, with the worker.
            Ok(incoming) => drop(sender.unbounded_send(incoming)),
            Err(error) => post_event(None, Event::Failed { error }),
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The handler lives as long as the worker.
    on_message.forget();
    post_event(
        None,
        Event::Ready {
            protocol_version: PROTOCOL_VERSION,
        },
    );
    wasm_bindgen_futures::spawn_local(serve(inbox));
}

async fn serve(inbox: Inbox) {
    let Inbox {
        sender,
        mut receiver,
    } = inbox;
    let fetched = Fetched::default();
    let mut lab = EngineLab::default();
    lab.team = helpers::team();
    lab.gpu_calls = Some(gpu_calls::read);
    lab.memory_bytes = Some(memory_bytes);
    loop {
        let incoming = if lab.has_work() {
            receiver.try_recv().ok()
        } else {
            match receiver.next().await {
                Some(incoming) => Some(incoming),
                None => return,
            }
        };
        match incoming {
            Some((request, buffers)) => match request.command {
                Command::LoadModel {
                    source: ModelSource::Url { name, url },
                } => {
                    // Of several models the one that was asked for last.
                    give_up(&fetched);
                    fetched.set(Some(request.id));
                    let fetch = fetch_model(request.id, name, url, fetched.clone(), sender.clone());
                    wasm_bindgen_futures::spawn_local(fetch);
                }
                command => {
                    let ends_fetch = match command {
                        Command::LoadModel { .. } => true,
                        Command::Cancel { request } => fetched.get() == Some(request),
                        _ => false,
                    };
                    if ends_fetch {
                        give_up(&fetched);
                    }
                    let id = request.id;
                    lab.handle(Request { id, command }, buffers).await;
                }
            },
            None => lab.advance().await,
        }
        lab.take_outbox().into_iter().for_each(post);
        turn::next().await;
    }
}

/// Of this worker's linear memory.
fn memory_bytes() -> u64 {
    const PAGE: u64 = 65_536;
    core::arch::wasm32::memory_size(0) as u64 * PAGE
}

/// The model on its way is no longer wanted.
fn give_up(fetched: &Fetched) {
    if let Some(id) = fetched.take() {
        let error = Error::Cancelled;
        post_event(Some(id), Event::Failed { error });
    }
}

/// A model's address becomes its files, which come into the inbox as if the page had sent
/// them; meanwhile the lab goes on.
async fn fetch_model(
    id: RequestId,
    name: String,
    url: String,
    fetched: Fetched,
    inbox: UnboundedSender<Incoming>,
) {
    let is_wanted = || fetched.get() == Some(id);
    let files = fetch_files(id, name, &url, &is_wanted).await;
    if !is_wanted() {
        // It was answered when it was given up.
        return;
    }
    fetched.set(None);
    match files {
        // Sending fails only after the loop has ended, with the worker.
        Ok((command, buffers)) => {
            drop(inbox.unbounded_send((Request { id, command }, buffers)));
        }
        Err(error) => post_event(Some(id), Event::Failed { error }),
    }
}

async fn fetch_files(
    id: RequestId,
    name: String,
    url: &str,
    is_wanted: &dyn Fn() -> bool,
) -> Result<(Command, Vec<Vec<u8>>)> {
    let of_model = fetch::FetchProgress {
        id,
        what: "model",
        is_wanted,
    };
    let config = of_model.text(&format!("{url}config.json")).await?;
    let tokenizer = of_model.text(&format!("{url}tokenizer.json")).await?;
    let tokenizer_config = of_model
        .text(&format!("{url}tokenizer_config.json"))
        .await?;
    let weights = of_model.bytes(&format!("{url}model.safetensors")).await?;
    let tokenizer_config = Some(tokenizer_config);
    let source = ModelSource::Files {
        name,
        config,
        tokenizer,
        tokenizer_config,
    };
    Ok((Command::LoadModel { source }, vec![weights]))
}
