// A row's cell of the cache: its prefix has cells of its own, which other rows may share.

fn prefix_len_of(row: u32) -> u32 {
    return plan[plan[SEEN] + 4u * row + 1u];
}

fn cell_of(row: u32) -> u32 {
    let seen = plan[SEEN] + 4u * row;
    return plan[seen + 2u] + plan[plan[POSITIONS] + row] - plan[seen + 1u];
}
