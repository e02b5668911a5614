//! By what road a label came to where it is.

use super::{Label, Labeller, Origin, Pair, PairSource};
use crate::curated::CuratedSet;

impl Label {
    /// Where the label was given. One that was stored before origins were is from the file
    /// that its pair is from.
    pub fn origin(&self) -> Origin {
        match (&self.origin, &self.pair.source) {
            (Some(origin), _) => origin.clone(),
            (None, PairSource::Imported { file }) => {
                let slug = file.strip_suffix(".jsonl").unwrap_or_default();
                match CuratedSet::from_slug(slug) {
                    Some(set) => Origin::of_set(set),
                    None => Origin::File {
                        name: file.clone(),
                        author: None,
                    },
                }
            }
            (None, _) => Origin::Here,
        }
    }

    /// The person of this lab said so.
    pub fn is_own(&self) -> bool {
        self.labeller == Labeller::Person && self.origin() == Origin::Here
    }

    /// Notes that the label is given in this lab.
    pub fn given_here(mut self) -> Label {
        self.origin = here(&self.pair);
        self
    }

    /// As a file says it that leaves the lab of this code.
    pub fn leaving(mut self, code: &str) -> Label {
        self.origin = Some(match self.origin() {
            Origin::Here => Origin::Author {
                code: code.to_owned(),
            },
            elsewhere => elsewhere,
        });
        self
    }

    /// As the lab of the code `own` takes it in from a file of this name. What it gave
    /// itself is its own again; what has an origin already keeps it.
    pub fn arriving(mut self, file: &str, own: &str) -> Label {
        let is_row_of_file = self.origin.is_none()
            && matches!(&self.pair.source, PairSource::Imported { file: from } if from == file);
        let of_file = |author| {
            let name = file.to_owned();
            Some(Origin::File { name, author })
        };
        self.origin = match self.origin() {
            _ if is_row_of_file => of_file(None),
            Origin::Here => of_file(None),
            Origin::Author { code } if code == own => here(&self.pair),
            Origin::Author { code } => of_file(Some(code)),
            elsewhere => Some(elsewhere),
        };
        self
    }
}

/// Said in words only where the pair would say otherwise: so labels that were given here
/// are stored as they always were.
fn here(pair: &Pair) -> Option<Origin> {
    matches!(pair.source, PairSource::Imported { .. }).then_some(Origin::Here)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::Verdict;

    fn label(source: PairSource) -> Label {
        let pair = Pair {
            id: "1".to_owned(),
            prompt: "p".to_owned(),
            answer_a: "a".to_owned(),
            answer_b: "b".to_owned(),
            source,
            row: None,
        };
        Label::new(pair, Verdict::A, Labeller::Person, 0.0)
    }

    fn imported(file: &str) -> Label {
        let file = file.to_owned();
        label(PairSource::Imported { file })
    }

    fn file(name: &str, author: Option<&str>) -> Origin {
        Origin::File {
            name: name.to_owned(),
            author: author.map(str::to_owned),
        }
    }

    #[test]
    fn labels_stored_before_origins_are_from_the_file_of_their_pair() {
        assert_eq!(imported("b.csv").origin(), file("b.csv", None));
        let set = CuratedSet::from_slug("polite-noisy").unwrap();
        assert_eq!(imported("polite-noisy.jsonl").origin(), Origin::of_set(set));
        assert_eq!(label(PairSource::Written).origin(), Origin::Here);
        assert!(!imported("b.csv").is_own());
        assert!(label(PairSource::Written).is_own());
    }

    #[test]
    fn what_leaves_a_lab_is_its_own_again_and_another_lab_s_is_not() {
        let own = label(PairSource::Written);
        let out = own.clone().leaving("me");
        assert_eq!(out.clone().arriving("labels.tilt.jsonl", "me"), own);
        let theirs = out.arriving("labels.tilt.jsonl", "you");
        assert_eq!(theirs.origin(), file("labels.tilt.jsonl", Some("me")));
        assert!(!theirs.is_own());
        // It stays theirs, by whatever file it comes on.
        let again = theirs.clone().leaving("you").arriving("again.jsonl", "me");
        assert_eq!(again, theirs);
    }

    #[test]
    fn a_row_is_of_its_file_whatever_the_file_is_called() {
        let row = imported("polite.jsonl").arriving("polite.jsonl", "me");
        assert_eq!(row.origin(), file("polite.jsonl", None));
        // An export of a version without origins.
        let old = label(PairSource::Written).arriving("old.jsonl", "me");
        assert_eq!(old.origin(), file("old.jsonl", None));
        let old = imported("polite.jsonl").arriving("old.jsonl", "me");
        assert!(old.origin().is_practice_set());
    }

    #[test]
    fn an_imported_label_that_is_judged_anew_is_given_here() {
        let judged = imported("b.csv").arriving("b.csv", "me").given_here();
        assert!(judged.is_own());
        let stored = serde_json::to_string(&judged).unwrap();
        assert!(serde_json::from_str::<Label>(&stored).unwrap().is_own());
        let own = label(PairSource::Written);
        assert_eq!(own.clone().given_here(), own);
        assert!(!serde_json::to_string(&own).unwrap().contains("origin"));
        let out = judged.clone().leaving("me");
        assert_eq!(out.arriving("labels.tilt.jsonl", "me"), judged);
    }
}
