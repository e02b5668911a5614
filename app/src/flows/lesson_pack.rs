//! A lesson as a package for a learning management system, made of the page's own files as
//! they are hosted.

use crate::browser::download::download;
use crate::browser::http::{body, fetch, fetch_text};
use crate::browser::pause::pause;
use crate::browser::url::resolve;
use gloo_file::Blob;
use js_sys::Uint8Array;
use tilt_protocol::lesson::Lesson;
use tilt_protocol::scorm::{LIST, Pack, goes_along, listed};
use tilt_protocol::zip::File;
use tilt_protocol::{Error, Result};

/// Offers the package as a file; `told` hears how many files have come, and of how many.
///
/// # Errors
/// A file that does not come, or a page that was built without a list of its files.
pub async fn save_pack(lesson: &Lesson, told: impl Fn(usize, usize)) -> Result<(), Error> {
    let paths = listed(&fetch_text(&resolve(LIST)).await?)?;
    let paths: Vec<String> = paths
        .into_iter()
        .filter(|path| goes_along(lesson, path))
        .collect();
    let mut files = Vec::with_capacity(paths.len());
    for path in &paths {
        told(files.len(), paths.len());
        let url = resolve(path);
        let response = fetch(&url).await?;
        let bytes = body(&url, response.array_buffer()).await?;
        files.push(File::new(path, Uint8Array::new(&bytes).to_vec()));
    }
    told(files.len(), paths.len());
    // Packing holds the page up for a moment: what is said is drawn before.
    pause(0).await;
    let pack = Pack {
        lesson,
        mastery: None,
    };
    let zip = pack.zip(files)?;
    let blob = Blob::new_with_options(zip.as_slice(), Some("application/zip"));
    download(&pack.file_name(), &blob)
}
