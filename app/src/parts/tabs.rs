//! The three columns as tabs, where the window is too narrow for them beside each
//! other.

use crate::parts::focus::{focus, focus_target};
use crate::texts::parts as texts;
use gloo_events::EventListener;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// A column of the Lab: slug, and what its tab says.
const TABS: [(&str, &str); 3] = [
    ("label", texts::LABEL_TAB),
    ("model", texts::MODEL_TAB),
    ("curves", texts::CURVES_TAB),
];
/// As in the style sheets.
const NARROW: &str = "(max-width: 899px)";

/// Which column a narrow window shows.
#[derive(Clone, Copy)]
pub struct Tabs {
    shown: RwSignal<usize>,
    is_narrow: RwSignal<bool>,
}

impl Tabs {
    /// Follows the window's width for the page's whole life.
    pub fn new() -> Tabs {
        let is_narrow = RwSignal::new(false);
        let query = web_sys::window().and_then(|window| window.match_media(NARROW).ok().flatten());
        if let Some(query) = query {
            is_narrow.set(query.matches());
            let watched = query.clone();
            EventListener::new(&query, "change", move |_| is_narrow.set(watched.matches()))
                .forget();
        }
        Tabs {
            shown: RwSignal::new(0),
            is_narrow,
        }
    }

    /// Shows the column in a narrow window.
    pub fn show(&self, slug: &str) {
        if let Some(index) = TABS.iter().position(|(tab, _)| *tab == slug) {
            self.shown.set(index);
        }
    }

    pub fn slug(&self) -> &'static str {
        TABS.get(self.shown.get()).map_or("label", |(slug, _)| slug)
    }
}

#[component]
pub fn TabList(tabs: Tabs) -> impl IntoView {
    let shown = tabs.shown;
    let move_focus = move |event: KeyboardEvent| {
        let last = TABS.len() - 1;
        let now = shown.get_untracked();
        let next = match event.key().as_str() {
            "ArrowRight" => (now + 1) % TABS.len(),
            "ArrowLeft" => (now + last) % TABS.len(),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        shown.set(next);
        let button = event
            .current_target()
            .and_then(|list| list.dyn_into::<HtmlElement>().ok())
            .and_then(|list| list.children().item(next as u32))
            .and_then(|tab| tab.dyn_into::<HtmlElement>().ok());
        if let Some(button) = button {
            // A tab that is in the page can take the focus.
            let _ = button.focus();
        }
    };
    view! {
        <nav class="at-level" aria-label=texts::TABS>
            <div class="tabs" role="tablist" aria-label=texts::TABS on:keydown=move_focus>
                {TABS
                    .into_iter()
                    .enumerate()
                    .map(|(index, (slug, name))| {
                        view! {
                            <button
                                type="button"
                                class="tab"
                                role="tab"
                                id=format!("tab-{slug}")
                                aria-controls=format!("column-{slug}")
                                aria-selected=move || (shown.get() == index).to_string()
                                tabindex=move || if shown.get() == index { "0" } else { "-1" }
                                on:click=move |_| shown.set(index)
                            >
                                {name}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
        </nav>
    }
}

/// Past the bar at the top, and past whole columns: dozens of controls lie before the
/// button that trains.
#[component]
pub fn SkipLinks(tabs: Tabs) -> impl IntoView {
    let links = TABS.into_iter().zip(texts::SKIP_TO);
    view! {
        <nav class="skip-links" aria-label=texts::SKIP>
            {links
                .map(|((slug, _), text)| view! {
                    <a
                        class="skip-link"
                        href=format!("#column-{slug}")
                        on:click=move |event| {
                            // The address stays; a narrow window shows the column first.
                            event.prevent_default();
                            tabs.show(slug);
                            request_animation_frame(move || {
                                let selector = format!("#column-{slug}");
                                focus(&selector);
                                // Higher than the window, it would come in at any place.
                                if let Some(column) = focus_target(&selector) {
                                    column.scroll_into_view();
                                }
                            });
                        }
                    >
                        {text}
                    </a>
                })
                .collect_view()}
        </nav>
    }
}

/// One column; a tab's panel where there are tabs.
#[component]
pub fn Column(tabs: Tabs, slug: &'static str, children: Children) -> impl IntoView {
    let is_narrow = tabs.is_narrow;
    let name = TABS
        .into_iter()
        .find_map(|(tab, name)| (tab == slug).then_some(name));
    view! {
        <div
            class=format!("column column-{slug}")
            id=format!("column-{slug}")
            tabindex="-1"
            role=move || if is_narrow.get() { "tabpanel" } else { "region" }
            aria-labelledby=move || is_narrow.get().then(|| format!("tab-{slug}"))
            aria-label=move || name.filter(|_| !is_narrow.get())
        >
            {children()}
        </div>
    }
}
