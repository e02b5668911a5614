//! The knowledge base's animals.

use super::entry::{SubjectGroup, ThingEntry};
use super::relation::Relation::*;

pub(super) const ANIMALS: &[ThingEntry] = &[
    (
        SubjectGroup::Animal,
        "dog",
        "a dog",
        &[
            (Sound, &["woof"], &[]),
            (Home, &["in a kennel"], &["in a house", "in a barn"]),
            (Food, &["bones"], &["meat", "fish", "cheese"]),
            (Baby, &["a puppy"], &[]),
            (Legs, &["four legs"], &[]),
        ],
    ),
    (
        SubjectGroup::Animal,
        "cat",
        "a cat",
        &[
            (Sound, &["meow"], &[]),
            (Home, &["in a house"], &["in a barn", "in a tree"]),
            (Food, &["fish"], &["meat", "mice", "cheese"]),
            (Baby, &["a kitten"], &[]),
            (Legs, &["four legs"], &[]),
        ],
    ),
    (
        SubjectGroup::Animal,
        "cow",
        "a cow",
        &[
            (Sound, &["moo"], &[]),
            (Home, &["in a barn"], &["in a stable", "on the plain"]),
            (Food, &["grass"], &["hay", "corn"]),
            (Baby, &["a calf"], &[]),
            (Legs, &["four legs"], &[]),
        ],
    ),
    (
        SubjectGroup::Animal,
        "horse",
        "a horse",
        &[
            (Sound, &["neigh"], &[]),
            (Home, &["in a stable"], &["in a barn", "on the plain"]),
            (Food, &["hay"], &["grass", "corn"]),
            (Baby, &["a foal"], &[]),
            (Legs, &["four legs"], &[]),
        ],
    ),
    (
        SubjectGroup::Animal,
        "hen",
        "a hen",
        &[
            (Sound, &["cluck"], &[]),
            (Home, &["in a coop"], &["in a barn"]),
            (Food, &["corn"], &["grass", "flies", "weed"]),
            (Baby, &["a chick"], &[]),
            (Legs, &["two legs"], &[]),
        ],
    ),
    (
        SubjectGroup::Animal,
        "duck",
        "a duck",
        &[
            (Sound, &["quack"], &[]),
            (Home, &["by a river"], &["in a pond", "in a barn"]),
            (Food, &["weed"], &["grass", "corn", "flies", "fish"]),
            (Baby, &["a duckling"], &["a chick"]),
            (Legs, &["two legs"], &[]),
        ],
    ),
    (
        SubjectGroup::Animal,
        "frog",
        "a frog",
        &[
            (Sound, &["croak"], &[]),
            (Home, &["in a pond"], &["by a river", "in a hole"]),
            (Food, &["flies"], &[]),
            (Baby, &["a tadpole"], &[]),
            (Legs, &["four legs"], &[]),
        ],
    ),
    (
        SubjectGroup::Animal,
        "bee",
        "a bee",
        &[
            (Sound, &["buzz"], &[]),
            (Home, &["in a hive"], &["in a tree", "in a hole"]),
            (Food, &["nectar"], &[]),
            (Legs, &["six legs"], &[]),
        ],
    ),
    (
        SubjectGroup::Animal,
        "owl",
        "an owl",
        &[
            (Sound, &["hoot"], &[]),
            (Home, &["in a tree"], &["in a barn", "in a hole"]),
            (Food, &["mice"], &["meat", "fish", "flies"]),
            (Baby, &["an owlet"], &["a chick"]),
            (Legs, &["two legs"], &[]),
        ],
    ),
    (
        SubjectGroup::Animal,
        "lion",
        "a lion",
        &[
            (Sound, &["roar"], &[]),
            (Home, &["on the plain"], &[]),
            (Food, &["meat"], &["bones", "fish", "mice"]),
            (Baby, &["a cub"], &[]),
            (Legs, &["four legs"], &[]),
        ],
    ),
    (
        SubjectGroup::Animal,
        "mouse",
        "a mouse",
        &[
            (Sound, &["squeak"], &[]),
            (
                Home,
                &["in a hole"],
                &["in a house", "in a barn", "in a stable"],
            ),
            (Food, &["cheese"], &["corn", "grass", "hay", "mice"]),
            (Legs, &["four legs"], &[]),
        ],
    ),
];
