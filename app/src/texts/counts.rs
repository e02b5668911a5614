//! How many of what there are, in words.

/// "1 label", "3 labels", "2 losses": for nouns with a regular plural.
pub fn counted(count: usize, noun: &str) -> String {
    let plural = match count {
        1 => "",
        _ if noun.ends_with('s') => "es",
        _ => "s",
    };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    #[test]
    fn one_is_no_plural() {
        let said = [0, 1, 2].map(|count| counted(count, "row"));
        assert_eq!(said, ["0 rows", "1 row", "2 rows"]);
        assert_eq!(
            [1, 2].map(|count| counted(count, "loss")),
            ["1 loss", "2 losses"]
        );
    }

    /// Blanks of texts that are followed by a plural whatever they hold.
    fn rigid_plurals(source: &str) -> Vec<String> {
        let code = source.split("#[cfg(test)]\nmod tests").next().unwrap_or("");
        let words = "rows labels steps pairs prompts runs workers losses wins answers tokens \
                     times points ties bars values questions";
        let nouns: Vec<&str> = words.split_whitespace().collect();
        let lines = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let mut found = Vec::new();
        for line in lines {
            for (before, after) in line
                .match_indices("} ")
                .map(|(at, _)| line.split_at(at + 2))
            {
                // "1 to 2 rows" is more than one.
                if before.ends_with("} to {} ") {
                    continue;
                }
                let is_letter = |c: char| c.is_ascii_lowercase();
                let word = after.split(|c| !is_letter(c)).next().unwrap_or("");
                // A match arm that is for many alone may say so.
                if nouns.contains(&word) && !line.contains("=>") {
                    found.push(line.trim().to_owned());
                }
            }
        }
        found
    }

    #[test]
    fn no_text_has_a_plural_that_cannot_be_one() {
        assert_eq!(rigid_plurals("format!(\"{count} rows\")").len(), 1);
        assert!(rigid_plurals("format!(\"{count} of it\")").is_empty());
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/texts");
        let mut strays = Vec::new();
        for entry in fs::read_dir(folder).expect("the texts") {
            let path = entry.expect("an entry").path();
            let source = fs::read_to_string(&path).expect("a source file");
            let found = rigid_plurals(&source);
            strays.extend(
                found
                    .iter()
                    .map(|line| format!("{}: {line}", path.display())),
            );
        }
        assert!(strays.is_empty(), "use counted():\n{}", strays.join("\n"));
    }
}
