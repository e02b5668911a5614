//! The backward pass of a GPT by WebGPU kernels: see `gpt.rs`.

use super::gpt::{Activations, BlockActivations, Head, Norms};
use super::launch::{Buffer, Fold, Kernel, Tile};
use super::launcher::{
    Launcher, MATMUL, Matmul, Named, ROWS_ALL, attention_sizes, quads, transpose,
};
use super::limits::numbers;
use super::plan::table_entries;
use crate::kernels::shape::{BlockSlots, LayerNormSlots, Linear, Shape};
use burn::tensor::Tensor;

const PLAIN: &[&str] = &[ROWS_ALL, MATMUL, include_str!("wgsl/store_plain.wgsl")];
const TIMES_SLOPE: &[&str] = &[ROWS_ALL, MATMUL, include_str!("wgsl/store_slope.wgsl")];
const WEIGHT_GRADIENT: &[&str] = &[ROWS_ALL, include_str!("wgsl/weight_gradient.wgsl")];

/// The matrices of the blocks as the backward pass wants them, transposed, in as few buffers as the
/// device allows.
struct Transposed {
    buffers: Vec<Buffer>,
    /// Of each matrix (qkv, attended, inner, outer of each block) which buffer, and where.
    places: Vec<(usize, usize)>,
}

impl Transposed {
    fn new(launcher: &Launcher<'_>) -> Transposed {
        let most = numbers(launcher.gpu.traits);
        let mut places = Vec::new();
        let mut pieces: Vec<Vec<[usize; 4]>> = vec![Vec::new()];
        let mut to = 0;
        for linear in launcher.shape.blocks.iter().flat_map(linears) {
            let len = linear.weight.len();
            if to > 0 && to + len > most {
                pieces.push(Vec::new());
                to = 0;
            }
            let at = pieces.len() - 1;
            pieces[at].push([linear.weight.start, linear.inputs, linear.outputs, to]);
            places.push((at, to));
            to += len;
        }
        let buffers = pieces.into_iter().map(|matrices| {
            let len = matrices
                .last()
                .map_or(0, |&[_, rows, columns, to]| to + rows * columns);
            let buffer = launcher.gpu.room(len);
            transpose(launcher.gpu, launcher.arena, &buffer, &matrices);
            buffer
        });
        Transposed {
            buffers: buffers.collect(),
            places,
        }
    }
}

/// A block's matrices in their order.
fn linears(slots: &BlockSlots) -> [&Linear; 4] {
    [&slots.qkv, &slots.attended, &slots.inner, &slots.outer]
}

impl Activations {
    /// The gradient in the arena's layout, `[parameters]`, of a loss whose derivatives with
    /// respect to the pass's values are `upstream`, `[n]`.
    pub fn backward(self, shape: &Shape, len: usize, upstream: &[f32]) -> Tensor<1> {
        let Activations {
            gpu,
            plan,
            arena,
            blocks,
            norms,
            head,
        } = self;
        let launcher = Launcher {
            gpu: &gpu,
            shape,
            plan: &plan,
            arena: &arena,
        };
        let d = shape.width;
        let norm_count = 2 * shape.blocks.len() + 1;
        let gradient = gpu.room(len);
        let d_norms = gpu.room(norm_count * plan.room() * d);
        let to = (&d_norms, norm_count - 1);
        let is_tied_head = matches!(head, Head::Logps(_)) && shape.head == shape.tokens;
        match head {
            Head::Logps(head) => head.backward(&launcher, upstream, &gradient, to),
            Head::Scalars(head) => head.backward(&launcher, upstream, &gradient, to),
        }
        let backward = BackwardPass {
            transposed: Transposed::new(&launcher),
            d_x: launcher.rows_of(d),
            launcher,
            norms,
            d_norms,
            gradient,
        };
        backward.layer_norm(&shape.last, norm_count - 1, false);
        for (index, block) in blocks.into_iter().enumerate().rev() {
            backward.block(index, block);
        }
        backward.layer_norm_gradients();
        backward.embeddings(is_tied_head);
        gpu.tensor(&backward.gradient, len)
    }
}

/// Where a result goes.
struct To<'a> {
    buffers: &'a [&'a Buffer],
    index: usize,
}

/// The backward pass, with the gradient so far.
struct BackwardPass<'a> {
    launcher: Launcher<'a>,
    transposed: Transposed,
    norms: Norms,
    /// Gradients of what the LayerNorms gave, `[2 blocks + 1, rows, d]`.
    d_norms: Buffer,
    /// Of the residual stream, `[rows, d]`.
    d_x: Buffer,
    /// `[parameters]`
    gradient: Buffer,
}

