//! Circles among arrows: files each of which leads to all others (Tarjan's strongly
//! connected components, of two files or more).

use crate::resolve::Arrows;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Each circle's files.
pub fn circles<'a>(arrows: &Arrows<'a>) -> Vec<BTreeSet<&'a str>> {
    let mut search = Search::default();
    for &(from, to) in arrows.keys() {
        search.targets.entry(from).or_default().push(to);
    }
    let starts: Vec<&str> = search.targets.keys().copied().collect();
    for start in starts {
        if !search.order.contains_key(start) {
            search.visit(start);
        }
    }
    search.circles
}

#[derive(Default)]
struct Search<'a> {
    targets: BTreeMap<&'a str, Vec<&'a str>>,
    /// When each file was first seen.
    order: BTreeMap<&'a str, usize>,
    /// The earliest file of the stack that each one leads to.
    earliest: BTreeMap<&'a str, usize>,
    stack: Vec<&'a str>,
    circles: Vec<BTreeSet<&'a str>>,
}

impl<'a> Search<'a> {
    fn visit(&mut self, file: &'a str) {
        let number = self.order.len();
        self.order.insert(file, number);
        self.earliest.insert(file, number);
        self.stack.push(file);
        for to in self.targets.get(file).cloned().unwrap_or_default() {
            let reached = match self.order.get(to) {
                None => {
                    self.visit(to);
                    self.earliest[to]
                }
                Some(&seen) if self.stack.contains(&to) => seen,
                Some(_) => continue,
            };
            let earliest = self.earliest[file].min(reached);
            self.earliest.insert(file, earliest);
        }
        if self.earliest[file] == number {
            let start = self.stack.iter().position(|&other| other == file);
            let circle: BTreeSet<&str> = self.stack.drain(start.unwrap_or(0)..).collect();
            if circle.len() > 1 {
                self.circles.push(circle);
            }
        }
    }
}

/// The shortest way round in a circle that begins at `start`, as arrows.
pub fn way_round<'a>(
    arrows: &Arrows<'a>,
    circle: &BTreeSet<&'a str>,
    start: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let mut came_by: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    let mut waiting = VecDeque::from([start]);
    while let Some(from) = waiting.pop_front() {
        for &arrow in arrows.keys().filter(|arrow| arrow.0 == from) {
            if circle.contains(arrow.1) && !came_by.contains_key(arrow.1) {
                came_by.insert(arrow.1, arrow);
                waiting.push_back(arrow.1);
            }
        }
    }
    let mut way = Vec::new();
    let mut at = start;
    while let Some(&arrow) = came_by.get(at) {
        way.push(arrow);
        at = arrow.0;
        if at == start {
            break;
        }
    }
    way.reverse();
    way
}
