//! Files that the commands read and write.

use burn::tensor::{Device, Tensor};
use pollster::block_on;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tilt_engine::hf::{Precision, WEIGHTS_FILE, wrapper};
use tilt_engine::model::{Model, ModelFiles};
use tilt_engine::text::TokenisedRows;
use tilt_protocol::dataset::ParsedRows;
use tilt_protocol::import::parse_file;
use tilt_protocol::shards::{INDEX, joined, shards};
use tilt_protocol::tokenizer_files::{
    ADDED_TOKENS, CHAT_TEMPLATE, FolderTexts, GENERATION_CONFIG, MERGES, MORE_TEMPLATES,
    SPECIAL_TOKENS, TOKENIZER, TOKENIZER_CONFIG, TokenizerTexts, VOCAB, with_generation_config,
    without_mark,
};
use tilt_protocol::{Error, Example, Result, TrainSettings};

fn io_error(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    |error| Error::Io {
        path: path.display().to_string(),
        reason: error.to_string(),
    }
}

/// What a folder or a file is called.
pub fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// # Errors
/// [`Error::Io`] naming the path.
pub fn read_text(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path).map_err(io_error(path))?;
    Ok(without_mark(&text).to_owned())
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
    let TokenizerTexts { tokenizer, config } = read_tokenizer(folder)?;
    let generation = read_optional(&folder.join(GENERATION_CONFIG))?;
    let model_config = read_text(&folder.join("config.json"))?;
    let weights = read_weights(folder)?;
    if let Some(wrapper) = wrapper(&weights) {
        let place = folder.join(WEIGHTS_FILE);
        eprintln!("{}: names without \"{wrapper}\"", place.display());
    }
    let files = ModelFiles {
        config: &with_generation_config(&model_config, generation.as_deref())?,
        weights: &weights,
        tokenizer: tokenizer.as_deref(),
        tokenizer_config: config.as_deref(),
    };
    Model::load(&files, device)
}

/// The weights, in one file or in several with an index.
fn read_weights(folder: &Path) -> Result<Vec<u8>> {
    let path = folder.join(WEIGHTS_FILE);
    if path.exists() {
        return read_bytes(&path);
    }
    if let Some(index) = read_optional(&folder.join(INDEX))? {
        let read = |file: String| Ok((file.clone(), read_bytes(&folder.join(file))?));
        let files = shards(&index)?.into_iter().map(read);
        return joined(&files.collect::<Result<Vec<_>>>()?);
    }
    if folder.join("pytorch_model.bin").exists() {
        let reason = "not there, and pytorch_model.bin is not read; save_pretrained of transformers writes model.safetensors";
        return Err(Error::malformed(path.display(), reason));
    }
    read_bytes(&path)
}

/// `tokenizer.json` and `tokenizer_config.json`, or what stands for them in the folder.
fn read_tokenizer(folder: &Path) -> Result<TokenizerTexts> {
    let read = |name: &str| read_optional(&folder.join(name));
    let texts = FolderTexts {
        tokenizer: read(TOKENIZER)?,
        tokenizer_config: read(TOKENIZER_CONFIG)?,
        chat_template: read(CHAT_TEMPLATE)?,
        more_templates: read_templates(&folder.join(MORE_TEMPLATES))?,
        vocab: read(VOCAB)?,
        merges: read(MERGES)?,
        added_tokens: read(ADDED_TOKENS)?,
        special_tokens: read(SPECIAL_TOKENS)?,
    };
    texts.tokenizer_texts()
}

/// The templates of a folder by their names.
fn read_templates(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut templates = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(templates);
    }
    for entry in std::fs::read_dir(folder).map_err(io_error(folder))? {
        let path = entry.map_err(io_error(folder))?.path();
        let name = path
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned());
        if let Some(name) = name.filter(|_| path.extension().is_some_and(|end| end == "jinja")) {
            templates.insert(name, read_text(&path)?);
        }
    }
    Ok(templates)
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

/// The rows of a data file, in any container that the page's importer reads, as TRL reads
/// them.
///
/// # Errors
/// [`Error::Io`] naming the path.
pub fn read_rows(path: &Path) -> Result<ParsedRows> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(parse_file(&name, &read_bytes(path)?))
}

/// The rows of a file as ids for an objective, defects of a row under the number of its
/// line.
///
/// # Errors
/// [`Error::BadRows`] with every defect, unless `skip_bad_rows`: then they are listed on
/// standard error. Those of [`Model::rows`].
pub fn load_rows(
    path: &Path,
    skip_bad_rows: bool,
    model: &Model,
    settings: &TrainSettings,
) -> Result<TokenisedRows> {
    let ParsedRows {
        examples,
        lines,
        mut errors,
    } = read_rows(path)?;
    tell_oddities(path, &examples, &lines);
    let mut rows = model.rows(&examples, &settings.objective, settings.max_length)?;
    for mut refused in std::mem::take(&mut rows.refused) {
        if let Error::BadRow { line, .. } = &mut refused {
            *line = lines.get(*line - 1).copied().unwrap_or(*line);
        }
        errors.push(refused);
    }
    errors.sort_by_key(Error::line);
    if !errors.is_empty() && !skip_bad_rows {
        return Err(Error::BadRows(errors));
    }
    tell_skipped(path, &errors);
    Ok(rows)
}

/// Lists rows that are left out on standard error.
pub fn tell_skipped(path: &Path, errors: &[Error]) {
    for told in Error::by_cause(errors) {
        eprintln!("skipped: {}: {told}", path.display());
    }
}

/// Says of which pairs nothing can be learnt, or something odd: TRL trains on them too.
fn tell_oddities(path: &Path, examples: &[Example], lines: &[usize]) {
    let told = [
        (
            "chosen and rejected are the same",
            Example::is_identical as fn(&Example) -> bool,
        ),
        ("an empty answer", Example::has_empty_answer),
    ];
    for (what, is_so) in told {
        let found = examples.iter().zip(lines);
        let found: BTreeSet<usize> = found
            .filter(|(example, _)| is_so(example))
            .map(|(_, line)| *line)
            .collect();
        if let Some(first) = found.first() {
            let (path, more) = (path.display(), found.len() - 1);
            match more {
                0 => eprintln!("{path}: line {first}: {what}"),
                _ => eprintln!("{path}: line {first} and {more} more: {what}"),
            }
        }
    }
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
