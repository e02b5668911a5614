//! From values to pixels, and the round values between.

use crate::texts::numbers::power;

/// A scale from values to pixels, linear or logarithmic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    pub domain: (f64, f64),
    pub range: (f64, f64),
    /// Only over a domain above zero.
    pub is_log: bool,
}

impl Scale {
    pub fn linear(domain: (f64, f64), range: (f64, f64)) -> Scale {
        Scale {
            domain,
            range,
            is_log: false,
        }
    }

    /// Logarithmic where the domain lies above zero, otherwise linear.
    pub fn log(domain: (f64, f64), range: (f64, f64)) -> Scale {
        Scale {
            domain,
            range,
            is_log: domain.0 > 0.0,
        }
    }

    pub fn at(&self, value: f64) -> f64 {
        let bend = |value: f64| {
            if self.is_log {
                value.max(f64::MIN_POSITIVE).ln()
            } else {
                value
            }
        };
        let (low, high) = (bend(self.domain.0), bend(self.domain.1));
        let share = if high == low {
            0.5
        } else {
            (bend(value) - low) / (high - low)
        };
        self.range.0 + share * (self.range.1 - self.range.0)
    }

    /// The value at a pixel of a linear scale.
    pub fn value_at(&self, pixel: f64) -> f64 {
        let span = self.range.1 - self.range.0;
        let share = if span == 0.0 {
            0.0
        } else {
            ((pixel - self.range.0) / span).clamp(0.0, 1.0)
        };
        self.domain.0 + share * (self.domain.1 - self.domain.0)
    }

    /// Round values inside the domain, about `count` of them.
    pub fn ticks(&self, count: usize) -> Vec<f64> {
        if self.is_log {
            let ticks = log_ticks(self.domain, count);
            if ticks.len() > 1 {
                return ticks;
            }
        }
        let (low, high) = self.domain;
        let Some(step) = round_step((high - low) / count.max(1) as f64) else {
            return vec![low];
        };
        let first = (low / step).ceil() as i64;
        let last = (high / step + 1e-9).floor() as i64;
        (first..=last).map(|k| k as f64 * step).collect()
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `raw`.
pub fn round_step(raw: f64) -> Option<f64> {
    if raw <= 0.0 || !raw.is_finite() {
        return None;
    }
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * power)
        .into_iter()
        .find(|step| *step >= raw)
        .unwrap_or(10.0 * power);
    Some(step)
}

/// Powers of ten inside the domain; where these are few, 2 and 5 times them too.
fn log_ticks((low, high): (f64, f64), count: usize) -> Vec<f64> {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let inside = |factors: &[f64]| -> Vec<f64> {
        (first..=last)
            .flat_map(|power| factors.iter().map(move |factor| factor * 10f64.powi(power)))
            .filter(|tick| (low..=high).contains(tick))
            .collect()
    };
    let powers = inside(&[1.0]);
    if powers.len() >= 2 {
        let every = powers.len().div_ceil(count.max(1) + 1);
        return powers.into_iter().step_by(every).collect();
    }
    inside(&[1.0, 2.0, 5.0])
}

/// Smallest and largest of `values`, a little wider, never of no width.
pub fn domain(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = bounds(values)?;
    let least = low.abs().max(high.abs());
    // A flat line of tiny values (a learning rate) keeps its own order of size.
    let least = if least > 0.0 && least < 0.1 {
        least
    } else {
        low.abs().max(1.0)
    };
    let pad = ((high - low) * 0.08).max(least * 0.01);
    Some((low - pad, high + pad))
}

/// Like [`domain`], for values above zero on a logarithmic scale; `None` where one is not.
pub fn log_domain(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = bounds(values)?;
    if low <= 0.0 {
        return None;
    }
    let pad = ((high / low).ln() * 0.08).max(0.01).exp();
    Some((low / pad, high * pad))
}

fn bounds(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
    (low <= high).then_some((low, high))
}

/// A tick's text: no more decimals than its step needs, tiny and huge ones as powers.
pub fn tick_text(value: f64) -> String {
    let size = value.abs();
    let text = if size != 0.0 && !(0.01..1e5).contains(&size) {
        power(value, 4)
    } else {
        let text = format!("{value:.6}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
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
        let scale = Scale::linear((-13.2, 4.1), (0.0, 100.0));
        assert_eq!(scale.ticks(4), vec![-10.0, -5.0, 0.0]);
    }

    #[test]
    fn log_ticks_are_powers_or_between() {
        let wide = Scale::log((0.0005, 20.0), (0.0, 100.0));
        assert_eq!(wide.ticks(4), vec![0.001, 0.01, 0.1, 1.0, 10.0]);
        let narrow = Scale::log((0.3, 6.0), (0.0, 100.0));
        assert_eq!(narrow.ticks(3), vec![0.5, 1.0, 2.0, 5.0]);
        assert!(!Scale::log((0.0, 6.0), (0.0, 100.0)).is_log);
    }

    #[test]
    fn a_log_scale_gives_each_factor_the_same_room() {
        let scale = Scale::log((0.1, 10.0), (0.0, 100.0));
        assert!((scale.at(1.0) - 50.0).abs() < 1e-9);
        assert_eq!(log_domain([0.0, 1.0].into_iter()), None);
    }

    #[test]
    fn tick_texts_are_short() {
        let texts = [0.0005, 0.25, -10.0, 0.0].map(tick_text);
        assert_eq!(texts, ["5e\u{2212}4", "0.25", "\u{2212}10", "0"]);
        // Ticks that stand close together differ.
        let close = Scale::linear((0.01, 0.0122), (0.0, 100.0)).ticks(4);
        let texts: Vec<String> = close.into_iter().map(tick_text).collect();
        assert_eq!(texts, ["0.01", "0.011", "0.012"]);
        assert_eq!(tick_text(0.0105), "0.0105");
        assert_eq!([1.2e7, 1.25e7].map(tick_text), ["1.2e7", "1.25e7"]);
    }

    #[test]
    fn pixels_lead_back_to_values() {
        let scale = Scale::linear((1.0, 101.0), (40.0, 140.0));
        assert_eq!(scale.value_at(scale.at(31.0)), 31.0);
        assert_eq!(scale.value_at(-5.0), 1.0);
    }
}
