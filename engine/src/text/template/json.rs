//! `tojson` as transformers defines it: Python's `json.dumps`, not Jinja's for HTML.

use super::python::float;
use minijinja::value::{Kwargs, Rest, Value, ValueKind, ValueOrKwargs, from_args};
use minijinja::{Error, ErrorKind};

struct Style {
    ensure_ascii: bool,
    /// What one level is indented by; `None` for all on one line.
    indent: Option<String>,
    item: String,
    key: String,
    sort_keys: bool,
}

/// `tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False)`.
pub fn to_json(value: &Value, args: Rest<ValueOrKwargs>) -> Result<String, Error> {
    let args = args.into_values();
    type Arguments = (
        Option<Value>,
        Option<Value>,
        Option<Value>,
        Option<Value>,
        Kwargs,
    );
    let (ensure_ascii, indent, separators, sort_keys, named): Arguments = from_args(&args)?;
    let argument = |name: &str, place: Option<Value>| -> Result<Option<Value>, Error> {
        let value = match place {
            Some(value) => Some(value),
            None => named.get(name)?,
        };
        Ok(value.filter(|value| !value.is_none() && !value.is_undefined()))
    };
    let indent = argument("indent", indent)?.map(|indent| match indent.as_str() {
        Some(text) => text.to_owned(),
        None => " ".repeat(indent.as_usize().unwrap_or(0).min(64)),
    });
    let (item, key) = match argument("separators", separators)? {
        Some(pair) => {
            let pair: Vec<Value> = pair.try_iter()?.collect();
            from_args::<(String, String)>(&pair)?
        }
        // Python leaves out the space where a line ends.
        None if indent.is_some() => (",".to_owned(), ": ".to_owned()),
        None => (", ".to_owned(), ": ".to_owned()),
    };
    let is = |value: Option<Value>| value.is_some_and(|value| value.is_true());
    let style = Style {
        ensure_ascii: is(argument("ensure_ascii", ensure_ascii)?),
        indent,
        item,
        key,
        sort_keys: is(argument("sort_keys", sort_keys)?),
    };
    named.assert_all_used()?;
    let mut out = String::new();
    write(value, &style, 0, &mut out)?;
    Ok(out)
}

/// Far more than a conversation: a value that holds another twice, and so on, has no end.
const LONGEST: usize = 64 << 20;

fn write(value: &Value, style: &Style, depth: usize, out: &mut String) -> Result<(), Error> {
    if out.len() > LONGEST {
        let reason = format!("tojson came to more than {LONGEST} bytes");
        return Err(Error::new(ErrorKind::InvalidOperation, reason));
    }
    match value.kind() {
        ValueKind::None => out.push_str("null"),
        ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
        ValueKind::Number => match float(value).as_deref() {
            Some("nan") => out.push_str("NaN"),
            Some("inf") => out.push_str("Infinity"),
            Some("-inf") => out.push_str("-Infinity"),
            Some(text) => out.push_str(text),
            None => out.push_str(&value.to_string()),
        },
        ValueKind::String => write_string(value.as_str().unwrap_or_default(), style, out),
        ValueKind::Seq | ValueKind::Iterable => {
            let items: Vec<Value> = value.try_iter()?.collect();
            write_all(['[', ']'], &items, style, depth, out, |item, out| {
                write(item, style, depth + 1, out)
            })?;
        }
        ValueKind::Map => {
            let mut keys: Vec<Value> = value.try_iter()?.collect();
            if style.sort_keys {
                keys.sort();
            }
            write_all(['{', '}'], &keys, style, depth, out, |key, out| {
                let name = match key.kind() {
                    ValueKind::None => "null".to_owned(),
                    ValueKind::Bool => key.to_string().to_lowercase(),
                    _ => key.to_string(),
                };
                write_string(&name, style, out);
                out.push_str(&style.key);
                write(&value.get_item(key)?, style, depth + 1, out)
            })?;
        }
        other => {
            let reason = format!("a value of the kind {other} is not JSON serializable");
            return Err(Error::new(ErrorKind::InvalidOperation, reason));
        }
    }
    Ok(())
}

fn write_all(
    [open, close]: [char; 2],
    items: &[Value],
    style: &Style,
    depth: usize,
    out: &mut String,
    mut write: impl FnMut(&Value, &mut String) -> Result<(), Error>,
) -> Result<(), Error> {
    let new_line = |depth: usize, out: &mut String| {
        if let Some(indent) = &style.indent {
            out.push('\n');
            out.push_str(&indent.repeat(depth));
        }
    };
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(&style.item);
        }
        new_line(depth + 1, out);
        write(item, out)?;
    }
    if !items.is_empty() {
        new_line(depth, out);
    }
    out.push(close);
    Ok(())
}

fn write_string(text: &str, style: &Style, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", control as u32)),
            other if style.ensure_ascii && !other.is_ascii() => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
