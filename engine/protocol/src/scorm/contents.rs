//! Which of the page's files belong in a package.

use super::entry::{PAGE, SCRIPT};
use super::manifest::MANIFEST;
use crate::error::{Error, Result};
use crate::lesson::Lesson;
use crate::zip::File;
use std::collections::BTreeSet;

/// The list of the page's files, which the build writes beside them: a JSON list of paths.
pub const LIST: &str = "files.json";

/// What a page has for more than one lesson, or to be kept for use without a network: a package is
/// the learning management system's, and nothing may serve it from elsewhere.
const OF_ALL_LESSONS: [&str; 5] = ["lessons.json", MANIFEST, LIST, "sw.js", "offline.js"];

/// The paths that the build has listed.
///
/// # Errors
/// [`Error::MalformedFile`] for anything but a list of relative paths inside the folder.
pub fn listed(list: &str) -> Result<Vec<String>> {
    let wrong = |reason: String| Error::malformed(LIST, reason);
    let paths: Vec<String> = serde_json::from_str(list)
        .map_err(|error| wrong(format!("expected a list of paths: {error}")))?;
    let is_inside = |path: &&String| {
        let is_odd = |part: &str| matches!(part, "" | "." | "..");
        path.contains(['\\', ':']) || path.split('/').any(is_odd)
    };
    match paths.iter().find(is_inside) {
        None => Ok(paths),
        Some(path) => Err(wrong(format!(
            "{path:?}: expected a path inside the page's folder"
        ))),
    }
}

/// Whether this file of the page goes along with the lesson: of models and lessons those that
/// it needs alone, and nothing that is there for people to read.
pub fn goes_along(lesson: &Lesson, path: &str) -> bool {
    if let Some(of_model) = path.strip_prefix("models/") {
        let is_needed = |model: &&str| {
            let inside = of_model.strip_prefix(*model);
            inside.is_some_and(|inside| inside.starts_with('/'))
        };
        return !path.ends_with(".md") && models_of(lesson).iter().any(is_needed);
    }
    !path.starts_with("lessons/") && !path.ends_with(".md") && !OF_ALL_LESSONS.contains(&path)
}

/// The names of the models that the lesson may load.
fn models_of(lesson: &Lesson) -> BTreeSet<&'static str> {
    let shown = lesson.steps.iter().filter_map(|step| step.quiz.as_ref());
    let shown = shown.filter_map(|quiz| quiz.show.as_ref());
    let setups = shown.chain([&lesson.setup]);
    setups.map(|setup| setup.model.slug()).collect()
}

/// A file without which no package works, where there is one missing.
pub(super) fn missing(lesson: &Lesson, files: &[File]) -> Option<String> {
    let models = models_of(lesson);
    let models = models.iter().flat_map(|model| {
        ["config.json", "model.safetensors", "tokenizer.json"]
            .map(|file| format!("models/{model}/{file}"))
    });
    let mut needed = [PAGE, SCRIPT].map(str::to_owned).into_iter().chain(models);
    needed.find(|name| files.iter().all(|file| file.name != *name))
}
