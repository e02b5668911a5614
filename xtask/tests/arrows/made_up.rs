//! Small made-up crates: what is an arrow, where it leads, and what is told of a wrong one.

use crate::floors::{FloorTable, problems};
use crate::resolve::arrows;
use crate::tree::ModuleTree;

/// The files of a library in `src`, by name and text.
type Files<'a> = &'a [(&'a str, &'a str)];

fn tree(files: Files) -> ModuleTree {
    let read = |path: &str| {
        let named = files.iter().find(|(name, _)| path == format!("src/{name}"));
        named.map(|(_, text)| (*text).to_owned())
    };
    let roots = ["lib.rs", "bin/program/main.rs"].map(|file| format!("src/{file}"));
    let roots: Vec<String> = roots
        .into_iter()
        .filter(|root| read(root).is_some())
        .collect();
    ModuleTree::read("made_up", &roots, &read).unwrap()
}

/// Each arrow as `FROM:LINE TO`.
fn drawn(files: Files, with_addresses: bool) -> Vec<String> {
    let tree = tree(files);
    let short = |file: &str| file.trim_start_matches("src/").to_owned();
    let arrows = arrows(&tree, with_addresses);
    let each = arrows
        .iter()
        .map(|((from, to), line)| format!("{}:{line} {}", short(from), short(to)));
    each.collect()
}

fn told(table: &str, files: Files) -> Vec<String> {
    let table = FloorTable::parse(table).unwrap();
    let sections: Vec<_> = table.sections.iter().collect();
    let tree = tree(files);
    problems(&sections, &tree.files(), &arrows(&tree, false))
}

#[test]
fn imports_and_paths_of_all_forms_draw_arrows() {
    let files: Files = &[
        ("lib.rs", "mod a;\nmod b;\nmod c;\nmod d;\nmod e;\n"),
        (
            "a.rs",
            "use crate::b::B;\nfn a(_: B) -> u8 { crate::c::one() }\n",
        ),
        (
            "b.rs",
            "pub struct B;\nfn b() {\n    use super::{c::Three as Other, d::{self, D}};\n    d::two();\n}\n",
        ),
        ("c.rs", "pub struct Three;\npub fn one() -> u8 { 1 }\n"),
        (
            "d/mod.rs",
            "mod inner;\npub use inner::D;\npub fn two() { self::inner::deep() }\n",
        ),
        (
            "d/inner.rs",
            "pub struct D;\npub(super) fn deep() { super::super::e::E::make(); }\n",
        ),
        (
            "e.rs",
            "pub enum E { One }\nimpl E { pub fn make() -> E { E::One } }\n",
        ),
    ];
    let expected = [
        "a.rs:1 b.rs",
        "a.rs:2 c.rs",
        "b.rs:3 c.rs",
        // The address is `d`, the home of `D` is `d/inner.rs`; `d::two` is at home in `d`.
        "b.rs:3 d/inner.rs",
        "b.rs:4 d/mod.rs",
        "d/inner.rs:2 e.rs",
        "d/mod.rs:3 d/inner.rs",
    ];
    assert_eq!(drawn(files, false), expected);
    let files: Files = &[
        ("lib.rs", "mod d;\n"),
        ("d/mod.rs", "mod inner;\npub use inner::D;\n"),
        ("d/inner.rs", "pub struct D;\n"),
    ];
    assert_eq!(drawn(files, false), [""; 0]);
    assert_eq!(drawn(files, true), ["d/mod.rs:2 d/inner.rs"]);
}

#[test]
fn a_reexport_that_is_used_where_it_stands_draws_an_arrow() {
    let files: Files = &[
        (
            "lib.rs",
            "mod d;\npub use d::{D, make};\nfn f() { let _: D; }\n",
        ),
        ("d.rs", "pub struct D;\npub fn make() {}\n"),
    ];
    assert_eq!(drawn(files, false), ["lib.rs:3 d.rs"]);
    // A variable of the same name uses nothing, a call does.
    let of = |code: &'static str| drawn(&[("lib.rs", code), ("d.rs", "pub fn make() {}\n")], false);
    assert_eq!(
        of("mod d;\npub use d::make;\nfn f(make: u8) -> u8 { make }\n"),
        [""; 0]
    );
    assert_eq!(
        of("mod d;\npub use d::make;\nfn f() { make() }\n"),
        ["lib.rs:3 d.rs"]
    );
    // What is re-exported from elsewhere than beneath is used.
    let sideways: Files = &[
        ("lib.rs", "mod a;\nmod b;\n"),
        ("a.rs", "pub use crate::b::B;\n"),
        ("b.rs", "pub struct B;\n"),
    ];
    assert_eq!(drawn(sideways, false), ["a.rs:1 b.rs"]);
}

#[test]
fn macros_are_read_and_comments_strings_and_tests_are_not() {
    let files: Files = &[
        ("lib.rs", "mod a;\npub mod b;\nmod c;\n"),
        (
            "a.rs",
            "//! Unlike crate::c::One.\nuse crate::b;\n/// [`crate::c::One`]\nfn f() {\n    \
             println!(\"crate::c::One {}\", b::B);\n}\n#[cfg(test)]\nmod tests {\n    \
             use crate::c::One;\n}\n#[cfg(all(test, unix))]\nuse crate::c::One;\n\
             #[test]\nfn g() { crate::c::One; }\n",
        ),
        (
            "b.rs",
            "pub struct B;\nmacro_rules! m { () => { $crate::c::One } }\n",
        ),
        ("c.rs", "pub struct One;\n"),
    ];
    assert_eq!(drawn(files, false), ["a.rs:5 b.rs", "b.rs:2 c.rs"]);
    // What is not for tests alone counts.
    let not_test: Files = &[
        ("lib.rs", "mod a;\n#[cfg(not(test))]\nuse a::A;\n"),
        ("a.rs", "pub struct A;\n"),
    ];
    assert_eq!(drawn(not_test, false), ["lib.rs:3 a.rs"]);
}

