//! GPT-2 forward and backward by WebGPU kernels: the steps of `cpu/gpt.rs`, a dispatch or two
//! each.
//!
//! Shapes: `rows` packed tokens, width `d`, inner width `4 d`.

use super::head::Head;
use super::launch::{Buffer, Gpu, Kernel, Tile};
use super::plan::{Plan, table_entries};
use crate::kernels::packed::Packed;
use crate::kernels::shape::{LayerNormSlots, Linear, Shape};
use burn::tensor::Tensor;

const MATMUL: &str = include_str!("wgsl/matmul.wgsl");
const ROWS_ALL: &str = include_str!("wgsl/rows_all.wgsl");

/// `x W + b`.
const WITH_BIAS: &[&str] = &[ROWS_ALL, MATMUL, include_str!("wgsl/store_bias.wgsl")];
/// As that, added to the residual stream.
const TO_RESIDUAL: &[&str] = &[ROWS_ALL, MATMUL, include_str!("wgsl/store_residual.wgsl")];
const WITH_GELU: &[&str] = &[ROWS_ALL, MATMUL, include_str!("wgsl/store_gelu.wgsl")];
const PLAIN: &[&str] = &[ROWS_ALL, MATMUL, include_str!("wgsl/store_plain.wgsl")];
const TIMES_SLOPE: &[&str] = &[ROWS_ALL, MATMUL, include_str!("wgsl/store_slope.wgsl")];
const WEIGHT_GRADIENT: &[&str] = &[ROWS_ALL, include_str!("wgsl/weight_gradient.wgsl")];

/// What a block keeps for the way back.
struct Block {
    /// What the LayerNorms gave, `[rows, d]`.
    before_attention: Buffer,
    before_mlp: Buffer,
    /// `[rows, 3 d]`
    qkv: Buffer,
    /// `[heads, rows]`
    log_sums: Buffer,
    /// `[rows, d]`
    attended: Buffer,
    /// Of the GELU, `[rows, 4 d]`.
    slope: Buffer,
    /// `[rows, 4 d]`
    inner: Buffer,
}

/// A forward pass with what the backward pass needs.
pub struct Trace {
    gpu: Gpu,
    plan: Plan,
    arena: Buffer,
    blocks: Vec<Block>,
    norms: Norms,
    head: Head,
}

/// What all LayerNorms keep, two a block and the last.
struct Norms {
    /// `[2 blocks + 1, rows, d]`
    normed: Buffer,
    /// `[2 blocks + 1, rows]`
    scales: Buffer,
}

/// What a forward pass gives: log-probs `[n]` and the rest that is read of the logits,
/// `[STATISTICS * n]`.
pub struct Read {
    pub logps: Tensor<1>,
    pub statistics: Tensor<1>,
}

/// Whether the kernels take a model of this shape.
pub fn takes(shape: &Shape) -> bool {
    let size = shape.width / shape.heads.max(1);
    size > 0 && size.is_multiple_of(4) && shape.score.is_none()
}

/// Vec4s up to a place in the arena.
pub(super) fn quads(numbers: usize) -> u32 {
    (numbers / 4) as u32
}

/// Log-probs of the scored tokens, and what the way back needs. `None` where the kernels do
/// not take the model or the tensor, or where distributions are scored.
pub fn forward(shape: &Shape, arena: &Tensor<1>, packed: &Packed) -> Option<(Read, Trace)> {
    if !takes(shape) || !packed.spreads.is_empty() {
        return None;
    }
    let gpu = Gpu::of(arena)?;
    let arena = gpu.buffer(arena)?;
    let plan = Plan::upload(&gpu, shape, packed);
    let work = Work {
        gpu: &gpu,
        shape,
        plan: &plan,
        arena: &arena,
    };
    let d = shape.width;
    let norm_count = 2 * shape.blocks.len() + 1;
    let norms = Norms {
        normed: gpu.room(norm_count * plan.room() * d),
        scales: gpu.room(norm_count * plan.room()),
    };
    let x = work.rows_of(d);
    gpu.launch(
        Kernel::new("embed", &[include_str!("wgsl/embed.wgsl")]),
        [d.div_ceil(4).div_ceil(64), plan.rows],
        &[&plan.words, &arena, &x],
        &[quads(d), quads(shape.positions.start)],
    );
    let blocks = (0..shape.blocks.len())
        .map(|block| work.block(block, &norms, &x))
        .collect();
    let out = work.layer_norm(&shape.last, norm_count - 1, &norms, &x);
    let (logps, statistics, head) = Head::read(&work, out);
    let read = Read {
        logps: gpu.tensor(&logps, plan.scored),
        statistics: gpu.tensor(&statistics, crate::kernels::STATISTICS * plan.scored),
    };
    let trace = Trace {
        gpu,
        plan,
        arena,
        blocks,
        norms,
        head,
    };
    Some((read, trace))
}

