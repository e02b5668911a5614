//! What a device is like, as far as the kernels go by it.

use cubecl::client::Client;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    /// Software on the CPU: it decides the tiles of the matmuls.
    pub is_software: bool,
    /// Workgroups that a dispatch can have along each side.
    pub most_groups: usize,
    /// Bytes of one buffer that a kernel can be given.
    pub most_bytes: u64,
    /// Logits that are there at once, in numbers: beyond that, the backward pass computes them
    /// again, a block of scored tokens at a time.
    pub most_logits: usize,
}

/// Logits that are there at once, where the device takes them: 64 MiB.
const MOST_LOGITS: usize = 1 << 24;

/// Whether the device is software on the CPU. A process has one.
static IS_SOFTWARE: AtomicBool = AtomicBool::new(false);

/// Says before the first launch what sort of adapter there is.
pub fn set_software(is_software: bool) {
    IS_SOFTWARE.store(is_software, Ordering::Relaxed);
}

impl Traits {
    /// Those of a device, or in a test those that it tries.
    pub fn of(client: &Client) -> Traits {
        let properties = client.properties();
        let (x, y, z) = properties.hardware.max_cube_count;
        let most_bytes = properties.memory.max_page_size;
        let numbers = usize::try_from(most_bytes / 4).unwrap_or(usize::MAX);
        let own = Traits {
            is_software: IS_SOFTWARE.load(Ordering::Relaxed),
            most_groups: x.min(y).min(z) as usize,
            most_bytes,
            most_logits: numbers.min(MOST_LOGITS),
        };
        tried(own)
    }
}

#[cfg(not(test))]
fn tried(own: Traits) -> Traits {
    own
}

/// What a test breaks a kernel by.
#[cfg(not(test))]
pub(super) fn broken(_name: &str, _texts: &[&str]) -> Option<[&'static str; 2]> {
    None
}

#[cfg(test)]
pub(super) use trial::broken;
#[cfg(test)]
use trial::tried;

/// Other traits, or a broken kernel, for what a test does in its own thread: tests run side by
/// side, so nothing that they share is changed.
#[cfg(test)]
pub mod trial {
    use std::cell::{Cell, RefCell};
    use std::collections::BTreeMap;

    // What a test asks about besides.
    pub use super::super::launch::Gpu;
    pub use super::super::limits::most_rows;
    pub use super::super::plan::table_entries;
    pub use super::Traits;

    type Change = Box<dyn Fn(Traits) -> Traits>;

    thread_local! {
        static CHANGE: RefCell<Option<Change>> = const { RefCell::new(None) };
        static BROKEN: Cell<Option<(&'static str, [&'static str; 2])>> = const { Cell::new(None) };
        static LAUNCHED: RefCell<BTreeMap<&'static str, String>> = const { RefCell::new(BTreeMap::new()) };
    }

    /// Runs with other traits.
    pub fn with<R>(change: impl Fn(Traits) -> Traits + 'static, run: impl FnOnce() -> R) -> R {
        CHANGE.set(Some(Box::new(change)));
        let result = run();
        CHANGE.set(None);
        result
    }

    /// Runs with one kernel broken: `from` in its text is `to`.
    pub fn with_broken<R>(
        kernel: &'static str,
        [from, to]: [&'static str; 2],
        run: impl FnOnce() -> R,
    ) -> R {
        BROKEN.set(Some((kernel, [from, to])));
        let result = run();
        BROKEN.set(None);
        result
    }

    /// The kernels that are launched meanwhile, each with its text.
    pub fn launched(run: impl FnOnce()) -> BTreeMap<&'static str, String> {
        LAUNCHED.take();
        run();
        LAUNCHED.take()
    }

    pub(super) fn tried(own: Traits) -> Traits {
        CHANGE.with_borrow(|change| match change {
            Some(change) => change(own),
            None => own,
        })
    }

    pub(in crate::kernels::gpu) fn broken(
        launched: &'static str,
        texts: &[&str],
    ) -> Option<[&'static str; 2]> {
        LAUNCHED.with_borrow_mut(|all| all.insert(launched, texts.concat()));
        let (name, [from, to]) = BROKEN.get()?;
        if name != launched {
            return None;
        }
        let is_there = texts.iter().any(|text| text.contains(from));
        assert!(is_there, "{name} has no `{from}` to be broken by");
        Some([from, to])
    }
}
