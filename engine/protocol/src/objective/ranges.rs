//! What a parameter of an objective may be.

use crate::error::{Error, Result};

pub(super) fn above_zero(field: &str, value: f64) -> Result<()> {
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        Err(Error::invalid(field, value, "a number above 0"))
    }
}

pub(super) fn finite(field: &str, value: f64) -> Result<()> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(Error::invalid(field, value, "a finite number"))
    }
}

/// From `least` up to, not including, `limit`.
pub(super) fn within(field: &str, value: f64, least: f64, limit: f64) -> Result<()> {
    if (least..limit).contains(&value) {
        Ok(())
    } else {
        let expected = if limit.is_finite() {
            format!("a number from {least} to below {limit}")
        } else {
            format!("a number of at least {least}")
        };
        Err(Error::invalid(field, value, expected))
    }
}

/// A share of a whole, both ends included.
pub(super) fn share(field: &str, value: f64) -> Result<()> {
    if (0.0..=1.0).contains(&value) {
        Ok(())
    } else {
        Err(Error::invalid(field, value, "a number from 0 to 1"))
    }
}

pub(super) fn at_least(field: &str, value: usize, least: usize) -> Result<()> {
    if value >= least {
        Ok(())
    } else {
        let expected = format!("a whole number from {least}");
        Err(Error::invalid(field, value, expected))
    }
}
