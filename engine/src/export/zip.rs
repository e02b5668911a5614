//! Zips of files in memory, read back; `tilt_protocol::zip` writes them.

use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
use rawzip::{CompressionMethod, ZipArchive, crc32};
use tilt_protocol::zip::File;
use tilt_protocol::{Error, Result};

/// The files of a zip, in its order; folders are left out.
///
/// # Errors
/// [`Error::MalformedFile`] for what is no zip, a path that leaves the zip's folder, a
/// compression other than deflate or none, a wrong checksum, or more than `limit` bytes.
pub fn unzip_files(bytes: &[u8], limit: usize) -> Result<Vec<File>> {
    let wrong = |reason: String| Error::malformed("zip", reason);
    let archive = ZipArchive::from_slice(bytes).map_err(|e| wrong(e.to_string()))?;
    let (mut files, mut left) = (Vec::new(), limit);
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().map_err(|e| wrong(e.to_string()))? {
        if entry.is_dir() {
            continue;
        }
        let path = entry.file_path().try_normalize();
        let name = path.map_err(|e| wrong(e.to_string()))?.as_ref().to_owned();
        let found = archive.get_entry(entry.wayfinder());
        let found = found.map_err(|e| wrong(format!("{name}: {e}")))?;
        let too_large = || wrong(format!("it holds more than {limit} bytes"));
        let contents = match entry.compression_method() {
            CompressionMethod::STORE if found.data().len() <= left => found.data().to_vec(),
            CompressionMethod::STORE => return Err(too_large()),
            // What the entry claims of its size is not believed.
            CompressionMethod::DEFLATE => decompress_to_vec_with_limit(found.data(), left)
                .map_err(|e| match e.status {
                    TINFLStatus::HasMoreOutput => too_large(),
                    status => wrong(format!("{name}: {status:?}")),
                })?,
            other => return Err(wrong(format!("{name}: compression {other:?}"))),
        };
        if crc32(&contents) != entry.crc32() {
            return Err(wrong(format!("{name}: its checksum is wrong")));
        }
        left -= contents.len();
        files.push(File {
            name,
            bytes: contents,
        });
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::zip::zip_files;

    fn files() -> Vec<File> {
        vec![
            File::new("README.md", "read me"),
            File::new("model.safetensors", vec![0_u8, 255, 7]).within("reference"),
            File::new("empty", ""),
        ]
    }

    #[test]
    fn what_goes_in_comes_out() {
        let bytes = zip_files(&files()).unwrap();
        assert_eq!(unzip_files(&bytes, 1_000).unwrap(), files());
        assert_eq!(zip_files(&files()).unwrap(), bytes);
    }

    #[test]
    fn a_zip_that_is_broken_or_too_large_is_an_error() {
        let bytes = zip_files(&files()).unwrap();
        for end in [0, 1, 30, bytes.len() / 2, bytes.len() - 1] {
            assert!(unzip_files(&bytes[..end], 1_000).is_err(), "{end}");
        }
        let text = unzip_files(&bytes, 9).unwrap_err().to_string();
        assert!(text.contains("more than 9 bytes"), "{text}");
        assert!(zip_files(&[File::new("a", ""), File::new("a", "")]).is_err());
    }
}
