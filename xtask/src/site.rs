//! A folder as a plain static host gives it, no more.

use crate::reload::{self, Builds};
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A browser opens connections in advance and leaves them silent.
const SILENCE_LIMIT: Duration = Duration::from_secs(20);
const LONGEST_HEAD_BYTES: u64 = 64 * 1024;
const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// In place of the page's service worker: one that takes the kept page away, and itself.
const KEEPS_NOTHING: &str = "\
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil((async () => {
  const names = await caches.keys();
  const kept = names.filter((name) => name.startsWith(`tilt ${registration.scope} `));
  await Promise.all(kept.map((name) => caches.delete(name)));
  await registration.unregister();
  if (kept.length === 0) return;
  for (const page of await clients.matchAll({ type: 'window' })) page.navigate(page.url);
})()));
";

/// A folder served under a path.
pub struct Site {
    folder: PathBuf,
    prefix: String,
    /// Where the source is watched: pages are told of each build.
    builds: Option<Arc<Builds>>,
    /// Whether browsers may keep the page for use without a network.
    may_be_kept: bool,
}

struct HttpResponse {
    status: &'static str,
    content_type: &'static str,
    body: Vec<u8>,
    location: Option<String>,
}

impl Site {
    pub fn new(folder: PathBuf, prefix: &str, builds: Option<Arc<Builds>>) -> Site {
        Site {
            folder,
            prefix: prefix.to_string(),
            builds,
            may_be_kept: true,
        }
    }

    /// The page of somebody who works on it: what an earlier build left in a browser goes.
    pub fn never_kept(self) -> Site {
        Site {
            may_be_kept: false,
            ..self
        }
    }

    pub fn answer(&self, mut connection: TcpStream) -> io::Result<()> {
        connection.set_read_timeout(Some(SILENCE_LIMIT))?;
        let mut head = BufReader::new(Read::by_ref(&mut connection).take(LONGEST_HEAD_BYTES));
        let mut request_line = String::new();
        head.read_line(&mut request_line)?;
        let mut header = String::new();
        while head.read_line(&mut header)? > 0 && !header.trim().is_empty() {
            header.clear();
        }
        let mut words = request_line.split_whitespace();
        let (method, target) = match (words.next(), words.next()) {
            (Some(method), Some(target)) => (method, target),
            _ => return Ok(()),
        };
        if let Some(builds) = &self.builds
            && method == "GET"
            && target.strip_prefix(&self.prefix) == Some(reload::ADDRESS)
        {
            return builds.tell_next(&mut connection);
        }
        let answer = match method {
            "GET" | "HEAD" => self.look_up(target),
            _ => HttpResponse::text("405 Method Not Allowed", "only GET and HEAD are answered"),
        };
        let location = answer
            .location
            .map(|location| format!("Location: {location}\r\n"))
            .unwrap_or_default();
        write!(
            connection,
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\n{location}Connection: close\r\n\r\n",
            answer.status,
            answer.content_type,
            answer.body.len(),
        )?;
        if method == "GET" {
            connection.write_all(&answer.body)?;
        }
        connection.flush()
    }

    fn look_up(&self, target: &str) -> HttpResponse {
        let path = target.split(['?', '#']).next().unwrap_or("/");
        if path == self.prefix.trim_end_matches('/') && !path.is_empty() {
            return HttpResponse {
                location: Some(self.prefix.clone()),
                ..HttpResponse::text("301 Moved Permanently", "the page is one slash further")
            };
        }
        let inside = path.strip_prefix(&self.prefix).and_then(decoded);
        if self.builds.is_some() && inside.as_deref() == Some(reload::SCRIPT_ADDRESS) {
            return HttpResponse {
                status: "200 OK",
                content_type: SCRIPT,
                body: reload::SCRIPT.as_bytes().to_vec(),
                location: None,
            };
        }
        if !self.may_be_kept && inside.as_deref() == Some("sw.js") {
            return HttpResponse {
                status: "200 OK",
                content_type: SCRIPT,
                body: KEEPS_NOTHING.as_bytes().to_vec(),
                location: None,
            };
        }
        let Some(file) = inside.and_then(|inside| self.file(&inside)) else {
            return HttpResponse::text("404 Not Found", "there is no such file");
        };
        match fs::read(&file) {
            Ok(mut body) => {
                let content_type = content_type(&file);
                if self.builds.is_some() && content_type == HTML {
                    body.extend(reload::TAG.as_bytes());
                }
                HttpResponse {
                    status: "200 OK",
                    content_type,
                    body,
                    location: None,
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                HttpResponse::text("404 Not Found", "there is no such file")
            }
            Err(error) => {
                eprintln!("{}: {error}", file.display());
                HttpResponse::text("500 Internal Server Error", "the file cannot be read")
            }
        }
    }

    /// The file of a path below the prefix; `None` where it would leave the folder.
    fn file(&self, inside: &str) -> Option<PathBuf> {
        let relative = Path::new(inside);
        let stays_inside = relative
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !stays_inside || inside.contains(['\\', '\0']) {
            return None;
        }
        let file = self.folder.join(relative);
        Some(if file.is_dir() {
            file.join("index.html")
        } else {
            file
        })
    }
}

impl HttpResponse {
    fn text(status: &'static str, text: &str) -> HttpResponse {
        HttpResponse {
            status,
            content_type: "text/plain; charset=utf-8",
            body: format!("{text}\n").into_bytes(),
            location: None,
        }
    }
}

/// Percent-decoding; `None` for what is no UTF-8 or no valid escape.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// wasm has to be served as such, or the browser does not compile it while it loads.
fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => HTML,
        Some("js" | "mjs") => SCRIPT,
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt" | "md" | "jsonl") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, TcpListener};
    use std::thread;

