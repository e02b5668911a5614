//! Where a lesson comes from, as the page's address says it.

use super::remote::host_of;
use super::space::Space;
use tilt_protocol::hash;

/// Before a lesson that an address carries whole.
const IN_LINK: &str = "#lesson=";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LessonSource {
    /// One that ships with the page, by its id.
    Shipped(String),
    Address {
        url: String,
        host: String,
    },
    /// The lesson itself, packed, behind the page's address.
    Link(String),
}

impl LessonSource {
    /// What the parameter `lesson` names; `None` where it is neither a name nor an address.
    pub fn named(text: &str) -> Option<LessonSource> {
        if text.starts_with("https://") || text.starts_with("http://") {
            let host = host_of(text)?;
            let url = text.to_owned();
            return Some(LessonSource::Address { url, host });
        }
        let is_name = !text.is_empty() && Space::named(text).is_some();
        is_name.then(|| LessonSource::Shipped(text.to_owned()))
    }

    /// The lesson that the address carries behind its `#`.
    pub fn in_link(fragment: &str) -> Option<LessonSource> {
        let packed = fragment.strip_prefix(IN_LINK)?;
        Some(LessonSource::Link(packed.to_owned()))
    }

    /// The lab that is the lesson's own.
    pub fn space(&self) -> Space {
        self.space_in(None)
    }

    /// The lab that is this attempt's at the lesson, where there may be several.
    pub fn space_in(&self, attempt: Option<&str>) -> Space {
        let name = match self {
            LessonSource::Shipped(id) => format!("lesson-{id}"),
            LessonSource::Address { url, .. } => {
                format!("lesson-at-{:016x}", hash::of_text(0, url))
            }
            LessonSource::Link(packed) => format!("lesson-in-{:016x}", hash::of_text(0, packed)),
        };
        let of_attempt = attempt.and_then(|one| Space::named(&format!("attempt-{one}-{name}")));
        of_attempt
            .or_else(|| Space::named(&name))
            .unwrap_or(Space::OWN)
    }
}

/// What an address ends with that carries this packed lesson.
pub fn link_ending(packed: &str) -> String {
    format!("{IN_LINK}{packed}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_has_a_name_or_an_address() {
        let shipped = |id: &str| Some(LessonSource::Shipped(id.to_owned()));
        let address = |url: &str, host: &str| {
            Some(LessonSource::Address {
                url: url.to_owned(),
                host: host.to_owned(),
            })
        };
        for (text, source) in [
            ("beta-and-kl", shipped("beta-and-kl")),
            (
                "https://a.org/x.json",
                address("https://a.org/x.json", "a.org"),
            ),
            (
                "http://localhost:8000/x",
                address("http://localhost:8000/x", "localhost:8000"),
            ),
            ("", None),
            ("../datasets/polite", None),
            ("Beta", None),
            ("https://", None),
            ("file:///x", None),
        ] {
            assert_eq!(LessonSource::named(text), source, "{text:?}");
        }
    }

    #[test]
    fn a_link_carries_what_stands_behind_its_mark() {
        let link = link_ending("abc_-");
        let source = LessonSource::in_link(&link);
        assert_eq!(source, Some(LessonSource::Link("abc_-".to_owned())));
        assert_eq!(LessonSource::in_link("#other"), None);
        assert_eq!(LessonSource::in_link(""), None);
    }

    #[test]
    fn each_lesson_has_a_lab_of_its_own() {
        let sources = [
            "beta",
            "beta-and-kl",
            "https://a.org/beta",
            "https://b.org/beta",
        ];
        let mut spaces: Vec<Space> = sources
            .into_iter()
            .filter_map(LessonSource::named)
            .map(|source| source.space())
            .collect();
        spaces.push(LessonSource::Link("beta".to_owned()).space());
        let beta = LessonSource::Shipped("beta".to_owned());
        spaces.extend(["a1", "a2"].map(|attempt| beta.space_in(Some(attempt))));
        // What is no name is no attempt.
        assert_eq!(beta.space_in(Some("A 1")), beta.space());
        for (index, space) in spaces.iter().enumerate() {
            assert_ne!(*space, Space::OWN);
            assert!(!spaces[..index].contains(space));
        }
    }
}
