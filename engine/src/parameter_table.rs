//! The one table of a GPT's parameters: what each tensor does, its name, its shape, and by
//! the order of its lines where it lies in the flat arena. Checkpoints and stored runs hold
//! arenas in this order, so it never changes.
//!
//! All that knows parameters reads it: the layout, the plain composition, the kernels, Hugging
//! Face's files, the exact form of exports, and the count of a config's parameters.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What decides which parameters a GPT has, and their shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    pub vocab: usize,
    /// Positions.
    pub context: usize,
    pub width: usize,
    /// Width inside the MLPs.
    pub inner: usize,
    pub blocks: usize,
    /// Whether the language head is the token embeddings.
    pub is_tied: bool,
    pub has_score_head: bool,
}

/// A `T` for each parameter of a GPT, by what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters<T> {
    /// Token embeddings, `[vocab, width]`.
    pub tokens: T,
    /// Position embeddings, `[context, width]`.
    pub positions: T,
    pub blocks: Vec<Block<T>>,
    /// After the last block.
    pub last: LayerNorm<T>,
    /// Heads that have parameters of their own.
    pub heads: Vec<(Head, T)>,
}

/// A block: attention and MLP, each behind a LayerNorm and added to the residual stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<T> {
    pub before_attention: LayerNorm<T>,
    /// To queries, keys and values, `[width, 3 width]`.
    pub qkv: Linear<T>,
    /// From what attention gathered, `[width, width]`.
    pub attended: Linear<T>,
    pub before_mlp: LayerNorm<T>,
    /// `[width, inner width]`
    pub inner: Linear<T>,
    /// `[inner width, width]`
    pub outer: Linear<T>,
}

/// Gain and bias, `[width]` each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerNorm<T> {
    pub gain: T,
    pub bias: T,
}

/// `x W + b`, W `[inputs, outputs]` (as `transformers`' Conv1D stores it), b `[outputs]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linear<T> {
    pub inputs: usize,
    pub outputs: usize,
    pub weight: T,
    pub bias: T,
}

/// What is read of the hidden states after the last LayerNorm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// Logits over the vocabulary. Where it is tied the token embeddings are it, and it has no
    /// parameters of its own.
    Language,
    /// A reward model's scalar.
    Score,
}

/// What a tensor is to those who treat all tensors alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TensorRole {
    /// A row a token, or a position.
    Embedding,
    Gain,
    /// Of a LayerNorm, or of a linear map that may write to the residual stream.
    Bias {
        to_residual: bool,
    },
    /// Of a linear map.
    Weight {
        to_residual: bool,
    },
    Head(Head),
}

/// A line of the table.
#[derive(Clone, Debug)]
pub struct ParameterEntry<'a> {
    /// The block that it belongs to.
    pub block: Option<usize>,
    /// Its name within the block or the model.
    pub part: &'a [&'static str],
    pub shape: &'a [usize],
    pub role: TensorRole,
}

impl ParameterEntry<'_> {
    /// Hugging Face's name without the `transformer.` prefix: `h.0.attn.c_attn.weight`.
    pub fn name(&self) -> String {
        let part = self.part.join(".");
        match self.block {
            Some(block) => format!("h.{block}.{part}"),
            None => part,
        }
    }

    /// Numbers in it.
    pub fn numbers(&self) -> u64 {
        let sizes = self.shape.iter().map(|&size| size as u64);
        sizes.fold(1, u64::saturating_mul)
    }
}

/// Writes lines of the table.
struct EntryWriter<'a, T> {
    make: &'a mut dyn FnMut(ParameterEntry<'_>) -> T,
    block: Option<usize>,
}

impl<T> EntryWriter<'_, T> {
    fn line(&mut self, part: &[&'static str], shape: &[usize], role: TensorRole) -> T {
        (self.make)(ParameterEntry {
            block: self.block,
            part,
            shape,
            role,
        })
    }

    fn layer_norm(&mut self, part: &'static str, width: usize) -> LayerNorm<T> {
        LayerNorm {
            gain: self.line(&[part, "weight"], &[width], TensorRole::Gain),
            bias: self.line(
                &[part, "bias"],
                &[width],
                TensorRole::Bias { to_residual: false },
            ),
        }
    }

    fn linear(
        &mut self,
        part: &'static str,
        [inputs, outputs]: [usize; 2],
        to_residual: bool,
    ) -> Linear<T> {
        let (weight, bias) = (
            TensorRole::Weight { to_residual },
            TensorRole::Bias { to_residual },
        );
        Linear {
            inputs,
            outputs,
            weight: self.line(&[part, "weight"], &[inputs, outputs], weight),
            bias: self.line(&[part, "bias"], &[outputs], bias),
        }
    }
}

