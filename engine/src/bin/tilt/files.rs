//! Files that the commands read and write.

use burn::tensor::{Device, Tensor};
use pollster::block_on;
use serde::Serialize;
use std::path::Path;
use tilt_engine::hf::{Precision, WEIGHTS_FILE};
use tilt_engine::model::{Model, ModelFiles};
use tilt_engine::text::Rows;
use tilt_protocol::dataset::{ParsedRows, parse_jsonl};
use tilt_protocol::tokenizer_files::{
    CHAT_TEMPLATE, MERGES, TOKENIZER, TOKENIZER_CONFIG, VOCAB, from_vocab_and_merges,
    with_chat_template,
};
use tilt_protocol::{Error, Result, TrainSettings};

fn io_error(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    |error| Error::Io {
        path: path.display().to_string(),
        reason: error.to_string(),
    }
}

/// # Errors
/// [`Error::Io`] naming the path.
pub fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(io_error(path))
}

/// # Errors
/// [`Error::Io`] naming the path.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(io_error(path))
}

/// A text that need not be there.
fn read_optional(path: &Path) -> Result<Option<String>> {
    if path.exists() {
        read_text(path).map(Some)
    } else {
        Ok(None)
    }
}

/// # Errors
/// [`Error::Io`] naming the path.
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(io_error(folder))?;
    }
    std::fs::write(path, bytes).map_err(io_error(path))
}

/// A Hugging Face folder; its tokenizer may be missing.
///
/// # Errors
/// [`Error::Io`] and those of [`Model::load`].
pub fn load_model(folder: &Path, device: &Device) -> Result<(Model, Tensor<1>)> {
    let (tokenizer, tokenizer_config) = read_tokenizer(folder)?;
    let files = ModelFiles {
        config: &read_text(&folder.join("config.json"))?,
        weights: &read_bytes(&folder.join(WEIGHTS_FILE))?,
        tokenizer: tokenizer.as_deref(),
        tokenizer_config: tokenizer_config.as_deref(),
    };
    Model::load(&files, device)
}

/// `tokenizer.json` and `tokenizer_config.json`, or what stands for them in the folder.
fn read_tokenizer(folder: &Path) -> Result<(Option<String>, Option<String>)> {
    let read = |name: &str| read_optional(&folder.join(name));
    let mut config = read(TOKENIZER_CONFIG)?;
    if let Some(template) = read(CHAT_TEMPLATE)? {
        config = Some(with_chat_template(config.as_deref(), &template)?);
    }
    let tokenizer = match (read(TOKENIZER)?, read(VOCAB)?, read(MERGES)?) {
        (None, Some(vocab), Some(merges)) => {
            Some(from_vocab_and_merges(&vocab, &merges, config.as_deref())?)
        }
        (tokenizer, ..) => tokenizer,
    };
    Ok((tokenizer, config))
}

/// # Errors
/// [`Error::Io`], [`Error::Device`].
pub fn save_model(
    folder: &Path,
    model: &Model,
    arena: &Tensor<1>,
    precision: Precision,
) -> Result<()> {
    write(
        &folder.join("config.json"),
        model.config.to_json(precision.dtype()) + "\n",
    )?;
    let bytes = block_on(model.weights_file(arena, precision))?;
    write(&folder.join(WEIGHTS_FILE), bytes)?;
    if let Some(text) = &model.text {
        write(&folder.join(TOKENIZER), &text.tokenizer_json)?;
        if let Some(config) = &text.tokenizer_config {
            write(&folder.join(TOKENIZER_CONFIG), config)?;
        }
    }
    Ok(())
}

/// The rows of a JSONL file as ids for an objective, defects of a row under the number of
/// its line.
///
/// # Errors
/// [`Error::BadRows`] with every defect, unless `skip_bad_rows`: then they are listed on
/// standard error. Those of [`Model::rows`].
pub fn load_rows(
    path: &Path,
    skip_bad_rows: bool,
    model: &Model,
    settings: &TrainSettings,
) -> Result<Rows> {
    let ParsedRows {
        examples,
        lines,
        mut errors,
    } = parse_jsonl(&read_text(path)?);
    let mut rows = model.rows(&examples, &settings.objective, settings.max_length)?;
    for mut refused in std::mem::take(&mut rows.refused) {
        if let Error::BadRow { line, .. } = &mut refused {
            *line = lines.get(*line - 1).copied().unwrap_or(*line);
        }
        errors.push(refused);
    }
    errors.sort_by_key(|error| match error {
        Error::BadRow { line, .. } => *line,
        _ => 0,
    });
    if !errors.is_empty() && !skip_bad_rows {
        return Err(Error::BadRows(errors));
    }
    for error in &errors {
        eprintln!("skipped: {}: {error}", path.display());
    }
    Ok(rows)
}

/// Prints the result of a command.
///
/// # Errors
/// [`Error::Internal`] if it cannot be written as JSON.
pub fn print_json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string(value).map_err(Error::internal)?;
    println!("{text}");
    Ok(())
}
