//! The views of the Lab that a lesson can point at, show and hide.

/// The places with their names, a line each.
macro_rules! places {
    ($($place:ident = $slug:literal;)+) => {
        /// A view of the Lab; the page marks each by `data-place`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Place {
            $($place,)+
        }

        impl Place {
            pub const ALL: [Place; [$($slug),+].len()] = [$(Place::$place),+];

            /// The stable name.
            pub fn slug(self) -> &'static str {
                match self {
                    $(Place::$place => $slug,)+
                }
            }
        }
    };
}

places! {
    Label = "label";
    Judge = "judge";
    Train = "train";
    Formula = "formula";
    Heatmap = "heatmap";
    NextTokenBars = "next-token-bars";
    Samples = "samples";
    Blind = "blind";
    ClosedForm = "closed-form";
    Metrics = "metrics";
    ChartLogps = "chart-logps";
    ChartLoss = "chart-loss";
    WinRate = "win-rate";
    Margins = "margins";
    Frontier = "frontier";
    Runs = "runs";
    Data = "data";
    Rollouts = "rollouts";
    RewardModel = "reward-model";
    Pipeline = "pipeline";
    Constitution = "constitution";
    Sweep = "sweep";
}

impl Place {
    pub fn from_slug(slug: &str) -> Option<Place> {
        Place::ALL.into_iter().find(|place| place.slug() == slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_place_has_a_name_of_its_own() {
        let slugs: HashSet<&str> = Place::ALL.into_iter().map(Place::slug).collect();
        assert_eq!(slugs.len(), Place::ALL.len());
        for place in Place::ALL {
            assert_eq!(Place::from_slug(place.slug()), Some(place));
        }
    }
}
