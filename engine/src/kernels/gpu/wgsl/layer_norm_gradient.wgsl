// The gradients of all gains and biases at once, a thread four columns of one LayerNorm.

struct Sizes {
    d4: u32,
    // LayerNorms: two a block and the last.
    count: u32,
    // Where gains begin in the gradient, in vec4: the first, the second behind it, the next
    // block's behind the first; and the last LayerNorm's. Each has its bias behind it.
    first_at: u32,
    second_behind: u32,
    block_behind: u32,
    last_at: u32,
}

@group(0) @binding(1) var<storage, read_write> normed: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> d_out: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> gradient: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let c = id.x;
    let index = id.y;
    if (c >= sizes.d4 || index >= sizes.count) {
        return;
    }
    let begin = index * plan[ROOM] * sizes.d4 + c;
    let rows = plan[ROWS];
    var gain = vec4<f32>();
    var bias = vec4<f32>();
    for (var row = 0u; row < rows; row++) {
        let d = d_out[begin + row * sizes.d4];
        gain += d * normed[begin + row * sizes.d4];
        bias += d;
    }
    let of_block = sizes.first_at + index / 2u * sizes.block_behind
        + index % 2u * sizes.second_behind;
    let to = select(of_block, sizes.last_at, index + 1u == sizes.count) + c;
    gradient[to] = gain;
    gradient[to + sizes.d4] = bias;
}
