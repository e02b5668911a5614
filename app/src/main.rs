//! Tilt's page. Everything it does starts in [`app`].

mod against_dpo_texts;
mod agreement;
mod app;
mod charts;
mod files;
mod format;
mod formula;
mod glossary;
mod keys;
mod level;
mod objective_texts;
mod panels;
mod parameter_texts;
mod parts;
mod random;
mod state;
mod storage;
mod tilt;
mod url;
mod views;
mod worker;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
