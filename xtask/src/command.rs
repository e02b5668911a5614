//! Running other programs: shown, streamed, with failures that name the command line.

use crate::error::Error;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// Flags for rustc stand in `.cargo/config.toml` alone. These would replace them,
/// and everything would build a second time, wrongly.
const RUSTC_FLAG_VARIABLES: [&str; 4] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
];

/// One run of a program.
pub struct ProgramRun {
    command: Command,
    shown: String,
    doing: String,
    fix: Option<String>,
}

impl ProgramRun {
    /// `doing` completes "... failed" for the person who reads it.
    pub fn new(program: impl AsRef<OsStr>, doing: &str) -> ProgramRun {
        let program = program.as_ref();
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        for variable in RUSTC_FLAG_VARIABLES {
            command.env_remove(variable);
        }
        ProgramRun {
            command,
            shown: quoted(program),
            doing: doing.to_string(),
            fix: None,
        }
    }

    pub fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> ProgramRun {
        for argument in arguments {
            let argument = argument.as_ref();
            self.shown.push(' ');
            self.shown.push_str(&quoted(argument));
            self.command.arg(argument);
        }
        self
    }

    pub fn dir(mut self, folder: &Path) -> ProgramRun {
        self.command.current_dir(folder);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> ProgramRun {
        self.command.env(name, value);
        self
    }

    pub fn envs(
        mut self,
        variables: impl IntoIterator<Item = (&'static str, &'static str)>,
    ) -> ProgramRun {
        self.command.envs(variables);
        self
    }

    pub fn without_env(mut self, name: &str) -> ProgramRun {
        self.command.env_remove(name);
        self
    }

    /// The search path for the program's own children and for the program itself.
    pub fn path(self, path: &OsString) -> ProgramRun {
        self.env("PATH", path)
    }

    /// What the person can do if it fails.
    pub fn fix(mut self, advice: &str) -> ProgramRun {
        self.fix = Some(advice.to_string());
        self
    }

    /// Run it with its output on the terminal.
    ///
    /// # Errors
    /// The program is missing, or ends with a status other than 0.
    pub fn stream(mut self) -> Result<(), Error> {
        println!("  $ {}", self.shown);
        let status = self
            .command
            .status()
            .map_err(|source| self.start_error(&source))?;
        self.judge(status)
    }

    /// Run it with its output on the terminal, and hand each line of standard output
    /// to `reader` as well. The exit status is the caller's to judge.
    ///
    /// # Errors
    /// The program is missing or its output cannot be read.
    pub fn stream_lines(mut self, mut reader: impl FnMut(&str)) -> Result<ExitStatus, Error> {
        println!("  $ {}", self.shown);
        self.command.stdout(Stdio::piped());
        let mut child = self
            .command
            .spawn()
            .map_err(|source| self.start_error(&source))?;
        if let Some(output) = child.stdout.take() {
            let mut lines = BufReader::new(output);
            let mut line = Vec::new();
            while lines
                .read_until(b'\n', &mut line)
                .map_err(|source| self.start_error(&source))?
                > 0
            {
                let text = String::from_utf8_lossy(&line);
                print!("{text}");
                reader(text.trim_end());
                line.clear();
            }
        }
        child.wait().map_err(|source| self.start_error(&source))
    }

    /// Run it silently and return its standard output.
    ///
    /// # Errors
    /// The program is missing, or ends with a status other than 0; then what it
    /// printed on standard error is part of the message.
    pub fn capture(mut self) -> Result<String, Error> {
        let output = self
            .command
            .output()
            .map_err(|source| self.start_error(&source))?;
        if !output.status.success() {
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            self.judge(output.status)?;
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Run it silently; its standard output, or `None` when it is missing or says no.
    pub fn probe(mut self) -> Option<String> {
        let output = self.command.output().ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn judge(self, status: ExitStatus) -> Result<(), Error> {
        if status.success() {
            return Ok(());
        }
        Err(Error::Failed {
            doing: self.doing,
            command: self.shown,
            status: status.to_string(),
            fix: self.fix,
        })
    }

    fn start_error(&self, source: &io::Error) -> Error {
        Error::Failed {
            doing: self.doing.clone(),
            command: self.shown.clone(),
            status: source.to_string(),
            fix: self.fix.clone(),
        }
    }
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:@,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{word}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_and_the_advice() {
        let error = ProgramRun::new("cargo", "asking cargo the impossible")
            .args(["no-such-command", "with space"])
            .fix("ask for something else")
            .capture()
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("asking cargo the impossible failed"),
            "{error}"
        );
        assert!(
            error.contains("cargo no-such-command 'with space'"),
            "{error}"
        );
        assert!(error.contains("ask for something else"), "{error}");
    }

    #[test]
    fn a_missing_program_is_a_failure_too() {
        let error = ProgramRun::new("tilt-no-such-program", "looking").stream();
        assert!(matches!(error, Err(Error::Failed { .. })));
    }

    #[test]
    fn lines_are_streamed_and_read() {
        let mut lines = Vec::new();
        let status = ProgramRun::new("cargo", "asking for the version")
            .args(["--version"])
            .stream_lines(|line| lines.push(line.to_string()))
            .unwrap();
        assert!(status.success());
        assert!(lines[0].starts_with("cargo "), "{lines:?}");
    }
}
