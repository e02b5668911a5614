//! A small Markdown as views: headings, paragraphs, lists, tables, emphasis and code.
//! `[a word](term:kl)` opens a term's definition, and a block of code in the language
//! `formula` is the formula of the objective that it names. Nothing else is carried out: HTML
//! stands there as it is written, and a link shows where it leads.

use super::define::Explain;
use super::scroll::Scroll;
use crate::formula::formula;
use crate::texts::glossary::Term;
use crate::texts::teachers::TABLE;
use leptos::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag};
use tilt_protocol::ObjectiveKind;

/// Before a term's name.
const TERM: &str = "term:";
const FORMULA: &str = "formula";
/// Tags within tags; what is deeper is text alone.
const DEEPEST: usize = 12;

#[component]
pub fn Markdown(text: String) -> impl IntoView {
    blocks(&text)
}

/// What is open: its tag, and what stands in it so far.
struct Opened {
    tag: Option<Tag<'static>>,
    views: Vec<AnyView>,
    /// The text alone, of what is more than text.
    text: String,
}

fn blocks(text: &str) -> Vec<AnyView> {
    let mut open = vec![Opened::of(None)];
    let mut highest = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        let event = event.into_static();
        match event {
            Event::Start(tag) => {
                let tag = below_the_panel(tag, &mut highest);
                let tag = Some(tag).filter(|_| open.len() <= DEEPEST);
                open.push(Opened::of(tag));
            }
            Event::End(_) => close(&mut open),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                add_text(&mut open, &text);
            }
            Event::Code(code) => {
                let code = code.to_string();
                if let Some(last) = open.last_mut() {
                    last.text.push_str(&code);
                }
                add(&mut open, view! { <code>{code}</code> }.into_any());
            }
            Event::SoftBreak => add_text(&mut open, " "),
            Event::HardBreak => add(&mut open, view! { <br/> }.into_any()),
            Event::Rule => add(&mut open, view! { <hr/> }.into_any()),
            Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
        }
    }
    // What was never closed ends with the text.
    let mut views = Vec::new();
    for opened in open {
        views.extend(opened.views);
    }
    views
}

/// A heading at the level that it has below a panel's own: the first one of the text comes
/// right after that, and so none is left out.
fn below_the_panel(tag: Tag<'static>, highest: &mut Option<HeadingLevel>) -> Tag<'static> {
    let Tag::Heading { level, .. } = &tag else {
        return tag;
    };
    let is_below = level > highest.get_or_insert(*level);
    let level = if is_below {
        HeadingLevel::H4
    } else {
        HeadingLevel::H3
    };
    Tag::Heading {
        level,
        id: None,
        classes: Vec::new(),
        attrs: Vec::new(),
    }
}

impl Opened {
    fn of(tag: Option<Tag<'static>>) -> Opened {
        Opened {
            tag,
            views: Vec::new(),
            text: String::new(),
        }
    }
}

fn add(open: &mut [Opened], view: AnyView) {
    if let Some(last) = open.last_mut() {
        last.views.push(view);
    }
}

fn add_text(open: &mut [Opened], text: &str) {
    if let Some(last) = open.last_mut() {
        last.text.push_str(text);
        last.views.push(text.to_owned().into_any());
    }
}

fn close(open: &mut Vec<Opened>) {
    if open.len() < 2 {
        return;
    }
    let Some(Opened { tag, views, text }) = open.pop() else {
        return;
    };
    if let (Some(parent), None) = (open.last_mut(), &tag) {
        // Too deep for a view of its own.
        parent.views.extend(views);
        parent.text.push_str(&text);
        return;
    }
    let mut is_in_head = false;
    if let Some(parent) = open.last_mut() {
        parent.text.push_str(&text);
        is_in_head = matches!(parent.tag, Some(Tag::TableHead));
    }
    let view = match tag {
        Some(Tag::Paragraph) => view! { <p>{views}</p> }.into_any(),
        Some(Tag::Heading {
            level: HeadingLevel::H4,
            ..
        }) => view! { <h4>{views}</h4> }.into_any(),
        Some(Tag::Heading { .. }) => view! { <h3>{views}</h3> }.into_any(),
        Some(Tag::BlockQuote(_)) => view! { <blockquote>{views}</blockquote> }.into_any(),
        Some(Tag::List(None)) => view! { <ul>{views}</ul> }.into_any(),
        Some(Tag::List(Some(_))) => view! { <ol>{views}</ol> }.into_any(),
        Some(Tag::Item) => view! { <li>{views}</li> }.into_any(),
        Some(Tag::Emphasis) => view! { <em>{views}</em> }.into_any(),
        Some(Tag::Strong) => view! { <strong>{views}</strong> }.into_any(),
        Some(Tag::Table(_)) => table(views),
        Some(Tag::TableHead) => view! { <thead><tr>{views}</tr></thead> }.into_any(),
        Some(Tag::TableRow) => view! { <tr>{views}</tr> }.into_any(),
        Some(Tag::TableCell) if is_in_head => view! { <th scope="col">{views}</th> }.into_any(),
        Some(Tag::TableCell) => view! { <td>{views}</td> }.into_any(),
        Some(Tag::CodeBlock(kind)) => code_block(&kind, text),
        Some(Tag::Link { dest_url, .. }) => link(&dest_url, text),
        _ => views.into_any(),
    };
    add(open, view);
}

/// The head, then the rows.
fn table(mut parts: Vec<AnyView>) -> AnyView {
    let rows = parts.split_off(parts.len().min(1));
    view! {
        <Scroll class="table-box" name=TABLE>
            <table>
                {parts}
                <tbody>{rows}</tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

fn code_block(kind: &CodeBlockKind<'_>, text: String) -> AnyView {
    let is_formula = matches!(kind, CodeBlockKind::Fenced(language) if &**language == FORMULA);
    let objective = ObjectiveKind::from_slug(text.trim()).filter(|_| is_formula);
    match objective {
        Some(kind) => formula(&kind.with_beta(kind.default_beta()))
            .into_iter()
            .take(1)
            .map(|line| view! { <math display="block" inner_html=line></math> })
            .collect_view()
            .into_any(),
        None => view! { <pre><code>{text}</code></pre> }.into_any(),
    }
}

/// A term, or a word with its address behind it: a lesson leads nowhere by itself.
fn link(address: &str, text: String) -> AnyView {
    let named = address.strip_prefix(TERM);
    match named.and_then(Term::named) {
        Some(term) => view! {
            <Explain name=Signal::stored(text) id=None>
                <b>{term.name()}</b>
                " "
                {term.definition()}
            </Explain>
        }
        .into_any(),
        None if named.is_some() => text.into_any(),
        None => format!("{text} ({address})").into_any(),
    }
}
