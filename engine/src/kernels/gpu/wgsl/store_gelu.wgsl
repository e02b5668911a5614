// GELU in its tanh approximation, written with a sigmoid (see `gpt.rs`), and its slope.

@group(0) @binding(3) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> slope: array<vec4<f32>>;

// 2 sqrt(2 / pi), and that times 0.044715.
const SCALE = 1.5957691216057308;
const CUBIC = 0.07135481627159;

fn store(at: u32, c: u32, value: vec4<f32>) {
    let x = value + weights[sizes.bias_at + c];
    let square = x * x;
    let z = x * (SCALE + CUBIC * square);
    // Beyond 80 the share is 0 to the last bit, and exp stays finite.
    let share = 1.0 / (1.0 + exp(min(-z, vec4<f32>(80.0))));
    out[at] = x * share;
    slope[at] = share + x * share * (1.0 - share) * (SCALE + 3.0 * CUBIC * square);
}
