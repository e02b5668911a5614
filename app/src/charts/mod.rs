//! Charts as inline SVG: scales, ticks and paths; one file a chart.

pub mod logps;
pub mod loss;

/// Points drawn at most; a longer run is thinned evenly.
const MOST_POINTS: usize = 600;
/// Rows of a chart's data table at most.
pub const TABLE_ROWS: usize = 24;

/// A linear scale from values to pixels.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub domain: (f64, f64),
    pub range: (f64, f64),
}

impl Scale {
    pub fn at(&self, value: f64) -> f64 {
        let span = self.domain.1 - self.domain.0;
        let share = if span == 0.0 {
            0.5
        } else {
            (value - self.domain.0) / span
        };
        self.range.0 + share * (self.range.1 - self.range.0)
    }

    /// Round values inside the domain, about `count` of them.
    pub fn ticks(&self, count: usize) -> Vec<f64> {
        let (low, high) = self.domain;
        let raw = (high - low) / count.max(1) as f64;
        if raw <= 0.0 || !raw.is_finite() {
            return vec![low];
        }
        let power = 10f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .map(|factor| factor * power)
            .into_iter()
            .find(|step| *step >= raw)
            .unwrap_or(10.0 * power);
        let first = (low / step).ceil() as i64;
        let last = (high / step + 1e-9).floor() as i64;
        (first..=last).map(|k| k as f64 * step).collect()
    }
}

/// Smallest and largest of `values`, a little wider, never of no width.
pub fn domain(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
    if low > high {
        return None;
    }
    let pad = ((high - low) * 0.08).max(low.abs().max(1.0) * 0.01);
    Some((low - pad, high + pad))
}

/// Evenly thinned to at most `most` items, the last one kept.
pub fn thin<T>(items: &[T], most: usize) -> Vec<&T> {
    if items.len() <= most {
        return items.iter().collect();
    }
    let last = items.len() - 1;
    (0..most).map(|k| &items[k * last / (most - 1)]).collect()
}

/// What a chart draws of its points.
pub fn drawn<T>(points: &[T]) -> Vec<&T> {
    thin(points, MOST_POINTS)
}

/// An SVG path through the points.
pub fn line(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        path.push_str(&format!("{command}{x:.1} {y:.1}"));
    }
    path
}

/// The closed area between two lines over the same x.
pub fn area(upper: &[(f64, f64)], lower: &[(f64, f64)]) -> String {
    if upper.is_empty() {
        return String::new();
    }
    let mut outline = upper.to_vec();
    outline.extend(lower.iter().rev());
    format!("{}Z", line(&outline))
}

/// A tick's text: no more decimals than its step needs.
pub fn tick_text(value: f64) -> String {
    let text = format!("{:.3}", value);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.replace('-', "\u{2212}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let scale = Scale {
            domain: (-13.2, 4.1),
            range: (0.0, 100.0),
        };
        assert_eq!(scale.ticks(4), vec![-10.0, -5.0, 0.0]);
    }

    #[test]
    fn thinning_keeps_both_ends() {
        let items: Vec<usize> = (0..1000).collect();
        let thinned = thin(&items, 10);
        assert_eq!((thinned.len(), *thinned[0], *thinned[9]), (10, 0, 999));
    }
}
