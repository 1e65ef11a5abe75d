//! The real program is told to stop and started again, under a stream of updates.
