// A row of the draw has one thread: where a device is software, waiting for others costs more
// than what they take over.

fn row_of(group: u32, place: u32) -> u32 {
    return group * GROUP + place;
}

fn lane_of(place: u32) -> u32 {
    return 0u;
}

// What the first lane says.
fn first_of(lane: u32, own: u32) -> u32 {
    return own;
}

fn least_of(lane: u32, own: u32) -> u32 {
    return own;
}

fn most_of(lane: u32, own: f32) -> f32 {
    return own;
}

fn sum_of(lane: u32, own: f32) -> f32 {
    return own;
}

// The lane in whose share a point of the sum lies, and how far from its begin.
fn part_of(lane: u32, own: f32, point: f32) -> Part {
    return Part(0u, point);
}
