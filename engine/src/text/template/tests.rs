use super::*;
use tilt_protocol::Role;

const SOURCE: &str = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% if m.role == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";

fn template(source: &str) -> ChatTemplate {
    let sources = BTreeMap::from([(DEFAULT.to_owned(), source.to_owned())]);
    let special = BTreeMap::from([("eos_token".to_owned(), "<|end|>".to_owned())]);
    ChatTemplate::new(sources, &special).unwrap()
}

fn whole(role: Role, json: &str) -> Turn {
    Turn {
        whole: Some(json.to_owned()),
        ..Turn::new(role, "")
    }
}

fn rendered(source: &str, turns: &[Turn], data: &TemplateData) -> Result<String> {
    let turns: Vec<&Turn> = turns.iter().collect();
    template(source).render(&turns, data, false, "")
}

fn check(source: &str, turns: &[Turn], data: &TemplateData, expected: &str) {
    assert_eq!(rendered(source, turns, data).unwrap(), expected);
}

fn kwargs(json: &str) -> TemplateData {
    TemplateData {
        chat_template_kwargs: Some(json.to_owned()),
        ..TemplateData::default()
    }
}

#[test]
fn a_conversation_renders() {
    let template = template(SOURCE);
    let (user, assistant) = (
        Turn::new(Role::User, "Hi"),
        Turn::new(Role::Assistant, "Hello"),
    );
    let none = TemplateData::default();
    assert_eq!(
        template.render(&[&user], &none, true, "").unwrap(),
        "<|user|>Hi<|assistant|>"
    );
    assert_eq!(
        template
            .render(&[&user, &assistant], &none, false, "")
            .unwrap(),
        "<|user|>Hi<|assistant|>Hello<|end|>"
    );
    assert_eq!(
        template
            .render(&[&user, &assistant], &none, false, "!")
            .unwrap(),
        "<|user|>Hi<|assistant|>Hello!<|end|>"
    );
}

#[test]
fn a_turn_reaches_the_template_whole_and_in_its_order() {
    let call = r#"{"role": "assistant", "content": null, "tool_calls": [{"name": "f", "arguments": {"b": 1, "a": "<x>"}}]}"#;
    check(
        "{{ messages[0] | tojson }}{{ messages[0].content is defined }}",
        &[whole(Role::Assistant, call)],
        &TemplateData::default(),
        r#"{"role": "assistant", "tool_calls": [{"name": "f", "arguments": {"b": 1, "a": "<x>"}}]}False"#,
    );
    let thinking = r#"{"role": "assistant", "content": "a", "reasoning": "r"}"#;
    check(
        "{{ messages[0] | tojson }}",
        &[whole(Role::Assistant, thinking)],
        &TemplateData::default(),
        r#"{"thinking": "r", "role": "assistant", "content": "a", "reasoning": "r", "reasoning_content": "r"}"#,
    );
    let parts = whole(
        Role::User,
        r#"{"role": "user", "content": [{"type": "text", "text": "a"}]}"#,
    );
    let source = "{{ messages[0].content[0].text }}";
    let template = template(source);
    let none = TemplateData::default();
    assert_eq!(template.render(&[&parts], &none, false, "+").unwrap(), "a+");
}

