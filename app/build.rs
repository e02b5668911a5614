//! Keeps the relocations in the page's wasm: wasm-split reads from them which function needs
//! which, and takes them out.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo::rustc-link-arg-bin=tilt-app=--emit-relocs");
    }
}
