//! Sentences as token ids, in a tree of their common beginnings, with probabilities.

use super::Relation;

/// What a sequence of tokens turns out to be at its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ends {
    Opener,
    Closer,
    Refusal,
    Remark(&'static str),
    /// Of a relation with a value.
    Statement(Relation, &'static str),
    /// No sentence yet: words before a statement.
    Front,
}

/// Token sequences, each with a share.
#[derive(Default)]
pub(super) struct Trie {
    /// The first is the root, once there is anything.
    nodes: Vec<Node>,
}

#[derive(Default)]
struct Node {
    /// The next token and its node.
    children: Vec<(u32, usize)>,
    /// Summed shares of the sequences that go through here, or end.
    share: f64,
    /// Summed shares of those that end here.
    ending: f64,
    ends: Option<Ends>,
}

impl Trie {
    /// Adds a share to a sequence.
    pub(super) fn insert(&mut self, ids: &[u32], share: f64, ends: Ends) {
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let mut at = 0;
        self.nodes[at].share += share;
        for &id in ids {
            at = match self.child(at, id) {
                Some(child) => child,
                None => {
                    self.nodes.push(Node::default());
                    let child = self.nodes.len() - 1;
                    self.nodes[at].children.push((id, child));
                    child
                }
            };
            self.nodes[at].share += share;
        }
        self.nodes[at].ending += share;
        self.nodes[at].ends = Some(ends);
    }

    fn child(&self, node: usize, id: u32) -> Option<usize> {
        let children = self.nodes.get(node)?.children.iter();
        children.copied().find(|child| child.0 == id).map(|c| c.1)
    }
}

/// A place in a tree whose sequences as a whole have a weight.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t> {
    trie: &'t Trie,
    node: usize,
    /// Probability of a share of 1.
    scale: f64,
    /// Whose it is.
    pub tag: usize,
}

impl<'t> Cursor<'t> {
    /// At the beginning of all sequences, whose probabilities sum to `weight`.
    pub(super) fn new(trie: &'t Trie, weight: f64, tag: usize) -> Cursor<'t> {
        let whole = trie.nodes.first().map_or(1.0, |root| root.share);
        Cursor {
            trie,
            node: 0,
            scale: weight / whole,
            tag,
        }
    }

    /// After one more token; `None` where nothing goes on with it.
    pub(super) fn after(self, id: u32) -> Option<Cursor<'t>> {
        let node = self.trie.child(self.node, id)?;
        Some(Cursor { node, ..self })
    }

    /// What ends here.
    pub(super) fn ends(&self) -> Option<Ends> {
        self.trie.nodes.get(self.node)?.ends
    }

    /// Probability of what ends here.
    pub(super) fn reached(&self) -> f64 {
        let node = self.trie.nodes.get(self.node);
        node.map_or(0.0, |node| self.scale * node.ending)
    }
}

/// The distribution over the token that follows, the cursors' places being all there is.
pub(super) fn next_tokens(cursors: &[Cursor<'_>]) -> Vec<(u32, f32)> {
    let mut weights: Vec<(u32, f64)> = Vec::new();
    for cursor in cursors {
        let Some(node) = cursor.trie.nodes.get(cursor.node) else {
            continue;
        };
        for &(id, child) in &node.children {
            let weight = cursor.scale * cursor.trie.nodes[child].share;
            match weights.iter_mut().find(|known| known.0 == id) {
                Some(known) => known.1 += weight,
                None => weights.push((id, weight)),
            }
        }
    }
    let total: f64 = weights.iter().map(|weight| weight.1).sum();
    weights
        .into_iter()
        .map(|(id, weight)| (id, (weight / total) as f32))
        .collect()
}