impl BackwardPass<'_> {
    fn layer_norm(&self, slots: &LayerNormSlots, index: usize, add: bool) {
        let Launcher {
            gpu, shape, plan, ..
        } = self.launcher;
        gpu.launch(
            Kernel::new(
                "layer_norm_backward",
                &[include_str!("wgsl/layer_norm_backward.wgsl")],
            ),
            [plan.rows.div_ceil(64), 1],
            &[
                &plan.words,
                self.launcher.arena,
                &self.norms.normed,
                &self.norms.scales,
                &self.d_norms,
                &self.d_x,
            ],
            &[
                quads(shape.width),
                quads(slots.gain.start),
                index as u32,
                u32::from(add),
                shape.normed as u32,
            ],
        );
    }

    /// The gradients of weight and bias.
    fn weight(&self, linear: &Linear, x: &Buffer, d_out: &Buffer) {
        let Launcher { gpu, plan, .. } = self.launcher;
        let tile = Tile::of_gradient(gpu.traits);
        gpu.launch(
            tile.kernel("weight_gradient", WEIGHT_GRADIENT),
            tile.groups(linear.inputs + 1, linear.outputs),
            &[&plan.words, x, d_out, &self.gradient],
            &[
                quads(linear.inputs),
                quads(linear.outputs),
                linear.inputs as u32,
                1,
                quads(linear.weight.start),
                0,
                0,
                u32::MAX,
            ],
        );
    }

    /// `d_out W^T`; W is the matrix of that index among all.
    fn input(&self, kernel: Named, (linear, index): (&Linear, usize), d_out: &Buffer, to: To<'_>) {
        let (buffer, at) = self.transposed.places[index];
        let matmul = Matmul {
            kernel,
            depth: linear.outputs,
            columns: linear.inputs,
            at,
            bias_at: 0,
            index: to.index,
        };
        let weights = &self.transposed.buffers[buffer];
        self.launcher.matmul(&matmul, d_out, weights, to.buffers);
    }

    fn block(&self, index: usize, block: BlockActivations) {
        let launcher = &self.launcher;
        let slots = &launcher.shape.blocks[index];
        let [qkv_at, attended_at, inner_at, outer_at] = [0, 1, 2, 3].map(|own| 4 * index + own);
        let d = launcher.shape.width;
        let plain = ("matmul", PLAIN);
        let d_norms = [&self.d_norms];
        let to_norm = |index| To {
            buffers: &d_norms,
            index,
        };

        let d_inner = launcher.rows_of(slots.outer.inputs);
        self.weight(&slots.outer, &block.inner, &self.d_x);
        let times_slope = ("matmul_slope", TIMES_SLOPE);
        let to = To {
            buffers: &[&d_inner, &block.slope],
            index: 0,
        };
        self.input(times_slope, (&slots.outer, outer_at), &self.d_x, to);
        self.weight(&slots.inner, &block.before_mlp, &d_inner);
        let to = to_norm(2 * index + 1);
        self.input(plain, (&slots.inner, inner_at), &d_inner, to);
        self.layer_norm(&slots.before_mlp, 2 * index + 1, true);

        self.weight(&slots.attended, &block.attended, &self.d_x);
        let d_attended = launcher.rows_of(d);
        let to = To {
            buffers: &[&d_attended],
            index: 0,
        };
        self.input(plain, (&slots.attended, attended_at), &self.d_x, to);
        let d_qkv = self.attention(slots, &block, &d_attended);
        self.weight(&slots.qkv, &block.before_attention, &d_qkv);
        self.input(plain, (&slots.qkv, qkv_at), &d_qkv, to_norm(2 * index));
        self.layer_norm(&slots.before_attention, 2 * index, true);
    }

    /// The gradient of qkv.
    fn attention(
        &self,
        slots: &BlockSlots,
        block: &BlockActivations,
        d_attended: &Buffer,
    ) -> Buffer {
        let launcher = &self.launcher;
        let d_qkv = launcher.rows_of(3 * launcher.shape.width);
        let dots = launcher.rows_of(launcher.shape.heads);
        let texts = &[include_str!("wgsl/attention_backward_queries.wgsl")];
        launcher.gpu.launch(
            launcher.attention_kernel("attention_backward_queries", texts),
            launcher.row_heads(),
            &[
                &launcher.plan.words,
                &block.qkv,
                &block.attended,
                &block.log_sums,
                d_attended,
                &d_qkv,
                &dots,
            ],
            &attention_sizes(slots),
        );
        let texts = &[include_str!("wgsl/attention_backward_keys.wgsl")];
        launcher.gpu.launch(
            launcher.attention_kernel("attention_backward_keys", texts),
            launcher.row_heads(),
            &[
                &launcher.plan.words,
                &block.qkv,
                &block.log_sums,
                d_attended,
                &d_qkv,
                &dots,
            ],
            &attention_sizes(slots),
        );
        d_qkv
    }

    fn layer_norm_gradients(&self) {
        let Launcher {
            gpu, shape, plan, ..
        } = self.launcher;
        let gain = |slots: &LayerNormSlots| slots.gain.start;
        // Without blocks there is only the last.
        let first = shape.blocks.first().map_or([0; 2], |block| {
            [gain(&block.before_attention), gain(&block.before_mlp)]
        });
        let second_block = shape.blocks.get(1);
        let next = second_block.map_or(first[0], |block| gain(&block.before_attention));
        let count = 2 * shape.blocks.len() + 1;
        gpu.launch(
            Kernel::new(
                "layer_norm_gradient",
                &[include_str!("wgsl/layer_norm_gradient.wgsl")],
            ),
            [shape.width.div_ceil(4).div_ceil(64), count],
            &[
                &plan.words,
                &self.norms.normed,
                &self.d_norms,
                &self.gradient,
            ],
            &[
                quads(shape.width),
                count as u32,
                quads(first[0]),
                quads(first[1] - first[0]),
                quads(next - first[0]),
                quads(gain(&shape.last)),
            ],
        );
    }

    /// `is_tied_head`: the tokens' embeddings have a gradient as a head already.
    fn embeddings(&self, is_tied_head: bool) {
        let Launcher {
            gpu, shape, plan, ..
        } = self.launcher;
        let entries = table_entries(shape);
        let known = if is_tied_head { shape.vocab } else { 0 };
        gpu.launch(
            Kernel::new(
                "embed_backward",
                &[include_str!("wgsl/embed_backward.wgsl")],
            )
            .folding(Fold::Y),
            [shape.width.div_ceil(4).div_ceil(64), entries],
            &[&plan.words, &self.d_x, &self.gradient],
            &[quads(shape.width), entries as u32, known as u32],
        );
    }
}
