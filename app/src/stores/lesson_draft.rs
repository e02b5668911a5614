//! The lesson that is being written here. It outlives a reload.

use super::notices::Notices;
use crate::browser::storage::web::Area;
use crate::model::lesson_draft::{LessonDraft, NewStep, Spot, Undo};
use crate::model::lesson_path::is_within;
use crate::model::notice::NoticeKey;
use crate::model::space::Space;
use crate::texts::write_lesson as texts;
use leptos::prelude::*;
use serde_json::Value;
use std::sync::Arc;
use tilt_protocol::lesson::{Defect, Lesson, Setup};

/// Behind the key under which a draft that cannot be read is put aside.
const EARLIER: &str = ".earlier";

/// What of the lesson is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    About,
    Setup,
    /// By what the step is known by.
    Step(u64),
}

#[derive(Clone, Copy)]
pub struct LessonDraftStore {
    draft: RwSignal<LessonDraft>,
    part: RwSignal<Part>,
    read: Memo<Result<Arc<Lesson>, Arc<Vec<Defect>>>>,
    /// That nothing is kept is said once.
    is_said: StoredValue<bool>,
    /// The browser has kept the draft, so that where it has it no longer it was erased.
    was_kept: StoredValue<bool>,
    space: Space,
    notices: Notices,
}

impl LessonDraftStore {
    /// With what was kept, or with `new`.
    pub fn new(space: Space, notices: Notices, new: impl FnOnce() -> LessonDraft) -> Self {
        let kept = Area::Local.get(&space.draft());
        let found = kept.as_deref().and_then(LessonDraft::from_kept);
        if let Some(kept) = kept.filter(|_| found.is_none())
            && Area::Local.set(&format!("{}{EARLIER}", space.draft()), &kept)
        {
            notices.info(NoticeKey::Lesson, texts::NOT_READ);
        }
        let was_kept = found.is_some();
        let draft = RwSignal::new(found.unwrap_or_else(new));
        LessonDraftStore {
            draft,
            part: RwSignal::new(Part::About),
            read: Memo::new(move |_| {
                let read = draft.with(LessonDraft::lesson);
                read.map(Arc::new).map_err(Arc::new)
            }),
            is_said: StoredValue::new(false),
            was_kept: StoredValue::new(was_kept),
            space,
            notices,
        }
    }

    pub fn draft(&self) -> Signal<LessonDraft> {
        self.draft.into()
    }

    /// The lesson, or what keeps it from being one.
    pub fn read(&self) -> Memo<Result<Arc<Lesson>, Arc<Vec<Defect>>>> {
        self.read
    }

    pub fn part(&self) -> Signal<Part> {
        self.part.into()
    }

    pub fn show(&self, part: Part) {
        self.part.set(part);
    }

    /// What stands in a place.
    pub fn value(&self, spot: &Spot) -> Memo<Option<Value>> {
        let (draft, spot) = (self.draft, spot.clone());
        Memo::new(move |_| draft.with(|draft| draft.get(&spot).cloned()))
    }

    /// A text that stands in a place.
    pub fn text(&self, spot: &Spot) -> Memo<Option<String>> {
        let (draft, spot) = (self.draft, spot.clone());
        Memo::new(move |_| draft.with(|draft| draft.get(&spot)?.as_str().map(str::to_owned)))
    }

    /// How many items a list has.
    pub fn count(&self, spot: &Spot) -> Memo<usize> {
        let (draft, spot) = (self.draft, spot.clone());
        Memo::new(move |_| {
            draft
                .with(|draft| draft.get(&spot)?.as_array().map(Vec::len))
                .unwrap_or(0)
        })
    }

    /// A place as the reader of lessons names it.
    pub fn path(&self, spot: &Spot) -> Memo<String> {
        let (draft, spot) = (self.draft, spot.clone());
        Memo::new(move |_| draft.with(|draft| draft.path_of(&spot).unwrap_or_default()))
    }

    /// What is wrong in a place, and in what stands in it where `is_deep`.
    pub fn defects(&self, spot: &Spot, is_deep: bool) -> Memo<Vec<String>> {
        let (read, path) = (self.read, self.path(spot));
        Memo::new(move |_| {
            read.with(|read| {
                let defects = read.as_ref().err().map(|defects| defects.as_slice());
                let path = path.get();
                let is_meant = |defect: &&Defect| match is_deep {
                    true => is_within(&defect.path, &path),
                    false => defect.path == path,
                };
                let meant = defects.unwrap_or_default().iter().filter(is_meant);
                meant
                    .map(|defect| texts::defect(&defect.found, &defect.expected))
                    .collect()
            })
        })
    }

