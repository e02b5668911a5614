// AdamW over all parameters where they lie, in PyTorch's order (see `adamw.rs`), with
// clipping by the global norm. Of a gradient that is not finite nothing is applied.

struct Sizes {
    // Of all parameters, in vec4.
    len4: u32,
}

@group(0) @binding(0) var<storage, read_write> parameters: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> gradient: array<vec4<f32>>;
// A bit a parameter: whether it decays.
@group(0) @binding(2) var<storage, read_write> decays: array<u32>;
@group(0) @binding(3) var<storage, read_write> norm: array<f32>;
// beta1, 1 - beta1, beta2, 1 - beta2, rate, deviation's factor, epsilon, decay, largest norm.
@group(0) @binding(4) var<storage, read_write> factors: array<f32>;
@group(0) @binding(5) var<storage, read_write> first: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> second: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.y * 65536u + id.x;
    if (i >= sizes.len4) {
        return;
    }
    // By its bits, since a compiler may take it that numbers are finite.
    if ((bitcast<u32>(norm[0]) & 0x7f800000u) == 0x7f800000u) {
        return;
    }
    let clip = select(1.0, min(1.0, factors[8] / (norm[0] + 1e-6)), factors[8] > 0.0);
    let g = gradient[i] * clip;
    let m = first[i] * factors[0] + g * factors[1];
    let v = second[i] * factors[2] + g * g * factors[3];
    first[i] = m;
    second[i] = v;
    let deviation = sqrt(v) * factors[5] + factors[6];
    let bits = vec4<u32>(decays[i / 8u] >> (4u * (i % 8u))) >> vec4<u32>(0u, 1u, 2u, 3u);
    let decay = vec4<f32>(bits & vec4<u32>(1u)) * factors[7];
    let value = parameters[i];
    parameters[i] = value - value * decay - m * factors[4] / deviation;
}
