//! Where a label was given.

use crate::curated::CuratedSet;
use serde::{Deserialize, Serialize};

/// Where a label was given, as seen from the lab that holds it. Values are stable: they are
/// stored and in exports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// In this lab, by its person or its judge.
    Here,
    /// A practice set that ships with the page, by [`CuratedSet::slug`].
    PracticeSet { name: String },
    /// A file of rows; `author` is the code of the lab that wrote it, where it says so.
    File {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        author: Option<String>,
    },
    /// Another lab, under the name that it was given as it came in.
    Lab { name: String },
    /// In the lab of this code: what [`Origin::Here`] is called in a file.
    Author { code: String },
}

impl Origin {
    pub fn of_set(set: CuratedSet) -> Origin {
        Origin::PracticeSet {
            name: set.slug().to_owned(),
        }
    }

    pub fn is_practice_set(&self) -> bool {
        matches!(self, Origin::PracticeSet { .. })
    }
}
