//! What spans several stores: what the person does and what the engine says, one file a
//! purpose. A flow takes the lab and values, and reads no form by itself.

pub mod act;
pub mod answers;
pub mod bench;
pub mod blind;
pub mod checkpoints;
pub mod closed_form;
pub mod data_report;
pub mod engine;
pub mod engine_gone;
pub mod erase;
pub mod export;
pub mod export_labels;
pub mod failed_requests;
pub mod import;
pub mod judging;
pub mod lab_arrival;
pub mod lab_file;
pub mod labelling;
pub mod later;
pub mod model_files;
pub mod models;
pub mod own_models;
pub mod pace;
pub mod pairs;
pub mod remove_run;
pub mod resume;
pub mod settings;
pub mod shipped_models;
pub mod startup;
pub mod steps;
pub mod stored_runs;
pub mod tabs;
pub mod training;
pub mod watching;
