//! The page in a frame of another one: its address there, and the frame to copy.

/// The address as a frame has it: the Lab alone.
pub fn in_frame(address: &str) -> String {
    let (before, fragment) = match address.split_once('#') {
        Some((before, fragment)) => (before, format!("#{fragment}")),
        None => (address, String::new()),
    };
    let sign = if before.contains('?') { '&' } else { '?' };
    format!("{before}{sign}embed{fragment}")
}

/// A frame that shows the address. `title` is what screen readers call it.
pub fn frame(address: &str, title: &str) -> String {
    format!(
        "<iframe src=\"{}\" title=\"{}\" width=\"100%\" height=\"800\" style=\"border:0\" allow=\"clipboard-write\"></iframe>",
        attribute(&in_frame(address)),
        attribute(title),
    )
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_has_the_address_without_what_stands_around_the_lab() {
        for (address, framed) in [
            ("https://a.org/t/", "https://a.org/t/?embed"),
            ("https://a.org/?lesson=x", "https://a.org/?lesson=x&embed"),
            (
                "https://a.org/?level=start#lesson=ab?c",
                "https://a.org/?level=start&embed#lesson=ab?c",
            ),
        ] {
            assert_eq!(in_frame(address), framed);
        }
        let frame = frame("https://a.org/?a=1", "Beta & \"KL\"");
        assert!(
            frame.contains("src=\"https://a.org/?a=1&amp;embed\""),
            "{frame}"
        );
        assert!(
            frame.contains("title=\"Beta &amp; &quot;KL&quot;\""),
            "{frame}"
        );
    }
}
