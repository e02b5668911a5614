//! Small components that all panels share.

pub mod action;
pub mod define;
pub mod level;
pub mod number_field;
pub mod tabs;
