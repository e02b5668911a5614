//! What the lesson is called, and what it is for.

use super::fields::{area, field};
use crate::model::lesson_draft::Spot;
use crate::model::lesson_field::Typed;
use crate::texts::write_lesson as texts;
use leptos::prelude::*;

pub fn about() -> AnyView {
    let spot = Spot::of_lesson;
    view! {
        <h3 tabindex="-1" class="draft-head">{texts::ABOUT}</h3>
        {field(&spot("title"), texts::LESSON_TITLE, Typed::Text)}
        {area(&spot("goals"), texts::GOALS, Typed::Lines, 3)}
        <div class="fields draft-fields">
            {field(&spot("minutes"), texts::MINUTES, Typed::Number)}
            {field(&spot("lang"), texts::LANGUAGE, Typed::Text)}
            {field(&spot("id"), texts::ID, Typed::Text)}
        </div>
        <p class="muted">{texts::ABOUT_ID}</p>
    }
    .into_any()
}
