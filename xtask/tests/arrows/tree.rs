//! A package's modules, read from its sources: what each declares, imports and mentions.
//!
//! Code for tests alone (`#[cfg(test)]`, `#[test]`) is left out.

use crate::mentions;
use std::collections::{BTreeMap, BTreeSet};
use syn::{Attribute, Expr, File, Item, ItemMod, Lit, UseTree};

/// What reads a file by its path from the repository's root; `None` where there is none.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The modules of a package: those of its library and of its binaries.
#[derive(Debug, Default)]
pub struct ModuleTree {
    pub modules: Vec<Module>,
    /// What the binaries call the library, and its root module.
    pub library: Option<(String, usize)>,
    /// Macros that stand at the crate's root by name, and the modules that define them.
    pub exported_macros: BTreeMap<String, usize>,
    /// Files that are declared for tests alone.
    pub test_files: BTreeSet<String>,
}

#[derive(Debug, Default)]
pub struct Module {
    /// The file that it stands in, by its path from the repository's root.
    pub file: String,
    pub parent: Option<usize>,
    pub children: BTreeMap<String, usize>,
    /// Names of what it defines.
    pub items: BTreeSet<String>,
    pub imports: Vec<Import>,
    pub mentions: Vec<Mention>,
}

/// One name of a `use` declaration.
#[derive(Debug)]
pub struct Import {
    /// `None` for `*`.
    pub name: Option<String>,
    pub path: Vec<String>,
    pub line: usize,
    /// `pub use`, however far it reaches.
    pub is_reexport: bool,
}

/// A path in code, or a single name that may be an imported one.
#[derive(Debug, PartialEq, Eq)]
pub struct Mention {
    pub path: Vec<String>,
    pub line: usize,
}

impl ModuleTree {
    /// Reads a package from the roots of its crates: `src/lib.rs`, `src/main.rs`, ...
    ///
    /// # Errors
    /// A file that is declared and missing, or that is not Rust.
    pub fn read(
        library_name: &str,
        roots: &[String],
        read: ReadFile,
    ) -> Result<ModuleTree, String> {
        let mut tree = ModuleTree::default();
        for root in roots {
            let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
            let module = tree.add_file(root, folder, None, read)?;
            if root.ends_with("/lib.rs") {
                tree.library = Some((library_name.to_owned(), module));
            }
        }
        Ok(tree)
    }

    /// The module at the root of a module's crate.
    pub fn root_of(&self, mut module: usize) -> usize {
        while let Some(parent) = self.modules[module].parent {
            module = parent;
        }
        module
    }

    /// Whether `module` is `ancestor` or lies beneath it.
    pub fn is_beneath(&self, module: usize, ancestor: usize) -> bool {
        let mut at = Some(module);
        while let Some(here) = at {
            if here == ancestor {
                return true;
            }
            at = self.modules[here].parent;
        }
        false
    }

    pub fn files(&self) -> BTreeSet<&str> {
        self.modules.iter().map(|module| &*module.file).collect()
    }

    fn add_file(
        &mut self,
        file: &str,
        folder: &str,
        parent: Option<usize>,
        read: ReadFile,
    ) -> Result<usize, String> {
        let parsed = parse(file, read)?;
        let module = self.add_module(file, parent);
        self.fill(module, folder, &parsed.items, read)?;
        Ok(module)
    }

    /// Of an item for tests, the files that it and what is in them declare.
    fn note_test_files(
        &mut self,
        file: &str,
        folder: &str,
        item: &Item,
        read: ReadFile,
    ) -> Result<(), String> {
        let Item::Mod(declared) = item else {
            return Ok(());
        };
        let beneath = format!("{folder}/{}", declared.ident);
        if let Some((_, items)) = &declared.content {
            let mut items = items.iter();
            return items.try_for_each(|item| self.note_test_files(file, &beneath, item, read));
        }
        let file = file_of(declared, file, folder, read);
        let parsed = parse(&file, read)?;
        let mut items = parsed.items.iter();
        items.try_for_each(|item| self.note_test_files(&file, &beneath, item, read))?;
        self.test_files.insert(file);
        Ok(())
    }

    fn add_module(&mut self, file: &str, parent: Option<usize>) -> usize {
        self.modules.push(Module {
            file: file.to_owned(),
            parent,
            ..Module::default()
        });
        self.modules.len() - 1
    }