/// A kernel's name and its texts.
type Named = (&'static str, &'static [&'static str]);

/// A matmul over all rows of the batch.
struct Matmul {
    kernel: Named,
    /// Rows of the matrix, numbers in a row of what it is multiplied with.
    depth: usize,
    columns: usize,
    /// Where matrix and bias begin, in numbers.
    at: usize,
    bias_at: usize,
    /// Which of several results in one buffer, each with its room.
    index: usize,
}

/// A pass under way.
pub(super) struct Work<'a> {
    pub gpu: &'a Gpu,
    pub shape: &'a Shape,
    pub plan: &'a Plan,
    pub arena: &'a Buffer,
}

impl Work<'_> {
    /// Room for so many numbers a row.
    fn rows_of(&self, numbers: usize) -> Buffer {
        self.gpu.room(self.plan.room() * numbers)
    }

    fn layer_norm(
        &self,
        slots: &LayerNormSlots,
        index: usize,
        norms: &Norms,
        x: &Buffer,
    ) -> Buffer {
        let out = self.rows_of(self.shape.width);
        self.gpu.launch(
            Kernel::new("layer_norm", &[include_str!("wgsl/layer_norm.wgsl")]),
            [self.plan.rows.div_ceil(64), 1],
            &[
                &self.plan.words,
                self.arena,
                x,
                &norms.normed,
                &norms.scales,
                &out,
            ],
            &[
                quads(self.shape.width),
                quads(slots.gain.start),
                quads(slots.bias.start),
                self.shape.epsilon.to_bits(),
                index as u32,
            ],
        );
        out
    }

    /// `a` times a matrix of `weights`, over all rows; `out` is what the kernel stores to.
    fn matmul(&self, matmul: &Matmul, a: &Buffer, weights: &Buffer, out: &[&Buffer]) {
        let mut buffers = vec![&self.plan.words, a, weights];
        buffers.extend(out);
        let (name, texts) = matmul.kernel;
        let tile = Tile::of_product();
        self.gpu.launch(
            tile.kernel(name, texts),
            tile.groups(self.plan.rows, matmul.columns),
            &buffers,
            &[
                quads(matmul.columns),
                quads(matmul.depth),
                matmul.depth as u32,
                quads(matmul.at),
                quads(matmul.bias_at),
                matmul.index as u32,
                u32::MAX,
            ],
        );
    }

    fn linear(&self, kernel: Named, linear: &Linear, x: &Buffer, out: &[&Buffer]) {
        let matmul = Matmul {
            kernel,
            depth: linear.inputs,
            columns: linear.outputs,
            at: linear.weight.start,
            bias_at: linear.bias.start,
            index: 0,
        };
        self.matmul(&matmul, x, self.arena, out);
    }

    /// Runs a block; `x` is the residual stream.
    fn block(&self, block: usize, norms: &Norms, x: &Buffer) -> Block {
        let slots = &self.shape.blocks[block];
        let d = self.shape.width;
        let before_attention = self.layer_norm(&slots.before_attention, 2 * block, norms, x);
        let qkv = self.rows_of(3 * d);
        self.linear(
            ("linear", WITH_BIAS),
            &slots.qkv,
            &before_attention,
            &[&qkv],
        );
        let attended = self.rows_of(d);
        let log_sums = self.rows_of(self.shape.heads);
        self.gpu.launch(
            self.attention_kernel("attention", &[include_str!("wgsl/attention.wgsl")]),
            self.row_heads(),
            &[&self.plan.words, &qkv, &attended, &log_sums],
            &self.attention_sizes(),
        );
        let to_residual = ("linear_residual", TO_RESIDUAL);
        self.linear(to_residual, &slots.attended, &attended, &[x]);
        let before_mlp = self.layer_norm(&slots.before_mlp, 2 * block + 1, norms, x);
        let (inner, slope) = (
            self.rows_of(slots.inner.outputs),
            self.rows_of(slots.inner.outputs),
        );
        let out = [&inner, &slope];
        self.linear(("linear_gelu", WITH_GELU), &slots.inner, &before_mlp, &out);
        self.linear(to_residual, &slots.outer, &inner, &[x]);
        Block {
            before_attention,
            before_mlp,
            qkv,
            log_sums,
            attended,
            slope,
            inner,
        }
    }

    fn attention_kernel(&self, name: &'static str, texts: &'static [&'static str]) -> Kernel {
        let heads = self.shape.heads;
        let size4 = self.shape.width / heads / 4;
        Kernel {
            constants: vec![("HEADS", heads), ("E4", size4)],
            repeats: vec![('e', size4)],
            ..Kernel::new(name, texts)
        }
    }

    fn row_heads(&self) -> [usize; 2] {
        [self.plan.rows.div_ceil(64), self.shape.heads]
    }

    fn attention_sizes(&self) -> [u32; 1] {
        let size = (self.shape.width / self.shape.heads) as f32;
        [(1.0 / size.sqrt()).to_bits()]
    }
}

/// The matrices of the blocks as the way back wants them, transposed, and where each lies.
struct Transposed {
    numbers: Buffer,
    /// A block's matrices one after another: qkv, attended, inner, outer.
    block_len: usize,
}

/// Matrices that one dispatch transposes: their places fit a uniform.
const TRANSPOSED_AT_ONCE: usize = 64;

/// Transposes matrices `[rows, columns]` at places of the arena to places of the result,
/// whose rows are whole vec4s: `(from, rows, columns, to)`.
pub(super) fn transpose(gpu: &Gpu, arena: &Buffer, to: &Buffer, matrices: &[[usize; 4]]) {
    for matrices in matrices.chunks(TRANSPOSED_AT_ONCE) {
        let tiles = |&[_, rows, columns, _]: &[usize; 4]| rows.div_ceil(4) * columns / 4;
        let most = matrices.iter().map(tiles).max().unwrap_or(0);
        let words: Vec<u32> = matrices.iter().flatten().map(|&n| n as u32).collect();
        let kernel = Kernel {
            constants: vec![("MATRICES", matrices.len())],
            ..Kernel::new("transpose", &[include_str!("wgsl/transpose.wgsl")])
        };
        let groups = [most.div_ceil(64), matrices.len()];
        gpu.launch(kernel, groups, &[arena, to], &words);
    }
}

impl Transposed {
    fn new(work: &Work<'_>) -> Transposed {
        let mut matrices = Vec::new();
        let mut to = 0;
        for slots in &work.shape.blocks {
            for linear in [&slots.qkv, &slots.attended, &slots.inner, &slots.outer] {
                matrices.push([linear.weight.start, linear.inputs, linear.outputs, to]);
                to += linear.weight.len();
            }
        }
        let numbers = work.gpu.room(to);
        transpose(work.gpu, work.arena, &numbers, &matrices);
        Transposed {
            numbers,
            block_len: to / work.shape.blocks.len().max(1),
        }
    }
}

impl Trace {
    /// The gradient in the arena's layout, of a loss whose derivatives with respect to the
    /// log-probs are `upstream`.
    pub fn backward(self, shape: &Shape, len: usize, upstream: &[f32]) -> Tensor<1> {
        let Trace {
            gpu,
            plan,
            arena,
            blocks,
            norms,
            head,
        } = self;
        let work = Work {
            gpu: &gpu,
            shape,
            plan: &plan,
            arena: &arena,
        };
        let d = shape.width;
        let norm_count = 2 * shape.blocks.len() + 1;
        let gradient = gpu.room(len);
        let d_norms = gpu.room(norm_count * plan.room() * d);
        head.back(&work, upstream, &gradient, (&d_norms, norm_count - 1));
        let back = Back {
            transposed: Transposed::new(&work),
            d_x: work.rows_of(d),
            work,
            norms,
            d_norms,
            gradient,
        };
        back.layer_norm(&shape.last, norm_count - 1, false);
        for (index, block) in blocks.into_iter().enumerate().rev() {
            back.block(index, block);
        }
        back.layer_norm_gradients();
        back.embeddings();
        gpu.tensor(&back.gradient, len)
    }
}

/// Where a result goes.
struct To<'a> {
    buffers: &'a [&'a Buffer],
    index: usize,
}

