// Causal attention forward, a thread a row and head, with a running softmax: no matrix of
// scores is ever there. A row sees its prefix and its own segment up to itself.
// Before it comes what says where queries, keys and values lie, and what is kept besides.

struct Sizes {
    scale: f32,
}

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
    let keys = prefix_len + cell_of(row) + 1u - own;
    let begin = query_at(row) + head * E4;
    var q_#e = vec4<f32>();
    var sum_#e = vec4<f32>();
    q_#e = query(begin + #eu) * sizes.scale;
    var most = -3.0e38;
    var total = 0.0;
    for (var j = 0u; j < keys; j++) {
        let cell = select(own + j - prefix_len, prefix + j, j < prefix_len);
        let k = key_at(cell) + head * E4;
        var parts = vec4<f32>();
        parts += q_#e * key(k + #eu);
        let score = parts.x + parts.y + parts.z + parts.w;
        if (score > most) {
            let shrink = exp(most - score);
            total *= shrink;
            sum_#e *= shrink;
            most = score;
        }
        let share = exp(score - most);
        total += share;
        sum_#e += share * value(k + #eu);
    }
    let to = (row * HEADS + head) * E4;
    out[to + #eu] = sum_#e / total;
    keep_log_sum(row, head, most + log(total));
}
