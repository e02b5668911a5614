//! SVG paths through points, and how many points are drawn.

/// A place in values or in pixels.
pub type Point = (f64, f64);

/// Points drawn at most; a longer run is thinned evenly.
const MOST_POINTS: usize = 600;

/// Evenly thinned to at most `most` items, the last one kept.
pub fn thin<T>(items: &[T], most: usize) -> Vec<&T> {
    if items.len() <= most {
        return items.iter().collect();
    }
    let last = items.len() - 1;
    let most = most.max(2);
    (0..most).map(|k| &items[k * last / (most - 1)]).collect()
}

/// What a chart draws of its points.
pub fn drawn<T: Copy>(points: &[T]) -> Vec<T> {
    thin(points, MOST_POINTS).into_iter().copied().collect()
}

/// An SVG path through the points.
pub fn line(points: &[Point]) -> String {
    let mut path = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        path.push_str(&format!("{command}{x:.1} {y:.1}"));
    }
    path
}

/// The closed area between two lines over the same x.
pub fn area(upper: &[Point], lower: &[Point]) -> String {
    if upper.is_empty() || lower.is_empty() {
        return String::new();
    }
    let mut outline = upper.to_vec();
    outline.extend(lower.iter().rev());
    format!("{}Z", line(&outline))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_both_ends() {
        let items: Vec<usize> = (0..1000).collect();
        let thinned = thin(&items, 10);
        assert_eq!((thinned.len(), *thinned[0], *thinned[9]), (10, 0, 999));
        assert_eq!(drawn(&items).len(), MOST_POINTS);
    }
}
