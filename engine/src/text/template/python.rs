//! What templates take from Python: methods, `%` on strings, how numbers are printed.
//!
//! Most methods are minijinja-contrib's; here is what it lacks or does otherwise.

use minijinja::value::{Kwargs, Rest, Tuple, Value, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State};
use minijinja_contrib::pycompat::unknown_method_callback;

/// A method of a value that minijinja does not know.
pub fn method(
    state: &mut State,
    value: &Value,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    let found = match value.kind() {
        ValueKind::String => string_method(value.as_str().unwrap_or_default(), method, args)?,
        ValueKind::Seq => list_method(value, method, args)?,
        ValueKind::Map if method == "copy" => Some(value.clone()),
        _ => None,
    };
    let found = match found {
        Some(found) => return Ok(found),
        None => unknown_method_callback(state, value, method, args),
    };
    found.map_err(|error| match (error.kind(), error.detail()) {
        (ErrorKind::UnknownMethod, None) => {
            let reason = format!("{} has no method named {method}", value.kind());
            Error::new(ErrorKind::UnknownMethod, reason)
        }
        _ => error,
    })
}

fn string_method(text: &str, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    Ok(Some(match method {
        "title" => Value::from(title(text)),
        "swapcase" => Value::from(text.chars().flat_map(swapped).collect::<String>()),
        "casefold" => Value::from(text.to_lowercase()),
        "removeprefix" => {
            let (prefix,): (&str,) = from_args(args)?;
            Value::from(text.strip_prefix(prefix).unwrap_or(text))
        }
        "removesuffix" => {
            let (suffix,): (&str,) = from_args(args)?;
            Value::from(text.strip_suffix(suffix).unwrap_or(text))
        }
        "partition" => {
            let (separator,): (&str,) = from_args(args)?;
            tuple(match text.split_once(separator) {
                Some((before, after)) => [before, separator, after],
                None => [text, "", ""],
            })
        }
        "rpartition" => {
            let (separator,): (&str,) = from_args(args)?;
            tuple(match text.rsplit_once(separator) {
                Some((before, after)) => [before, separator, after],
                None => ["", "", text],
            })
        }
        "index" | "rindex" => {
            let (part,): (&str,) = from_args(args)?;
            let place = match method {
                "index" => text.find(part),
                _ => text.rfind(part),
            };
            let place = place.ok_or_else(|| wrong("substring not found"))?;
            Value::from(text[..place].chars().count())
        }
        "split" | "rsplit" => {
            let (separator, most) = split_arguments(args)?;
            split(text, separator.as_deref(), most, method == "rsplit")?
        }
        "splitlines" => {
            let (keep,): (Option<bool>,) = from_args(args)?;
            split_lines(text, keep.unwrap_or(false))
        }
        "zfill" => {
            let (width,): (usize,) = from_args(args)?;
            let sign = if text.starts_with(['+', '-']) { 1 } else { 0 };
            let zeros = "0".repeat(padding(text, width)?);
            Value::from(format!("{}{zeros}{}", &text[..sign], &text[sign..]))
        }
        "ljust" | "rjust" | "center" => {
            let (width, fill): (usize, Option<&str>) = from_args(args)?;
            let padding = padding(text, width)?;
            let left = match method {
                "ljust" => 0,
                "rjust" => padding,
                // As CPython: the odd one goes left where the width is odd.
                _ => padding / 2 + (padding & width & 1),
            };
            let fill = |count: usize| fill.unwrap_or(" ").repeat(count);
            Value::from(format!("{}{text}{}", fill(left), fill(padding - left)))
        }
        "format" if !has_usual_widths(text) => return Err(wrong(TOO_WIDE)),
        _ => return Ok(None),
    }))
}

fn list_method(list: &Value, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    Ok(match method {
        "index" => {
            let (wanted,): (&Value,) = from_args(args)?;
            let place = list.try_iter()?.position(|item| item == *wanted);
            Some(Value::from(
                place.ok_or_else(|| wrong("it is not in the list"))?,
            ))
        }
        "copy" => Some(list.clone()),
        // Python's lists have them; transformers' sandbox refuses them all the same.
        "append" | "extend" | "insert" | "pop" | "remove" | "clear" | "sort" | "reverse" => {
            let reason = format!("the list's {method} changes it, which templates may not");
            return Err(Error::new(ErrorKind::UnknownMethod, reason));
        }
        _ => None,
    })
}

fn wrong(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason)
}

fn tuple(parts: [&str; 3]) -> Value {
    Value::from(Tuple::from(parts.map(Value::from)))
}

/// More than any template pads to.
const WIDEST: usize = 10_000;
const TOO_WIDE: &str = "a width that no template needs";

fn padding(text: &str, width: usize) -> Result<usize, Error> {
    if width > WIDEST {
        return Err(wrong(TOO_WIDE));
    }
    Ok(width.saturating_sub(text.chars().count()))
}

/// A capital after whatever is no letter: unlike Jinja's filter of that name.
fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_inside = false;
    for character in text.chars() {
        if is_inside {
            out.extend(character.to_lowercase());
        } else {
            out.extend(character.to_uppercase());
        }
        is_inside = character.is_alphabetic();
    }
    out
}

fn swapped(character: char) -> Vec<char> {
    if character.is_uppercase() {
        character.to_lowercase().collect()
    } else {
        character.to_uppercase().collect()
    }
}

