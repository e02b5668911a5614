// A matmul over all rows of the batch.

fn row_count() -> u32 {
    return plan[ROWS];
}

fn a_row(r: u32) -> u32 {
    return r;
}

// Of the result: several results may lie one after another, each with its room.
fn first_row() -> u32 {
    return sizes.first * plan[ROOM];
}
