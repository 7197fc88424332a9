//! Chains made here and damaged on purpose.

mod chains;
mod fixture;
mod limits;
mod sealing;
