//! What leaves Tilt beside weights and labels, as texts: the model card, and the script
//! that repeats a run with TRL. The engine puts them into zips (`engine/src/export/`).

mod card;
mod csv_cell;
mod guide;
mod guide_online;
mod meta;
mod papers;
mod script;
mod trainer;

pub use card::{ModelFacts, model_card};
pub use csv_cell::text_cell;
pub use guide::{SMALL_EPSILON, trl_readme};
pub use guide_online::online_readme;
pub use meta::{ExportMeta, LabelCount, label_counts};
pub use papers::{PaperSource, sources};
pub use script::{VERSIONS, requirements, train_script};
pub use trainer::{ConfigField, TrlReward, TrlRun, objective_name, trl_run};
