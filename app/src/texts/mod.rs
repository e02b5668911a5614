//! Every word that the page shows, in one catalogue: a file for each place on the page.
//!
//! What stands still is a constant, what has blanks is a function that fills them. Nothing
//! here reads state or builds elements, so whoever wants other words, or another language,
//! changes this folder alone. Errors of the engine carry their own words: the terminal says
//! the same ones.

pub mod against_dpo;
pub mod agreement;
pub mod blind;
pub mod glossary;
pub mod judge;
pub mod label;
pub mod objectives;
pub mod parameters;
pub mod verdicts;
pub mod win_rate;
pub mod write;
