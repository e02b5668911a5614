//! What can go wrong in a command, and how it is said to a person.

use std::fmt;
use std::io;
use std::path::PathBuf;

#[derive(Debug)]
pub enum Error {
    /// The command line makes no sense.
    Usage { problem: String },
    /// A program that only the person can install.
    Missing { program: String, fix: String },
    /// A program ran and said no.
    Failed {
        doing: String,
        command: String,
        status: String,
        fix: Option<String>,
    },
    /// A file or a socket that could not be used.
    Io {
        doing: String,
        path: PathBuf,
        source: io::Error,
    },
    /// A file whose content is not what it has to be.
    Content {
        path: PathBuf,
        found: String,
        expected: String,
    },
}

impl Error {
    /// For `map_err`: what was being done, and with which file.
    pub fn io(doing: &str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let doing = doing.to_string();
        let path = path.into();
        move |source| Error::Io {
            doing,
            path,
            source,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Usage { problem } => {
                write!(f, "{problem}; `cargo xtask help` lists what there is")
            }
            Error::Missing { program, fix } => {
                write!(f, "{program} is missing.\n  what to do: {fix}")
            }
            Error::Failed {
                doing,
                command,
                status,
                fix,
            } => {
                write!(f, "{doing} failed ({status}).\n  command: {command}")?;
                match fix {
                    Some(fix) => write!(f, "\n  what to do: {fix}"),
                    None => Ok(()),
                }
            }
            Error::Io {
                doing,
                path,
                source,
            } => write!(f, "{doing} failed: {}: {source}", path.display()),
            Error::Content {
                path,
                found,
                expected,
            } => write!(f, "{}: found {found}, expected {expected}", path.display()),
        }
    }
}
