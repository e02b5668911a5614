//! The knowledge base's food, tools, jobs and days.

use super::entry::{SubjectGroup, ThingEntry};
use super::relation::Relation::*;

pub(super) const THINGS: &[ThingEntry] = &[
    (
        SubjectGroup::Food,
        "lemon",
        "a lemon",
        &[
            (Colour, &["yellow"], &["green"]),
            (Taste, &["sour"], &["bitter"]),
            (Grows, &["on a tree"], &["in warm lands"]),
            (Kind, &["a fruit"], &[]),
        ],
    ),
    (
        SubjectGroup::Food,
        "plum",
        "a plum",
        &[
            (Colour, &["purple"], &["red", "yellow", "blue", "black"]),
            (Taste, &["sweet"], &["sour"]),
            (Grows, &["on a tree"], &["in warm lands"]),
            (Kind, &["a fruit"], &[]),
        ],
    ),
    (
        SubjectGroup::Food,
        "cherry",
        "a cherry",
        &[
            (Colour, &["red"], &["black", "yellow", "pink", "purple"]),
            (Taste, &["sweet"], &["sour"]),
            (Grows, &["on a tree"], &["in warm lands"]),
            (Kind, &["a fruit"], &[]),
        ],
    ),
    (
        SubjectGroup::Food,
        "banana",
        "a ripe banana",
        &[
            (Colour, &["yellow"], &["green", "red", "brown"]),
            (Taste, &["sweet"], &["mild"]),
            (Grows, &["in warm lands"], &["on a tree"]),
            (Kind, &["a fruit"], &[]),
        ],
    ),
    (
        SubjectGroup::Food,
        "pea",
        "a pea",
        &[
            (Colour, &["green"], &["yellow"]),
            (Taste, &["sweet"], &["mild"]),
            (Grows, &["in a pod"], &[]),
            (Kind, &["a vegetable"], &["a fruit"]),
        ],
    ),
    (
        SubjectGroup::Food,
        "carrot",
        "a carrot",
        &[
            (Colour, &["orange"], &["purple", "yellow", "red"]),
            (Taste, &["sweet"], &["mild"]),
            (Grows, &["under the ground"], &[]),
            (Kind, &["a vegetable"], &[]),
        ],
    ),
    (
        SubjectGroup::Food,
        "potato",
        "a potato",
        &[
            (Colour, &["brown"], &["yellow", "purple", "red"]),
            (Taste, &["mild"], &["sweet"]),
            (Grows, &["under the ground"], &[]),
            (Kind, &["a vegetable"], &[]),
        ],
    ),
    (
        SubjectGroup::Tool,
        "hammer",
        "a hammer",
        &[
            (Use, &["hit nails"], &[]),
            (Material, &["metal"], &["wood"]),
            (Place, &["in a tool box"], &["in the shed", "on a hook"]),
        ],
    ),
    (
        SubjectGroup::Tool,
        "key",
        "a key",
        &[
            (Use, &["open a door"], &[]),
            (Material, &["metal"], &[]),
            (Place, &["on a hook"], &["on a shelf"]),
        ],
    ),
    (
        SubjectGroup::Tool,
        "needle",
        "a needle",
        &[
            (Use, &["sew a shirt"], &[]),
            (Material, &["metal"], &["wood"]),
            (Place, &["in a sewing box"], &[]),
        ],
    ),
    (
        SubjectGroup::Tool,
        "book",
        "a book",
        &[
            (Use, &["read stories"], &[]),
            (Material, &["paper"], &[]),
            (Place, &["on a shelf"], &[]),
        ],
    ),
    (
        SubjectGroup::Tool,
        "broom",
        "a broom",
        &[
            (Use, &["sweep the floor"], &[]),
            (Material, &["straw"], &["wood"]),
            (
                Place,
                &["in a corner"],
                &["in the shed", "in the kitchen", "on a hook"],
            ),
        ],
    ),
    (
        SubjectGroup::Tool,
        "scarf",
        "a scarf",
        &[
            (Use, &["keep warm"], &[]),
            (Material, &["wool"], &[]),
            (Place, &["with the coats"], &["on a hook", "on a shelf"]),
        ],
    ),
    (
        SubjectGroup::Tool,
        "ladder",
        "a ladder",
        &[
            (Use, &["climb a wall"], &[]),
            (Material, &["wood"], &["metal"]),
            (Place, &["in the shed"], &["in a corner"]),
        ],
    ),
    (
        SubjectGroup::Tool,
        "cup",
        "a cup",
        &[
            (Use, &["drink tea"], &["keep warm"]),
            (Material, &["clay"], &["metal", "wood", "paper"]),
            (Place, &["in the kitchen"], &["on a shelf", "on a hook"]),
        ],
    ),
    (
        SubjectGroup::Job,
        "baker",
        "a baker",
        &[
            (Job, &["bake bread"], &[]),
            (Workplace, &["in a bakery"], &[]),
            (Equipment, &["an oven"], &["a brush"]),
        ],
    ),
    (
        SubjectGroup::Job,
        "farmer",
        "a farmer",
        &[
            (Job, &["grow food"], &[]),
            (Workplace, &["on a farm"], &[]),
            (Equipment, &["a tractor"], &[]),
        ],
    ),
    (
        SubjectGroup::Job,
        "teacher",
        "a teacher",
        &[
            (Job, &["teach children"], &[]),
            (Workplace, &["in a school"], &[]),
            (Equipment, &["a board"], &["a map", "a brush"]),
        ],
    ),
    (
        SubjectGroup::Job,
        "doctor",
        "a doctor",
        &[
            (Job, &["heal people"], &[]),
            (Workplace, &["in a hospital"], &["in a school"]),
            (Equipment, &["medicine"], &[]),
        ],
    ),
    (
        SubjectGroup::Job,
        "pilot",
        "a pilot",
        &[
            (Job, &["fly planes"], &[]),
            (Workplace, &["at an airport"], &[]),
            (Equipment, &["a map"], &[]),
        ],
    ),
    (
        SubjectGroup::Job,
        "fisher",
        "a fisher",
        &[
            (Job, &["catch fish"], &[]),
            (Workplace, &["on a boat"], &[]),
            (Equipment, &["a net"], &["a map"]),
        ],
    ),
    (
        SubjectGroup::Job,
        "painter",
        "a painter",
        &[
            (Job, &["paint pictures"], &[]),
            (Workplace, &["in a studio"], &["in a school"]),
            (Equipment, &["a brush"], &["a board"]),
        ],
    ),
    (
        SubjectGroup::Day,
        "Monday",
        "Monday",
        &[
            (DayAfter, &["Tuesday"], &[]),
            (DayBefore, &["Sunday"], &[]),
            (DayKind, &["a school day"], &[]),
        ],
    ),
    (
        SubjectGroup::Day,
        "Tuesday",
        "Tuesday",
        &[
            (DayAfter, &["Wednesday"], &[]),
            (DayBefore, &["Monday"], &[]),
            (DayKind, &["a school day"], &[]),
        ],
    ),
    (
        SubjectGroup::Day,
        "Wednesday",
        "Wednesday",
        &[
            (DayAfter, &["Thursday"], &[]),
            (DayBefore, &["Tuesday"], &[]),
            (DayKind, &["a school day"], &[]),
        ],
    ),
    (
        SubjectGroup::Day,
        "Thursday",
        "Thursday",
        &[
            (DayAfter, &["Friday"], &[]),
            (DayBefore, &["Wednesday"], &[]),
            (DayKind, &["a school day"], &[]),
        ],
    ),
    (
        SubjectGroup::Day,
        "Friday",
        "Friday",
        &[
            (DayAfter, &["Saturday"], &[]),
            (DayBefore, &["Thursday"], &[]),
            (DayKind, &["a school day"], &[]),
        ],
    ),
    (
        SubjectGroup::Day,
        "Saturday",
        "Saturday",
        &[
            (DayAfter, &["Sunday"], &[]),
            (DayBefore, &["Friday"], &[]),
            (DayKind, &["a day of rest"], &[]),
        ],
    ),
    (
        SubjectGroup::Day,
        "Sunday",
        "Sunday",
        &[
            (DayAfter, &["Monday"], &[]),
            (DayBefore, &["Saturday"], &[]),
            (DayKind, &["a day of rest"], &[]),
        ],
    ),
];
