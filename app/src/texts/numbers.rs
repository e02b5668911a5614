//! Numbers as the page shows them. Widths stay put while digits change.

use crate::texts::page as texts;

pub use crate::texts::page::quoted;

/// From here on a number stands as a power of ten.
const HUGE: f64 = 1e6;

/// A number with `digits` decimals and a true minus sign. Where these would say zero of
/// what is none, and where there are too many before the point, it stands as a power of
/// ten: "3.2e−7", "1.7e19".
pub fn fixed(value: f64, digits: usize) -> String {
    let is_huge = value.is_finite() && value.abs() >= HUGE;
    let text = format!("{value:.digits$}");
    let says_zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    let text = if value == 0.0 {
        // No "-0.00".
        format!("{:.digits$}", 0.0)
    } else if is_huge {
        power(value, digits.clamp(1, 2))
    } else if says_zero {
        // About as wide as the decimals would have been.
        power(value, digits.saturating_sub(3))
    } else {
        text
    };
    text.replace('-', "\u{2212}")
}

/// "1.2e-7", with at most `digits` behind the point of the mantissa.
pub fn power(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) if mantissa.contains('.') => {
            let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
            format!("{mantissa}e{exponent}")
        }
        _ => text,
    }
}

/// Like [`fixed`], with a plus sign before what is above zero.
pub fn signed(value: f64, digits: usize) -> String {
    let text = fixed(value, digits);
    if value > 0.0 {
        format!("+{text}")
    } else {
        text
    }
}

/// Like [`signed`] where there is no room for powers: many small differences beside each
/// other, of which those that round to nothing have no sign.
pub fn rounded(value: f64, digits: usize) -> String {
    let nothing = format!("{:.digits$}", 0.0);
    if format!("{:.digits$}", value.abs()) == nothing {
        nothing
    } else {
        signed(value, digits)
    }
}

/// A value with half the width of its 95% interval: "2.65 ± 0.31".
pub fn with_interval(value: f64, (low, high): (f64, f64), digits: usize) -> String {
    let half = (high - low) / 2.0;
    format!("{} \u{b1} {}", fixed(value, digits), fixed(half, digits))
}

/// The whole number as `data-value` carries it; empty when there is none.
pub fn full(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A share in percent, whole, or with the decimals that it takes not to say "all" or
/// "none" of what is neither.
pub fn percent(share: f64) -> String {
    percent_from(share, 0)
}

/// A probability: percent, with one decimal where it is small.
pub fn probability(share: f64) -> String {
    if share < 0.0005 {
        texts::BELOW_A_THOUSANDTH.to_owned()
    } else {
        percent_from(share, usize::from(share < 0.0995))
    }
}

fn percent_from(share: f64, digits: usize) -> String {
    const MOST_DIGITS: usize = 2;
    let says = |digits: usize| format!("{:.digits$}", share * 100.0);
    let is_honest = |text: &String| {
        let said = text.parse::<f64>().unwrap_or(f64::NAN);
        let is_rounded_up = said >= 100.0 && share < 1.0;
        let is_rounded_down = said <= 0.0 && share > 0.0;
        !is_rounded_up && !is_rounded_down
    };
    match (digits..=MOST_DIGITS).map(says).find(is_honest) {
        Some(text) => texts::percent(&text),
        None if share < 0.5 => texts::ALMOST_NONE.to_owned(),
        None => texts::ALMOST_ALL.to_owned(),
    }
}

pub fn bytes(count: u64) -> String {
    let count = count as f64;
    if count < 1e6 {
        texts::kilobytes(&format!("{:.0}", count / 1e3))
    } else {
        texts::megabytes(&format!("{:.1}", count / 1e6))
    }
}

/// 940123 as "0.94 M".
pub fn parameters(count: usize) -> String {
    texts::millions(&format!("{:.2}", count as f64 / 1e6))
}

/// A number as people type it, a true minus sign included.
pub fn typed_number(text: &str) -> Option<f64> {
    let text = text.trim().replace('\u{2212}', "-");
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// With a capital at its start.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(rounded(-0.0004, 2), "0.00");
        assert_eq!(rounded(0.004, 2), "0.00");
        assert_eq!(rounded(0.25, 2), "+0.25");
        assert_eq!(signed(0.0, 2), "0.00");
        assert_eq!(signed(-0.0, 2), "0.00");
        assert_eq!(signed(0.25, 2), "+0.25");
        assert_eq!(signed(-1.5, 1), "\u{2212}1.5");
    }

    #[test]
    fn only_zero_is_shown_as_zero() {
        assert_eq!(fixed(0.0, 4), "0.0000");
        assert_eq!(fixed(0.00012, 4), "0.0001");
        assert_eq!(fixed(3.21e-7, 4), "3.2e\u{2212}7");
        assert_eq!(fixed(0.0004, 3), "4e\u{2212}4");
        assert_eq!(signed(-0.0004, 2), "\u{2212}4e\u{2212}4");
        assert_eq!(signed(0.004, 2), "+4e\u{2212}3");
        assert_eq!(fixed(f64::MIN_POSITIVE, 4), "2.2e\u{2212}308");
    }

    #[test]
    fn huge_numbers_stand_as_powers() {
        assert_eq!(fixed(123_456.7, 2), "123456.70");
        assert_eq!(fixed(1.7e19, 4), "1.7e19");
        assert_eq!(fixed(-2e6, 0), "\u{2212}2e6");
        assert_eq!(signed(1.7e19, 3), "+1.7e19");
        assert!(fixed(f64::MAX, 4).len() < 10);
    }

    #[test]
    fn all_and_none_are_said_of_all_and_none_alone() {
        assert_eq!(percent(1.0), "100%");
        assert_eq!(percent(0.0), "0%");
        assert_eq!(percent(225.0 / 226.0), "99.6%");
        assert_eq!(percent(1.0 / 226.0), "0.4%");
        assert_eq!(percent(0.69), "69%");
        assert_eq!(percent(0.9999), "99.99%");
        assert_eq!(percent(0.999_999), texts::ALMOST_ALL);
        assert_eq!(percent(1e-7), texts::ALMOST_NONE);
        assert_eq!(probability(0.999), "99.9%");
        assert_eq!(probability(0.031), "3.1%");
        assert_eq!(probability(1e-5), texts::BELOW_A_THOUSANDTH);
    }

    #[test]
    fn an_interval_stands_beside_its_value() {
        assert_eq!(with_interval(2.65, (2.34, 2.96), 2), "2.65 \u{b1} 0.31");
    }
}
