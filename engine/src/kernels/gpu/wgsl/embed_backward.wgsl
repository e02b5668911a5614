// The gradient of token and position embeddings, which lie side by side: one table. The
// rows of the batch that use an entry are listed in the plan.

struct Sizes {
    d4: u32,
    entries: u32,
    // Entries below this have a gradient already: the tied head's.
    known: u32,
}

@group(0) @binding(1) var<storage, read_write> d_x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> gradient: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let c = id.x;
    let entry = id.z * groups.y + id.y;
    if (c >= sizes.d4 || entry >= sizes.entries) {
        return;
    }
    let starts = plan[TABLE] + entry;
    let end = plan[starts + 1u];
    var sum = vec4<f32>();
    for (var use_of = plan[starts]; use_of < end; use_of++) {
        sum += d_x[plan[plan[TABLE_ROWS] + use_of] * sizes.d4 + c];
    }
    let to = entry * sizes.d4 + c;
    if (entry < sizes.known) {
        gradient[to] += sum;
    } else {
        gradient[to] = sum;
    }
}
