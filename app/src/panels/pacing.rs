//! How far a press goes, and how fast a run.

use crate::flows::act::perform;
use crate::lab::use_lab;
use crate::model::act::Act;
use crate::model::pace::Pace;
use crate::model::run::Phase;
use crate::parts::action::Action;
use crate::parts::acts;
use crate::texts::training as texts;
use leptos::prelude::*;

#[component]
pub fn PacingRow() -> impl IntoView {
    let lab = use_lab();
    let phase = lab.run.phase();
    let is_off = Signal::derive(move || !lab.engine.is_up() || phase.get() == Phase::Running);
    let pace = lab.pace.pace();
    view! {
        <div class="row pacing">
            <Action
                testid="train-epoch" text=texts::ONE_EPOCH class="slim" disabled=is_off
                on_press=move || acts::take_epoch(lab)
            />
            <Action
                testid="train-pair" text=texts::ONE_PAIR class="slim" disabled=is_off
                on_press=move || acts::take_one_row(lab)
            />
            <label class="pace">
                <span>{texts::SPEED}</span>
                <select
                    data-testid="train-speed"
                    prop:value=move || pace.get().slug()
                    on:change=move |event| {
                        if let Some(pace) = Pace::from_slug(&event_target_value(&event)) {
                            perform(lab, Act::SetPace(pace));
                        }
                    }
                >
                    {Pace::ALL
                        .into_iter()
                        .map(|pace| view! { <option value=pace.slug()>{pace.name()}</option> })
                        .collect_view()}
                </select>
            </label>
        </div>
    }
}
