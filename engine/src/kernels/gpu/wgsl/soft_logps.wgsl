// Log-probs of distributions in place of single targets, a thread a scored token: the mean of
// log p under the distribution, from a block of logits whose log-sums are known.

struct Sizes {
    v4: u32,
    first: u32,
    most: u32,
}

@group(0) @binding(1) var<storage, read_write> logits: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> log_sums: array<f32>;
// Where each token's distribution begins, then ids and the bits of their shares.
@group(0) @binding(3) var<storage, read_write> shares: array<u32>;
@group(0) @binding(4) var<storage, read_write> logps: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let token = sizes.first + id.x;
    if (id.x >= sizes.most || token >= plan[SCORED]) {
        return;
    }
    let begin = id.x * sizes.v4;
    var sum = 0.0;
    for (var at = shares[token]; at < shares[token + 1u]; at += 2u) {
        let target_id = shares[at];
        let logit = logits[begin + target_id / 4u][target_id % 4u];
        sum += bitcast<f32>(shares[at + 1u]) * (logit - log_sums[token]);
    }
    logps[token] = sum;
}
