//! Intervals and tests that are reported with counts and means.

use serde::{Deserialize, Serialize};

/// The 97.5% point of the standard normal distribution.
const Z: f64 = 1.959963984540054;

/// A count out of a total, with the 95% Wilson interval of the share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Proportion {
    pub count: usize,
    pub of: usize,
    /// Lower end of the interval, a fraction.
    pub low: f64,
    /// Upper end of the interval, a fraction.
    pub high: f64,
}

impl Proportion {
    pub fn new(count: usize, of: usize) -> Proportion {
        let (low, high) = wilson_interval(count as u64, of as u64);
        Proportion {
            count,
            of,
            low,
            high,
        }
    }

    /// The share as a fraction; `None` of nothing.
    pub fn value(&self) -> Option<f64> {
        (self.of > 0).then(|| self.count as f64 / self.of as f64)
    }
}

/// The 95% Wilson score interval of `wins` out of `trials`, fractions; `(0, 1)`
/// without trials. More wins than trials count as all.
///
/// E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical
/// Inference", JASA 22 (1927).
pub fn wilson_interval(wins: u64, trials: u64) -> (f64, f64) {
    if trials == 0 {
        return (0.0, 1.0);
    }
    let count = trials as f64;
    let rate = wins.min(trials) as f64 / count;
    let denominator = 1.0 + Z * Z / count;
    let centre = (rate + Z * Z / (2.0 * count)) / denominator;
    let half =
        Z / denominator * (rate * (1.0 - rate) / count + Z * Z / (4.0 * count * count)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

/// The 95% interval of the difference of two independent shares, `a` less `b`: from -1 to 1,
/// and all of that where one of them is of nothing.
///
/// R. G. Newcombe, "Interval Estimation for the Difference between Independent Proportions",
/// Statistics in Medicine 17 (1998), method 10.
pub fn difference_interval(a: &Proportion, b: &Proportion) -> (f64, f64) {
    let (Some(p), Some(q)) = (a.value(), b.value()) else {
        return (-1.0, 1.0);
    };
    let below = (p - a.low).hypot(b.high - q);
    let above = (a.high - p).hypot(q - b.low);
    (p - q - below, p - q + above)
}

/// Exact two-sided p-value of the sign test: how likely a fair coin is to fall at least
/// as unevenly as `plus` to `minus`. 1 without trials. Ties are left out beforehand.
///
/// J. Arbuthnot, "An Argument for Divine Providence", Phil. Trans. 27 (1710).
pub fn sign_test(plus: usize, minus: usize) -> f64 {
    let trials = plus + minus;
    let fewer = plus.min(minus);
    if plus == minus {
        return 1.0;
    }
    // ln of C(trials, fewer) / 2^trials; the smaller terms follow as ratios to it.
    let mut ln_term = -(trials as f64) * std::f64::consts::LN_2;
    for i in 1..=fewer {
        ln_term += ((trials - fewer + i) as f64 / i as f64).ln();
    }
    let (mut sum, mut ratio) = (1.0, 1.0);
    for i in (1..=fewer).rev() {
        ratio *= i as f64 / (trials - i + 1) as f64;
        sum += ratio;
    }
    (2.0 * sum * ln_term.exp()).min(1.0)
}

/// The 97.5% point of Student's t distribution.
///
/// G. W. Hill, "Algorithm 396: Student's t-quantiles", CACM 13 (1970); to about six
/// digits. Infinite without a degree of freedom.
pub fn t_quantile(degrees: usize) -> f64 {
    const P: f64 = 0.05;
    let n = degrees as f64;
    match degrees {
        0 => return f64::INFINITY,
        1 => return 1.0 / (P * std::f64::consts::FRAC_PI_2).tan(),
        2 => return (2.0 / (P * (2.0 - P)) - 2.0).sqrt(),
        _ => {}
    }
    let a = 1.0 / (n - 0.5);
    let b = 48.0 / (a * a);
    let mut c = ((20_700.0 * a / b - 98.0) * a - 16.0) * a + 96.36;
    let d = ((94.5 / (b + c) - 3.0) / b + 1.0) * (a * std::f64::consts::FRAC_PI_2).sqrt() * n;
    let mut y = (d * P).powf(2.0 / n);
    if y > 0.05 + a {
        let x = -Z;
        y = x * x;
        if degrees < 5 {
            c += 0.3 * (n - 4.5) * (x + 0.6);
        }
        c += (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b;
        y = (((((0.4 * y + 6.3) * y + 36.0) * y + 94.5) / c - y - 3.0) / b + 1.0) * x;
        y = (a * y * y).exp_m1();
    } else {
        y = ((1.0 / (((n + 6.0) / (n * y) - 0.089 * d - 0.822) * (n + 2.0) * 3.0)
            + 0.5 / (n + 4.0))
            * y
            - 1.0)
            * (n + 1.0)
            / (n + 2.0)
            + 1.0 / y;
    }
    (n * y).sqrt()
}

/// The mean, with its 95% interval by Student's t; the interval is the mean alone where
/// there is one value. `None` without values.
///
/// Student, "The Probable Error of a Mean", Biometrika 6 (1908).
pub fn mean_interval(values: &[f64]) -> Option<(f64, [f64; 2])> {
    let mean = mean(values)?;
    if values.len() == 1 {
        return Some((mean, [mean; 2]));
    }
    let error = standard_error(values)?;
    let (low, high) = interval_of(mean, error, values.len());
    Some((mean, [low, high]))
}

/// Standard error of the mean, from the sample's own deviation; `None` of fewer than two
/// values.
pub fn standard_error(values: &[f64]) -> Option<f64> {
    let count = values.len() as f64;
    let mean = mean(values).filter(|_| values.len() > 1)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / (count - 1.0) / count).sqrt())
}

/// The 95% interval by Student's t of a mean of `count` values with this standard error.
pub fn interval_of(mean: f64, standard_error: f64, count: usize) -> (f64, f64) {
    let half = t_quantile(count.saturating_sub(1)) * standard_error;
    (mean - half, mean + half)
}

/// A number over several seeds: its mean, and Student's 95% interval where there are two or
/// more.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OverSeeds {
    pub mean: f64,
    pub interval: Option<[f64; 2]>,
    pub seeds: usize,
}

