//! Preferences that go round in a circle: A before B, B before C, C before A.

use super::row::ReportRow;
use std::collections::{HashMap, HashSet};

/// The decisive rows of each circle of three answers or more to one prompt. Two answers
/// preferred both ways are a contradiction and no circle.
///
/// Answers in a circle are a strongly connected part of the graph of preferences: R. Tarjan,
/// "Depth-First Search and Linear Graph Algorithms", SIAM J. Comput. 1 (1972).
pub fn cycles(rows: &[ReportRow<'_>]) -> Vec<Vec<usize>> {
    let mut prompts: Vec<Vec<usize>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (index, row) in rows.iter().enumerate() {
        if row.is_decisive() {
            let place = *places.entry(row.prompt).or_insert_with(|| {
                prompts.push(Vec::new());
                prompts.len() - 1
            });
            prompts[place].push(index);
        }
    }
    let circles = prompts.iter().filter(|indices| indices.len() > 2);
    circles
        .flat_map(|indices| of_prompt(rows, indices))
        .collect()
}

fn of_prompt(rows: &[ReportRow<'_>], indices: &[usize]) -> Vec<Vec<usize>> {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut edges: Vec<(usize, usize, usize)> = Vec::new();
    for &index in indices {
        if let Some((chosen, rejected)) = rows[index].chosen_rejected() {
            let next = numbers.len();
            let from = *numbers.entry(chosen).or_insert(next);
            let next = numbers.len();
            let to = *numbers.entry(rejected).or_insert(next);
            edges.push((from, to, index));
        }
    }
    let known: HashSet<(usize, usize)> = edges.iter().map(|&(from, to, _)| (from, to)).collect();
    // What is preferred both ways, or before itself, makes no circle of three.
    edges.retain(|&(from, to, _)| from != to && !known.contains(&(to, from)));
    let mut after = vec![Vec::new(); numbers.len()];
    for &(from, to, _) in &edges {
        after[from].push(to);
    }
    let parts = connected_parts(&after);
    let mut circles: HashMap<usize, Vec<usize>> = HashMap::new();
    for (from, to, index) in edges {
        if parts[from] == parts[to] {
            circles.entry(parts[from]).or_default().push(index);
        }
    }
    let mut circles: Vec<Vec<usize>> = circles.into_values().collect();
    circles.sort();
    circles
}

/// The number of each node's strongly connected part, without recursion.
fn connected_parts(after: &[Vec<usize>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let count = after.len();
    let (mut order, mut low) = (vec![UNSEEN; count], vec![0; count]);
    let (mut part, mut stack) = (vec![UNSEEN; count], Vec::new());
    let mut seen = 0;
    for root in 0..count {
        // A node with how many of its edges have been followed.
        let mut path = vec![(root, 0)];
        while let Some((node, followed)) = path.pop() {
            if followed == 0 {
                if order[node] != UNSEEN {
                    continue;
                }
                order[node] = seen;
                low[node] = seen;
                seen += 1;
                stack.push(node);
            } else {
                let child = after[node][followed - 1];
                if part[child] == UNSEEN {
                    low[node] = low[node].min(low[child]);
                }
            }
            if let Some(&child) = after[node].get(followed) {
                path.push((node, followed + 1));
                if order[child] == UNSEEN {
                    path.push((child, 0));
                }
                continue;
            }
            if low[node] == order[node] {
                while let Some(member) = stack.pop() {
                    part[member] = node;
                    if member == node {
                        break;
                    }
                }
            }
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::*;
    use crate::label::Verdict;

    #[test]
    fn a_circle_within_a_prompt_is_found() {
        let rows = [
            row("p", "a", "b", Verdict::A),
            row("p", "c", "b", Verdict::B),
            row("p", "d", "a", Verdict::A),
            row("p", "c", "a", Verdict::A),
            row("q", "c", "a", Verdict::A),
            row("p", "b", "d", Verdict::Tie),
        ];
        assert_eq!(cycles(&rows), [vec![0, 1, 3]]);
    }

    #[test]
    fn contradictions_and_chains_are_no_circle() {
        let rows = [
            row("p", "a", "b", Verdict::A),
            row("p", "a", "b", Verdict::B),
            row("p", "b", "c", Verdict::A),
            row("p", "c", "b", Verdict::A),
            row("p", "c", "d", Verdict::A),
            row("p", "d", "e", Verdict::A),
        ];
        assert!(cycles(&rows).is_empty());
    }

    #[test]
    fn two_circles_of_one_prompt_stay_apart() {
        let rows: Vec<ReportRow<'_>> = [
            ("a", "b"),
            ("b", "c"),
            ("c", "a"),
            ("c", "x"),
            ("x", "y"),
            ("y", "z"),
            ("z", "w"),
            ("w", "x"),
        ]
        .into_iter()
        .map(|(chosen, rejected)| row("p", chosen, rejected, Verdict::A))
        .collect();
        assert_eq!(cycles(&rows), [vec![0, 1, 2], vec![4, 5, 6, 7]]);
    }
}
