//! The name space of a lab: whatever it keeps in the browser lies under names made here, so
//! that two labs of one page (the person's own, and a lesson's) never meet.

/// Where a lab keeps what is its own. The names of [`Space::OWN`] never change: people find
/// their data by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space(Option<&'static str>);

impl Space {
    /// The person's own lab.
    pub const OWN: Space = Space(None);

    /// A lab beside it, such as a lesson's. `None` where the name is not made of small
    /// letters, digits and hyphens alone: any other sign could make the beginning of another
    /// lab's keys. The name is kept for as long as the page is there, which has one or two.
    pub fn named(name: &str) -> Option<Space> {
        let is_sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_named = !name.is_empty() && name.chars().all(is_sound);
        is_named.then(|| Space(Some(Box::leak(name.into()))))
    }

    fn root(self) -> String {
        match self.0 {
            None => "tilt".to_owned(),
            Some(name) => format!("tilt:{name}"),
        }
    }

    pub fn database(self) -> String {
        self.root()
    }

    /// The broadcast channel over which the tabs of one lab talk.
    pub fn channel(self) -> String {
        self.root()
    }

    /// Before a field of the settings; alone the key under which earlier versions kept them
    /// all.
    pub fn settings(self) -> String {
        format!("{}.settings", self.root())
    }

    /// The key of a field of the settings, or with an empty name what all of them begin with.
    pub fn setting(self, field: &str) -> String {
        format!("{}.{field}", self.settings())
    }

    /// The key of the address under which a session's fields were changed.
    pub fn visit(self) -> String {
        format!("{}.visit", self.root())
    }

    /// The key of the uid of the run that a tab trains.
    pub fn training(self) -> String {
        format!("{}.training", self.root())
    }

    /// The key of the uid of the run that was taken up again since the latest one began.
    pub fn taken_up(self) -> String {
        format!("{}.taken-up", self.root())
    }

    /// The key of how far the learner has come in the lesson that the lab is for.
    pub fn lesson(self) -> String {
        format!("{}.lesson", self.root())
    }

    /// The key of the lesson that is being written here.
    pub fn draft(self) -> String {
        format!("{}.lesson-draft", self.root())
    }

    /// The key of the sweep that is under way, or was last.
    pub fn sweep(self) -> String {
        format!("{}.sweep", self.root())
    }

    pub fn run_lock(self, uid: u64) -> String {
        format!("{}-run-{uid}", self.root())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn names(space: Space) -> Vec<String> {
        vec![
            space.database(),
            space.channel(),
            space.settings(),
            space.setting("beta"),
            space.visit(),
            space.training(),
            space.taken_up(),
            space.lesson(),
            space.draft(),
            space.sweep(),
            space.run_lock(7),
        ]
    }

    #[test]
    fn the_own_lab_s_names_are_those_under_which_people_have_their_data() {
        let expected = [
            "tilt",
            "tilt",
            "tilt.settings",
            "tilt.settings.beta",
            "tilt.visit",
            "tilt.training",
            "tilt.taken-up",
            "tilt.lesson",
            "tilt.lesson-draft",
            "tilt.sweep",
            "tilt-run-7",
        ];
        assert_eq!(names(Space::OWN), expected);
    }

    #[test]
    fn two_labs_share_no_name_and_none_begins_like_another_s_settings() {
        let spaces = [
            Some(Space::OWN),
            Space::named("beta-and-kl"),
            Space::named("beta"),
        ];
        let spaces = spaces.map(Option::unwrap);
        for one in spaces {
            let own: HashSet<String> = names(one).into_iter().collect();
            for other in spaces.into_iter().filter(|other| *other != one) {
                for name in names(other) {
                    assert!(!own.contains(&name), "{name}");
                    assert!(!name.starts_with(&one.setting("")), "{name}");
                }
            }
        }
    }

    #[test]
    fn a_name_is_one_plain_word() {
        for name in ["", "a.settings", "a b", "A", "a:b"] {
            assert_eq!(Space::named(name), None, "{name:?}");
        }
    }
}