    /// The part in which a path lies.
    pub fn part_of(&self, path: &str) -> Part {
        let draft = self.draft;
        let of_step = draft.with_untracked(|draft| {
            draft.ids().iter().copied().find(|id| {
                let step = draft.path_of(&Spot::of_step(*id));
                step.is_some_and(|step| is_within(path, &step))
            })
        });
        match of_step {
            Some(id) => Part::Step(id),
            None if is_within(path, "setup") || is_within(path, "verify") => Part::Setup,
            None => Part::About,
        }
    }

    /// Begins anew where nobody has changed anything yet, or everything was erased.
    pub fn renew(&self, new: impl FnOnce() -> LessonDraft) {
        let is_gone = self.was_kept.get_value() && Area::Local.get(&self.space.draft()).is_none();
        if is_gone || self.draft.with_untracked(LessonDraft::is_fresh) {
            self.part.set(Part::About);
            self.change(|draft| *draft = new());
        }
    }

    pub fn set(&self, spot: &Spot, value: Option<Value>) {
        self.change(|draft| draft.set(spot, value));
    }

    pub fn set_setup(&self, setup: &Setup) {
        self.change(|draft| draft.set_setup(setup));
    }

    pub fn replace(&self, other: LessonDraft) {
        self.change(|draft| draft.replace(other));
        self.part.set(Part::About);
    }

    /// Adds a step behind the one that is shown, and shows it.
    pub fn add_step(&self, new: NewStep) {
        let behind = match self.part.get_untracked() {
            Part::Step(id) => Some(id),
            Part::About | Part::Setup => None,
        };
        let principle = self.principle();
        let id = self.change(|draft| draft.add_step(behind, new, &principle));
        if let Some(id) = id {
            self.part.set(Part::Step(id));
        }
    }

    pub fn copy_step(&self, id: u64) {
        if let Some(copy) = self.change(|draft| draft.copy_step(id)).flatten() {
            self.part.set(Part::Step(copy));
        }
    }

    pub fn move_step(&self, id: u64, is_up: bool) -> bool {
        self.change(|draft| draft.move_step(id, is_up)) == Some(true)
    }

    pub fn remove_step(&self, id: u64) {
        let next = self.change(|draft| draft.remove_step(id)).flatten();
        if self.part.get_untracked() == Part::Step(id) {
            self.part.set(next.map_or(Part::About, Part::Step));
        }
    }

    pub fn undo(&self) {
        let is_setup = matches!(self.undoable(), Some(Undo::Setup(_)));
        let part = match self.change(LessonDraft::undo).flatten() {
            Some(id) => Part::Step(id),
            None if is_setup => Part::Setup,
            None => Part::About,
        };
        self.part.set(part);
    }

    fn undoable(&self) -> Option<Undo> {
        self.draft.with_untracked(|draft| draft.undoable().cloned())
    }

    /// What the lesson's judge looks at first.
    pub fn principle(&self) -> String {
        let judge = Spot::of_lesson("setup.labels.judge");
        let of_judge = self.draft.with_untracked(|draft| {
            let weights = draft.get(&judge)?.as_object()?;
            weights.keys().next().cloned()
        });
        of_judge.unwrap_or_else(|| tilt_protocol::Principle::Polite.slug().to_owned())
    }

    /// Another tab has written on.
    pub fn follow(&self) {
        let kept = Area::Local.get(&self.space.draft());
        if let Some(draft) = kept.as_deref().and_then(LessonDraft::from_kept) {
            self.draft.set(draft);
            let part = self.part.get_untracked();
            if let Part::Step(id) = part
                && self
                    .draft
                    .with_untracked(|draft| draft.index_of(id).is_none())
            {
                self.part.set(Part::About);
            }
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut LessonDraft) -> T) -> Option<T> {
        let done = self.draft.try_update(change);
        let text = self.draft.with_untracked(LessonDraft::to_kept);
        if Area::Local.set(&self.space.draft(), &text) {
            self.was_kept.set_value(true);
        } else if !self.is_said.get_value() {
            self.is_said.set_value(true);
            self.notices.info(NoticeKey::Lesson, texts::NOT_KEPT);
        }
        done
    }
}
