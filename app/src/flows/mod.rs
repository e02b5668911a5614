//! What spans several stores: what the person does and what the engine says, one file a
//! purpose. A flow takes the lab and values, and reads no form by itself.

pub mod answers;
pub mod export;
pub mod failures;
pub mod files;
pub mod lab_file;
pub mod labelling;
pub mod model_files;
pub mod own_models;
pub mod pace;
pub mod remove_run;
pub mod resume;
pub mod startup;
pub mod training;
