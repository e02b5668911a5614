//! The parameters of the page's address: one table, by which they are read, written and
//! documented.

use super::bench;
use super::params::{ParameterRefusal, UrlParams};
use crate::model::bench_form::{BenchField, BenchForm};
use crate::model::lesson_source::LessonSource;
use crate::model::level::Level;
use crate::model::parameter_values::apply;
use crate::model::parameters::{Parameter, ParameterTexts};
use crate::model::train_form::{may_be_zero, parse, parse_positive, parse_steps};
use crate::texts::link as texts;
use tilt_protocol::{
    BenchObjective, DevicePreference, ModelName, ObjectiveKind, SimdBuild, TrainSettings,
};

/// What a parameter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParameterScope {
    Page,
    /// The lab, where no benchmark is asked for: that has its own of the same name.
    Lab,
    /// The benchmark; nothing without one.
    Bench,
    /// Kept for a later version.
    Reserved,
}

pub(super) struct UrlParameter {
    pub name: &'static str,
    pub scope: ParameterScope,
    /// What it takes, in words.
    pub takes: &'static str,
    /// What happens instead where a value cannot be honoured.
    pub instead: &'static str,
    pub read: fn(&mut UrlParams, &str) -> Result<(), ParameterRefusal>,
    /// As a shared link carries it; `None` where it does not.
    pub write: fn(&UrlParams) -> Option<String>,
}

/// Takes what was parsed, if anything.
fn take<T>(place: &mut Option<T>, read: Option<T>) -> Result<(), ParameterRefusal> {
    *place = Some(read.ok_or(ParameterRefusal::AsListed)?);
    Ok(())
}

const fn parameter(
    name: &'static str,
    scope: ParameterScope,
    takes: &'static str,
    read: fn(&mut UrlParams, &str) -> Result<(), ParameterRefusal>,
    write: fn(&UrlParams) -> Option<String>,
) -> UrlParameter {
    let instead = match scope {
        ParameterScope::Bench => texts::BENCH_DEFAULT,
        ParameterScope::Page | ParameterScope::Lab | ParameterScope::Reserved => texts::AS_WITHOUT,
    };
    UrlParameter {
        name,
        scope,
        takes,
        instead,
        read,
        write,
    }
}

const fn bench_number(
    name: &'static str,
    read: fn(&mut UrlParams, &str) -> Result<(), ParameterRefusal>,
) -> UrlParameter {
    parameter(
        name,
        ParameterScope::Bench,
        texts::WHOLE_FROM_1,
        read,
        |_| None,
    )
}

const fn reserved(name: &'static str) -> UrlParameter {
    parameter(
        name,
        ParameterScope::Reserved,
        texts::NOTHING_YET,
        |_, _| Ok(()),
        |_| None,
    )
}

