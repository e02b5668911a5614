//! One connection to the database. Every failure comes back as a [`StorageError`]; what to
//! do about it is decided elsewhere.

use super::{StorageError, Store, Write, migrations};
use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use js_sys::{Array, Promise};
use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Event, IdbDatabase, IdbFactory, IdbOpenDbRequest, IdbRequest, IdbRequestReadyState,
    IdbTransaction, IdbTransactionMode, IdbVersionChangeEvent,
};

/// So long a browser may take to answer that a database is open, or is not.
const OPENING_MS: u32 = 10_000;
/// So long one reading or one writing may take: an imported model has hundreds of megabytes.
const TRANSACTION_MS: u32 = 60_000;

/// Why a connection ended that this page did not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// Another tab wants a newer version of the database.
    Outdated,
    /// The database is being deleted, or the browser closed it.
    Closed,
}

pub struct Database {
    inner: IdbDatabase,
    _listeners: [EventListener; 2],
}

impl Drop for Database {
    fn drop(&mut self) {
        // What was requested still takes place.
        self.inner.close();
    }
}

impl Database {
    /// Opens the database of this name, made or brought to this version where needed. `on_lost` is
    /// called when the connection is taken away.
    ///
    /// # Errors
    /// [`StorageError::Missing`], [`StorageError::Blocked`] and [`StorageError::Silent`] among
    /// what the browser says.
    pub async fn open(
        name: &str,
        on_lost: impl Fn(Lost) + 'static,
    ) -> Result<Database, StorageError> {
        let factory = factory()?;
        let request = factory.open_with_u32(name, migrations::VERSION)?;
        let migrating = request.clone();
        let _migrate = EventListener::once(&request, "upgradeneeded", move |event| {
            let from = event.dyn_ref::<IdbVersionChangeEvent>();
            let from = from.map_or(0.0, IdbVersionChangeEvent::old_version);
            // A failure here ends the opening.
            if let Ok(database) = migrating.result() {
                migrations::run(database.unchecked_ref(), from as u32);
            }
        });
        let inner: IdbDatabase = opened(&request).await?.unchecked_into();
        let lost = Rc::new(on_lost);
        let closed = {
            let lost = lost.clone();
            EventListener::new(&inner, "close", move |_| lost(Lost::Closed))
        };
        let closing = inner.clone();
        let changing = EventListener::new(&inner, "versionchange", move |event| {
            // Whoever wants the database otherwise, or gone, waits for this.
            closing.close();
            let wanted = event.dyn_ref::<IdbVersionChangeEvent>();
            let is_newer = wanted.is_some_and(|wanted| wanted.new_version().is_some());
            lost(if is_newer {
                Lost::Outdated
            } else {
                Lost::Closed
            });
        });
        Ok(Database {
            inner,
            _listeners: [closed, changing],
        })
    }

    /// All values of each table in the order of their keys, as they stood at one moment.
    ///
    /// # Errors
    /// [`StorageError::Silent`], and what the browser says.
    pub async fn read_all(
        &self,
        stores: &[Store],
    ) -> Result<Vec<Vec<(u64, JsValue)>>, StorageError> {
        let transaction = self.reading(stores)?;
        let deadline = Deadline::of(&transaction);
        // All are asked for before the first is awaited: a transaction without requests ends.
        let mut answers = Vec::with_capacity(stores.len());
        for store in stores {
            let store = transaction.object_store(store.name())?;
            answers.push((
                PendingResult::of(store.get_all_keys()?),
                PendingResult::of(store.get_all()?),
            ));
        }
        let mut tables = Vec::with_capacity(stores.len());
        for (keys, values) in answers {
            let (keys, values) = (keys.by(&deadline).await?, values.by(&deadline).await?);
            let (keys, values) = (Array::from(&keys), Array::from(&values));
            let keys = keys
                .iter()
                .map(|key| key.as_f64().unwrap_or_default() as u64);
            tables.push(keys.zip(values.iter()).collect());
        }
        Ok(tables)
    }

    /// What lies under each table's key, as it stood at one moment.
    ///
    /// # Errors
    /// [`StorageError::Silent`], and what the browser says.
    pub async fn read(
        &self,
        places: &[(Store, u64)],
    ) -> Result<Vec<Option<JsValue>>, StorageError> {
        let stores: Vec<Store> = places.iter().map(|(store, _)| *store).collect();
        let transaction = self.reading(&stores)?;
        let deadline = Deadline::of(&transaction);
        let mut answers = Vec::with_capacity(places.len());
        for (store, key) in places {
            let store = transaction.object_store(store.name())?;
            answers.push(PendingResult::of(store.get(&key_of(*key))?));
        }
        let mut values = Vec::with_capacity(places.len());
        for answer in answers {
            let value = answer.by(&deadline).await?;
            values.push(Some(value).filter(|value| !value.is_undefined()));
        }
        Ok(values)
    }

    fn reading(&self, stores: &[Store]) -> Result<IdbTransaction, StorageError> {
        let names: Array = stores.iter().map(|s| JsValue::from(s.name())).collect();
        Ok(self.inner.transaction_with_str_sequence(&names)?)
    }

