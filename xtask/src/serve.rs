//! `cargo xtask serve`: the page on this machine, built first and, if wished, after each edit.

use crate::arguments::Arguments;
use crate::error::Error;
use crate::page;
use crate::reload::Builds;
use crate::setup;
use crate::site::Site;
use crate::watch;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

const FIRST_PORT: u16 = 8080;
/// Ports tried from the first one on, when the person named none.
const PORTS_TRIED: u16 = 20;

#[derive(Debug, PartialEq, Eq)]
pub struct ServeOptions {
    port: Option<u16>,
    open: bool,
    /// Starts and ends in a slash.
    prefix: String,
    /// Serve this instead of a fresh build.
    folder: Option<PathBuf>,
    /// Build what changes in the source, and have the page reload.
    watch: bool,
}

impl ServeOptions {
    /// # Errors
    /// An unknown option, or a value that is missing or makes no sense.
    pub fn from_arguments(arguments: &[String]) -> Result<ServeOptions, Error> {
        let mut options = ServeOptions {
            port: None,
            open: false,
            prefix: "/".into(),
            folder: None,
            watch: false,
        };
        let mut rest = Arguments::new("serve", arguments);
        while let Some(option) = rest.next() {
            match option {
                "--open" => options.open = true,
                "--watch" => options.watch = true,
                "--folder" => options.folder = Some(PathBuf::from(rest.value(option)?)),
                "--prefix" => {
                    options.prefix = match rest.value(option)?.trim_matches('/') {
                        "" => "/".into(),
                        path => format!("/{path}/"),
                    }
                }
                "--port" => {
                    let text = rest.value(option)?;
                    options.port = Some(text.parse().map_err(|_| Error::Usage {
                        problem: format!("`--port {text}`: a port is a number from 1 to 65535"),
                    })?);
                }
                unknown => return Err(rest.unknown(unknown)),
            }
        }
        if options.watch && options.folder.is_some() {
            return Err(Error::Usage {
                problem: "`--watch` builds what it serves: it goes without `--folder`".into(),
            });
        }
        Ok(options)
    }
}

/// `cargo xtask serve`: builds the page and serves it until it is interrupted.
pub fn run(root: &Path, options: &ServeOptions) -> Result<(), Error> {
    let (folder, tools) = match &options.folder {
        Some(folder) => (root.join(folder), None),
        None => {
            println!("What the page needs");
            let tools = setup::for_page(root)?;
            (page::build_plain(root, &tools)?, Some(tools))
        }
    };
    let folder = folder
        .canonicalize()
        .map_err(Error::io("looking for the folder to serve", &folder))?;
    let listener = listen(options.port)?;
    let port = listener
        .local_addr()
        .map_err(Error::io("asking for the port", "127.0.0.1"))?
        .port();
    let address = format!("http://127.0.0.1:{port}{}", options.prefix);
    println!("\nTilt is at {address}  (Ctrl-C ends it)");
    if options.open {
        open_in_browser(&address);
    }
    let is_fresh = tools.is_some();
    let Some(tools) = tools.filter(|_| options.watch) else {
        let site = Site::new(folder, &options.prefix, None);
        // Somebody else's folder is served as a host would.
        let site = if is_fresh { site.never_kept() } else { site };
        accept_forever(&listener, &Arc::new(site));
        return Ok(());
    };
    let builds = Arc::new(Builds::default());
    let site = Site::new(folder.clone(), &options.prefix, Some(builds.clone()));
    let site = Arc::new(site.never_kept());
    thread::spawn(move || accept_forever(&listener, &site));
    watch::run(root, &tools, &folder, &builds)
}

fn listen(wanted: Option<u16>) -> Result<TcpListener, Error> {
    let ports = match wanted {
        Some(port) => port..=port,
        None => FIRST_PORT..=FIRST_PORT + PORTS_TRIED,
    };
    let mut last_error = None;
    for port in ports {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(listener) => return Ok(listener),
            Err(error) => last_error = Some((port, error)),
        }
    }
    let (port, source) = last_error.unwrap_or((FIRST_PORT, io::ErrorKind::AddrInUse.into()));
    Err(Error::Io {
        doing: "opening a port to serve on (choose another one with --port)".into(),
        path: format!("127.0.0.1:{port}").into(),
        source,
    })
}

fn open_in_browser(address: &str) {
    let opener = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    let opened = Command::new(opener)
        .arg(address)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Err(error) = opened {
        println!("({opener} did not start: {error}; open the address by hand)");
    }
}

fn accept_forever(listener: &TcpListener, site: &Arc<Site>) {
    for connection in listener.incoming().flatten() {
        let site = Arc::clone(site);
        thread::spawn(move || {
            // A browser that hangs up is no news.
            let _ = site.answer(connection);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(arguments: &[&str]) -> Result<ServeOptions, Error> {
        let arguments: Vec<String> = arguments.iter().map(|a| a.to_string()).collect();
        ServeOptions::from_arguments(&arguments)
    }

    #[test]
    fn options_are_read_and_refused() {
        let read = options(&["--port", "9000", "--open", "--prefix", "class/tilt"]).unwrap();
        assert_eq!(
            read,
            ServeOptions {
                port: Some(9000),
                open: true,
                prefix: "/class/tilt/".into(),
                folder: None,
                watch: false,
            }
        );
        assert!(options(&["--watch"]).unwrap().watch);
        assert_eq!(options(&["--prefix", "/"]).unwrap().prefix, "/");
        for bad in [
            &["--port"][..],
            &["--port", "many"],
            &["--colour"],
            &["--watch", "--folder", "dist"],
        ] {
            assert!(matches!(options(bad), Err(Error::Usage { .. })), "{bad:?}");
        }
    }
}
