// A weight's gradient: out[r, c] = sum over rows k of a[k, r] b[k, c], 8 by 8 a thread, in
// registers. A bias lies behind its weight in the arena, so its gradient is one row more,
// as if a had a last column of ones. Before it comes what says which rows there are.

struct Sizes {
    // Of a row of a, in vec4.
    m4: u32,
    // Of b and of the result, in vec4.
    n4: u32,
    // Rows of the weight.
    rows: u32,
    // 1 with a bias.
    bias: u32,
    // Where the result begins, in vec4.
    at: u32,
    // 1 to add to what is there.
    add: u32,
    // First row that is summed over, and how many at most.
    first: u32,
    most: u32,
}

@group(0) @binding(1) var<storage, read_write> a: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> b: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> gradient: array<vec4<f32>>;

fn store(r: u32, c: u32, value: vec4<f32>) {
    if (r < sizes.rows + sizes.bias) {
        let to = sizes.at + r * sizes.n4 + c;
        if (sizes.add == 1u) {
            gradient[to] += value;
        } else {
            gradient[to] = value;
        }
    }
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let c = id.x * 2u;
    let r4 = id.y * 2u;
    if (c >= sizes.n4 || r4 * 4u >= sizes.rows + sizes.bias) {
        return;
    }
    let next = min(c + 1u, sizes.n4 - 1u) - c;
    let one = vec4<f32>(1.0, 0.0, 0.0, 0.0);
    let is_bias0 = sizes.bias == 1u && r4 >= sizes.m4;
    let is_bias1 = sizes.bias == 1u && r4 + 1u >= sizes.m4;
    let from0 = min(r4, sizes.m4 - 1u);
    let from1 = min(r4 + 1u, sizes.m4 - 1u);
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
    let rows = row_count();
    for (var k = 0u; k < rows; k++) {
        let u = select(a[k * sizes.m4 + from0], one, is_bias0);
        let v = select(a[k * sizes.m4 + from1], one, is_bias1);
        let begin = a_row(k) * sizes.n4 + c;
        let x = b[begin];
        let y = b[begin + next];
        p0 += u.x * x;
        q0 += u.x * y;
        p1 += u.y * x;
        q1 += u.y * y;
        p2 += u.z * x;
        q2 += u.z * y;
        p3 += u.w * x;
        q3 += u.w * y;
        p4 += v.x * x;
        q4 += v.x * y;
        p5 += v.y * x;
        q5 += v.y * y;
        p6 += v.z * x;
        q6 += v.z * y;
        p7 += v.w * x;
        q7 += v.w * y;
    }
    let r = r4 * 4u;
    store(r + 0u, c, p0);
    store(r + 1u, c, p1);
    store(r + 2u, c, p2);
    store(r + 3u, c, p3);
    store(r + 4u, c, p4);
    store(r + 5u, c, p5);
    store(r + 6u, c, p6);
    store(r + 7u, c, p7);
    if (next == 1u) {
        store(r + 0u, c + 1u, q0);
        store(r + 1u, c + 1u, q1);
        store(r + 2u, c + 1u, q2);
        store(r + 3u, c + 1u, q3);
        store(r + 4u, c + 1u, q4);
        store(r + 5u, c + 1u, q5);
        store(r + 6u, c + 1u, q6);
        store(r + 7u, c + 1u, q7);
    }
}
