//! What the page says of each parameter.

use super::parameters::Parameter;
use tilt_protocol::{Objective, TrainSettings};

impl Parameter {
    /// The paper's symbol, where there is one.
    pub fn symbol(self) -> &'static str {
        self.words().symbol
    }

    /// Symbol and name, as the field's label and a run's name have them.
    pub fn label(self, settings: &TrainSettings) -> String {
        let name = match (self, &settings.objective) {
            (Parameter::Weight(place), Objective::Dpo(dpo)) => {
                let weighted = dpo.terms.get(usize::from(place));
                weighted.map_or("", |weighted| weighted.term.loss_type())
            }
            _ => self.words().name,
        };
        format!("{} {name}", self.symbol()).trim().to_owned()
    }

    /// The values that are allowed, as messages name them.
    pub fn range(self) -> &'static str {
        self.words().range
    }
}
