//! The settings that all charts share.

use crate::lab::use_lab;
use crate::parts::action::Action;
use crate::parts::check_box::CheckBox;
use crate::stores::charts::MOST_SMOOTHING;
use crate::texts::charts as texts;
use leptos::prelude::*;

#[component]
pub fn ChartControls() -> impl IntoView {
    let charts = use_lab().charts;
    let smoothing = charts.smoothing();
    view! {
        <div class="chart-controls" role="group" aria-label=texts::ALL_CHARTS data-testid="chart-controls">
            <label class="chart-smoothing">
                {texts::SMOOTHING}
                <input
                    type="range"
                    min="0"
                    max=MOST_SMOOTHING.to_string()
                    step="0.02"
                    aria-label=texts::SMOOTHING_OF_LINES
                    data-testid="chart-smoothing"
                    prop:value=move || smoothing.get().to_string()
                    on:input=move |event| {
                        if let Ok(smoothing) = event_target_value(&event).parse() {
                            charts.smooth(smoothing);
                        }
                    }
                />
                <span class="number">{move || format!("{:.2}", smoothing.get())}</span>
            </label>
            <CheckBox
                testid="chart-log"
                text=texts::LOG_Y
                class="chart-log"
                title=texts::LOG_WHERE
                is_on=charts.is_log()
                on_change=move |is_log| charts.set_log(is_log)
            />
            <p class="chart-hint">{texts::HOW_TO}</p>
            <Action
                testid="chart-reset-zoom"
                text=texts::RESET_ZOOM
                disabled=Signal::derive(move || !charts.is_zoomed().get())
                on_press=move || charts.reset_zoom()
            />
        </div>
    }
}
