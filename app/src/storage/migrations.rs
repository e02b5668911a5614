//! The versions of the database. A version once shipped is never changed: what is new
//! comes as a step of its own, run after those before it.

use super::Store;
use idb::{Database, ObjectStoreParams};

pub const VERSION: u32 = 2;

/// Brings a database of version `from` (0: none yet) to [`VERSION`].
pub fn run(database: &Database, from: u32) {
    // 1: labels.
    if from < 1 {
        create(database, &[Store::Labels]);
    }
    // 2: runs and models.
    if from < 2 {
        let stores = [
            Store::Runs,
            Store::Curves,
            Store::Rows,
            Store::Checkpoints,
            Store::Models,
        ];
        create(database, &stores);
    }
}

fn create(database: &Database, stores: &[Store]) {
    for store in stores {
        // A failure surfaces as a missing store on first use.
        let _ = database.create_object_store(store.name(), ObjectStoreParams::new());
    }
}
