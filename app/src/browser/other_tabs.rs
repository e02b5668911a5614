//! What the tabs of this page tell each other: what one of them has stored.

use crate::model::json;
use gloo_events::EventListener;
use js_sys::Reflect;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum News {
    /// The labels of these keys were written or deleted.
    Labels(Vec<u64>),
    /// The list of runs changed.
    Runs,
    /// The runs of these uids were removed.
    RunsRemoved(Vec<u64>),
    /// The list of the person's own models changed.
    Models,
    /// A whole lab came in.
    Imported,
    /// Everything was erased, by what was asked for at this time.
    Erased { at_ms: f64 },
}

/// This tab's end of the channel. Other tabs never hear their own news.
pub struct OtherTabs {
    channel: BroadcastChannel,
    _listener: EventListener,
}

impl OtherTabs {
    /// `None` where the browser has no such channel: tabs then learn at their next load.
    pub fn listen(channel: &str, on_news: impl Fn(News) + 'static) -> Option<OtherTabs> {
        let channel = BroadcastChannel::new(channel).ok()?;
        let listener = EventListener::new(&channel, "message", move |event| {
            let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
            let text = data.and_then(|data| data.as_string());
            // A tab of another version may say what this one does not know.
            if let Some(Ok(news)) = text.map(|text| json::from_str(&text)) {
                on_news(news);
            }
        });
        Some(OtherTabs {
            channel,
            _listener: listener,
        })
    }

    pub fn tell(&self, news: &News) {
        // News are plain data.
        let text = serde_json::to_string(news).unwrap_or_default();
        // Fails only on a closed channel, and this one is open as long as it lives.
        let _ = self.channel.post_message(&JsValue::from_str(&text));
    }
}

/// Calls with key and text of whatever another tab keeps in the browser's local storage.
pub fn on_kept(take: impl Fn(&str, &str) + 'static) {
    let Some(window) = web_sys::window() else {
        return;
    };
    // As long as the page lives.
    EventListener::new(&window, "storage", move |event| {
        let told = |name: &str| Reflect::get(event, &name.into()).ok()?.as_string();
        if let (Some(key), Some(text)) = (told("key"), told("newValue")) {
            take(&key, &text);
        }
    })
    .forget();
}
