//! Doing something whose code comes first, and saying so where it does not come.

use crate::browser::later::{Coming, Doing};
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::texts::parts as texts;
use wasm_bindgen_futures::spawn_local;

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
