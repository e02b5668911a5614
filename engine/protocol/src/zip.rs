//! Zips of files in memory.
//!
//! The same files give the same bytes: there is no time in them but the first that a zip
//! can say, 1 January 1980.

use crate::error::{Error, Result};
use miniz_oxide::deflate::compress_to_vec;
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter, crc32};
use std::collections::BTreeSet;
use std::io::Write;

/// zlib's usual level.
const LEVEL: u8 = 6;
/// 1 January 1980, in seconds since 1970.
const FIRST_TIME: i64 = 315_532_800;

/// A file of a zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path in the zip, with `/` between folders.
    pub name: String,
    pub bytes: Vec<u8>,
}

impl File {
    pub fn new(name: &str, bytes: impl Into<Vec<u8>>) -> File {
        File {
            name: name.to_owned(),
            bytes: bytes.into(),
        }
    }

    /// The same file in a folder.
    pub fn within(self, folder: &str) -> File {
        File {
            name: format!("{folder}/{}", self.name),
            ..self
        }
    }
}

/// A zip of `files`, in their order.
///
/// # Errors
/// [`Error::Internal`] for two files of one name.
pub fn zip_files(files: &[File]) -> Result<Vec<u8>> {
    let mut names = BTreeSet::new();
    let mut writer = ZipArchiveWriter::new(Vec::new());
    for file in files {
        if !names.insert(&file.name) {
            return Err(Error::internal(format!("two files named {}", file.name)));
        }
        let builder = writer
            .new_file(file.name.as_str())
            .compression_method(CompressionMethod::DEFLATE)
            .last_modified(UtcDateTime::from_unix(FIRST_TIME))
            .unix_permissions(0o644);
        let (mut entry, _) = builder.start().map_err(Error::internal)?;
        let packed = compress_to_vec(&file.bytes, LEVEL);
        entry.write_all(&packed).map_err(Error::internal)?;
        let whole = DataDescriptorOutput::new(crc32(&file.bytes), file.bytes.len() as u64);
        entry.finish(whole).map_err(Error::internal)?;
    }
    writer.finish().map_err(Error::internal)
}
