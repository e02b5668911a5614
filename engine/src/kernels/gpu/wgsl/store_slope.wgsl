// The backward pass through the GELU.

@group(0) @binding(3) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> slope: array<vec4<f32>>;

fn store(at: u32, c: u32, value: vec4<f32>) {
    out[at] = value * slope[at];
}
