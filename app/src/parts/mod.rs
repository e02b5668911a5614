//! Small components that all panels share.

pub mod action;
pub mod acts;
pub mod answer_card;
pub mod check_box;
pub mod clipboard;
pub mod define;
pub mod file_button;
pub mod focus;
pub mod later;
pub mod level;
pub mod long_text;
pub mod markdown;
pub mod number_field;
pub mod opened;
pub mod places;
pub mod policy_date;
pub mod principle_options;
pub mod scroll;
pub mod slider;
pub mod style_sheet;
pub mod tabs;
