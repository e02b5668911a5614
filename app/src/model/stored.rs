//! What a storage answers.

use tilt_protocol::Label;

/// What was found under a key; [`Stored::Failed`] for what is no label that this version
/// can read.
pub type StoredLabel = (u64, Stored<Label>);

/// What came of looking for something that is stored.
///
/// A storage that could not be read says nothing about what lies in it: whoever takes that
/// for emptiness writes over it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Stored<T> {
    /// It was looked for, and is not there.
    Absent,
    /// It could not be looked for. That has been said; nothing may be concluded from it.
    Failed,
    Found(T),
}
