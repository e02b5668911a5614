// A block of logits begins at its own start, not at its first token.

@group(0) @binding(3) var<storage, read_write> out: array<vec4<f32>>;

fn store(at: u32, c: u32, value: vec4<f32>) {
    out[at - sizes.first * sizes.n4] = value;
}
