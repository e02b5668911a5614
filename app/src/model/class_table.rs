//! A class as the board's table has it: a row a learner, in the order that is asked for.

use std::cmp::Ordering;
use tilt_protocol::classroom::{Count, Way};

/// What the table can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassColumn {
    Name,
    Steps,
    Checks,
    Predictions,
    Quizzes,
    Points,
    Minutes,
}

impl ClassColumn {
    pub const ALL: [ClassColumn; 7] = [
        ClassColumn::Name,
        ClassColumn::Steps,
        ClassColumn::Checks,
        ClassColumn::Predictions,
        ClassColumn::Quizzes,
        ClassColumn::Points,
        ClassColumn::Minutes,
    ];

    fn compare(self, one: (&str, &Way), other: (&str, &Way)) -> Ordering {
        let share = |count: Count| count.share().unwrap_or(-1.0);
        let by = |read: &dyn Fn(&Way) -> f64| read(one.1).total_cmp(&read(other.1));
        match self {
            ClassColumn::Name => one.0.to_lowercase().cmp(&other.0.to_lowercase()),
            ClassColumn::Steps => by(&|way| share(way.steps)),
            ClassColumn::Checks => by(&|way| share(way.checks)),
            ClassColumn::Predictions => by(&|way| share(way.predictions)),
            ClassColumn::Quizzes => by(&|way| share(way.quizzes)),
            ClassColumn::Points => by(&Way::points),
            ClassColumn::Minutes => by(&|way| way.minutes),
        }
    }
}

/// The learners' places in the order of a column; `is_down` has the largest first. Equal ones
/// stay as they were handed in.
pub fn sorted(names: &[String], ways: &[Way], order: Option<(ClassColumn, bool)>) -> Vec<usize> {
    let mut places: Vec<usize> = (0..ways.len().min(names.len())).collect();
    if let Some((column, is_down)) = order {
        places.sort_by(|one, other| {
            let of = |place: usize| (names[place].as_str(), &ways[place]);
            let order = column.compare(of(*one), of(*other));
            if is_down { order.reverse() } else { order }
        });
    }
    places
}

/// What a step is called: the beginning of its text, without the signs of Markdown.
pub fn heading(text: &str) -> String {
    const MOST: usize = 72;
    let first = text.split("\n\n").next().unwrap_or_default();
    let mut plain = String::new();
    let mut rest = first;
    while let Some((before, after)) = rest.split_once(']') {
        // Of a link its words alone.
        match (before.contains('['), after.strip_prefix('(')) {
            (true, Some(target)) => {
                plain.push_str(&before.replacen('[', "", 1));
                rest = target.split_once(')').map_or("", |(_, rest)| rest);
            }
            _ => {
                plain.push_str(before);
                plain.push(']');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    let plain = plain.replace(['*', '`', '#'], "");
    let words: Vec<&str> = plain.split_whitespace().collect();
    let plain = words.join(" ");
    if plain.chars().count() <= MOST {
        return plain;
    }
    let cut: String = plain.chars().take(MOST).collect();
    let whole = cut
        .rsplit_once(' ')
        .map_or(cut.as_str(), |(whole, _)| whole);
    format!("{}\u{2026}", whole.trim_end_matches([',', '.', ';', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(held: usize, minutes: f64) -> Way {
        let none = Count::default();
        Way {
            steps: none,
            checks: Count { count: held, of: 3 },
            predictions: none,
            quizzes: none,
            minutes,
        }
    }

    #[test]
    fn a_class_is_sorted_by_what_is_asked_for() {
        let names = ["ben", "Ann", "Cid"].map(str::to_owned);
        let ways = [way(1, 9.0), way(3, 4.0), way(1, 2.0)];
        let by = |order| sorted(&names, &ways, order);
        assert_eq!(by(None), [0, 1, 2]);
        assert_eq!(by(Some((ClassColumn::Name, false))), [1, 0, 2]);
        assert_eq!(by(Some((ClassColumn::Checks, true))), [1, 0, 2]);
        assert_eq!(by(Some((ClassColumn::Checks, false))), [0, 2, 1]);
        assert_eq!(by(Some((ClassColumn::Minutes, false))), [2, 1, 0]);
        assert_eq!(by(Some((ClassColumn::Predictions, true))), [0, 1, 2]);
    }

    #[test]
    fn a_step_is_called_by_its_first_words() {
        for (text, called) in [
            ("Train.\n\nThen look.", "Train."),
            (
                "Read **this** and [KL](term:kl) now.",
                "Read this and KL now.",
            ),
            ("An array[1] stays.", "An array[1] stays."),
        ] {
            assert_eq!(heading(text), called);
        }
        let long = heading(&"a word, ".repeat(30));
        assert!(
            long.ends_with("word\u{2026}") && long.chars().count() < 74,
            "{long}"
        );
    }
}
