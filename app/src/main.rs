//! Tilt's page. Everything it does starts in [`app`].

mod agreement;
mod app;
mod charts;
mod files;
mod format;
mod formula;
mod importer;
mod keys;
mod level;
mod locks;
mod other_tabs;
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
