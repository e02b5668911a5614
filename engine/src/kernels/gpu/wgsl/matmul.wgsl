// out[r, c] = sum over k of a[r, k] b[k, c], 8 rows and 8 columns a thread, in registers:
// no workgroup memory and no barriers, which cost more than they save at these sizes.
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
    // First row, and how many at most.
    first: u32,
    most: u32,
}

@group(0) @binding(1) var<storage, read_write> a: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> weights: array<vec4<f32>>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let c = id.x * 2u;
    let r = id.y * 8u;
    let rows = row_count();
    if (c >= sizes.n4 || r >= rows) {
        return;
    }
    // The second column, or the first again where there is none.
    let next = min(c + 1u, sizes.n4 - 1u) - c;
    let a0 = a_row(min(r + 0u, rows - 1u)) * sizes.k4;
    let a1 = a_row(min(r + 1u, rows - 1u)) * sizes.k4;
    let a2 = a_row(min(r + 2u, rows - 1u)) * sizes.k4;
    let a3 = a_row(min(r + 3u, rows - 1u)) * sizes.k4;
    let a4 = a_row(min(r + 4u, rows - 1u)) * sizes.k4;
    let a5 = a_row(min(r + 5u, rows - 1u)) * sizes.k4;
    let a6 = a_row(min(r + 6u, rows - 1u)) * sizes.k4;
    let a7 = a_row(min(r + 7u, rows - 1u)) * sizes.k4;
    var p0 = vec4<f32>();
    var q0 = vec4<f32>();
    var p1 = vec4<f32>();
    var q1 = vec4<f32>();
    var p2 = vec4<f32>();
    var q2 = vec4<f32>();
    var p3 = vec4<f32>();
    var q3 = vec4<f32>();
    var p4 = vec4<f32>();
    var q4 = vec4<f32>();
    var p5 = vec4<f32>();
    var q5 = vec4<f32>();
    var p6 = vec4<f32>();
    var q6 = vec4<f32>();
    var p7 = vec4<f32>();
    var q7 = vec4<f32>();
    let last = sizes.depth - 1u;
    for (var k = 0u; k < sizes.k4; k++) {
        let b0 = sizes.b_at + min(4u * k, last) * sizes.n4 + c;
        let b1 = sizes.b_at + min(4u * k + 1u, last) * sizes.n4 + c;
        let b2 = sizes.b_at + min(4u * k + 2u, last) * sizes.n4 + c;
        let b3 = sizes.b_at + min(4u * k + 3u, last) * sizes.n4 + c;
        let x0 = weights[b0];
        let x1 = weights[b1];
        let x2 = weights[b2];
        let x3 = weights[b3];
        let y0 = weights[b0 + next];
        let y1 = weights[b1 + next];
        let y2 = weights[b2 + next];
        let y3 = weights[b3 + next];
        let v0 = a[a0 + k];
        p0 += v0.x * x0 + v0.y * x1 + v0.z * x2 + v0.w * x3;
        q0 += v0.x * y0 + v0.y * y1 + v0.z * y2 + v0.w * y3;
        let v1 = a[a1 + k];
        p1 += v1.x * x0 + v1.y * x1 + v1.z * x2 + v1.w * x3;
        q1 += v1.x * y0 + v1.y * y1 + v1.z * y2 + v1.w * y3;
        let v2 = a[a2 + k];
        p2 += v2.x * x0 + v2.y * x1 + v2.z * x2 + v2.w * x3;
        q2 += v2.x * y0 + v2.y * y1 + v2.z * y2 + v2.w * y3;
        let v3 = a[a3 + k];
        p3 += v3.x * x0 + v3.y * x1 + v3.z * x2 + v3.w * x3;
        q3 += v3.x * y0 + v3.y * y1 + v3.z * y2 + v3.w * y3;
        let v4 = a[a4 + k];
        p4 += v4.x * x0 + v4.y * x1 + v4.z * x2 + v4.w * x3;
        q4 += v4.x * y0 + v4.y * y1 + v4.z * y2 + v4.w * y3;
        let v5 = a[a5 + k];
        p5 += v5.x * x0 + v5.y * x1 + v5.z * x2 + v5.w * x3;
        q5 += v5.x * y0 + v5.y * y1 + v5.z * y2 + v5.w * y3;
        let v6 = a[a6 + k];
        p6 += v6.x * x0 + v6.y * x1 + v6.z * x2 + v6.w * x3;
        q6 += v6.x * y0 + v6.y * y1 + v6.z * y2 + v6.w * y3;
        let v7 = a[a7 + k];
        p7 += v7.x * x0 + v7.y * x1 + v7.z * x2 + v7.w * x3;
        q7 += v7.x * y0 + v7.y * y1 + v7.z * y2 + v7.w * y3;
    }
    let to = (sizes.first + r) * sizes.n4 + c;
    store(to + 0u * sizes.n4, c, p0);
    store(to + 1u * sizes.n4, c, p1);
    store(to + 2u * sizes.n4, c, p2);
    store(to + 3u * sizes.n4, c, p3);
    store(to + 4u * sizes.n4, c, p4);
    store(to + 5u * sizes.n4, c, p5);
    store(to + 6u * sizes.n4, c, p6);
    store(to + 7u * sizes.n4, c, p7);
    if (next == 1u) {
        store(to + 0u * sizes.n4 + 1u, c + 1u, q0);
        store(to + 1u * sizes.n4 + 1u, c + 1u, q1);
        store(to + 2u * sizes.n4 + 1u, c + 1u, q2);
        store(to + 3u * sizes.n4 + 1u, c + 1u, q3);
        store(to + 4u * sizes.n4 + 1u, c + 1u, q4);
        store(to + 5u * sizes.n4 + 1u, c + 1u, q5);
        store(to + 6u * sizes.n4 + 1u, c + 1u, q6);
        store(to + 7u * sizes.n4 + 1u, c + 1u, q7);
    }
}
