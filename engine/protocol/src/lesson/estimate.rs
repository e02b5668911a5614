//! Measured numbers with their 95% intervals, and what they say of a bound.

use crate::statistics::{Proportion, difference_interval, interval_of, mean, standard_error};
use serde::{Deserialize, Serialize};

/// What measured facts say of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    #[serde(rename = "holds")]
    Holds,
    /// Nothing was measured, or not enough of it to tell.
    #[serde(rename = "not yet")]
    NotYet,
    #[serde(rename = "does not hold")]
    DoesNotHold,
}

impl Standing {
    /// The stable name, also what the page's `lesson-check` carries.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Holds => "holds",
            Standing::NotYet => "not yet",
            Standing::DoesNotHold => "does not hold",
        }
    }

    fn of(holds: bool, fails: bool) -> Standing {
        match (holds, fails) {
            (true, _) => Standing::Holds,
            (false, true) => Standing::DoesNotHold,
            (false, false) => Standing::NotYet,
        }
    }

    /// Of several claims that are to hold together.
    pub(super) fn all(standings: impl Iterator<Item = Standing>) -> Standing {
        let standings: Vec<Standing> = standings.collect();
        let has = |wanted| standings.contains(&wanted);
        Standing::of(
            !has(Standing::NotYet) && !has(Standing::DoesNotHold),
            has(Standing::DoesNotHold),
        )
    }

    /// Of several claims of which one is enough.
    pub(super) fn any(standings: impl Iterator<Item = Standing>) -> Standing {
        Standing::all(standings.map(Standing::negated)).negated()
    }

    pub(super) fn negated(self) -> Standing {
        match self {
            Standing::Holds => Standing::DoesNotHold,
            Standing::NotYet => Standing::NotYet,
            Standing::DoesNotHold => Standing::Holds,
        }
    }
}

/// A number with its 95% interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimate {
    pub value: f64,
    /// `None` where it is not known how sure the number is: nothing follows from it.
    pub interval: Option<[f64; 2]>,
    error: Option<f64>,
    count: usize,
}

impl Estimate {
    pub fn of_mean(value: f64, error: Option<f64>, count: usize) -> Estimate {
        let interval = error.filter(|error| error.is_finite() && count > 1);
        Estimate {
            value,
            interval: interval.map(|error| {
                let (low, high) = interval_of(value, error, count);
                [low, high]
            }),
            error,
            count,
        }
    }

    /// The mean of values; a single one is what it is, without an interval around it.
    pub fn of_values(values: &[f64]) -> Option<Estimate> {
        let value = mean(values)?;
        Some(match values {
            [_] => Estimate {
                value,
                interval: Some([value; 2]),
                error: Some(0.0),
                count: 1,
            },
            _ => Estimate::of_mean(value, standard_error(values), values.len()),
        })
    }

    /// `None` of nothing.
    pub fn of_share(share: &Proportion) -> Option<Estimate> {
        Some(Estimate {
            value: share.value()?,
            interval: Some([share.low, share.high]),
            error: None,
            count: share.of,
        })
    }

    /// This less another, which was measured by itself; the interval is Student's with the
    /// degrees of freedom of the smaller sample, which is rather too wide than too narrow.
    pub fn less(&self, other: &Estimate) -> Estimate {
        let value = self.value - other.value;
        let counts = [self.count, other.count];
        let counts = counts.into_iter().filter(|&count| count > 1);
        let interval = match (self.error, other.error, counts.min()) {
            (Some(one), Some(two), Some(count)) => {
                let (low, high) = interval_of(value, one.hypot(two), count);
                Some([low, high])
            }
            // Two single steps: exact, as each of them is.
            (Some(_), Some(_), None) => Some([value; 2]),
            _ => None,
        };
        Estimate {
            value,
            interval: interval.filter(|_| self.interval.is_some() && other.interval.is_some()),
            error: None,
            count: self.count.min(other.count),
        }
    }

    /// One share less another; `None` where one is of nothing.
    pub fn difference(one: &Proportion, other: &Proportion) -> Option<Estimate> {
        let (low, high) = difference_interval(one, other);
        Some(Estimate {
            value: one.value()? - other.value()?,
            interval: Some([low, high]),
            error: None,
            count: one.of.min(other.of),
        })
    }