impl OverSeeds {
    /// `None` of no value.
    pub fn of(values: &[f64]) -> Option<OverSeeds> {
        let several = mean_interval(values).filter(|_| values.len() > 1);
        Some(OverSeeds {
            mean: mean(values)?,
            interval: several.map(|(_, interval)| interval),
            seeds: values.len(),
        })
    }

    /// Of what lies between two ends, whatever Student's interval says.
    pub fn within(mut self, least: f64, most: f64) -> OverSeeds {
        let kept = |end: f64| end.clamp(least, most);
        self.interval = self.interval.map(|ends| ends.map(kept));
        self
    }
}

/// `None` without values.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The middle of the numbers in their order, of an even count the mean of the two in the
/// middle; `None` of nothing.
pub fn median(numbers: &[f64]) -> Option<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.len() / 2;
    let above = sorted.get(upper)?;
    let below = match sorted.len() % 2 {
        0 => sorted.get(upper - 1)?,
        _ => above,
    };
    Some(below.midpoint(*above))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_intervals_are_the_known_ones() {
        // Python, 40 digits: c = (p + z^2/2n)/(1 + z^2/n), h = z/(1 + z^2/n) sqrt(p(1-p)/n + z^2/4n^2).
        let golden = [
            (0, 10, 0.0, 0.2775327998628892),
            (10, 10, 0.7224672001371107, 1.0),
            (5, 10, 0.236593090512564, 0.763406909487436),
            (81, 263, 0.2552885198782742, 0.36620957698280004),
            (170, 200, 0.7939442071583334, 0.89286406437758),
        ];
        for (wins, trials, low, high) in golden {
            let (found_low, found_high) = wilson_interval(wins, trials);
            assert!(
                (found_low - low).abs() < 1e-12,
                "{wins}/{trials}: {found_low}"
            );
            assert!(
                (found_high - high).abs() < 1e-12,
                "{wins}/{trials}: {found_high}"
            );
        }
        assert_eq!(wilson_interval(0, 0), (0.0, 1.0));
        assert_eq!(Proportion::new(1, 4).value(), Some(0.25));
        assert_eq!(Proportion::new(0, 0).value(), None);
    }

    #[test]
    fn a_difference_of_shares_has_newcombes_interval() {
        // Newcombe 1998, table II, method 10.
        let golden = [
            ((56, 70), (48, 80), (0.0524, 0.3339)),
            ((9, 10), (3, 10), (0.1705, 0.8090)),
            ((5, 56), (0, 29), (-0.0381, 0.1926)),
            ((10, 10), (0, 10), (0.6075, 1.0)),
        ];
        for ((a, of_a), (b, of_b), (low, high)) in golden {
            let found = difference_interval(&Proportion::new(a, of_a), &Proportion::new(b, of_b));
            assert!(
                (found.0 - low).abs() < 5e-5,
                "{a}/{of_a} {b}/{of_b}: {found:?}"
            );
            assert!(
                (found.1 - high).abs() < 5e-5,
                "{a}/{of_a} {b}/{of_b}: {found:?}"
            );
        }
        let none = Proportion::new(0, 0);
        assert_eq!(difference_interval(&none, &none), (-1.0, 1.0));
    }

    #[test]
    fn sign_tests_are_the_known_ones() {
        // Python: 2 * sum(comb(n, i) for i in range(k + 1)) / 2**n with fractions.
        let golden = [
            (0, 0, 1.0),
            (3, 3, 1.0),
            (0, 5, 0.0625),
            (6, 0, 0.03125),
            (9, 1, 0.021484375),
            (2, 8, 0.109375),
            (20, 40, 0.01348929373119186),
            (60, 40, 0.05688793364098079),
            (600, 400, 2.7284641560660184e-10),
        ];
        for (plus, minus, p) in golden {
            let found = sign_test(plus, minus);
            assert!((found / p - 1.0).abs() < 1e-9, "{plus}:{minus} {found:e}");
        }
        assert_eq!(sign_test(20_000, 0), 0.0);
    }

    #[test]
    fn t_quantiles_are_those_of_the_tables() {
        let golden = [
            (1, 12.706204736),
            (2, 4.302652730),
            (3, 3.182446305),
            (4, 2.776445105),
            (5, 2.570581836),
            (10, 2.228138852),
            (30, 2.042272456),
            (120, 1.979930405),
            (1000, 1.962339080),
        ];
        for (degrees, expected) in golden {
            let found = t_quantile(degrees);
            assert!((found - expected).abs() < 2e-4, "{degrees}: {found}");
        }
    }

    #[test]
    fn a_mean_has_its_interval() {
        assert_eq!(mean_interval(&[]), None);
        assert_eq!(mean_interval(&[2.0]), Some((2.0, [2.0, 2.0])));
        // Deviation 1, three values: 2 +- 4.30265 / sqrt(3).
        let (mean, [low, high]) = mean_interval(&[1.0, 2.0, 3.0]).expect("values");
        assert_eq!(mean, 2.0);
        assert!((high - 4.484138).abs() < 1e-5, "{high}");
        assert!((low + high - 4.0).abs() < 1e-12);
        let error = standard_error(&[1.0, 2.0, 3.0]).expect("values");
        assert!((error - 1.0 / 3f64.sqrt()).abs() < 1e-12);
        assert_eq!(interval_of(2.0, error, 3), (low, high));
        assert_eq!(standard_error(&[1.0]), None);
    }

    #[test]
    fn a_median_is_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0]), Some(2.5));
    }
}
