//! The table of floors, `xtask/floors.txt`: what it says, and what breaks it.

use crate::circles::{circles, way_round};
use crate::resolve::Arrows;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default, PartialEq, Eq)]
pub struct FloorTable {
    pub sections: Vec<FloorSection>,
}

/// The floors of one folder, from the top down.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FloorSection {
    pub folder: String,
    /// Measured, and not yet under the rule.
    pub is_open: bool,
    pub floors: Vec<Vec<String>>,
    /// Arrows that break the rule and are known, as `from` and `to` beneath the folder.
    pub known: Vec<(String, String)>,
}

impl FloorTable {
    /// # Errors
    /// A line outside a section, or a room that stands on two floors.
    pub fn parse(text: &str) -> Result<FloorTable, String> {
        let mut table = FloorTable::default();
        for (index, line) in text.lines().enumerate() {
            let wrong = |problem: &str| Err(format!("floors.txt:{}: {problem}", index + 1));
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            if let Some((folder, after)) = line.strip_prefix('[').and_then(|l| l.split_once(']')) {
                if !matches!(after.trim(), "" | "open") {
                    return wrong("after a folder stands nothing, or `open`");
                }
                table.sections.push(FloorSection {
                    folder: folder.to_owned(),
                    is_open: !after.trim().is_empty(),
                    ..FloorSection::default()
                });
                continue;
            }
            let Some(section) = table.sections.last_mut() else {
                return wrong("a floor before the first [folder]");
            };
            if let Some(arrow) = line.strip_prefix("known ") {
                let Some((from, to)) = arrow.split_once("->") else {
                    return wrong("expected `known FILE -> FILE`");
                };
                let known = (from.trim().to_owned(), to.trim().to_owned());
                section.known.push(known);
                continue;
            }
            let rooms: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            if rooms.iter().any(|room| section.floor_of(room).is_some()) {
                return wrong("a room stands on one floor");
            }
            section.floors.push(rooms);
        }
        Ok(table)
    }
}

impl FloorSection {
    fn floor_of(&self, room: &str) -> Option<usize> {
        let mut floors = self.floors.iter();
        floors.position(|floor| floor.iter().any(|other| other == room))
    }

    /// A file's room: the folder or file right beneath the section's folder.
    fn room_of<'a>(&self, file: &'a str) -> Option<&'a str> {
        let beneath = file.strip_prefix(&*self.folder)?.strip_prefix('/')?;
        let room = beneath.split('/').next().unwrap_or(beneath);
        Some(room.strip_suffix(".rs").unwrap_or(room))
    }

    /// What is wrong with an arrow, if it is: where it leads up or sideways.
    fn wrong_of(&self, from: &str, to: &str) -> Option<String> {
        let (from_room, to_room) = (self.room_of(from)?, self.room_of(to)?);
        if from_room == to_room {
            return None;
        }
        let (from_floor, to_floor) = (self.floor_of(from_room)?, self.floor_of(to_room)?);
        let folder = &self.folder;
        if from_floor > to_floor {
            Some(format!(
                "`{from_room}` stands below `{to_room}` in {folder}"
            ))
        } else if from_floor == to_floor {
            Some(format!(
                "`{from_room}` and `{to_room}` stand side by side in {folder}"
            ))
        } else {
            None
        }
    }

    fn is_known(&self, from: &str, to: &str) -> bool {
        let full = |file: &str| format!("{}/{file}", self.folder);
        let mut known = self.known.iter();
        known.any(|(a, b)| full(a) == from && full(b) == to)
    }

    /// Rooms without a floor, and floors without a room.
    fn unknown(&self, files: &BTreeSet<&str>) -> Vec<String> {
        let rooms: BTreeSet<&str> = files.iter().filter_map(|f| self.room_of(f)).collect();
        let mut problems = Vec::new();
        for room in rooms.iter().filter(|room| self.floor_of(room).is_none()) {
            let file = files.iter().find(|file| self.room_of(file) == Some(room));
            let file = file.copied().unwrap_or_default();
            problems.push(format!(
                "{file}:1: `{room}` has no floor in [{}]",
                self.folder
            ));
        }
        for room in self
            .floors
            .iter()
            .flatten()
            .filter(|room| !rooms.contains(&***room))
        {
            problems.push(format!("floors.txt: [{}] has no `{room}`", self.folder));
        }
        problems
    }
}

/// What breaks the rule in a package: `sections` are those of its folders.
pub fn problems(
    sections: &[&FloorSection],
    files: &BTreeSet<&str>,
    arrows: &Arrows,
) -> Vec<String> {
    let mut problems: Vec<String> = sections.iter().flat_map(|s| s.unknown(files)).collect();
    let wrong_of = |from: &str, to: &str| sections.iter().find_map(|s| s.wrong_of(from, to));
    let in_circle: BTreeMap<&str, usize> = circles(arrows)
        .iter()
        .enumerate()
        .flat_map(|(index, circle)| circle.iter().map(move |file| (*file, index)))
        .collect();
    let is_round = |from: &str, to: &str| {
        in_circle
            .get(from)
            .is_some_and(|circle| in_circle.get(to) == Some(circle))
    };
    for section in sections {
        for (from, to) in &section.known {
            let full = |file: &str| format!("{}/{file}", section.folder);
            let (from, to) = (full(from), full(to));
            let drawn = arrows.contains_key(&(&*from, &*to));
            if !drawn || wrong_of(&from, &to).is_none() && !is_round(&from, &to) {
                problems.push(format!(
                    "floors.txt: {from} -> {to} breaks no rule any more: take it off the list"
                ));
            }
        }
    }
    let is_known = |from: &str, to: &str| sections.iter().any(|s| s.is_known(from, to));
    let unknown: Arrows = arrows
        .iter()
        .filter(|((from, to), _)| !is_known(from, to))
        .map(|(&arrow, &line)| (arrow, line))
        .collect();
    for (&(from, to), line) in &unknown {
        if let Some(wrong) = wrong_of(from, to) {
            problems.push(format!("{from}:{line}: uses {to}, but {wrong}"));
        }
    }
    for circle in circles(&unknown) {
        let mut told = BTreeSet::new();
        for start in &circle {
            let way = way_round(&unknown, &circle, start);
            // One way round for each file, told once.
            let mut members: Vec<&str> = way.iter().map(|arrow| arrow.0).collect();
            members.sort_unstable();
            if told.insert(members) {
                let steps = way
                    .iter()
                    .map(|&(from, to)| format!("{from}:{} uses {to}", unknown[&(from, to)]));
                let steps: Vec<String> = steps.collect();
                problems.push(format!("a circle: {}", steps.join(", ")));
            }
        }
    }
    problems
}