    pub fn at_least(&self, bound: f64) -> Standing {
        self.decide(|[low, high]| (low >= bound, high < bound))
    }

    pub fn at_most(&self, bound: f64) -> Standing {
        self.decide(|[low, high]| (high <= bound, low > bound))
    }

    /// Above 0, or where `by` is above 0 at least that.
    pub fn greater(&self, by: f64) -> Standing {
        if by > 0.0 {
            self.at_least(by)
        } else {
            self.decide(|[low, high]| (low > 0.0, high <= 0.0))
        }
    }

    /// Within `by` of 0.
    pub fn near(&self, by: f64) -> Standing {
        self.decide(|[low, high]| (low >= -by && high <= by, low > by || high < -by))
    }

    /// Above or below 0 for sure.
    pub fn negated(&self) -> Estimate {
        Estimate {
            value: -self.value,
            interval: self.interval.map(|[low, high]| [-high, -low]),
            ..*self
        }
    }

    fn decide(&self, says: impl Fn([f64; 2]) -> (bool, bool)) -> Standing {
        match self.interval {
            None => Standing::NotYet,
            Some(interval) => {
                let (holds, fails) = says(interval);
                Standing::of(holds, fails)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Standing::{DoesNotHold, Holds, NotYet};

    #[test]
    fn the_interval_decides_and_not_the_number() {
        for (wins, of, bound, at_least) in [
            (200, 200, 0.8, Holds),
            (170, 200, 0.8, NotYet),
            (150, 200, 0.8, NotYet),
            (140, 200, 0.8, DoesNotHold),
            (1, 1, 0.8, NotYet),
        ] {
            let estimate = Estimate::of_share(&Proportion::new(wins, of)).expect("of something");
            assert_eq!(estimate.at_least(bound), at_least, "{wins} of {of}");
            let opposite = match at_least {
                Holds => DoesNotHold,
                NotYet => NotYet,
                DoesNotHold => Holds,
            };
            assert_eq!(estimate.at_most(bound), opposite, "{wins} of {of}");
        }
        assert_eq!(Estimate::of_share(&Proportion::new(0, 0)), None);
    }

    #[test]
    fn without_an_interval_nothing_follows() {
        let unsure = Estimate::of_mean(1e9, None, 16);
        assert_eq!(unsure.at_least(0.0), NotYet);
        let single = Estimate::of_mean(5.0, Some(0.0), 1);
        assert_eq!(single.at_most(9.0), NotYet);
        let sure = Estimate::of_mean(5.0, Some(1.0), 100);
        assert_eq!(sure.less(&unsure).greater(0.0), NotYet);
    }

    #[test]
    fn a_difference_is_as_unsure_as_its_two_sides() {
        let [one, other] = [8.0, 5.0].map(|mean| Estimate::of_mean(mean, Some(1.0), 30));
        // 3 +- 2.045 * sqrt(2) = 0.108 to 5.892.
        let difference = one.less(&other);
        assert_eq!(difference.greater(0.0), Holds);
        assert_eq!(difference.greater(0.2), NotYet);
        assert_eq!(difference.greater(6.0), DoesNotHold);
        assert_eq!(difference.negated().greater(0.0), DoesNotHold);
        assert_eq!(difference.near(6.0), Holds);
        assert_eq!(difference.near(1.0), NotYet);
        assert_eq!(difference.near(0.1), DoesNotHold);

        let steps = |value| Estimate::of_values(&[value]).expect("a value");
        assert_eq!(steps(2.0).less(&steps(2.0)).greater(0.0), DoesNotHold);
        assert_eq!(steps(2.1).less(&steps(2.0)).greater(0.0), Holds);
    }

    #[test]
    fn claims_are_joined_as_logic_has_it() {
        let all = |standings: &[Standing]| Standing::all(standings.iter().copied());
        let any = |standings: &[Standing]| Standing::any(standings.iter().copied());
        assert_eq!(all(&[Holds, Holds]), Holds);
        assert_eq!(all(&[Holds, NotYet]), NotYet);
        assert_eq!(all(&[NotYet, DoesNotHold]), DoesNotHold);
        assert_eq!(any(&[DoesNotHold, Holds]), Holds);
        assert_eq!(any(&[DoesNotHold, NotYet]), NotYet);
        assert_eq!(any(&[DoesNotHold, DoesNotHold]), DoesNotHold);
    }
}
