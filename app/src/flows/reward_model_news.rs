//! What the engine says of the reward model that was asked for, and the run that waits for it.

use super::training;
use crate::lab::Lab;
use crate::stores::reward_model::UnreadNews;
use crate::texts::reward_model as texts;
use js_sys::Date;
use tilt_protocol::RequestId;

/// News of the one that was asked for. A run that waited for it begins.
pub fn heard(lab: Lab, id: RequestId, news: UnreadNews, done: bool) {
    if !done {
        lab.reward_model.hear(id, news);
        return;
    }
    let then = lab.reward_model.finish(id, news, Date::now());
    lab.notices.say(texts::TRAINED);
    if let Some(new) = then {
        training::start(lab, new);
    }
}
