//! Files dropped on the page, and text pasted into it, go where a picker would take them.

use crate::flows::import::import_file;
use crate::flows::{lab_file, lesson_file, models};
use crate::lab::Lab;
use crate::texts::files as texts;
use gloo_events::{EventListener, EventListenerOptions};
use gloo_file::{File, FileList};
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, Element, Event};

/// Listens as long as the page is there.
pub fn listen(lab: Lab) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let options = EventListenerOptions::enable_prevent_default();
    let over = EventListener::new_with_options(&window, "dragover", options, |event| {
        if let Some(drag) = event.dyn_ref::<DragEvent>()
            && carries_files(drag)
        {
            // Without this the browser opens the file instead of the page.
            drag.prevent_default();
        }
    });
    let dropped = EventListener::new_with_options(&window, "drop", options, move |event| {
        if let Some(drag) = event.dyn_ref::<DragEvent>()
            && carries_files(drag)
        {
            drag.prevent_default();
            take(lab, files_of(drag.data_transfer()));
        }
    });
    let pasted = EventListener::new(&window, "paste", move |event| {
        if let Some(paste) = event
            .dyn_ref::<ClipboardEvent>()
            .filter(|_| !is_in_field(event))
        {
            let data = paste.clipboard_data();
            let files = files_of(data.clone());
            let text = data.and_then(|data| data.get_data("text/plain").ok());
            match text.filter(|text| files.is_empty() && !text.trim().is_empty()) {
                Some(text) => import_file(lab, File::new(texts::PASTED, text.as_str())),
                None => take(lab, files),
            }
        }
    });
    over.forget();
    dropped.forget();
    pasted.forget();
}

/// A model's files together, the file of a lab, a lesson, or data.
pub fn take(lab: Lab, files: Vec<File>) {
    if files
        .iter()
        .any(|file| file.name().ends_with(".safetensors"))
    {
        models::import_model(lab, files);
        return;
    }
    for file in files {
        if file.name().ends_with(".tilt") {
            lab_file::import_lab(lab, file);
        } else {
            lesson_file::open_file(lab, file, import_file);
        }
    }
}

fn carries_files(drag: &DragEvent) -> bool {
    let types = drag.data_transfer().map(|data| data.types());
    types.is_some_and(|types| types.includes(&"Files".into(), 0))
}

fn files_of(data: Option<DataTransfer>) -> Vec<File> {
    let files = data.and_then(|data| data.files());
    files.map_or_else(Vec::new, |files| FileList::from(files).to_vec())
}

/// What is pasted into a field belongs there.
fn is_in_field(event: &Event) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| {
        let name = element.tag_name();
        name == "INPUT" || name == "TEXTAREA" || name == "SELECT"
    })
}
