//! A helper's side of a shared step.

use super::{Order, read, to_numbers};
use crate::kernels::Packed;
use crate::kernels::cpu::gpt::Trace;
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
    trace: Box<Trace>,
}

impl Helper {
    /// # Errors
    /// [`Error::Protocol`] for a backward pass before a forward one, or numbers that do not fit.
    pub fn obey(&mut self, order: Order, numbers: Vec<f32>) -> Result<Vec<f32>> {
        let broken = |reason: &str| Error::Protocol {
            reason: reason.to_owned(),
        };
        match order {
            Order::Forward { shape, packed } => {
                if numbers.len() < shape.last.bias.end {
                    return Err(broken("fewer parameters than the shape has"));
                }
                let (trace, scored) = read(&shape, &numbers, &packed);
                self.under_way = Some(UnderWay {
                    shape,
                    arena: numbers,
                    packed,
                    trace,
                });
                Ok(to_numbers(&scored))
            }
            Order::Backward => {
                let pass = self.under_way.take();
                let pass = pass.ok_or_else(|| broken("no rows were read before"))?;
                if numbers.len() != pass.packed.scored.len() {
                    return Err(broken("not one derivative a scored token"));
                }
                let UnderWay {
                    shape,
                    arena,
                    packed,
                    trace,
                } = pass;
                Ok(trace.backward(&shape, &arena, &packed, &numbers))
            }
        }
    }
}
