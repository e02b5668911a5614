// The gradient of the hidden states: each row sums over the scored tokens read from it.

struct Sizes {
    d4: u32,
    // Which of several results, each with its room.
    index: u32,
}

@group(0) @binding(1) var<storage, read_write> d_scored: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> d_hidden: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let c = id.x;
    let row = id.z * groups.y + id.y;
    if (c >= sizes.d4 || row >= plan[ROWS]) {
        return;
    }
    let starts = plan[BY_ROW] + row;
    let end = plan[starts + 1u];
    var sum = vec4<f32>();
    for (var entry = plan[starts]; entry < end; entry++) {
        sum += d_scored[plan[plan[BY_ROW_TOKENS] + entry] * sizes.d4 + c];
    }
    d_hidden[(sizes.index * plan[ROOM] + row) * sizes.d4 + c] = sum;
}
