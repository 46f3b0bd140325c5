//! real_records
