// A weight's gradient: out[r, c] = sum over rows k of a[k, r] b[k, c], R by 4 C a thread, in
// registers, four rows at once. A bias lies behind its weight in the arena, so its gradient is one row more,
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

// How much row k counts: those beyond the last are the last again, and count nothing.
fn share(k: u32, rows: u32) -> f32 {
    return select(0.0, 1.0, k < rows);
}

@compute @workgroup_size(THREADS, THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let c = id.x * C;
    let r = id.y * R;
    if (c >= sizes.n4 || r >= sizes.rows + sizes.bias) {
        return;
    }
    let one = vec4<f32>(1.0, 0.0, 0.0, 0.0);
    let c#c = min(c + #cu, sizes.n4 - 1u);
    let is_bias#g = sizes.bias == 1u && r / 4u + #gu >= sizes.m4;
    let r#g = min(r / 4u + #gu, sizes.m4 - 1u);
    var p#g_0_#c = vec4<f32>();
    var p#g_1_#c = vec4<f32>();
    var p#g_2_#c = vec4<f32>();
    var p#g_3_#c = vec4<f32>();
    let rows = row_count();
    for (var k = 0u; k < rows; k += 4u) {
        let k#k = min(k + #ku, rows - 1u);
        let s#k = share(k + #ku, rows);
        let a#g_#k = select(a[k#k * sizes.m4 + r#g], one, is_bias#g) * s#k;
        let b#k = a_row(k#k) * sizes.n4;
        let b#k_#c = b[b#k + c#c];
        p#g_0_#c += a#g_0.x * b0_#c + a#g_1.x * b1_#c + a#g_2.x * b2_#c + a#g_3.x * b3_#c;
        p#g_1_#c += a#g_0.y * b0_#c + a#g_1.y * b1_#c + a#g_2.y * b2_#c + a#g_3.y * b3_#c;
        p#g_2_#c += a#g_0.z * b0_#c + a#g_1.z * b1_#c + a#g_2.z * b2_#c + a#g_3.z * b3_#c;
        p#g_3_#c += a#g_0.w * b0_#c + a#g_1.w * b1_#c + a#g_2.w * b2_#c + a#g_3.w * b3_#c;
    }
    if (c + #cu < sizes.n4) { store(r + 4u * #gu, c + #cu, p#g_0_#c); }
    if (c + #cu < sizes.n4) { store(r + 4u * #gu + 1u, c + #cu, p#g_1_#c); }
    if (c + #cu < sizes.n4) { store(r + 4u * #gu + 2u, c + #cu, p#g_2_#c); }
    if (c + #cu < sizes.n4) { store(r + 4u * #gu + 3u, c + #cu, p#g_3_#c); }
}