/// `sep` and `maxsplit`, by place or by name.
fn split_arguments(args: &[Value]) -> Result<(Option<String>, Option<usize>), Error> {
    type Arguments = (Option<Value>, Option<Value>, Kwargs);
    let (separator, most, named): Arguments = from_args(args)?;
    let of = |place: Option<Value>, name: &str| match place {
        Some(value) => Ok(Some(value)),
        None => named.get::<Option<Value>>(name),
    };
    let separator = of(separator, "sep")?.filter(|value| !value.is_none());
    let most = of(most, "maxsplit")?.and_then(|most| most.as_i64());
    named.assert_all_used()?;
    let separator = separator
        .map(|value| value.as_str().map(str::to_owned))
        .map(|text| text.ok_or_else(|| wrong("split takes a string")))
        .transpose()?;
    Ok((separator, most.and_then(|most| usize::try_from(most).ok())))
}

fn split(
    text: &str,
    separator: Option<&str>,
    most: Option<usize>,
    is_from_right: bool,
) -> Result<Value, Error> {
    let most = most.unwrap_or(usize::MAX - 1);
    let parts: Vec<&str> = match separator {
        Some("") => return Err(wrong("an empty separator")),
        Some(separator) if is_from_right => {
            let mut parts: Vec<&str> = text.rsplitn(most + 1, separator).collect();
            parts.reverse();
            parts
        }
        Some(separator) => text.splitn(most + 1, separator).collect(),
        None => split_at_blanks(text, most, is_from_right),
    };
    Ok(parts.into_iter().map(Value::from).collect())
}

/// At runs of blanks. Those at the end that the splitting comes to last stay where there
/// are more parts than it may make.
fn split_at_blanks(text: &str, most: usize, is_from_right: bool) -> Vec<&str> {
    let mut parts = Vec::new();
    let trim = |text| match is_from_right {
        true => str::trim_end(text),
        false => str::trim_start(text),
    };
    let mut rest: &str = trim(text);
    while !rest.is_empty() {
        let blank = match is_from_right {
            true => rest.char_indices().rfind(|(_, one)| one.is_whitespace()),
            false => rest.char_indices().find(|(_, one)| one.is_whitespace()),
        };
        let Some((at, blank)) = blank.filter(|_| parts.len() < most) else {
            parts.push(rest);
            break;
        };
        let (before, after) = (&rest[..at], &rest[at + blank.len_utf8()..]);
        let (part, more) = match is_from_right {
            true => (after, before),
            false => (before, after),
        };
        parts.push(part);
        rest = trim(more);
    }
    if is_from_right {
        parts.reverse();
    }
    parts
}

/// At every line end that Python knows.
fn split_lines(text: &str, keep: bool) -> Value {
    let is_end = |character: char| {
        matches!(
            character,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'
                ..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.find(is_end) {
        let length = match rest[end..].starts_with("\r\n") {
            true => 2,
            false => rest[end..].chars().next().map_or(1, char::len_utf8),
        };
        let kept = if keep { end + length } else { end };
        lines.push(Value::from(&rest[..kept]));
        rest = &rest[end + length..];
    }
    if !rest.is_empty() {
        lines.push(Value::from(rest));
    }
    lines.into()
}

/// `text % arguments` of a string: a tuple holds several, anything else is one. The filter
/// of minijinja looks at widths before it pads to them.
pub fn percent(state: &mut State, text: Value, arguments: &Value) -> Result<Value, Error> {
    if text.kind() != ValueKind::String {
        return Err(wrong("% takes a string before it"));
    }
    let mut all = vec![text];
    match arguments.is_tuple() {
        true => all.extend(arguments.try_iter()?),
        false => all.push(arguments.clone()),
    }
    state.apply_filter("format", &all)
}

/// Whether a field of `str.format` asks for no more width or digits than any template.
fn has_usual_widths(text: &str) -> bool {
    let fields = text
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next());
    let mut numbers = fields.flat_map(|field| field.split(|one: char| !one.is_ascii_digit()));
    numbers.all(|number| number.is_empty() || number.parse().is_ok_and(|n: usize| n <= WIDEST))
}

/// The arguments of `loop.cycle`, at least one.
pub fn some(arguments: Rest<Value>) -> Result<Vec<Value>, Error> {
    if arguments.is_empty() {
        return Err(wrong("cycle has nothing to choose from"));
    }
    Ok(arguments.0)
}

/// A number that is no integer as Python prints it, the shortest that reads back as the
/// same; `None` for anything else.
pub fn float(value: &Value) -> Option<String> {
    if value.kind() != ValueKind::Number || value.is_integer() {
        return None;
    }
    let number = f64::try_from(value.clone()).ok()?;
    if !number.is_finite() {
        let text = if number.is_nan() { "nan" } else { "inf" };
        let sign = if number < 0.0 { "-" } else { "" };
        return Some(format!("{sign}{text}"));
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    if (-4..16).contains(&exponent) {
        let plain = number.to_string();
        let has_point = plain.contains('.');
        return Some(if has_point { plain } else { plain + ".0" });
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    Some(format!("{digits}e{sign}{:02}", exponent.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_as_python_prints_them() {
        for (number, expected) in [
            (1.0, "1.0"),
            (-0.5, "-0.5"),
            (1e10, "10000000000.0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e-5, "1.5e-05"),
            (1e-4, "0.0001"),
            (-1.25e300, "-1.25e+300"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(float(&Value::from(number)).as_deref(), Some(expected));
        }
        assert_eq!(float(&Value::from(3)), None);
        assert_eq!(float(&Value::from("1.0")), None);
    }
}
