//! How the knowledge base's tables are written.

use super::relation::Relation;

/// A relation, its true values, and values that serve neither as true nor as
/// wrong, because one could argue.
pub(super) type Row = (Relation, &'static [&'static str], &'static [&'static str]);

/// Group, key, name, facts.
pub(super) type Entry = (Group, &'static str, &'static str, &'static [Row]);

/// What sort of thing a subject is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Animal,
    Food,
    Tool,
    Job,
    Day,
    Pair,
    Category,
    Task,
    Feeling,
    Trouble,
    Request,
    Social,
}
