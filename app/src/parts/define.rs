//! A term with its definition: a dotted underline that opens one sentence, under the pointer,
//! by the focus or by a tap.

use crate::texts::glossary::Term;
use leptos::html::{Button, Span};
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
    let anchor = format!("--{popover}");
    let (button, said) = (NodeRef::<Button>::new(), NodeRef::<Span>::new());
    // Neither fails but where it is so already.
    let show = move || {
        if let Some(said) = said.get_untracked() {
            let _ = said.show_popover();
        }
    };
    let hide = move || {
        if let Some(said) = said.get_untracked() {
            let _ = said.hide_popover();
        }
    };
    let has_focus = move || {
        let focused = document().active_element();
        button.get_untracked().is_some_and(|button| {
            focused.is_some_and(|focused| focused.is_same_node(Some(&button)))
        })
    };
    view! {
        <button
            type="button"
            class="term"
            id=id
            node_ref=button
            style=("anchor-name", anchor.clone())
            popovertarget=popover.clone()
            popovertargetaction="show"
            on:pointerenter=move |event| {
                if event.pointer_type() == "mouse" {
                    show();
                }
            }
            on:pointerleave=move |_| {
                if !has_focus() {
                    hide();
                }
            }
            on:focus=move |_| show()
            on:blur=move |_| hide()
        >
            {name}
        </button>
        <span
            class="definition"
            id=popover
            popover="auto"
            node_ref=said
            style=("position-anchor", anchor)
        >
            {children()}
        </span>
    }
}
