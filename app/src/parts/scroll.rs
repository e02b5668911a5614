//! A box whose content may be wider than it, within reach of the keyboard where it is.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, MutationObserver, MutationObserverInit, ResizeObserver};

/// Scrolls its content. A stop of the tabulator only while there is something to scroll:
/// the page has many of these, and most of the time all of each is seen.
#[component]
pub fn Scroll(class: &'static str, name: &'static str, children: Children) -> impl IntoView {
    let node = NodeRef::<Div>::new();
    let is_cut = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(node) = node.get() {
            watch(&node, is_cut);
        }
    });
    view! {
        <div
            class=class
            node_ref=node
            tabindex=move || is_cut.get().then_some("0")
            role=move || is_cut.get().then_some("region")
            aria-label=move || is_cut.get().then_some(name)
        >
            {children()}
        </div>
    }
}

/// Looks again when the box has another size, and when it holds something else.
fn watch(node: &Element, is_cut: RwSignal<bool>) {
    let element = node.clone();
    let look = Closure::<dyn FnMut()>::new(move || {
        let is_wider = element.scroll_width() > element.client_width();
        let is_higher = element.scroll_height() > element.client_height();
        // Where the box is gone by now nobody asks.
        let _ = is_cut.try_set(is_wider || is_higher);
    });
    let told = look.as_ref().unchecked_ref();
    let (Ok(sizes), Ok(changes)) = (ResizeObserver::new(told), MutationObserver::new(told)) else {
        return;
    };
    sizes.observe(node);
    let what = MutationObserverInit::new();
    what.set_child_list(true);
    what.set_subtree(true);
    // The options name what is watched, so this does not fail.
    let _ = changes.observe_with_options(node, &what);
    let kept = StoredValue::new_local((look, sizes, changes));
    on_cleanup(move || {
        let _ = kept.try_with_value(|(_, sizes, changes)| {
            sizes.disconnect();
            changes.disconnect();
        });
    });
}
