//! What this page is, in two sentences and a picture, and a rule to try.

use crate::flows::act::perform;
use crate::lab::use_lab;
use crate::model::act::Act;
use crate::model::rule::Rule;
use crate::texts::intro as texts;
use leptos::prelude::*;

#[component]
pub fn Intro() -> impl IntoView {
    let lab = use_lab();
    let rule = lab.evaluate.rule();
    let offered = Rule::OFFERED.map(|offered| {
        view! {
            <button
                type="button"
                class="segment"
                data-testid="intro-rule"
                data-value=offered.slug()
                aria-pressed=move || (rule.get() == Some(offered)).to_string()
                on:click=move |_| perform(lab, Act::ChooseRule(offered))
            >
                {texts::rule(offered.slug())}
            </button>
        }
    });
    view! {
        <div class="intro" data-testid="intro">
            <svg
                class="intro-picture"
                viewBox="0 0 210 64"
                role="img"
                aria-label=texts::PICTURE
                inner_html=PICTURE
            ></svg>
            <div>
                <p class="intro-what">{texts::WHAT}</p>
                <p>
                    {texts::WORLD} " " {texts::TRY_A_RULE} " "
                    <span class="segments" role="group" aria-label=texts::TRY_A_RULE>{offered}</span>
                </p>
            </div>
        </div>
    }
}

/// Two answers, one of them chosen; the same answers' chances before and after.
const PICTURE: &str = r#"<g class="chosen"><rect x="1" y="6" width="62" height="22" rx="5"/><path d="M10 16h30M10 21h18"/><path class="mark" d="M48 17l4 4 7-9"/></g><g class="rejected"><rect x="1" y="36" width="62" height="22" rx="5"/><path d="M10 46h40M10 51h26"/></g><path d="M72 32h22m-6-5 6 5-6 5"/><rect x="106" y="8" width="50" height="8"/><rect x="106" y="38" width="58" height="8"/><rect class="up" x="106" y="18" width="92" height="8"/><rect class="down" x="106" y="48" width="18" height="8"/>"#;
