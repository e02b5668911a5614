//! Models and runs as zips: for `transformers`, and to be continued with TRL.
//!
//! The same code for the page's worker and for the terminal. What the files say stands in
//! `tilt_protocol::export`; here are the numbers: weights, logits to check them with, and
//! the first losses of a run.

mod check;
mod exact;
mod model;
mod rows;
mod trl;
mod trl_online;
mod zip;

pub use check::{Check, check};
pub use model::{model_files, model_zip};
pub use rows::{TrlRows, trl_rows};
pub use tilt_protocol::zip::{File, zip_files};
pub use trl::{EXPECTED_STEPS, trl_zip};
pub use zip::unzip_files;
