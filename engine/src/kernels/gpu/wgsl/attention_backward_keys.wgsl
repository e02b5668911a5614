// The backward pass of attention to keys and values, a thread a row and head: it sums over the
// rows that see it, those behind it in its segment and all of segments it is a prefix of.

struct Sizes {
    scale: f32,
}

@group(0) @binding(1) var<storage, read_write> qkv: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> log_sums: array<f32>;
@group(0) @binding(3) var<storage, read_write> d_out: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> d_qkv: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> dots: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = id.x;
    let head = id.y;
    if (row >= plan[ROWS]) {
        return;
    }
    let d4 = HEADS * E4;
    let begin = row * 3u * d4 + d4 + head * E4;
    var k_#e = vec4<f32>();
    var v_#e = vec4<f32>();
    var d_k_#e = vec4<f32>();
    var d_v_#e = vec4<f32>();
    k_#e = qkv[begin + #eu] * sizes.scale;
    v_#e = qkv[begin + d4 + #eu];
    // The segment: where it ends, and the ranges of rows it is a prefix of.
    let segment = plan[SEGMENTS] + 3u * plan[plan[SEEN] + 4u * row + 3u];
    let ranges = plan[RANGES];
    let ranges_end = plan[segment + 2u];
    var range = plan[segment + 1u];
    var query = row;
    var end = plan[segment];
    loop {
        if (query >= end) {
            if (range >= ranges_end) {
                break;
            }
            query = plan[ranges + 2u * range];
            end = plan[ranges + 2u * range + 1u];
            range++;
        }
        let q = query * 3u * d4 + head * E4;
        let at = query * d4 + head * E4;
        var scores = vec4<f32>();
        var shares = vec4<f32>();
        scores += k_#e * qkv[q + #eu];
        shares += v_#e * d_out[at + #eu];
        let kept = head * plan[ROOM] + query;
        let share = exp(scores.x + scores.y + scores.z + scores.w - log_sums[kept]);
        let d_score = share * (shares.x + shares.y + shares.z + shares.w - dots[kept]);
        d_k_#e += d_score * qkv[q + #eu];
        d_v_#e += share * d_out[at + #eu];
        query++;
    }
    d_qkv[begin + #eu] = d_k_#e * sizes.scale;
    d_qkv[begin + d4 + #eu] = d_v_#e;
}
