//! Bars of counts: a name, a bar as long as its share, and the number in words.

use leptos::prelude::*;

/// One row of bars. The bar says nothing that the words beside it do not.
pub fn bar(
    name: &str,
    count: usize,
    of: usize,
    words: &str,
    class: &'static str,
) -> impl IntoView + use<> {
    let share = count as f64 / of.max(1) as f64 * 100.0;
    view! {
        <li class=format!("board-bar {class}") data-value=count.to_string()>
            <span class="board-bar-name">{name.to_owned()}</span>
            <span class="board-bar-track" aria-hidden="true">
                <span class="board-bar-fill" style=("width", format!("{share:.1}%"))></span>
            </span>
            <span class="board-bar-count number">{words.to_owned()}</span>
        </li>
    }
}
