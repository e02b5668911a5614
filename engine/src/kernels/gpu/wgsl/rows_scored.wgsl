// A matmul over scored tokens, whose hidden states lie in rows of the batch.

fn row_count() -> u32 {
    return min(plan[SCORED] - sizes.first, sizes.most);
}

fn a_row(r: u32) -> u32 {
    return plan[plan[SCORED_ROWS] + sizes.first + r];
}

fn first_row() -> u32 {
    return sizes.first;
}
