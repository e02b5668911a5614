// Attention among the rows of a pass: queries, keys and values side by side.

@group(0) @binding(1) var<storage, read_write> qkv: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> log_sums: array<f32>;

fn cell_of(row: u32) -> u32 {
    return row;
}

fn query_at(row: u32) -> u32 {
    return row * 3u * HEADS * E4;
}

fn key_at(cell: u32) -> u32 {
    return (cell * 3u + 1u) * HEADS * E4;
}

fn query(at: u32) -> vec4<f32> {
    return qkv[at];
}

fn key(at: u32) -> vec4<f32> {
    return qkv[at];
}

fn value(at: u32) -> vec4<f32> {
    return qkv[at + HEADS * E4];
}

fn keep_log_sum(row: u32, head: u32, log_sum: f32) {
    log_sums[head * plan[ROOM] + row] = log_sum;
}
