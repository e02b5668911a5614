//! A chart as a file: SVG as it is drawn, or its numbers as CSV.

use super::run_style::Look;
use crate::browser::download::download;
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::texts::charts as texts;
use gloo_file::Blob;
use tilt_protocol::Error;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// The height of a run in the legend, in the drawing's pixels.
const LEGEND_ROW: f64 = 18.0;
/// What a drawing outside the page needs of the page's style sheet.
const INLINED: [&str; 13] = [
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linejoin",
    "opacity",
    "paint-order",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "text-anchor",
];

pub fn download_csv(lab: Lab, name: &str, csv: &str) {
    let blob = Blob::new_with_options(csv, Some("text/csv"));
    tell(lab, download(&texts::file_name(name, "csv"), &blob));
}

/// `runs` are named below the drawing, each with its style.
pub fn download_svg(lab: Lab, name: &str, svg: &Element, runs: &[(String, Look)]) {
    let text = standalone(svg, runs).ok_or_else(|| Error::Io {
        path: name.to_owned(),
        reason: texts::NOT_COPIED.to_owned(),
    });
    let result = text.and_then(|text| {
        let blob = Blob::new_with_options(text.as_str(), Some("image/svg+xml"));
        download(&texts::file_name(name, "svg"), &blob)
    });
    tell(lab, result);
}

fn tell(lab: Lab, result: Result<(), Error>) {
    match result {
        Ok(()) => lab.notices.dismiss(NoticeKey::Export),
        Err(error) => lab.notices.error(NoticeKey::Export, &error.to_string()),
    }
}

/// The drawing with the page's styles and background written into it. `None` where the
/// browser refuses.
fn standalone(svg: &Element, runs: &[(String, Look)]) -> Option<String> {
    let copy: Element = svg.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
    inline(svg, &copy)?;
    let view_box = svg.get_attribute("viewBox")?;
    let sizes: Vec<f64> = view_box
        .split(' ')
        .filter_map(|size| size.parse().ok())
        .collect();
    let [_, _, width, height] = sizes[..] else {
        return None;
    };
    let whole = height + runs.len() as f64 * LEGEND_ROW;
    copy.set_attribute("viewBox", &format!("0 0 {width} {whole}"))
        .ok()?;
    copy.set_attribute("xmlns", "http://www.w3.org/2000/svg")
        .ok()?;
    // A picture takes no focus, and its sentence becomes its title.
    for attribute in ["tabindex", "role", "aria-label"] {
        copy.remove_attribute(attribute).ok()?;
    }
    let title = escaped(&svg.get_attribute("aria-label").unwrap_or_default());

    let panel = svg.closest(".panel").ok()??;
    let paper = computed(&panel, "background-color")?;
    let ink = computed(&panel, "color")?;
    let mut legend = String::new();
    for (index, (name, look)) in runs.iter().enumerate() {
        let colour = computed(svg, &format!("--run-{}", look.hue()))?;
        let middle = height + (index as f64 + 0.5) * LEGEND_ROW;
        legend.push_str(&legend_row(name, *look, middle, colour.trim(), &ink));
    }
    let drawing = copy.outer_html().replace("&nbsp;", "\u{a0}");
    let (start, inside) = drawing.split_once('>')?;
    let inside = inside.strip_suffix("</svg>")?;
    let paper = format!(r#"<rect width="{width}" height="{whole}" fill="{paper}"/>"#);
    Some(format!(
        "{start}><title>{title}</title>{paper}{inside}{legend}</svg>\n"
    ))
}

fn legend_row(name: &str, look: Look, middle: f64, colour: &str, ink: &str) -> String {
    let mark = look.mark((27.0, middle), 3.0);
    let base = middle + 4.0;
    let name = escaped(name);
    format!(
        r#"<path d="M8 {middle}H46" stroke="{colour}" stroke-width="1.4"/><path d="{mark}" fill="{colour}" stroke="{colour}"/><text x="54" y="{base}" fill="{ink}" font-family="sans-serif" font-size="11">{name}</text>"#
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn computed(element: &Element, property: &str) -> Option<String> {
    let style = web_sys::window()?.get_computed_style(element).ok()??;
    style.get_property_value(property).ok()
}

/// Writes the computed style of each element of `from` into its twin under `to`, as attributes of
/// SVG: a style of its own is what a strict policy forbids.
fn inline(from: &Element, to: &Element) -> Option<()> {
    let computed = web_sys::window()?.get_computed_style(from).ok()??;
    for property in INLINED {
        let value = computed.get_property_value(property).ok()?;
        if !value.is_empty() {
            to.set_attribute(property, &value).ok()?;
        }
    }
    let (mut next, mut twin) = (from.first_element_child(), to.first_element_child());
    while let (Some(child), Some(copy)) = (next, twin) {
        inline(&child, &copy)?;
        next = child.next_element_sibling();
        twin = copy.next_element_sibling();
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runs_name_cannot_break_the_picture() {
        let row = legend_row(
            "a<b & \"c\"",
            Look::of_run(1, false),
            9.0,
            "#17599c",
            "#1c2126",
        );
        assert!(row.contains(">a&lt;b &amp; \"c\"</text>"));
        // Dashes are references, and this is a policy.
        assert!(!row.contains("dasharray"));
    }
}
