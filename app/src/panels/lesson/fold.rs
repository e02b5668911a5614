//! The lesson's sheet, which lies over the Lab in a narrow window and gives way to it.

use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::parts::places;
use crate::parts::tabs::Tabs;
use crate::texts::lesson as texts;
use leptos::prelude::*;
use tilt_protocol::lesson::Place;

/// Where the lesson lies over the Lab, it gives way to what it shows.
const BESIDE: &str = "(min-width: 1200px)";

/// Whether the lesson is folded away.
#[derive(Clone, Copy)]
pub struct Fold(pub RwSignal<bool>);

impl Fold {
    pub fn new() -> Fold {
        Fold(RwSignal::new(false))
    }

    /// Something of the Lab is to be seen.
    fn give_way(self) {
        let query = web_sys::window().and_then(|window| window.match_media(BESIDE).ok().flatten());
        if query.is_some_and(|query| !query.matches()) {
            self.0.set(true);
        }
    }

    /// Goes to a place of the Lab.
    pub fn go_to(self, lab: Lab, tabs: Option<Tabs>, place: Place) {
        if places::go_to(lab, tabs, place) {
            self.give_way();
        } else {
            lab.notices.info(NoticeKey::Lesson, texts::NOT_THERE_YET);
        }
    }
}
