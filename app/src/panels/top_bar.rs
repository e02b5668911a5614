//! The top bar: name, transport, status, device, level, share, theme, help.

use super::bench;
use super::level_select::LevelSelect;
use super::share::ShareButton;
use crate::browser::url::full;
use crate::flows::act::perform;
use crate::lab::use_lab;
use crate::model::act::Act;
use crate::model::run::Phase;
use crate::parts::acts;
use crate::texts::lesson::LESSONS;
use crate::texts::numbers::{bytes, fixed, parameters};
use crate::texts::page as texts;
use crate::texts::training::{PAUSE, TRAIN};
use leptos::prelude::*;

#[component]
pub fn TopBar(
    /// In a frame of another page there is a way out of it.
    is_embedded: bool,
) -> impl IntoView {
    let lab = use_lab();
    let is_list_open = lab.lesson_list.is_open();
    view! {
        <header class="top-bar">
            <div class="brand">
                <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
                    <path class="fulcrum" d="M16 17.5 L21.5 28 H10.5 Z"></path>
                    <path class="beam-low" d="M3 21.2 L16 16.2"></path>
                    <path class="beam-high" d="M16 16.2 L29 11.2"></path>
                </svg>
                <h1>{texts::NAME}</h1>
                <p class="tagline">{texts::TAGLINE}</p>
            </div>
            <Transport/>
            <EngineState/>
            <LevelSelect/>
            <button
                type="button"
                class="button lessons"
                data-testid="lessons"
                aria-expanded=move || is_list_open.get().to_string()
                on:click=move |_| lab.lesson_list.toggle()
            >
                {LESSONS}
            </button>
            {is_embedded.then(|| view! {
                <a class="button open-full" data-testid="open-full" target="_blank" href=full()>
                    {texts::OPEN_FULL}
                </a>
            })}
            <ShareButton/>
            <ThemeButton/>
            <button type="button" class="button icon help-button" aria-label=texts::HELP popovertarget="help">
                {texts::HELP_SIGN}
            </button>
        </header>
    }
}

#[component]
fn Transport() -> impl IntoView {
    let lab = use_lab();
    let phase = lab.run.phase();
    let is_down = move || (!lab.engine.is_up()).then_some("true");
    let when_up = move |action: fn(crate::lab::Lab)| {
        move |_| {
            if untrack(|| lab.engine.is_up()) {
                action(lab);
            }
        }
    };
    let is_running = move || phase.get() == Phase::Running;
    view! {
        <div class="transport" role="group" aria-label=texts::RUN>
            <button
                type="button"
                class="button icon play"
                aria-disabled=is_down
                aria-label=move || if is_running() { PAUSE } else { TRAIN }
                on:click=when_up(acts::play)
            >
                <svg viewBox="0 0 16 16" aria-hidden="true">
                    <path d=move || {
                        if is_running() { "M4 3h3v10H4zM9 3h3v10H9z" } else { "M4 2.5 13 8 4 13.5Z" }
                    }></path>
                </svg>
            </button>
            <button
                type="button"
                class="button icon"
                aria-disabled=is_down
                aria-label=texts::ONE_STEP
                on:click=when_up(acts::step_once)
            >
                <svg viewBox="0 0 16 16" aria-hidden="true">
                    <path d="M3 2.5 10 8 3 13.5ZM11 3h2.4v10H11z"></path>
                </svg>
            </button>
            <button
                type="button"
                class="button icon"
                aria-disabled=is_down
                aria-label=texts::BACK_TO_REFERENCE
                on:click=when_up(|lab| perform(lab, Act::Reset))
            >
                <svg viewBox="0 0 16 16" aria-hidden="true">
                    <path d="M2.6 3h2.4v10H2.6zM13 2.5 6 8 13 13.5Z"></path>
                </svg>
            </button>
        </div>
    }
}

#[component]
fn EngineState() -> impl IntoView {
    let lab = use_lab();
    let status = lab.engine.status();
    let device = lab.engine.device();
    let fetching = lab.engine.fetching();
    let slug = move || status.get().slug();
    let badge = move || {
        let Some(device) = device.get() else {
            return texts::NO_DEVICE.to_owned();
        };
        let speed = lab.run.run().with(|run| run.ms_per_step);
        let speed = speed.map_or_else(String::new, |ms| {
            texts::speed(&fixed(ms, if ms < 10.0 { 1 } else { 0 }))
        });
        texts::device(device.kind.slug(), &device.adapter, device.workers, &speed)
    };
    let title = move || {
        device
            .get()
            .and_then(|device| device.fallback)
            .or(Some(texts::OPEN_BENCHMARK.to_owned()))
    };
    let model = move || {
        lab.engine
            .model()
            .get()
            .map(|model| texts::model(&model.name, &parameters(model.parameters)))
    };
    let share = move || {
        fetching.with(|fetching| {
            let fetching = fetching.as_ref()?;
            let total = fetching.total.filter(|total| *total > 0)?;
            Some((fetching.received as f64 / total as f64).min(1.0))
        })
    };
    let came = move || {
        fetching.get().map(|fetching| {
            let total = fetching.total.map(bytes);
            texts::fetched(&fetching.what, &bytes(fetching.received), total.as_deref())
        })
    };
    view! {
        <div class="engine">
            <div class="engine-line">
                <span class="lamp" data-status=slug aria-hidden="true"></span>
                <span class="status" data-testid="engine-status" data-value=slug>{slug}</span>
                <button
                    type="button"
                    class="badge"
                    aria-controls=bench::ID
                    aria-expanded=move || lab.bench.is_open().get().to_string()
                    data-testid="device-badge"
                    data-value=move || device.get().map_or("", |device| device.kind.slug())
                    data-adapter=move || device.get().map(|device| device.adapter)
                    title=title
                    on:click=move |_| lab.bench.toggle()
                >
                    {badge}
                </button>
            </div>
            <Show
                when=move || fetching.with(Option::is_some)
                fallback=move || view! { <span class="engine-note muted">{model}</span> }
            >
                <div class="engine-line">
                    <progress aria-label=texts::DOWNLOAD max="1" value=share></progress>
                    <span class="engine-note muted number">{came}</span>
                </div>
            </Show>
        </div>
    }
}

#[component]
fn ThemeButton() -> impl IntoView {
    let lab = use_lab();
    let toggle = move |_| {
        let is_dark = match lab.settings.theme().get_untracked() {
            Some(theme) => theme == "dark",
            None => system_is_dark(),
        };
        lab.settings
            .set_theme(if is_dark { "light" } else { "dark" });
    };
    view! {
        <button
            type="button"
            class="button icon theme-button"
            aria-label=texts::SWITCH_THEME
            data-testid="theme-toggle"
            on:click=toggle
        >
            <svg viewBox="0 0 16 16" aria-hidden="true">
                <path d="M8 1.5a6.5 6.5 0 1 0 0 13zM8 2.8"></path>
                <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.2"></circle>
            </svg>
        </button>
    }
}

fn system_is_dark() -> bool {
    web_sys::window()
        .and_then(|window| {
            window
                .match_media("(prefers-color-scheme: dark)")
                .ok()
                .flatten()
        })
        .is_some_and(|query| query.matches())
}
