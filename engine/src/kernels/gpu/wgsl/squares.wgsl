// The sum of squares in parts: a thread sums every so many numbers.

struct Sizes {
    // Of the gradient, in vec4.
    len4: u32,
    // Threads.
    parts: u32,
}

@group(0) @binding(0) var<storage, read_write> gradient: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> parts: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= sizes.parts) {
        return;
    }
    var sum = vec4<f32>();
    for (var i = id.x; i < sizes.len4; i += sizes.parts) {
        sum += gradient[i] * gradient[i];
    }
    parts[id.x] = sum.x + sum.y + sum.z + sum.w;
}
