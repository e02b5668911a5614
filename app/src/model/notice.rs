//! What the page has to tell, and what it is about.

use super::parameters::Parameter;
use super::train_form::TrainField;

/// Notices that are on the screen at a time; the others are counted.
pub const SHOWN_AT_ONCE: usize = 3;

/// What a notice is about: a later one about the same replaces an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeKey {
    /// What the page's address asks for.
    Address,
    Agreement,
    Autolabel,
    Blind,
    Candidates,
    Checkpoint,
    Compare,
    Data,
    DataReport,
    Device,
    Engine,
    EngineMessage,
    Erase,
    Export,
    Field(TrainField),
    LabFile,
    Lesson,
    Model,
    OneRow,
    /// Settings are of a run on another model.
    OtherModel,
    /// Another tab has a newer version of Tilt.
    Outdated,
    PagePart,
    Pairs,
    Parameter(Parameter),
    /// A run that was to be removed.
    Removal,
    Resume,
    RewardModel,
    Roads,
    RowsDropped,
    Run,
    /// The runs take much room.
    Runs,
    /// Settings that the browser does not keep.
    Settings,
    Share,
    Simd,
    StarterPairs,
    Storage,
    Sweep,
    Train,
    UnreadableLabels,
    /// A newer build of the page waits.
    Update,
    Watch,
    WinRate,
}

impl TrainField {
    pub fn key(self) -> NoticeKey {
        NoticeKey::Field(self)
    }
}

impl Parameter {
    pub fn key(self) -> NoticeKey {
        NoticeKey::Parameter(self)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    Error,
    Info,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub key: NoticeKey,
    pub kind: NoticeKind,
    pub text: String,
    /// How often in a row the same was said.
    pub times: usize,
    /// Counts what was shown: the same notice again is another one to a screen reader.
    pub serial: u64,
}

/// The latest stands last; what is said again in the same words is counted.
pub fn add(list: &mut Vec<Notice>, serial: u64, key: NoticeKey, kind: NoticeKind, text: &str) {
    let old = list
        .iter()
        .position(|old| old.key == key)
        .map(|at| list.remove(at));
    let times = old
        .filter(|old| old.kind == kind && old.text == text)
        .map_or(1, |old| old.times + 1);
    list.push(Notice {
        key,
        kind,
        text: text.to_owned(),
        times,
        serial,
    });
}

/// What is on the screen of `list`, at most so many: the latest notice whatever it is, then errors before
/// remarks, the later before the earlier.
pub fn shown(list: &[Notice], most: usize) -> Vec<Notice> {
    let latest = list.iter().next_back();
    let others = || list.iter().rev().skip(1);
    let of = |kind: NoticeKind| others().filter(move |notice| notice.kind == kind);
    latest
        .into_iter()
        .chain(of(NoticeKind::Error))
        .chain(of(NoticeKind::Info))
        .take(most)
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(told: &[(NoticeKey, NoticeKind, &str)]) -> Vec<Notice> {
        let mut list = Vec::new();
        for (serial, (key, kind, text)) in (0..).zip(told) {
            add(&mut list, serial, *key, *kind, text);
        }
        list
    }

    #[test]
    fn the_same_notice_is_counted_and_told_again() {
        let once = (NoticeKey::Share, NoticeKind::Info, "copied");
        let list = listed(&[once]);
        let (times, serial) = (list[0].times, list[0].serial);
        assert_eq!(times, 1);
        let list = listed(&[once, once]);
        assert_eq!(list.len(), 1);
        assert_eq!(list[0].times, 2);
        assert_ne!(list[0].serial, serial);
    }

    #[test]
    fn another_text_about_the_same_replaces_it_and_counts_anew() {
        let list = listed(&[
            (NoticeKey::Data, NoticeKind::Info, "3 labels"),
            (NoticeKey::Data, NoticeKind::Info, "3 labels"),
            (NoticeKey::Train, NoticeKind::Error, "no labels"),
            (NoticeKey::Data, NoticeKind::Error, "3 labels"),
        ]);
        let told: Vec<_> = list
            .iter()
            .map(|notice| (notice.key, notice.times))
            .collect();
        assert_eq!(told, [(NoticeKey::Train, 1), (NoticeKey::Data, 1)]);
    }

    #[test]
    fn few_are_shown_the_latest_among_them_and_errors_before_remarks() {
        let list = listed(&[
            (NoticeKey::Engine, NoticeKind::Error, "first"),
            (NoticeKey::Train, NoticeKind::Error, "second"),
            (NoticeKey::Data, NoticeKind::Info, "third"),
            (NoticeKey::Run, NoticeKind::Error, "fourth"),
            (NoticeKey::Share, NoticeKind::Info, "fifth"),
        ]);
        let texts = |most| -> Vec<String> {
            let shown = shown(&list, most);
            shown.into_iter().map(|notice| notice.text).collect()
        };
        assert_eq!(texts(SHOWN_AT_ONCE), ["fifth", "fourth", "second"]);
        assert_eq!(
            texts(usize::MAX),
            ["fifth", "fourth", "second", "first", "third"]
        );
    }
}
