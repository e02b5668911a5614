//! The curated preference sets: pairs written by the grammar, so that what differs between
//! two answers is known.

use super::answer::{Attributes, Length, draw_attributes, is_checkable, write_answer};
use super::choices::Choices;
use super::knowledge::knowledge;
use super::prompts::{Prompt, training_prompts};
use crate::random::Random;
use tilt_protocol::{Content, CuratedSet, Example, Principle};

/// Rows of a set.
pub const SET_ROWS: usize = 64;
/// Labels that the noisy set flips.
const NOISY_ROWS: usize = SET_ROWS / 4;
/// Prompts of the set without diversity.
const FEW_PROMPTS: usize = 4;

/// The rows of a set, conversational pairs. The same seed gives the same rows.
pub fn curated_set(set: CuratedSet, seed: u64) -> Vec<Example> {
    let mut drawer = Drawer {
        random: Random::from_seed_for(seed, set.slug()),
        prompts: training_prompts(),
    };
    match set {
        CuratedSet::Clean(principle) => drawer.rows(|drawer| drawer.clean(principle)),
        CuratedSet::Confounded => drawer.rows(Drawer::confounded),
        CuratedSet::Noisy => drawer.noisy(),
        CuratedSet::Contradictory => drawer.contradictory(),
        CuratedSet::NearDuplicates => drawer.near_duplicates(),
        CuratedSet::Borderline => drawer.rows(Drawer::borderline),
    }
}

/// A prompt, the chosen and the rejected answer.
type PracticePair = (Prompt, String, String);

struct Drawer {
    random: Random,
    prompts: Vec<Prompt>,
}

impl Drawer {
    fn rows(&mut self, mut draw: impl FnMut(&mut Drawer) -> PracticePair) -> Vec<Example> {
        let mut rows: Vec<Example> = Vec::new();
        while rows.len() < SET_ROWS {
            let row = row(draw(self));
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
        rows
    }

    fn prompt(&mut self, fits: impl Fn(&Prompt) -> bool) -> Prompt {
        loop {
            let index = self.random.below(self.prompts.len());
            if fits(&self.prompts[index]) {
                return self.prompts[index].clone();
            }
        }
    }

    fn attributes(&mut self, prompt: &Prompt) -> Attributes {
        draw_attributes(prompt, &mut Choices::new(&mut self.random))
    }

    fn write(&mut self, prompt: &Prompt, attributes: Attributes) -> String {
        let attributes = sound(prompt, attributes);
        write_answer(prompt, &attributes, &mut Choices::new(&mut self.random))
    }

    fn pair(&mut self, prompt: Prompt, chosen: Attributes, rejected: Attributes) -> PracticePair {
        let chosen = self.write(&prompt, chosen);
        let rejected = self.write(&prompt, rejected);
        (prompt, chosen, rejected)
    }

    /// Two answers that differ in one attribute.
    fn clean(&mut self, principle: Principle) -> PracticePair {
        let prompt = self.prompt(|prompt| match principle {
            Principle::Truthful => is_checkable(&knowledge().things[prompt.subject]),
            _ => true,
        });
        // Half of the safe set asks for what ought to be declined.
        let prompt = match principle {
            Principle::Safe => {
                let declines = self.random.chance(0.5);
                self.prompt(|prompt| prompt.should_decline == declines)
            }
            _ => prompt,
        };
        let mut shared = self.attributes(&prompt);
        shared.truthful = shared.truthful.or(Some(true));
        if matches!(principle, Principle::Truthful | Principle::OnTopic) {
            shared.refuses = false;
            shared.on_topic = true;
        }
        let other_length = self.random.below(2);
        let with = |has: bool| {
            let mut own = shared;
            match principle {
                Principle::Truthful => own.truthful = Some(has),
                Principle::Polite => own.polite = has,
                Principle::Warm => own.warm = has,
                Principle::Direct => own.direct = has,
                Principle::OnTopic => own.on_topic = has,
                Principle::Safe => own.refuses = has == prompt.should_decline,
                Principle::Short => {
                    own.length = match has {
                        true => Length::Short,
                        false => [Length::Medium, Length::Long][other_length],
                    }
                }
                Principle::Long => {
                    own.length = match has {
                        true => Length::Long,
                        false => [Length::Short, Length::Medium][other_length],
                    }
                }
            }
            own
        };
        let (chosen, rejected) = (with(true), with(false));
        self.pair(prompt, chosen, rejected)
    }

    fn confounded(&mut self) -> PracticePair {
        let prompt = self.prompt(|_| true);
        let shared = self.attributes(&prompt);
        let longer = [Length::Medium, Length::Long][self.random.below(2)];
        let chosen = Attributes {
            polite: true,
            length: longer,
            ..shared
        };
        let rejected = Attributes {
            polite: false,
            length: Length::Short,
            ..shared
        };
        self.pair(prompt, chosen, rejected)
    }

    fn borderline(&mut self) -> PracticePair {
        let prompt = self.prompt(|prompt| is_checkable(&knowledge().things[prompt.subject]));
        let shared = Attributes {
            refuses: false,
            on_topic: true,
            ..self.attributes(&prompt)
        };
        let chosen = Attributes {
            truthful: Some(true),
            warm: false,
            ..shared
        };
        let rejected = Attributes {
            truthful: Some(false),
            warm: true,
            ..shared
        };
        self.pair(prompt, chosen, rejected)
    }

    fn noisy(&mut self) -> Vec<Example> {
        let mut rows = self.rows(|drawer| drawer.clean(Principle::Polite));
        let mut places: Vec<usize> = (0..rows.len()).collect();
        self.random.shuffle(&mut places);
        for &place in &places[..NOISY_ROWS] {
            rows[place] = rows[place].swapped();
        }
        rows
    }

    fn contradictory(&mut self) -> Vec<Example> {
        let pairs = self.rows(|drawer| drawer.clean(Principle::Polite));
        let mut rows: Vec<Example> = pairs
            .iter()
            .take(SET_ROWS / 2)
            .flat_map(|row| [row.clone(), row.swapped()])
            .collect();
        self.random.shuffle(&mut rows);
        rows
    }

    fn near_duplicates(&mut self) -> Vec<Example> {
        let few: Vec<(Prompt, Attributes)> = (0..FEW_PROMPTS)
            .map(|_| {
                let prompt = self.prompt(|prompt| !prompt.should_decline);
                let attributes = Attributes {
                    length: Length::Short,
                    refuses: false,
                    ..self.attributes(&prompt)
                };
                (prompt, attributes)
            })
            .collect();
        let mut rows = Vec::new();
        for index in 0..SET_ROWS {
            let (prompt, shared) = few[index % few.len()].clone();
            let chosen = Attributes {
                polite: true,
                ..shared
            };
            let rejected = Attributes {
                polite: false,
                ..shared
            };
            rows.push(row(self.pair(prompt, chosen, rejected)));
        }
        rows
    }
}

/// What an answer to this prompt can be: refusals state nothing, and are on topic.
fn sound(prompt: &Prompt, attributes: Attributes) -> Attributes {
    if attributes.refuses {
        return Attributes {
            truthful: None,
            on_topic: true,
            ..attributes
        };
    }
    let states = !attributes.on_topic || is_checkable(&knowledge().things[prompt.subject]);
    Attributes {
        truthful: states.then(|| attributes.truthful.unwrap_or(true)),
        ..attributes
    }
}

fn row((prompt, chosen, rejected): PracticePair) -> Example {
    Example::Pair {
        prompt: Content::user(&prompt.text),
        chosen: Content::assistant(&chosen),
        rejected: Content::assistant(&rejected),
        margin: None,
    }
}
