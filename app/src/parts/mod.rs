//! Small components that all panels share.

pub mod action;
pub mod define;
pub mod number_field;