/// A link carries them in this order.
pub(super) const PARAMETERS: [UrlParameter; 25] = [
    parameter(
        "device",
        ParameterScope::Page,
        texts::DEVICES,
        |params, got| {
            take(
                &mut params.device,
                match got {
                    "webgpu" => Some(DevicePreference::Webgpu),
                    "cpu" => Some(DevicePreference::Cpu),
                    _ => None,
                },
            )
        },
        // Another machine has another device.
        |_| None,
    ),
    parameter(
        "model",
        ParameterScope::Page,
        texts::MODELS,
        |params, got| take(&mut params.model, ModelName::from_slug(got)),
        |params| Some(params.model?.slug().to_owned()),
    ),
    parameter(
        "objective",
        ParameterScope::Lab,
        texts::OBJECTIVES,
        |params, got| {
            let kind = ObjectiveKind::from_slug(got).filter(|kind| kind.trains_policy());
            take(&mut params.objective, kind)
        },
        |params| Some(params.objective?.slug().to_owned()),
    ),
    parameter(
        "beta",
        ParameterScope::Page,
        texts::ABOVE_0,
        // What the objective says of 0 comes when that is known.
        |params, got| {
            let beta = parse(got).filter(|beta: &f64| beta.is_finite() && *beta >= 0.0);
            take(&mut params.beta, beta)
        },
        |params| Some(params.beta?.to_string()),
    ),
    parameter(
        "lr",
        ParameterScope::Page,
        texts::ABOVE_0,
        |params, got| take(&mut params.lr, parse_positive(got)),
        |params| Some(params.lr?.to_string()),
    ),
    parameter(
        "steps",
        ParameterScope::Lab,
        texts::STEPS,
        |params, got| take(&mut params.steps, parse_steps(got)),
        |params| Some(params.steps?.to_string()),
    ),
    parameter(
        "seed",
        ParameterScope::Page,
        texts::WHOLE_FROM_0,
        |params, got| take(&mut params.seed, parse(got)),
        |params| Some(params.seed?.to_string()),
    ),
    parameter(
        "parameters",
        ParameterScope::Page,
        texts::PARAMETERS,
        |params, got| take(&mut params.parameters, parameters_from(got)),
        |params| Some(parameters_in_link(params.parameters.as_ref()?)),
    ),
    parameter(
        "level",
        ParameterScope::Page,
        texts::LEVELS,
        |params, got| take(&mut params.level, Level::from_slug(got)),
        |params| Some(params.level?.slug().to_owned()),
    ),
    parameter(
        "theme",
        ParameterScope::Page,
        texts::THEMES,
        |params, got| {
            let is_known = matches!(got, "light" | "dark");
            take(&mut params.theme, is_known.then(|| got.to_owned()))
        },
        |params| params.theme.clone(),
    ),
    parameter(
        "embed",
        ParameterScope::Page,
        texts::ON_OR_OFF,
        |params, got| {
            params.is_embedded = is_on(got).ok_or(ParameterRefusal::AsListed)?;
            Ok(())
        },
        |_| None,
    ),
    parameter(
        "simd",
        ParameterScope::Page,
        texts::SIMDS,
        |params, got| take(&mut params.simd, SimdBuild::from_slug(got)),
        |_| None,
    ),
    parameter(
        "bench",
        ParameterScope::Page,
        texts::ON_OR_OFF,
        |params, got| {
            let is_wanted = is_on(got).ok_or(ParameterRefusal::AsListed)?;
            params.bench = is_wanted.then(BenchForm::default);
            Ok(())
        },
        |_| None,
    ),
    parameter(
        "objective",
        ParameterScope::Bench,
        texts::BENCH_OBJECTIVES,
        |params, got| {
            let objective = BenchObjective::from_slug(got).ok_or(ParameterRefusal::AsListed)?;
            bench::change(params, |form| form.objective = objective);
            Ok(())
        },
        |_| None,
    ),
    parameter(
        "tied",
        ParameterScope::Bench,
        texts::ON_OR_OFF,
        |params, got| {
            let is_tied = is_on(got).ok_or(ParameterRefusal::AsListed)?;
            bench::change(params, |form| form.is_tied = is_tied);
            Ok(())
        },
        |_| None,
    ),
    bench_number("layers", |params, got| {
        bench::number(params, BenchField::Layers, got)
    }),
    bench_number("d_model", |params, got| {
        bench::number(params, BenchField::Width, got)
    }),
    bench_number("heads", |params, got| {
        bench::number(params, BenchField::Heads, got)
    }),
    bench_number("vocab", |params, got| {
        bench::number(params, BenchField::Vocab, got)
    }),
    bench_number("context", |params, got| {
        bench::number(params, BenchField::Context, got)
    }),
    bench_number("batch", |params, got| {
        bench::number(params, BenchField::Batch, got)
    }),
    bench_number("steps", |params, got| {
        bench::number(params, BenchField::Steps, got)
    }),
    bench_number("workers", |params, got| {
        bench::number(params, BenchField::Workers, got)
    }),
    parameter(
        "lesson",
        ParameterScope::Page,
        texts::LESSON_SOURCES,
        |params, got| take(&mut params.lesson, LessonSource::named(got)),
        // A link with settings is one to the Lab.
        |_| None,
    ),
    reserved("lang"),
];

