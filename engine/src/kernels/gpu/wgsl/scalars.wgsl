// What a scalar head gives, a thread a scored place: the hidden state there times the head.

struct Sizes {
    d4: u32,
    // Where the head begins, in vec4.
    head: u32,
}

@group(0) @binding(1) var<storage, read_write> hidden: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> arena: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> values: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let place = id.x;
    if (place >= plan[SCORED]) {
        return;
    }
    let begin = plan[plan[SCORED_ROWS] + place] * sizes.d4;
    var sum = vec4<f32>();
    for (var c = 0u; c < sizes.d4; c++) {
        sum += hidden[begin + c] * arena[sizes.head + c];
    }
    values[place] = sum.x + sum.y + sum.z + sum.w;
}
