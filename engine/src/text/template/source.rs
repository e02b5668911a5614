//! Templates as minijinja reads them: what Jinja2 or transformers adds to the language is
//! written in other words.

/// The filter that `%` on a string stands for.
pub const PERCENT: &str = "__percent";
/// The function that a dictionary stands for.
pub const OBJECT: &str = "__object";
/// The function before what a namespace is told to keep.
pub const KEPT: &str = "__kept";
/// The function before what `loop.cycle` is to choose from: minijinja's panics on nothing.
pub const SOME: &str = "__some";
/// Brackets in brackets: minijinja takes 150 at most.
const DEEPEST: usize = 200;

/// The template with
///
/// - `{% generation %}` ... `{% endgeneration %}` as a block that changes nothing: it tells
///   transformers which text is the assistant's;
/// - `'...' % arguments` as a filter;
/// - `{'a': 1}` as a function of its fields, which keep their order;
/// - `set name.field = value` and `cycle(...)` with a function before what they are given.
pub fn for_minijinja(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(start) = rest.find('{') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = match rest.as_bytes().get(1) {
            Some(b'#') => rest.find("#}").map(|end| end + 2),
            Some(b'%') => tag_end(rest, "%}"),
            Some(b'{') => tag_end(rest, "}}"),
            _ => Some(1),
        };
        // What is not closed is a syntax error, which minijinja tells.
        let (tag, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        match (generation(tag), word(tag)) {
            (Some(other), _) => out.push_str(&other),
            (None, Some("raw")) => {
                let (text, after) = rest.split_at(raw_end(rest));
                out.push_str(tag);
                out.push_str(text);
                rest = after;
            }
            _ if !tag.starts_with("{%") && !tag.starts_with("{{") => out.push_str(tag),
            // More than minijinja takes: it says so.
            _ if nesting(&tag[2..]) > DEEPEST => out.push_str(tag),
            _ => {
                let tag = format!("{}{}", &tag[..2], rewritten(&tag[2..]));
                out.push_str(assignment(&tag).as_deref().unwrap_or(&tag));
            }
        }
    }
    out.push_str(rest);
    out
}

/// Where a tag ends that begins here. Its strings and dictionaries may hold what looks like
/// its end.
fn tag_end(tag: &str, close: &str) -> Option<usize> {
    let (mut at, mut depth) = (2, 0_usize);
    while at < tag.len() {
        let rest = &tag[at..];
        if depth == 0 && rest.starts_with(close) {
            return Some(at + close.len());
        }
        let character = rest.chars().next()?;
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += match character {
            quote @ ('\'' | '"') => string_len(rest, quote)?,
            other => other.len_utf8(),
        };
    }
    None
}

/// Bytes of a string with its quotation marks.
fn string_len(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    let end = text.char_indices().skip(1).find(|(_, character)| {
        let is_end = *character == quote && !is_escaped;
        is_escaped = *character == '\\' && !is_escaped;
        is_end
    });
    end.map(|(at, _)| at + 1)
}

/// How deep brackets stand in brackets.
fn nesting(tag: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut at = 0;
    while let Some(character) = tag[at..].chars().next() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
        at += match character {
            quote @ ('\'' | '"') => string_len(&tag[at..], quote).unwrap_or(tag.len() - at),
            other => other.len_utf8(),
        };
    }
    deepest
}

/// What stands in a block's tag, with the signs at its ends.
fn inside(tag: &str) -> Option<[&str; 3]> {
    let inside = tag.strip_prefix("{%")?.strip_suffix("%}")?;
    let (before, inside) = mark(inside, str::strip_prefix);
    let (after, inside) = mark(inside, str::strip_suffix);
    Some([before, inside, after])
}

/// The only word of a block's tag.
fn word(tag: &str) -> Option<&str> {
    inside(tag).map(|[_, inside, _]| inside.trim())
}

/// Where the tag begins that ends raw text; the text's end where there is none.
fn raw_end(text: &str) -> usize {
    let starts = text.match_indices("{%").map(|(at, _)| at);
    let mut ends = starts.filter(|&at| {
        let end = text[at..].find("%}").map(|end| at + end + 2);
        end.is_some_and(|end| word(&text[at..end]) == Some("endraw"))
    });
    ends.next().unwrap_or(text.len())
}

/// `set name.field = value` with the function before the value.
fn assignment(tag: &str) -> Option<String> {
    let [before, inside, after] = inside(tag)?;
    let (target, value) = inside.split_once('=')?;
    let names = target.trim_start().strip_prefix("set")?;
    let is_of_target =
        |one: char| one.is_alphanumeric() || one.is_whitespace() || "_.,()".contains(one);
    let is_field = names.contains('.') && names.chars().all(is_of_target);
    let is_whole = !value.trim().is_empty() && is_balanced(value);
    (is_field && is_whole).then(|| format!("{{%{before}{target}= {KEPT}(({value})) {after}%}}"))
}

