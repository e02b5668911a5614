// out = a b, a `[rows, depth]`, b `[depth, columns]`.
//
// A thread keeps 8 rows by 2 vectors of 4 columns in registers; nothing is shared, so there
// are no barriers. Lengths and strides are in vectors of 4 numbers unless they count rows.

// rows, columns, depth, first of a, stride of a, first of b, stride of b, first of out,
// stride of out, first of the bias
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
    let second = min(column + 1u, columns - 1u);
    let a0 = p[3] + min(row + 0u, last) * p[4];
    let a1 = p[3] + min(row + 1u, last) * p[4];
    let a2 = p[3] + min(row + 2u, last) * p[4];
    let a3 = p[3] + min(row + 3u, last) * p[4];
    let a4 = p[3] + min(row + 4u, last) * p[4];
    let a5 = p[3] + min(row + 5u, last) * p[4];
    let a6 = p[3] + min(row + 6u, last) * p[4];
    let a7 = p[3] + min(row + 7u, last) * p[4];
    var at = p[5];
    let stride = p[6];
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
        let l0 = a[a0 + k];
        let l1 = a[a1 + k];
        let l2 = a[a2 + k];
        let l3 = a[a3 + k];
        let l4 = a[a4 + k];
        let l5 = a[a5 + k];
        let l6 = a[a6 + k];
        let l7 = a[a7 + k];
        let u0 = b[at + column];
        let v0 = b[at + second];
        at += stride;
        s0a += l0.x * u0;
        s0b += l0.x * v0;
        s1a += l1.x * u0;
        s1b += l1.x * v0;
        s2a += l2.x * u0;
        s2b += l2.x * v0;
        s3a += l3.x * u0;
        s3b += l3.x * v0;
        s4a += l4.x * u0;
        s4b += l4.x * v0;
        s5a += l5.x * u0;
        s5b += l5.x * v0;
        s6a += l6.x * u0;
        s6b += l6.x * v0;
        s7a += l7.x * u0;
        s7b += l7.x * v0;
        let u1 = b[at + column];
        let v1 = b[at + second];
        at += stride;
        s0a += l0.y * u1;
        s0b += l0.y * v1;
        s1a += l1.y * u1;
        s1b += l1.y * v1;
        s2a += l2.y * u1;
        s2b += l2.y * v1;
        s3a += l3.y * u1;
        s3b += l3.y * v1;
        s4a += l4.y * u1;
        s4b += l4.y * v1;
        s5a += l5.y * u1;
        s5b += l5.y * v1;
        s6a += l6.y * u1;
        s6b += l6.y * v1;
        s7a += l7.y * u1;
        s7b += l7.y * v1;
        let u2 = b[at + column];
        let v2 = b[at + second];
        at += stride;
        s0a += l0.z * u2;
        s0b += l0.z * v2;
        s1a += l1.z * u2;
        s1b += l1.z * v2;
        s2a += l2.z * u2;
        s2b += l2.z * v2;
        s3a += l3.z * u2;
        s3b += l3.z * v2;
        s4a += l4.z * u2;
        s4b += l4.z * v2;
        s5a += l5.z * u2;
        s5b += l5.z * v2;
        s6a += l6.z * u2;
        s6b += l6.z * v2;
        s7a += l7.z * u2;
        s7b += l7.z * v2;
        let u3 = b[at + column];
        let v3 = b[at + second];
        at += stride;
        s0a += l0.w * u3;
        s0b += l0.w * v3;
        s1a += l1.w * u3;
        s1b += l1.w * v3;
        s2a += l2.w * u3;
        s2b += l2.w * v3;
        s3a += l3.w * u3;
        s3b += l3.w * v3;
        s4a += l4.w * u3;
        s4b += l4.w * v3;
        s5a += l5.w * u3;
        s5b += l5.w * v3;
        s6a += l6.w * u3;
        s6b += l6.w * v3;
        s7a += l7.w * u3;
        s7b += l7.w * v3;
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
