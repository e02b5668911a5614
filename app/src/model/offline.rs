//! Whether the page is kept in the browser for use without a network.

/// What `public/offline.js` says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfflineState {
    /// Files are coming.
    Coming,
    /// Everything but what only a press keeps.
    Kept,
    /// A newer build waits.
    Update,
    None(NotKept),
}

/// Why nothing is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotKept {
    /// The page is in a frame: others look after it.
    Embedded,
    /// Neither https nor this machine.
    Insecure,
    /// The browser has no service workers, or does not answer.
    Browser,
    /// The host or the browser does not allow it, or there is no room.
    Refused,
    /// The person has erased everything.
    Erased,
}

impl OfflineState {
    pub fn of(text: &str) -> Option<OfflineState> {
        Some(match text {
            "coming" => OfflineState::Coming,
            "kept" => OfflineState::Kept,
            "update" => OfflineState::Update,
            "none:frame" | "none:protocol" => OfflineState::None(NotKept::Embedded),
            "none:insecure" => OfflineState::None(NotKept::Insecure),
            "none:browser" => OfflineState::None(NotKept::Browser),
            "none:refused" => OfflineState::None(NotKept::Refused),
            "none:erased" => OfflineState::None(NotKept::Erased),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every state that the script may say is one that the page knows.
    #[test]
    fn the_script_s_states_are_known() {
        let script = include_str!("../../../public/offline.js");
        let words = script.split(['\'', '`']);
        let said = words.filter(|word| word.starts_with("none:") && !word.contains('$'));
        for word in said.chain(["coming", "kept", "update"]) {
            assert!(script.contains(&format!("'{word}'")), "{word}");
            assert!(OfflineState::of(word).is_some(), "{word}");
        }
        for reason in ["frame", "protocol", "insecure", "browser"] {
            assert!(script.contains(&format!("'{reason}'")), "{reason}");
            assert!(OfflineState::of(&format!("none:{reason}")).is_some());
        }
    }
}