/// What these names and values ask for, and a remark on each that cannot be honoured.
pub fn read(query: &[(String, String)]) -> (UrlParams, Vec<String>) {
    let mut params = UrlParams::default();
    let mut remarks = Vec::new();
    let of = |name: &str| query.iter().find(|(named, _)| named == name);
    let is_bench = of("bench").is_some_and(|(_, got)| is_on(got) == Some(true));
    // The benchmark's own parameters change what this one begins.
    let is_bench_itself = |(name, _): &&(String, String)| name == "bench";
    let (first, then): (Vec<_>, Vec<_>) = query.iter().partition(is_bench_itself);
    let mut read: Vec<&str> = Vec::new();
    for (name, got) in first.into_iter().chain(then) {
        let hidden = if is_bench {
            ParameterScope::Lab
        } else {
            ParameterScope::Bench
        };
        let mut named = PARAMETERS.iter().filter(|one| one.name == name);
        let Some(parameter) = named
            .clone()
            .find(|one| one.scope != hidden)
            .or_else(|| named.next())
        else {
            remarks.push(texts::unknown(name));
            continue;
        };
        if read.contains(&parameter.name) {
            remarks.push(texts::given_twice(name));
            continue;
        }
        read.push(parameter.name);
        match parameter.scope {
            ParameterScope::Reserved => remarks.push(texts::does_nothing(name)),
            ParameterScope::Bench if !is_bench => remarks.push(texts::only_with_bench(name)),
            _ => {
                if let Err(refused) = (parameter.read)(&mut params, got) {
                    let expected = match &refused {
                        ParameterRefusal::AsListed => parameter.takes,
                        ParameterRefusal::Expected(expected) => expected,
                    };
                    remarks.push(texts::refused(name, got, expected, parameter.instead));
                }
            }
        }
    }
    check_objective(&mut params, &mut remarks);
    bench::finish(&mut params, &mut remarks);
    (params, remarks)
}

/// Takes away what the objective has no use for.
fn check_objective(params: &mut UrlParams, remarks: &mut Vec<String>) {
    let kind = params.objective;
    if let Some(beta) = params.beta {
        let expected = match kind {
            Some(kind) if kind.with_beta(1.0).beta().is_none() => Some(texts::HAS_BETA),
            kind => (beta == 0.0 && !kind.is_some_and(may_be_zero)).then_some(texts::ABOVE_0),
        };
        if let Some(expected) = expected {
            params.beta = None;
            let got = beta.to_string();
            remarks.push(texts::refused("beta", &got, expected, texts::AS_WITHOUT));
        }
    }
    let Some(given) = params.parameters.take() else {
        return;
    };
    let Some(kind) = kind else {
        if !given.is_empty() {
            remarks.push(texts::WITHOUT_OBJECTIVE.to_owned());
        }
        return;
    };
    let mut settings = TrainSettings::lab_defaults(kind);
    if let Some(beta) = params.beta {
        settings.objective = kind.with_beta(beta);
    }
    settings.steps = params.steps.unwrap_or(settings.steps);
    let (settings, defects) = apply(settings, &given);
    let its_own = Parameter::of(&settings);
    let sound = given.into_iter().filter(|(id, _)| {
        let defect = defects.iter().find(|(parameter, _)| parameter.id() == *id);
        if let Some((_, error)) = defect {
            remarks.push(texts::refused_parameter(&error.to_string()));
            return false;
        }
        let is_its_own = its_own.iter().any(|parameter| parameter.id() == *id);
        if !is_its_own {
            remarks.push(texts::not_of_objective(kind.slug(), id));
        }
        is_its_own
    });
    params.parameters = Some(sound.collect());
}

/// What a shared link carries, in the table's order.
pub fn written(params: &UrlParams) -> Vec<(&'static str, Option<String>)> {
    PARAMETERS
        .iter()
        .map(|parameter| (parameter.name, (parameter.write)(params)))
        .collect()
}

/// A switch: nothing after its name, or a word, or neither of both.
fn is_on(text: &str) -> Option<bool> {
    match text {
        "" | "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

/// As [`parameters_from`] reads them.
fn parameters_in_link(texts: &ParameterTexts) -> String {
    let all: Vec<String> = texts
        .iter()
        // A reward has commas of its own.
        .map(|(id, text)| format!("{id}:{}", text.replace(',', ";")))
        .collect();
    all.join(",")
}

/// `None` for what names no parameter.
fn parameters_from(text: &str) -> Option<ParameterTexts> {
    text.split(',')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (id, value) = part.split_once(':')?;
            let is_known = Parameter::all().any(|known| known.id() == id);
            is_known.then(|| (id.to_owned(), value.replace(';', ",")))
        })
        .collect()
}

#[cfg(test)]
#[path = "parameters_tests.rs"]
mod tests;
