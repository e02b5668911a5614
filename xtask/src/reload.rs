//! How a served page learns that it was built anew, and reloads.

use std::io::{self, Write};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Where the page listens, below the prefix.
pub const ADDRESS: &str = "__changes";
/// Where the script lies that listens there.
pub const SCRIPT_ADDRESS: &str = "__changes.js";
pub const SCRIPT: &str = "\
const changes = new EventSource('./__changes');
changes.onmessage = () => location.reload();
addEventListener('pagehide', () => changes.close());
";
/// Goes to the end of the page's HTML.
pub const TAG: &str = "<script type=\"module\" src=\"./__changes.js\"></script>\n";
/// Shows in time that a listener has gone.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// How often the page was built anew.
#[derive(Default)]
pub struct Builds {
    count: Mutex<u64>,
    is_new: Condvar,
}

impl Builds {
    /// There is a new one: all who listen reload.
    pub fn add(&self) {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.is_new.notify_all();
    }

    /// Tells this listener of the next build; returns once it is told, or has hung up.
    pub fn tell_next(&self, listener: &mut impl Write) -> io::Result<()> {
        write!(
            listener,
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n"
        )?;
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        let first = *count;
        while *count == first {
            // A comment of the event stream.
            listener.write_all(b":\n\n")?;
            listener.flush()?;
            count = self
                .is_new
                .wait_timeout(count, SIGN_OF_LIFE)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        listener.write_all(b"data: built\n\n")?;
        listener.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Sender, channel};
    use std::thread;

    /// Passes on what is written.
    struct PageConnection(Sender<Vec<u8>>);

    impl Write for PageConnection {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0
                .send(bytes.to_vec())
                .map_err(|_| io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn who_listens_hears_of_the_next_build() {
        let builds = Builds::default();
        builds.add();
        let (sender, heard) = channel();
        thread::scope(|scope| {
            let telling = scope.spawn(|| builds.tell_next(&mut PageConnection(sender)));
            let mut text = String::new();
            while !text.ends_with(":\n\n") {
                text += &String::from_utf8(heard.recv().unwrap()).unwrap();
            }
            assert!(!text.contains("data:"), "{text}");
            builds.add();
            telling.join().unwrap().unwrap();
        });
        let text: Vec<u8> = heard.try_iter().flatten().collect();
        assert!(text.ends_with(b"data: built\n\n"));
    }

    #[test]
    fn the_script_listens_where_it_is_told() {
        assert!(SCRIPT.contains(&format!("'./{ADDRESS}'")));
    }
}
