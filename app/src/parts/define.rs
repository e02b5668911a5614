//! A term with its definition: a dotted underline that opens one sentence.

use crate::texts::glossary::Term;
use leptos::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Popovers need an id each; a term may stand in several places.
static NEXT: AtomicUsize = AtomicUsize::new(0);

#[component]
pub fn Define(
    term: Term,
    /// What stands on the page instead of the term's own name.
    #[prop(optional)]
    text: Option<&'static str>,
    /// The button's id, for a field that it labels.
    #[prop(optional)]
    id: Option<&'static str>,
) -> impl IntoView {
    view! {
        <Explain
            name=Signal::stored(text.unwrap_or(term.name()).to_owned())
            id=id.map(str::to_owned)
        >
            <b>{term.name()}</b>
            " "
            {term.definition()}
        </Explain>
    }
}

/// A name that opens its explanation, for what is not in the glossary.
#[component]
pub fn Explain(
    #[prop(into)] name: Signal<String>,
    /// The button's id, for a field that it labels.
    id: Option<String>,
    children: Children,
) -> impl IntoView {
    let popover = format!("term-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    view! {
        <button type="button" class="term" id=id popovertarget=popover.clone()>
            {name}
        </button>
        <span class="definition" id=popover popover="auto">
            {children()}
        </span>
    }
}
