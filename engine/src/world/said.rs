//! What an answer has stated about its thing, and what it can still state.

use super::choices::Choices;
use super::knowledge::{FactGroup, Thing};
use super::relation::{Relation, fill};

/// The statements made about one thing.
#[derive(Clone)]
pub(super) struct Said {
    thing: &'static Thing,
    truthful: bool,
    values: Vec<(Relation, &'static str)>,
}

impl Said {
    pub(super) fn new(thing: &'static Thing, truthful: bool) -> Self {
        Self {
            thing,
            truthful,
            values: Vec::new(),
        }
    }

    pub(super) fn first_relation(&self, choices: &mut Choices) -> Option<Relation> {
        let index = choices.below(self.thing.facts.len());
        self.thing.facts.get(index).map(|fact| fact.relation)
    }

    pub(super) fn first(&mut self, relation: Relation, choices: &mut Choices) -> String {
        let Some(fact) = self
            .thing
            .facts
            .iter()
            .find(|fact| fact.relation == relation)
        else {
            return String::new();
        };
        let value = self.draw(fact, choices);
        fill(
            relation.full_frames()[choices.below(relation.full_frames().len())],
            &self.thing.name,
            &self.thing.key,
            value,
        )
    }

    /// A further statement: a relation in proportion to what it has left to
    /// say, then a value.
    pub(super) fn further(&mut self, choices: &mut Choices) -> Option<String> {
        let left: Vec<usize> = self
            .thing
            .facts
            .iter()
            .map(|fact| self.left(fact))
            .collect();
        let fact = &self.thing.facts[choices.weighted(&left)?];
        let value = self.draw(fact, choices);
        Some(fill(
            fact.relation.it_frame(),
            &self.thing.name,
            &self.thing.key,
            value,
        ))
    }

    /// Every further statement with its probability, its relation and value, and its
    /// sentence; empty once nothing is left to state.
    pub(super) fn further_options(&self) -> Vec<(f64, (Relation, &'static str), String)> {
        let facts = &self.thing.facts;
        let left = facts.iter().map(|fact| (fact, self.left(fact)));
        let left: Vec<(&FactGroup, usize)> = left.filter(|(_, left)| *left > 0).collect();
        let total: usize = left.iter().map(|(_, left)| left).sum();
        let options = left.into_iter().flat_map(|(fact, left)| {
            let unsaid = self.unsaid(fact);
            let share = left as f64 / total as f64 / unsaid.len() as f64;
            unsaid.into_iter().map(move |value| {
                let said = (fact.relation, value);
                (share, said, self.sentence_of(said))
            })
        });
        options.collect()
    }

    /// Every further statement that may ever follow, with its sentence.
    pub(super) fn sayable(&self) -> Vec<((Relation, &'static str), String)> {
        let facts = self.thing.facts.iter();
        let said = facts.flat_map(|fact| {
            let values = self.unsaid(fact).into_iter();
            values.map(|value| (fact.relation, value))
        });
        said.map(|said| (said, self.sentence_of(said))).collect()
    }

    /// The values that a statement of a relation can have.
    pub(super) fn values_of(&self, relation: Relation) -> Vec<&'static str> {
        let mut facts = self.thing.facts.iter();
        let fact = facts.find(|fact| fact.relation == relation);
        fact.map_or_else(Vec::new, |fact| self.unsaid(fact))
    }

    /// Notes that a value was stated.
    pub(super) fn note(&mut self, relation: Relation, value: &'static str) {
        self.values.push((relation, value));
    }

    fn sentence_of(&self, (relation, value): (Relation, &str)) -> String {
        let frame = relation.it_frame();
        super::sentence(&fill(frame, &self.thing.name, &self.thing.key, value))
    }

    /// How many values of a fact can still follow.
    fn left(&self, fact: &'static FactGroup) -> usize {
        // A list names three things once and then goes on one by one.
        if fact.relation == Relation::Members {
            return 0;
        }
        let times = self
            .values
            .iter()
            .filter(|(relation, _)| *relation == fact.relation)
            .count();
        self.unsaid(fact)
            .len()
            .min(fact.values.len().saturating_sub(times))
    }

    fn unsaid(&self, fact: &'static FactGroup) -> Vec<&'static str> {
        let lies = !self.truthful && fact.relation.is_checkable();
        let values = if lies { &fact.wrong } else { &fact.values };
        let is_said = |value: &str| {
            self.values
                .iter()
                .any(|(relation, said)| match fact.relation {
                    Relation::Another => said.contains(value),
                    own => *relation == own && *said == value,
                })
        };
        values
            .iter()
            .map(String::as_str)
            .filter(|value| !is_said(value))
            .collect()
    }

    fn draw(&mut self, fact: &'static FactGroup, choices: &mut Choices) -> &'static str {
        let unsaid = self.unsaid(fact);
        let value = unsaid
            .get(choices.below(unsaid.len()))
            .copied()
            .unwrap_or_default();
        self.values.push((fact.relation, value));
        value
    }

    /// Notes the value that makes this first statement, if one does; `begins`: it begins
    /// a sentence, with a raised letter.
    pub(super) fn accept_first(
        &mut self,
        relation: Relation,
        statement: &str,
        begins: bool,
    ) -> bool {
        let thing = self.thing;
        let facts = thing.facts.iter().filter(|fact| fact.relation == relation);
        for fact in facts {
            for value in self.unsaid(fact) {
                let says = |frame: &&str| {
                    let text = fill(frame, &thing.name, &thing.key, value);
                    same(&text, statement, begins)
                };
                if relation.full_frames().iter().any(says) {
                    self.values.push((relation, value));
                    return true;
                }
            }
        }
        false
    }

    /// Notes the value that makes this further sentence, if one does.
    pub(super) fn accept_further(&mut self, statement: &str) -> bool {
        let thing = self.thing;
        for fact in thing.facts.iter().filter(|fact| self.left(fact) > 0) {
            let frame = fact.relation.it_frame();
            let found = self.unsaid(fact).into_iter().find(|value| {
                same(
                    &fill(frame, &thing.name, &thing.key, value),
                    statement,
                    true,
                )
            });
            if let Some(value) = found {
                self.values.push((fact.relation, value));
                return true;
            }
        }
        false
    }

    /// Whether nothing further can be stated.
    pub(super) fn is_exhausted(&self) -> bool {
        self.thing.facts.iter().all(|fact| self.left(fact) == 0)
    }
}

/// Whether a statement reads like this, with a raised first letter where it begins a
/// sentence.
fn same(statement: &str, text: &str, begins: bool) -> bool {
    if begins {
        super::sentence(statement).strip_suffix('.') == Some(text)
    } else {
        statement == text
    }
}