impl<T> Parameters<T> {
    /// What `make` makes of each line. It is called in the arena's order.
    pub fn table(sizes: &Sizes, mut make: impl FnMut(ParameterEntry<'_>) -> T) -> Parameters<T> {
        let (d, inner) = (sizes.width, sizes.inner);
        let mut of_model = EntryWriter {
            make: &mut make,
            block: None,
        };
        let embedding = TensorRole::Embedding;
        let tokens = of_model.line(&["wte", "weight"], &[sizes.vocab, d], embedding);
        let positions = of_model.line(&["wpe", "weight"], &[sizes.context, d], embedding);
        let blocks = (0..sizes.blocks).map(|block| {
            let mut lines = EntryWriter {
                make: &mut *of_model.make,
                block: Some(block),
            };
            Block {
                before_attention: lines.layer_norm("ln_1", d),
                qkv: lines.linear("attn.c_attn", [d, 3 * d], false),
                attended: lines.linear("attn.c_proj", [d, d], true),
                before_mlp: lines.layer_norm("ln_2", d),
                inner: lines.linear("mlp.c_fc", [d, inner], false),
                outer: lines.linear("mlp.c_proj", [inner, d], true),
            }
        });
        let blocks = blocks.collect();
        let last = of_model.layer_norm("ln_f", d);
        let heads = Head::ALL.into_iter().filter_map(|head| {
            let shape = head.own_shape(sizes)?;
            let own = of_model.line(&[head.part(), "weight"], &shape, TensorRole::Head(head));
            Some((head, own))
        });
        Parameters {
            tokens,
            positions,
            blocks,
            last,
            heads: heads.collect(),
        }
    }

    /// What `make` makes of each line and its place in the arena.
    pub fn placed(
        sizes: &Sizes,
        mut make: impl FnMut(ParameterEntry<'_>, Range<usize>) -> T,
    ) -> Parameters<T> {
        let mut end = 0;
        Parameters::table(sizes, |entry| {
            let start = end;
            end += entry.numbers() as usize;
            make(entry, start..end)
        })
    }

    /// A head's matrix, of shape `[outputs, width]`; `None` for a head that the model lacks.
    pub fn head(&self, head: Head) -> Option<&T> {
        let own = self.heads.iter().find(|(own, _)| *own == head);
        match (own, head) {
            (Some((_, own)), _) => Some(own),
            (None, Head::Language) => Some(&self.tokens),
            (None, Head::Score) => None,
        }
    }

    /// The head for logits: every model has one.
    pub fn language_head(&self) -> &T {
        self.head(Head::Language).unwrap_or(&self.tokens)
    }
}

impl Head {
    /// In the arena's order.
    const ALL: [Head; 2] = [Head::Language, Head::Score];

    fn part(self) -> &'static str {
        match self {
            Head::Language => "lm_head",
            Head::Score => "score",
        }
    }

    /// The file's name of its matrix.
    pub fn tensor(self) -> String {
        format!("{}.weight", self.part())
    }

    /// The shape of a head that has parameters of its own.
    fn own_shape(self, sizes: &Sizes) -> Option<[usize; 2]> {
        let (is_there, outputs) = match self {
            Head::Language => (!sizes.is_tied, sizes.vocab),
            Head::Score => (sizes.has_score_head, 1),
        };
        is_there.then_some([outputs, sizes.width])
    }
}

impl Parameters<Range<usize>> {
    /// Checks what kernels take for granted of places beside each other.
    ///
    /// # Errors
    /// What does not hold, and who relies on it.
    pub fn check_neighbours(&self) -> Result<(), String> {
        let holds = |holds: bool, what: &str| holds.then_some(()).ok_or_else(|| what.to_owned());
        let joined = |first: &Range<usize>, second: &Range<usize>| first.end == second.start;
        holds(
            self.tokens.start == 0 && joined(&self.tokens, &self.positions),
            "token and position embeddings are one table that begins the arena (embed.wgsl, embed_backward.wgsl, plan.rs)",
        )?;
        let of_block = |block: &Block<Range<usize>>| {
            [block.before_attention.clone(), block.before_mlp.clone()]
        };
        let mut norms: Vec<_> = self.blocks.iter().flat_map(of_block).collect();
        norms.push(self.last.clone());
        holds(
            norms.iter().all(|norm| joined(&norm.gain, &norm.bias)),
            "a LayerNorm's bias lies behind its gain (layer_norm_gradient.wgsl, cpu/gpt.rs)",
        )?;
        let starts = |of: fn(&Block<Range<usize>>) -> usize| -> Vec<usize> {
            self.blocks.iter().map(of).collect()
        };
        let distances = |starts: Vec<usize>| -> Vec<usize> {
            starts.windows(2).map(|pair| pair[1] - pair[0]).collect()
        };
        let first = distances(starts(|block| block.before_attention.gain.start));
        let second = distances(starts(|block| block.before_mlp.gain.start));
        holds(
            first
                .iter()
                .chain(&second)
                .all(|distance| *distance == first[0]),
            "blocks are equally far apart (layer_norm_gradient.wgsl)",
        )?;
        let linears = self.blocks.iter().flat_map(Block::linears);
        holds(
            linears
                .into_iter()
                .all(|linear| joined(&linear.weight, &linear.bias)),
            "a bias lies behind its weight (weight_gradient.wgsl)",
        )?;
        let others = norms.iter().map(|norm| norm.bias.end);
        let end = others.max().unwrap_or(0);
        holds(
            self.heads.iter().all(|(_, own)| own.start >= end),
            "heads lie behind everything else, so that a model can be given one (Model::with_score_head)",
        )
    }
}

impl<T> Block<T> {
    /// Its linear maps, in the arena's order.
    fn linears(&self) -> [&Linear<T>; 4] {
        [&self.qkv, &self.attended, &self.inner, &self.outer]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Sizes = Sizes {
        vocab: 97,
        context: 64,
        width: 48,
        inner: 192,
        blocks: 1,
        is_tied: true,
        has_score_head: false,
    };

    /// With everything that adds or changes tensors.
    fn all_sizes() -> Vec<Sizes> {
        let options = |blocks: usize| {
            (0..8).map(move |options| Sizes {
                blocks,
                is_tied: options & 1 == 0,
                has_score_head: options & 2 > 0,
                inner: if options & 4 > 0 { 52 } else { 192 },
                ..SMALL
            })
        };
        (0..4).flat_map(options).collect()
    }

    #[test]
    fn what_kernels_rely_on_lies_side_by_side() {
        for sizes in all_sizes() {
            let places = Parameters::placed(&sizes, |_, place| place);
            assert_eq!(places.check_neighbours(), Ok(()), "{sizes:?}");
        }
    }

    #[test]
    fn a_place_that_kernels_do_not_expect_is_named() {
        let places = || Parameters::placed(&all_sizes()[31], |_, place| place);
        type Change = fn(&mut Parameters<Range<usize>>);
        let changes: [(Change, &str); 5] = [
            (|all| all.positions.start += 4, "embed.wgsl"),
            (|all| all.last.bias.start += 4, "layer_norm_gradient.wgsl"),
            (
                |all| {
                    let norm = &mut all.blocks[1].before_mlp;
                    (norm.gain.start, norm.gain.end) = (norm.gain.start + 4, norm.gain.end);
                },
                "equally far apart",
            ),
            (
                |all| all.blocks[2].inner.bias.start += 4,
                "weight_gradient.wgsl",
            ),
            (|all| all.heads[0].1.start = 0, "with_score_head"),
        ];
        for (change, expected) in changes {
            let mut all = places();
            change(&mut all);
            let told = all.check_neighbours().unwrap_err();
            assert!(told.contains(expected), "{told}");
        }
    }

    #[test]
    fn names_and_order_are_those_of_stored_arenas() {
        let sizes = Sizes {
            is_tied: false,
            has_score_head: true,
            ..SMALL
        };
        let mut names = Vec::new();
        Parameters::table(&sizes, |entry| names.push(entry.name()));
        let expected = "wte.weight wpe.weight h.0.ln_1.weight h.0.ln_1.bias \
            h.0.attn.c_attn.weight h.0.attn.c_attn.bias h.0.attn.c_proj.weight \
            h.0.attn.c_proj.bias h.0.ln_2.weight h.0.ln_2.bias h.0.mlp.c_fc.weight \
            h.0.mlp.c_fc.bias h.0.mlp.c_proj.weight h.0.mlp.c_proj.bias ln_f.weight ln_f.bias \
            lm_head.weight score.weight";
        assert_eq!(names, expected.split_whitespace().collect::<Vec<_>>());
    }
}
