// A block of logits becomes its gradient: upstream times (1 at the target, minus p).

struct Sizes {
    vocab: u32,
    v4: u32,
    first: u32,
    most: u32,
}

@group(0) @binding(1) var<storage, read_write> logits: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> log_sums: array<f32>;
@group(0) @binding(3) var<storage, read_write> upstream: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let c = id.x;
    let row = id.z * groups.y + id.y;
    let token = sizes.first + row;
    if (c >= sizes.v4 || row >= sizes.most || token >= plan[SCORED]) {
        return;
    }
    let index = vec4<u32>(4u * c) + vec4<u32>(0u, 1u, 2u, 3u);
    let target_id = vec4<u32>(plan[plan[TARGETS] + token]);
    let hit = select(vec4<f32>(), vec4<f32>(1.0), index == target_id);
    let share = exp(logits[row * sizes.v4 + c] - log_sums[token]);
    let value = upstream[token] * (hit - share);
    logits[row * sizes.v4 + c] = select(vec4<f32>(), value, index < vec4<u32>(sizes.vocab));
}
