//! Numbers as the page shows them. Widths stay put while digits change.

use crate::texts::page as texts;

pub use crate::texts::page::quoted;

/// A number with `digits` decimals and a true minus sign.
pub fn fixed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    // No "-0.00".
    let text = match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| byte == b'0' || byte == b'.') => rest.to_owned(),
        _ => text,
    };
    text.replace('-', "\u{2212}")
}

/// Like [`fixed`], with a plus sign before what is above zero.
pub fn signed(value: f64, digits: usize) -> String {
    let text = fixed(value, digits);
    let is_zero = text.bytes().all(|byte| byte == b'0' || byte == b'.');
    if is_zero || text.starts_with('\u{2212}') {
        text
    } else {
        format!("+{text}")
    }
}

/// The whole number as `data-value` carries it; empty when there is none.
pub fn full(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

pub fn percent(share: f64) -> String {
    texts::percent(&format!("{:.0}", share * 100.0))
}

/// A probability: percent, with one decimal where it is small.
pub fn probability(share: f64) -> String {
    if share >= 0.0995 {
        texts::percent(&format!("{:.0}", share * 100.0))
    } else if share >= 0.0005 {
        texts::percent(&format!("{:.1}", share * 100.0))
    } else {
        texts::BELOW_A_THOUSANDTH.to_owned()
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
        assert_eq!(signed(-0.0004, 2), "0.00");
        assert_eq!(signed(0.004, 2), "0.00");
        assert_eq!(signed(0.25, 2), "+0.25");
        assert_eq!(signed(-1.5, 1), "\u{2212}1.5");
    }
}