#[test]
fn a_row_gives_the_template_tools_and_variables() {
    let source = "{{ tools is none }}{{ documents is none }}{{ enable_thinking is defined and enable_thinking is false }}{{ eos_token }}";
    check(
        source,
        &[],
        &TemplateData::default(),
        "TrueTrueFalse<|end|>",
    );
    check(
        source,
        &[],
        &kwargs(r#"{"enable_thinking": false, "eos_token": "x"}"#),
        "TrueTrueTruex",
    );
    let tools = |json: &str| TemplateData {
        tools: Some(json.to_owned()),
        ..TemplateData::default()
    };
    check(
        "{{ tools | tojson }}",
        &[],
        &tools(r#"[{"b": 1, "a": 2}]"#),
        r#"[{"b": 1, "a": 2}]"#,
    );
    // As in TRL: an empty list is none.
    check("{{ tools is none }}", &[], &tools("[]"), "True");
    let error = rendered(SOURCE, &[], &kwargs(r#"{"tokenize": true}"#)).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("chat_template_kwargs: got tokenize"),
        "{error}"
    );
}

#[test]
fn of_named_templates_the_default_is_taken_and_for_tools_that_for_tools() {
    let sources = [("default", "plain"), ("tool_use", "tools")]
        .map(|(name, text)| (name.to_owned(), text.to_owned()));
    let render = |sources: BTreeMap<String, String>, tools: Option<&str>| {
        let data = TemplateData {
            tools: tools.map(str::to_owned),
            ..TemplateData::default()
        };
        ChatTemplate::new(sources, &BTreeMap::new())?.render(&[], &data, false, "")
    };
    let all = BTreeMap::from(sources.clone());
    assert_eq!(render(all.clone(), None).unwrap(), "plain");
    assert_eq!(render(all, Some("[1]")).unwrap(), "tools");
    let [_, tool_use] = sources;
    let error = render(BTreeMap::from([tool_use]), None).unwrap_err();
    assert!(
        error.to_string().contains("none of them is called default"),
        "{error}"
    );
}

#[test]
fn a_broken_template_says_where_and_stops_nothing_before() {
    for (source, expected) in [
        ("a\n{% for %}", "syntax error"),
        ("{{ 'a'.unheard_of() }}", "no method named unheard_of"),
        ("{{ [].append(1) }}", "append"),
        ("{{ x | unheard_of }}", "unknown filter"),
    ] {
        let error = rendered(source, &[], &TemplateData::default()).unwrap_err();
        assert!(matches!(error, Error::MalformedFile { .. }), "{error:?}");
        let told = error.to_string();
        assert!(
            told.starts_with("chat_template (of tokenizer_config.json or"),
            "{told}"
        );
        assert!(told.contains(expected), "{told}");
    }
    // What a template itself refuses is a row's affair.
    let error = rendered("{{ raise_exception('no') }}", &[], &TemplateData::default());
    assert!(matches!(error, Err(Error::ChatTemplate { reason }) if reason.contains("no")));
}

#[test]
fn python_is_spoken() {
    let cases: [(&str, &str); 14] = [
        ("{{ \"it's a DAY\".title() }}", "It'S A Day"),
        ("{{ 'a-b-c'.rsplit('-', 1) }}", "['a-b', 'c']"),
        ("{{ 'a-b-c'.split('-', maxsplit=1) }}", "['a', 'b-c']"),
        ("{{ ' a  b c '.split(none, 1) }}", "['a', 'b c ']"),
        ("{{ ' a  b c'.rsplit(none, 1) }}", "[' a  b', 'c']"),
        ("{{ 'x=1'.partition('=') }}", "('x', '=', '1')"),
        ("{{ 'abc'.removeprefix('a').removesuffix('c') }}", "b"),
        ("{{ 'a\r\nb\rc'.splitlines() | length }}", "3"),
        (
            "{{ '-7'.zfill(4) }}{{ 'a'.center(4, '*') }}{{ 'b'.ljust(2) }}",
            "-007*a**b ",
        ),
        (
            "{{ {'b': 1, 'a': [none, true, 1.5]} | tojson(indent=1, sort_keys=true) }}",
            "{\n \"a\": [\n  null,\n  true,\n  1.5\n ],\n \"b\": 1\n}",
        ),
        (
            "{{ [1, 'é'] | tojson(ensure_ascii=true, separators=(',', ':')) }}",
            "[1,\"\\u00e9\"]",
        ),
        ("{{ {} | tojson(indent=2) }}{{ [] | tojson }}", "{}[]"),
        ("{{ '%05.1f|%s' % (3.14159, 'x') }}", "003.1|x"),
        (
            "{% generation %}{% set x = 1 %}{{ x }}{% endgeneration %}{{ x is defined }}",
            "1False",
        ),
    ];
    for (source, expected) in cases {
        check(source, &[], &TemplateData::default(), expected);
    }
}

/// Values are walked by recursion: one without an end took the whole stack, and with it the
/// browser's worker.
#[test]
fn a_namespace_that_holds_itself_is_refused() {
    let begin = "{% set ns = namespace() %}";
    for (rest, what) in [
        ("{% set ns.x = ns %}{{ ns }}", "a namespace"),
        (
            "{%- set ns.x = [{'a': (ns,)}] -%}{{ ns|tojson }}",
            "a namespace",
        ),
        ("{% set a, ns . x = 1, ns %}{{ ns == ns }}", "a namespace"),
        (
            "{% set b = namespace(a=ns) %}{% set b.a.x = b %}{{ b }}",
            "a namespace",
        ),
        (
            "{% for a in [ns] %}{% set ns.x = loop %}{{ ns|tojson }}{% endfor %}",
            "a loop",
        ),
        (
            "{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns }}",
            "nested",
        ),
        (
            "{% for i in range(140) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}",
            "nested",
        ),
    ] {
        let error = rendered(&format!("{begin}{rest}"), &[], &TemplateData::default());
        let error = error.unwrap_err().to_string();
        assert!(error.contains(what), "{rest}: {error}");
    }
    check(
        "{% set ns = namespace(a=1) %}{% for i in range(3) %}{% set ns.a = ns.a * 2, {'i': i} %}{% set ns.a = ns.a[0] %}{% endfor %}{{ ns.a }}{% set ns.m = messages %}{{ ns.m|length }}",
        &[Turn::new(Role::User, "Hi")],
        &TemplateData::default(),
        "81",
    );
}

#[test]
fn a_template_without_an_end_is_refused() {
    for source in [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(x='x') %}{% for a in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
    ] {
        let error = rendered(source, &[], &TemplateData::default()).unwrap_err();
        assert!(error.to_string().contains("no end"), "{error}");
    }
}

/// Padding to such a width ended the process for want of memory.
#[test]
fn a_width_without_bounds_is_refused() {
    let none = TemplateData::default();
    let begin = "{{ '%5.1f|%s' % (1.25, 'a') }}{{ '{:>3}|{}'.format(7, 12345678) }}";
    check(begin, &[], &none, "  1.2|a  7|12345678");
    for width in [
        "{{ '%42949672961d' % 1 }}",
        "{{ '%.42949672961f' % 1.0 }}",
        "{{ '%*d' % (42949672961, 1) }}",
        "{{ '%42949672961d' | format(1) }}",
        "{{ '{:>42949672961}'.format(1) }}",
        "{{ '{:.42949672961f}'.format(1.0) }}",
        "{{ 'a' | indent(42949672961, true) }}",
        "{{ 'a'.center(42949672961) }}",
        "{{ 'a' * 42949672961 }}",
        "{{ [1] | slice(42949672961) | list }}",
        "{{ [1] | batch(42949672961, 0) | list }}",
    ] {
        let error = rendered(width, &[], &none).unwrap_err();
        assert!(
            matches!(error, Error::ChatTemplate { .. }),
            "{width}: {error}"
        );
    }
}

/// minijinja divides by the number of arguments.
#[test]
fn a_cycle_of_nothing_is_refused() {
    let none = TemplateData::default();
    let source = "{% for a in [1, 2, 3] %}{{ loop.cycle('a', 'b') }}{% endfor %}";
    check(source, &[], &none, "aba");
    let source = "{% for a in [1] %}{{ loop.cycle() }}{% endfor %}";
    let error = rendered(source, &[], &none).unwrap_err();
    assert!(error.to_string().contains("cycle"), "{error}");
}
