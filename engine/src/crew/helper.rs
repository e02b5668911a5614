//! A helper's side of a shared step.

use super::{HelperOrder, read_rows, to_numbers};
use crate::kernels::Packed;
use crate::kernels::cpu::gpt::Activations;
use crate::kernels::shape::Shape;
use tilt_protocol::{Error, Result};

/// Carries out orders, and keeps a pass between the two of a step.
#[derive(Default)]
pub struct Helper {
    under_way: Option<UnderWay>,
}

struct UnderWay {
    shape: Box<Shape>,
    arena: Vec<f32>,
    packed: Packed,
    activations: Box<Activations>,
}

impl Helper {
    /// # Errors
    /// [`Error::Protocol`] for a backward pass before a forward one, or numbers that do not fit.
    pub fn obey(&mut self, order: HelperOrder, numbers: Vec<f32>) -> Result<Vec<f32>> {
        let broken = |reason: &str| Error::Protocol {
            reason: reason.to_owned(),
        };
        match order {
            HelperOrder::Forward { shape, packed } => {
                if numbers.len() < shape.last.bias.end {
                    return Err(broken("fewer parameters than the shape has"));
                }
                let (activations, scored) = read_rows(&shape, &numbers, &packed);
                self.under_way = Some(UnderWay {
                    shape,
                    arena: numbers,
                    packed,
                    activations,
                });
                Ok(to_numbers(&scored))
            }
            HelperOrder::Backward => {
                let pass = self.under_way.take();
                let pass = pass.ok_or_else(|| broken("no rows were read before"))?;
                if numbers.len() != pass.packed.scored.len() {
                    return Err(broken("not one derivative a scored token"));
                }
                let UnderWay {
                    shape,
                    arena,
                    packed,
                    activations,
                } = pass;
                Ok(activations.backward(&shape, &arena, &packed, &numbers))
            }
        }
    }
}
