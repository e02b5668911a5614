//! What touches the browser and knows nothing of the lab: workers, storage, locks, other
//! tabs, downloads, code that comes later.

pub mod around;
pub mod download;
pub mod http;
pub mod import_worker;
pub mod later;
pub mod locks;
pub mod navigator;
pub mod offline;
pub mod other_tabs;
pub mod pause;
pub mod storage;
pub mod url;
pub mod worker;
