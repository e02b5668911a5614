// A block of logits becomes its gradient where distributions are scored: upstream times (the
// token's share, minus p), a thread a scored token.

struct Sizes {
    vocab: u32,
    v4: u32,
    first: u32,
    most: u32,
}

@group(0) @binding(1) var<storage, read_write> logits: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> log_sums: array<f32>;
// Where each token's distribution begins, then ids and the bits of their shares.
@group(0) @binding(3) var<storage, read_write> shares: array<u32>;
@group(0) @binding(4) var<storage, read_write> upstream: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let token = sizes.first + id.x;
    if (id.x >= sizes.most || token >= plan[SCORED]) {
        return;
    }
    let begin = id.x * sizes.v4;
    var mass = 0.0;
    for (var at = shares[token]; at < shares[token + 1u]; at += 2u) {
        mass += bitcast<f32>(shares[at + 1u]);
    }
    let down = -upstream[token] * mass;
    for (var c = 0u; c < sizes.v4; c++) {
        let index = vec4<u32>(4u * c) + vec4<u32>(0u, 1u, 2u, 3u);
        let value = down * exp(logits[begin + c] - log_sums[token]);
        logits[begin + c] = select(vec4<f32>(), value, index < vec4<u32>(sizes.vocab));
    }
    for (var at = shares[token]; at < shares[token + 1u]; at += 2u) {
        let target_id = shares[at];
        logits[begin + target_id / 4u][target_id % 4u] +=
            upstream[token] * bitcast<f32>(shares[at + 1u]);
    }
}
