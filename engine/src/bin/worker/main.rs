//! The engine in a module worker of the browser. `public/engine.js` loads it.

#[cfg(target_arch = "wasm32")]
mod channel;
#[cfg(target_arch = "wasm32")]
mod fetch;
#[cfg(target_arch = "wasm32")]
mod gpu_calls;
#[cfg(target_arch = "wasm32")]
mod help;
#[cfg(target_arch = "wasm32")]
mod helpers;
#[cfg(target_arch = "wasm32")]
mod serve;
#[cfg(target_arch = "wasm32")]
mod turn;

/// A comparison of roads says what each holds.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: tilt_engine::memory::CountingAllocator = tilt_engine::memory::CountingAllocator;

#[cfg(target_arch = "wasm32")]
fn main() {
    if help::is_helper() {
        help::start();
    } else {
        serve::start();
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This is the browser's worker; in the terminal use `tilt`.");
}
