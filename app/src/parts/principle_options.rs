//! The options of every select that chooses a principle.

use leptos::prelude::*;
use tilt_protocol::Principle;

/// One option a principle, for the selects that choose one.
pub fn principle_options(selected: Option<Principle>) -> impl IntoView {
    Principle::ALL
        .into_iter()
        .map(|principle| {
            view! {
                <option value=principle.slug() selected=selected == Some(principle)>{principle.name()}</option>
            }
        })
        .collect_view()
}
