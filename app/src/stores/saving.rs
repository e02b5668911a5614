//! Whatever is stored goes through here. What cannot be is said once, with what to do, kept,
//! and tried again until it is; a storage that was taken away is opened again.

use super::notices::Notices;
use crate::browser::pause::pause;
use crate::browser::storage::ledger::{Ledger, WriteGroup};
use crate::browser::storage::{Database, Lost, StorageError, Store, Write};
use crate::model::notice::NoticeKey;
use crate::model::space::Space;
use crate::model::stored::Stored;
use crate::texts::saving as texts;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

const NOTICE: NoticeKey = NoticeKey::Storage;
/// Before the first further try; then twice as long each time.
const FIRST_PAUSE_MS: u32 = 250;
const LONGEST_PAUSE_MS: u32 = 30_000;
/// How often a value is asked for before it is said that it could not be read.
const READS: u32 = 3;
/// Clocks of two tabs stand no further apart.
const CLOCKS_APART_MS: f64 = 1_000.0;

#[derive(Clone, Copy)]
pub struct Saving {
    database: StoredValue<Connection, LocalStorage>,
    ledger: StoredValue<Ledger, LocalStorage>,
    /// Writes that have no answer yet: until it is there nothing is well again.
    under_way: StoredValue<usize>,
    /// A reading got no answer, and none has since: opening alone does not make it well.
    is_mute: StoredValue<bool>,
    /// Tries that failed since one worked.
    failures: StoredValue<u32>,
    again: StoredValue<Option<Timeout>, LocalStorage>,
    /// How often everything was erased in this visit.
    erasures: StoredValue<u32>,
    /// Called when what was stored may be gone, and there is a database again.
    when_lost: StoredValue<Option<Rc<dyn Fn()>>, LocalStorage>,
    said: StoredValue<Option<String>>,
    space: Space,
    notices: Notices,
}

#[derive(Clone)]
enum Connection {
    None {
        /// What was stored may be gone with the database that was open.
        was_open: bool,
        /// Why it could not be opened.
        error: Option<StorageError>,
    },
    Opening,
    Open(Rc<Database>),
    /// This copy of the page is too old for the database.
    Outdated,
}

const NOT_OPENED: Connection = Connection::None {
    was_open: false,
    error: None,
};

impl Saving {
    pub fn new(space: Space, notices: Notices) -> Saving {
        Saving {
            database: StoredValue::new_local(NOT_OPENED),
            ledger: StoredValue::new_local(Ledger::default()),
            under_way: StoredValue::new(0),
            is_mute: StoredValue::new(false),
            failures: StoredValue::new(0),
            again: StoredValue::new_local(None),
            erasures: StoredValue::new(0),
            when_lost: StoredValue::new_local(None),
            said: StoredValue::new(None),
            space,
            notices,
        }
    }

    /// From now on `store_again` is called when the database was taken away and is there
    /// again, perhaps empty.
    pub fn when_lost(self, store_again: impl Fn() + 'static) {
        self.when_lost.set_value(Some(Rc::new(store_again)));
    }

    /// Opens the database; where there is none, that is said and tried again now and then.
    pub async fn open(self) {
        let Connection::None { was_open, .. } = self.database.get_value() else {
            return;
        };
        self.database.set_value(Connection::Opening);
        match Database::open(&self.space.database(), move |lost| self.lost(lost)).await {
            Ok(database) => {
                self.database.set_value(Connection::Open(Rc::new(database)));
                if let Some(store_again) = self.when_lost.get_value().filter(|_| was_open) {
                    store_again();
                }
                self.write_waiting();
                self.settled();
            }
            Err(error) => {
                let error = Some(error);
                self.database
                    .set_value(Connection::None { was_open, error });
                self.failed(&StorageError::Closed, &texts::not_stored_yet);
            }
        }
    }

    /// The database has been open in this visit: what it holds is known.
    pub fn was_open(self) -> bool {
        match self.database.get_value() {
            Connection::None { was_open, .. } => was_open,
            Connection::Opening => false,
            Connection::Open(_) | Connection::Outdated => true,
        }
    }

    fn lost(self, lost: Lost) {
        let next = match lost {
            Lost::Outdated => {
                self.notices.error(NoticeKey::Outdated, texts::OUTDATED);
                Connection::Outdated
            }
            Lost::Closed => Connection::None {
                was_open: true,
                error: None,
            },
        };
        let old = self
            .database
            .try_update_value(|now| std::mem::replace(now, next));
        spawn_local(async move {
            // Not inside an event of its own: its listeners end here.
            drop(old);
            // Whoever takes the database away is at it.
            pause(FIRST_PAUSE_MS).await;
            self.open().await;
        });
    }

