//! What stands behind a command: options, some of them with a value.

use crate::error::Error;

/// The arguments of `command`, one after the other.
pub struct Arguments<'a> {
    command: &'static str,
    rest: std::slice::Iter<'a, String>,
}

impl<'a> Arguments<'a> {
    pub fn new(command: &'static str, arguments: &'a [String]) -> Arguments<'a> {
        Arguments {
            command,
            rest: arguments.iter(),
        }
    }

    /// What follows `option`.
    ///
    /// # Errors
    /// Nothing does.
    pub fn value(&mut self, option: &str) -> Result<&'a str, Error> {
        self.next().ok_or_else(|| Error::Usage {
            problem: format!("`{option}` needs a value"),
        })
    }

    /// The whole number that follows `option`.
    ///
    /// # Errors
    /// Something else does, or nothing.
    pub fn number(&mut self, option: &str) -> Result<u64, Error> {
        let text = self.value(option)?;
        text.parse().map_err(|_| Error::Usage {
            problem: format!("`{option}` takes a whole number, but got `{text}`"),
        })
    }

    pub fn unknown(&self, option: &str) -> Error {
        Error::Usage {
            problem: format!("`{}` has no option `{option}`", self.command),
        }
    }
}

impl<'a> Iterator for Arguments<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.rest.next().map(String::as_str)
    }
}
