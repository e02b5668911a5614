// The backward pass of attention to the queries, a thread a row and head; `dots`, the product of
// output and its gradient, is kept for the keys.

struct Sizes {
    scale: f32,
}

@group(0) @binding(1) var<storage, read_write> qkv: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> log_sums: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_out: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> d_qkv: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> dots: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = id.x;
    let head = id.y;
    if (row >= plan[ROWS]) {
        return;
    }
    let seen = plan[SEEN] + 4u * row;
    let prefix = plan[seen];
    let prefix_len = plan[seen + 1u];
    let own = plan[seen + 2u];
    let keys = prefix_len + row + 1u - own;
    let d4 = HEADS * E4;
    let begin = row * 3u * d4 + head * E4;
    let at = row * d4 + head * E4;
    var q_#e = vec4<f32>();
    var d_#e = vec4<f32>();
    var sum_#e = vec4<f32>();
    var along = vec4<f32>();
    q_#e = qkv[begin + #eu] * sizes.scale;
    d_#e = d_out[at + #eu];
    along += d_#e * out[at + #eu];
    let dot_out = along.x + along.y + along.z + along.w;
    dots[head * plan[ROOM] + row] = dot_out;
    let log_sum = log_sums[head * plan[ROOM] + row];
    for (var j = 0u; j < keys; j++) {
        let key = select(own + j - prefix_len, prefix + j, j < prefix_len);
        let k = key * 3u * d4 + d4 + head * E4;
        var scores = vec4<f32>();
        var shares = vec4<f32>();
        scores += q_#e * qkv[k + #eu];
        shares += d_#e * qkv[k + d4 + #eu];
        let share = exp(scores.x + scores.y + scores.z + scores.w - log_sum);
        let d_score = share * (shares.x + shares.y + shares.z + shares.w - dot_out);
        sum_#e += d_score * qkv[k + #eu];
    }
    d_qkv[begin + #eu] = sum_#e * sizes.scale;
}
