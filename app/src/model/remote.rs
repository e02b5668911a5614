//! Addresses that a person types: where they lead.

use tilt_protocol::ImportSource;

/// Rows asked of Hugging Face at most: a request for each hundred.
const MOST_FETCHED: usize = 5_000;

/// Where an address leads.
pub struct Remote {
    pub host: String,
    pub source: ImportSource,
}

/// What the person means by `address`: a data set of Hugging Face, a file there or
/// anywhere. `None` if it is neither.
pub fn remote(address: &str, limit: usize) -> Option<Remote> {
    let address = address.trim();
    let page = address
        .strip_prefix("https://huggingface.co/datasets/")
        .or_else(|| address.strip_prefix("https://hf.co/datasets/"));
    let dataset = page.unwrap_or(address).trim_end_matches('/');
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    if let Some((owner, name)) = dataset.split_once('/')
        && is_name(owner)
        && is_name(name)
    {
        return Some(Remote {
            host: host_of(tilt_protocol::import_message::HUGGING_FACE)?,
            source: ImportSource::HuggingFace {
                dataset: dataset.to_owned(),
                rows: limit.min(MOST_FETCHED),
            },
        });
    }
    if !address.starts_with("https://") && !address.starts_with("http://") {
        return None;
    }
    // The page about a file, where the file itself is meant.
    let url = match page {
        Some(_) => address.replacen("/blob/", "/resolve/", 1),
        None => address.to_owned(),
    };
    Some(Remote {
        host: host_of(&url)?,
        source: ImportSource::Url { url },
    })
}

/// The host that a full address names.
pub fn host_of(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let host = rest.split(['/', '?', '#']).next()?;
    (!host.is_empty()).then(|| host.to_owned())
}

/// The folder that an address of a model on Hugging Face, or of any folder, stands for,
/// with its host.
pub fn folder(address: &str) -> Option<(String, String)> {
    let address = address.trim().trim_end_matches('/');
    let page = address.strip_prefix("https://huggingface.co/");
    let name = page.unwrap_or(address);
    let is_name = name.split('/').count() <= 2 && !name.is_empty() && !name.contains(':');
    let folder = if is_name {
        format!("https://huggingface.co/{name}/resolve/main/")
    } else if address.starts_with("https://") || address.starts_with("http://") {
        format!("{}/", address.replacen("/tree/", "/resolve/", 1))
    } else {
        return None;
    };
    let host = folder.split('/').nth(2)?.to_owned();
    (!host.is_empty()).then_some((host, folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_data_set_or_a_file() {
        let of = |address: &str| remote(address, 250).map(|remote| (remote.host, remote.source));
        let viewer = "datasets-server.huggingface.co".to_owned();
        let dataset = |dataset: &str| ImportSource::HuggingFace {
            dataset: dataset.to_owned(),
            rows: 250,
        };
        let expected = Some((viewer, dataset("Anthropic/hh-rlhf")));
        assert_eq!(of(" Anthropic/hh-rlhf "), expected);
        assert_eq!(
            of("https://huggingface.co/datasets/Anthropic/hh-rlhf/"),
            expected
        );
        let file = |url: &str| ImportSource::Url {
            url: url.to_owned(),
        };
        assert_eq!(
            of("https://huggingface.co/datasets/a/b/blob/main/x.jsonl"),
            Some((
                "huggingface.co".to_owned(),
                file("https://huggingface.co/datasets/a/b/resolve/main/x.jsonl")
            ))
        );
        assert_eq!(
            of("http://localhost:8000/x.csv"),
            Some((
                "localhost:8000".to_owned(),
                file("http://localhost:8000/x.csv")
            ))
        );
        for nothing in ["", "words", "a/b/c", "ftp://a.org/x", "https://"] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn an_address_is_a_model_or_a_folder() {
        let of = |address: &str| folder(address).map(|(host, folder)| format!("{host} {folder}"));
        let hub = |name: &str| {
            Some(format!(
                "huggingface.co https://huggingface.co/{name}/resolve/main/"
            ))
        };
        assert_eq!(of("gpt2"), hub("gpt2"));
        assert_eq!(of("distilbert/distilgpt2 "), hub("distilbert/distilgpt2"));
        assert_eq!(
            of("https://huggingface.co/openai-community/gpt2"),
            hub("openai-community/gpt2")
        );
        assert_eq!(
            of("http://localhost:8000/models/mine"),
            Some("localhost:8000 http://localhost:8000/models/mine/".to_owned())
        );
        assert_eq!(of(""), None);
        assert_eq!(of("a/b/c"), None);
    }
}
