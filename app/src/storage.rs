//! Labels in IndexedDB: one record a label, its key the order of labelling.
//!
//! A write is requested, and its transaction committed, before the call returns:
//! a reload right after a verdict loses nothing.

use idb::{Database, Factory, ObjectStoreParams, Query, TransactionMode};
use std::future::Future;
use tilt_protocol::Label;
use wasm_bindgen::JsValue;

const NAME: &str = "tilt";
const VERSION: u32 = 1;
const LABELS: &str = "labels";

pub struct LabelDb {
    database: Database,
}

impl LabelDb {
    pub async fn open() -> Result<LabelDb, idb::Error> {
        let mut request = Factory::new()?.open(NAME, Some(VERSION))?;
        request.on_upgrade_needed(|event| {
            use idb::DatabaseEvent;
            // A failure here surfaces as a missing store on first use.
            if let Ok(database) = event.database() {
                let _ = database.create_object_store(LABELS, ObjectStoreParams::new());
            }
        });
        Ok(LabelDb {
            database: request.await?,
        })
    }

    /// All labels in the order in which they were given. Records that cannot be
    /// read are counted, not returned.
    pub async fn load(&self) -> Result<(Vec<(u64, Label)>, usize), idb::Error> {
        let transaction = self
            .database
            .transaction(&[LABELS], TransactionMode::ReadOnly)?;
        let store = transaction.object_store(LABELS)?;
        let keys = store.get_all_keys(None, None)?.await?;
        let values = store.get_all(None, None)?.await?;
        let mut labels = Vec::with_capacity(keys.len());
        let mut unreadable = 0;
        for (key, value) in keys.iter().zip(&values) {
            let label = value
                .as_string()
                .and_then(|json| serde_json::from_str::<Label>(&json).ok());
            match (key.as_f64(), label) {
                (Some(key), Some(label)) => labels.push((key as u64, label)),
                _ => unreadable += 1,
            }
        }
        Ok((labels, unreadable))
    }

    /// Requests one transaction that writes some labels and deletes others, at once;
    /// the future says how it ended.
    pub fn change(
        &self,
        written: &[(u64, &Label)],
        deleted: &[u64],
    ) -> Result<impl Future<Output = Result<(), idb::Error>> + use<>, idb::Error> {
        let transaction = self
            .database
            .transaction(&[LABELS], TransactionMode::ReadWrite)?;
        let store = transaction.object_store(LABELS)?;
        for (key, label) in written {
            // A label is plain data: its JSON cannot fail.
            let json = serde_json::to_string(label).unwrap_or_default();
            store.put(&JsValue::from_str(&json), Some(&key_of(*key)))?;
        }
        for key in deleted {
            store.delete(Query::Key(key_of(*key)))?;
        }
        let committed = transaction.commit()?;
        Ok(async move { committed.await.map(drop) })
    }

    pub fn clear(
        &self,
    ) -> Result<impl Future<Output = Result<(), idb::Error>> + use<>, idb::Error> {
        let transaction = self
            .database
            .transaction(&[LABELS], TransactionMode::ReadWrite)?;
        transaction.object_store(LABELS)?.clear()?;
        let committed = transaction.commit()?;
        Ok(async move { committed.await.map(drop) })
    }
}

/// Keys are below 2^53, so a JavaScript number holds them exactly.
fn key_of(key: u64) -> JsValue {
    JsValue::from_f64(key as f64)
}
