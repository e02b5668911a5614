//! A style sheet that is fetched with the part of the page that it is for.

use crate::browser::url::{resolve, version};
use leptos::prelude::*;

/// The style sheet of this name, which lies beside the page.
#[component]
pub fn StyleSheet(file: &'static str) -> impl IntoView {
    let version = version().map_or_else(String::new, |version| format!("?v={version}"));
    view! { <link rel="stylesheet" href=format!("{}{version}", resolve(file))/> }
}
