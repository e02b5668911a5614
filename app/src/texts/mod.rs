//! Every word that the page shows, in one catalogue: a file for each place on the page.
//!
//! What stands still is a constant, what has blanks is a function that fills them. Nothing
//! here reads state or builds elements, so whoever wants other words, or another language,
//! changes this folder alone. Errors of the engine carry their own words: the terminal says
//! the same ones.

pub mod against_dpo;
pub mod agreement;
pub mod blind;
pub mod charts;
pub mod closed_form;
pub mod compare;
pub mod drawer;
pub mod files;
pub mod formula;
pub mod frontier;
pub mod glossary;
pub mod guide;
pub mod heatmap;
pub mod judge;
pub mod label;
pub mod link;
pub mod logps;
pub mod loss_charts;
pub mod margins;
pub mod next_tokens;
pub mod notices;
pub mod objectives;
pub mod page;
pub mod parameters;
pub mod parts;
pub mod recorded;
pub mod runs;
pub mod training;
pub mod verdicts;
pub mod win_rate;
pub mod win_rate_chart;
pub mod write;
