//! The teacher's board: learners' reports side by side. It comes when it is wanted, and
//! nothing of it leaves the tab or is stored.

mod answers;
mod bars;
mod frame;
mod labels;
mod numbers;
mod replay;
mod save;
mod steps;
mod table;
mod take;
mod wrong;

pub use frame::board;