/// The way back, with the gradient so far.
struct Back<'a> {
    work: Work<'a>,
    transposed: Transposed,
    norms: Norms,
    /// Gradients of what the LayerNorms gave, `[2 blocks + 1, rows, d]`.
    d_norms: Buffer,
    /// Of the residual stream, `[rows, d]`.
    d_x: Buffer,
    /// `[parameters]`
    gradient: Buffer,
}

impl Back<'_> {
    fn layer_norm(&self, slots: &LayerNormSlots, index: usize, add: bool) {
        let Work {
            gpu, shape, plan, ..
        } = self.work;
        gpu.launch(
            Kernel::new(
                "layer_norm_back",
                &[include_str!("wgsl/layer_norm_back.wgsl")],
            ),
            [plan.rows.div_ceil(64), 1],
            &[
                &plan.words,
                self.work.arena,
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
            ],
        );
    }

    /// The gradients of weight and bias.
    fn weight(&self, linear: &Linear, x: &Buffer, d_out: &Buffer) {
        let Work { gpu, plan, .. } = self.work;
        let tile = Tile::of_gradient();
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

    /// `d_out W^T`; W transposed lies at `at`.
    fn input(&self, kernel: Named, (linear, at): (&Linear, usize), d_out: &Buffer, to: To<'_>) {
        let matmul = Matmul {
            kernel,
            depth: linear.outputs,
            columns: linear.inputs,
            at,
            bias_at: 0,
            index: to.index,
        };
        let weights = &self.transposed.numbers;
        self.work.matmul(&matmul, d_out, weights, to.buffers);
    }

    fn block(&self, index: usize, block: Block) {
        let work = &self.work;
        let slots = &work.shape.blocks[index];
        let linears = [&slots.qkv, &slots.attended, &slots.inner, &slots.outer];
        let mut at = index * self.transposed.block_len;
        let [qkv_at, attended_at, inner_at, outer_at] = linears.map(|linear| {
            let own = at;
            at += linear.weight.len();
            own
        });
        let d = work.shape.width;
        let plain = ("matmul", PLAIN);
        let d_norms = [&self.d_norms];
        let to_norm = |index| To {
            buffers: &d_norms,
            index,
        };

        let d_inner = work.rows_of(slots.outer.inputs);
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
        let d_attended = work.rows_of(d);
        let to = To {
            buffers: &[&d_attended],
            index: 0,
        };
        self.input(plain, (&slots.attended, attended_at), &self.d_x, to);
        let d_qkv = self.attention(&block, &d_attended);
        self.weight(&slots.qkv, &block.before_attention, &d_qkv);
        self.input(plain, (&slots.qkv, qkv_at), &d_qkv, to_norm(2 * index));
        self.layer_norm(&slots.before_attention, 2 * index, true);
    }

    /// The gradient of qkv.
    fn attention(&self, block: &Block, d_attended: &Buffer) -> Buffer {
        let work = &self.work;
        let d_qkv = work.rows_of(3 * work.shape.width);
        let dots = work.rows_of(work.shape.heads);
        let texts = &[include_str!("wgsl/attention_back_queries.wgsl")];
        work.gpu.launch(
            work.attention_kernel("attention_back_queries", texts),
            work.row_heads(),
            &[
                &work.plan.words,
                &block.qkv,
                &block.attended,
                &block.log_sums,
                d_attended,
                &d_qkv,
                &dots,
            ],
            &work.attention_sizes(),
        );
        let texts = &[include_str!("wgsl/attention_back_keys.wgsl")];
        work.gpu.launch(
            work.attention_kernel("attention_back_keys", texts),
            work.row_heads(),
            &[
                &work.plan.words,
                &block.qkv,
                &block.log_sums,
                d_attended,
                &d_qkv,
                &dots,
            ],
            &work.attention_sizes(),
        );
        d_qkv
    }

    fn layer_norm_gradients(&self) {
        let Work {
            gpu, shape, plan, ..
        } = self.work;
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

    fn embeddings(&self) {
        let Work {
            gpu, shape, plan, ..
        } = self.work;
        let entries = table_entries(shape);
        let known = if shape.head == shape.tokens {
            shape.vocab
        } else {
            0
        };
        gpu.launch(
            Kernel::new("embed_back", &[include_str!("wgsl/embed_back.wgsl")]),
            [shape.width.div_ceil(4).div_ceil(64), entries],
            &[&plan.words, &self.d_x, &self.gradient],
            &[quads(shape.width), entries as u32, known as u32],
        );
    }
}