    /// Requests all changes as one transaction; the future says how it ended.
    ///
    /// # Errors
    /// What the browser says at once: then nothing of it takes place.
    pub fn write(
        &self,
        writes: &[Write],
    ) -> Result<impl Future<Output = Result<(), StorageError>> + use<>, StorageError> {
        let mut stores: Vec<Store> = Vec::new();
        for store in writes.iter().map(Write::store) {
            if !stores.contains(&store) {
                stores.push(store);
            }
        }
        let names: Array = stores.iter().map(|s| JsValue::from(s.name())).collect();
        let transaction = self
            .inner
            .transaction_with_str_sequence_and_mode(&names, IdbTransactionMode::Readwrite)?;
        if let Err(cause) = request_all(&transaction, writes) {
            // What was requested before it would be committed by itself. One that has
            // ended already needs no abort.
            let _ = transaction.abort();
            return Err(cause.into());
        }
        Ok(ended(transaction))
    }
}

fn factory() -> Result<IdbFactory, StorageError> {
    let window = web_sys::window().ok_or(StorageError::Missing)?;
    window.indexed_db()?.ok_or(StorageError::Missing)
}

/// The answer to an opening: one that is blocked, or that gets none, is given up.
async fn opened(request: &IdbOpenDbRequest) -> Result<JsValue, StorageError> {
    let is_blocked = Rc::new(Cell::new(false));
    let noted = is_blocked.clone();
    let mut waiting = None;
    let asked = Promise::new(&mut |resolve, _| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&resolve));
        let noted = noted.clone();
        // A promise's own resolver takes anything.
        let give_up = move || drop(resolve.call0(&JsValue::UNDEFINED));
        waiting = Some(Timeout::new(OPENING_MS, give_up.clone()));
        let blocked = EventListener::once(request, "blocked", move |_| {
            noted.set(true);
            give_up();
        });
        blocked.forget();
    });
    JsFuture::from(asked).await?;
    drop(waiting);
    if request.ready_state() == IdbRequestReadyState::Pending {
        // Opened again later; this one, when it comes, must not stand in the way.
        let late = request.clone();
        EventListener::once(request, "success", move |_| {
            if let Ok(database) = late.result() {
                database.unchecked_ref::<IdbDatabase>().close();
            }
        })
        .forget();
        return Err(if is_blocked.get() {
            StorageError::Blocked
        } else {
            StorageError::Silent
        });
    }
    outcome(request)
}

fn request_all(transaction: &IdbTransaction, writes: &[Write]) -> Result<(), JsValue> {
    for write in writes {
        let store = transaction.object_store(write.store().name())?;
        match write {
            Write::Put(_, key, value) => store.put_with_key(value, &key_of(*key))?,
            Write::Delete(_, key) => store.delete(&key_of(*key))?,
            Write::Clear(_) => store.clear()?,
        };
    }
    // Taken out of version 2 of the specification and back in version 3.
    #[allow(deprecated)]
    transaction.commit()
}

/// How a transaction ends; listens from the call on. One that is given up may still be
/// carried out, before whatever is requested after it.
fn ended(transaction: IdbTransaction) -> impl Future<Output = Result<(), StorageError>> + use<> {
    let asked = Promise::new(&mut |resolve, _| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&resolve));
    });
    let deadline = Deadline::of(&transaction);
    async move {
        let event = deadline.or(&asked).await?;
        if event.unchecked_ref::<Event>().type_() == "complete" {
            return Ok(());
        }
        let reason = transaction.error().map(JsValue::from);
        Err(reason.map_or(StorageError::TakenBack, StorageError::from))
    }
}

/// A request's answer, listened for from the call on. It never rejects: an answer that
/// nobody awaits any more would be an error of the page.
struct PendingResult(IdbRequest, Promise);

impl PendingResult {
    fn of(request: IdbRequest) -> PendingResult {
        let asked = Promise::new(&mut |resolve, _| {
            request.set_onsuccess(Some(&resolve));
            request.set_onerror(Some(&resolve));
        });
        PendingResult(request, asked)
    }

    async fn by(self, deadline: &Deadline) -> Result<JsValue, StorageError> {
        deadline.or(&self.1).await?;
        outcome(&self.0)
    }
}

/// How long a transaction is waited for, from the call on.
struct Deadline {
    transaction: IdbTransaction,
    passed: Promise,
    _timer: Option<Timeout>,
}

impl Deadline {
    fn of(transaction: &IdbTransaction) -> Deadline {
        let mut timer = None;
        let passed = Promise::new(&mut |resolve, _| {
            // A promise's own resolver takes anything.
            let pass = move || drop(resolve.call0(&JsValue::UNDEFINED));
            timer = Some(Timeout::new(TRANSACTION_MS, pass));
        });
        Deadline {
            transaction: transaction.clone(),
            passed,
            _timer: timer,
        }
    }

    /// The event that `asked` resolves with; or the transaction is given up.
    async fn or(&self, asked: &Promise) -> Result<JsValue, StorageError> {
        let first = Promise::race(&Array::of2(asked, &self.passed));
        let event = JsFuture::from(first).await?;
        if event.is_undefined() {
            // One that is being committed, or has ended, needs no abort.
            let _ = self.transaction.abort();
            return Err(StorageError::Silent);
        }
        Ok(event)
    }
}

fn outcome(request: &IdbRequest) -> Result<JsValue, StorageError> {
    match request.error()? {
        Some(error) => Err(JsValue::from(error).into()),
        None => Ok(request.result()?),
    }
}

/// Keys are below 2^53, so a JavaScript number holds them exactly.
fn key_of(key: u64) -> JsValue {
    JsValue::from_f64(key as f64)
}
