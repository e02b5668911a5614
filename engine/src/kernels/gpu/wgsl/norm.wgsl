// The norm from the parts of the sum of squares.

struct Sizes {
    parts: u32,
}

@group(0) @binding(0) var<storage, read_write> parts: array<f32>;
@group(0) @binding(1) var<storage, read_write> norm: array<f32>;

@compute @workgroup_size(1)
fn main() {
    var sum = 0.0;
    for (var i = 0u; i < sizes.parts; i++) {
        sum += parts[i];
    }
    norm[0] = sqrt(sum);
}
