// The backward pass of LayerNorm to its input, a thread a row.

struct Sizes {
    d4: u32,
    gain_at: u32,
    // Which LayerNorm it is: each has room of its own in `normed`, `d_out` and `scales`.
    index: u32,
    // 1 to add to what is there.
    add: u32,
    // Numbers of a row that count; the rest has a gain of 0.
    width: u32,
}

@group(0) @binding(1) var<storage, read_write> arena: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> normed: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> scales: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_out: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> d_x: array<vec4<f32>>;

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
    let at = sizes.index * plan[ROOM] * sizes.d4 + begin;
    let d = f32(sizes.width);
    var sum = vec4<f32>();
    var along = vec4<f32>();
    for (var c = 0u; c < sizes.d4; c++) {
        let value = d_out[at + c] * arena[sizes.gain_at + c];
        sum += value;
        along += value * normed[at + c];
    }
    let mean = total(sum) / d;
    let slope = total(along) / d;
    let scale = scales[sizes.index * plan[ROOM] + row];
    for (var c = 0u; c < sizes.d4; c++) {
        let value = d_out[at + c] * arena[sizes.gain_at + c];
        let change = (value - mean - normed[at + c] * slope) * scale;
        if (sizes.add == 1u) {
            d_x[begin + c] += change;
        } else {
            d_x[begin + c] = change;
        }
    }
}
