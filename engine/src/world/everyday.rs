//! The knowledge base's pairs, categories and tasks.

use super::entry::{SubjectGroup, ThingEntry};
use super::relation::Relation::*;

/// The one with more, the one with less, the word for more, the word for less.
pub(super) const PAIRS: [(&str, &str, &str, &str); 12] = [
    ("a horse", "a mouse", "bigger", "smaller"),
    ("a lion", "a cat", "bigger", "smaller"),
    ("a cow", "a hen", "bigger", "smaller"),
    ("the sun", "the moon", "bigger", "smaller"),
    ("a ladder", "a key", "longer", "shorter"),
    ("a year", "a week", "longer", "shorter"),
    ("a plane", "a bus", "faster", "slower"),
    ("a bus", "a bike", "faster", "slower"),
    ("a stone", "a leaf", "heavier", "lighter"),
    ("a hammer", "a needle", "heavier", "lighter"),
    ("fire", "snow", "hotter", "colder"),
    ("a tree", "a flower", "taller", "shorter"),
];

/// Plural, singular, members, things that do not belong.
pub(super) const CATEGORIES: [(&str, &str, [&str; 6], [&str; 5]); 7] = [
    (
        "fruits",
        "fruit",
        [
            "a lemon", "a plum", "a cherry", "a banana", "a pear", "an apple",
        ],
        ["a hammer", "a bus", "a sock", "a chair", "a drum"],
    ),
    (
        "animals",
        "animal",
        ["a dog", "a cat", "a cow", "a horse", "a lion", "a mouse"],
        ["a cup", "a lemon", "a bike", "a hat", "a table"],
    ),
    (
        "tools",
        "tool",
        [
            "a hammer", "a saw", "a needle", "a spade", "a brush", "a drill",
        ],
        ["a cat", "a plum", "a song", "a cloud", "a pear"],
    ),
    (
        "colours",
        "colour",
        ["red", "blue", "green", "yellow", "white", "black"],
        ["Monday", "a chair", "bread", "a shoe", "a horse"],
    ),
    (
        "birds",
        "bird",
        ["a duck", "an owl", "a hen", "a robin", "a swan", "an eagle"],
        ["a cow", "a frog", "a bus", "a carrot", "a lion"],
    ),
    (
        "clothes",
        "thing to wear",
        ["a coat", "a hat", "a sock", "a shirt", "a scarf", "a glove"],
        ["a potato", "a ladder", "a bee", "a window", "a drum"],
    ),
    (
        "toys",
        "toy",
        [
            "a ball",
            "a kite",
            "a doll",
            "a puzzle",
            "a drum",
            "a teddy bear",
        ],
        ["an oven", "a tree", "a cherry", "a tractor", "a lion"],
    ),
];

/// What one can learn to do.
pub(super) const TASKS: &[ThingEntry] = &[
    (
        SubjectGroup::Task,
        "make tea",
        "make tea",
        &[
            (Need, &["hot water"], &["some soap"]),
            (FirstStep, &["boil the water"], &["fill the sink"]),
            (LastStep, &["fill the cup"], &[]),
        ],
    ),
    (
        SubjectGroup::Task,
        "make toast",
        "make toast",
        &[
            (Need, &["some bread"], &["some soap"]),
            (FirstStep, &["cut the bread"], &[]),
            (LastStep, &["add some butter"], &[]),
        ],
    ),
    (
        SubjectGroup::Task,
        "fly a kite",
        "fly a kite",
        &[
            (Need, &["some wind"], &[]),
            (FirstStep, &["hold the string"], &[]),
            (LastStep, &["let the kite rise"], &[]),
        ],
    ),
    (
        SubjectGroup::Task,
        "draw a cat",
        "draw a cat",
        &[
            (Need, &["a pencil"], &[]),
            (FirstStep, &["draw a round head"], &[]),
            (LastStep, &["draw a long tail"], &[]),
        ],
    ),
    (
        SubjectGroup::Task,
        "send a letter",
        "send a letter",
        &[
            (Need, &["a stamp"], &["a pencil"]),
            (FirstStep, &["write the words"], &[]),
            (LastStep, &["find the post box"], &[]),
        ],
    ),
    (
        SubjectGroup::Task,
        "plant a seed",
        "plant a seed",
        &[
            (Need, &["some soil"], &[]),
            (FirstStep, &["dig a small hole"], &[]),
            (LastStep, &["water the ground"], &[]),
        ],
    ),
    (
        SubjectGroup::Task,
        "make a bed",
        "make a bed",
        &[
            (Need, &["a clean sheet"], &[]),
            (FirstStep, &["shake the sheet"], &[]),
            (LastStep, &["add the pillow"], &[]),
        ],
    ),
    (
        SubjectGroup::Task,
        "wash a plate",
        "wash a plate",
        &[
            (Need, &["some soap"], &["hot water"]),
            (FirstStep, &["fill the sink"], &["boil the water"]),
            (LastStep, &["dry the plate"], &[]),
        ],
    ),
];