    /// `folder` holds the files of the modules that `items` declare.
    fn fill(
        &mut self,
        module: usize,
        folder: &str,
        items: &[Item],
        read: ReadFile,
    ) -> Result<(), String> {
        for item in items {
            if is_for_tests(attributes(item)) {
                let file = self.modules[module].file.clone();
                self.note_test_files(&file, folder, item, read)?;
                continue;
            }
            match item {
                Item::Mod(declared) => {
                    let name = declared.ident.to_string();
                    let beneath = format!("{folder}/{name}");
                    let child = match &declared.content {
                        Some((_, items)) => {
                            let file = self.modules[module].file.clone();
                            let child = self.add_module(&file, Some(module));
                            self.fill(child, &beneath, items, read)?;
                            child
                        }
                        None => {
                            let file = file_of(declared, &self.modules[module].file, folder, read);
                            self.add_file(&file, &beneath, Some(module), read)?
                        }
                    };
                    self.modules[module].children.insert(name, child);
                }
                Item::Macro(made) if made.ident.is_some() => {
                    let name = made.ident.as_ref().map(|name| name.to_string());
                    let is_exported = |a: &Attribute| a.path().is_ident("macro_export");
                    if made.attrs.iter().any(is_exported) {
                        let homes = name.into_iter().map(|name| (name, module));
                        self.exported_macros.extend(homes);
                    } else {
                        self.modules[module].items.extend(name);
                    }
                }
                _ => self.modules[module].items.extend(defined(item)),
            }
            if !matches!(item, Item::Mod(_)) {
                let found = mentions::of(item);
                let own = &mut self.modules[module];
                own.mentions.extend(found.mentions);
                own.imports.extend(found.imports);
            }
        }
        Ok(())
    }
}

fn parse(file: &str, read: ReadFile) -> Result<File, String> {
    let text = read(file).ok_or_else(|| format!("{file}: declared, but not there"))?;
    syn::parse_file(&text).map_err(|error| {
        let line = error.span().start().line;
        format!("{file}:{line}: not Rust: {error}")
    })
}

/// The file of a module that `file` declares without a body; `folder` holds those that it
/// declares without a path.
fn file_of(declared: &ItemMod, file: &str, folder: &str, read: ReadFile) -> String {
    let path = declared.attrs.iter().find_map(|attribute| {
        let named = attribute.meta.require_name_value().ok()?;
        match &named.value {
            Expr::Lit(value) if named.path.is_ident("path") => match &value.lit {
                Lit::Str(path) => Some(path.value()),
                _ => None,
            },
            _ => None,
        }
    });
    if let Some(path) = path {
        let beside = file.rsplit_once('/').map_or("", |(beside, _)| beside);
        return format!("{beside}/{path}");
    }
    let flat = format!("{folder}/{}.rs", declared.ident);
    match read(&flat) {
        Some(_) => flat,
        None => format!("{folder}/{}/mod.rs", declared.ident),
    }
}

fn defined(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Union(item) => item.ident.to_string(),
        _ => return None,
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// `#[test]`, or a `#[cfg(...)]` that asks for `test`.
pub fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && attribute.meta.require_list().is_ok_and(|list| {
                    let condition = list.tokens.to_string();
                    let mut words = condition.split(|c: char| !c.is_alphanumeric() && c != '_');
                    words.clone().any(|word| word == "test") && !words.any(|word| word == "not")
                })
    })
}

/// The names of a `use` declaration, each with its whole path.
pub fn imports(tree: &UseTree, before: &[String], is_reexport: bool) -> Vec<Import> {
    let with = |name: String| {
        let mut path = before.to_vec();
        if name != "self" || path.is_empty() {
            path.push(name);
        }
        path
    };
    let one = |name: Option<String>, path: Vec<String>, line: usize| {
        vec![Import {
            name,
            path,
            line,
            is_reexport,
        }]
    };
    match tree {
        UseTree::Path(inner) => imports(&inner.tree, &with(inner.ident.to_string()), is_reexport),
        UseTree::Name(name) => {
            let path = with(name.ident.to_string());
            one(path.last().cloned(), path, name.ident.span().start().line)
        }
        UseTree::Rename(renamed) => one(
            Some(renamed.rename.to_string()),
            with(renamed.ident.to_string()),
            renamed.ident.span().start().line,
        ),
        UseTree::Glob(glob) => {
            let line = glob.star_token.spans[0].start().line;
            one(None, before.to_vec(), line)
        }
        UseTree::Group(group) => {
            let each = group.items.iter();
            each.flat_map(|tree| imports(tree, before, is_reexport))
                .collect()
        }
    }
}
