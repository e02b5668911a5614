// The gradients of a scalar head and of the hidden states that it read, a thread four columns.

struct Sizes {
    d4: u32,
    // Where the head begins, in vec4.
    head: u32,
}

@group(0) @binding(1) var<storage, read_write> hidden: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> arena: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> upstream: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_scored: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> gradient: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let c = id.x;
    if (c >= sizes.d4) {
        return;
    }
    let weight = arena[sizes.head + c];
    let scored = plan[SCORED];
    let rows = plan[SCORED_ROWS];
    var sum = vec4<f32>();
    for (var place = 0u; place < scored; place++) {
        d_scored[place * sizes.d4 + c] = upstream[place] * weight;
        sum += upstream[place] * hidden[plan[rows + place] * sizes.d4 + c];
    }
    gradient[sizes.head + c] = sum;
}