    /// Requests the changes now, all or none; `stored` is called once they are. What cannot
    /// be written now is tried again until it is, or asked for otherwise.
    pub fn write(self, writes: Vec<Write>, stored: impl FnOnce() + 'static) {
        let erasures = self.erasures.get_value();
        let stored = move || {
            if self.erasures.get_value() == erasures {
                stored();
            }
        };
        let now = js_sys::Date::now();
        // What waits may be possible now, and has been asked for before.
        self.write_waiting();
        let ask = |ledger: &mut Ledger| ledger.ask(writes, Box::new(stored), now);
        if let Some(group) = self.ledger.try_update_value(ask) {
            self.attempt(group);
        }
    }

    /// Requests the changes once, all or none.
    ///
    /// # Errors
    /// Why they are not stored, in words.
    pub async fn write_once(self, writes: &[Write]) -> Result<(), String> {
        if matches!(self.database.get_value(), Connection::None { .. }) {
            self.open().await;
        }
        let written = match self.connection() {
            Err(error) => Err(error),
            Ok(database) => match database.write(writes) {
                Err(error) => Err(error),
                Ok(written) => written.await,
            },
        };
        written.map_err(|error| error.reason())
    }

    fn attempt(self, group: WriteGroup) {
        let requested = self
            .connection()
            .and_then(|database| database.write(&group.writes));
        match requested {
            Err(error) => self.keep(group, &error),
            Ok(written) => {
                self.under_way.update_value(|count| *count += 1);
                spawn_local(async move {
                    let outcome = written.await;
                    self.under_way.update_value(|count| *count -= 1);
                    match outcome {
                        Err(error) => self.keep(group, &error),
                        Ok(()) => {
                            (group.stored)();
                            self.settled();
                        }
                    }
                });
            }
        }
    }

    fn keep(self, group: WriteGroup, error: &StorageError) {
        self.ledger.update_value(|ledger| ledger.keep(group));
        self.failed(error, &texts::not_stored_yet);
    }

    fn write_waiting(self) {
        let waiting = self.ledger.try_update_value(Ledger::take_waiting);
        for group in waiting.unwrap_or_default() {
            self.attempt(group);
        }
    }

    /// All values of each table in the order of their keys, as they stood at one moment;
    /// absent where all of them are empty.
    pub async fn read_all<const N: usize>(
        self,
        stores: [Store; N],
    ) -> Stored<[Vec<(u64, JsValue)>; N]> {
        let found = self
            .reading(|database| async move { database.read_all(&stores).await })
            .await;
        match found.map(<[_; N]>::try_from) {
            Some(Ok(tables)) if tables.iter().all(Vec::is_empty) => Stored::Absent,
            Some(Ok(tables)) => Stored::Found(tables),
            Some(Err(_)) | None => Stored::Failed,
        }
    }

    /// What lies in each place, as it stood at one moment; absent where all are empty.
    pub async fn read<const N: usize>(
        self,
        places: [(Store, u64); N],
    ) -> Stored<[Option<JsValue>; N]> {
        match self.read_places(&places).await {
            Stored::Absent => Stored::Absent,
            Stored::Failed => Stored::Failed,
            Stored::Found(values) => {
                <[_; N]>::try_from(values).map_or(Stored::Failed, Stored::Found)
            }
        }
    }

    /// As [`Saving::read`], of any number.
    pub async fn read_places(self, places: &[(Store, u64)]) -> Stored<Vec<Option<JsValue>>> {
        let found = self
            .reading(|database| async move { database.read(places).await })
            .await;
        match found {
            Some(values) if values.iter().all(Option::is_none) => Stored::Absent,
            Some(values) => Stored::Found(values),
            None => Stored::Failed,
        }
    }

    /// Reads, more than once if need be; `None` when it failed, which is said. What was read
    /// while everything was erased is read again.
    async fn reading<T, F: Future<Output = Result<T, StorageError>>>(
        self,
        read: impl Fn(Rc<Database>) -> F,
    ) -> Option<T> {
        let mut tries = 0;
        loop {
            let erasures = self.erasures.get_value();
            let found = match self.connection() {
                Ok(database) => read(database).await,
                Err(error) => Err(error),
            };
            match found {
                Ok(value) if self.erasures.get_value() == erasures => {
                    self.is_mute.set_value(false);
                    self.settled();
                    return Some(value);
                }
                Ok(_) => {}
                Err(error) => {
                    tries += 1;
                    if matches!(error, StorageError::Silent) {
                        // A minute has passed: whoever waits is told before the next.
                        self.is_mute.set_value(true);
                        self.say(texts::not_read(&error.reason()));
                    }
                    if tries >= READS {
                        self.failed(&error, &texts::not_read);
                        return None;
                    }
                    self.closed_by(&error);
                    pause(FIRST_PAUSE_MS).await;
                }
            }
        }
    }

