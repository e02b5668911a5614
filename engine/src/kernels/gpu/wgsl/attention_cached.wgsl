// Attention to a cache of keys and values, side by side in each cell.

@group(0) @binding(1) var<storage, read_write> qkv: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> cache: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4<f32>>;

fn query_at(row: u32) -> u32 {
    return row * 3u * HEADS * E4;
}

fn key_at(cell: u32) -> u32 {
    return cell * 2u * HEADS * E4;
}

fn query(at: u32) -> vec4<f32> {
    return qkv[at];
}

fn key(at: u32) -> vec4<f32> {
    return cache[at];
}

fn value(at: u32) -> vec4<f32> {
    return cache[at + HEADS * E4];
}

// There is no backward pass that would ask for it.
fn keep_log_sum(row: u32, head: u32, log_sum: f32) {
}
