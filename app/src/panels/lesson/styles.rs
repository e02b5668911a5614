//! How lessons look: a style sheet of their own, fetched with them.

use crate::parts::style_sheet::StyleSheet;
use leptos::prelude::*;

/// The style sheet that comes with lessons.
#[component]
pub fn LessonStyles() -> impl IntoView {
    view! { <StyleSheet file="lesson.css"/> }
}
