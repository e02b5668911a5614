//! The benchmark that a page's address describes, without what cannot be honoured.

use super::params::{ParameterRefusal, UrlParams};
use crate::model::bench_form::{BenchField, BenchForm};
use crate::texts::link as texts;
use tilt_protocol::Error;

pub(super) fn change(params: &mut UrlParams, change: impl FnOnce(&mut BenchForm)) {
    if let Some(form) = &mut params.bench {
        change(form);
    }
}

/// Takes a number that will do whatever the others are.
pub(super) fn number(
    params: &mut UrlParams,
    field: BenchField,
    got: &str,
) -> Result<(), ParameterRefusal> {
    let Some(form) = &mut params.bench else {
        return Ok(());
    };
    let proposed = form.number(field).to_owned();
    form.set_number(field, got.to_owned());
    match form.refused_alone(field) {
        None => Ok(()),
        Some(expected) => {
            form.set_number(field, proposed);
            Err(ParameterRefusal::Expected(expected))
        }
    }
}

/// Looks at what the numbers say of each other, and takes over device and build.
pub(super) fn finish(params: &mut UrlParams, remarks: &mut Vec<String>) {
    let Some(form) = &mut params.bench else {
        return;
    };
    form.device = params.device;
    form.simd = params.simd;
    if let Some((
        field,
        Error::InvalidConfig {
            value, expected, ..
        },
    )) = form.defect()
    {
        remarks.push(texts::refused(
            field.slug(),
            &value,
            &expected,
            texts::BENCH_DEFAULTS,
        ));
        form.reset_numbers();
    }
}
