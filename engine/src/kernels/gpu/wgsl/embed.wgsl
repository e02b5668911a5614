// Token and position embeddings of each row.

struct Sizes {
    d4: u32,
    // Where the position embeddings begin, in vec4.
    positions_at: u32,
}

@group(0) @binding(1) var<storage, read_write> arena: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4<f32>>;

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
    let token = plan[plan[TOKENS] + row];
    let position = plan[plan[POSITIONS] + row];
    x[row * sizes.d4 + c] =
        arena[token * sizes.d4 + c] + arena[sizes.positions_at + position * sizes.d4 + c];
}
