// Log-probs of the scored tokens from a block of logits, a thread a token, and what else is
// read of the logits: entropy, whether the target is the most likely token, the mean logit,
// log of the sum of p^2.

struct Sizes {
    vocab: u32,
    v4: u32,
    first: u32,
    most: u32,
}

@group(0) @binding(1) var<storage, read_write> logits: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> logps: array<f32>;
@group(0) @binding(3) var<storage, read_write> log_sums: array<f32>;
@group(0) @binding(4) var<storage, read_write> statistics: array<f32>;

// The numbers of a vec4 that are of the vocabulary: 1 each, else 0.
fn present(c: u32) -> vec4<f32> {
    let index = vec4<u32>(4u * c) + vec4<u32>(0u, 1u, 2u, 3u);
    return select(vec4<f32>(), vec4<f32>(1.0), index < vec4<u32>(sizes.vocab));
}

fn total(v: vec4<f32>) -> f32 {
    return v.x + v.y + v.z + v.w;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let scored = plan[SCORED];
    let token = sizes.first + id.x;
    if (id.x >= sizes.most || token >= scored) {
        return;
    }
    let begin = id.x * sizes.v4;
    let target_id = plan[plan[TARGETS] + token];
    let own = logits[begin + target_id / 4u][target_id % 4u];
    var most4 = vec4<f32>(-3.0e38);
    var logit_sum = vec4<f32>();
    for (var c = 0u; c < sizes.v4; c++) {
        let is_there = present(c);
        let logit = logits[begin + c];
        most4 = select(most4, max(most4, logit), is_there > vec4<f32>());
        logit_sum += select(vec4<f32>(), logit, is_there > vec4<f32>());
    }
    let most = max(max(most4.x, most4.y), max(most4.z, most4.w));
    var sum = vec4<f32>();
    var weighted = vec4<f32>();
    var squares = vec4<f32>();
    var before = 0.0;
    for (var c = 0u; c < sizes.v4; c++) {
        let is_there = present(c);
        let above = select(vec4<f32>(-80.0), logits[begin + c] - most, is_there > vec4<f32>());
        let share = exp(above) * is_there;
        sum += share;
        weighted += share * above;
        squares += share * share;
        // The first of several largest is the most likely one.
        let index = vec4<u32>(4u * c) + vec4<u32>(0u, 1u, 2u, 3u);
        let is_before = (above == vec4<f32>()) & (index < vec4<u32>(target_id));
        before += total(select(vec4<f32>(), vec4<f32>(1.0), is_before));
    }
    let shares = total(sum);
    let log_shares = log(shares);
    logps[token] = own - most - log_shares;
    log_sums[token] = most + log_shares;
    statistics[token] = log_shares - total(weighted) / shares;
    statistics[scored + token] = select(0.0, 1.0, own == most && before == 0.0);
    statistics[2u * scored + token] = total(logit_sum) / f32(sizes.vocab);
    statistics[3u * scored + token] = log(total(squares)) - 2.0 * log_shares;
}
