//! Building the static page: page and worker as wasm, and the files beside them.

use crate::command::ProgramRun;
use crate::engine_files;
use crate::error::Error;
use crate::kept_files;
use crate::page_files;
use crate::page_folder::{self, PAGE};
use crate::page_parts;
use crate::setup;
use crate::wasm_crate::{STEP_BY_STEP, WasmCrate, built, compile, join_with_script};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

/// Cargo's setting for a page that is compiled fast rather than well.
pub const UNOPTIMISED: &str = "profile.release.package.tilt-app.opt-level=0";
/// The page that `serve` and `test` share, so that it is compiled once for both.
pub const TEST_FOLDER: &str = "target/dist-test";
/// The page that is timed.
const BENCH_FOLDER: &str = "target/dist-bench";
/// The page that is published.
pub const SHIPPED_FOLDER: &str = "dist";

const IMPORTER: &str = "importer";
const PAGE_AND_IMPORTER: WasmCrate = WasmCrate {
    package: PAGE,
    programs: &[PAGE, IMPORTER],
};

/// In kilobytes. Binaryen recurses deeply; the usual limit of the system is 8,192.
const NODE_STACK_KB: u32 = 7000;

/// What rustc's wasm uses: a stripped module does not say so itself. All but relaxed SIMD,
/// which stands in the engine's second build alone, every browser with WebGPU understands.
const WASM_FEATURES: [&str; 8] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-multivalue",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-relaxed-simd",
    "--enable-sign-ext",
];

/// Builds the page of the tests with the plain release profile; returns its folder.
pub fn build_for_tests(root: &Path) -> Result<PathBuf, Error> {
    build_plain(root, &setup::for_page(root)?)
}

/// [`build_for_tests`] with the search path of the tools that it needs.
pub fn build_plain(root: &Path, path: &OsString) -> Result<PathBuf, Error> {
    let folder = root.join(TEST_FOLDER);
    build(root, path, "release", &folder, &[])?;
    engine_files::note(&folder, &["plain"])?;
    list_files(&folder)?;
    Ok(folder)
}

/// Compiles the page alone anew, fast rather than well, into a folder that
/// [`build_plain`] has filled. Its dependencies stay as they are.
pub fn edit_page(root: &Path, path: &OsString, folder: &Path) -> Result<(), Error> {
    let page = WasmCrate {
        package: PAGE,
        programs: &[PAGE],
    };
    let unoptimised = ["--config", UNOPTIMISED];
    let more = [STEP_BY_STEP, unoptimised].concat();
    compile(root, path, "release", page, &more)?;
    let stem = page_parts::stem_in(folder)?;
    page_parts::divide(root, path, "release", &stem, folder)?;
    list_files(folder)
}

/// The page of the tests with both builds of the engine, for `cargo xtask bench`.
pub fn build_for_bench(root: &Path) -> Result<PathBuf, Error> {
    let path = setup::for_page(root)?;
    let folder = root.join(BENCH_FOLDER);
    let features = [engine_files::BASELINE];
    build(root, &path, "release", &folder, &features)?;
    engine_files::build_relaxed(root, &path, "release", &folder, &features)?;
    engine_files::note(&folder, &["plain", "relaxed"])?;
    list_files(&folder)?;
    Ok(folder)
}

/// `cargo xtask build`: the folder for a static host, with small wasm.
pub fn ship(root: &Path) -> Result<(), Error> {
    println!("What the build needs");
    let path = setup::for_page(root)?;
    let shrinkers = setup::for_shipping(root)?;
    let folder = root.join(SHIPPED_FOLDER);

    println!("\nCompiling page and worker for publishing (fat LTO: 10 minutes and more)");
    build(root, &path, "dist", &folder, &[])?;
    engine_files::build_relaxed(root, &path, "dist", &folder, &[])?;
    refuse_absolute_addresses(&folder.join("index.html"))?;

    println!("\nMaking the wasm small (some minutes)");
    let mut files = files_with_extension(&folder, "wasm")?;
    shrink(&files, &shrinkers.wasm_opt)?;
    let mut texts = files_with_extension(&folder, "js")?;
    texts.extend(files_with_extension(&folder, "css")?);
    shorten(&texts, &shrinkers.esbuild)?;
    // The version is one of the files as they are shipped.
    engine_files::note(&folder, &["plain", "relaxed"])?;
    list_files(&folder)?;

    files.extend(texts);
    let (engine, rest): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| is_engine(file));
    let (later, start): (Vec<_>, Vec<_>) = rest
        .into_iter()
        .partition(|file| page_parts::comes_later(file));
    println!("\nThe page, as it starts");
    print_sizes(&start)?;
    println!("\nThe engine: a browser loads one of the two builds, beside the page");
    print_sizes(&engine)?;
    println!("\nWhat comes when it is wanted: parts of the page, the reader of data files");
    print_sizes(&later)?;
    println!("\n{} is ready for any static host.", folder.display());
    println!("Try it: cargo xtask serve --folder {SHIPPED_FOLDER} --prefix /any/path/");
    Ok(())
}

/// Page, importer and engine with these features, and the page divided into its parts. A folder of
/// an earlier build stays as it is until the new one is whole.
fn build(
    root: &Path,
    path: &OsString,
    cargo_profile: &str,
    folder: &Path,
    features: &[&str],
) -> Result<(), Error> {
    let coming = folder.with_extension("coming");
    remove(&coming)?;
    fs::create_dir_all(&coming).map_err(Error::io("making the page's folder", &coming))?;
    compile(root, path, cargo_profile, PAGE_AND_IMPORTER, &[])?;
    let stem = page_folder::fill(root, &built(root, cargo_profile, PAGE), &coming)?;
    page_parts::divide(root, path, cargo_profile, &stem, &coming)?;
    let importer = built(root, cargo_profile, IMPORTER);
    join_with_script(root, path, &importer, IMPORTER, &coming)?;
    engine_files::build(root, path, cargo_profile, &coming, features)?;
    remove(folder)?;
    fs::rename(&coming, folder).map_err(Error::io("putting the page in its place", folder))
}

