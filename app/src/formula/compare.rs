//! What a formula has that another has not, marked in its markup.

/// Fences and invisible signs tell nothing by themselves.
const SILENT: [&str; 8] = ["(", ")", "[", "]", "|", ",", "&#8290;", "&#8289;"];
/// The elements that hold text.
const LEAVES: [&str; 4] = ["mi", "mn", "mo", "mtext"];

/// A piece of markup: an element with text in it, or anything else.
enum MarkupPiece<'a> {
    Leaf { tag: &'a str, text: &'a str },
    Other(&'a str),
}

/// `line` with the class `new` on every name, number and sign that is not, in the same
/// order, in `old` too.
pub fn mark_new(line: &str, old: &str) -> String {
    let (new_pieces, old_pieces) = (pieces(line), pieces(old));
    let mut is_kept = common(&told(&new_pieces), &told(&old_pieces)).into_iter();
    let mut marked = String::with_capacity(line.len());
    for piece in &new_pieces {
        match piece {
            MarkupPiece::Other(text) => marked.push_str(text),
            MarkupPiece::Leaf { tag, text } => {
                let is_new = !SILENT.contains(text) && is_kept.next() == Some(false);
                let class = if is_new { r#" class="new""# } else { "" };
                let name = tag.split(' ').next().unwrap_or(tag);
                marked.push_str(&format!("<{tag}{class}>{text}</{name}>"));
            }
        }
    }
    marked
}

fn pieces(markup: &str) -> Vec<MarkupPiece<'_>> {
    let mut found = Vec::new();
    let mut rest = markup;
    while let Some((before, leaf, after)) = first_leaf(rest) {
        found.push(MarkupPiece::Other(before));
        found.push(leaf);
        rest = after;
    }
    found.push(MarkupPiece::Other(rest));
    found
}

/// The first element with text, with what stands before and after it.
fn first_leaf(markup: &str) -> Option<(&str, MarkupPiece<'_>, &str)> {
    let mut from = 0;
    loop {
        let start = from + markup.get(from..)?.find('<')?;
        let inside = markup.get(start + 1..)?;
        let end = inside.find('>')?;
        let tag = &inside[..end];
        let name = tag.split(' ').next().unwrap_or(tag);
        if LEAVES.contains(&name) {
            let content = &inside[end + 1..];
            let close = format!("</{name}>");
            let length = content.find(&close)?;
            let text = &content[..length];
            let after = &content[length + close.len()..];
            return Some((&markup[..start], MarkupPiece::Leaf { tag, text }, after));
        }
        from = start + 1 + end;
    }
}

/// The texts that count, in order.
fn told<'a>(pieces: &[MarkupPiece<'a>]) -> Vec<&'a str> {
    pieces
        .iter()
        .filter_map(|piece| match piece {
            MarkupPiece::Leaf { text, .. } if !SILENT.contains(text) => Some(*text),
            _ => None,
        })
        .collect()
}

/// For each of `new` whether it belongs to a longest common subsequence with `old`.
fn common(new: &[&str], old: &[&str]) -> Vec<bool> {
    let width = old.len() + 1;
    // Entry (i, j): the length for what is left from i and j on.
    let mut lengths = vec![0usize; (new.len() + 1) * width];
    for i in (0..new.len()).rev() {
        for j in (0..old.len()).rev() {
            lengths[i * width + j] = if new[i] == old[j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let mut kept = vec![false; new.len()];
    let (mut i, mut j) = (0, 0);
    while i < new.len() && j < old.len() {
        if new[i] == old[j] {
            kept[i] = true;
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::formula;
    use super::*;
    use tilt_protocol::ObjectiveKind;

    #[test]
    fn what_is_not_in_the_old_formula_is_marked() {
        let old = "<mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow>";
        let new = r#"<mrow><mi>a</mi><mo form="infix">−</mo><mo>(</mo><mi>b</mi><mo>*</mo><mn>1</mn><mo>)</mo></mrow>"#;
        let expected = r#"<mrow><mi>a</mi><mo form="infix" class="new">−</mo><mo>(</mo><mi>b</mi><mo class="new">*</mo><mn class="new">1</mn><mo>)</mo></mrow>"#;
        assert_eq!(mark_new(new, old), expected);
    }

    #[test]
    fn marks_are_all_that_changes() {
        let of = |kind: ObjectiveKind| formula(&kind.with_beta(kind.default_beta())).concat();
        let dpo = of(ObjectiveKind::Dpo);
        for kind in ObjectiveKind::ALL {
            let line = of(kind);
            let marked = mark_new(&line, &dpo);
            assert_eq!(marked.replace(r#" class="new""#, ""), line);
            let is_marked = marked.contains(r#"class="new""#);
            assert_eq!(is_marked, kind != ObjectiveKind::Dpo, "{kind:?}");
        }
    }
}
