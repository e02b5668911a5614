//! `strftime_now`: the date and time, as templates ask for them.

use minijinja::{Error, ErrorKind};
use tilt_protocol::calendar::civil_from_days;
use web_time::{SystemTime, UNIX_EPOCH};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// The time now in UTC. (transformers takes the local one, which a container and most
/// servers have set to UTC; a tab must not tell a model where it is.)
pub fn strftime_now(format: &str) -> Result<String, Error> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    strftime(format, since.map_or(0, |since| since.as_secs() as i64))
}

/// A time in seconds since the epoch, in the C locale.
fn strftime(format: &str, seconds: i64) -> Result<String, Error> {
    let (days, second_of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    let (hour, minute) = (second_of_day / 3600, second_of_day / 60 % 60);
    let hour_of_12 = (hour + 11) % 12 + 1;
    let month_name = MONTHS[(month - 1) as usize];
    let day_name = DAYS[(days + 4).rem_euclid(7) as usize];
    let (jan_first, _) = (days_from_civil(year, 1, 1), ());
    let mut out = String::new();
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            out.push(character);
            continue;
        }
        let mut directive = characters.next();
        // As in glibc: without leading zeros.
        let is_bare = directive == Some('-');
        if is_bare {
            directive = characters.next();
        }
        let number = |number: i64, width: usize| match is_bare {
            true => number.to_string(),
            false => format!("{number:0width$}"),
        };
        out.push_str(&match directive {
            Some('Y') => year.to_string(),
            Some('y') => number(year.rem_euclid(100), 2),
            Some('m') => number(month, 2),
            Some('d') => number(day, 2),
            Some('e') => format!("{day:2}"),
            Some('j') => number(days - jan_first + 1, 3),
            Some('H') => number(hour, 2),
            Some('I') => number(hour_of_12, 2),
            Some('M') => number(minute, 2),
            Some('S') => number(second_of_day % 60, 2),
            Some('p') => if hour < 12 { "AM" } else { "PM" }.to_owned(),
            Some('B') => month_name.to_owned(),
            Some('b' | 'h') => month_name[..3].to_owned(),
            Some('A') => day_name.to_owned(),
            Some('a') => day_name[..3].to_owned(),
            Some('w') => (days + 4).rem_euclid(7).to_string(),
            Some('F') => format!("{year}-{month:02}-{day:02}"),
            Some('D' | 'x') => format!("{month:02}/{day:02}/{:02}", year.rem_euclid(100)),
            Some('T' | 'X') => format!("{hour:02}:{minute:02}:{:02}", second_of_day % 60),
            Some('R') => format!("{hour:02}:{minute:02}"),
            Some('Z' | 'z') => String::new(),
            Some('%') => "%".to_owned(),
            other => {
                let other = other.map(String::from).unwrap_or_default();
                let reason = format!("strftime_now does not know %{other}");
                return Err(Error::new(ErrorKind::InvalidOperation, reason));
            }
        });
    }
    Ok(out)
}

/// The reverse of [`civil_from_days`].
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_python_writes_them() {
        // datetime(2024, 2, 29, 13, 5, 7).strftime(...)
        let at = 1_709_211_907;
        for (format, expected) in [
            ("%d %b %Y", "29 Feb 2024"),
            ("%B %-d, %y", "February 29, 24"),
            ("%A %a %w %j", "Thursday Thu 4 060"),
            ("%H:%M:%S %I%p %-I", "13:05:07 01PM 1"),
            ("%F %T %D 100%%", "2024-02-29 13:05:07 02/29/24 100%"),
        ] {
            assert_eq!(strftime(format, at).unwrap(), expected);
        }
        assert_eq!(strftime("%F %a", 0).unwrap(), "1970-01-01 Thu");
        assert_eq!(strftime("%F %j", -86_400).unwrap(), "1969-12-31 365");
        assert!(strftime("%Q", 0).is_err() && strftime("%", 0).is_err());
    }

    #[test]
    fn days_and_dates_are_each_others_reverse() {
        for days in (-1_000_000..1_000_000).step_by(997) {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
        }
    }
}
