//! A list of places of the Lab.

use super::fields::{keep_near, select, store};
use super::lists::places;
use crate::model::lesson_draft::Spot;
use crate::texts::write_lesson as texts;
use leptos::prelude::*;
use serde_json::Value;

pub fn place_list(spot: &Spot, label: &'static str, add: &'static str) -> AnyView {
    let store = store();
    let value = store.value(spot);
    let chosen = Memo::new(move |_| {
        value.with(|value| {
            let items = value.as_ref().and_then(Value::as_array);
            items.cloned().unwrap_or_default()
        })
    });
    let options = Signal::derive(move || {
        let taken = chosen.get();
        let free = places()
            .into_iter()
            .filter(|(value, _)| !taken.contains(value));
        let free = free.filter_map(|(value, name)| Some((value.as_str()?.to_owned(), name)));
        std::iter::once((String::new(), add.to_owned()))
            .chain(free)
            .collect()
    });
    let put = {
        let spot = spot.clone();
        move |items: Vec<Value>| {
            store.set(&spot, (!items.is_empty()).then_some(Value::Array(items)));
        }
    };
    let remove = put.clone();
    let chips = move || {
        let remove = remove.clone();
        let items = chosen.get().into_iter().enumerate();
        items
            .map(|(at, item)| {
                let remove = remove.clone();
                let slug = item.as_str().unwrap_or_default().to_owned();
                let known = places().into_iter().find(|(value, _)| *value == item);
                let name = known.map_or(slug, |(_, name)| name);
                view! {
                    <li>
                        <span>{name.clone()}</span>
                        <button
                            type="button"
                            class="button icon small"
                            aria-label=texts::remove(&name)
                            on:click=move |_| {
                                let mut items = chosen.get_untracked();
                                if at < items.len() {
                                    items.remove(at);
                                }
                                keep_near(|| remove(items));
                            }
                        >"\u{00d7}"</button>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <div class="draft-places">
            {select(spot, label, options, Signal::stored(String::new()), move |slug| {
                if !slug.is_empty() {
                    let mut items = chosen.get_untracked();
                    items.push(slug.into());
                    put(items);
                }
            })}
            <ul class="draft-chips" hidden=move || chosen.with(Vec::is_empty)>{chips}</ul>
        </div>
    }
    .into_any()
}
