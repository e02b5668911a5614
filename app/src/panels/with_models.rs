//! What needs a model that answers, and so comes with it: the heat map, the next tokens, the
//! comparison with its blind test, the closed form, the win rate, the chart of the loss.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::charts::controls::ChartControls;
use crate::charts::loss::LossChart;
use crate::panels::compare::ComparePanel;
use crate::panels::win_rate::WinRatePanel;
use crate::views::closed_form::ClosedForm;
use crate::views::heatmap::Heatmap;
use crate::views::next_tokens::NextTokenBars;
use leptos::prelude::*;

#[wasm_split(models, wasm_split_path = leptos::wasm_split, fallible)]
pub fn heatmap() -> Result<Build, NotLoaded> {
    Ok(|| view! { <Heatmap/> }.into_any())
}

#[wasm_split(models, wasm_split_path = leptos::wasm_split, fallible)]
pub fn next_tokens() -> Result<Build, NotLoaded> {
    Ok(|| view! { <NextTokenBars/> }.into_any())
}

#[wasm_split(models, wasm_split_path = leptos::wasm_split, fallible)]
pub fn compare() -> Result<Build, NotLoaded> {
    Ok(|| view! { <ComparePanel/> }.into_any())
}

#[wasm_split(models, wasm_split_path = leptos::wasm_split, fallible)]
pub fn closed_form() -> Result<Build, NotLoaded> {
    Ok(|| view! { <ClosedForm/> }.into_any())
}

#[wasm_split(models, wasm_split_path = leptos::wasm_split, fallible)]
pub fn chart_controls() -> Result<Build, NotLoaded> {
    Ok(|| view! { <ChartControls/> }.into_any())
}

#[wasm_split(models, wasm_split_path = leptos::wasm_split, fallible)]
pub fn loss_chart() -> Result<Build, NotLoaded> {
    Ok(|| view! { <LossChart/> }.into_any())
}

#[wasm_split(models, wasm_split_path = leptos::wasm_split, fallible)]
pub fn win_rate() -> Result<Build, NotLoaded> {
    Ok(|| view! { <WinRatePanel/> }.into_any())
}
