//! The frame of a chart over steps: the axis, the step that is pointed at in all charts,
//! zooming by dragging, and the marks of changed settings.

use super::scale::Scale;
use crate::lab::{Lab, use_lab};
use crate::stores::charts::ChartsStore;
use crate::texts::charts as texts;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

pub const WIDTH: f64 = 360.0;
pub const LEFT: f64 = 40.0;
pub const RIGHT: f64 = 8.0;
pub const TOP: f64 = 4.0;
/// Below the plot: the steps.
pub const FOOT: f64 = 16.0;
/// A shorter drag is a click.
const LEAST_DRAG: f64 = 6.0;
/// Steps that an arrow key moves with Shift.
const STRIDE: isize = 10;

/// Steps to pixels, the same in all charts.
pub fn x_scale(range: (f64, f64)) -> Scale {
    Scale::linear(range, (LEFT, WIDTH - RIGHT))
}

/// The values at the step that is pointed at, or the summary.
pub fn words_at_step(
    charts: ChartsStore,
    readout: Callback<usize, String>,
    summary: Signal<String>,
) -> Signal<String> {
    Signal::derive(move || {
        // Before the step, which is derived from the runs.
        charts.shown().track();
        match charts.step().get() {
            Some(step) => readout.run(step),
            None => summary.get(),
        }
    })
}

#[component]
pub fn StepPlot(
    height: f64,
    /// What the drawing shows, in a sentence.
    #[prop(into)]
    summary: Signal<String>,
    /// The values at a step, for a screen reader.
    readout: Callback<usize, String>,
    /// Everything inside the frame.
    #[prop(into)]
    draw: ViewFn,
    /// Marks on the lines at the step that is pointed at.
    at_step: Callback<usize, AnyView>,
) -> impl IntoView {
    let lab = use_lab();
    let charts = lab.charts;
    // From where to where is dragged, in pixels of the drawing.
    let drag = RwSignal::new(None::<(f64, f64)>);
    let on_down = move |event: PointerEvent| {
        if event.button() == 0
            && let Some(x) = pixel(&event)
        {
            if let Some(svg) = element(&event) {
                // A pointer that is gone again cannot be captured: then nothing is dragged.
                let _ = svg.set_pointer_capture(event.pointer_id());
            }
            drag.set(Some((x, x)));
        }
    };
    let on_move = move |event: PointerEvent| {
        let Some(x) = pixel(&event) else { return };
        let step = x_scale(charts.range().get_untracked()).value_at(x).round();
        charts.point_at(Some(step.max(0.0) as usize));
        if drag.get_untracked().is_some() {
            drag.update(|drag| {
                if let Some((_, to)) = drag {
                    *to = x;
                }
            });
        }
    };
    let on_up = move |_: PointerEvent| {
        if let Some((from, to)) = drag.get_untracked() {
            drag.set(None);
            if (to - from).abs() >= LEAST_DRAG {
                let x = x_scale(charts.range().get_untracked());
                charts.zoom_to(x.value_at(from), x.value_at(to));
            }
        }
    };
    let on_leave = move |_: PointerEvent| {
        if drag.get_untracked().is_none() {
            charts.point_at(None);
        }
    };
    view! {
        <svg
            class="drawing steps"
            viewBox=format!("0 0 {WIDTH} {height}")
            role="img"
            tabindex="0"
            aria-label=move || summary.get()
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=on_up
            on:pointercancel=move |_| drag.set(None)
            on:pointerleave=on_leave
            on:dblclick=move |_| charts.reset_zoom()
            on:keydown=move |event| press(lab, &event, readout)
        >
            {move || draw.run()}
            {move || changes(charts, height)}
            {move || axis(charts, height)}
            {move || {
                charts.step().get().map(|step| {
                    pointed(charts, step, height).map(|line| view! { {line} {at_step.run(step)} })
                })
            }}
            {move || drag.get().map(|(from, to)| dragged(from, to, height))}
        </svg>
    }
}

fn press(lab: Lab, event: &KeyboardEvent, readout: Callback<usize, String>) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let charts = lab.charts;
    let stride = if event.shift_key() { STRIDE } else { 1 };
    let by = match event.key().as_str() {
        "ArrowLeft" => -stride,
        "ArrowRight" => stride,
        "Home" => isize::MIN / 2,
        "End" => isize::MAX / 2,
        "+" | "=" => return charts.zoom_by(0.5),
        "-" => return charts.zoom_by(2.0),
        "Escape" => return charts.point_at(None),
        _ => return,
    };
    event.prevent_default();
    charts.move_step(by);
    if let Some(step) = charts.step().get_untracked() {
        lab.notices.say(&untrack(|| readout.run(step)));
    }
}

fn element(event: &PointerEvent) -> Option<Element> {
    event.current_target()?.dyn_into().ok()
}

/// Where the pointer is, in the drawing's own pixels.
fn pixel(event: &PointerEvent) -> Option<f64> {
    let rect = element(event)?.get_bounding_client_rect();
    let x = (f64::from(event.client_x()) - rect.left()) / rect.width() * WIDTH;
    x.is_finite().then_some(x)
}

fn pointed(charts: ChartsStore, step: usize, height: f64) -> Option<impl IntoView + use<>> {
    let range = charts.range().get();
    let step = step as f64;
    if step < range.0 || step > range.1 {
        return None;
    }
    let x = x_scale(range).at(step);
    // The number stays between the axis's own.
    let text = x.clamp(LEFT + 52.0, WIDTH - RIGHT - 44.0);
    Some(view! {
        <line class="crosshair" x1=x x2=x y1=TOP y2=height - FOOT></line>
        <text class="tick pointed middle" x=text y=height - 4.0>{step.to_string()}</text>
    })
}

fn axis(charts: ChartsStore, height: f64) -> impl IntoView {
    let (low, high) = charts.range().get();
    view! {
        <text class="tick" x=LEFT y=height - 4.0>{texts::axis_start(low.round())}</text>
        <text class="tick end" x=WIDTH - RIGHT y=height - 4.0>{high.round().to_string()}</text>
    }
}

fn dragged(from: f64, to: f64, height: f64) -> impl IntoView {
    let inside = |x: f64| x.clamp(LEFT, WIDTH - RIGHT);
    let (low, high) = (inside(from.min(to)), inside(from.max(to)));
    view! {
        <rect class="dragged" x=low y=TOP width=high - low height=height - FOOT - TOP></rect>
    }
}

/// A hairline where settings were changed in mid-run, its text as title.
fn changes(charts: ChartsStore, height: f64) -> impl IntoView {
    // The runs before the range, which is derived from them.
    charts.shown().track();
    let range = charts.range().get();
    let x = x_scale(range);
    charts.shown().with(|shown| {
        shown
            .iter()
            .flat_map(|run| run.changes.iter().map(move |change| (run, change)))
            .filter(|(_, change)| (range.0..=range.1).contains(&(change.step as f64)))
            .map(|(run, change)| {
                let x = x.at(change.step as f64);
                let text = texts::changed(&run.name, change.step, &change.what);
                view! {
                    <g class="change">
                        <title>{text}</title>
                        <line x1=x x2=x y1=TOP y2=height - FOOT></line>
                        <path d=format!("M{:.1} {TOP}h6l-3 5Z", x - 3.0)></path>
                    </g>
                }
            })
            .collect_view()
    })
}