/// Whether brackets around the text would belong together: every string and bracket in it
/// ends there, and none ends that did not begin.
fn is_balanced(text: &str) -> bool {
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let length = match character {
            '(' | '[' | '{' => bracket_len(&text[at..]),
            ')' | ']' | '}' => None,
            quote @ ('\'' | '"') => string_len(&text[at..], quote),
            other => Some(other.len_utf8()),
        };
        match length {
            Some(length) => at += length,
            None => return false,
        }
    }
    true
}

/// The tag in place of one that begins or ends generated text.
fn generation(tag: &str) -> Option<String> {
    let [before, inside, after] = inside(tag)?;
    let word = match inside.trim() {
        "generation" => "with",
        "endgeneration" => "endwith",
        _ => return None,
    };
    Some(format!("{{%{before} {word} {after}%}}"))
}

/// The sign at an end of a tag that says what becomes of the blanks beside it.
fn mark<'a>(
    inside: &'a str,
    strip: impl Fn(&'a str, &'static str) -> Option<&'a str>,
) -> (&'static str, &'a str) {
    let marks = ["-", "+"].into_iter();
    let mut found = marks.filter_map(|mark| Some((mark, strip(inside, mark)?)));
    found.next().unwrap_or(("", inside))
}

/// `%` behind a string as the filter, and dictionaries as the function.
fn rewritten(tag: &str) -> String {
    let (mut out, mut at) = (String::with_capacity(tag.len()), 0);
    while let Some(character) = tag[at..].chars().next() {
        let rest = &tag[at..];
        if character == '{'
            && let Some(length) = bracket_len(rest)
            && let Some(object) = object(&rest[1..length - 1])
        {
            out.push_str(&object);
            at += length;
            continue;
        }
        if let Some((head, arguments)) = cycle(rest) {
            let arguments_inside = &arguments[1..arguments.len() - 1];
            out.push_str(&format!("{head}(*{SOME}({}))", rewritten(arguments_inside)));
            at += head.len() + arguments.len();
            continue;
        }
        let length = match character {
            quote @ ('\'' | '"') => string_len(rest, quote).unwrap_or(rest.len()),
            other => other.len_utf8(),
        };
        out.push_str(&rest[..length]);
        at += length;
        if !matches!(character, '\'' | '"') {
            continue;
        }
        let behind = tag[at..].trim_start();
        let Some(operand) = behind
            .strip_prefix('%')
            .filter(|rest| !rest.starts_with('}'))
        else {
            continue;
        };
        let operand = operand.trim_start();
        let Some(length) = operand_len(operand) else {
            continue;
        };
        at = tag.len() - operand.len() + length;
        out.push_str(&format!("|{PERCENT}({})", rewritten(&operand[..length])));
    }
    out
}

/// A call of the method `cycle` that begins here: the method's name with its dot, and the
/// arguments with their brackets.
fn cycle(text: &str) -> Option<(&str, &str)> {
    let name = text.strip_prefix('.')?.trim_start();
    let behind = name.strip_prefix("cycle")?.trim_start();
    let length = bracket_len(behind).filter(|_| behind.starts_with('('))?;
    let head = &text[..text.len() - behind.len()];
    Some((head, &behind[..length]))
}

/// A dictionary, from what stands within its braces; `None` for anything else.
fn object(inside: &str) -> Option<String> {
    let fields = split(inside, ',')?;
    let fields = fields.into_iter().filter(|field| !field.trim().is_empty());
    let pairs = fields.map(|field| <[&str; 2]>::try_from(split(field, ':')?).ok());
    // All fields are looked at before any is rewritten: what is no dictionary is read again,
    // and within others of its kind again and again.
    let pairs: Vec<[&str; 2]> = pairs.collect::<Option<_>>()?;
    let pairs = pairs.into_iter().map(|pair| {
        let [name, value] = pair.map(|part| rewritten(part.trim()));
        format!("[{name}, {value}]")
    });
    Some(format!(
        "{OBJECT}([{}])",
        pairs.collect::<Vec<_>>().join(", ")
    ))
}

/// The parts between marks that stand in no brackets and no string.
fn split(text: &str, mark: char) -> Option<Vec<&str>> {
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(character) = text[at..].chars().next() {
        let rest = &text[at..];
        if character == mark {
            parts.push(&text[start..at]);
            start = at + mark.len_utf8();
        }
        at += match character {
            '(' | '[' | '{' => bracket_len(rest)?,
            quote @ ('\'' | '"') => string_len(rest, quote)?,
            other => other.len_utf8(),
        };
    }
    parts.push(&text[start..]);
    Some(parts)
}

