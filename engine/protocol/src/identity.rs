//! Which model this is: the same for the same files, whatever they are called.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A hash of 128 bits over a model's weights, config and tokenizer, as 32 hexadecimal
/// digits. The engine computes it when it loads a model (`engine/src/identity.rs` says how);
/// everyone else compares it. Two models that differ in a single number have different ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelIdentity(String);

impl From<u128> for ModelIdentity {
    fn from(hash: u128) -> ModelIdentity {
        ModelIdentity(format!("{hash:032x}"))
    }
}

impl ModelIdentity {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ModelIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
