// AdamW over all parameters, in PyTorch's order (see `adamw.rs`), with clipping by the
// global norm. A gradient that is not finite counts as zero.

struct Sizes {
    // Of all parameters, in vec4.
    len4: u32,
}

@group(0) @binding(0) var<storage, read_write> parameters: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> gradient: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> decays: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> norm: array<f32>;
// beta1, 1 - beta1, beta2, 1 - beta2, rate, deviation's factor, epsilon, decay, largest norm.
@group(0) @binding(4) var<storage, read_write> factors: array<f32>;
@group(0) @binding(5) var<storage, read_write> first: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> second: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> out: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.y * 65536u + id.x;
    if (i >= sizes.len4) {
        return;
    }
    // By its bits, since a compiler may take it that numbers are finite.
    let bits = bitcast<u32>(norm[0]);
    let is_finite = (bits & 0x7f800000u) != 0x7f800000u;
    var clip = 0.0;
    if (is_finite) {
        clip = select(1.0, min(1.0, factors[8] / (norm[0] + 1e-6)), factors[8] > 0.0);
    }
    let g = select(vec4<f32>(), gradient[i] * clip, vec4<bool>(is_finite));
    let m = first[i] * factors[0] + g * factors[1];
    let v = second[i] * factors[2] + g * g * factors[3];
    first[i] = m;
    second[i] = v;
    let deviation = sqrt(v) * factors[5] + factors[6];
    let value = parameters[i];
    out[i] = value - value * (decays[i] * factors[7]) - m * factors[4] / deviation;
}