    /// Serves a small folder under `prefix` and returns the whole answer to `request`.
    fn exchange(prefix: &str, request: &str) -> String {
        exchange_with(prefix, request, None)
    }

    fn exchange_with(prefix: &str, request: &str, builds: Option<Arc<Builds>>) -> String {
        static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let outer =
            std::env::temp_dir().join(format!("tilt-serve-{}-{number}", std::process::id()));
        let folder = outer.join("site");
        fs::create_dir_all(folder.join("models")).unwrap();
        fs::write(outer.join("secret.txt"), "secret").unwrap();
        fs::write(folder.join("index.html"), "<p>home</p>").unwrap();
        fs::write(folder.join("worker_bg.wasm"), "\0asm").unwrap();
        fs::write(folder.join("models/a b.json"), "{}").unwrap();

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let site = Site::new(folder, prefix, builds).never_kept();
        let server = thread::spawn(move || site.answer(listener.accept().unwrap().0).unwrap());
        let mut connection = TcpStream::connect(address).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        server.join().unwrap();
        fs::remove_dir_all(outer).unwrap();
        answer
    }

    fn check(prefix: &str, path: &str, status: &str, content: &str) {
        let answer = exchange(prefix, &format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{path}: {answer}"
        );
        assert!(answer.contains(content), "{path}: {answer}");
    }

    #[test]
    fn files_under_the_root_and_under_a_prefix() {
        check("/", "/", "200", "<p>home</p>");
        check("/", "/?device=cpu", "200", "text/html");
        check("/", "/worker_bg.wasm", "200", "application/wasm");
        check("/", "/models/a%20b.json", "200", "application/json");
        check("/class/tilt/", "/class/tilt/", "200", "<p>home</p>");
        check(
            "/class/tilt/",
            "/class/tilt",
            "301",
            "Location: /class/tilt/",
        );
        check("/class/tilt/", "/worker_bg.wasm", "404", "no such file");
    }

    #[test]
    fn a_page_that_is_worked_on_is_not_kept() {
        check(
            "/class/",
            "/class/sw.js",
            "200",
            "registration.unregister()",
        );
    }

    #[test]
    fn a_page_that_is_watched_reloads_after_a_build() {
        let page = "GET /class/ HTTP/1.1\r\n\r\n";
        assert!(!exchange("/class/", page).contains(reload::ADDRESS));
        let builds = Arc::new(Builds::default());
        let answer = exchange_with("/class/", page, Some(builds.clone()));
        assert!(answer.contains(reload::ADDRESS), "{answer}");
        let script = "GET /class/__changes.js HTTP/1.1\r\n\r\n";
        let answer = exchange_with("/class/", script, Some(builds.clone()));
        assert!(answer.contains("text/javascript") && answer.contains("location.reload"));
        assert!(exchange("/class/", script).starts_with("HTTP/1.1 404"));
        let building = builds.clone();
        let over = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let is_over = over.clone();
        let building = thread::spawn(move || {
            while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                building.add();
                thread::sleep(Duration::from_millis(5));
            }
        });
        let listened = "GET /class/__changes HTTP/1.1\r\n\r\n";
        let answer = exchange_with("/class/", listened, Some(builds));
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        building.join().unwrap();
        assert!(answer.contains("text/event-stream"), "{answer}");
        assert!(answer.contains("data: built"), "{answer}");
    }

    #[test]
    fn nothing_outside_the_folder() {
        check("/", "/../secret.txt", "404", "no such file");
        check("/", "/%2e%2e/secret.txt", "404", "no such file");
        check("/", "//etc/passwd", "404", "no such file");
        check("/", "/%zz", "404", "no such file");
        check("/", "/missing.js", "404", "no such file");
    }

    #[test]
    fn other_methods_and_heads() {
        let posted = exchange("/", "POST / HTTP/1.1\r\n\r\n");
        assert!(posted.starts_with("HTTP/1.1 405"), "{posted}");
        let head = exchange("/", "HEAD / HTTP/1.1\r\n\r\n");
        assert!(head.contains("Content-Length: 11"), "{head}");
        assert!(!head.contains("home"), "{head}");
    }
}
