//! How the knowledge base's tables are written.

use super::relation::Relation;

/// A relation, its true values, and values that serve neither as true nor as
/// wrong, because one could argue.
pub(super) type Fact = (Relation, &'static [&'static str], &'static [&'static str]);

/// Group, key, name, facts.
pub(super) type ThingEntry = (SubjectGroup, &'static str, &'static str, &'static [Fact]);

/// What sort of thing a subject is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectGroup {
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
