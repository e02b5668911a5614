//! The versions of the database. A version once shipped is never changed: what is new
//! comes as a step of its own, run after those before it.

use super::Store;
use web_sys::IdbDatabase;

pub const VERSION: u32 = 3;

/// Brings a database of version `from` (0: none yet) to [`VERSION`].
pub fn run(database: &IdbDatabase, from: u32) {
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
    // 3: what a person has said of a run.
    if from < 3 {
        create(database, &[Store::Marks]);
    }
}

fn create(database: &IdbDatabase, stores: &[Store]) {
    for store in stores {
        // A failure surfaces as a missing store on first use.
        let _ = database.create_object_store(store.name());
    }
}
