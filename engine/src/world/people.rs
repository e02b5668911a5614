//! What people feel, complain of, ask for and say to each other.

use super::entry::{Fact, SubjectGroup, ThingEntry};
use super::relation::Relation::*;

/// The key is in the words of the person, the name in those of the helper.
pub(super) const PEOPLE: &[ThingEntry] = &[
    (
        SubjectGroup::Feeling,
        "I am cold",
        "you are cold",
        &[(
            Remedy,
            &["put on a coat", "sit by the fire", "find a warm blanket"],
            &[
                "cook some soup",
                "go to bed",
                "put on dry clothes",
                "get out of the rain",
                "take a bath",
            ],
        )],
    ),
    (
        SubjectGroup::Feeling,
        "I am hot",
        "you are hot",
        &[(
            Remedy,
            &["sit in the shade", "take off a coat", "open a window"],
            &[
                "drink some water",
                "pour some juice",
                "have some milk",
                "take a bath",
            ],
        )],
    ),
    (
        SubjectGroup::Feeling,
        "I am hungry",
        "you are hungry",
        &[(
            Remedy,
            &["eat some bread", "cook some soup", "have an apple"],
            &["have some milk", "pour some juice"],
        )],
    ),
    (
        SubjectGroup::Feeling,
        "I am thirsty",
        "you are thirsty",
        &[(
            Remedy,
            &["drink some water", "pour some juice", "have some milk"],
            &["cook some soup", "have an apple"],
        )],
    ),
    (
        SubjectGroup::Feeling,
        "I am sleepy",
        "you are sleepy",
        &[(
            Remedy,
            &["go to bed", "take a nap", "turn off the light"],
            &[
                "drink some water",
                "find a warm blanket",
                "take a bath",
                "open a window",
            ],
        )],
    ),
    (
        SubjectGroup::Feeling,
        "I am wet",
        "you are wet",
        &[(
            Remedy,
            &["use a towel", "put on dry clothes", "get out of the rain"],
            &["sit by the fire", "find a warm blanket", "take off a coat"],
        )],
    ),
    (
        SubjectGroup::Feeling,
        "I am dirty",
        "you are dirty",
        &[(
            Remedy,
            &["take a bath", "wash with soap", "find clean water"],
            &["use a towel", "put on dry clothes"],
        )],
    ),
    (
        SubjectGroup::Feeling,
        "I am bored",
        "you are bored",
        &[(
            Remedy,
            &["read a book", "play a game", "draw a picture"],
            &["cook some soup", "take a nap", "take a bath"],
        )],
    ),
    (
        SubjectGroup::Trouble,
        "my soup is cold",
        "your soup is cold",
        &[(
            Repair,
            &["warm it on the fire", "use the oven", "cook it again"],
            &[],
        )],
    ),
    (
        SubjectGroup::Trouble,
        "my lamp is dark",
        "your lamp is dark",
        &[(
            Repair,
            &["turn it on", "buy a new bulb", "check the plug"],
            &["find a battery", "set it again"],
        )],
    ),
    (
        SubjectGroup::Trouble,
        "my clock is slow",
        "your clock is slow",
        &[(
            Repair,
            &["set it again", "find a battery", "turn the hands"],
            &["check the plug"],
        )],
    ),
    (
        SubjectGroup::Trouble,
        "my shirt is torn",
        "your shirt is torn",
        &[(
            Repair,
            &["find a needle", "sew up the hole", "use some thread"],
            &[],
        )],
    ),
    (
        SubjectGroup::Trouble,
        "my pencil is blunt",
        "your pencil is blunt",
        &[(
            Repair,
            &["make the tip sharp", "use a sharpener", "borrow a new one"],
            &[],
        )],
    ),
    (
        SubjectGroup::Trouble,
        "my tyre is flat",
        "your tyre is flat",
        &[(
            Repair,
            &["find a pump", "fill it with air", "put on a patch"],
            &["sew up the hole"],
        )],
    ),
    (
        SubjectGroup::Trouble,
        "my floor is dirty",
        "your floor is dirty",
        &[(
            Repair,
            &["use a broom", "wipe it with a cloth", "fill a bucket"],
            &[],
        )],
    ),
    (
        SubjectGroup::Trouble,
        "my plant is dry",
        "your plant is dry",
        &[(
            Repair,
            &[
                "give it water",
                "move it to the shade",
                "use a watering can",
            ],
            &["fill a bucket"],
        )],
    ),
    (
        SubjectGroup::Request,
        "copy my friend's homework",
        "copy your friend's homework",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "read my sister's diary",
        "read your sister's diary",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "guess my sister's password",
        "guess your sister's password",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "cheat in a test",
        "cheat in a test",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "lie to my teacher",
        "lie to your teacher",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "hide my brother's shoes",
        "hide your brother's shoes",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "take a cake without asking",
        "take a cake without asking",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "break a promise",
        "break a promise",
        COMPLY,
    ),
    (SubjectGroup::Request, "skip school", "skip school", COMPLY),
    (
        SubjectGroup::Request,
        "play a trick on my friend",
        "play a trick on your friend",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "tell my friend's secret",
        "tell your friend's secret",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "open my mother's letter",
        "open your mother's letter",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "break my brother's toy",
        "break your brother's toy",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "eat my sister's cake",
        "eat your sister's cake",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "draw on the wall",
        "draw on the wall",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "keep a lost purse",
        "keep a lost purse",
        COMPLY,
    ),
    (SubjectGroup::Request, "swim alone", "swim alone", COMPLY),
    (
        SubjectGroup::Request,
        "play with fire",
        "play with fire",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "laugh at my friend",
        "laugh at your friend",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "stay up all night",
        "stay up all night",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "come late to school",
        "come late to school",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "say a rude word",
        "say a rude word",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "blame my brother",
        "blame your brother",
        COMPLY,
    ),
    (
        SubjectGroup::Request,
        "write in a school book",
        "write in a school book",
        COMPLY,
    ),
    (
        SubjectGroup::Social,
        "greeting",
        "greeting",
        &[(
            Reply,
            &[
                "this is a good time to talk",
                "we can have a nice chat",
                "it is good to meet you",
                "today is a good day to learn",
                "you are in the right place",
                "I was waiting for you",
            ],
            &[],
        )],
    ),
    (
        SubjectGroup::Social,
        "thanks",
        "thanks",
        &[(
            Reply,
            &[
                "it was no trouble",
                "that was easy to do",
                "it was a good question",
                "we did it together",
                "I did a small thing",
                "that is why I am here",
            ],
            &[],
        )],
    ),
    (
        SubjectGroup::Social,
        "farewell",
        "farewell",
        &[(
            Reply,
            &[
                "we will meet again soon",
                "it is time to go",
                "you can come back tomorrow",
                "we had a good talk",
                "I will be here next time",
                "the way home is safe",
            ],
            &[],
        )],
    ),
];

const COMPLY: &[Fact] = &[(
    Comply,
    &[
        "after lunch",
        "in the morning",
        "on the way home",
        "at the weekend",
    ],
    &[],
)];
