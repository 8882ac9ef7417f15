//! Reading and writing the JSON that Graph returns.
