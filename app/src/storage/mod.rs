//! What outlives a visit, in IndexedDB: labels, runs with their curves, rows and
//! checkpoints, imported models.
//!
//! A write is requested, and its transaction committed, before the call returns: a reload
//! right after it loses nothing.

mod migrations;

use idb::{Database, Factory, Query, TransactionMode, TransactionResult};
use std::future::Future;
use thiserror::Error;
use wasm_bindgen::JsValue;

const NAME: &str = "tilt";

/// Why something is not stored.
#[derive(Debug, Error)]
pub enum StorageError {
    #[error("{0}")]
    Browser(#[from] idb::Error),
    /// The browser took back a transaction that was asked for in order: it does so when
    /// there is no room left.
    #[error("the browser has no room left for this page")]
    Full,
}

/// The tables. Keys are numbers, except where a model's name is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// A label's JSON, under its place in the order of labelling.
    Labels,
    /// A run's JSON, under its uid.
    Runs,
    /// The JSON of a run's curve, under its uid.
    Curves,
    /// The JSON of a run's training rows, under its uid.
    Rows,
    /// The file of a run's checkpoint (an `ArrayBuffer`), under its uid.
    Checkpoints,
    /// The imported model's parts: texts and `ArrayBuffer`s, under numbers of their own.
    Models,
}

impl Store {
    pub const ALL: [Store; 6] = [
        Store::Labels,
        Store::Runs,
        Store::Curves,
        Store::Rows,
        Store::Checkpoints,
        Store::Models,
    ];

    /// As the database and the file of a whole lab name it.
    pub fn name(self) -> &'static str {
        match self {
            Store::Labels => "labels",
            Store::Runs => "runs",
            Store::Curves => "curves",
            Store::Rows => "rows",
            Store::Checkpoints => "checkpoints",
            Store::Models => "models",
        }
    }
}

/// One change of a table.
#[derive(Clone, Debug)]
pub enum Write {
    Put(Store, u64, JsValue),
    Delete(Store, u64),
    Clear(Store),
}

impl Write {
    fn store(&self) -> Store {
        match self {
            Write::Put(store, ..) | Write::Delete(store, _) | Write::Clear(store) => *store,
        }
    }
}

pub struct Storage {
    database: Database,
}

impl Storage {
    /// Opens the database, made or brought to this version where needed. `on_outdated` is
    /// called when another tab wants a newer version: this one then stores nothing more.
    pub async fn open(on_outdated: impl FnOnce() + 'static) -> Result<Storage, StorageError> {
        let mut request = Factory::new()?.open(NAME, Some(migrations::VERSION))?;
        request.on_upgrade_needed(|event| {
            use idb::DatabaseEvent;
            let from = event.old_version().unwrap_or_default();
            // A failure here surfaces as a missing store on first use.
            if let Ok(database) = event.database() {
                migrations::run(&database, from);
            }
        });
        let mut database = request.await?;
        database.on_version_change(move |event| {
            use wasm_bindgen::JsCast;
            let target = event.target();
            if let Some(database) = target.and_then(|t| t.dyn_into::<web_sys::IdbDatabase>().ok()) {
                database.close();
            }
            on_outdated();
        });
        Ok(Storage { database })
    }

    /// All values of a table in the order of their keys.
    pub async fn read_all(&self, store: Store) -> Result<Vec<(u64, JsValue)>, StorageError> {
        let names = [store.name()];
        let transaction = self
            .database
            .transaction(&names, TransactionMode::ReadOnly)?;
        let store = transaction.object_store(store.name())?;
        let keys = store.get_all_keys(None, None)?.await?;
        let values = store.get_all(None, None)?.await?;
        let keys = keys
            .iter()
            .map(|key| key.as_f64().unwrap_or_default() as u64);
        Ok(keys.zip(values).collect())
    }

    /// One value of each table, under the same key, as they stood at one moment.
    pub async fn read<const N: usize>(
        &self,
        stores: [Store; N],
        key: u64,
    ) -> Result<[Option<JsValue>; N], StorageError> {
        let names = stores.map(Store::name);
        let transaction = self
            .database
            .transaction(&names, TransactionMode::ReadOnly)?;
        // All are asked for before the first is awaited: a transaction without requests ends.
        let mut requests = Vec::with_capacity(N);
        for name in names {
            requests.push(transaction.object_store(name)?.get(key_of(key))?);
        }
        let mut values = [const { None }; N];
        for (value, request) in values.iter_mut().zip(requests) {
            *value = request.await?;
        }
        Ok(values)
    }

    /// Requests all changes as one transaction; the future says how it ended.
    pub fn write(
        &self,
        writes: &[Write],
    ) -> Result<impl Future<Output = Result<(), StorageError>> + use<>, StorageError> {
        let mut names: Vec<&str> = writes.iter().map(|write| write.store().name()).collect();
        names.sort_unstable();
        names.dedup();
        let transaction = self
            .database
            .transaction(&names, TransactionMode::ReadWrite)?;
        for write in writes {
            let store = transaction.object_store(write.store().name())?;
            match write {
                Write::Put(_, key, value) => drop(store.put(value, Some(&key_of(*key)))?),
                Write::Delete(_, key) => drop(store.delete(Query::Key(key_of(*key)))?),
                Write::Clear(_) => drop(store.clear()?),
            }
        }
        let committed = transaction.commit()?;
        Ok(async move {
            match committed.await? {
                TransactionResult::Committed => Ok(()),
                TransactionResult::Aborted => Err(StorageError::Full),
            }
        })
    }
}

/// Keys are below 2^53, so a JavaScript number holds them exactly.
fn key_of(key: u64) -> JsValue {
    JsValue::from_f64(key as f64)
}
