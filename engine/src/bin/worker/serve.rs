//! The worker's loop: take what has come, do one short piece of work, send, yield.

use crate::channel::{post, post_event, read, scope};
use crate::fetch;
use crate::{gpu_calls, helpers};
use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::StreamExt;
use tilt_engine::lab::Lab;
use tilt_protocol::{Command, Error, Event, ModelSource, PROTOCOL_VERSION, Request, Result};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageChannel, MessageEvent};

type Incoming = (Request, Vec<Vec<u8>>);

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
    wasm_bindgen_futures::spawn_local(serve(receiver));
}

async fn serve(mut inbox: UnboundedReceiver<Incoming>) {
    let mut lab = Lab::default();
    lab.team = helpers::team();
    lab.gpu_calls = Some(gpu_calls::read);
    loop {
        let incoming = if lab.has_work() {
            inbox.try_recv().ok()
        } else {
            match inbox.next().await {
                Some(incoming) => Some(incoming),
                None => return,
            }
        };
        match incoming {
            Some((request, buffers)) => take(&mut lab, request, buffers).await,
            None => lab.advance().await,
        }
        lab.take_outbox().into_iter().for_each(post);
        yield_to_browser().await;
    }
}

/// A model's address becomes its files before the lab sees it.
async fn take(lab: &mut Lab, request: Request, buffers: Vec<Vec<u8>>) {
    let id = request.id;
    let fetched = match request.command {
        Command::LoadModel {
            source: ModelSource::Url { name, url },
        } => fetch_model(id, name, &url).await,
        command => Ok((command, buffers)),
    };
    match fetched {
        Ok((command, buffers)) => lab.handle(Request { id, command }, buffers).await,
        Err(error) => post_event(Some(id), Event::Failed { error }),
    }
}

async fn fetch_model(id: u64, name: String, url: &str) -> Result<(Command, Vec<Vec<u8>>)> {
    let what = "model";
    let config = fetch::text(id, what, &format!("{url}config.json")).await?;
    let tokenizer = fetch::text(id, what, &format!("{url}tokenizer.json")).await?;
    let tokenizer_config = fetch::text(id, what, &format!("{url}tokenizer_config.json")).await?;
    let weights = fetch::bytes(id, what, &format!("{url}model.safetensors")).await?;
    let tokenizer_config = Some(tokenizer_config);
    let source = ModelSource::Files {
        name,
        config,
        tokenizer,
        tokenizer_config,
    };
    Ok((Command::LoadModel { source }, vec![weights]))
}

/// Lets waiting messages in. A message to ourselves, since timers are held back to
/// 4 ms when they nest.
async fn yield_to_browser() {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let Ok(channel) = MessageChannel::new() else {
            let _ = resolve.call0(&JsValue::UNDEFINED);
            return;
        };
        channel.port1().set_onmessage(Some(&resolve));
        let _ = channel.port2().post_message(&JsValue::UNDEFINED);
    });
    // The promise is never rejected.
    let _ = JsFuture::from(promise).await;
}
