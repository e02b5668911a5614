//! Moments and durations as ISO 8601 writes them.

use crate::calendar::civil_from_days;

/// "2026-02-28T09:05:03Z", of milliseconds since 1970. `None` where no calendar has it.
pub fn moment(ms: f64) -> Option<String> {
    let seconds = whole_seconds(ms)?;
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    let date = format!("{year:04}-{month:02}-{day:02}");
    Some(format!("{date}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// "2026-02-28", of milliseconds since 1970, in UTC.
pub fn day(ms: f64) -> Option<String> {
    let (year, month, day) = civil_from_days(whole_seconds(ms)?.div_euclid(86_400));
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// "PT12M30S".
pub fn duration(minutes: f64) -> String {
    let seconds = (minutes * 60.0).max(0.0).round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("PT{minutes}M{seconds}S"),
        hours => format!("PT{hours}H{minutes}M{seconds}S"),
    }
}

/// Of the years 1970 to 9999.
fn whole_seconds(ms: f64) -> Option<i64> {
    const LAST: f64 = 253_402_300_799_000.0;
    (0.0..=LAST)
        .contains(&ms)
        .then(|| (ms / 1000.0).floor() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_calendar() {
        for (ms, expected) in [
            (0.0, "1970-01-01T00:00:00Z"),
            (951_782_400_000.0, "2000-02-29T00:00:00Z"),
            (1_772_269_503_999.0, "2026-02-28T09:05:03Z"),
            (1_798_761_599_000.0, "2026-12-31T23:59:59Z"),
        ] {
            assert_eq!(moment(ms).as_deref(), Some(expected));
            assert_eq!(day(ms).as_deref(), Some(&expected[..10]));
        }
        assert_eq!(
            (moment(-1.0), moment(f64::NAN), day(1e300)),
            (None, None, None)
        );
    }

    #[test]
    fn durations_have_hours_where_they_last() {
        let said = [0.0, 12.5, 61.0].map(duration);
        assert_eq!(said, ["PT0M0S", "PT12M30S", "PT1H1M0S"]);
    }
}
