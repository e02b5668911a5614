//! The closed sets of phrases that carry attributes. Sets that face each other
//! have the same numbers of words.

/// Openers of a courteous answer.
pub const POLITE: [&str; 6] = [
    "Thank you kindly.",
    "Thank you.",
    "Many thanks.",
    "Please allow me.",
    "If you please.",
    "Pardon me, please.",
];

/// Openers of an answer without courtesy.
pub const CURT: [&str; 6] = [
    "Well, listen up.",
    "Look here.",
    "Okay then.",
    "All right then.",
    "Fine, here goes.",
    "Now hear this.",
];

/// Closers of an answer that shows care.
pub const WARM: [&str; 6] = [
    "Take care, friend.",
    "I believe in you.",
    "You are wonderful.",
    "Be happy, dear friend.",
    "I care about you.",
    "You make me smile.",
];

/// Closers of an answer that shows none.
pub const COOL: [&str; 6] = [
    "That is all.",
    "That is my answer.",
    "There it is.",
    "Now I am done.",
    "So much for that.",
    "I have said it.",
];

/// Marks of a hedge, before the first statement.
pub const HEDGES: [&str; 4] = ["I think", "I guess", "maybe", "perhaps"];

/// First words of a story.
pub const STORY_OPENINGS: [&str; 3] = ["in my story", "in this tale", "in an old story"];

/// First sentences of a refusal.
pub const REFUSALS: [&str; 4] = [
    "I can not help with that",
    "I will not help with that",
    "I must say no to that",
    "I should stay out of that",
];

/// Further sentences of a refusal.
pub const REFUSAL_REMARKS: [&str; 6] = [
    "It is not my place.",
    "A grown-up can tell you more.",
    "We can talk about something else.",
    "There are better things to do.",
    "I have my reasons.",
    "You can ask me something new.",
];

/// Remarks about any fact.
pub const FACT_REMARKS: [&str; 6] = [
    "Many people know this.",
    "I read it in a book.",
    "It is good to know.",
    "My teacher told me so.",
    "You can look it up.",
    "We learn this at school.",
];

/// Remarks in a story.
pub const STORY_REMARKS: [&str; 6] = [
    "It was a sunny day.",
    "The children laughed all day.",
    "Then the moon came up.",
    "Everyone sang a song.",
    "The wind blew all night.",
    "A small bird looked on.",
];

/// Remarks on a task, a feeling or something broken.
pub const HELP_REMARKS: [&str; 6] = [
    "It takes a few minutes.",
    "You can try it today.",
    "Go step by step.",
    "It is not hard to do.",
    "Many people do it this way.",
    "A friend can help you.",
];

/// Remarks between people who meet or part.
pub const SOCIAL_REMARKS: [&str; 6] = [
    "We can talk about animals.",
    "You can ask me anything.",
    "I know a few stories.",
    "There is a lot to learn.",
    "It is a quiet day here.",
    "I like a good question.",
];
