//! Which file a path leads to, and so the arrows between a package's files.
//!
//! A re-export is followed to the file that defines the thing. A module that re-exports what
//! lies beneath it gives it an address and uses nothing: that is no arrow, unless all are
//! asked for.

use crate::tree::{Module, ModuleTree};
use std::collections::BTreeMap;

/// From file to file, with the first line that draws the arrow.
pub type Arrows<'a> = BTreeMap<(&'a str, &'a str), usize>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resolved {
    Module(usize),
    /// Something that this module defines.
    In(usize),
}

/// More steps from name to name than any honest path takes: names that lead in a circle.
const MAX_STEPS: usize = 40;

/// The arrows between the files of a package; with `with_addresses` also those of
/// re-exports of what lies beneath.
pub fn arrows(tree: &ModuleTree, with_addresses: bool) -> Arrows<'_> {
    let mut arrows = Arrows::new();
    for (at, module) in tree.modules.iter().enumerate() {
        let mut add = |to: usize, line: usize| {
            let (from, to) = (&*module.file, &*tree.modules[to].file);
            if from != to {
                let first = arrows.entry((from, to)).or_insert(line);
                *first = line.min(*first);
            }
        };
        for import in &module.imports {
            match resolve(tree, at, &import.path, MAX_STEPS) {
                Some(Resolved::Module(to) | Resolved::In(to))
                    if import.is_reexport && !with_addresses && tree.is_beneath(to, at) => {}
                Some(Resolved::In(to)) => add(to, import.line),
                // A module's name alone is no use of it: what is reached through it is.
                Some(Resolved::Module(to)) if import.name.is_none() => add(to, import.line),
                Some(Resolved::Module(_)) | None => {}
            }
        }
        for mention in &module.mentions {
            if let Some(Resolved::In(to)) = resolve(tree, at, &mention.path, MAX_STEPS) {
                add(to, mention.line);
            }
        }
    }
    arrows
}

/// `None` for what is of another package.
fn resolve(tree: &ModuleTree, from: usize, path: &[String], steps: usize) -> Option<Resolved> {
    let (first, mut rest) = path.split_first()?;
    let mut at = match (&**first, &tree.library) {
        ("crate", _) => Resolved::Module(tree.root_of(from)),
        ("self", _) => Resolved::Module(from),
        ("super", _) => Resolved::Module(tree.modules[from].parent?),
        (name, Some((library, root))) if name == library => Resolved::Module(*root),
        (name, _) => look_up(tree, from, name, steps)??,
    };
    while let (Resolved::Module(module), Some((name, after))) = (at, rest.split_first()) {
        rest = after;
        at = match &**name {
            "super" => Resolved::Module(tree.modules[module].parent?),
            "self" => at,
            name => look_up(tree, module, name, steps)
                .flatten()
                .unwrap_or(Resolved::In(module)),
        };
    }
    Some(at)
}

/// A name in a module's own scope. `Some(None)` for a name of another package.
fn look_up(tree: &ModuleTree, module: usize, name: &str, steps: usize) -> Option<Option<Resolved>> {
    let steps = steps.checked_sub(1)?;
    let own: &Module = &tree.modules[module];
    if let Some(child) = own.children.get(name) {
        return Some(Some(Resolved::Module(*child)));
    }
    if own.items.contains(name) {
        return Some(Some(Resolved::In(module)));
    }
    if let (None, Some(home)) = (own.parent, tree.exported_macros.get(name)) {
        return Some(Some(Resolved::In(*home)));
    }
    let mut named = own
        .imports
        .iter()
        .filter(|i| i.name.as_deref() == Some(name));
    if let Some(import) = named.next() {
        return Some(resolve(tree, module, &import.path, steps));
    }
    let globs = own.imports.iter().filter(|import| import.name.is_none());
    for glob in globs {
        if let Some(Resolved::Module(through)) = resolve(tree, module, &glob.path, steps)
            && let Some(Some(found)) = look_up(tree, through, name, steps)
        {
            return Some(Some(found));
        }
    }
    None
}