/// Bytes of an operand: something in brackets, a string, a number or a name, with what is
/// asked of it (`.name`, `[...]`, `(...)`, `|filter`).
fn operand_len(text: &str) -> Option<usize> {
    let mut at = primary_len(text)?;
    loop {
        let rest = &text[at..];
        at += match rest.chars().next() {
            Some('[' | '(') => bracket_len(rest)?,
            Some('.' | '|') => 1 + name_len(&rest[1..])?,
            _ => return Some(at),
        };
    }
}

fn primary_len(text: &str) -> Option<usize> {
    match text.chars().next()? {
        '(' | '[' | '{' => bracket_len(text),
        quote @ ('\'' | '"') => string_len(text, quote),
        _ => name_len(text),
    }
}

fn name_len(text: &str) -> Option<usize> {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let end = text.find(|character| !is_part(character));
    end.or(Some(text.len())).filter(|length| *length > 0)
}

fn bracket_len(text: &str) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        let rest = &text[at..];
        match rest.chars().next()? {
            quote @ ('\'' | '"') => {
                at += string_len(rest, quote)?;
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += rest.chars().next().map_or(1, char::len_utf8);
        if depth == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_minijinja_lacks_is_said_otherwise() {
        for (source, expected) in [
            (
                "{% generation %}a{% endgeneration %}",
                "{% with %}a{% endwith %}",
            ),
            (
                "{%- generation -%}a{%+endgeneration+%}",
                "{%- with -%}a{%+ endwith +%}",
            ),
            (
                "{{ '%s-%s' % ('a', ')') }} %",
                "{{ '%s-%s'|__percent(('a', ')')) }} %",
            ),
            (
                "{% set x = \"%d\" % m.n[0]|int + 1 %}",
                "{% set x = \"%d\"|__percent(m.n[0]|int) + 1 %}",
            ),
            ("{% if x == 'a' %}{{ 'a' %}", "{% if x == 'a' %}{{ 'a' %}"),
            ("{# '%s' % x #}{{ 7 % 3 }}", "{# '%s' % x #}{{ 7 % 3 }}"),
            ("{{ '%}' }}{ x", "{{ '%}' }}{ x"),
            (
                "{% set d = {'b': {}, 'a': [1, {'c': x[1:]}]} %}",
                "{% set d = __object([['b', __object([])], ['a', [1, __object([['c', x[1:]]])]]]) %}",
            ),
            ("{{ {'a': {}}}}", "{{ __object([['a', __object([])]])}}"),
            ("{{ {'a' 1} }}", "{{ {'a' 1} }}"),
            ("{{ '%s' % '%s' % x }}", "{{ '%s'|__percent('%s') % x }}"),
            (
                "{%- set ns.x = ns.x + {'a': 1}.a -%}",
                "{%- set ns.x = __kept(( ns.x + __object([['a', 1]]).a )) -%}",
            ),
            (
                "{% set (a.b,c) = 1, '=' %}{% set x = y.z %}{% set ns.x = 1), (2 %}",
                "{% set (a.b,c) = __kept(( 1, '=' )) %}{% set x = y.z %}{% set ns.x = 1), (2 %}",
            ),
            (
                "{{ loop . cycle('a', ')') }}{{ loop.cycle() }}{{ loop.cycled(x) }}",
                "{{ loop . cycle(*__some('a', ')')) }}{{ loop.cycle(*__some()) }}{{ loop.cycled(x) }}",
            ),
            (
                "{%- raw %}{{ {'a': 1} }}{{ '{%- endraw -%}{{ {} }}",
                "{%- raw %}{{ {'a': 1} }}{{ '{%- endraw -%}{{ __object([]) }}",
            ),
        ] {
            assert_eq!(for_minijinja(source), expected);
        }
    }

    #[test]
    fn no_cut_of_a_template_is_a_panic() {
        let source = "{{ 'é%s' % (a, {'b': \"c\\\"\"}).d|e }}{%- generation -%}{% set a.b = l.cycle(1) %}{% raw %}é{# x";
        for (end, _) in source.char_indices() {
            for_minijinja(&source[..end]);
            for_minijinja(&source[end..]);
        }
    }

    /// Each of these took minutes or the whole stack.
    #[test]
    fn depth_costs_neither_time_nor_the_stack() {
        let levels = 100;
        let sets = format!(
            "{{{{ {}1{} }}}}",
            "{'a': ".repeat(levels),
            ", 2}".repeat(levels)
        );
        assert_eq!(for_minijinja(&sets), sets);
        let levels = 100_000;
        let objects = format!(
            "{{{{ {}1{} }}}}",
            "{'a': ".repeat(levels),
            "}".repeat(levels)
        );
        assert_eq!(for_minijinja(&objects), objects);
    }
}
