//! How the form looks: a style sheet of its own, fetched with it.

use crate::browser::url::{resolve, version};
use leptos::prelude::*;

/// The style sheet that comes with the form.
#[component]
pub fn WriteLessonStyles() -> impl IntoView {
    let version = version().map_or_else(String::new, |version| format!("?v={version}"));
    view! { <link rel="stylesheet" href=format!("{}{version}", resolve("write_lesson.css"))/> }
}
