//! Tilt's page. Everything it does starts in [`app`].

mod agreement;
mod app;
mod charts;
mod drop;
mod files;
mod format;
mod formula;
mod importer;
mod json;
mod keys;
mod lab_file;
mod later;
mod level;
mod locks;
mod model_files;
mod navigator;
mod other_tabs;
mod own_models;
mod panels;
mod parts;
mod random;
mod state;
mod storage;
mod texts;
mod tilt;
mod url;
mod views;
mod worker;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
