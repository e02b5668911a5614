//! The closed knowledge base: what is true of each thing, and what is not.

use std::sync::OnceLock;

use super::animals::ANIMALS;
use super::entry::{Fact, SubjectGroup, ThingEntry};
use super::everyday::{CATEGORIES, PAIRS, TASKS};
use super::people::PEOPLE;
use super::relation::Relation;
use super::things::THINGS;

/// The values of one relation of one thing.
#[derive(Clone, Debug)]
pub struct FactGroup {
    pub relation: Relation,
    /// Every value that is true.
    pub values: Vec<String>,
    /// The values a wrong answer draws from; empty if nothing can be wrong.
    pub wrong: Vec<String>,
}

/// Something one can talk about.
#[derive(Clone, Debug)]
pub struct Thing {
    pub group: SubjectGroup,
    /// The bare word, for example `dog`; in prompts of tasks and feelings the
    /// words of the person, for example `I am cold`.
    pub key: String,
    /// The name in a sentence, for example `a dog`.
    pub name: String,
    pub facts: Vec<FactGroup>,
    /// Indices of the things that an answer about this one may be about.
    pub related: Vec<usize>,
}

/// All things, in a fixed order.
#[derive(Clone, Debug)]
pub struct Knowledge {
    pub things: Vec<Thing>,
}

impl Knowledge {
    /// Indices of the things of a group.
    pub fn of_group(&self, group: SubjectGroup) -> impl Iterator<Item = usize> {
        (0..self.things.len()).filter(move |&index| self.things[index].group == group)
    }
}

/// The one knowledge base.
pub fn knowledge() -> &'static Knowledge {
    static KNOWLEDGE: OnceLock<Knowledge> = OnceLock::new();
    KNOWLEDGE.get_or_init(build)
}

fn build() -> Knowledge {
    let rows: Vec<&ThingEntry> = [ANIMALS, THINGS, TASKS, PEOPLE]
        .into_iter()
        .flatten()
        .collect();
    let mut things: Vec<Thing> = rows
        .iter()
        .map(|(group, key, name, facts)| {
            let facts = facts
                .iter()
                .map(|row| {
                    // Wrong values of a thing come from true values of its like.
                    let pool = rows.iter().flat_map(|(.., others)| others.iter());
                    fact_group(key, row, pool)
                })
                .collect();
            thing(*group, key, name, facts)
        })
        .collect();
    things.extend(PAIRS.iter().map(pair));
    things.extend(CATEGORIES.iter().map(category));
    relate(&mut things);
    Knowledge { things }
}

fn thing(group: SubjectGroup, key: &str, name: &str, facts: Vec<FactGroup>) -> Thing {
    Thing {
        group,
        key: key.into(),
        name: name.into(),
        facts,
        related: Vec::new(),
    }
}

fn fact_group<'a>(key: &str, row: &Fact, pool: impl Iterator<Item = &'a Fact>) -> FactGroup {
    let &(relation, values, avoid) = row;
    let mut wrong: Vec<String> = Vec::new();
    let others = pool
        .filter(|other| other.0 == relation)
        .flat_map(|other| other.1);
    for value in others.chain(relation.spare_values()) {
        let known = values.contains(value)
            || avoid.contains(value)
            || *value == key
            || relation.unsafe_values().contains(value);
        if relation.is_checkable() && !known && !wrong.iter().any(|other| other == value) {
            wrong.push((*value).into());
        }
    }
    FactGroup {
        relation,
        values: values.iter().map(|&value| value.into()).collect(),
        wrong,
    }
}

fn one(relation: Relation, value: String, wrong: String) -> FactGroup {
    FactGroup {
        relation,
        values: vec![value],
        wrong: vec![wrong],
    }
}

fn pair(&(more, less, more_word, less_word): &(&str, &str, &str, &str)) -> Thing {
    let says = |a: &str, word: &str, b: &str| format!("{a} is {word} than {b}");
    let facts = vec![
        one(
            Relation::More,
            says(more, more_word, less),
            says(less, more_word, more),
        ),
        one(
            Relation::Less,
            says(less, less_word, more),
            says(more, less_word, less),
        ),
        one(Relation::Winner, more.into(), less.into()),
    ];
    thing(
        SubjectGroup::Pair,
        more_word,
        &format!("{more} or {less}"),
        facts,
    )
}

type Category = (
    &'static str,
    &'static str,
    [&'static str; 6],
    [&'static str; 5],
);

fn category((plural, singular, members, strangers): &Category) -> Thing {
    let after = |index: usize, step: usize| members[(index + step) % members.len()];
    let triple = |a: &str, b: &str, c: &str| format!("{a}, {b} and {c}");
    let count = 0..members.len();
    let true_triples = count
        .clone()
        .map(|index| triple(members[index], after(index, 1), after(index, 2)));
    let wrong_triples = count.flat_map(|index| {
        strangers
            .iter()
            .map(move |odd| triple(members[index], odd, after(index, 1)))
    });
    let facts = vec![
        FactGroup {
            relation: Relation::Members,
            values: true_triples.collect(),
            wrong: wrong_triples.collect(),
        },
        FactGroup {
            relation: Relation::Another,
            values: members.iter().map(|&member| member.into()).collect(),
            wrong: strangers.iter().map(|&odd| odd.into()).collect(),
        },
    ];
    thing(SubjectGroup::Category, singular, plural, facts)
}

/// A pair is also about its two things, a category about its members.
fn relate(things: &mut [Thing]) {
    let names: Vec<String> = things.iter().map(|thing| thing.name.clone()).collect();
    for (index, thing) in things.iter_mut().enumerate() {
        let mut named: Vec<&str> = Vec::new();
        match thing.group {
            SubjectGroup::Pair => named.extend(thing.name.split(" or ")),
            SubjectGroup::Category => {
                named.extend(thing.facts[1].values.iter().map(String::as_str));
                named.extend(thing.facts[1].wrong.iter().map(String::as_str));
            }
            _ => {}
        }
        let others = (0..names.len()).filter(|&other| {
            other == index || named.iter().any(|&name| same_thing(name, &names[other]))
        });
        thing.related = others.collect();
    }
}

/// `a banana` and `a ripe banana` are the same thing.
fn same_thing(name: &str, full_name: &str) -> bool {
    name == full_name || (name == "a banana" && full_name == "a ripe banana")
}
