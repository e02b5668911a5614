// out[r, c] = sum over k of a[r, k] b[k, c], R rows and 4 C columns a thread, in
// registers: no workgroup memory and no barriers, which cost more than they save at these
// sizes.
// Before it comes what says which rows there are (`row_count`, `a_row`), after it what
// becomes of a result (`store`). Buffers of results have room for whole tiles.

struct Sizes {
    // Of b and of the result, in vec4.
    n4: u32,
    // Of a, in vec4; its last numbers beyond `depth` are 0.
    k4: u32,
    // Rows of b.
    depth: u32,
    // Where b begins, in vec4.
    b_at: u32,
    // Where the bias begins, in vec4.
    bias_at: u32,
    // First scored token and how many at most, or which result of several.
    first: u32,
    most: u32,
}

@group(0) @binding(1) var<storage, read_write> a: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> weights: array<vec4<f32>>;

@compute @workgroup_size(THREADS, THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let c = id.x * C;
    let r = id.y * R;
    let rows = row_count();
    if (c >= sizes.n4 || r >= rows) {
        return;
    }
    // Rows and columns beyond the last are the last again, and not stored.
    let c#c = min(c + #cu, sizes.n4 - 1u);
    let a#r = a_row(min(r + #ru, rows - 1u)) * sizes.k4;
    var p#r_#c = vec4<f32>();
    let last = sizes.depth - 1u;
    for (var k = 0u; k < sizes.k4; k++) {
        let b#k = sizes.b_at + min(4u * k + #ku, last) * sizes.n4;
        let b#k_#c = weights[b#k + c#c];
        let v#r = a[a#r + k];
        p#r_#c += v#r.x * b0_#c + v#r.y * b1_#c + v#r.z * b2_#c + v#r.w * b3_#c;
    }
    let first = (first_row() + r) * sizes.n4 + c;
    if (c + #cu < sizes.n4) { store(first + #ru * sizes.n4 + #cu, c + #cu, p#r_#c); }
}
