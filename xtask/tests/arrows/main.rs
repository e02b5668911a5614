//! Which file uses which, in every crate, and whether the arrows go down.
//!
//! The floors stand in `xtask/floors.txt`. A file may use what stands below it, and nothing
//! above or beside; no two files use each other, by however long a way round. The arrows are
//! read from the sources: `use` declarations and paths in code, also in macros. What is
//! reached without a name (a method of a value) draws none.
//!
//! `cargo xtask arrows` prints what is measured; with TILT_ARROWS=all, as `--all` sets it,
//! every arrow, and what would break the rule in a crate that is not yet under it.

mod circles;
mod floors;
mod made_up;
mod mentions;
mod resolve;
mod tree;

use floors::{FloorSection, FloorTable};
use std::fs;
use std::path::{Path, PathBuf};
use tree::ModuleTree;

#[test]
fn arrows_go_down_and_never_round() {
    let root = repository_root();
    let text = fs::read_to_string(root.join("xtask/floors.txt")).expect("xtask/floors.txt");
    let table = FloorTable::parse(&text).unwrap();
    let is_listed = std::env::var_os("TILT_ARROWS").is_some_and(|what| what == "all");
    let mut problems = Vec::new();
    println!(
        "{:<16} {:>5} {:>6} {:>7} {:>8} {:>14}",
        "crate", "files", "arrows", "circles", "of files", "+ re-exports"
    );
    for folder in packages(&root) {
        let source = format!("{folder}/src");
        let of_package = |section: &&FloorSection| {
            section.folder == source || section.folder.starts_with(&format!("{source}/"))
        };
        let sections: Vec<&FloorSection> = table.sections.iter().filter(of_package).collect();
        if !sections.iter().any(|section| section.folder == source) {
            problems.push(format!("floors.txt: [{source}] is missing"));
        }
        let tree = read_package(&root, &folder);
        let declared = tree.files();
        for file in rust_files(&root, &source) {
            if !declared.contains(&*file) && !tree.test_files.contains(&file) {
                problems.push(format!(
                    "{file}: no `mod` declares it, so nobody compiles it"
                ));
            }
        }
        let arrows = resolve::arrows(&tree, false);
        let round = circles::circles(&arrows);
        let of_files = |circles: &[std::collections::BTreeSet<&str>]| {
            circles.iter().map(|c| c.len()).sum::<usize>()
        };
        let with_addresses = circles::circles(&resolve::arrows(&tree, true));
        println!(
            "{folder:<16} {:>5} {:>6} {:>7} {:>8} {:>7} {:>6}",
            tree.files().len(),
            arrows.len(),
            round.len(),
            of_files(&round),
            with_addresses.len(),
            of_files(&with_addresses),
        );
        if is_listed {
            for ((from, to), line) in &arrows {
                println!("  {from}:{line} uses {to}");
            }
        }
        let found = floors::problems(&sections, &tree.files(), &arrows);
        if !sections.iter().any(|section| section.is_open) {
            problems.extend(found);
            continue;
        }
        println!("  open: {} problems that do not count yet", found.len());
        if is_listed {
            for problem in found {
                println!("  {problem}");
            }
        }
    }
    assert!(
        problems.is_empty(),
        "against the floors, {} in all:\n{}\n",
        problems.len(),
        problems.join("\n")
    );
}

/// Cargo says at run time where this crate lies; the path at compile time goes wrong when
/// the checkout is moved.
fn repository_root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").expect("the test runs under cargo");
    Path::new(&own)
        .parent()
        .expect("xtask lies in the repository")
        .to_path_buf()
}

/// The folders of the workspace's members.
fn packages(root: &Path) -> Vec<String> {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("Cargo.toml");
    let list = manifest
        .lines()
        .find_map(|line| line.strip_prefix("members = ["));
    let list = list
        .and_then(|list| list.strip_suffix(']'))
        .expect("the workspace's members");
    list.split(',')
        .map(|name| name.trim().trim_matches('"').to_owned())
        .collect()
}

/// The Rust files beneath a folder, by their paths from the repository's root.
fn rust_files(root: &Path, folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join(folder)).expect("a folder of sources") {
        let entry = entry.expect("a file");
        let path = format!("{folder}/{}", entry.file_name().display());
        if entry.path().is_dir() {
            files.extend(rust_files(root, &path));
        } else if path.ends_with(".rs") {
            files.push(path);
        }
    }
    files
}

fn read_package(root: &Path, folder: &str) -> ModuleTree {
    let manifest = fs::read_to_string(root.join(folder).join("Cargo.toml")).expect("a manifest");
    let name = manifest
        .lines()
        .find_map(|line| line.strip_prefix("name = \""));
    let name = name
        .expect("the package's name")
        .trim_end_matches('"')
        .replace('-', "_");
    let mut roots: Vec<String> = ["lib.rs", "main.rs"]
        .map(|file| format!("{folder}/src/{file}"))
        .into();
    let binaries = fs::read_dir(root.join(folder).join("src/bin"))
        .into_iter()
        .flatten();
    for binary in binaries.flatten() {
        let path = format!("{folder}/src/bin/{}", binary.file_name().display());
        roots.push(if path.ends_with(".rs") {
            path
        } else {
            format!("{path}/main.rs")
        });
    }
    roots.retain(|file| root.join(file).exists());
    roots.sort();
    assert!(
        !roots.is_empty(),
        "{folder} has neither a library nor a program"
    );
    ModuleTree::read(&name, &roots, &|file| {
        fs::read_to_string(root.join(file)).ok()
    })
    .unwrap()
}
