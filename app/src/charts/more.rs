//! The charts that come when there is something to draw in them, or when everything is
//! wanted, and the table of tokens with them.

use super::frontier::FrontierChart;
use super::grad_norm::GradNormChart;
use super::learning_rate::LearningRateChart;
use super::margins::MarginsChart;
use super::over_optimisation::OverOptimisationChart;
use super::reward::RewardChart;
use super::win_rate::WinRateChart;
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::views::token_table::TokenTable;
use leptos::prelude::*;

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
pub fn charts_of_runs() -> Result<Build, NotLoaded> {
    Ok(|| {
        view! { <RewardChart/> <OverOptimisationChart/> <MarginsChart/> <FrontierChart/> }
            .into_any()
    })
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
pub fn charts() -> Result<Build, NotLoaded> {
    Ok(|| view! { <WinRateChart/> <GradNormChart/> <LearningRateChart/> }.into_any())
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
pub fn token_table() -> Result<Build, NotLoaded> {
    Ok(|| view! { <TokenTable/> }.into_any())
}
