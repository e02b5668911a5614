// Keys and values of each row to their cell of the cache, four numbers a thread.

struct Sizes {
    d4: u32,
}

@group(0) @binding(1) var<storage, read_write> qkv: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> cache: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let c = id.x;
    let row = id.z * groups.y + id.y;
    if (c >= 2u * sizes.d4 || row >= plan[ROWS]) {
        return;
    }
    // A row without room for a second token stays at the last one of its prompt, which has cells.
    if (plan[plan[POSITIONS] + row] < prefix_len_of(row)) {
        return;
    }
    cache[cell_of(row) * 2u * sizes.d4 + c] = qkv[(row * 3u + 1u) * sizes.d4 + c];
}
