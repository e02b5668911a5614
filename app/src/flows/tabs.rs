//! What other tabs say, taken in.

use super::{erase, own_models, stored_runs};
use crate::browser::other_tabs::{self, News, OtherTabs};
use crate::lab::Lab;
use wasm_bindgen_futures::spawn_local;

/// From now on takes in what other tabs store.
pub fn listen(lab: Lab) {
    let tabs = OtherTabs::listen(&lab.space.channel(), move |news| match news {
        News::Labels(keys) => spawn_local(async move { lab.labels.take_stored(&keys).await }),
        News::Runs => spawn_local(stored_runs::take_in_time(lab)),
        News::RunsRemoved(uids) => stored_runs::removed_elsewhere(lab, &uids),
        News::Models => spawn_local(own_models::list_stored(lab)),
        News::Imported => spawn_local(async move {
            lab.labels.load().await;
            stored_runs::take_in_time(lab).await;
            own_models::list_stored(lab).await;
        }),
        News::Erased { at_ms } => erase::forget_all(lab, at_ms),
    });
    lab.others.connect(tabs);
    other_tabs::on_kept(move |key, text| {
        if lab.settings.follow(key, text) {
            lab.form.follow();
            lab.data_report.follow();
            if let Some(share) = lab.settings.saved().recheck_share {
                lab.labels.set_recheck_share(share.clamp(0.0, 1.0));
            }
        }
    });
}
