//! Where the page stands, and where the files beside it do.

use tilt_protocol::SimdBuild;
use web_sys::UrlSearchParams;

/// The parameters of the page's address, by name.
pub fn query() -> Vec<(String, String)> {
    let Ok(query) = UrlSearchParams::new_with_str(&search()) else {
        return Vec::new();
    };
    let pairs = js_sys::Array::from(&query);
    pairs
        .iter()
        .filter_map(|pair| {
            let pair = js_sys::Array::from(&pair);
            Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
        })
        .collect()
}

/// The part of the address that the parameters stand in.
pub fn search() -> String {
    web_sys::window()
        .and_then(|window| window.location().search().ok())
        .unwrap_or_default()
}

/// What stands behind the `#`, with it.
pub fn fragment() -> String {
    web_sys::window()
        .and_then(|window| window.location().hash().ok())
        .unwrap_or_default()
}

/// The version of the files beside the page, where the build has written one.
pub fn version() -> Option<String> {
    meta("version")
}

/// What tells this attempt at a lesson from others in the same browser, where the page is in a
/// package of a learning management system: `public/scorm.js` writes it.
pub fn attempt() -> Option<String> {
    meta("attempt")
}

fn meta(name: &str) -> Option<String> {
    let document = web_sys::window()?.document()?;
    // A plain name makes a valid selector.
    let meta = document
        .query_selector(&format!("meta[name={name}]"))
        .ok()??;
    meta.get_attribute("content")
        .filter(|content| !content.is_empty())
}

/// The page's address without its parameters.
pub fn here() -> String {
    web_sys::window().map_or_else(String::new, |window| {
        let location = window.location();
        format!(
            "{}{}",
            location.origin().unwrap_or_default(),
            location.pathname().unwrap_or_default()
        )
    })
}

/// The page's whole address, as it is outside of a frame.
pub fn full() -> String {
    let query = query();
    let parameters = query
        .iter()
        .filter(|(name, _)| name != "embed")
        .map(|(name, value)| (name.as_str(), Some(value.clone())));
    let parameters: Vec<(&str, Option<String>)> = parameters.collect();
    format!("{}{}", link(&here(), &parameters), fragment())
}

/// `base` with the parameters that hold a value.
pub fn link(base: &str, parameters: &[(&str, Option<String>)]) -> String {
    let query: Vec<String> = parameters
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", encoded(value.as_ref()?))))
        .collect();
    if query.is_empty() {
        base.to_owned()
    } else {
        format!("{base}?{}", query.join("&"))
    }
}

fn encoded(value: &str) -> String {
    js_sys::encode_uri_component(value).into()
}

/// `relative` against the document's base, so that any sub-path works.
pub fn resolve(relative: &str) -> String {
    web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.base_uri().ok().flatten())
        .and_then(|base| web_sys::Url::new_with_base(relative, &base).ok())
        .map_or_else(|| relative.to_owned(), |url| url.href())
}

/// The engine's script, in this page's version, for the build that is wanted.
pub fn engine_address(simd: Option<SimdBuild>) -> String {
    let simd = simd.map(|simd| simd.slug().to_owned());
    link(&resolve("engine.js"), &[("v", version()), ("simd", simd)])
}
