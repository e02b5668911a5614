//! A chart's numbers as a table: on the page, and as CSV.

use super::path::thin;
use crate::model::ordered::{OrderedMap, OrderedSet};
use crate::texts::charts as texts;
use crate::texts::numbers::fixed;
use tilt_protocol::export::text_cell;

/// Rows shown at most; the CSV has all of them.
pub const TABLE_ROWS: usize = 24;

#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Text(String),
    Count(usize),
    Number(f64),
    Missing,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChartTable {
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

impl Cell {
    pub fn of(value: Option<f64>) -> Cell {
        value.map_or(Cell::Missing, Cell::Number)
    }

    /// For people.
    pub fn shown(&self, digits: usize) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Count(count) => count.to_string(),
            Cell::Number(value) => fixed(*value, digits),
            Cell::Missing => "\u{2013}".to_owned(),
        }
    }

    /// For programs: full precision, quoted where it must be.
    fn csv(&self) -> String {
        match self {
            Cell::Text(text) => text_cell(text),
            Cell::Count(count) => count.to_string(),
            // Hundreds of zeros say no more than a power of ten.
            Cell::Number(value) if *value != 0.0 && !(1e-9..1e16).contains(&value.abs()) => {
                format!("{value:e}")
            }
            Cell::Number(value) => value.to_string(),
            Cell::Missing => String::new(),
        }
    }
}

impl ChartTable {
    /// A row a step, a column a line; where a line has no value at a step, none stands.
    pub fn of_lines<'a>(lines: impl Iterator<Item = (&'a str, &'a [(f64, f64)])>) -> ChartTable {
        let mut head = vec![texts::STEP.to_owned()];
        let mut values: OrderedMap<usize, Vec<(usize, f64)>> = OrderedMap::new();
        for (column, (name, points)) in lines.enumerate() {
            head.push(name.to_owned());
            for (step, value) in points {
                values.at(*step as usize).push((column, *value));
            }
        }
        let columns = head.len() - 1;
        let rows = values
            .into_iter()
            .map(|(step, values)| {
                let mut row = vec![Cell::Missing; columns + 1];
                row[0] = Cell::Count(step);
                for (column, value) in values {
                    row[column + 1] = Cell::Number(value);
                }
                row
            })
            .collect();
        ChartTable { head, rows }
    }

    /// The rows that the page shows: thinned, with each line's and each run's last one.
    pub fn shown_rows(&self) -> Vec<&Vec<Cell>> {
        let numbers: Vec<usize> = (0..self.rows.len()).collect();
        let mut shown: OrderedSet<usize> =
            thin(&numbers, TABLE_ROWS).into_iter().copied().collect();
        let mut last_of_run: OrderedMap<&str, usize> = OrderedMap::new();
        let mut last_of_column = vec![0; self.head.len()];
        for (number, row) in self.rows.iter().enumerate() {
            if let Some(Cell::Text(run)) = row.first() {
                last_of_run.insert(run, number);
            }
            for (last, cell) in last_of_column.iter_mut().zip(row) {
                if *cell != Cell::Missing {
                    *last = number;
                }
            }
        }
        shown.extend(last_of_run.into_values().chain(last_of_column));
        let rows = shown.into_iter();
        rows.filter_map(|number| self.rows.get(number)).collect()
    }

    /// RFC 4180, with a head.
    pub fn csv(&self) -> String {
        let head: Vec<String> = self.head.iter().map(|name| text_cell(name)).collect();
        let mut text = head.join(",");
        text.push_str("\r\n");
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(Cell::csv).collect();
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_meet_by_step() {
        let long = [(1.0, 0.5), (2.0, 0.25)];
        let short = [(2.0, -1.0)];
        let lines = [("DPO", &long[..]), ("IPO, \"wide\"", &short[..])];
        let table = ChartTable::of_lines(lines.into_iter());
        assert_eq!(
            table.csv(),
            "step,DPO,\"IPO, \"\"wide\"\"\"\r\n1,0.5,\r\n2,0.25,-1\r\n"
        );
    }

    #[test]
    fn csv_keeps_all_rows_and_the_page_few() {
        let points: Vec<(f64, f64)> = (1..=100).map(|step| (step as f64, 0.1)).collect();
        let table = ChartTable::of_lines([("loss", &points[..])].into_iter());
        assert_eq!(table.shown_rows().len(), TABLE_ROWS);
        assert_eq!(table.csv().lines().count(), 101);
    }

    #[test]
    fn the_page_shows_the_last_step_of_every_run() {
        let row = |run: usize, step: usize| vec![Cell::Text(run.to_string()), Cell::Count(step)];
        let rows = (0..6).flat_map(|run| (1..=40 + run).map(move |step| row(run, step)));
        let table = ChartTable {
            head: vec!["run".to_owned(), "step".to_owned()],
            rows: rows.collect(),
        };
        let shown = table.shown_rows();
        for run in 0..6 {
            assert!(shown.contains(&&row(run, 40 + run)), "run {run}");
        }

        let long: Vec<(f64, f64)> = (1..=100).map(|step| (step as f64, 0.1)).collect();
        let lines = [("a", &long[..]), ("b", &long[..57])];
        let table = ChartTable::of_lines(lines.into_iter());
        let last_of_b = [Cell::Count(57), Cell::Number(0.1), Cell::Number(0.1)];
        assert!(table.shown_rows().iter().any(|row| row[..] == last_of_b));
    }

    #[test]
    fn a_cell_never_says_zero_of_what_is_none() {
        assert_eq!(Cell::Number(3.21e-7).shown(4), "3.2e\u{2212}7");
        assert_eq!(Cell::Number(1.7e19).shown(3), "1.7e19");
        assert_eq!(Cell::Number(1.7e19).csv(), "1.7e19");
        assert_eq!(Cell::Number(-0.25).csv(), "-0.25");
    }
}
