//! How lessons look: a style sheet of their own, fetched with them.

use crate::browser::url::{resolve, version};
use leptos::prelude::*;

/// The style sheet that comes with lessons.
#[component]
pub fn LessonStyles() -> impl IntoView {
    let version = version().map_or_else(String::new, |version| format!("?v={version}"));
    view! { <link rel="stylesheet" href=format!("{}{version}", resolve("lesson.css"))/> }
}