/// Lists the files of a whole page twice: for packing it, and, with that list among them, for what
/// a browser keeps.
fn list_files(folder: &Path) -> Result<(), Error> {
    page_files::list(folder)?;
    kept_files::write(folder)
}

fn remove(folder: &Path) -> Result<(), Error> {
    match folder.exists() {
        false => Ok(()),
        true => fs::remove_dir_all(folder).map_err(Error::io("removing the last page", folder)),
    }
}

/// `dist/` has to work under any path, so its page may not name a path from the root.
fn refuse_absolute_addresses(index: &Path) -> Result<(), Error> {
    let html = fs::read_to_string(index).map_err(Error::io("reading the built page", index))?;
    match absolute_address(&html) {
        None => Ok(()),
        Some(address) => Err(Error::Content {
            path: index.to_path_buf(),
            found: format!("the address `{address}`"),
            expected: "addresses relative to the page, such as `./worker.js`".into(),
        }),
    }
}

fn absolute_address(html: &str) -> Option<&str> {
    ["href=\"/", "src=\"/", "from '/", "from \"/"]
        .iter()
        .find_map(|opening| {
            let start = html.find(opening)? + opening.len() - 1;
            html[start..].split(['"', '\'']).next()
        })
}

/// Runs wasm-opt on all files at once: the engine's two builds take long, the others little.
fn shrink(files: &[PathBuf], wasm_opt: &Path) -> Result<(), Error> {
    let shrink_one = |file: &PathBuf| {
        let started = Instant::now();
        let smaller = file.with_extension("smaller");
        ProgramRun::new("node", "making the wasm small")
            .args([format!("--stack-size={NODE_STACK_KB}")])
            .args([wasm_opt])
            // The engine computes, the page is only waited for.
            .args([if is_engine(file) { "-O3" } else { "-Os" }])
            // Functions of one kind beside each other: they compress better by 1 or 2%.
            .args(["--reorder-functions-by-name", "--strip-debug"])
            .args(WASM_FEATURES)
            .args([file.as_path(), Path::new("-o"), &smaller])
            .fix("wasm-opt's own message stands above; `cargo xtask serve` needs no wasm-opt")
            .stream()?;
        fs::rename(&smaller, file).map_err(Error::io("replacing the wasm", file))?;
        println!(
            "  {} in {:.0} s",
            file.display(),
            started.elapsed().as_secs_f64()
        );
        Ok(())
    };
    thread::scope(|scope| {
        let running: Vec<_> = files
            .iter()
            .map(|file| scope.spawn(|| shrink_one(file)))
            .collect();
        running
            .into_iter()
            .try_for_each(|thread| match thread.join() {
                Ok(outcome) => outcome,
                Err(panic) => std::panic::resume_unwind(panic),
            })
    })
}

/// Takes out of scripts and style sheets what only people read.
fn shorten(files: &[PathBuf], esbuild: &Path) -> Result<(), Error> {
    const SCRIPT: &str = "\
const fs = require('fs'), path = require('path');
const [esbuild, ...files] = process.argv.slice(1);
const { transformSync } = require(esbuild);
for (const file of files) {
  const loader = path.extname(file).slice(1);
  const options = { loader, minify: true, sourcefile: file };
  fs.writeFileSync(file, transformSync(fs.readFileSync(file, 'utf8'), options).code);
}";
    ProgramRun::new("node", "making scripts and styles small")
        .args(["-e", SCRIPT])
        .args([esbuild])
        .args(files)
        .fix("esbuild's own message stands above; `cargo xtask serve` needs no esbuild")
        .stream()
}

fn is_engine(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().starts_with("worker")
}

pub fn files_with_extension(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Error> {
    let reading = || Error::io("listing the built files", folder);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(reading())? {
        let path = entry.map_err(reading())?.path();
        if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Prints bytes, plain and as static hosts send them; Node.js compresses.
fn print_sizes(files: &[PathBuf]) -> Result<(), Error> {
    const SCRIPT: &str = "\
const fs = require('fs'), zlib = require('zlib'), path = require('path');
const kib = (bytes) => (bytes / 1024).toFixed(0).padStart(8) + ' KiB';
const all = [0, 0, 0];
const row = (name, [plain, gzip, brotli]) => console.log('  ' + name.padEnd(44)
  + kib(plain) + kib(gzip) + ' gzip' + kib(brotli) + ' brotli');
for (const file of process.argv.slice(1)) {
  const bytes = fs.readFileSync(file);
  const sizes = [bytes.length, zlib.gzipSync(bytes, { level: 9 }).length,
    zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length];
  row(path.basename(file), sizes);
  sizes.forEach((size, index) => { all[index] += size; });
}
row('together', all);";
    let table = ProgramRun::new("node", "measuring the built files")
        .args(["-e", SCRIPT])
        .args(files)
        .capture()?;
    print!("{table}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_addresses_are_found() {
        assert_eq!(absolute_address("<link href=\"/a.css\">"), Some("/a.css"));
        assert_eq!(absolute_address("import init from '/a.js'"), Some("/a.js"));
        assert_eq!(
            absolute_address("<link href=\"./a.css\"><a href=\"https://example.org/\">"),
            None
        );
    }
}
