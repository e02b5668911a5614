// out = a^T b, a `[depth, rows]`, b `[depth, columns]`; below it, where `p[10]` says so, a row
// with the sums of b's columns: a bias lies in the arena just after its weight. `depth` counts
// rows here.
//
// A thread keeps 8 rows by 2 vectors of 4 columns in registers; nothing is shared, so there
// are no barriers. Lengths and strides are in vectors of 4 numbers unless they count rows.

// rows, columns, depth, first of a, stride of a, first of b, stride of b, first of out,
// stride of out, unused, 1 for a row of sums
@group(0) @binding(0) var<storage, read_write> p: array<u32>;
@group(0) @binding(1) var<storage, read_write> a: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> b: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4<f32>>;
{{ epilogue }}

@compute @workgroup_size(8, 8, 1)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let rows = p[0] + p[10];
    let columns = p[1];
    let depth = p[2];
    let row = id.y * 8u;
    let column = id.x * 2u;
    if (row >= rows || column >= columns) {
        return;
    }
    // Beyond the edge a thread computes the last row or column again and does not store it.
    let groups = p[0] / 4u;
    let sums = p[10] == 1u;
    let second = min(column + 1u, columns - 1u);
    let group = id.y * 2u;
    let first = p[3] + min(group, groups - 1u);
    let next = p[3] + min(group + 1u, groups - 1u);
    let ones = vec4<f32>(1.0, 0.0, 0.0, 0.0);
    let first_is_sum = sums && group == groups;
    let next_is_sum = sums && group + 1u == groups;
    let a_stride = p[4];
    let b_stride = p[6];
    var left_at = 0u;
    var at = p[5];
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
        let l = select(a[first + left_at], ones, first_is_sum);
        let m = select(a[next + left_at], ones, next_is_sum);
        let u = b[at + column];
        let v = b[at + second];
        left_at += a_stride;
        at += b_stride;
        s0a += l.x * u;
        s0b += l.x * v;
        s1a += l.y * u;
        s1b += l.y * v;
        s2a += l.z * u;
        s2b += l.z * v;
        s3a += l.w * u;
        s3b += l.w * v;
        s4a += m.x * u;
        s4b += m.x * v;
        s5a += m.y * u;
        s5b += m.y * v;
        s6a += m.z * u;
        s6b += m.z * v;
        s7a += m.w * u;
        s7b += m.w * v;
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
