//! The settings that all charts share.

use crate::parts::action::Action;
use crate::state::charts::MOST_SMOOTHING;
use crate::state::use_lab;
use leptos::prelude::*;

#[component]
pub fn ChartControls() -> impl IntoView {
    let charts = use_lab().charts;
    let smoothing = charts.smoothing();
    view! {
        <div class="chart-controls" role="group" aria-label="All charts" data-testid="chart-controls">
            <label class="chart-smoothing">
                "Smoothing"
                <input
                    type="range"
                    min="0"
                    max=MOST_SMOOTHING.to_string()
                    step="0.02"
                    aria-label="Smoothing of the lines"
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
            <label class="chart-log" title="Where all values are above zero">
                <input
                    type="checkbox"
                    data-testid="chart-log"
                    prop:checked=move || charts.is_log().get()
                    on:change=move |event| charts.set_log(event_target_checked(&event))
                />
                "log y"
            </label>
            <p class="chart-hint">"Drag over steps to zoom in. In a chart, arrow keys move the step, + and \u{2212} zoom."</p>
            <Action
                testid="chart-reset-zoom"
                text=Signal::derive(|| "Reset zoom".to_owned())
                disabled=Signal::derive(move || !charts.is_zoomed().get())
                on_press=move || charts.reset_zoom()
            />
        </div>
    }
}
