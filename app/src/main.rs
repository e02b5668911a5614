//! Tilt's page. Everything it does starts in [`shell::app`].

mod browser;
mod charts;
mod flows;
mod formula;
mod lab;
mod model;
mod panels;
mod parts;
mod shell;
mod stores;
mod texts;
mod views;

fn main() {
    leptos::mount::mount_to_body(shell::app::App);
}
