//! What comes when it is wanted: its code is a file of its own beside the page's, which the
//! browser fetches then.
//!
//! A function under `wasm_split` marks where such a file begins. What only functions of the
//! same name need lies in the same file; what others need too stays where all find it.

use crate::lab::Lab;
use crate::stores::notices::NoticeKey;
use crate::texts::parts as texts;
use leptos::prelude::AnyView;
pub use leptos::wasm_split::{SplitLoaderError as NotLoaded, wasm_split};
use std::future::Future;
use std::pin::Pin;
use wasm_bindgen_futures::spawn_local;

/// What comes, or does not.
pub type Coming<T> = Pin<Box<dyn Future<Output = Result<T, NotLoaded>>>>;
/// Builds a view with code that was fetched.
pub type Build = fn() -> AnyView;
/// What is done with code that was fetched.
pub type Doing = Pin<Box<dyn Future<Output = ()>>>;

/// Does something whose code is fetched first.
pub fn do_later(lab: Lab, coming: Coming<Doing>) {
    spawn_local(async move {
        let came = coming.await;
        tell(lab, came.is_ok());
        if let Ok(doing) = came {
            doing.await;
        }
    });
}

/// Says that a part of the page did not come, until one does.
pub fn tell(lab: Lab, is_here: bool) {
    if is_here {
        lab.notices.dismiss(NoticeKey::PagePart);
    } else {
        lab.notices
            .error(NoticeKey::PagePart, texts::PART_NOT_LOADED);
    }
}