    /// Before something is tried again that failed: until the storage may answer.
    pub async fn later(self) {
        pause(self.pause_ms()).await;
    }

    /// A moment, for [`Saving::is_newer`].
    pub fn now(self) -> u64 {
        self.ledger.with_value(Ledger::now)
    }

    /// What this tab wants in a place is newer than what was read from it since `moment`.
    pub fn is_newer(self, moment: u64, store: Store, key: u64) -> bool {
        self.ledger
            .with_value(|ledger| ledger.is_newer(moment, store, key))
    }

    /// How often everything was erased in this visit: what was read before the last time, by
    /// whatever way it came, is gone.
    pub fn erasures(self) -> u32 {
        self.erasures.get_value()
    }

    /// Everything was erased at `at_ms`, here or in another tab: what this tab had asked for
    /// about then goes too, and so does whatever waits.
    pub fn erased(self, at_ms: f64) {
        self.erasures.update_value(|erasures| *erasures += 1);
        let late = self
            .ledger
            .try_update_value(|ledger| ledger.erased(at_ms - CLOCKS_APART_MS))
            .unwrap_or_default();
        if !late.is_empty() {
            let deletions = late
                .into_iter()
                .map(|(store, key)| Write::Delete(store, key));
            self.write(deletions.collect(), || {});
        }
    }

    fn connection(self) -> Result<Rc<Database>, StorageError> {
        match self.database.get_value() {
            Connection::Open(database) => Ok(database),
            Connection::None { .. } | Connection::Opening | Connection::Outdated => {
                Err(StorageError::Closed)
            }
        }
    }

    /// A connection that turned out to be closed, or that does not answer, is opened again.
    fn closed_by(self, error: &StorageError) {
        let is_open = matches!(self.database.get_value(), Connection::Open(_));
        if !matches!(error, StorageError::Closed | StorageError::Silent) || !is_open {
            return;
        }
        if self.failures.get_value() == 0 {
            self.failures.set_value(1);
            self.lost(Lost::Closed);
        } else {
            // Opening it has not helped: not again without a pause.
            self.database.set_value(Connection::None {
                was_open: true,
                error: Some(error.clone()),
            });
        }
    }

    /// Says what failed, unless that has been said, and has it tried again.
    fn failed(self, error: &StorageError, text: &dyn Fn(&str) -> String) {
        self.closed_by(error);
        let text = match (self.database.get_value(), error) {
            // Said, and nothing comes of trying.
            (Connection::Outdated, _) => return,
            // Whoever opens it goes on with what waits.
            (Connection::Opening, _) => return,
            (Connection::None { error: None, .. }, _) => return,
            (
                Connection::None {
                    error: Some(error), ..
                },
                _,
            ) => texts::cannot_store(&error.reason()),
            (Connection::Open(_), StorageError::Full) => texts::FULL.to_owned(),
            (Connection::Open(_), error) => text(&error.reason()),
        };
        self.say(text);
        if self.again.with_value(Option::is_none) {
            let again = Timeout::new(self.pause_ms(), move || {
                self.again.set_value(None);
                spawn_local(self.try_again());
            });
            self.again.set_value(Some(again));
            self.failures.update_value(|failures| *failures += 1);
        }
    }

    fn say(self, text: String) {
        if self.said.get_value().as_ref() != Some(&text) {
            self.notices.error(NOTICE, &text);
            self.said.set_value(Some(text));
        }
    }

    async fn try_again(self) {
        match self.database.get_value() {
            Connection::None { .. } => self.open().await,
            Connection::Open(_) => self.write_waiting(),
            Connection::Opening | Connection::Outdated => {}
        }
    }

    /// Something worked: where nothing waits, all is well.
    fn settled(self) {
        let is_asked_for = self.under_way.get_value() > 0 || self.is_mute.get_value();
        if is_asked_for || self.ledger.with_value(Ledger::is_waiting) {
            return;
        }
        self.failures.set_value(0);
        if self.said.get_value().is_some() {
            self.said.set_value(None);
            self.notices.dismiss(NOTICE);
        }
    }

    fn pause_ms(self) -> u32 {
        let doublings = self.failures.get_value().min(16);
        (FIRST_PAUSE_MS << doublings).min(LONGEST_PAUSE_MS)
    }
}
