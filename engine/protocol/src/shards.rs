//! Weights in several files: `model.safetensors.index.json` and the shards that it names,
//! joined to one file in the same format.

use crate::error::{Error, Result};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

pub const INDEX: &str = "model.safetensors.index.json";

/// Bytes before a file's header: its length, little-endian.
pub const LENGTH_BYTES: usize = 8;
/// More than any header has: as much as the safetensors crate reads.
pub const MOST_HEADER_BYTES: u64 = 100_000_000;

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// The files that an index names, in order.
///
/// # Errors
/// [`Error::MalformedFile`] for another text, and for a name that leads out of the folder.
pub fn shards(index: &str) -> Result<Vec<String>> {
    let index: Index = serde_json::from_str(crate::tokenizer_files::without_mark(index))
        .map_err(|error| Error::malformed(INDEX, format!("cannot be read: {error}")))?;
    let files: BTreeSet<String> = index.weight_map.into_values().collect();
    match files.iter().find(|file| file.contains(['/', '\\'])) {
        Some(file) => Err(Error::malformed(
            INDEX,
            format!("\"{file}\" is no name of a file beside it"),
        )),
        None => Ok(files.into_iter().collect()),
    }
}

/// The beginning of the one file: length and header. The data of all shards, each from
/// behind its own header, follow it in order.
///
/// `headers` are the shards' names, headers and bytes of data.
///
/// # Errors
/// [`Error::MalformedFile`] naming the shard.
pub fn joined_header(headers: &[(&str, &[u8], u64)]) -> Result<Vec<u8>> {
    let mut joined: Map<String, Value> = Map::new();
    let mut start = 0_u64;
    for (file, header, data_bytes) in headers {
        let bad = |reason: &str| Error::malformed(file, reason);
        let tensors: Map<String, Value> = serde_json::from_slice(header)
            .map_err(|error| bad(&format!("not a safetensors file: {error}")))?;
        for (name, mut tensor) in tensors {
            if name == "__metadata__" {
                continue;
            }
            let offsets = tensor.get_mut("data_offsets").and_then(Value::as_array_mut);
            let offsets = offsets.ok_or_else(|| bad("a tensor without data_offsets"))?;
            for offset in offsets {
                let within = offset.as_u64().filter(|offset| offset <= data_bytes);
                let within = within.ok_or_else(|| bad("a tensor outside the file: cut short?"))?;
                *offset = Value::from(start + within);
            }
            if joined.insert(name.clone(), tensor).is_some() {
                return Err(bad(&format!(
                    "tensor \"{name}\" stands in another shard too"
                )));
            }
        }
        start += data_bytes;
    }
    let mut header = serde_json::to_vec(&joined).map_err(Error::internal)?;
    // Data begin at a multiple of eight bytes.
    header.resize(header.len().next_multiple_of(LENGTH_BYTES), b' ');
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header);
    Ok(bytes)
}

/// A shard's header and its data.
///
/// # Errors
/// [`Error::MalformedFile`] for a file that is too short for its header.
pub fn split_shard<'a>(file: &str, bytes: &'a [u8]) -> Result<(&'a [u8], &'a [u8])> {
    let length = bytes
        .first_chunk::<LENGTH_BYTES>()
        .map(|length| u64::from_le_bytes(*length))
        .filter(|length| *length <= MOST_HEADER_BYTES);
    length
        .and_then(|length| bytes[LENGTH_BYTES..].split_at_checked(length as usize))
        .ok_or_else(|| Error::malformed(file, "not a safetensors file: its header is not whole"))
}

/// Shards as one file.
///
/// # Errors
/// [`Error::MalformedFile`] naming the shard.
pub fn joined(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>> {
    let parts = files
        .iter()
        .map(|(file, bytes)| split_shard(file, bytes))
        .collect::<Result<Vec<_>>>()?;
    let headers: Vec<(&str, &[u8], u64)> = files
        .iter()
        .zip(&parts)
        .map(|((file, _), (header, data))| (file.as_str(), *header, data.len() as u64))
        .collect();
    let mut bytes = joined_header(&headers)?;
    for (_, data) in parts {
        bytes.extend_from_slice(data);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(data);
        bytes
    }

    fn tensor(name: &str, from: usize, to: usize) -> String {
        format!(
            r#""{name}":{{"dtype":"U8","shape":[{}],"data_offsets":[{from},{to}]}}"#,
            to - from
        )
    }

    #[test]
    fn shards_become_one_file() {
        let index = r#"{"metadata": {}, "weight_map": {"b": "2.safetensors", "a": "1.safetensors", "c": "2.safetensors"}}"#;
        assert_eq!(shards(index).unwrap(), ["1.safetensors", "2.safetensors"]);
        let first = shard(
            &format!(r#"{{"__metadata__":{{}},{}}}"#, tensor("a", 0, 3)),
            b"abc",
        );
        let second = format!("{{{},{}}}", tensor("b", 0, 1), tensor("c", 1, 3));
        let files = [
            ("1.safetensors".to_owned(), first.clone()),
            ("2.safetensors".to_owned(), shard(&second, b"xyz")),
        ];
        let whole = joined(&files).unwrap();
        let (header, data) = split_shard("whole", &whole).unwrap();
        assert_eq!(data, b"abcxyz");
        let header: Value = serde_json::from_slice(header).unwrap();
        assert_eq!(header["c"]["data_offsets"], serde_json::json!([4, 6]));
        let fails = |files: &[(String, Vec<u8>)]| joined(files).unwrap_err().to_string();
        let cut = ("2".to_owned(), first[..first.len() - 1].to_vec());
        assert!(fails(&[cut]).contains("cut short"));
        let twice = [("1".to_owned(), first.clone()), ("2".to_owned(), first)];
        assert!(fails(&twice).contains("another shard"));
        assert!(fails(&[("3".to_owned(), vec![9; 9])]).starts_with("3: not a safetensors"));
        assert!(shards(r#"{"weight_map": {"a": "../b"}}"#).is_err());
        assert!(shards("[]").is_err());
    }
}
