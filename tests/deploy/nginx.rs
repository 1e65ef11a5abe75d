//! What nginx lets through, and what it writes down.
