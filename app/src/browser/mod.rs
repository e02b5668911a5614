//! What touches the browser and knows nothing of the lab: workers, storage, locks, other
//! tabs, downloads, code that comes later.

pub mod importer;
pub mod json;
pub mod later;
pub mod locks;
pub mod navigator;
pub mod other_tabs;
pub mod storage;
pub mod worker;
