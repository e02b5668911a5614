// out = a b^T, a `[rows, depth]`, b `[columns, depth]`.
//
// A thread keeps 8 rows by 2 vectors of 4 columns in registers; nothing is shared, so there
// are no barriers. Lengths and strides are in vectors of 4 numbers unless they count rows.

// rows, columns, depth, first of a, stride of a, first of b, stride of b, first of out,
// stride of out, first of the bias, rows of b
@group(0) @binding(0) var<storage, read_write> p: array<u32>;
@group(0) @binding(1) var<storage, read_write> a: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> b: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4<f32>>;
{{ epilogue }}

@compute @workgroup_size(8, 8, 1)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let rows = p[0];
    let columns = p[1];
    let depth = p[2];
    let row = id.y * 8u;
    let column = id.x * 2u;
    if (row >= rows || column >= columns) {
        return;
    }
    // Beyond the edge a thread computes the last row or column again and does not store it.
    let last = rows - 1u;
    // Rows of b that there are: the last vector of columns may not be full.
    let b_last = p[10] - 1u;
    let a0 = p[3] + min(row + 0u, last) * p[4];
    let a1 = p[3] + min(row + 1u, last) * p[4];
    let a2 = p[3] + min(row + 2u, last) * p[4];
    let a3 = p[3] + min(row + 3u, last) * p[4];
    let a4 = p[3] + min(row + 4u, last) * p[4];
    let a5 = p[3] + min(row + 5u, last) * p[4];
    let a6 = p[3] + min(row + 6u, last) * p[4];
    let a7 = p[3] + min(row + 7u, last) * p[4];
    let b0 = p[5] + min(column * 4u + 0u, b_last) * p[6];
    let b1 = p[5] + min(column * 4u + 1u, b_last) * p[6];
    let b2 = p[5] + min(column * 4u + 2u, b_last) * p[6];
    let b3 = p[5] + min(column * 4u + 3u, b_last) * p[6];
    let b4 = p[5] + min(column * 4u + 4u, b_last) * p[6];
    let b5 = p[5] + min(column * 4u + 5u, b_last) * p[6];
    let b6 = p[5] + min(column * 4u + 6u, b_last) * p[6];
    let b7 = p[5] + min(column * 4u + 7u, b_last) * p[6];
    var s0a = vec4<f32>();
    var s0b = vec4<f32>();
    var s1a = vec4<f32>();
    var s1b = vec4<f32>();
    var s2a = vec4<f32>();
    var s2b = vec4<f32>();
    var s3a = vec4<f32>();
    var s3b = vec4<f32>();
    var s4a = vec4<f32>();
    var s4b = vec4<f32>();
    var s5a = vec4<f32>();
    var s5b = vec4<f32>();
    var s6a = vec4<f32>();
    var s6b = vec4<f32>();
    var s7a = vec4<f32>();
    var s7b = vec4<f32>();
    for (var k = 0u; k < depth; k++) {
        let r0 = b[b0 + k];
        let r1 = b[b1 + k];
        let r2 = b[b2 + k];
        let r3 = b[b3 + k];
        let r4 = b[b4 + k];
        let r5 = b[b5 + k];
        let r6 = b[b6 + k];
        let r7 = b[b7 + k];
        let l0 = a[a0 + k];
        s0a += vec4(dot(l0, r0), dot(l0, r1), dot(l0, r2), dot(l0, r3));
        s0b += vec4(dot(l0, r4), dot(l0, r5), dot(l0, r6), dot(l0, r7));
        let l1 = a[a1 + k];
        s1a += vec4(dot(l1, r0), dot(l1, r1), dot(l1, r2), dot(l1, r3));
        s1b += vec4(dot(l1, r4), dot(l1, r5), dot(l1, r6), dot(l1, r7));
        let l2 = a[a2 + k];
        s2a += vec4(dot(l2, r0), dot(l2, r1), dot(l2, r2), dot(l2, r3));
        s2b += vec4(dot(l2, r4), dot(l2, r5), dot(l2, r6), dot(l2, r7));
        let l3 = a[a3 + k];
        s3a += vec4(dot(l3, r0), dot(l3, r1), dot(l3, r2), dot(l3, r3));
        s3b += vec4(dot(l3, r4), dot(l3, r5), dot(l3, r6), dot(l3, r7));
        let l4 = a[a4 + k];
        s4a += vec4(dot(l4, r0), dot(l4, r1), dot(l4, r2), dot(l4, r3));
        s4b += vec4(dot(l4, r4), dot(l4, r5), dot(l4, r6), dot(l4, r7));
        let l5 = a[a5 + k];
        s5a += vec4(dot(l5, r0), dot(l5, r1), dot(l5, r2), dot(l5, r3));
        s5b += vec4(dot(l5, r4), dot(l5, r5), dot(l5, r6), dot(l5, r7));
        let l6 = a[a6 + k];
        s6a += vec4(dot(l6, r0), dot(l6, r1), dot(l6, r2), dot(l6, r3));
        s6b += vec4(dot(l6, r4), dot(l6, r5), dot(l6, r6), dot(l6, r7));
        let l7 = a[a7 + k];
        s7a += vec4(dot(l7, r0), dot(l7, r1), dot(l7, r2), dot(l7, r3));
        s7b += vec4(dot(l7, r4), dot(l7, r5), dot(l7, r6), dot(l7, r7));
    }
    store(row + 0u, column, s0a, rows, columns);
    store(row + 0u, column + 1u, s0b, rows, columns);
    store(row + 1u, column, s1a, rows, columns);
    store(row + 1u, column + 1u, s1b, rows, columns);
    store(row + 2u, column, s2a, rows, columns);
    store(row + 2u, column + 1u, s2b, rows, columns);
    store(row + 3u, column, s3a, rows, columns);
    store(row + 3u, column + 1u, s3b, rows, columns);
    store(row + 4u, column, s4a, rows, columns);
    store(row + 4u, column + 1u, s4b, rows, columns);
    store(row + 5u, column, s5a, rows, columns);
    store(row + 5u, column + 1u, s5b, rows, columns);
    store(row + 6u, column, s6a, rows, columns);
    store(row + 6u, column + 1u, s6b, rows, columns);
    store(row + 7u, column, s7a, rows, columns);
    store(row + 7u, column + 1u, s7b, rows, columns);
}
