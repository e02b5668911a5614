// LayerNorm, a thread a row; keeps what the backward pass needs.

struct Sizes {
    d4: u32,
    // Where gain and bias begin, in vec4.
    gain_at: u32,
    bias_at: u32,
    epsilon: f32,
    // Which LayerNorm it is: each has room of its own in `normed` and `scales`.
    index: u32,
    // Numbers of a row that count; the rest is 0.
    width: u32,
}

@group(0) @binding(1) var<storage, read_write> arena: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> normed: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> scales: array<f32>;
@group(0) @binding(5) var<storage, read_write> out: array<vec4<f32>>;

fn total(v: vec4<f32>) -> f32 {
    return v.x + v.y + v.z + v.w;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = id.x;
    if (row >= plan[ROWS]) {
        return;
    }
    let begin = row * sizes.d4;
    let kept = sizes.index * plan[ROOM] * sizes.d4 + begin;
    let d = f32(sizes.width);
    let filled = f32(4u * sizes.d4 - sizes.width);
    var sum = vec4<f32>();
    for (var c = 0u; c < sizes.d4; c++) {
        sum += x[begin + c];
    }
    let mean = total(sum) / d;
    var squares = vec4<f32>();
    for (var c = 0u; c < sizes.d4; c++) {
        let centred = x[begin + c] - mean;
        squares += centred * centred;
    }
    // Of what is filled up each lies as far from the mean as 0 does.
    let own = total(squares) - filled * mean * mean;
    // Rounding may leave less than nothing of what has no spread; what is no number stays none.
    let variance = select(own, 0.0, own < 0.0) / d;
    let scale = 1.0 / sqrt(variance + sizes.epsilon);
    scales[sizes.index * plan[ROOM] + row] = scale;
    for (var c = 0u; c < sizes.d4; c++) {
        let value = (x[begin + c] - mean) * scale;
        normed[kept + c] = value;
        out[begin + c] = value * arena[sizes.gain_at + c] + arena[sizes.bias_at + c];
    }
}