#[test]
fn globs_macros_by_name_and_programs_lead_home() {
    let files: Files = &[
        ("lib.rs", "pub mod a;\nmod b;\n"),
        ("a/mod.rs", "mod inner;\npub use inner::*;\n"),
        (
            "a/inner.rs",
            "pub struct A;\n#[macro_export]\nmacro_rules! shout { () => {} }\n",
        ),
        (
            "b.rs",
            "fn f() -> crate::a::A { crate::shout!(); crate::a::A }\n",
        ),
        (
            "bin/program/main.rs",
            "mod own;\nuse made_up::a::A;\nfn main() { own::run(A); }\n",
        ),
        (
            "bin/program/own.rs",
            "use serde::own;\npub fn run<T>(_: T) { own() }\n",
        ),
    ];
    let expected = [
        "b.rs:1 a/inner.rs",
        "bin/program/main.rs:2 a/inner.rs",
        "bin/program/main.rs:3 bin/program/own.rs",
    ];
    assert_eq!(drawn(files, false), expected);
}

const HOUSE: &str = "[src]\nlib\nroof\nfirst_a first_b # side by side\nground\n";

fn house<'a>(ground: &'a str, first_a: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        (
            "lib.rs",
            "mod roof;\nmod first_a;\nmod first_b;\nmod ground;\n",
        ),
        (
            "roof.rs",
            "use crate::first_a::A;\nuse crate::ground::Ground;\npub struct Roof;\n",
        ),
        ("first_a.rs", first_a),
        ("first_b.rs", "pub struct B;\n"),
        ("ground.rs", ground),
    ]
}

#[test]
fn an_arrow_turned_round_is_told_with_file_and_line() {
    let sound = house(
        "pub struct Ground;\n",
        "use crate::ground::Ground;\npub struct A;\n",
    );
    assert_eq!(told(HOUSE, &sound), [""; 0]);

    let turned = house(
        "pub struct Ground;\n\nuse crate::roof::Roof;\n",
        "pub struct A;\n",
    );
    let expected = [
        "src/ground.rs:3: uses src/roof.rs, but `ground` stands below `roof` in src",
        "a circle: src/ground.rs:3 uses src/roof.rs, src/roof.rs:2 uses src/ground.rs",
    ];
    assert_eq!(told(HOUSE, &turned), expected);

    let sideways = house(
        "pub struct Ground;\n",
        "pub struct A;\nuse super::first_b::B;\n",
    );
    let expected = [
        "src/first_a.rs:2: uses src/first_b.rs, but `first_a` and `first_b` stand side by side in src",
    ];
    assert_eq!(told(HOUSE, &sideways), expected);
}

#[test]
fn a_room_without_a_floor_and_a_floor_without_a_room_are_told() {
    let house = house("pub struct Ground;\n", "pub struct A;\n");
    let expected = [
        "src/first_b.rs:1: `first_b` has no floor in [src]",
        "floors.txt: [src] has no `attic`",
    ];
    assert_eq!(
        told("[src]\nlib\nattic\nroof\nfirst_a\nground\n", &house),
        expected
    );
}

#[test]
fn a_known_arrow_is_let_pass_until_it_is_mended() {
    let known = format!("{HOUSE}known ground.rs -> roof.rs\n");
    let broken = house(
        "use crate::roof::Roof;\npub struct Ground;\n",
        "pub struct A;\n",
    );
    assert_eq!(told(&known, &broken), [""; 0]);
    let mended = house("pub struct Ground;\n", "pub struct A;\n");
    let expected =
        ["floors.txt: src/ground.rs -> src/roof.rs breaks no rule any more: take it off the list"];
    assert_eq!(told(&known, &mended), expected);
}

#[test]
fn a_circle_within_one_room_is_told_too() {
    let files: Files = &[
        ("lib.rs", "mod a;\n"),
        ("a/mod.rs", "mod x;\nmod y;\nuse x::X;\npub struct Top;\n"),
        ("a/x.rs", "use super::y::Y;\npub struct X;\n"),
        ("a/y.rs", "use super::Top;\npub struct Y;\n"),
    ];
    let expected = [
        "a circle: src/a/mod.rs:3 uses src/a/x.rs, src/a/x.rs:1 uses src/a/y.rs, \
         src/a/y.rs:1 uses src/a/mod.rs",
    ];
    assert_eq!(told("[src]\nlib\na\n", files), expected);
    // A folder within has floors of its own.
    let within = "[src]\nlib\na\n[src/a]\nmod\ny\nx\n";
    let told = told(within, files);
    assert!(
        told[0].starts_with("src/a/x.rs:1: uses src/a/y.rs, but `x` stands below `y`"),
        "{told:?}"
    );
}

#[test]
fn a_table_that_is_wrong_names_its_line() {
    for (text, line) in [
        ("roof\n", 1),
        ("[src]\nroof\nroof\n", 3),
        ("[src] opened\n", 1),
        ("[src]\nknown a.rs\n", 2),
    ] {
        let error = FloorTable::parse(text).unwrap_err();
        assert!(
            error.starts_with(&format!("floors.txt:{line}: ")),
            "{error}"
        );
    }
    assert!(
        FloorTable::parse("# nothing\n[src] open\nroof\n")
            .unwrap()
            .sections[0]
            .is_open
    );
}
